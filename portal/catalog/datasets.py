"""Published datasets as `portal.contract.protocols.Datasets`."""

from __future__ import annotations

from collections.abc import Sequence

from portal.catalog import presenters
from portal.catalog.reader import CatalogReader
from portal.contract.protocols import ResourceView
from portal.kernel.errors import NotFound


class PublicDatasets:
    """Reads the page documents of the published side."""

    def __init__(self, reader: CatalogReader) -> None:
        self.reader = reader

    def resource(self, resource_id: str, version: int | None = None) -> ResourceView:
        """A resource of the live version, or of `version`. Raises NotFound or Gone."""
        found = self.reader.resource(resource_id, version)
        row = self.reader.version(str(found.dataset_id), found.version)
        for item in presenters.resource_views(row):
            if item.id == found.id:
                return item
        raise NotFound

    def resources(self, dataset: str, version: int | None = None) -> Sequence[ResourceView]:
        """Resources of a dataset by name or id, in order. Raises NotFound or Gone."""
        row = self.reader.dataset(dataset) if version is None else self.reader.version(dataset, version)
        return presenters.resource_views(row)
