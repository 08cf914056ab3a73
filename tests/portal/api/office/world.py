"""An office with the whole action API over it, people of every role with tokens, and an eye through the walls."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
from flask import Flask

from portal.accounts.secrets import key_hash
from portal.app import create_public_app, public_runtime
from portal.ingest import wiring
from portal.kernel.identity import Role
from portal.kernel.permissions import Permission
from portal.operations.worker import WorkerPlan, run_pending_once
from portal.web.request import Runtime
from tests.apps import Office, dispose, make_office, public_settings
from tests.portal.api import answered
from tests.portal.ingest.house import _search_schema, run_of
from tests.support import DatabaseFactory, Databases

SITE = "http://127.0.0.1:8000"
#: Everything a token may be given: what limits a caller in these tests is his role, unless a test narrows it.
SCOPES = sorted(permission.value for permission in Permission)


@dataclass
class OfficeWorld:
    """The office application under one profile. `who` of a call is a person's name; None is anonymous."""

    databases: Databases
    office: Office
    sql: psycopg.Connection[Any]
    public_sql: psycopg.Connection[Any]
    folder: Path
    people: dict[str, UUID] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    agencies: dict[str, UUID] = field(default_factory=dict)
    moved: timedelta = timedelta()
    _public: tuple[Flask, Runtime] | None = None

    @property
    def runtime(self) -> Runtime:
        """The office process's runtime."""
        return self.office.runtime

    def now(self) -> datetime:
        """The clock of the office; `moved` shifts it."""
        return datetime.now(UTC) + self.moved

    def agency(self, name: str) -> UUID:
        """An agency, made if it is not there."""
        if name not in self.agencies:
            self.agencies[name] = self.office.agency(name, contact={"email": f"data@{name}.example"})
        return self.agencies[name]

    def person(self, name: str, agency: str, *roles: Role, service: bool = False, scopes: Any = None) -> UUID:
        """A person with roles at an agency, and a token."""
        key = self.office.person(name, *roles, agency=self.agency(agency), service=service)
        self.people[name] = key
        self.keys[name] = self.token(name, scopes)
        return key

    def token(self, name: str, scopes: Any = None, *, days: float = 30) -> str:
        """Another token of a person, of these scopes (all of them when none are named)."""
        key = secrets.token_urlsafe(24)
        self.sql.execute(
            "INSERT INTO accounts.token (person_id, name, token_hash, scopes, expires) VALUES (%s, 'uji', %s, %s, %s)",
            (
                self.people[name],
                key_hash(key),
                list(SCOPES if scopes is None else scopes),
                datetime.now(UTC) + timedelta(days=days),
            ),
        )
        return key

    def headers(self, who: str | None) -> dict[str, str]:
        """CKAN's header for this caller; a text that is no person's name is taken for a token."""
        return {} if who is None else {"Authorization": self.keys.get(who, who)}

    def call(
        self,
        action: str,
        data: Any = None,
        who: str | None = "siti",
        *,
        method: str = "POST",
        form: Any = None,
        **more: Any,
    ) -> tuple[int, Any]:
        """POST JSON, or a multipart `form`; the status and the answer without `help`."""
        client = self.office.client()
        sent = more or {"json": {} if data is None else data}
        if form is not None:
            sent = {"data": form, "content_type": "multipart/form-data"}
        answer = client.open(f"/api/3/action/{action}", method=method, headers=self.headers(who), **sent)
        body = answer.get_json()
        if isinstance(body, Mapping):
            if body["success"]:
                answered.check(action, body["result"])
            body = {key: value for key, value in body.items() if key != "help"}
        return answer.status_code, body

    def result(self, action: str, data: Any = None, who: str | None = "siti", **more: Any) -> Any:
        """The result of a good call."""
        status, body = self.call(action, data, who, **more)
        assert status == 200, body
        assert body["success"] is True, body
        return body["result"]

    def error(self, action: str, data: Any = None, who: str | None = "siti", **more: Any) -> tuple[int, Any]:
        """The status and the error of a refused call."""
        status, body = self.call(action, data, who, **more)
        assert status >= 400, body
        assert body["success"] is False, body
        return status, body["error"]

    def public(self) -> Flask:
        """The public process's application on the same databases and files."""
        if self._public is None:
            profile = self.office.settings.profile
            settings = public_settings(self.databases, self.folder, site_url=SITE, profile=profile)
            runtime = public_runtime(settings)
            self._public = create_public_app(settings, runtime), runtime
        return self._public[0]

    def published(self, action: str, data: Any = None) -> tuple[int, Any]:
        """An anonymous call to the public process."""
        answer = self.public().test_client().post(f"/api/3/action/{action}", json={} if data is None else data)
        body = answer.get_json()
        return answer.status_code, body.get("result", body.get("error")) if isinstance(body, dict) else body

    def quick(self) -> int:
        """Run the waiting jobs in this thread as the worker would; how many."""
        by_name = {task.name: task.handler for task in wiring.tasks(self.runtime)}
        count = 0
        while True:
            row = self.sql.execute(
                "DELETE FROM jobs.procrastinate_jobs WHERE id = (SELECT min(id) FROM jobs.procrastinate_jobs"
                " WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())) RETURNING task_name, args"
            ).fetchone()
            if row is None:
                return count
            by_name[row[0]](run_of(row[1]))
            count += 1

    def work(self) -> int:
        """Run every job that is due through the real queue; how many."""
        return run_pending_once(WorkerPlan(self.databases.addresses.office, wiring.tasks(self.runtime)))

    def scalar(self, query: str, *values: Any, side: str = "office") -> Any:
        """One value as the superuser sees it."""
        row = (self.sql if side == "office" else self.public_sql).execute(query, values).fetchone()
        return None if row is None else row[0]

    def name(self, word: str = "dataset") -> str:
        """A dataset name that nothing bears yet."""
        return f"{word}-{secrets.token_hex(4)}"

    def package(self, who: str | None = "siti", **fields: Any) -> Any:
        """package_create with a free name at dinas-kesehatan, unless told otherwise."""
        return self.result("package_create", {"name": self.name(), "owner_org": "dinas-kesehatan", **fields}, who)


