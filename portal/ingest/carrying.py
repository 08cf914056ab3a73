"""What of an earlier release a new version takes along unchanged: files by their hash, tables and layers by name.

Published bytes and rows never change (I5), so a version that only says something else of them points at the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.access.rows import ResourceRow
from portal.catalog.published import PublishedFile, PublishedLayer, PublishedResource
from portal.contract.metadata import ColumnEntry

_FILE = tuple(item.name for item in fields(PublishedFile))
_LAYER = tuple(item.name for item in fields(PublishedLayer))


def carried(public: Session, dataset_id: UUID, resources: Sequence[ResourceRow]) -> dict[UUID, PublishedResource]:
    """The resources with bytes or rows that the live version has, as it has them. One statement, or none."""
    wanted = {row.id: row for row in resources if row.kind != "tautan" or row.choice.get("live")}
    if not wanted:
        return {}
    page: Mapping[str, Any] | None = public.execute(
        text("SELECT page FROM catalog.dataset WHERE id = :id"), {"id": dataset_id}
    ).scalar()
    found = {UUID(item["id"]): item for item in (page or {}).get("resources", ())}
    return {key: _resource(found[key], row) for key, row in wanted.items() if key in found and _same(found[key], row)}


def _same(item: Mapping[str, Any], row: ResourceRow) -> bool:
    """Whether the vault's row still is what was published: the same kind, and the same bytes where they are out."""
    if row.choice.get("live"):
        return bool(item.get("table"))
    original = next((file for file in item["files"] if file["role"] == "asli"), None)
    return item["kind"] == row.kind and (original is None or original["sha256"] == row.sha256)


def _resource(item: Mapping[str, Any], row: ResourceRow) -> PublishedResource:
    layer = item.get("layer")
    return PublishedResource(
        id=row.id,
        position=row.position,
        name=row.name,
        kind=item["kind"],
        format=row.format,
        description=row.description,
        files=tuple(PublishedFile(**{name: file[name] for name in _FILE}) for file in item["files"]),
        table=item.get("table"),
        row_count=item.get("row_count"),
        columns=tuple(ColumnEntry.model_validate(column) for column in item.get("columns", ())),
        layer=_layer(layer) if layer else None,
        preview_svg=item.get("preview_svg", ""),
        ckan=row.ckan,
    )


def _layer(item: Mapping[str, Any]) -> PublishedLayer:
    values = {name: item[name] for name in _LAYER if name in item}
    return PublishedLayer(**{**values, "bbox": tuple(values["bbox"]), "legend": tuple(values.get("legend", ()))})
