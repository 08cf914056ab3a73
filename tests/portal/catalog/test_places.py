"""Place pages and the front page: key figures out of published tables, neighbours, what is due, what it costs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from psycopg import sql
from shapely.geometry import shape

from config import regions
from portal.catalog import place_page
from portal.catalog.key_figures import KeyFigures
from portal.catalog.neighbours import NEAR, neighbours, touching
from portal.catalog.published import PublishedDataset
from portal.contract.metadata import ColumnEntry, Period
from portal.kernel.identity import ANONYMOUS
from portal.web.request import Runtime
from tests.apps import dispose, make_public
from tests.factories import published as factory
from tests.portal.catalog.test_pages import publish
from tests.support import Databases

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
KECAMATAN = [item.code for item in regions.children("33.29")]
CODE = ColumnEntry(name="kode_kecamatan", label="Kode kecamatan", codelist="Kode wilayah Kemendagri")
YEAR = ColumnEntry(name="tahun", label="Tahun", type="year")
PEOPLE = ColumnEntry(name="jumlah_penduduk", label="Jumlah penduduk", type="integer", unit="jiwa")
AREA = ColumnEntry(name="luas_km2", label="Luas", type="numeric", unit="km2")
HIDDEN = ColumnEntry(name="penduduk_rinci", label="Penduduk", type="integer", unit="jiwa", public=False)


def people(code: str, year: int) -> int:
    """Made-up inhabitants: the kecamatan with the highest number has the most."""
    return int(code[-2:]) * 1000 + (year - 2021) * 10


def table(
    databases: Databases, name: str, columns: tuple[ColumnEntry, ...], rows: list[tuple[Any, ...]], **changes: Any
) -> PublishedDataset:
    """A dataset of one table whose rows stand in schema `rows`."""
    key = uuid4()
    handle = f"t_{key.hex}_1"
    types = {"text": "text", "integer": "integer", "year": "integer", "numeric": "numeric"}
    with psycopg.connect(databases.addresses.publisher) as connection:
        parts = [sql.SQL("{} {}").format(sql.Identifier(c.name), sql.SQL(types[c.type])) for c in columns]
        target = sql.Identifier(handle)
        connection.execute(
            sql.SQL("CREATE TABLE rows.{} (_id bigint PRIMARY KEY, {})").format(target, sql.SQL(", ").join(parts))
        )
        with connection.cursor().copy(sql.SQL("COPY rows.{} FROM STDIN").format(target)) as copy:
            for number, row in enumerate(rows, 1):
                copy.write_row((number, *row))
        connection.execute("SELECT rows.open_table(%s)", [handle])
    resource = factory.table_resource(id=key, table=handle, row_count=len(rows), columns=columns, name=name)
    return factory.dataset(name=name, resources=(resource,), metadata=factory.metadata(**changes))


def population(databases: Databases) -> PublishedDataset:
    """Every kecamatan, 2021 to 2025, codes without dots as many offices write them."""
    rows = [(code.replace(".", ""), year, people(code, year), 7) for year in range(2021, 2026) for code in KECAMATAN]
    return table(
        databases, "jumlah-penduduk", (CODE, YEAR, PEOPLE, HIDDEN), rows, judul="Jumlah penduduk",
        kata_kunci=("penduduk",), sumber_data="Dukcapil", jadwal_rilis_berikut=date(2027, 1, 31),
    )  # fmt: skip


def areas(databases: Databases) -> PublishedDataset:
    """Every kecamatan once, without a year."""
    rows = [(code, 100 + number) for number, code in enumerate(KECAMATAN)]
    return table(
        databases, "luas-kecamatan", (CODE, AREA), rows, judul="Luas kecamatan", kata_kunci=("luas wilayah",),
        sumber_data="BIG", periode=Period(start=date(2024, 1, 1), end=date(2024, 12, 31)),
        jadwal_rilis_berikut=date(2026, 11, 25),
    )  # fmt: skip


def misleading(databases: Databases) -> list[PublishedDataset]:
    """Tables that must not become figures: two rows a place and year, another region's, a past announcement."""
    by_sex = [(code, 2026, number) for number in (1, 2) for code in KECAMATAN]
    return [
        table(databases, "penduduk-rinci", (CODE, YEAR, PEOPLE), by_sex[:17], tingkat_penyajian="desa",
              judul="Penduduk desa", kata_kunci=("penduduk",), jadwal_rilis_berikut=date(2026, 11, 1)),
        table(databases, "penduduk-lain", (CODE, YEAR, PEOPLE), by_sex[:17], cakupan_wilayah=("32.14",),
              judul="Penduduk tempat lain", kata_kunci=("penduduk",), jadwal_rilis_berikut=date(2028, 1, 1)),
    ]  # fmt: skip


