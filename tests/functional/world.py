"""One regency on real databases and roles: public datasets, then what must not be seen: exempt, unclassified, recalled.

`open_world` releases the public datasets and takes no secret in; `add_secrets` brings in the exempt canary dataset of
the demo, an unclassified draft, and a dataset that was public until the PPID found it exempt.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from elasticsearch import Elasticsearch
from flask import Flask
from psycopg import sql

from config.profile import load_profile
from portal.app import create_public_app, public_runtime
from portal.catalog.usage import UsageTally
from portal.cli.demo import exempt, geography
from portal.ingest.notices import KINDS, Notices
from portal.ingest.schemas import Classification
from portal.web.request import Runtime
from search.documents import SearchDocument
from search.engine import Engine
from search.engine import open_engine as open_search
from tests.apps import Office, dispose, make_office, public_settings
from tests.portal.ingest.house import House, layer_metadata, made_house
from tests.support import Databases

REGENCY = "33.29"
POINT = exempt.CANARY_POINTS[REGENCY]
SITE = "http://127.0.0.1:8000"
NOW = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
#: Words of the unclassified draft and of the recalled dataset: as nonsensical as the demo's canaries.
DRAFT_WORD, DRAFT_CELL = "plimquastor", "vexgrundal"
RECALLED_WORD, RECALLED_CELL, RECALLED_FILE = "tronvixabel", "muxqualdir", "grelvostank"
EXEMPT = Classification(
    sifat="dikecualikan", number="SK-9/2026", grounds=("17h",), reason="Keselamatan korban", approval="ND-9/2026"
)


@dataclass(frozen=True)
class Secret:
    """What of one dataset may be nowhere: its words, and the ids under which somebody may ask for it."""

    name: str
    dataset_id: UUID
    resource_ids: tuple[UUID, ...]
    words: tuple[str, ...]
    sha256: tuple[str, ...]
    tables: tuple[str, ...]
    filenames: tuple[str, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids, handles and hashes as texts."""
        uuids = (self.dataset_id, *self.resource_ids)
        return (*(str(item) for item in uuids), *(item.hex for item in uuids), *self.sha256)


@dataclass
class World:
    """The house, the public application over each kind of index, and the secrets."""

    house: House
    folder: Path
    app: Flask
    runtime: Runtime
    elastic_app: Flask
    node: Node
    public: dict[str, tuple[UUID, UUID]] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)
    logs: list[str] = field(default_factory=list)

    @property
    def databases(self) -> Databases:
        """The pair of databases."""
        return self.house.databases

    @property
    def words(self) -> tuple[str, ...]:
        """Every word that no public answer may hold."""
        return tuple(word for secret in self.secrets.values() for word in secret.words)

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id that no public answer may hold."""
        return tuple(item for secret in self.secrets.values() for item in secret.ids)

    def name_of(self, title: str) -> str:
        """The public name of one of the public datasets."""
        row = self.house.public.execute("SELECT name FROM catalog.dataset WHERE id = %s", (self.public[title][0],))
        return str((row.fetchone() or ("",))[0])

    @contextmanager
    def office(self) -> Iterator[Office]:
        """The officers' application on the same databases, file roots and keys."""
        made = make_office(self.databases, self.folder, site_url=SITE)
        try:
            yield made
        finally:
            dispose(made.runtime)


class Both:
    """Two engines that are told the same; questions go to the first. So one release fills both kinds of index."""

    def __init__(self, first: Engine, second: Engine) -> None:
        self.first, self.second = first, second

    def upsert(self, documents: Iterable[SearchDocument], *, refresh: bool = True) -> int:
        told = list(documents)
        self.second.upsert(told, refresh=refresh)
        return self.first.upsert(told, refresh=refresh)

    def delete(self, ids: Iterable[str], *, refresh: bool = True, expunge: bool = True) -> int:
        told = list(ids)
        self.second.delete(told, refresh=refresh, expunge=expunge)
        return self.first.delete(told, refresh=refresh, expunge=expunge)

    def close(self) -> None:
        self.first.close()
        self.second.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.first, name)


@dataclass(frozen=True)
class Node:
    """An Elasticsearch node and the prefix of this run's two indexes on it."""

    url: str
    prefix: str

    def engine(self, side: str) -> Engine:
        """A fresh engine of one index."""
        return open_search(self.url, f"{self.prefix}-{side}")

    def remove(self) -> None:
        """Take the indexes away."""
        with Elasticsearch(self.url, request_timeout=30) as client:
            for name in client.indices.get(index=f"{self.prefix}-*"):
                client.indices.delete(index=name)

    def everything(self) -> str:
        """Names, mappings and documents of both indexes, as the node tells them."""
        with Elasticsearch(self.url, request_timeout=30) as client:
            found = client.search(
                index=f"{self.prefix}-*", query={"match_all": {}}, size=1000, stored_fields=["*"], source=True
            )
            return json.dumps([found.body, client.indices.get(index=f"{self.prefix}-*").body])


