"""Whole applications on the databases of one test, with real file roots and the PostgreSQL search engine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from config.settings import OfficeSettings, PublicSettings, WorkerSettings
from portal.accounts import models as accounts
from portal.accounts.secrets import hash_password
from portal.app import create_office_app, create_public_app, office_runtime, public_runtime, service_runtime
from portal.kernel.db import open_engine
from portal.kernel.identity import Role
from portal.vault.keys import make_key_file
from portal.web.request import Runtime
from tests.support import Databases

PASSWORD = "kuda-laut-hijau-27"


def public_settings(databases: Databases, root: Path, **changes: Any) -> PublicSettings:
    """Settings of a public process of this test."""
    values: dict[str, Any] = {
        "public_database_url": databases.addresses.public,
        "public_storage_url": str(root / "public"),
        "development": True,
        "rate_per_second": 0,  # tests of the limits turn them on
    }
    return PublicSettings(**{**values, **changes})


def office_settings(databases: Databases, root: Path, **changes: Any) -> WorkerSettings:
    """Settings of an office or worker process of this test; key files are made on first use."""
    root.mkdir(parents=True, exist_ok=True)
    key, session_key = root / "vault.key", root / "session.key"
    if not key.exists():
        make_key_file(key)
        session_key.write_bytes(os.urandom(48))
    values: dict[str, Any] = {
        "public_database_url": databases.addresses.public,
        "office_database_url": databases.addresses.office,
        "publisher_database_url": databases.addresses.publisher,
        "public_storage_url": str(root / "public"),
        "vault_storage_url": str(root / "vault"),
        "vault_key_file": key,
        "session_key_file": session_key,
        "development": True,
        "rate_per_second": 0,
    }
    return WorkerSettings(**{**values, **changes})


@contextmanager
def publishing(databases: Databases) -> Iterator[Session]:
    """A session of the release verb's role on the public database; its engine is closed at the end."""
    engine = open_engine(databases.addresses.publisher)
    try:
        with Session(engine) as session:
            yield session
    finally:
        engine.dispose()


def dispose(runtime: Runtime) -> None:
    """Close every connection of a runtime, so that its databases can be dropped."""
    runtime.close()


@dataclass
class Office:
    """An office application, its runtime, and people to sign in as."""

    app: Flask
    runtime: Runtime
    settings: OfficeSettings

    def agency(self, name: str = "dinas-kesehatan", **changes: Any) -> UUID:
        """An agency, made if it is not there."""
        values: dict[str, Any] = {"title": name.replace("-", " ").title(), "tingkat": "daerah", "region_code": "33.29"}
        with self.runtime.sessions["office"].begin() as session:
            found = session.scalar(select(accounts.agency.c.id).where(accounts.agency.c.name == name))
            if found:
                return UUID(str(found))
            key = uuid4()
            session.execute(insert(accounts.agency).values(id=key, name=name, **{**values, **changes}))
            return key

    def person(self, name: str, *roles: Role, agency: UUID | None = None, service: bool = False) -> UUID:
        """A person with PASSWORD and the roles at the agency; the e-mail is `<name>@contoh.id`."""
        at = agency or self.agency()
        key = uuid4()
        with self.runtime.sessions["office"].begin() as session:
            session.execute(
                insert(accounts.person).values(
                    id=key, email=f"{name}@contoh.id", name=name.title(), password_hash=HASH, service=service
                )
            )
            for role in roles:
                session.execute(insert(accounts.role_at).values(person_id=key, agency_id=at, role=role.value))
        return key

    def client(self) -> FlaskClient:
        """A browser without a session."""
        return self.app.test_client()

    def sign_in(self, name: str) -> FlaskClient:
        """A browser signed in as that person. CSRF protection stays on: use `post`."""
        client = self.client()
        answer = post(client, "/masuk", email=f"{name}@contoh.id", password=PASSWORD)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return client


HASH = hash_password(PASSWORD)


def token_of(client: FlaskClient, page: str) -> str:
    """The CSRF token that a page's form carries."""
    text = client.get(page).get_data(as_text=True)
    mark = 'name="csrf_token" value="'
    assert mark in text, text[:500]
    return text.split(mark, 1)[1].split('"', 1)[0]


def post(client: FlaskClient, path: str, *, page: str | None = None, **fields: Any) -> Any:
    """Post a form as a browser does: with the token of the page it stands on (by default the same address)."""
    return client.post(path, data={"csrf_token": token_of(client, page or path), **fields})


def make_office(databases: Databases, root: Path, **changes: Any) -> Office:
    """An office application; dispose its runtime at the end."""
    settings = office_settings(databases, root, **changes)
    runtime = office_runtime(settings)
    app = create_office_app(settings, runtime)
    app.testing = False  # errors go through the table, as in production
    return Office(app, runtime, settings)


def make_worker(databases: Databases, root: Path, **changes: Any) -> Runtime:
    """A worker's runtime with every room's services."""
    return service_runtime(office_settings(databases, root, **changes))


def make_public(databases: Databases, root: Path, **changes: Any) -> tuple[Flask, Runtime]:
    """A public application; dispose its runtime at the end."""
    settings = public_settings(databases, root, **changes)
    runtime = public_runtime(settings)
    return create_public_app(settings, runtime), runtime
