"""The generator's catalogue into both portals: by the API, and into CKAN by SQL where that is quicker."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import psycopg

from bench import catalogue
from bench.ckan_client import Client
from bench.ckan_data import owners, package
from bench.ckan_sites import Site
from bench.ckan_solr import CkanDocuments

CONNECTIONS = 4
GROUPS = 11
#: So many go by the API in any case.
FIRST = 300
#: By the API up to so many; beyond it CKAN is filled by SQL and an index rebuild, if it can be.
BY_API = 600
_SPACE = uuid.UUID("9d6f7a52-3b0e-4d0e-9a7f-0b3e7c1f5a11")


def prepare(site: Site, size: int) -> None:
    """Organisations and groups, those that are not there yet."""
    client = Client(site)
    wanted = zip(("organization", "group"), owners(size), strict=True)
    for kind, names in wanted:
        there = set(client.action(f"{kind}_list", {"limit": 10_000}))
        for name, title in names.items():
            if name not in there:
                client.action(f"{kind}_create", {"name": name, "title": title})


def present(site: Site) -> int:
    """How many datasets of the generator are there, counted from the first."""
    client = Client(site)
    low, high = 0, 1
    while client.exists(package(high - 1)["name"]):
        low, high = high, high * 2
    while low < high - 1:
        middle = (low + high) // 2
        low, high = (middle, high) if client.exists(package(middle - 1)["name"]) else (low, middle)
    return low


def by_api(site: Site, numbers: range) -> float:
    """package_create of each over four connections; datasets a second."""
    started = time.perf_counter()

    def load(mine: range) -> None:
        client = Client(site)
        for number in mine:
            client.action("package_create", package(number))

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(load, [numbers[start::CONNECTIONS] for start in range(CONNECTIONS)]))
    return len(numbers) / (time.perf_counter() - started)


def into_ckan_by_sql(site: Site, numbers: range) -> None:
    """Rows of CKAN's own tables by COPY, one transaction; the index is rebuilt apart."""
    with psycopg.connect(site.database_url) as connection, connection.cursor() as cursor:
        cursor.execute('SELECT name, id FROM "group"')
        owner: dict[str, str] = dict(cursor.fetchall())
        cursor.execute("SELECT name, id FROM tag WHERE vocabulary_id IS NULL")
        tags: dict[str, str] = dict(cursor.fetchall())
        fresh = sorted({tag["name"] for number in numbers for tag in package(number)["tags"]} - set(tags))
        tags |= {name: _key("tag", name) for name in fresh}
        for table, columns, rows in (
            ("tag", "id, name", ((tags[name], name) for name in fresh)),
            (
                "package",
                "id, name, title, notes, author, maintainer, license_id, owner_org, state, type, private,"
                " metadata_created, metadata_modified, extras",
                _package_rows(numbers, owner),
            ),
            (
                "resource",
                "id, package_id, name, format, url, position, state, created, metadata_modified, extras",
                _resource_rows(numbers),
            ),
            ("package_tag", "id, package_id, tag_id, state", _tag_rows(numbers, tags)),
            ("member", "id, group_id, table_id, table_name, capacity, state", _member_rows(numbers, owner)),
        ):
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN".encode()) as copy:
                for row in rows:
                    copy.write_row(row)


def _key(*parts: object) -> str:
    return str(uuid.uuid5(_SPACE, "|".join(map(str, parts))))


def _package_rows(numbers: range, owner: dict[str, str]) -> Iterator[tuple[object, ...]]:
    now = datetime.now(UTC).replace(tzinfo=None)
    for number in numbers:
        made = package(number)
        extras = json.dumps({item["key"]: item["value"] for item in made["extras"]})
        fixed = ("active", "dataset", False, now, now, extras)
        words = (made[key] for key in ("name", "title", "notes", "author", "maintainer", "license_id"))
        yield (_key("package", number), *words, owner[made["owner_org"]], *fixed)


def _resource_rows(numbers: range) -> Iterator[tuple[object, ...]]:
    now = datetime.now(UTC).replace(tzinfo=None)
    for number in numbers:
        for position, item in enumerate(package(number)["resources"]):
            key = _key("resource", number, position)
            words = (item["name"], item["format"], item["url"], position, "active", now, now, "{}")
            yield (key, _key("package", number), *words)


def _tag_rows(numbers: range, tags: dict[str, str]) -> Iterator[tuple[object, ...]]:
    for number in numbers:
        for tag in package(number)["tags"]:
            yield (_key("ptag", number, tag["name"]), _key("package", number), tags[tag["name"]], "active")


def _member_rows(numbers: range, owner: dict[str, str]) -> Iterator[tuple[object, ...]]:
    for number in numbers:
        made, key = package(number), _key("package", number)
        yield (_key("owner", number), owner[made["owner_org"]], key, "package", "organization", "active")
        for group in made["groups"]:
            yield (_key("member", number, group["name"]), owner[group["name"]], key, "package", "public", "active")


def load(site: Site, size: int, *, direct: bool = False) -> float:
    """Bring the portal to `size` datasets; datasets a second of what went by the API (nan when nothing did).

    The first `FIRST` always go by the API: those are patched. `direct`: ours takes the rest as the release's own
    documents by COPY, as CKAN takes rows of its tables where it can (beyond `BY_API`).
    """
    prepare(site, size)
    there = present(site)
    if there >= size:
        return float("nan")
    many = size - there > BY_API
    sql = many and (direct if site.name == "ours" else bool(site.database_url and site.command))
    by_hand = range(there, min(size, max(there, FIRST)) if sql else size)
    rate = by_api(site, by_hand) if by_hand else float("nan")
    if sql and site.name == "ours":
        catalogue.fill(site.database_url, size)
        with psycopg.connect(site.database_url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
    elif sql:
        into_ckan_by_sql(site, range(by_hand.stop, size))
    if sql and site.solr:
        CkanDocuments(site.solr, site.database_url).load(range(by_hand.stop, size))
    elif sql:
        started = time.perf_counter()
        site.rebuild()
        rebuilt = size / (time.perf_counter() - started)
        print(f"{site.name}: index rebuilt, {rebuilt:,.0f} datasets a second", flush=True)
    return rate
