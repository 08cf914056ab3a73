"""A small published catalogue with a real table, and an application over it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from elasticsearch import Elasticsearch
from flask import Flask
from flask.testing import FlaskClient
from psycopg import sql
from sqlalchemy import select

from config.settings import PublicSettings
from portal.api.action import Action
from portal.api.service import ActionApi
from portal.app import create_public_app
from portal.catalog import models, store
from portal.catalog.published import PublishedDataset
from portal.contract.metadata import ColumnEntry
from portal.web.request import Runtime, Scope
from search.documents import SearchDocument
from search.engine import open_engine
from tests.apps import make_public, publishing
from tests.factories import published as factory
from tests.portal.api import answered
from tests.support import Databases, StatementLog

SITE = "http://127.0.0.1:8000"
COLUMNS = (
    ColumnEntry(name="kode", label="Kode kecamatan", type="text", definition="Kode Kemendagri"),
    ColumnEntry(name="tahun", label="Tahun", type="integer"),
    ColumnEntry(name="jumlah", label="Jumlah balita", type="numeric", unit="jiwa"),
    ColumnEntry(name="tanggal", type="date"),
    ColumnEntry(name="sah", type="boolean"),
    ColumnEntry(name="waktu", type="timestamp"),
    ColumnEntry(name="rahasia", type="text", public=False),
)
ROWS = [
    (1, "33.29", 2020, "1.50", "2020-01-02", True, "2020-01-02T03:04:05", "x"),
    (2, "=1+1", 2021, None, None, None, None, "x"),
    (3, "33.30", 2022, "7", None, False, None, "x"),
    (4, "<a>&b", 2022, "1234567890.123456789", None, None, None, "x"),
]


@dataclass
class World:
    """The application and what was published."""

    app: Flask
    runtime: Runtime
    table: UUID
    first: PublishedDataset
    withdrawn: PublishedDataset

    @property
    def client(self) -> FlaskClient:
        """A caller."""
        return self.app.test_client()

    def call(self, action: str, data: Any = None, **more: Any) -> tuple[int, Any]:
        """POST JSON; the status and the answer without `help`."""
        answer = self.client.post(f"/api/3/action/{action}", json={} if data is None else data, **more)
        body = answer.get_json()
        if isinstance(body, dict):
            if body["success"]:
                answered.check(action, body["result"])
            assert body.pop("help").endswith(f"/api/3/action/help_show?name={action}")
        return answer.status_code, body

    def offer(self, monkeypatch: pytest.MonkeyPatch, action: Action) -> None:
        """One action more, for one test."""
        make = self.runtime.factories[ActionApi]

        def offered(scope: Scope) -> ActionApi:
            api: ActionApi = make(scope)
            return ActionApi({**api.actions, action.name: action}, api.call_of, api.elsewhere)

        monkeypatch.setitem(self.runtime.factories, ActionApi, offered)

    def result(self, action: str, data: Any = None) -> Any:
        """The result of a good call."""
        status, body = self.call(action, data)
        assert (status, body.get("success")) == (200, True), body
        return body["result"]

    def error(self, action: str, data: Any = None) -> tuple[int, Any]:
        """The status and the error of a refused call."""
        status, body = self.call(action, data)
        assert body["success"] is False
        return status, body["error"]


def publish(databases: Databases, root: Path) -> World:
    """Three datasets (one with a table), and one withdrawn."""
    table = uuid4()
    handle = f"t_{table.hex}_1"
    make_table(databases, handle)
    resource = factory.table_resource(id=table, table=handle, row_count=len(ROWS), columns=COLUMNS)
    first = factory.dataset(name="stunting-kecamatan", resources=(resource,))
    others = [
        factory.dataset(
            name="sebaran-puskesmas",
            agency=factory.agency("dinas-perhubungan", "Dinas Perhubungan", "Dishub"),
            resources=(factory.layer_resource(),),
            metadata=factory.metadata(
                judul="Sebaran puskesmas", kata_kunci=("puskesmas", "gizi"), kelompok="kesehatan", lisensi="odc-by"
            ),
            modified=datetime(2026, 4, 1, tzinfo=UTC),
        ),
        factory.dataset(
            name="imunisasi",
            metadata=factory.metadata(judul="Cakupan imunisasi dasar", deskripsi="Imunisasi.", kata_kunci=("balita",)),
            modified=datetime(2026, 5, 1, tzinfo=UTC),
        ),
    ]
    withdrawn = factory.dataset(name="ditarik", resources=(factory.table_resource(table=handle),))
    with publishing(databases) as session:
        for item in (first, *others, withdrawn):
            store.write_version(session, item, SITE)
        store.withdraw(session, withdrawn.id, None, "Angka keliru", uuid4())
        session.commit()
        documents = store.unindexed(session)
    app, runtime = make_public(databases, root, site_url=SITE)
    app.testing = False
    index(databases, documents)
    return World(app, runtime, table, first, withdrawn)


def index(databases: Databases, documents: Any) -> None:
    """Put the documents into the public index, as the release verb does."""
    from search.engine import open_engine as open_search

    engine = open_search(databases.addresses.publisher, "portal-public")
    engine.upsert(documents)
    engine.close()
    with psycopg.connect(databases.addresses.publisher) as connection:
        connection.execute("UPDATE catalog.change SET number = number + 1 WHERE kind = 'indeks'")


def make_table(databases: Databases, handle: str) -> None:
    """The published table, filled by COPY and opened to the public role."""
    with psycopg.connect(databases.addresses.publisher) as connection:
        connection.execute(
            sql.SQL(
                "CREATE TABLE rows.{} (_id bigint PRIMARY KEY, kode text, tahun integer, jumlah numeric, tanggal date,"
                " sah boolean, waktu timestamp, rahasia text)"
            ).format(sql.Identifier(handle))
        )
        with connection.cursor().copy(sql.SQL("COPY rows.{} FROM STDIN").format(sql.Identifier(handle))) as copy:
            for row in ROWS:
                copy.write_row(row)
        connection.execute("SELECT rows.open_table(%s)", [handle])


def many(databases: Databases, count: int, name: str = "banyak") -> None:
    """More datasets with one word in common, each a second older than the one before."""
    with publishing(databases) as session:
        base = factory.dataset(metadata=factory.metadata(judul="Serba banyak"))
        for number in range(count):
            moment = datetime(2025, 1, 1, tzinfo=UTC) - timedelta(seconds=number)
            item = replace(
                base, id=uuid4(), name=f"{name}-{number:05}", order_id=uuid4(), modified=moment, resources=()
            )
            store.write_version(session, item, SITE)
        session.commit()
        index(databases, store.unindexed(session, limit=count + 10))


def reads(log: StatementLog) -> int:
    """How many statements read something, beside at most one look at the counters of changes."""
    texts = [text for text in log.texts if "catalog.change" not in text]
    assert len(log) - len(texts) <= 1, log.texts
    return len(texts)


def keys(value: Any) -> Any:
    """Key sets all the way down, to compare shapes."""
    if isinstance(value, dict):
        return {name: keys(item) for name, item in sorted(value.items())}
    return type(value).__name__


def loads(text: bytes) -> Any:
    """JSON."""
    return json.loads(text)


@contextmanager
def found_by_elastic(world: World, elasticsearch_url: str) -> Iterator[World]:
    """The same published catalogue, found by an Elasticsearch index of this run's own."""
    alias = f"t{secrets.token_hex(4)}-api"
    engine = open_engine(elasticsearch_url, alias)
    engine.prepare()
    with world.runtime.sessions["public"]() as session:
        engine.upsert([SearchDocument.from_json(row) for row in session.scalars(select(models.dataset.c.search))])
    runtime = replace(world.runtime, search=engine, factories={})
    assert isinstance(runtime.settings, PublicSettings)
    yield replace(world, app=create_public_app(runtime.settings, runtime), runtime=runtime)
    engine.close()
    with Elasticsearch(elasticsearch_url) as client:
        for suffix in ("a", "b"):
            client.options(ignore_status=404).indices.delete(index=f"{alias}-{suffix}")
