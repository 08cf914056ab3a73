"""A published table by the id of its resource or by an alias: one statement, without the page documents."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import text

from portal.catalog.reader import CatalogReader
from portal.contract.metadata import ColumnEntry
from portal.contract.protocols import ResourceView
from portal.kernel.errors import NotFound
from portal.kernel.ids import as_uuid

_TABLE = text("""
    SELECT r.id, r.version, r.dataset_id, d.name AS dataset_name, d.title AS dataset_title, r.name, r.kind, r.format,
           r.table_name, coalesce(l.row_count, r.row_count) AS row_count, r.columns::text AS columns, r.layer,
           l.resource_id IS NOT NULL AS live, coalesce(l.revision, 0) AS revision,
           CASE WHEN l.resource_id IS NOT NULL THEN l.paged
                WHEN to_regclass('"rows".' || quote_ident(r.table_name || '_p')) IS NOT NULL THEN r.row_count
                ELSE 0 END AS paged,
           EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = to_regclass('"rows".' || quote_ident(r.table_name))
                   AND a.attname = '_full_text' AND NOT a.attisdropped) AS words
    FROM catalog.resource r
    JOIN catalog.dataset d ON d.id = r.dataset_id AND d.version = r.version
    LEFT JOIN catalog.live_table l ON l.resource_id = r.id AND l.table_name = r.table_name
    WHERE r.id = coalesce(:id, (SELECT a.resource_id FROM catalog.table_alias a WHERE a.alias = :alias))
""")


class PublishedTables:
    """Views for `Rows` and `TableReader`, of live versions."""

    def __init__(self, reader: CatalogReader) -> None:
        self.reader = reader

    def __call__(self, resource_id: str) -> ResourceView:
        """The resource with its table. Raises NotFound or Gone."""
        key = as_uuid(resource_id)
        alias = None if key or "\x00" in resource_id else resource_id
        row = self.reader.session.execute(_TABLE, {"id": key, "alias": alias}).one_or_none()
        if row is None:
            if key is not None:
                self.reader.resource(resource_id)  # says whether it was withdrawn
            raise NotFound
        return _view(row)


def _view(row: Any) -> ResourceView:
    return ResourceView(
        id=row.id,
        version=row.version,
        dataset_id=row.dataset_id,
        dataset_name=row.dataset_name,
        dataset_title=row.dataset_title,
        name=row.name,
        kind=row.kind,
        format=row.format,
        table=row.table_name,
        row_count=row.row_count,
        columns=_columns(row.columns),
        layer=row.layer,
        paged=row.paged or 0,
        words=row.words,
        live=row.live,
        revision=row.revision,
    )


@lru_cache(maxsize=512)
def _columns(stored: str) -> tuple[ColumnEntry, ...]:
    """The dictionary as stored; read once for all calls."""
    return tuple(ColumnEntry.model_validate(column) for column in orjson.loads(stored))
