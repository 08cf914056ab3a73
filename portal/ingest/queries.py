"""What office pages ask of this room: my tasks, my datasets, one dataset with all that belongs to it, previews."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from geo import codec
from geo.layers.types import LayerInspection
from geo.tables.types import TableReport
from portal.access.rows import (
    BulkFilter,
    ClassificationRow,
    ConsentRow,
    DatasetFilter,
    FindingRow,
    ListedDataset,
    Page,
    ReceiptRow,
    ResourceRow,
    TransitionRow,
    UploadRow,
)
from portal.contract.metadata import ColumnEntry, DatasetMetadata, missing_stars
from portal.ingest import acts, gate, lifecycle
from portal.ingest.acts import Act
from portal.ingest.desk import Desk, OpenDataset, parse, token
from portal.ingest.gate import Readiness
from portal.ingest.lifecycle import State
from portal.ingest.office_search import OfficeSearch
from portal.ingest.orders import Order
from portal.kernel.errors import NotFound
from portal.kernel.identity import Identity
from portal.kernel.permissions import Permission
from portal.operations import progress
from portal.operations.progress import Progress
from search.errors import EngineUnavailable, QuerySyntaxError
from search.lucene import parse_q
from search.query import SearchQuery

PREVIEW_ROWS = 100
PREVIEW_SHAPES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetLine:
    """One dataset in a list; titles are vault content: never in mail, logs or the public side."""

    id: UUID
    name: str
    title: str
    agency_id: UUID
    agency: str
    version: int
    live_version: int | None
    state: State
    sifat: str
    jenis_data: str | None
    modified: datetime
    due: datetime | None
    duties: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLine:
    """One thing that waits for this person, with the one act that is asked of him."""

    act: Act
    dataset: DatasetLine
    due: datetime | None
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetList:
    """A page of datasets and how many there are in all."""

    items: tuple[DatasetLine, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceView:
    """A resource with its findings and what the inspection said; `sifat` is its dataset's (SR-2)."""

    row: ResourceRow
    sifat: str
    columns: tuple[ColumnEntry, ...]
    findings: tuple[FindingRow, ...]
    table: TableReport | None
    layer: LayerInspection | None
    receipt: ReceiptRow | None
    job: Progress | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One step or edit: who, when, from which state to which, why. `edit` is empty for a step."""

    row: TransitionRow
    person: str
    edit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetView:
    """All that an office page shows of one dataset to this person."""

    line: DatasetLine
    metadata: DatasetMetadata
    notes: str
    token: str
    missing_stars: tuple[str, ...]
    readiness: Readiness
    resources: tuple[ResourceView, ...]
    findings: tuple[FindingRow, ...]
    history: tuple[HistoryLine, ...]
    versions: tuple[tuple[int, State, datetime | None], ...]
    people: Mapping[str, str]
    consents: tuple[ConsentRow, ...]
    consent_needed: bool
    consented: bool
    decisions: tuple[ClassificationRow, ...]
    public_decision: ClassificationRow | None
    orders: tuple[Order, ...]
    order_job: Progress | None
    uploads: tuple[UploadRow, ...]
    acts: tuple[Act, ...]
    next_states: tuple[State, ...]


class Queries:
    """Reads; each opening is recorded once."""

    def __init__(self, desk: Desk, search: OfficeSearch | None = None) -> None:
        self._desk = desk
        self._search = search

    def my_datasets(
        self, identity: Identity, filter_: DatasetFilter | None = None, page: Page | None = None
    ) -> DatasetList:
        """Datasets that this person's duties cover, last changed first. Exempt ones are in no such list (I3)."""
        wanted = self._searched(identity, filter_ or DatasetFilter())
        vault = self._desk.access.enter(self._desk.access.list_pass(identity))
        found = vault.datasets.list_datasets(wanted, page or Page())
        return DatasetList(items=self._lines(found.items), total=found.total)

    def _searched(self, identity: Identity, filter_: DatasetFilter) -> DatasetFilter:
        """Words go to the office index, which finds by stems and forgives; rows are read under row security after.

        While the engine does not answer, words are looked for in names and titles.
        """
        if self._search is None or not filter_.words.strip():
            return filter_
        try:
            found = self._search.own(identity, SearchQuery(tree=parse_q(filter_.words)))
        except (EngineUnavailable, QuerySyntaxError):
            return filter_
        return replace(filter_, words="", ids=found)

    def my_tasks(self, identity: Identity, limit: int = 100) -> tuple[TaskLine, ...]:
        """What waits for this person, nearest due date first, each with one act."""
        vault = self._desk.access.enter(self._desk.access.list_pass(identity, "tugas"))
        found: list[ListedDataset] = []
        number = 1
        while True:
            page = vault.datasets.list_datasets(DatasetFilter(states=acts.OPEN_STATES), Page(number, 200))
            found += page.items
            if number * 200 >= page.total:
                break
            number += 1
        facts = acts.facts(self._desk.session, [item.dataset.id for item in found], identity, self._desk.clock())
        lines = {line.id: line for line in self._lines(found)}
        waiting: list[TaskLine] = []
        for item in found:
            act = acts.task(identity, item, facts.of(item.dataset.id), self._desk.profile)
            if act is not None:
                line = lines[item.dataset.id]
                waiting.append(TaskLine(act=act, dataset=line, due=item.version.due, since=item.dataset.modified))
        far = datetime.max.replace(tzinfo=self._desk.clock().tzinfo)
        return tuple(sorted(waiting, key=lambda line: (line.due or far, line.since))[:limit])

    def _lines(self, items: Sequence[ListedDataset]) -> tuple[DatasetLine, ...]:
        agencies = self._desk.people.agencies(item.dataset.agency_id for item in items) if items else {}
        return tuple(
            _line(item, agencies[item.dataset.agency_id].title if item.dataset.agency_id in agencies else "")
            for item in items
        )

    def dataset_view(self, identity: Identity, dataset_id: UUID) -> DatasetView:
        """One dataset as this person may see it. Raises NotFound."""
        opened = self._open(identity, dataset_id)
        vault, version = opened.vault, opened.version.version
        findings = tuple(vault.findings.of_version(dataset_id, version, limit=20_000))
        duties = vault.duties.of_dataset(dataset_id)
        history = vault.transitions.of_dataset(dataset_id)
        names = self._desk.people.names([*(row.person_id for row in duties), *(row.person_id for row in history)])
        agency = self._desk.people.agency(opened.dataset.agency_id)
        listed = ListedDataset(
            dataset=opened.dataset, version=opened.version, sifat=vault.sifat(dataset_id), named=opened.subject.named
        )
        orders = tuple(self._desk.orders.of_dataset(dataset_id))
        decision = gate.public_decision(opened)
        ready = gate.readiness(opened)
        return DatasetView(
            line=_line(listed, agency.title if agency else ""),
            metadata=opened.metadata,
            notes=opened.version.notes,
            token=token(opened.dataset.name, opened.version.notes, opened.metadata),
            missing_stars=missing_stars(opened.metadata),
            readiness=ready,
            resources=self._resources(opened, findings),
            findings=tuple(row for row in findings if row.resource_id is None),
            history=tuple(
                HistoryLine(row=row, person=names.get(row.person_id, ""), edit=str(row.detail.get("edit", "")))
                for row in history
            ),
            versions=tuple(
                (row.version, State(row.state), row.released) for row in vault.datasets.versions(dataset_id)
            ),
            people={
                row.duty: names.get(row.person_id, "") for row in duties if row.duty in {"pemeriksa", "ppid", "bps"}
            },
            consents=vault.consents.of_dataset(dataset_id),
            consent_needed=self._desk.profile.consent_required("publik"),
            consented=opened.subject.consented,
            decisions=vault.classifications.of_dataset(dataset_id),
            public_decision=decision,
            orders=orders,
            order_job=self._job(dataset_id) if orders else None,
            uploads=vault.uploads.unfinished(dataset_id),
            acts=acts.allowed(identity, opened, decided=decision is not None, ready=ready.ready),
            next_states=lifecycle.allowed(opened.state),
        )

    def _job(self, subject: UUID) -> Progress | None:
        return next(iter(progress.of_subject(self._desk.session, str(subject), limit=1)), None)

    def _resources(self, opened: OpenDataset, findings: Sequence[FindingRow]) -> tuple[ResourceView, ...]:
        receipts = {row.sha256: row for row in opened.vault.receipts.of_dataset(opened.id)}
        return tuple(
            ResourceView(
                row=row,
                sifat=opened.subject.sifat or "belum_ditetapkan",
                columns=tuple(ColumnEntry.model_validate(column) for column in row.columns),
                findings=tuple(item for item in findings if item.resource_id == row.id),
                table=codec.decode(TableReport, row.report["table"]) if row.report.get("table") else None,
                layer=codec.decode(LayerInspection, row.report["layer"]) if row.report.get("layer") else None,
                receipt=receipts.get(row.sha256),
                job=self._job(row.id),
            )
            for row in opened.vault.resources.of_version(opened.id, opened.version.version)
        )

    def resource(self, identity: Identity, dataset_id: UUID, resource_id: UUID) -> ResourceView:
        """One resource of the working version. Raises NotFound."""
        opened = self._open(identity, dataset_id)
        opened.vault.resources.get(dataset_id, opened.version.version, resource_id)
        findings = opened.vault.findings.of_version(dataset_id, opened.version.version, resource_id, limit=20_000)
        return next(view for view in self._resources(opened, findings) if view.row.id == resource_id)

    def rows(
        self,
        identity: Identity,
        dataset_id: UUID,
        resource_id: UUID,
        *,
        limit: int = PREVIEW_ROWS,
        offset: int = 0,
        filters: Sequence[BulkFilter] = (),
    ) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        """Names of the columns (`_id` first) and a page of loaded rows of the working version. Raises NotFound."""
        opened, row = self._loaded(identity, dataset_id, resource_id)
        names = ("_id", *(str(column["name"]) for column in row.columns))
        found = opened.vault.tables.rows(
            str(row.table_name), names, limit=limit, offset=offset, filters=[f for f in filters if f.column in names]
        )
        return names, found

    def shapes(self, identity: Identity, dataset_id: UUID, resource_id: UUID, limit: int = PREVIEW_SHAPES) -> list[str]:
        """The first loaded features of a layer as GeoJSON geometry texts (EPSG:4326). Raises NotFound."""
        opened, row = self._loaded(identity, dataset_id, resource_id)
        if row.kind != "layer":
            raise NotFound
        found = opened.vault.tables.rows(str(row.table_name), ["geom"], limit=limit, geojson=frozenset({"geom"}))
        return [shape for (shape,) in found if shape]

    def job(self, identity: Identity, dataset_id: UUID, job_id: int) -> Progress:
        """Progress of a job on this dataset or one of its resources. Raises NotFound."""
        opened = self._open(identity, dataset_id)
        found = progress.read(self._desk.session, job_id)
        rows = opened.vault.resources.of_version(dataset_id, opened.version.version)
        if found is None or found.subject not in {str(dataset_id), *(str(row.id) for row in rows)}:
            raise NotFound
        return found

    def _open(self, identity: Identity, dataset_id: UUID) -> OpenDataset:
        return self._desk.open(identity, dataset_id, "lihat", Permission.DATASET_READ)

    def _loaded(self, identity: Identity, dataset_id: UUID, resource_id: UUID) -> tuple[OpenDataset, ResourceRow]:
        opened = self._open(identity, dataset_id)
        row = opened.vault.resources.get(dataset_id, opened.version.version, resource_id)
        if row.table_name is None:
            raise NotFound
        return opened, row


def _line(item: ListedDataset, agency: str) -> DatasetLine:
    metadata = parse(item.version.metadata)
    return DatasetLine(
        id=item.dataset.id,
        name=item.dataset.name,
        title=metadata.judul,
        agency_id=item.dataset.agency_id,
        agency=agency,
        version=item.version.version,
        live_version=item.dataset.live_version,
        state=State(item.version.state),
        sifat=item.sifat,
        jenis_data=metadata.jenis_data,
        modified=item.dataset.modified,
        due=item.version.due,
        duties=item.named,
    )
