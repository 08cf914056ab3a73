"""The tables of the PostgreSQL engine, as statements for a migration to run."""

from __future__ import annotations

from collections.abc import Iterable

from psycopg import sql

_TABLES = """
CREATE SCHEMA IF NOT EXISTS {schema};
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE TABLE {schema}.state (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    generation bigint NOT NULL DEFAULT 0,
    documents bigint NOT NULL DEFAULT 0
);
INSERT INTO {schema}.state DEFAULT VALUES;
CREATE TABLE {schema}.document (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    generation bigint NOT NULL,
    audible boolean NOT NULL,
    name text COLLATE "C" NOT NULL,
    title text NOT NULL,
    title_words text COLLATE "C" NOT NULL,
    title_order text COLLATE "C" NOT NULL,
    modified bigint NOT NULL,
    created bigint NOT NULL,
    issued bigint NOT NULL,
    downloads bigint NOT NULL,
    years integer[] NOT NULL,
    bbox box,
    facets integer[] NOT NULL,
    shape integer NOT NULL,
    span integer NOT NULL,
    loose integer[] NOT NULL,
    keys text[] COLLATE "C" NOT NULL,
    others text[] COLLATE "C" NOT NULL DEFAULT '{{}}',
    heading tsvector NOT NULL,
    terms tsvector NOT NULL,
    surface tsvector NOT NULL
);
ALTER TABLE {schema}.document SET (toast_tuple_target = 1600);
ALTER TABLE {schema}.document ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE {schema}.document ALTER COLUMN surface SET STORAGE EXTERNAL;
ALTER TABLE {schema}.document ALTER COLUMN keys SET STORAGE EXTERNAL;
ALTER TABLE {schema}.document ALTER COLUMN others SET STORAGE EXTERNAL;
CREATE INDEX document_heading ON {schema}.document USING gin (heading);
CREATE INDEX document_terms ON {schema}.document USING gin (terms);
CREATE INDEX document_surface ON {schema}.document USING gin (surface);
CREATE INDEX document_keys ON {schema}.document USING gin (keys);
CREATE INDEX document_bbox ON {schema}.document USING gist (bbox);
CREATE INDEX document_modified ON {schema}.document (modified DESC, id);
CREATE INDEX document_downloads ON {schema}.document (downloads DESC, modified DESC, id);
CREATE INDEX document_title ON {schema}.document (title_order, id);
CREATE INDEX document_name ON {schema}.document (name, id);
CREATE TABLE {schema}.facet_value (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    field text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    label text NOT NULL,
    documents bigint NOT NULL DEFAULT 0,
    UNIQUE (field, value)
) WITH (fillfactor = 50);
CREATE TABLE {schema}.facet_set (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    members integer[] NOT NULL UNIQUE
);
CREATE TABLE {schema}.vocabulary (
    word text COLLATE "C" PRIMARY KEY,
    documents bigint NOT NULL,
    audible bigint NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX vocabulary_word ON {schema}.vocabulary USING gin (word gin_trgm_ops);
CREATE TABLE {schema}.tombstone (
    id uuid PRIMARY KEY
);
COMMENT ON TABLE {schema}.document IS 'what the search engine knows of each dataset; rebuilt from the ready documents';
COMMENT ON COLUMN {schema}.document.audible IS 'its words may be told to anyone: vocabulary and suggestions use it';
COMMENT ON COLUMN {schema}.document.facets IS 'ids of all facet values';
COMMENT ON COLUMN {schema}.document.shape IS 'the facet_set of agency, groups, formats, …: few sets, so quick to count';
COMMENT ON COLUMN {schema}.document.span IS 'the facet_set of the years';
COMMENT ON COLUMN {schema}.document.loose IS 'ids of the other facet values (tags, facets of plugins)';
COMMENT ON TABLE {schema}.facet_set IS 'sets of facet values that documents share; unused ones go at a rebuild';
COMMENT ON TABLE {schema}.tombstone IS 'documents deleted since the last rebuild began';
"""
#: For schemas made before: idempotent, so that a new one may meet it too.
_OTHERS = """
ALTER TABLE {schema}.document ADD COLUMN IF NOT EXISTS others text[] COLLATE "C" NOT NULL DEFAULT '{{}}';
ALTER TABLE {schema}.document ALTER COLUMN others SET STORAGE EXTERNAL;
COMMENT ON COLUMN {schema}.document.others IS 'values of further fields, each behind its field, counted on demand';
"""
_READER = """
GRANT USAGE ON SCHEMA {schema} TO {role};
GRANT SELECT ON {schema}.state, {schema}.document, {schema}.facet_value, {schema}.facet_set,
    {schema}.vocabulary TO {role};
"""
_WRITER = """
GRANT USAGE ON SCHEMA {schema} TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.state, {schema}.document, {schema}.facet_value,
    {schema}.facet_set, {schema}.vocabulary, {schema}.tombstone TO {role};
"""


def _statements(template: str, **names: str) -> tuple[str, ...]:
    text = sql.SQL(template).format(**{key: sql.Identifier(value) for key, value in names.items()}).as_string()
    return tuple(statement.strip() for statement in text.split(";\n") if statement.strip())


def ddl(schema: str = "search") -> tuple[str, ...]:
    """Statements that make the schema, its tables and indexes; run them once, as the role that shall own them.

    The extension pg_trgm is made when absent, which the owner of the database may do (it is trusted). The
    statements hold no colons and no percent signs that a driver could take for parameters.
    """
    return _statements(_TABLES, schema=schema)


def add_others(schema: str = "search") -> tuple[str, ...]:
    """Statements that bring a schema of the first release up to date; rebuild the index after."""
    return _statements(_OTHERS, schema=schema)


def grants(schema: str = "search", *, readers: Iterable[str] = (), writers: Iterable[str] = ()) -> tuple[str, ...]:
    """Statements that let roles search (SELECT only) and write (rows only; neither may change a table)."""
    read = [item for role in readers for item in _statements(_READER, schema=schema, role=role)]
    write = [item for role in writers for item in _statements(_WRITER, schema=schema, role=role)]
    return (*read, *write)


def drop(schema: str = "search") -> tuple[str, ...]:
    """The statement that takes it all away again."""
    return _statements("DROP SCHEMA IF EXISTS {schema} CASCADE", schema=schema)