def populate(world: OfficeWorld) -> None:
    """Two agencies of authors and the house's officers. `siti` writes for dinas-kesehatan; `joko` for another agency;
    `admin` holds only that role; `tamu` has an account and no role."""
    world.person("siti", "dinas-kesehatan", Role.PRODUSEN, Role.GIS)
    world.person("sari", "dinas-kesehatan", Role.WALIDATA_PENDUKUNG)
    world.person("kepala", "dinas-kesehatan", Role.KEPALA_OPD)
    world.person("kelola", "dinas-kesehatan", Role.PRODUSEN, Role.PENGELOLA)
    world.person("joko", "dinas-pendidikan", Role.PRODUSEN)
    world.person("wati", "diskominfotik", Role.WALIDATA)
    world.person("pita", "diskominfotik", Role.PPID)
    world.person("admin", "diskominfotik", Role.ADMIN)
    world.person("tamu", "bps")
    world.person("pekerja", "diskominfotik", service=True)


@contextmanager
def made_world(databases: Databases, folder: Path, profile: str = "ckan", **settings: Any) -> Iterator[OfficeWorld]:
    """An office under a profile on fresh databases; closed at the end."""
    _search_schema(databases.superuser("public"), databases.roles.publisher)
    _search_schema(databases.superuser("office"), databases.roles.office)
    office = make_office(databases, folder, profile=profile, site_url=SITE, **settings)
    with (
        psycopg.connect(databases.superuser("office"), autocommit=True) as sql,
        psycopg.connect(databases.superuser("public"), autocommit=True) as public_sql,
    ):
        world = OfficeWorld(databases, office, sql, public_sql, folder)
        office.runtime.clock = world.now
        populate(world)
        try:
            yield world
        finally:
            dispose(office.runtime)
            if world._public is not None:
                dispose(world._public[1])


@contextmanager
def own_world(factory: DatabaseFactory, template: Databases, folder: Path, profile: str) -> Iterator[OfficeWorld]:
    """The same on databases of its own, beside the module's; dropped at the end."""
    databases = factory.clone(template)
    with made_world(databases, folder, profile) as world:
        yield world
    factory.drop(databases)


def digest(data: bytes) -> str:
    """SHA-256 as the answers write it."""
    return hashlib.sha256(data).hexdigest()


def free_id() -> str:
    """An id that nothing bears."""
    return str(uuid4())
