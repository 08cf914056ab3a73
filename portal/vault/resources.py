"""Resources of a version under an opening."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Uuid, bindparam, delete, func, insert, select, update

from portal.kernel.errors import NotFound
from portal.vault import models
from portal.vault.clean import storable, storable_text
from portal.vault.opened import Opened
from portal.vault.rows import ResourceRow

_TABLE = models.resource
_KEYS = ("id", "dataset_id", "version")
_LOAD = frozenset({"kind", "format", "state", "choice", "report", "columns", "layer", "table_name", "row_count"})
# made once: putting a statement together costs more than sending it
_OF_VERSION = (
    select(_TABLE)
    .where(_TABLE.c.dataset_id == bindparam("dataset"), _TABLE.c.version == bindparam("number"))
    .order_by(_TABLE.c.position, _TABLE.c.id)
)
_OF_WORKING = (
    select(_TABLE)
    .join(
        models.dataset,
        (models.dataset.c.id == _TABLE.c.dataset_id) & (models.dataset.c.working_version == _TABLE.c.version),
    )
    .where(models.dataset.c.id == func.any(bindparam("datasets", type_=ARRAY(Uuid))))
    .order_by(_TABLE.c.dataset_id, _TABLE.c.position, _TABLE.c.id)
)


class ResourceStore:
    """Files of a version and what was found in them."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def add(self, row: ResourceRow) -> ResourceRow:
        """Insert a resource."""
        made = self._opened.run(insert(_TABLE).values(**_values(row)).returning(*_TABLE.c)).one()
        return _resource(made)

    def get(self, dataset_id: UUID, version: int, resource_id: UUID) -> ResourceRow:
        """One resource. Raises NotFound."""
        row = self._opened.run(select(_TABLE).where(*_where(dataset_id, version, resource_id))).one_or_none()
        if row is None:
            raise NotFound
        return _resource(row)

    def of_version(self, dataset_id: UUID, version: int) -> tuple[ResourceRow, ...]:
        """All resources of a version in their order."""
        rows = self._opened.run(_OF_VERSION, {"dataset": dataset_id, "number": version})
        return tuple(_resource(row) for row in rows)

    def of_working(self, dataset_ids: Sequence[UUID]) -> dict[UUID, tuple[ResourceRow, ...]]:
        """Resources of several datasets' working versions by dataset, in their order."""
        found: dict[UUID, tuple[ResourceRow, ...]] = {}
        for row in self._opened.run(_OF_WORKING, {"datasets": list(dataset_ids)}):
            resource = _resource(row)
            found[resource.dataset_id] = (*found.get(resource.dataset_id, ()), resource)
        return found

    def save(self, row: ResourceRow) -> ResourceRow:
        """Write every field of a resource that is there (use dataclasses.replace). Raises NotFound."""
        values = {name: value for name, value in _values(row).items() if name not in _KEYS}
        statement = update(_TABLE).where(*_where(row.dataset_id, row.version, row.id)).values(**values)
        saved = self._opened.run(statement.returning(*_TABLE.c)).one_or_none()
        if saved is None:
            raise NotFound
        return _resource(saved)

    def save_load(self, row: ResourceRow) -> ResourceRow:
        """Write what a load found of the file that the row has, and nothing else: what is said of it may have changed
        since the load began. Raises NotFound for a resource that is gone or has another file by now."""
        values = {name: value for name, value in _values(row).items() if name in _LOAD}
        where = (*_where(row.dataset_id, row.version, row.id), _TABLE.c.sha256 == row.sha256)
        saved = self._opened.run(update(_TABLE).where(*where).values(**values).returning(*_TABLE.c)).one_or_none()
        if saved is None:
            raise NotFound
        return _resource(saved)

    def remove(self, dataset_id: UUID, version: int, resource_id: UUID) -> None:
        """Take a resource off a version; its file and bulk table are the caller's to drop. Raises NotFound."""
        statement = delete(_TABLE).where(*_where(dataset_id, version, resource_id)).returning(_TABLE.c.id)
        if self._opened.run(statement).one_or_none() is None:
            raise NotFound


def _where(dataset_id: UUID, version: int, resource_id: UUID) -> tuple[Any, ...]:
    return (_TABLE.c.dataset_id == dataset_id, _TABLE.c.version == version, _TABLE.c.id == resource_id)


def _values(row: ResourceRow) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in _TABLE.c.keys()}  # noqa: SIM118 - a collection of columns
    for name in ("name", "description", "format", "filename"):
        values[name] = storable_text(values[name])
    for name in ("choice", "report", "columns", "layer", "ckan"):
        values[name] = storable(values[name])
    return values


def _resource(row: Row[Any]) -> ResourceRow:
    values = dict(row._mapping)
    values["columns"] = tuple(values["columns"])
    return ResourceRow(**values)
