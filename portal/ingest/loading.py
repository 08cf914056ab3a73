"""Work of the worker on a received file: inspect it, then load the confirmed choice into a sealed vault table.

Each job is: read what is needed and end the transaction; run the sandbox; write everything in one transaction. So a
job that is killed anywhere leaves either nothing or the whole, and runs again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from geo import codec
from geo.findings import Finding
from geo.layers.types import LayerChoice, LayerInspection, StagedLayer
from geo.tables.types import ReadChoice, StagedTable, TableReport
from portal.access.rows import BulkColumn, FindingRow, ResourceRow, private_folder
from portal.contract.metadata import ColumnEntry
from portal.ingest.checks import REGION_CODES, is_code_column, schema_change
from portal.ingest.desk import Desk, OpenDataset
from portal.ingest.findings import to_rows
from portal.ingest.formats import ending
from portal.ingest.lifecycle import State
from portal.ingest.reading import OnProgress, Reader, Refused, staged_file
from portal.ingest.receiving import find_file
from portal.ingest.scanning import Scan
from portal.kernel.errors import NotFound
from portal.kernel.identity import Identity
from portal.quality.personal import hits

#: Called between the steps with a name: tests stop a job there; a worker being stopped raises from its progress.
Checkpoint = Callable[[str], None]
#: Bytes of a file without a readable table that are looked through for personal numbers.
LONGEST_TEXT = 100_000_000
#: The vault's closed list has no smallint.
_TYPES = {"smallint": "integer"}


def _names_people(path: Path) -> bool:
    """Whether a file of text holds a NIK or NIP; one that is too long to look through counts as if it did."""
    if path.stat().st_size > LONGEST_TEXT:
        return True
    with path.open(encoding="utf-8", errors="replace") as lines:
        return any(True for line in lines for _hit in hits(line))


def no_stop(_step: str) -> None:
    """The checkpoint of every day."""


class _Gone(Exception):
    """The resource was taken away, or given another file, while its file was being read."""


@dataclass
class Loader:
    """Inspects and loads one resource at a time, as the worker, committing by itself (`desk.session`)."""

    desk: Desk
    reader: Reader
    worker: Identity
    work_root: Path | None = None
    checkpoint: Checkpoint = no_stop

    def inspect(self, dataset_id: UUID, version: int, resource_id: UUID, progress: OnProgress) -> None:
        """Look into a received file and keep the report for the officer's choice. Raises Refused.

        Repeatable; a resource that is gone or went on meanwhile is left alone.
        """
        with self._while_there():
            self._inspect(dataset_id, version, resource_id, progress)

    def _inspect(self, dataset_id: UUID, version: int, resource_id: UUID, progress: OnProgress) -> None:
        found = self._resource(dataset_id, version, resource_id, {"diterima"}, "periksa berkas")
        if found is None:
            return
        opened, row = found
        with private_folder(self.work_root) as folder:
            path, work = self._export(opened, row, folder)
            self.checkpoint("inspect:dibaca")
            try:
                report = self._report(row, path, work, progress)
            except Refused as refusal:
                self._refuse(opened, row, refusal, state="menunggu_pilihan" if refusal.choosable else "gagal")
                raise
        self.checkpoint("inspect:diperiksa")
        opened = self.desk.reopen(opened)
        self._save(opened, replace(row, state="menunggu_pilihan", report=report))
        findings = codec.decode(list[Finding], next(iter(report.values()))["findings"])
        self._replace(opened, row, findings)
        self.checkpoint("inspect:ditulis")
        self.desk.session.commit()

    def stage(self, dataset_id: UUID, version: int, resource_id: UUID, progress: OnProgress) -> None:
        """Load the chosen table or layer: sandbox, checks, COPY, seal, dictionary, findings. Raises Refused.

        One transaction holds all of it. Repeatable: the table of a former try is replaced. A resource that is gone or
        has another file by the end is left alone; what was said of it meanwhile stays.
        """
        with self._while_there():
            self._stage(dataset_id, version, resource_id, progress)

    def _stage(self, dataset_id: UUID, version: int, resource_id: UUID, progress: OnProgress) -> None:
        found = self._resource(dataset_id, version, resource_id, {"diperiksa_berkas"}, "muat")
        if found is None:
            return
        opened, row = found
        with private_folder(self.work_root) as folder:
            path, work = self._export(opened, row, folder)
            self.checkpoint("stage:dibaca")
            try:
                if row.kind == "layer":
                    layer = codec.decode(LayerChoice, row.choice.get("layer") or {})
                    staged_layer = self.reader.stage_layer(path, row.filename, layer, work, progress)
                    self.checkpoint("stage:disiapkan")
                    self._load_layer(opened, row, staged_layer, work)
                else:
                    read = codec.decode(ReadChoice, row.choice.get("read") or {})
                    staged_table = self.reader.stage_table(path, row.filename, read, work, progress)
                    self.checkpoint("stage:disiapkan")
                    self._load_table(opened, row, staged_table, work)
            except Refused as refusal:
                if self._stays_file(row) and not _names_people(path):
                    self._keep_as_file(opened, row)
                    return
                self._refuse(opened, row, refusal, state="menunggu_pilihan" if refusal.choosable else "gagal")
                raise
        self.checkpoint("stage:ditulis")
        self.desk.session.commit()

    @contextmanager
    def _while_there(self) -> Iterator[None]:
        try:
            yield
        except _Gone:
            self.desk.session.rollback()

    def _save(self, opened: OpenDataset, row: ResourceRow) -> None:
        """What the load found of the file, in the order in which every writer takes rows. Raises _Gone."""
        try:
            opened.vault.datasets.hold(opened.id)
            opened.vault.resources.save_load(row)
        except NotFound as error:
            raise _Gone from error

    def _resource(
        self, dataset_id: UUID, version: int, resource_id: UUID, states: set[str], purpose: str
    ) -> tuple[OpenDataset, ResourceRow] | None:
        opened = self.desk.open_job(self.worker, dataset_id, purpose)
        with suppress(NotFound):
            row = opened.vault.resources.get(dataset_id, version, resource_id)
            if row.state in states:
                return opened, row
        self.desk.session.rollback()
        return None

    def _export(self, opened: OpenDataset, row: ResourceRow, folder: Path) -> tuple[Path, Path]:
        """Plain bytes into a private folder, and the child's own folder; the transaction ends before long work."""
        path, work = folder / "masukan", folder / "hasil"
        work.mkdir(mode=0o700)
        opened.vault.files.export_to(find_file(opened, row), path)
        self.desk.session.rollback()
        return path, work

    def _report(self, row: ResourceRow, path: Path, work: Path, progress: OnProgress) -> dict[str, Any]:
        if row.kind == "layer":
            layer = codec.decode(LayerChoice, row.choice["layer"]) if row.choice.get("layer") else None
            inspection: LayerInspection = self.reader.inspect_layer(path, row.filename, layer, work, progress)
            return {"layer": codec.encode(inspection)}
        read = codec.decode(ReadChoice, row.choice["read"]) if row.choice.get("read") else None
        table: TableReport = self.reader.inspect_table(path, row.filename, read, work, progress)
        return {"table": codec.encode(table)}

    def _stays_file(self, row: ResourceRow) -> bool:
        """Whether a file that holds no table or map that we can read goes out as it is: what came through the API,
        where that publishes at once. CKAN offers every file; what its loaders make of it is another matter."""
        return self.desk.profile.policy.api_terbit_langsung and bool(row.ckan)

    def _keep_as_file(self, opened: OpenDataset, row: ResourceRow) -> None:
        self.desk.session.rollback()
        opened = self.desk.reopen(opened)
        form = ending(row.filename)[:20] or "bin"
        plain = replace(row, kind="berkas", format=form, state="dimuat", choice={}, report={}, columns=(), layer=None)
        self._save(opened, plain)
        self._replace(opened, row, ())
        self.desk.session.commit()

    def _refuse(self, opened: OpenDataset, row: ResourceRow, refusal: Refused, *, state: Any) -> None:
        """Keep the reasons with the resource; the earlier report stays for another choice."""
        self.desk.session.rollback()
        opened = self.desk.reopen(opened)
        report = {**row.report, "refusal": codec.encode(list(refusal.findings[:50]))}
        self._save(opened, replace(row, state=state, report=report))
        self._replace(opened, row, refusal.findings)
        self.desk.session.commit()

    def _replace(self, opened: OpenDataset, row: ResourceRow, findings: Iterable[Finding]) -> None:
        rows: list[FindingRow] = to_rows(findings, opened.id, row.version, row.id)
        opened.vault.findings.replace(opened.id, row.version, row.id, rows)

    def _load_table(self, opened: OpenDataset, row: ResourceRow, staged: StagedTable, work: Path) -> None:
        entries = _entries(row, [(column.name, column.label, column.type.value) for column in staged.columns])
        columns = [BulkColumn("_id", "bigint")]
        columns += [BulkColumn(c.name, _TYPES.get(c.pg_type, c.pg_type)) for c in staged.columns]  # type: ignore[arg-type]
        opened = self.desk.reopen(opened)
        with staged_file(work, staged.path) as stream:
            name, count = opened.vault.tables.load(opened.id, row.id, row.version, columns, stream)  # type: ignore[arg-type]
        self.checkpoint("stage:disalin")
        loaded = replace(row, columns=_stored(entries), table_name=name, row_count=count)
        self._loaded(opened, loaded, [*staged.findings, *self._scan(opened, row, name, entries, count)])

    def _load_layer(self, opened: OpenDataset, row: ResourceRow, staged: StagedLayer, work: Path) -> None:
        entries = _entries(row, [(field.name, field.title, field.type.value) for field in staged.fields])
        columns = [BulkColumn("_id", "bigint")]
        columns += [BulkColumn(field.name, field.sql_type) for field in staged.fields]  # type: ignore[arg-type]
        columns.append(BulkColumn("geom", "geometry(Geometry,4326)"))
        opened = self.desk.reopen(opened)
        with staged_file(work, staged.data) as stream:
            name, count = opened.vault.tables.load(opened.id, row.id, row.version, columns, stream, kind="l")  # type: ignore[arg-type]
        self.checkpoint("stage:disalin")
        # the engine has checked the layer's codes by its own choice of column; here only personal numbers are asked for
        uncoded = [entry.model_copy(update={"codelist": ""}) for entry in entries]
        loaded = replace(
            row, columns=_stored(entries), table_name=name, row_count=count, layer=_layer_facts(staged)
        )  # fmt: skip
        self._loaded(opened, loaded, [*staged.findings, *self._scan(opened, row, name, uncoded, count)])

    def _scan(
        self, opened: OpenDataset, row: ResourceRow, table: str, entries: list[ColumnEntry], count: int
    ) -> list[Finding]:
        """V3, V6 and V9 over the loaded rows, V11 against the dictionary that the resource had."""
        period = opened.metadata.periode
        scan = Scan(self.desk.session, table, entries)
        found = scan.run(period.end or period.start)
        if row.kind == "tabel":
            found += scan.equal_rows(count)
        self.checkpoint("stage:ditelusuri")
        before = [str(column["name"]) for column in row.columns]
        return [*found, *schema_change(before, [entry.name for entry in entries])]

    def _loaded(self, opened: OpenDataset, row: ResourceRow, findings: list[Finding]) -> None:
        """The resource is in; once all are, the codes are applied (`dikodekan`, BR 16(6))."""
        vault = opened.vault
        report = {name: value for name, value in row.report.items() if name != "refusal"}
        self._save(opened, replace(row, state="dimuat", report=report))
        self._replace(opened, row, findings)
        rows = vault.resources.of_version(opened.id, row.version)
        if opened.version.version == row.version and all(item.state == "dimuat" for item in rows):
            self.desk.advance(opened, State.CODED, why=row.filename)