TABLES: Mapping[str, tuple[str, dict[str, Any]]] = {
    "Penduduk menurut kecamatan": (
        "Kode Wilayah;Kecamatan;Tahun;Jumlah Penduduk\n33.29.01;Salem;2024;63211\n33.29.02;Bantarkawung;2024;99871\n"
        "33.29.03;Bumiayu;2023;112004\n33.29.04;Paguyangan;2023;98765\n",
        {"deskripsi": "Jumlah penduduk akhir tahun.", "kata_kunci": ("kependudukan", "rumah aman")},
    ),
    "Korban kekerasan yang dilayani": (
        "Kode Wilayah;Kecamatan;Tahun;Banyak Korban\n33.29.01;Salem;2024;12\n33.29.02;Bantarkawung;2024;17\n",
        {
            "deskripsi": "Jumlah korban kekerasan yang dilayani pendamping.",
            "kata_kunci": ("perlindungan", "rumah aman"),
        },
    ),
}


def _points() -> bytes:
    """Public places around the secret one, so that tiles there are not empty."""
    longitude, latitude = POINT
    places = [
        (round(longitude + step * 0.0041, 6), round(latitude - step * 0.0033, 6)) for step in (-3, -2, -1, 1, 2, 4)
    ]
    features = [
        {
            "type": "Feature",
            "properties": {"nama": f"Balai {number}", "kode": "33.29.01"},
            "geometry": {"type": "Point", "coordinates": place},
        }
        for number, place in enumerate(places, 1)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@contextmanager
def open_world(databases: Databases, folder: Path, node: Node) -> Iterator[World]:
    """A world without secrets. The public applications' clock stands still, so that equal answers are equal bytes."""
    with made_house(databases, folder, site_url=SITE) as house:
        elastic = {side: node.engine(side) for side in ("public", "office")}
        for engine in elastic.values():
            engine.prepare()
        assert house.runtime.office_search is not None
        house.runtime.search = Both(house.runtime.search, elastic["public"])
        house.runtime.office_search = Both(house.runtime.office_search, elastic["office"])
        app, runtime = _public(databases, folder)
        other, other_runtime = _public(databases, folder, node.engine("public"))
        world = World(house, folder, app, runtime, other, node)
        _notices(house)
        _release_tables(world)
        _release_layer(world)
        try:
            yield world
        finally:
            for made in (runtime, other_runtime):
                made.scope().service(UsageTally).flush()
                dispose(made)
            node.remove()


def _public(databases: Databases, folder: Path, engine: Engine | None = None) -> tuple[Flask, Runtime]:
    settings = public_settings(databases, folder, site_url=SITE, development=False)
    runtime = public_runtime(settings)
    runtime.clock = lambda: NOW
    if engine is not None:
        runtime.search.close()
        runtime.search = engine
    return create_public_app(settings, runtime), runtime


def _notices(house: House) -> None:
    scope = house.runtime.scope()
    try:
        notices = scope.service(Notices)
        for kind in KINDS:
            notices.notice(kind, {"jumlah": {"dataset": 3}} if kind == "angka_situs" else None)
        scope.commit()
    finally:
        scope.close()


def _release_tables(world: World) -> None:
    for title, (text, changes) in TABLES.items():
        world.public[title] = world.house.released(text.encode(), "data.csv", judul=title, **changes)


def _release_layer(world: World) -> None:
    changes = layer_metadata(judul="Balai pertemuan", deskripsi="Balai pertemuan untuk umum.").model_dump()
    world.public[changes["judul"]] = world.house.released(_points(), "peta.geojson", **changes)


def add_secrets(world: World) -> None:
    """The exempt canary dataset with all its files, an unclassified draft, and a recalled dataset."""
    world.secrets["exempt"] = _add_exempt(world)
    world.secrets["draft"] = _add_draft(world)
    world.secrets["recalled"] = _add_recalled(world)


def _add_exempt(world: World) -> Secret:
    """Received, read, loaded, checked and validated like any other, then classified by the PPID."""
    house = world.house
    plan = exempt.dataset(load_profile("brebes"), geography.load(load_profile("brebes")))
    dataset_id = house.draft(**plan.metadata.model_dump())
    resources = []
    for filename, data in plan.files():
        resources.append(house.upload(dataset_id, data, filename).resource_id)
        house.work()
        house.confirm(dataset_id, resources[-1])
        house.work()
    house.checked(dataset_id, classify=False)
    secret = _secret(world, dataset_id, exempt.canaries(REGENCY))
    with house.act() as ingest:
        ingest.deciding.classify(_ppid(house, dataset_id), dataset_id, EXEMPT)
    house.work()
    return secret


def _add_draft(world: World) -> Secret:
    house = world.house
    data = f"sandi;{DRAFT_WORD}_kolom;jumlah\nA;{DRAFT_CELL};1\nB;{DRAFT_CELL};2\n".encode()
    dataset_id = house.draft(judul=f"Rancangan {DRAFT_WORD}", kata_kunci=(DRAFT_WORD,))
    resource_id = house.upload(dataset_id, data, f"{DRAFT_WORD}.csv").resource_id
    house.work()
    house.confirm(dataset_id, resource_id)
    house.work()
    return _secret(world, dataset_id, (DRAFT_WORD, DRAFT_CELL))


def _add_recalled(world: World) -> Secret:
    """Out for everybody, found in the index; then exempt: whatever was outside comes back."""
    house = world.house
    data = f"kode;{RECALLED_WORD}_kolom;jumlah\nA;{RECALLED_CELL};1\nB;{RECALLED_CELL};2\n".encode()
    words = (RECALLED_WORD, RECALLED_CELL, RECALLED_FILE)
    dataset_id, _resource = house.released(
        data, f"{RECALLED_FILE}.csv", judul=f"Pernah terbit {RECALLED_WORD}", kata_kunci=(RECALLED_WORD,)
    )
    secret = _secret(world, dataset_id, words)
    _be_read(world, secret)
    with house.act() as ingest:
        ingest.deciding.classify(_ppid(house, dataset_id), dataset_id, EXEMPT)
    house.work()
    return secret


def _be_read(world: World, secret: Secret) -> None:
    """Citizens look at it while it is out, and are counted."""
    client = world.app.test_client()
    for page in (f"/dataset/{secret.name}", f"/tabel/{secret.resource_ids[0]}", f"/dataset?q={RECALLED_WORD}"):
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert RECALLED_WORD.encode() in answer.data.lower(), page
    scope = world.runtime.scope()
    assert scope.service(UsageTally).flush() >= 1
    scope.close()


def _ppid(house: House, dataset_id: UUID) -> Any:
    row = house.office.execute(
        "SELECT person_id FROM vault.duty WHERE dataset_id = %s AND duty = 'ppid'", (dataset_id,)
    ).fetchone()
    assert row is not None
    return next(person for person in house.people.values() if person.person_id == row[0])


def _secret(world: World, dataset_id: UUID, words: tuple[str, ...]) -> Secret:
    """What there is to look for, read through the walls while it is there."""
    office = world.house.office
    rows = office.execute(
        "SELECT id, sha256, filename, table_name FROM vault.resource WHERE dataset_id = %s ORDER BY position",
        (dataset_id,),
    ).fetchall()
    name = office.execute("SELECT name FROM vault.dataset WHERE id = %s", (dataset_id,)).fetchone()
    assert rows
    assert name is not None
    return Secret(
        name=str(name[0]),
        dataset_id=dataset_id,
        resource_ids=tuple(row[0] for row in rows),
        words=words,
        sha256=tuple(row[1] for row in rows),
        filenames=tuple(row[2] for row in rows),
        tables=tuple(row[3] for row in rows if row[3]),
    )


def every_row(url: str) -> Iterator[tuple[str, str, bytes]]:
    """(schema, table, rows as text) of everything in a database, by its superuser; PostgreSQL's own catalogues too."""
    with psycopg.connect(url, autocommit=True) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname <> 'information_schema'"
            " AND tablename NOT IN ('pg_statistic', 'spatial_ref_sys', 'pg_largeobject')"
            " AND schemaname || '.' || tablename NOT LIKE 'pg_catalog.pg_sha%%'"
            " AND (schemaname <> 'pg_catalog' OR tablename IN"
            " ('pg_class', 'pg_attribute', 'pg_description', 'pg_statistic_ext_data', 'pg_largeobject_metadata'))"
        ).fetchall()
        for schema, table in tables:
            query = sql.SQL("SELECT t::text FROM {} AS t").format(sql.Identifier(schema, table))
            yield schema, table, "\n".join(str(text) for (text,) in connection.execute(query)).encode()
        stats = connection.execute("SELECT concat(schemaname, tablename, s::text) FROM pg_stats s")
        yield "pg_catalog", "pg_stats", "\n".join(str(text) for (text,) in stats).encode()
