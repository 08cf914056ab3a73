"""A whole office for tests of the way out: real databases and roles, sandbox, queue, file roots, search engine."""

from __future__ import annotations

import io
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from portal.catalog import bulk
from portal.contract.metadata import DatasetMetadata, Period
from portal.ingest import wiring
from portal.ingest.queries import DatasetView
from portal.ingest.schemas import Classification, Consent, NewDraft, ResourceChoice, Validation
from portal.ingest.service import Ingest
from portal.ingest.tasks import Handlers
from portal.kernel.identity import Identity, Role, RoleAt
from portal.operations.jobs import JobRefused
from portal.operations.worker import WorkerPlan, run_pending_once
from portal.web.request import Runtime
from search import postgres_schema
from tests.apps import dispose, make_worker
from tests.support import Databases

DATA = Path(__file__).resolve().parents[2] / "data"
CSV = (
    b"Kode Wilayah;Kecamatan;Tahun;Jumlah Puskesmas;Persentase\n"
    b"33.29.01;Salem;2024;2;12,5\n"
    b"33.29.02;Bantarkawung;2024;3;8,25\n"
    b"33.29.03;Bumiayu;2024;4;1.234,5\n"
)


class Stopped(BaseException):
    """The worker is gone here: no handler of ordinary errors runs."""


