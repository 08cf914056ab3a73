"""A small office on real databases under the real roles: agencies, people, datasets, and an eye through the walls."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import psycopg
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.access.rows import OpenVault
from portal.access.service import AccessService
from portal.audit.service import AuditService
from portal.kernel.db import open_engine, session_factory
from portal.kernel.identity import Identity, Role, RoleAt
from portal.kernel.proofs import Proof
from portal.kernel.storage import open_root
from portal.vault.files import VaultFiles
from portal.vault.keys import load_keys, make_key_file
from tests.support import Databases

ZONE = ZoneInfo("Asia/Jakarta")


@dataclass
class Clock:
    """A clock that stands where it is put."""

    at: datetime | None = None

    def __call__(self) -> datetime:
        return self.at or datetime.now(UTC)


@dataclass
class World:
    """Everything a test of the vault needs; made by the fixture `world`."""

    databases: Databases
    folder: Path
    root: psycopg.Connection[Any]
    engine: Engine
    audit: Engine
    files: VaultFiles
    clock: Clock = field(default_factory=Clock)

    def agency(self, tingkat: str = "daerah") -> UUID:
        """A new agency."""
        name = f"opd-{secrets.token_hex(6)}"
        made = self.root.execute(
            "INSERT INTO accounts.agency (name, title, tingkat, region_code) VALUES (%s, %s, %s, '33.29') RETURNING id",
            (name, name, tingkat),
        ).fetchone()
        assert made is not None
        found: UUID = made[0]
        return found

    def person(self, agency_id: UUID, *roles: Role, service: bool = False, second_factor: bool = False) -> Identity:
        """A new person with roles at one agency."""
        made = self.root.execute(
            "INSERT INTO accounts.person (email, name, service) VALUES (%s, 'Orang Uji', %s) RETURNING id",
            (f"{secrets.token_hex(6)}@uji.test", service),
        ).fetchone()
        assert made is not None
        for role in roles:
            self.root.execute("INSERT INTO accounts.role_at VALUES (%s, %s, %s)", (made[0], agency_id, role.value))
        return Identity(
            person_id=made[0],
            roles=frozenset(RoleAt(role, agency_id) for role in roles),
            service=service,
            second_factor=second_factor,
            address="192.0.2.7",
        )

    def access(self, session: Session) -> AccessService:
        """The service on a session."""
        return AccessService(self.audit, session, self.files, self.clock, ZONE)

    def record(self, session: Session) -> AuditService:
        """The record's service on a session."""
        return AuditService(self.audit, session)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session of the office role that is committed at a good end."""
        with session_factory(self.engine)() as session:
            yield session
            session.commit()

    @contextmanager
    def opened(self, identity: Identity, dataset_id: UUID, act: Any = "lihat") -> Iterator[OpenVault]:
        """The vault under a fresh work pass, committed at a good end."""
        with self.session() as session:
            access = self.access(session)
            yield access.enter(access.work_pass(identity, dataset_id, act))

    @contextmanager
    def entered(self, proof: Proof) -> Iterator[OpenVault]:
        """The vault under a given proof, committed at a good end."""
        with self.session() as session:
            yield self.access(session).enter(proof)

    def dataset(self, maker: Identity, agency_id: UUID, name: str = "", **metadata: Any) -> UUID:
        """A committed dataset with version 1."""
        with self.session() as session:
            access = self.access(session)
            dataset_id, proof = access.new_dataset(maker, agency_id)
            vault = access.enter(proof)
            vault.datasets.create(
                dataset_id, agency_id, name or f"data-{secrets.token_hex(4)}", {"judul": "Data uji", **metadata}
            )
        return dataset_id

    def name_person(self, officer: Identity, dataset_id: UUID, person: Identity, duty: Any) -> None:
        """Name a person by the officer's act `ubah`."""
        assert person.person_id is not None
        with self.opened(officer, dataset_id, "ubah") as vault:
            vault.duties.name(dataset_id, person.person_id, duty)

    def grant(self, dataset_id: UUID, person: Identity, acts: list[str], **values: Any) -> UUID:
        """A grant in force, put in from outside: the acts that give grants are a later milestone's."""
        row = {"basis": "izin_pemilik", "purpose": "uji", "granted_by": uuid4(), "columns": None, **values}
        made = self.root.execute(
            "INSERT INTO vault.grant_record (dataset_id, person_id, acts, columns, basis, purpose, granted_by, starts,"
            " ends) VALUES (%s, %s, %s, %s, %s, %s, %s, coalesce(%s, now() - interval '1 day'),"
            " coalesce(%s, now() + interval '1 day')) RETURNING id",
            (
                dataset_id,
                person.person_id,
                acts,
                row["columns"],
                row["basis"],
                row["purpose"],
                row["granted_by"],
                row.get("starts"),
                row.get("ends"),
            ),
        ).fetchone()
        assert made is not None
        found: UUID = made[0]
        return found

    def exempt(self, dataset_id: UUID) -> None:
        """Classify from outside."""
        self.root.execute("UPDATE vault.register SET sifat = 'dikecualikan' WHERE dataset_id = %s", (dataset_id,))

    def lines(self, dataset_id: UUID | None = None) -> list[tuple[str, str]]:
        """(act, result) of the record, oldest first, of one dataset or in all."""
        rows = self.root.execute(
            "SELECT act, result FROM audit.record WHERE %s::uuid IS NULL OR dataset_id = %s ORDER BY seq",
            (dataset_id, dataset_id),
        ).fetchall()
        return [(act, result) for act, result in rows]

    def expire(self) -> None:
        """Let every opening end."""
        self.root.execute("UPDATE vault.opening SET ends = now() - interval '1 second'")


@contextmanager
def made_world(databases: Databases, folder: Path) -> Iterator[World]:
    """A world on `databases`, with vault files and key under `folder`."""
    make_key_file(folder / "kunci.json")
    files = VaultFiles(open_root(str(folder / "berkas")), load_keys(folder / "kunci.json"))
    engine = open_engine(databases.addresses.office, size=3)
    audit = open_engine(databases.addresses.office, size=2)
    with psycopg.connect(databases.superuser("office"), autocommit=True) as root:
        try:
            yield World(databases, folder, root, engine, audit, files)
        finally:
            engine.dispose()
            audit.dispose()
