"""The work of `bench ckan`: each row's requests, seeded, never the same twice unless the row says so; and its bar."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice
from urllib.parse import urlencode

from bench import words
from bench.ckan_client import Client, Request
from bench.ckan_data import owners, package
from bench.ckan_load import FIRST
from bench.ckan_sites import Site

API = "/api/3/action/"
FACETS = '["organization","groups","tags","res_format","license_id"]'
TABLE_ROWS = 100_000
INSERT, UPSERT = 5_000, 1_000
#: Requests made ready for one run of a row: more than any side answers in that time.
MANY = 40_000
_numbers = count(1)


@dataclass
class Table:
    """The measured table of a side."""

    resource: str
    rows: int


@dataclass(frozen=True)
class Plan:
    """What requests are made from: the size of the catalogue, the run's seed, the tables of both sides by name."""

    size: int
    seed: str
    tables: dict[str, Table]


Make = Callable[[Plan, Site, random.Random], Iterator[Request]]


@dataclass(frozen=True)
class Row:
    """One line of the result: what is done, the least times CKAN's rate, and how the requests are made; `writes`: it
    changes what is there, or asks what such a row made; `whole`: to the last request, whatever the time."""

    title: str
    bar: float
    make: Make
    unit: str = "requests/s"
    repeated: bool = False
    writes: bool = False
    whole: bool = False

    def requests(self, plan: Plan, site: Site, turn: int) -> Sequence[Request]:
        """The requests of one turn: the same for both sides but for ids."""
        draw = random.Random(f"{plan.seed}|{self.title}|{turn}")
        made = self.make(plan, site, draw)
        return list(islice(made, 40)) * (MANY // 40) if self.repeated else list(islice(made, MANY))


def _get(action: str, **data: object) -> Request:
    return Request(f"{API}{action}?{urlencode(data)}")


def _word(draw: random.Random) -> str:
    topic = draw.choice(words.TOPICS)
    return draw.choice(" ".join((*topic.subjects, *topic.breakdowns, *topic.tags)).split())


def _places(plan: Plan) -> list[str]:
    titles = [package(number)["title"] for number in range(0, plan.size, max(1, plan.size // 2000))]
    return sorted({word for title in titles for word in title.split() if len(word) > 3})


def _show(plan: Plan, _site: Site, draw: random.Random) -> Iterator[Request]:
    order = draw.sample(range(plan.size), plan.size)
    while True:
        for number in order:
            yield _get("package_show", id=package(number)["name"])


def _search(plan: Plan, _site: Site, draw: random.Random) -> Iterator[Request]:
    """One to three words of some dataset's title, in any order, so that as a rule there is something to find."""
    seen: Counter[str] = Counter()
    while True:
        said = [word for word in package(draw.randrange(plan.size))["title"].split() if len(word) > 2]
        text = " ".join(draw.sample(said, min(len(said), draw.randint(1, 3))))
        # a small catalogue has not so many: the same words again ask for their next rows
        yield _get("package_search", q=text, rows=20, start=seen[text], **{"facet.field": FACETS})
        seen[text] += 1


def _newest(plan: Plan, _site: Site, draw: random.Random) -> Iterator[Request]:
    last = max(1, plan.size - 20)
    pages = draw.sample(range(last), min(last, MANY))
    for start in pages:
        yield _get("package_search", sort="metadata_modified desc", rows=20, start=start, **{"facet.field": FACETS})


def _filtered(plan: Plan, _site: Site, draw: random.Random) -> Iterator[Request]:
    names, seen = sorted(owners(min(plan.size, 2000))[0]), set()
    while True:
        topic, year = draw.choice(words.TOPICS), draw.randint(0, 400)
        fq = f'organization:"{draw.choice(names)}" tags:"{draw.choice(topic.tags)}"'
        if (fq, year) not in seen:
            seen.add((fq, year))
            yield _get(
                "package_search", fq=fq, rows=20, start=year % 20, **{"facet.field": FACETS, "facet.limit": 50 + year}
            )


def _boxes(_plan: Plan, _site: Site, draw: random.Random) -> Iterator[Request]:
    while True:
        x, y, side = draw.uniform(102, 120), draw.uniform(-8, -2), draw.uniform(0.1, 3)
        yield _get("package_search", rows=20, ext_bbox=f"{x:.4f},{y:.4f},{x + side:.4f},{y + side:.4f}")


def _pages(rows: int) -> Make:
    def make(plan: Plan, _site: Site, draw: random.Random) -> Iterator[Request]:
        last = max(1, plan.size - rows)
        for start in draw.sample(range(last), min(last, MANY)):
            yield _get("package_search", rows=rows, start=start, sort="id asc")

    return make


def _autocomplete(plan: Plan, _site: Site, draw: random.Random) -> Iterator[Request]:
    places, seen = _places(plan), set()
    while True:
        word = draw.choice((_word(draw), draw.choice(places))).lower()
        part = word[: draw.randint(2, max(2, len(word)))] + (
            f" {draw.choice(places)[:3].lower()}" if draw.random() < 0.5 else ""
        )
        if part not in seen or draw.random() < 0.02:
            seen.add(part)
            yield _get("package_autocomplete", q=part, limit=10)


def _same(action: str, **data: object) -> Make:
    """A question that has only one form (the whole list): the address carries a number that means nothing."""

    def make(_plan: Plan, _site: Site, _draw: random.Random) -> Iterator[Request]:
        while True:
            yield _get(action, **data, n=next(_numbers))

    return make


def _resource_search(plan: Plan, _site: Site, draw: random.Random) -> Iterator[Request]:
    places = _places(plan)
    while True:
        yield _get("resource_search", query=f"name:{_word(draw)} {draw.choice(places)}", limit=20)


def _organization(plan: Plan, _site: Site, draw: random.Random) -> Iterator[Request]:
    names = sorted(owners(min(plan.size, 2000))[0])
    while True:
        yield _get("organization_show", id=draw.choice(names), n=next(_numbers))


def _create(plan: Plan, _site: Site, draw: random.Random) -> Iterator[Request]:
    while True:
        number = draw.randrange(plan.size)
        made = package(number)
        yield Request(
            f"{API}package_create", {**made, "name": f"{made['name'][:60]}-{plan.seed}-{next(_numbers)}"}, writes=True
        )


def _patch(plan: Plan, _site: Site, draw: random.Random) -> Iterator[Request]:
    while True:
        number = draw.randrange(min(plan.size, FIRST))
        yield Request(
            f"{API}package_patch", {"id": package(number)["name"], "notes": f"Diubah {next(_numbers)}."}, writes=True
        )


def row(number: int) -> dict[str, object]:
    """Row `number` of the measured table."""
    return {
        "nomor": number,
        "kode": f"33.29.{number % 17 + 1:02}.{number % 2000:04}",
        "nama": f"Desa {words.TOPICS[number % len(words.TOPICS)].tags[0]} {number % 500}",
        "tahun": 2010 + number % 15,
        "jumlah": number * 7 % 10_007,
        "nilai": round(number * 1.37 % 9_973, 2),
    }


FIELDS = [
    {"id": "nomor", "type": "int"},
    {"id": "kode", "type": "text"},
    {"id": "nama", "type": "text"},
    {"id": "tahun", "type": "int"},
    {"id": "jumlah", "type": "numeric"},
    {"id": "nilai", "type": "float"},
]


def make_table(site: Site, seed: str) -> Table:
    """An empty table of a new resource of the first dataset, with its key."""
    made = Client(site).action(
        "datastore_create",
        {
            "resource": {"package_id": package(0)["name"], "name": f"Tabel {seed}", "format": "CSV"},
            "fields": FIELDS,
            "primary_key": ["nomor"],
            "records": [],
        },
    )
    return Table(made["resource_id"], 0)


def _insert(plan: Plan, site: Site, _draw: random.Random) -> Iterator[Request]:
    table = plan.tables[site.name]
    for start in range(table.rows, TABLE_ROWS, INSERT):
        records = [row(number) for number in range(start, start + INSERT)]
        data = {"resource_id": table.resource, "method": "insert", "force": True, "records": records}
        yield Request(f"{API}datastore_upsert", data, writes=True, weight=INSERT)
    table.rows = TABLE_ROWS


def _upsert(plan: Plan, site: Site, draw: random.Random) -> Iterator[Request]:
    for _ in range(60):
        records = [{**row(number), "jumlah": next(_numbers)} for number in draw.sample(range(TABLE_ROWS), UPSERT)]
        data = {"resource_id": plan.tables[site.name].resource, "method": "upsert", "force": True, "records": records}
        yield Request(f"{API}datastore_upsert", data, writes=True, weight=UPSERT)


def _rows(**how: object) -> Make:
    def make(plan: Plan, site: Site, draw: random.Random) -> Iterator[Request]:
        while True:
            start = draw.randrange(TABLE_ROWS - 100)
            filled = {
                key: json.dumps({"kode": row(start)["kode"]})
                if value == "filters"
                else row(start)["nama"]
                if value == "q"
                else value
                for key, value in how.items()
            }
            offset = (
                {}
                if "filters" in how or "q" in how
                else {"offset": start if how.get("limit") == 100 else start % 60_000}
            )
            yield _get("datastore_search", resource_id=plan.tables[site.name].resource, **filled, **offset)

    return make


def _dump(form: str) -> Make:
    def make(plan: Plan, site: Site, _draw: random.Random) -> Iterator[Request]:
        while True:
            asked = urlencode({"format": form, "n": next(_numbers)})
            yield Request(f"/datastore/dump/{plan.tables[site.name].resource}?{asked}", weight=TABLE_ROWS)

    return make


def _dataset_page(plan: Plan, _site: Site, draw: random.Random) -> Iterator[Request]:
    for number in draw.sample(range(plan.size), plan.size):
        yield Request(f"/dataset/{package(number)['name']}")


def _search_page(plan: Plan, site: Site, draw: random.Random) -> Iterator[Request]:
    for asked in _search(plan, site, draw):
        text = asked.path.split("q=", 1)[1].split("&", 1)[0]
        yield Request(f"/dataset?q={text}" if site.name == "ours" else f"/dataset/?q={text}")


ROWS: tuple[Row, ...] = (
    Row("package_show", 10, _show),
    Row("package_search, words + 5 facets, 20 rows", 2, _search),
    Row("… repeated", 15, _search, repeated=True),
    Row("browse newest + 5 facets", 3, _newest),
    Row("… repeated", 15, _newest, repeated=True),
    Row("fq + 5 facets", 3, _filtered),
    Row("… repeated", 15, _filtered, repeated=True),
    Row("ext_bbox", 3, _boxes),
    Row("… repeated", 15, _boxes, repeated=True),
    Row("harvester's page of 100", 10, _pages(100)),
    Row("harvester's page of 1,000", 10, _pages(1_000)),
    Row("package_autocomplete", 3, _autocomplete),
    Row("tag_list", 20, _same("tag_list")),
    Row("resource_search", 20, _resource_search),
    Row("organization_list all_fields", 20, _same("organization_list", all_fields="true")),
    Row("organization_show", 20, _organization),
    Row("package_list", 20, _same("package_list")),
    Row("dataset page (HTML)", 20, _dataset_page),
    Row("search page (HTML)", 5, _search_page),
    Row("package_create", 3, _create, writes=True),
    Row("package_patch", 3, _patch, writes=True),
    Row("datastore insert, 5,000 rows a call", 8, _insert, "rows/s", writes=True, whole=True),
    Row("datastore upsert on a key", 6, _upsert, "rows/s", writes=True),
    Row("datastore_search, 100 rows sorted", 8, _rows(limit=100, sort="jumlah desc"), writes=True),
    Row("datastore_search, filter", 8, _rows(limit=100, filters="filters"), writes=True),
    Row("datastore_search, q", 8, _rows(limit=100, q="q"), writes=True),
    Row("datastore_search, 32,000 rows", 8, _rows(limit=32_000), writes=True),
    Row("datastore dump CSV", 3, _dump("csv"), "rows/s", writes=True),
    Row("datastore dump JSON", 6, _dump("json"), "rows/s", writes=True),
)
