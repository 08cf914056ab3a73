"""A version as it will be published: originals and derived files in the public root, rows, and the frozen value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.styles import legend, style_layers
from geo.tiles.published import LAYER
from portal.access.rows import ResourceRow, private_folder
from portal.catalog.published import PublishedDataset, PublishedFile, PublishedLayer, PublishedResource
from portal.contract.metadata import DatasetMetadata
from portal.ingest import formats
from portal.ingest.derived import Derived, LocalFile, Subject, stems
from portal.ingest.desk import Desk, OpenDataset
from portal.ingest.frozen import Moment, freeze
from portal.ingest.orders import Order
from portal.ingest.publicrows import PublicRows, live_table, public_entries, public_name
from portal.ingest.reading import OnProgress
from portal.ingest.receiving import find_file
from portal.kernel.errors import NotFound
from portal.kernel.storage import FileRoot, content_key, sha256_file

#: Formats that hold one table or layer and nothing beside it; what others hold is known from their inspection only.
_ONE_PART = frozenset({"csv", "tsv", "geojson"})
WORLD = (-180.0, -85.0, 180.0, 85.0)


@dataclass(frozen=True)
class Stock:
    """Where published files go: noted with the order first, then stored under their hash (I4, step 2)."""

    desk: Desk
    files: FileRoot

    def put(self, order: Order, items: Sequence[LocalFile]) -> list[PublishedFile]:
        """Store files; what is there already stays as it is. Commits the notes before the first byte."""
        known = [(item, *sha256_file(item.path)) for item in items]
        self.desk.orders.lock_files()
        self.desk.orders.note(order.id, "berkas", [sha256 for _item, sha256, _size in known])
        self.desk.session.commit()
        made = []
        for item, sha256, size in known:
            key = content_key(sha256)
            if not self.files.exists(key):
                self.files.put(key, item.path)
            made.append(
                PublishedFile(
                    role=item.role,
                    format=item.format,
                    filename=item.filename,
                    media_type=item.media_type,
                    size=size,
                    sha256=sha256,
                )
            )
        return made


class Assembler:
    """Builds the parts of one release; every part can be built again with the same result."""

    def __init__(self, desk: Desk, public: Session, stock: Stock, derived: Derived, work_root: Path | None) -> None:
        self._desk = desk
        self._public = public
        self._rows = PublicRows(public)
        self._stock = stock
        self._derived = derived
        self._work_root = work_root

    def originals(self, order: Order, opened: OpenDataset) -> tuple[OpenDataset, dict[UUID, PublishedFile]]:
        """The files as received, checked against their receipt's SHA-256 (V12), by resource.

        A file that holds more than what is published (a column that is not public, an unread sheet or layer) stays
        in the vault.
        """
        rows = opened.vault.resources.of_version(opened.id, opened.version.version)
        found: dict[UUID, PublishedFile] = {}
        with private_folder(self._work_root) as folder:
            for number, row in enumerate(rows):
                if not whole(row, rows):
                    continue
                opened = self._desk.reopen(opened)
                path = folder / str(number)
                opened.vault.files.export_to(find_file(opened, row), path)
                if sha256_file(path)[0] != row.sha256:
                    raise ValueError("a sealed file does not fit its receipt")
                media = formats.file_type(row.filename).media_type
                local = LocalFile(path, "asli", row.format, row.filename, media)
                found[row.id] = self._stock.put(order, [local])[0]
                path.unlink()
        return self._desk.reopen(opened), found

    def rows(self, order: Order, opened: OpenDataset) -> OpenDataset:
        """Row tables that nobody points at yet (I4, step 3), in one public transaction."""
        rows = [row for row in opened.vault.resources.of_version(opened.id, order.version) if row.table_name]
        self._desk.orders.note(order.id, "tabel", [public_name(row, order.version) for row in rows])
        self._desk.session.commit()
        opened = self._desk.reopen(opened)
        for row in rows:
            self._rows.build(self._desk.session, opened.vault, row, public_name(row, order.version))
        self._public.commit()
        return opened

    def resources(
        self, order: Order, opened: OpenDataset, originals: dict[UUID, PublishedFile], progress: OnProgress
    ) -> list[PublishedResource]:
        """Every resource with its files made from the published rows. Ends the office transaction."""
        rows = opened.vault.resources.of_version(opened.id, order.version)
        receipts = {one.resource_id: one.at for one in opened.vault.receipts.of_dataset(opened.id)}
        self._desk.session.rollback()
        made = []
        for row, stem in zip(rows, stems([row.name for row in rows]), strict=True):
            own = [originals[row.id]] if row.id in originals else []
            resource = PublishedResource(
                id=row.id,
                position=row.position,
                name=row.name,
                kind=row.kind,
                format=row.format,
                description=row.description,
                files=tuple(own),
                created=receipts.get(row.id, order.created),
                modified=order.created,
                ckan=row.ckan,
            )
            if row.table_name or live_table(row):
                resource = self._with_rows(order, opened, row, resource, stem, progress)
            made.append(resource)
        return made

    def _with_rows(
        self,
        order: Order,
        opened: OpenDataset,
        row: ResourceRow,
        resource: PublishedResource,
        stem: str,
        progress: OnProgress,
    ) -> PublishedResource:
        entries = public_entries(row)
        if live_table(row) is not None:
            # rows go on entering it: a file made of it would be old at once, and dumps are made as they are asked for
            self._public.rollback()
            return replace(resource, table=live_table(row), row_count=row.row_count, columns=entries)
        subject = Subject(
            table=public_name(row, order.version),
            entries=entries,
            title=row.name,
            stem=stem,
            modified=order.created.astimezone(UTC).date().isoformat(),
            info=_info(opened.metadata),
        )
        layer = _layer(row)
        with private_folder(self._work_root) as folder:
            if row.kind == "layer":
                local = self._derived.layer(subject, folder, progress)
                local.append(self._derived.tiles(subject, layer.bbox if layer else WORLD, folder))
                svg = self._derived.layer_preview(subject)
            else:
                local = self._derived.table(subject, folder)
                svg = self._derived.table_preview(subject)
            if svg:
                picture = folder / "pratinjau.svg"
                picture.write_text(svg, encoding="utf-8")
                local.append(LocalFile(picture, "pratinjau", "svg", f"{stem}.svg", "image/svg+xml"))
            files = self._stock.put(order, local)
        self._public.rollback()
        return replace(
            resource,
            files=(*resource.files, *files),
            table=subject.table,
            row_count=row.row_count,
            columns=entries,
            layer=layer,
            preview_svg=svg,
        )

    def dataset(self, order: Order, opened: OpenDataset, resources: list[PublishedResource]) -> PublishedDataset:
        """The frozen value that the public side stores; nothing in it is from anywhere but this version."""
        agency = self._desk.people.agency(opened.dataset.agency_id)
        if agency is None:
            raise NotFound
        moment = Moment(
            created=self._first_release(opened.id) or order.created, released=order.created, order_id=order.id
        )
        named = (opened.id, self._public_name(opened, agency.name), order.version)
        return freeze(self._desk.people, named, opened.metadata, agency, resources, moment, opened.version.notes)

    def _first_release(self, dataset_id: UUID) -> datetime | None:
        return self._public.execute(
            text("SELECT min(released) FROM catalog.version WHERE dataset_id = :id"), {"id": dataset_id}
        ).scalar()

    def _public_name(self, opened: OpenDataset, agency: str) -> str:
        """The name that the dataset has or takes on the public side (I7): its own, or with its agency's behind it."""
        known = self._public.execute(
            text("SELECT name FROM catalog.dataset WHERE id = :id"), {"id": opened.id}
        ).scalar()
        if known:
            return str(known)
        base = opened.dataset.name
        tries = [base, f"{base[:60]}-{agency[:38]}", *(f"{base[:90]}-{number}" for number in range(2, 100))]
        taken = set(
            self._public.scalars(
                text(
                    "SELECT name FROM catalog.dataset WHERE name = ANY(:names) UNION"
                    " SELECT name FROM catalog.tombstone WHERE name = ANY(:names) AND dataset_id <> :id"
                ),
                {"names": tries, "id": opened.id},
            )
        )
        return next(name for name in tries if name not in taken)


