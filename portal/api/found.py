"""Published things by name or id: what follow, activity and member actions start from. One statement each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import select

from portal.api.action import Call
from portal.catalog import models
from portal.kernel.ids import as_uuid

GroupKind = Literal["organization", "group"]


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """An organisation or a subject group that readers see."""

    id: UUID
    name: str
    kind: GroupKind


def dataset_id(call: Call, name_or_id: str) -> UUID | None:
    """The id of a live dataset, or None."""
    table = models.dataset
    key = as_uuid(name_or_id)
    return call.queries.session.scalar(
        select(table.c.id).where(table.c.id == key if key else table.c.name == name_or_id)
    )


def group(call: Call, name_or_id: str, kinds: tuple[GroupKind, ...] = ("organization", "group")) -> FoundGroup | None:
    """The organisation or group that readers see under this name or id, or None."""
    key = as_uuid(name_or_id)
    tables = {"organization": models.organization, "group": models.theme}
    for kind in kinds:
        table = tables[kind]
        where = table.c.id == key if key else table.c.name == name_or_id
        row = call.queries.session.execute(
            select(table.c.id, table.c.name).where(where, table.c.state == "active")
        ).one_or_none()
        if row is not None:
            return FoundGroup(row.id, row.name, kind)
    return None


def datasets_of(call: Call, found: FoundGroup) -> list[UUID]:
    """Ids of its live datasets."""
    table, link = models.dataset, models.dataset_theme
    if found.kind == "organization":
        query = select(table.c.id).where(table.c.organization_id == found.id)
    else:
        query = select(link.c.dataset_id).where(link.c.theme_id == found.id)
    return list(
        call.queries.session.scalars(query.order_by(table.c.id if found.kind == "organization" else link.c.dataset_id))
    )
