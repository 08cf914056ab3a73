"""A catalogue of any size in a public database and in an engine, from the generator, by the release's own documents."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
import psycopg

from bench import generator
from portal.catalog import ckan_document, documents
from portal.catalog.documents import Documents
from portal.catalog.published import PublishedAgency, PublishedDataset, PublishedFile, PublishedLayer, PublishedResource
from portal.contract.metadata import ColumnEntry, DatasetMetadata, Period
from search.documents import Named, SearchDocument
from search.engine import Engine

SITE = "http://127.0.0.1:8000"
_MEDIA = "application/octet-stream"


def published(package: dict[str, Any]) -> PublishedDataset:
    """A generated package as the release verb would hand it over."""
    layer = str(package["jenis_data"]).startswith("geospasial")
    created = datetime.fromisoformat(package["metadata_created"])
    modified = datetime.fromisoformat(package["metadata_modified"])
    return PublishedDataset(
        id=UUID(package["id"]),
        name=package["name"],
        version=1,
        metadata=_metadata(package),
        agency=_agency(*package["organization"].values()),
        resources=tuple(_resource(package, item, layer=layer) for item in package["resources"]),
        created=created,
        modified=modified,
        released=modified,
        order_id=uuid5(NAMESPACE_URL, package["id"]),
        downloads=package["downloads"],
    )


@lru_cache(maxsize=1000)
def _agency(key: str, name: str, title: str) -> PublishedAgency:
    return PublishedAgency(id=UUID(key), name=name, title=title, region_code="33.29")


def _metadata(package: dict[str, Any]) -> DatasetMetadata:
    first, last = package["periode"]
    return DatasetMetadata(
        judul=package["title"],
        deskripsi=package["notes"],
        instansi_penerbit=package["organization"]["title"],
        produsen_data=package["author"],
        kontak=package["maintainer"],
        sumber_data=package["organization"]["title"],
        metode_pengumpulan="Kompilasi produk administrasi.",
        tanggal_pengambilan=date(last, 12, 31),
        jenis_data=package["jenis_data"],
        kelompok=package["groups"][0]["name"],
        kata_kunci=tuple(tag["name"] for tag in package["tags"]),
        tingkat_penyajian=package["tingkat_penyajian"],
        cakupan_wilayah=tuple(package["cakupan_wilayah"]),
        periode=Period(start=date(first, 1, 1), end=date(last, 12, 31)),
        frekuensi=package["frekuensi"],
        lisensi=package["license_id"],
        retensi="10 tahun",
    )


def _resource(package: dict[str, Any], item: dict[str, Any], *, layer: bool) -> PublishedResource:
    suffix = item["format"].lower()
    digest = uuid5(NAMESPACE_URL, item["id"]).hex * 2
    file = PublishedFile(
        role="asli", format=suffix, filename=f"data.{suffix}", media_type=_MEDIA, size=item["size"], sha256=digest
    )
    box = package["bbox"]
    return PublishedResource(
        id=UUID(item["id"]),
        position=item["position"],
        name=item["name"],
        kind="layer" if layer else "tabel",
        format=item["format"],
        files=(file,),
        row_count=100,
        columns=tuple(ColumnEntry(name=f"k{i}", label=label) for i, label in enumerate(package["columns"])),
        layer=PublishedLayer(geometry_type="POLYGON", bbox=tuple(box), feature_count=100) if layer and box else None,
    )


@dataclass
class _There:
    """Organisations and subject groups that the catalogue has already, by name: datasets are put under those."""

    organizations: dict[str, UUID]
    themes: dict[str, UUID]

    @classmethod
    def read(cls, connection: psycopg.Connection[Any]) -> _There:
        """Those of schema `catalog`."""
        organizations = connection.execute("SELECT name, id FROM catalog.organization").fetchall()
        return cls(dict(organizations), dict(connection.execute("SELECT name, id FROM catalog.theme").fetchall()))

    def placed(self, dataset: PublishedDataset) -> PublishedDataset:
        """The dataset under the ids that are there."""
        agency = replace(dataset.agency, id=self.organizations.setdefault(dataset.agency.name, dataset.agency.id))
        groups = [
            replace(item, id=self.themes[item.name]) if item.name in self.themes else item
            for item in ckan_document.shipped_groups(dataset.metadata)
        ]
        return replace(dataset, agency=agency, groups=tuple(groups))


def fill(url: str, count: int) -> None:
    """Brings schema `catalog` to `count` datasets (superuser's address); those of a smaller size stay."""
    with psycopg.connect(url) as connection:
        there = _There.read(connection)
        row = connection.execute("SELECT count(*) FROM catalog.dataset").fetchone()
        start = int(row[0]) if row else 0
        agencies: dict[UUID, PublishedAgency] = {}
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE fresh (LIKE catalog.dataset) ON COMMIT DROP")
            parts = _Parts()
            with cursor.copy(
                "COPY fresh (id, name, title, organization_id, version, state, doc, page, search, bbox, created,"
                " modified, revision, indexed_revision, order_id) FROM STDIN"
            ) as copy:
                for number in range(start, count):
                    dataset = there.placed(published(generator.dataset(number)))
                    agencies[dataset.agency.id] = dataset.agency
                    ready = documents.build(dataset, SITE)
                    copy.write_row(_row(dataset, ready))
                    parts.add(dataset, ready.search)
            for item in agencies.values():
                cursor.execute(
                    "INSERT INTO catalog.organization (id, name, title, tingkat) VALUES (%s, %s, %s, %s)"
                    " ON CONFLICT DO NOTHING",
                    (item.id, item.name, item.title, item.tingkat),
                )
            cursor.execute("INSERT INTO catalog.dataset SELECT * FROM fresh")
            parts.write(cursor)
        connection.commit()


@dataclass
class _Parts:
    """What stands beside the datasets: tags, subject groups, resources."""

    tags: list[tuple[UUID, str]] = field(default_factory=list)
    themes: dict[str, Named] = field(default_factory=dict)
    links: list[tuple[UUID, str]] = field(default_factory=list)
    resources: list[tuple[object, ...]] = field(default_factory=list)

    def add(self, dataset: PublishedDataset, document: SearchDocument) -> None:
        """Note those of one dataset."""
        self.tags += [(dataset.id, tag) for tag in document.tags]
        for group in document.groups:
            self.themes[group.id] = group
            self.links.append((dataset.id, group.id))
        for item in dataset.resources:
            columns = orjson.dumps([column.model_dump(mode="json") for column in item.columns]).decode()
            self.resources.append(
                (item.id, 1, dataset.id, item.position, item.kind, item.name, item.format,
                 documents.resource_document(dataset, item, SITE), columns)
            )  # fmt: skip

    def write(self, cursor: psycopg.Cursor[Any]) -> None:
        """Put them into the database."""
        for group in self.themes.values():
            cursor.execute(
                "INSERT INTO catalog.theme (id, name, title) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                (group.id, group.name, group.title),
            )
        for target, rows in (
            ("dataset_tag (dataset_id, tag)", self.tags),
            ("dataset_theme (dataset_id, theme_id)", self.links),
            ("resource (id, version, dataset_id, position, kind, name, format, doc, columns)", self.resources),
        ):
            with cursor.copy(f"COPY catalog.{target} FROM STDIN".encode()) as copy:
                for row in rows:
                    copy.write_row(row)


def stored(url: str) -> Iterator[SearchDocument]:
    """The search documents as they stand beside the datasets, streamed."""
    with psycopg.connect(url) as connection, connection.cursor(name="stored") as cursor:
        cursor.execute("SELECT search FROM catalog.dataset")
        for (found,) in cursor:
            yield SearchDocument.from_json(found)


def grow(url: str, engines: dict[str, Engine], count: int) -> dict[str, float]:
    """Brings the database to `count` datasets and rebuilds every engine from it; the seconds of each rebuild."""
    fill(url, count)
    taken: dict[str, float] = {}
    for name, engine in engines.items():
        started = time.perf_counter()
        if engine.rebuild(stored(url)) != count:
            raise RuntimeError(f"{name} lacks documents")
        taken[name] = time.perf_counter() - started
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return taken


def _row(dataset: PublishedDataset, ready: Documents) -> tuple[object, ...]:
    box = ready.bbox
    shape = None
    if box is not None:
        west, south, east, north = box
        shape = f"SRID=4326;POLYGON(({west} {south},{east} {south},{east} {north},{west} {north},{west} {south}))"
    return (
        dataset.id, dataset.name, dataset.metadata.judul, dataset.agency.id, 1, "terbit", ready.ckan,
        orjson.dumps(ready.page).decode(), orjson.dumps(ready.search.to_json()).decode(), shape, dataset.created,
        dataset.modified, 1, 1, dataset.order_id,
    )  # fmt: skip