def _entries(row: ResourceRow, columns: list[tuple[str, str, str]]) -> list[ColumnEntry]:
    """The dictionary of the loaded columns: what people wrote before stays, types follow the data."""
    before = {str(column["name"]): ColumnEntry.model_validate(column) for column in row.columns}
    entries = []
    for name, label, kind in columns:
        known = before.get(name)
        if known is None:
            codelist = REGION_CODES if kind == "text" and is_code_column(name) else ""
            known = ColumnEntry(name=name, label=label[:500], type=kind, codelist=codelist)
        entries.append(known.model_copy(update={"type": kind, "label": known.label or label[:500]}))
    return entries


def _stored(entries: list[ColumnEntry]) -> tuple[dict[str, Any], ...]:
    return tuple(entry.model_dump(mode="json") for entry in entries)


def _layer_facts(staged: StagedLayer) -> dict[str, Any]:
    """What pages and the release need of a layer; box in degrees, `epsg` of the file's own CRS."""
    return {
        "geometry_type": staged.geometry_type,
        "bbox": list(staged.bounds) if staged.bounds else None,
        "feature_count": staged.feature_count,
        "epsg": staged.reference.srid,
        "crs_name": staged.reference.name,
        "accuracy": staged.reference.accuracy,
        "invalid": staged.invalid_after,
        "empty": staged.empty_count,
        "layer": staged.layer,
    }
