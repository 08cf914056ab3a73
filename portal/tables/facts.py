"""What PostgreSQL knows of one table: bytes, and per column its native type and indexes (`datastore_info`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

_FACTS = """
    SELECT pg_relation_size(t.oid), pg_indexes_size(t.oid), pg_database_size(current_database()),
           coalesce(jsonb_object_agg(a.attname, jsonb_build_object(
               'native_type', format_type(a.atttypid, a.atttypmod), 'notnull', a.attnotnull,
               'index_name', i.name, 'is_index', i.name IS NOT NULL, 'uniquekey', coalesce(i.is_primary, false)
           )), '{}')
    FROM pg_attribute a
    JOIN (SELECT to_regclass(format('%%I.%%I', %(schema)s::text, %(name)s::text)) AS oid) t ON a.attrelid = t.oid
    LEFT JOIN LATERAL (
        SELECT c.relname AS name, x.indisprimary AS is_primary FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
        WHERE x.indrelid = t.oid AND a.attnum = ANY (x.indkey) ORDER BY x.indisunique DESC, c.relname LIMIT 1
    ) i ON true
    WHERE a.attnum > 0 AND NOT a.attisdropped GROUP BY t.oid
"""
_NO_SCHEMA = {"native_type": "text", "notnull": False, "index_name": None, "is_index": False, "uniquekey": False}


@dataclass(frozen=True, slots=True)
class Facts:
    """Sizes in bytes; `columns` by name."""

    size: int
    idx_size: int
    db_size: int
    columns: Mapping[str, Mapping[str, Any]]

    def schema(self, name: str) -> Mapping[str, Any]:
        """What `datastore_info` calls the schema of a column; lists and objects in CKAN's word for them."""
        found = self.columns.get(name, _NO_SCHEMA)
        return {**found, "native_type": "nested"} if found["native_type"] == "jsonb" else found


def of(driver: psycopg.Connection[Any], schema: str, name: str) -> Facts:
    """The facts of a table; zeros where it is gone. One statement."""
    row = driver.execute(_FACTS, {"schema": schema, "name": name}).fetchone()
    return Facts(*row) if row is not None else Facts(0, 0, 0, {})


def aliases(driver: psycopg.Connection[Any], resource_id: str) -> list[str]:
    """Other names of a published resource's table, sorted. One statement."""
    query = "SELECT alias FROM catalog.table_alias WHERE resource_id = %s::uuid ORDER BY alias"
    return [row[0] for row in driver.execute(query, (resource_id,))]
