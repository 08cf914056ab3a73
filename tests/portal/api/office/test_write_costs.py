"""What a write through the API costs: statements, commits and calls to the search engine are counted, never timed."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from sqlalchemy import Engine as Database
from sqlalchemy import event

from search.elastic import ElasticEngine
from search.engine import Engine, counting
from search.query import SearchQuery
from tests.portal.api.office.world import OfficeWorld

LINK = {"name": "Tautan", "format": "CSV", "url": "https://contoh.id/data.csv"}
FULL: dict[str, Any] = {"notes": "Uraian.", "tags": [{"name": "padi"}], "resources": [LINK, LINK]}
#: Statements of the portal itself, without those of an engine inside PostgreSQL.
BUDGETS = {"package_create": 18, "package_patch": 19}
#: The opening (recorded and committed first), the vault with the order, the pointer, what is indexed, the office's
#: marks; and the end of the transaction that only read.
COMMITS = 6


@contextmanager
def commits() -> Iterator[list[str]]:
    """Databases of the transactions that are committed inside the block, in order."""
    found: list[str] = []

    def note(connection: Any) -> None:
        found.append(str(connection.engine.url.database))

    event.listen(Database, "commit", note)
    try:
        yield found
    finally:
        event.remove(Database, "commit", note)


@pytest.fixture
def elastic(ckan: OfficeWorld, elasticsearch_url: str) -> Iterator[tuple[Engine, Engine]]:
    """Both indexes of the office on Elasticsearch."""
    name, runtime = f"uji-biaya-{secrets.token_hex(4)}", ckan.runtime
    kept = runtime.search, runtime.office_search
    made = ElasticEngine(elasticsearch_url, f"{name}-p"), ElasticEngine(elasticsearch_url, f"{name}-o")
    runtime.search, runtime.office_search = made
    try:
        yield made
    finally:
        runtime.search, runtime.office_search = kept
        for engine in made:
            engine.close()
        with Elasticsearch(elasticsearch_url) as client:
            for index in client.options(ignore_status=404).indices.get(index=f"{name}*"):
                client.indices.delete(index=index)


def calls_of(ckan: OfficeWorld) -> dict[str, dict[str, Any]]:
    made = ckan.package(**FULL)
    return {
        "package_create": {"name": ckan.name(), "owner_org": "dinas-kesehatan", **FULL},
        "package_patch": {"id": made["id"], "title": "Sedikit"},
    }


def test_a_write_takes_few_statements_and_commits(ckan: OfficeWorld, statements: Callable[[], Any]) -> None:
    for action, data in calls_of(ckan).items():
        with statements() as log, commits() as done:
            ckan.result(action, data)
        own = [text for text in log.texts if '"search".' not in text and "_timeout" not in text and ", 1))" not in text]
        assert len(own) <= BUDGETS[action], own
        assert len(done) == COMMITS, done


@pytest.mark.elasticsearch
def test_a_write_sends_each_index_one_request_and_is_found_when_it_returns(
    ckan: OfficeWorld, elastic: tuple[Engine, Engine]
) -> None:
    public, office = elastic
    for engine in elastic:
        engine.prepare()
    for action, data in calls_of(ckan).items():
        with counting(public) as asked, counting(office) as copied:
            key = ckan.result(action, data)["id"]
        assert asked == ["upsert"]
        assert copied == ["upsert"]
        assert key in public.search(SearchQuery()).ids
        asked_for = {"fq": f"id:{key}", "include_private": True}
        with counting(office) as looked:
            assert [item["id"] for item in ckan.result("package_search", asked_for)["results"]] == [key]
        assert looked == ["show", "search"]


@pytest.mark.elasticsearch
def test_an_index_that_is_missing_is_not_sent_everything_by_every_write(
    ckan: OfficeWorld, elastic: tuple[Engine, Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.ingest.indexing.PAUSE_SECONDS", 3_600.0)
    public, office = elastic
    with counting(public) as asked, counting(office) as copied:
        made = [ckan.package(**FULL)["id"] for _ in range(3)]
    assert len(asked) + len(copied) == 1
    monkeypatch.undo()
    for engine in elastic:
        engine.prepare()
    monkeypatch.setattr("portal.ingest.indexing.PAUSE_SECONDS", 0.0)
    made.append(ckan.package(**FULL)["id"])
    assert set(made) <= set(public.search(SearchQuery(rows=100)).ids)