@dataclass
class World:
    """The public application over these tables."""

    app: Flask
    runtime: Runtime

    def text(self, path: str) -> str:
        """A page that answers 200."""
        answer = self.app.test_client().get(path)
        assert answer.status_code == 200
        return answer.get_data(as_text=True)


@pytest.fixture(scope="module")
def world(module_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    items = [population(module_databases), areas(module_databases), *misleading(module_databases)]
    publish(module_databases, *items)
    app, runtime = make_public(module_databases, tmp_path_factory.mktemp("places"))
    runtime.clock = lambda: NOW
    yield World(app, runtime)
    dispose(runtime)


def own(log: Any) -> list[str]:
    """Statements of ours but for the engine's and the pool's."""
    return [text for text in log.texts if "search." not in text and "DISCARD" not in text]


def figures(world: World, code: str) -> dict[str, Any]:
    place = regions.region(code)
    assert place is not None
    scope = world.runtime.scope()
    try:
        return {item.indicator.code: item for item in scope.service(KeyFigures).of(ANONYMOUS, place)}
    finally:
        scope.close()


def test_a_kecamatan_has_its_figures_with_trend_share_and_rank(world: World) -> None:
    found = figures(world, "33.29.17")
    head = found["penduduk"]
    assert head.series == tuple((year, people("33.29.17", year)) for year in range(2021, 2026))
    assert (head.value, head.period, head.rank, head.peers) == (people("33.29.17", 2025), "2025", 1, 17)
    assert head.whole == sum(people(code, 2025) for code in KECAMATAN)
    assert (found["luas"].period, found["luas"].series) == ("2024", ())
    assert found["kepadatan"].derived
    assert found["kepadatan"].value == pytest.approx(head.value / found["luas"].value)


def test_the_regency_is_the_sum_of_all_its_kecamatan(world: World) -> None:
    found = figures(world, "33.29")
    assert found["penduduk"].summed
    assert dict(found["penduduk"].series)[2021] == sum(people(code, 2021) for code in KECAMATAN)
    assert found["luas"].value == sum(100 + number for number in range(17))


def test_a_village_that_no_table_knows_says_so(world: World) -> None:
    assert figures(world, "33.29.01.2001") == {}
    assert "Belum ada tabel terbit" in world.text("/wilayah/33.29.01.2001")


def test_two_rows_of_one_place_and_year_are_no_figure(databases: Databases, tmp_path: Path) -> None:
    rows = [(code, 2025, number) for number in (1, 2) for code in KECAMATAN]
    publish(databases, table(databases, "dobel", (CODE, YEAR, PEOPLE), rows, kata_kunci=("penduduk",)))
    app, runtime = make_public(databases, tmp_path)
    try:
        assert figures(World(app, runtime), "33.29.01") == {}
    finally:
        dispose(runtime)


def test_the_place_page_says_figures_source_year_and_neighbours(world: World) -> None:
    text = world.text("/wilayah/33.29.01")
    assert "1.040" in text
    assert "Dukcapil, 2025" in text
    assert "naik 4,0% sejak 2021" in text
    assert "urutan 17 dari 17 kecamatan" in text
    assert "Satu dari 17 kecamatan di Kabupaten Brebes" in text
    assert 'aria-label="Penduduk tahun 2021 sampai 2025: dari 1.000 menjadi 1.040"' in text
    near = text.split("Berbatasan dengan", 1)[1].split("</ul>", 1)[0]
    assert re.findall(r"/wilayah/([\d.]+)", near) == list(touching("33.29", "kecamatan")["33.29.01"])
    assert "Penduduk desa" in text, "the datasets that cover it are listed"
    english = world.text("/wilayah/33.29.01?lang=en")
    assert "1,040" in english
    assert "Population" in english
    assert "up 4.0% since 2021" in english


def test_the_front_page_shows_trends_and_what_is_due(world: World) -> None:
    text = world.text("/")
    assert "naik" in text
    assert 'class="spark"' in text
    due = text.split("Segera terbit", 1)[1]
    assert due.index("Luas kecamatan") < due.index("Jumlah penduduk")
    assert "besok" in due
    assert "Penduduk tempat lain" not in due.split("</ul>", 1)[0], "too far away"
    assert "Penduduk desa" not in due.split("</ul>", 1)[0], "past announcements are not news"


def test_what_home_and_place_pages_cost(world: World, statements: Callable[[], AbstractContextManager[Any]]) -> None:
    """Home: groups, newest, totals, notices, due, the figures' tables, their rows. A place: search's one, figures'."""
    with statements() as log:
        world.text("/")
    assert len(own(log)) <= 9, own(log)
    with statements() as log:
        world.text("/wilayah/33.29.01")
    assert len(own(log)) <= 5, own(log)


def test_the_announced_day_is_found_by_its_index(databases: Databases) -> None:
    with psycopg.connect(databases.addresses.public) as connection:
        connection.execute("SET enable_seqscan = off")
        query = (
            "EXPLAIN SELECT name FROM catalog.dataset WHERE page #>> '{metadata,jadwal_rilis_berikut}' >= %s"
            " ORDER BY page #>> '{metadata,jadwal_rilis_berikut}' LIMIT 5"
        )
        plan = " ".join(row[0] for row in connection.execute(query, ["2026-11-24"]))
    assert "dataset_next_release" in plan


@pytest.mark.parametrize(("code", "level"), [("33.29", "kecamatan"), ("32.14", "kecamatan")])
def test_neighbours_are_those_that_share_an_edge(code: str, level: regions.Level) -> None:
    found = touching(code, level)
    shapes = {
        item["properties"]["kode"]: shape(item["geometry"]).buffer(0)
        for item in regions.boundaries(code, level)["features"]
    }
    assert found.keys() == shapes.keys()
    for name, near in found.items():
        assert name not in near
        for other, geometry in shapes.items():
            if other == name:
                continue
            distance = shapes[name].distance(geometry)
            shared = shapes[name].buffer(NEAR[level]).intersection(geometry.boundary).length
            if shared > NEAR[level] * 8:
                assert other in near, (name, other)
            if distance > NEAR[level] * 3:
                assert other not in near, (name, other)


def test_a_regency_touches_regencies_of_its_province() -> None:
    brebes = regions.region("33.29")
    assert brebes is not None
    assert {item.code for item in neighbours(brebes)} == {"33.01", "33.02", "33.28", "33.76"}
    assert touching("99.99", "kecamatan") == {}


def test_nothing_is_due_where_nothing_is_announced(databases: Databases, tmp_path: Path) -> None:
    publish(databases, factory.dataset(name="tanpa-jadwal"))
    app, runtime = make_public(databases, tmp_path)
    runtime.clock = lambda: NOW + timedelta(days=1)
    try:
        assert "Belum ada rilis yang dijadwalkan" in World(app, runtime).text("/")
    finally:
        dispose(runtime)


def test_a_stated_figure_gives_way_to_a_published_one(world: World) -> None:
    """Numbers of the front page follow the language, since they are read and not stored as text."""
    home = regions.region("33.29")
    assert home is not None
    scope = world.runtime.scope()
    try:
        read = scope.service(KeyFigures).of(ANONYMOUS, home)
    finally:
        scope.close()
    stated = [
        {
            "name": "Luas wilayah",
            "value": "1,0",
            "unit": "km²",
            "source": "lain",
            "year": "2020",
            "href": "",
            "spark": "",
        },
        {
            "name": "Panjang pantai",
            "value": "65",
            "unit": "km",
            "source": "DKP",
            "year": "2020",
            "href": "",
            "spark": "",
        },
    ]
    with world.app.test_request_context("/?lang=en"):
        shown = place_page.front_figures(stated, read, home, "en")
    assert [item["name"] for item in shown] == ["Population", "Area", "Population density", "Panjang pantai"]
    assert shown[1]["value"] == "1,836"
    assert [item["unit"] for item in shown[:3]] == ["persons", "km²", "persons/km²"]
    assert shown[3]["value"] == "65"