@dataclass
class House:
    """Runtime, an eye through the walls, people of every role that the way needs."""

    databases: Databases
    runtime: Runtime
    office: psycopg.Connection[Any]
    public: psycopg.Connection[Any]
    people: dict[str, Identity] = field(default_factory=dict)
    agencies: dict[str, UUID] = field(default_factory=dict)
    moved: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.moved

    def agency(self, name: str) -> UUID:
        row = self.office.execute(
            "INSERT INTO accounts.agency (name, title, abbreviation, tingkat, region_code, contact)"
            " VALUES (%s, %s, %s, 'daerah', '33.29', '{\"email\": \"data@contoh.id\"}') RETURNING id",
            (name, name.replace("-", " ").title(), name.upper()[:6]),
        ).fetchone()
        assert row is not None
        self.agencies[name] = row[0]
        return self.agencies[name]

    def person(self, name: str, agency: str, *roles: Role, service: bool = False) -> Identity:
        row = self.office.execute(
            "INSERT INTO accounts.person (email, name, service) VALUES (%s, %s, %s) RETURNING id",
            (f"{name}-{secrets.token_hex(4)}@contoh.id", name.title(), service),
        ).fetchone()
        assert row is not None
        at = self.agencies[agency]
        for role in roles:
            self.office.execute(
                "INSERT INTO accounts.role_at (person_id, agency_id, role) VALUES (%s, %s, %s)",
                (row[0], at, role.value),
            )
        self.people[name] = Identity(
            person_id=row[0],
            name=name.title(),
            roles=frozenset(RoleAt(role, at) for role in roles),
            service=service,
            address="192.0.2.7",
        )
        return self.people[name]

    @contextmanager
    def act(self) -> Iterator[Ingest]:
        """The services in one scope, committed at a good end, rolled back at any other."""
        scope = self.runtime.scope()
        try:
            yield scope.service(Ingest)
            scope.commit()
        finally:
            scope.close()

    def work(self) -> int:
        """Run every job that is due through the real queue; how many."""
        plan = WorkerPlan(self.databases.addresses.office, wiring.tasks(self.runtime))
        return run_pending_once(plan)

    def quick(self) -> None:
        """Run the waiting jobs in this thread, without the queue's own machinery: what most tests need."""
        by_name = {task.name: task.handler for task in wiring.tasks(self.runtime)}
        while True:
            row = self.office.execute(
                "DELETE FROM jobs.procrastinate_jobs WHERE id = (SELECT min(id) FROM jobs.procrastinate_jobs"
                " WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())) RETURNING task_name, args"
            ).fetchone()
            if row is None:
                return
            with suppress(JobRefused):
                by_name[row[0]](run_of(row[1]))

    def handlers(self, checkpoint: Callable[[str], None] | None = None) -> Handlers:
        return Handlers(self.runtime, checkpoint)

    def view(self, who: str, dataset_id: UUID) -> DatasetView:
        with self.act() as ingest:
            return ingest.queries.dataset_view(self.people[who], dataset_id)

    def draft(self, who: str = "siti", **changes: Any) -> UUID:
        agency = next(iter(self.people[who].agencies()))
        with self.act() as ingest:
            return ingest.drafts.create(self.people[who], NewDraft(agency_id=agency, metadata=metadata(**changes)))

    def upload(
        self, dataset_id: UUID, data: bytes = CSV, name: str = "puskesmas.csv", who: str = "siti", **more: Any
    ) -> Any:
        with self.act() as ingest:
            return ingest.receiving.receive(self.people[who], dataset_id, name, io.BytesIO(data), **more)

    def confirm(
        self, dataset_id: UUID, resource_id: UUID, who: str = "siti", choice: ResourceChoice | None = None
    ) -> int:
        with self.act() as ingest:
            if choice is not None:
                return ingest.resources.choose(self.people[who], dataset_id, resource_id, choice)
            return ingest.resources.confirm(self.people[who], dataset_id, resource_id)

    def loaded(
        self, data: bytes = CSV, name: str = "puskesmas.csv", who: str = "siti", **changes: Any
    ) -> tuple[UUID, UUID]:
        """A draft with one loaded resource."""
        dataset_id = self.draft(who, **changes)
        kind: Any = "layer" if name.endswith((".geojson", ".gpkg", ".zip")) else "tabel"
        received = self.upload(dataset_id, data, name, who, choice=ResourceChoice(kind=kind))
        self.quick()
        return dataset_id, received.resource_id

    def checked(self, dataset_id: UUID, who: str = "siti", *, classify: bool = True) -> None:
        """Submitted, validated, consented and classified as public."""
        with self.act() as ingest:
            named = ingest.checking.submit(self.people[who], dataset_id)
        by_id = {person.person_id: person for person in self.people.values()}
        with self.act() as ingest:
            ingest.checking.validate(
                by_id[named["pemeriksa"]], dataset_id, Validation(minutes="BA-1/2026", method="Pencocokan")
            )
        with self.act() as ingest:
            ingest.deciding.give_consent(self.people["kepala"], dataset_id, Consent())
        if classify and "ppid" in named:
            with self.act() as ingest:
                ingest.deciding.classify(by_id[named["ppid"]], dataset_id, Classification(sifat="publik"))

    def checker(self, dataset_id: UUID) -> Identity:
        row = self.office.execute(
            "SELECT person_id FROM vault.duty WHERE dataset_id = %s AND duty = 'pemeriksa'"
            " AND (until IS NULL OR until > now())",
            (dataset_id,),
        ).fetchone()
        assert row is not None
        return next(person for person in self.people.values() if person.person_id == row[0])

    def release(self, dataset_id: UUID) -> UUID:
        with self.act() as ingest:
            order, _job = ingest.deciding.release(self.checker(dataset_id), dataset_id)
        return order

    def released(
        self, data: bytes = CSV, name: str = "puskesmas.csv", who: str = "siti", **changes: Any
    ) -> tuple[UUID, UUID]:
        """The whole way."""
        dataset_id, resource_id = self.loaded(data, name, who, **changes)
        self.checked(dataset_id, who)
        self.release(dataset_id)
        self.quick()
        return dataset_id, resource_id

    def count(self, side: str, query: str, *values: Any) -> int:
        row = (self.office if side == "office" else self.public).execute(query, values).fetchone()
        assert row is not None
        return int(row[0])

    def state(self, dataset_id: UUID, version: int = 1) -> str:
        row = self.office.execute(
            "SELECT state FROM vault.version WHERE dataset_id = %s AND version = %s", (dataset_id, version)
        ).fetchone()
        assert row is not None
        return str(row[0])

    def pending(self, task: str) -> list[dict[str, Any]]:
        """Arguments of waiting jobs of a kind; they are taken off the queue."""
        rows = self.office.execute(
            "DELETE FROM jobs.procrastinate_jobs WHERE task_name = %s AND status = 'todo' RETURNING args", (task,)
        ).fetchall()
        return [row[0] for row in rows]

    def public_files(self) -> set[str]:
        """Files of versions, by hash; the dump of the catalogue comes and goes by jobs of its own."""
        keys = (key for key in self.runtime.public_files.keys() if not key.startswith(bulk.FOLDER))  # noqa: SIM118
        return {key.rsplit("/", 1)[-1] for key in keys}

    def public_tables(self) -> set[str]:
        rows = self.public.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'rows'").fetchall()
        return {row[0] for row in rows}


