"""A whole office for the benchmarks: a private cluster as the demo makes it, migrated databases, the way of a file."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import psycopg

from config.settings import WorkerSettings
from portal.app import service_runtime
from portal.contract.loader import discover
from portal.contract.metadata import DatasetMetadata, Period
from portal.ingest.schemas import NewDraft
from portal.ingest.service import Ingest
from portal.kernel.identity import Identity, Role, RoleAt
from portal.operations import migrate
from portal.operations.cluster import Cluster
from portal.operations.provision import KINDS, Addresses, Names, Passwords, Roles, database_url, provision
from portal.web.request import Runtime


@dataclass(frozen=True)
class Base:
    """A running private cluster with both databases; `pid` is the server's process."""

    folder: Path
    superuser_url: str
    addresses: Addresses
    pid: int
    names: Names = Names()  # noqa: RUF009 - frozen

    def superuser(self, side: str) -> str:
        """A superuser's address of the `public` or `office` database."""
        return database_url(self.superuser_url, database=self.names.of("public" if side == "public" else "office"))


@contextmanager
def cluster() -> Iterator[Base]:
    """Starts a private cluster with the demo's own settings (durable), provisions and migrates; removes it after."""
    with TemporaryDirectory(prefix="portal-bench-") as name:
        folder = Path(name)
        made = Cluster(folder)
        try:
            made.start()
            addresses = provision(made.superuser_url, Passwords.random())
            for kind in KINDS:
                migrate.upgrade(kind, addresses.migrator(kind), Roles(), migrate.plugin_trees(discover()))
            yield Base(folder, made.superuser_url, addresses, server_pid(made.superuser_url))
        finally:
            made.stop()
            made.remove()


def server_pid(url: str) -> int:
    """The postmaster: parent of the process that serves a connection."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        backend = int(row[0]) if row else 0
        fields = Path(f"/proc/{backend}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return int(fields[1])


def settings(base: Base) -> WorkerSettings:
    """Settings of office and worker; key files are made."""
    key = {"active": "bench", "keys": {"bench": base64.b64encode(secrets.token_bytes(32)).decode()}}
    vault_key, session_key = base.folder / "vault.json", base.folder / "session.key"
    vault_key.write_text(json.dumps(key), encoding="ascii")
    vault_key.chmod(0o600)
    session_key.write_bytes(os.urandom(48))
    return WorkerSettings(
        public_database_url=base.addresses.public,
        office_database_url=base.addresses.office,
        publisher_database_url=base.addresses.publisher,
        public_storage_url=str(base.folder / "files" / "public"),
        vault_storage_url=str(base.folder / "files" / "vault"),
        vault_key_file=vault_key,
        session_key_file=session_key,
    )


@dataclass
class House:
    """Runtime of a worker, a producer who uploads, and the worker's own account."""

    base: Base
    runtime: Runtime
    agency: UUID = field(init=False)
    producer: Identity = field(init=False)

    def __post_init__(self) -> None:
        with psycopg.connect(self.base.superuser("office")) as office:
            self.agency = _one(
                office,
                "INSERT INTO accounts.agency (name, title, abbreviation, tingkat, region_code, contact)"
                " VALUES ('dinas-uji', 'Dinas Uji', 'UJI', 'daerah', '33.29', '{}') RETURNING id",
            )
            person = "INSERT INTO accounts.person (email, name, service) VALUES (%s, %s, {}) RETURNING id"
            who = _one(office, person.format("false"), "produsen@contoh.id", "Produsen")
            _one(office, person.format("true"), "pekerja@contoh.id", "Pekerja")
            for role in (Role.PRODUSEN, Role.GIS):
                office.execute(
                    "INSERT INTO accounts.role_at (person_id, agency_id, role) VALUES (%s, %s, %s)",
                    (who, self.agency, role.value),
                )
        roles = frozenset(RoleAt(role, self.agency) for role in (Role.PRODUSEN, Role.GIS))
        self.producer = Identity(person_id=who, name="Produsen", roles=roles, address="127.0.0.1")

    @contextmanager
    def act(self) -> Iterator[Ingest]:
        """The services in one scope, committed at a good end."""
        scope = self.runtime.scope()
        try:
            yield scope.service(Ingest)
            scope.commit()
        finally:
            scope.close()

    def draft(self, *, layer: bool = False) -> UUID:
        """A draft with complete metadata."""
        with self.act() as ingest:
            return ingest.drafts.create(self.producer, NewDraft(agency_id=self.agency, metadata=metadata(layer)))

    def upload(self, dataset: UUID, path: Path) -> UUID:
        """Receives a file as the upload page does (encrypted into the vault); the resource's id."""
        with path.open("rb") as stream, self.act() as ingest:
            found = ingest.receiving.receive(self.producer, dataset, path.name, stream)
        if found.resource_id is None:
            raise RuntimeError("the file was not taken")
        return found.resource_id

    def confirm(self, dataset: UUID, resource: UUID) -> None:
        """Takes what inspection suggests."""
        with self.act() as ingest:
            ingest.resources.confirm(self.producer, dataset, resource)

    def close(self) -> None:
        """Lets every connection go."""
        self.runtime.close()


@contextmanager
def house() -> Iterator[House]:
    """A house on a cluster of its own."""
    with cluster() as base:
        made = House(base, service_runtime(settings(base)))
        try:
            yield made
        finally:
            made.close()


def metadata(layer: bool) -> DatasetMetadata:
    """Complete metadata of a made-up table or layer."""
    values: dict[str, Any] = {
        "judul": f"Data uji {secrets.token_hex(4)}",
        "deskripsi": "Data buatan untuk pengukuran.",
        "instansi_penerbit": "Dinas Uji",
        "produsen_data": "Dinas Uji",
        "kontak": "data@contoh.id",
        "sumber_data": "Dinas Uji",
        "metode_pengumpulan": "Dibuat program.",
        "tanggal_pengambilan": date(2025, 1, 15),
        "jenis_data": "geospasial_tematik" if layer else "statistik_khusus",
        "kelompok": "sosial",
        "kata_kunci": ("uji",),
        "tingkat_penyajian": "desa",
        "cakupan_wilayah": ("33.29",),
        "periode": Period(start=date(2024, 1, 1), end=date(2024, 12, 31)),
        "frekuensi": "tahunan",
        "lisensi": "cc-by",
        "retensi": "10 tahun",
    }
    if layer:
        values |= {"skala": 25000, "acuan_igd": "RBI 1:25.000", "kugi_kode": "02", "mutu": "Digitasi"}
    return DatasetMetadata(**values)


def _one(connection: psycopg.Connection[Any], query: str, *values: object) -> UUID:
    row = connection.execute(query.encode(), values).fetchone()
    if row is None:
        raise RuntimeError("no row came back")
    return UUID(str(row[0]))
