"""Tables of schema `accounts`; the migration is the authority."""

from __future__ import annotations

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, DateTime, Integer, LargeBinary, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(schema="accounts")
MOMENT = DateTime(timezone=True)

agency = Table(
    "agency",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text),
    Column("title", Text),
    Column("abbreviation", Text),
    Column("description", Text),
    Column("tingkat", Text),
    Column("region_code", Text),
    Column("contact", JSONB),
    Column("mandiri_tik", Boolean),
    Column("is_walidata", Boolean),
    Column("active", Boolean),
    Column("created", MOMENT),
    Column("image_url", Text),
    Column("extras", JSONB),
    Column("approval_status", Text),
    Column("state", Text),
)

person = Table(
    "person",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("email", Text),
    Column("name", Text),
    Column("password_hash", Text),
    Column("totp_secret", Text),
    Column("totp_last_step", BigInteger),
    Column("locale", Text),
    Column("service", Boolean),
    Column("active", Boolean),
    Column("created", MOMENT),
    Column("password_changed", MOMENT),
    Column("username", Text),
    Column("about", Text),
    Column("image_url", Text),
    Column("plugin_extras", JSONB),
    Column("notify", Boolean),
    Column("pending", Boolean),
)

role_at = Table(
    "role_at",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("agency_id", Uuid, primary_key=True),
    Column("role", Text, primary_key=True),
    Column("given_by", Uuid),
    Column("since", MOMENT),
)

session = Table(
    "session",
    metadata,
    Column("key_hash", LargeBinary, primary_key=True),
    Column("person_id", Uuid),
    Column("second_factor", Boolean),
    Column("created", MOMENT),
    Column("last_seen", MOMENT),
    Column("expires", MOMENT),
    Column("address", Text),
    Column("agent", Text),
    Column("data", JSONB),
)

token = Table(
    "token",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid),
    Column("name", Text),
    Column("token_hash", LargeBinary),
    Column("scopes", ARRAY(Text)),
    Column("created", MOMENT),
    Column("expires", MOMENT),
    Column("revoked", MOMENT),
    Column("last_used", MOMENT),
    Column("made_by", Uuid),
)

link = Table(
    "link",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("person_id", Uuid),
    Column("kind", Text),
    Column("made_by", Uuid),
    Column("created", MOMENT),
    Column("expires", MOMENT),
    Column("used", MOMENT),
)

subject_group = Table(
    "subject_group",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text),
    Column("title", Text),
    Column("description", Text),
    Column("image_url", Text),
    Column("extras", JSONB),
    Column("state", Text),
    Column("approval_status", Text),
    Column("position", Integer),
    Column("origin", Text),
    Column("former_names", ARRAY(Text)),
    Column("created", MOMENT),
)

group_member = Table(
    "group_member",
    metadata,
    Column("group_id", Uuid, primary_key=True),
    Column("person_id", Uuid, primary_key=True),
    Column("capacity", Text),
    Column("given_by", Uuid),
    Column("since", MOMENT),
)

follow = Table(
    "follow",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("object_id", Uuid, primary_key=True),
    Column("at", MOMENT),
)

activity = Table(
    "activity",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("at", MOMENT),
    Column("person_id", Uuid),
    Column("kind", Text),
    Column("object_id", Uuid),
    Column("activity_type", Text),
    Column("data", JSONB),
)

dashboard = Table("dashboard", metadata, Column("person_id", Uuid, primary_key=True), Column("viewed", MOMENT))

vocabulary = Table("vocabulary", metadata, Column("id", Uuid, primary_key=True), Column("name", Text))

vocabulary_tag = Table(
    "vocabulary_tag",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("vocabulary_id", Uuid),
    Column("name", Text),
)

site_text = Table(
    "site_text",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text),
    Column("changed", MOMENT),
    Column("changed_by", Uuid),
)

attempt = Table("attempt", metadata, Column("key_hash", LargeBinary), Column("at", MOMENT))
