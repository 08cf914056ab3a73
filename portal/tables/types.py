"""Types of columns of the datastore: our names, PostgreSQL's, and CKAN's; one closed list, so that none is ever made of
a caller's text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

from portal.contract.metadata import ColumnEntry


@dataclass(frozen=True, slots=True)
class FieldType:
    """`sql` is what stands in DDL and casts, `ckan` what `datastore_search` says."""

    name: str
    sql: LiteralString
    ckan: str

    @property
    def textual(self) -> bool:
        """Whether an empty text is a value of it."""
        return self.sql == "text"

    @property
    def array(self) -> bool:
        """Whether a value is a list."""
        return self.sql.endswith("[]")


def _type(name: str, sql: LiteralString, ckan: str) -> FieldType:
    return FieldType(name, sql, ckan)


_SCALARS = (
    _type("text", "text", "text"),
    _type("integer", "integer", "int4"),
    _type("bigint", "bigint", "int8"),
    _type("numeric", "numeric", "numeric"),
    _type("double precision", "double precision", "float8"),
    _type("boolean", "boolean", "bool"),
    _type("date", "date", "date"),
    _type("time", "time", "time"),
    _type("timestamp", "timestamp", "timestamp"),
    _type("timestamptz", "timestamptz", "timestamptz"),
    _type("jsonb", "jsonb", "json"),
    _type("name", "text", "name"),
    _type("oid", "text", "oid"),
    # types of PostgreSQL that CKAN takes too: kept as the text that was sent, under their own name
    *(
        _type(name, "text", name)
        for name in (
            "uuid",
            "varchar",
            "bpchar",
            "char",
            "money",
            "interval",
            "inet",
            "cidr",
            "macaddr",
            "bytea",
            "xml",
            "point",
            "timetz",
            "tsvector",
        )
    ),
    _type("int2", "integer", "int2"),
    _type("float4", "double precision", "float4"),
)
_ARRAYS = (
    _type("text[]", "text[]", "_text"),
    _type("integer[]", "integer[]", "_int4"),
    _type("bigint[]", "bigint[]", "_int8"),
    _type("numeric[]", "numeric[]", "_numeric"),
    _type("double precision[]", "double precision[]", "_float8"),
    _type("boolean[]", "boolean[]", "_bool"),
    _type("date[]", "date[]", "_date"),
    _type("timestamp[]", "timestamp[]", "_timestamp"),
    _type("uuid[]", "text[]", "_uuid"),
    _type("varchar[]", "text[]", "_varchar"),
)
TYPES = {item.name: item for item in (*_SCALARS, *_ARRAYS)}
TEXT = TYPES["text"]

#: What callers may write for them: CKAN's names, PostgreSQL's own and their short forms.
_SPELLINGS = {
    "int": "integer", "int4": "integer", "smallint": "int2",
    "int8": "bigint", "decimal": "numeric", "number": "numeric", "float": "double precision",
    "float8": "double precision", "real": "float4", "bool": "boolean",
    "character varying": "varchar", "string": "text",
    "timestamp without time zone": "timestamp", "timestamp with time zone": "timestamptz", "datetime": "timestamp",
    "time without time zone": "time", "json": "jsonb", "nested": "jsonb",
}  # fmt: skip
#: Types of dictionaries that files bring, as they lie in the table.
_STORED = {"year": "integer", "smallint": "integer", "number": "numeric", "geometry": "text"}


def spelled(text: str) -> FieldType | None:
    """The type that a caller names, `_text`, `text[]` and any case included; None for one that there is not."""
    word = " ".join(text.lower().split())
    array = word.startswith("_") or word.endswith("[]")
    base = word.removeprefix("_") if word.startswith("_") else word.removesuffix("[]").rstrip()
    name = _SPELLINGS.get(base, base)
    return TYPES.get(f"{name}[]" if array else name)


def of(column: ColumnEntry) -> FieldType:
    """The type of a column by its dictionary; what is not listed is read as text."""
    return TYPES.get(_STORED.get(column.type, column.type)) or spelled(column.type) or TEXT


def ckan_name(column: ColumnEntry) -> str:
    """What `datastore_search` calls the column's type."""
    return of(column).ckan
