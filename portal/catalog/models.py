"""Tables of schema `catalog` as SQLAlchemy Core sees them; the migration is the authority."""

from __future__ import annotations

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, Column, DateTime, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(schema="catalog")

organization = Table(
    "organization",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text),
    Column("title", Text),
    Column("abbreviation", Text),
    Column("description", Text),
    Column("tingkat", Text),
    Column("region_code", Text),
    Column("contact", JSONB),
    Column("created", DateTime(timezone=True)),
    Column("image_url", Text),
    Column("extras", JSONB),
    Column("approval_status", Text),
    Column("state", Text),
)

theme = Table(
    "theme",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text),
    Column("title", Text),
    Column("description", Text),
    Column("position", Integer),
    Column("created", DateTime(timezone=True)),
    Column("image_url", Text),
    Column("extras", JSONB),
    Column("approval_status", Text),
    Column("state", Text),
)

act = Table(
    "act",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("at", DateTime(timezone=True)),
    Column("kind", Text),
    Column("object_id", Uuid),
    Column("activity_type", Text),
    Column("data", JSONB),
)

vocabulary = Table("vocabulary", metadata, Column("id", Uuid, primary_key=True), Column("name", Text))

vocabulary_tag = Table(
    "vocabulary_tag",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("vocabulary_id", Uuid),
    Column("name", Text),
)

region = Table(
    "region",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text),
    Column("level", Text),
    Column("parent_code", Text),
    Column("bps_code", Text),
    Column("geom", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False)),
)

dataset = Table(
    "dataset",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text),
    Column("title", Text),
    Column("organization_id", Uuid),
    Column("version", Integer),
    Column("state", Text),
    Column("doc", Text),
    Column("page", JSONB),
    Column("search", JSONB),
    Column("bbox", Geometry("POLYGON", srid=4326, spatial_index=False)),
    Column("created", DateTime(timezone=True)),
    Column("modified", DateTime(timezone=True)),
    Column("revision", BigInteger),
    Column("indexed_revision", BigInteger),
    Column("order_id", Uuid),
)

dataset_theme = Table(
    "dataset_theme",
    metadata,
    Column("dataset_id", Uuid, primary_key=True),
    Column("theme_id", Uuid, primary_key=True),
)

dataset_tag = Table(
    "dataset_tag",
    metadata,
    Column("dataset_id", Uuid, primary_key=True),
    Column("tag", Text, primary_key=True),
)

version = Table(
    "version",
    metadata,
    Column("dataset_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("doc", Text),
    Column("page", JSONB),
    Column("search", JSONB),
    Column("notes", Text),
    Column("created", DateTime(timezone=True)),
    Column("modified", DateTime(timezone=True)),
    Column("released", DateTime(timezone=True)),
    Column("order_id", Uuid),
)

resource = Table(
    "resource",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("dataset_id", Uuid),
    Column("position", Integer),
    Column("kind", Text),
    Column("name", Text),
    Column("format", Text),
    Column("doc", Text),
    Column("table_name", Text),
    Column("row_count", BigInteger),
    Column("columns", JSONB),
    Column("layer", JSONB),
)

file = Table(
    "file",
    metadata,
    Column("dataset_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("resource_id", Uuid, primary_key=True),
    Column("role", Text, primary_key=True),
    Column("format", Text, primary_key=True),
    Column("filename", Text),
    Column("media_type", Text),
    Column("size", BigInteger),
    Column("sha256", Text),
)

tombstone = Table(
    "tombstone",
    metadata,
    Column("dataset_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("name", Text),
    Column("title", Text),
    Column("reason", Text),
    Column("withdrawn", DateTime(timezone=True)),
)

tombstone_resource = Table(
    "tombstone_resource",
    metadata,
    Column("resource_id", Uuid, primary_key=True),
    Column("dataset_id", Uuid),
    Column("version", Integer, primary_key=True),
)

applied_order = Table(
    "applied_order",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text),
    Column("dataset_id", Uuid),
    Column("version", Integer),
    Column("applied", DateTime(timezone=True)),
)

notice = Table(
    "notice",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", JSONB),
    Column("published", DateTime(timezone=True)),
)

#: What moves when the catalogue (`katalog`) or the index (`indeks`) has changed (decision 0023).
change = Table("change", metadata, Column("kind", Text, primary_key=True), Column("number", BigInteger))