def whole(row: ResourceRow, rows: Sequence[ResourceRow]) -> bool:
    """Whether the file as received may go out: nothing in it was held back, left out or never looked at."""
    if row.kind == "tautan":
        return False
    if row.kind == "berkas":
        return True
    if any(column.get("public") is False for column in row.columns):
        return False
    of_file = [item for item in rows if item.sha256 == row.sha256]
    if any(column.get("public") is False for item in of_file for column in item.columns):
        return False
    return not (_dropped(row) or _unread(row, of_file))


def _dropped(row: ResourceRow) -> bool:
    """Whether the choice leaves columns or attributes of the file out."""
    read: dict[str, Any] = dict(row.choice.get("read") or {})
    layer: dict[str, Any] = dict(row.choice.get("layer") or {})
    return any(column.get("drop") for column in read.get("columns") or ()) or bool(layer.get("skip_fields"))


def _unread(row: ResourceRow, of_file: Sequence[ResourceRow]) -> bool:
    """Whether the file has a sheet or layer with content that no resource of this version shows."""
    table, layer = row.report.get("table") or {}, row.report.get("layer") or {}
    if not table and not layer:
        return row.format not in _ONE_PART
    parts = {sheet["name"] for sheet in table.get("sheets") or () if sheet.get("rows", 1)}
    parts |= {one["name"] for one in layer.get("layers") or ()}
    if len(parts) < 2:
        return False
    shown = {str((item.choice.get("read") or {}).get("sheet") or "") for item in of_file}
    shown |= {str((item.layer or {}).get("layer") or "") for item in of_file}
    return not parts <= shown


def _layer(row: ResourceRow) -> PublishedLayer | None:
    """Facts, a legible style and its legend; None for a table."""
    if row.kind != "layer" or row.layer is None:
        return None
    facts = row.layer
    box = facts.get("bbox") or WORLD
    kind = str(facts.get("geometry_type") or "GEOMETRY")
    return PublishedLayer(
        geometry_type=kind,
        bbox=(float(box[0]), float(box[1]), float(box[2]), float(box[3])),
        feature_count=int(facts.get("feature_count") or 0),
        epsg=facts.get("epsg"),
        style={"layers": style_layers("data", LAYER, kind)},
        legend=tuple({"symbol": e.symbol, "colour": e.colour, "label": e.label} for e in legend(kind, row.name)),
    )


def _info(metadata: DatasetMetadata) -> tuple[tuple[str, str], ...]:
    """What the sheet `Keterangan` of a workbook says of the data."""
    return (
        ("Judul", metadata.judul),
        ("Penerbit", metadata.instansi_penerbit),
        ("Sumber", metadata.sumber_data),
        ("Lisensi", metadata.lisensi),
    )


__all__ = ["Assembler", "Stock", "whole"]
