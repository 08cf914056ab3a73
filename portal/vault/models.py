"""The vault's tables as SQLAlchemy Core knows them; the migration (migrations/office) makes them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    Sequence,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData(schema="vault")
WHEN = DateTime(timezone=True)

dataset = Table(
    "dataset",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("agency_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("working_version", Integer, nullable=False),
    Column("live_version", Integer),
    Column("revision", Integer, nullable=False),
    Column("created", WHEN, nullable=False),
    Column("created_by", Uuid, nullable=False),
    Column("modified", WHEN, nullable=False),
    Column("modified_by", Uuid, nullable=False),
    Column("retired", Boolean, nullable=False, server_default="false"),
)
version = Table(
    "version",
    metadata,
    Column("dataset_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("metadata", JSONB, nullable=False),
    Column("notes", Text, nullable=False),
    Column("due", WHEN),
    Column("created", WHEN, nullable=False),
    Column("created_by", Uuid, nullable=False),
    Column("released", WHEN),
)
resource = Table(
    "resource",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("dataset_id", Uuid, nullable=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("choice", JSONB, nullable=False),
    Column("report", JSONB, nullable=False),
    Column("columns", JSONB, nullable=False),
    Column("layer", JSONB(none_as_null=True)),
    Column("table_name", Text),
    Column("row_count", BigInteger),
    Column("ckan", JSONB, nullable=False),
)
file = Table(
    "file",
    metadata,
    Column("dataset_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("sha256", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("path", Text, nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("created", WHEN, nullable=False),
)
upload = Table(
    "upload",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("dataset_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("filename", Text, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("started", WHEN, nullable=False),
    Column("touched", WHEN, nullable=False),
    Column("finished", WHEN),
)
receipt = Table(
    "receipt",
    metadata,
    Column("number", Text, primary_key=True),
    Column("dataset_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("resource_id", Uuid),
    Column("at", WHEN, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("filename", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
)
receipt_number = Sequence("receipt_number", metadata=metadata, schema="vault")
finding = Table(
    "finding",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("dataset_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("resource_id", Uuid),
    Column("rule", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("place", JSONB, nullable=False),
    Column("created", WHEN, nullable=False),
)
transition = Table(
    "transition",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("dataset_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("from_state", Text),
    Column("to_state", Text, nullable=False),
    Column("at", WHEN, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("why", Text, nullable=False),
    Column("detail", JSONB, nullable=False),
)
superseded_row = Table(
    "superseded_row",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("dataset_id", Uuid, nullable=False),
    Column("resource_id", Uuid, nullable=False),
    Column("row_id", BigInteger, nullable=False),
    Column("act", Text, nullable=False),
    Column("batch", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("content", JSONB, nullable=False),
)

classification = Table(
    "classification",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("dataset_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sifat", Text, nullable=False),
    Column("decided_by", Uuid, nullable=False),
    Column("at", WHEN, nullable=False),
    Column("number", Text, nullable=False),
    Column("grounds", ARRAY(Text), nullable=False),
    Column("reason", Text, nullable=False),
    Column("ends", WHEN),
)
consent = Table(
    "consent",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("dataset_id", Uuid, nullable=False),
    Column("acts", ARRAY(Text), nullable=False),
    Column("given_by", Uuid, nullable=False),
    Column("at", WHEN, nullable=False),
    Column("ends", WHEN),
    Column("withdrawn", WHEN),
)
bulk = Table(
    "bulk",
    metadata,
    Column("name", Text, primary_key=True),
    Column("dataset_id", Uuid, nullable=False),
    Column("sealed", Boolean, nullable=False),
    Column("made", WHEN, nullable=False),
)
