"""A published table by the id of its resource: one statement, without the page documents."""

from __future__ import annotations

from portal.catalog.reader import CatalogReader
from portal.contract.metadata import ColumnEntry
from portal.contract.protocols import ResourceView


class PublishedTables:
    """Views for `Rows`, of live versions."""

    def __init__(self, reader: CatalogReader) -> None:
        self.reader = reader

    def __call__(self, resource_id: str) -> ResourceView:
        """The resource as `Rows` wants it. Raises NotFound or Gone."""
        row = self.reader.resource(resource_id)
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
            columns=tuple(ColumnEntry.model_validate(column) for column in row.columns or ()),
            layer=row.layer,
        )