def metadata(**changes: Any) -> DatasetMetadata:
    """Complete metadata of a sectoral table, unless changed."""
    values: dict[str, Any] = {
        "judul": f"Jumlah Puskesmas {secrets.token_hex(3)}",
        "deskripsi": "Jumlah puskesmas menurut kecamatan.",
        "instansi_penerbit": "Dinas Kesehatan",
        "produsen_data": "Dinas Kesehatan",
        "kontak": "data@contoh.id",
        "sumber_data": "Dinas Kesehatan",
        "metode_pengumpulan": "Pencatatan administrasi.",
        "tanggal_pengambilan": date(2025, 1, 15),
        "jenis_data": "statistik_khusus",
        "kelompok": "sosial",
        "kata_kunci": ("puskesmas",),
        "tingkat_penyajian": "kecamatan",
        "cakupan_wilayah": ("33.29",),
        "periode": Period(start=date(2024, 1, 1), end=date(2024, 12, 31)),
        "frekuensi": "tahunan",
        "lisensi": "cc-by",
        "retensi": "10 tahun",
    }
    return DatasetMetadata(**{**values, **changes})


def layer_metadata(**changes: Any) -> DatasetMetadata:
    """Complete metadata of a thematic layer."""
    return metadata(
        **{
            "judul": f"Batas Kecamatan {secrets.token_hex(3)}",
            "jenis_data": "geospasial_tematik",
            "skala": 25000,
            "acuan_igd": "RBI 1:25.000",
            "kugi_kode": "02",
            "mutu": "Digitasi",
            **changes,
        }
    )


class _Run:
    """Stands for the queue's run object where a handler is called directly: arguments in, reports kept."""

    def __init__(self, arguments: dict[str, Any]) -> None:
        self.arguments = arguments
        self.reports: list[tuple[float | None, str | None]] = []

    def report(self, percent: float | None = None, message: str | None = None, findings: Any = None) -> None:
        self.reports.append((percent, message))


def run_of(arguments: dict[str, Any]) -> Any:
    return _Run(arguments)


def refused(call: Callable[[], None]) -> JobRefused:
    """The refusal that a handler ends with."""
    try:
        call()
    except JobRefused as refusal:
        return refusal
    raise AssertionError("not refused")


def _search_schema(url: str, *roles: str) -> None:
    """The tables of the PostgreSQL engine, where no migration has made them."""
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT to_regclass('search.document')").fetchone()
        if found is not None and found[0] is None:
            for statement in (*postgres_schema.ddl(), *postgres_schema.grants(writers=roles)):
                connection.execute(statement)


@contextmanager
def made_house(databases: Databases, folder: Path, **settings: Any) -> Iterator[House]:
    """A house on `databases`; closed at the end."""
    _search_schema(databases.superuser("public"), databases.roles.publisher)
    _search_schema(databases.superuser("office"), databases.roles.office)
    runtime = make_worker(databases, folder, **settings)
    if Ingest not in runtime.factories:
        wiring.offer(runtime)
    with (
        psycopg.connect(databases.superuser("office"), autocommit=True) as office,
        psycopg.connect(databases.superuser("public"), autocommit=True) as public,
    ):
        house = House(databases, runtime, office, public)
        runtime.clock = house.now
        house.agency("dinas-kesehatan")
        house.agency("diskominfotik")
        house.agency("bps")
        house.person("siti", "dinas-kesehatan", Role.PRODUSEN, Role.GIS)
        house.person("sari", "dinas-kesehatan", Role.PRODUSEN)
        house.person("kepala", "dinas-kesehatan", Role.KEPALA_OPD)
        house.person("wati", "diskominfotik", Role.WALIDATA)
        house.person("pita", "diskominfotik", Role.PPID)
        house.person("budi", "bps", Role.PEMBINA)
        house.person("pekerja", "diskominfotik", service=True)
        try:
            yield house
        finally:
            dispose(runtime)
