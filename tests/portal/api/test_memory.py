"""What the public process remembers is never stale: every change that readers could see moves a counter first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from portal.api import answer_memory, paging
from portal.api.limits import Buckets
from portal.catalog import store
from portal.ingest.indexing import Indexer
from portal.kernel.db import open_engine
from search.engine import counting
from search.engine import open_engine as open_search
from tests.apps import dispose
from tests.factories import published as factory
from tests.portal.api.world import SITE, World, publish
from tests.support import Databases, StatementLog

Counter = Callable[[], AbstractContextManager[StatementLog]]
PATH = "/api/3/action/package_search?q=imunisasi&facet.field=%5B%22tags%22%5D"


class Writer:
    """The release verb's hand: writes and indexes."""

    def __init__(self, databases: Databases) -> None:
        self.engine = open_engine(databases.addresses.publisher)
        self.search = open_search(databases.addresses.publisher, "portal-public")

    def publish(self, **values: Any) -> Any:
        item = factory.dataset(**values)
        with Session(self.engine) as session:
            store.write_version(session, item, SITE)
            session.commit()
        return item

    def index(self) -> None:
        with Session(self.engine) as session:
            Indexer(session, self.search).drain()

    def withdraw(self, dataset_id: Any) -> None:
        with Session(self.engine) as session:
            store.withdraw(session, dataset_id, None, "Uji", uuid4())
            session.commit()
            Indexer(session, self.search).forget(str(dataset_id))

    def close(self) -> None:
        self.engine.dispose()
        self.search.close()


@pytest.fixture
def fresh(databases: Databases, tmp_path: Path) -> Iterator[tuple[World, Writer]]:
    """A world of this test's own, which is written into while it is read."""
    world, writer = publish(databases, tmp_path), Writer(databases)
    yield world, writer
    writer.close()
    dispose(world.runtime)


def looks(log: StatementLog) -> tuple[int, int]:
    """Looks at the counters, and other statements."""
    counters = [text for text in log.texts if "catalog.change" in text]
    return len(counters), len(log) - len(counters)


def test_a_repeated_call_costs_one_look_at_the_counters(fresh: tuple[World, Writer], statements: Counter) -> None:
    world, _writer = fresh
    first = world.client.get(PATH)
    with statements() as log, counting(world.runtime.search) as calls:
        again = world.client.get(PATH)
    assert (again.data, dict(again.headers)) == (first.data, dict(first.headers))
    assert (looks(log), calls) == ((1, 0), [])
    with statements() as log:
        assert world.result("package_search", {"q": "imunisasi"}) == world.result("package_search", {"q": "imunisasi"})
    assert looks(log)[0] == 2


def test_publishing_withdrawing_and_renaming_are_seen_at_once(fresh: tuple[World, Writer]) -> None:
    world, writer = fresh

    def names() -> list[str]:
        found = world.client.get("/api/3/action/package_search?sort=name+asc").get_json()["result"]
        assert found["count"] == len(found["results"])
        return [row["name"] for row in found["results"]]

    def everything() -> tuple[Any, ...]:
        asked = ("package_list", "tag_list", "organization_list?all_fields=true", "group_list?all_fields=true")
        return tuple(world.client.get(f"/api/3/action/{item}").get_json()["result"] for item in asked)

    before, old = names(), everything()
    item = writer.publish(name="aaa-baru", metadata=factory.metadata(judul="Baru", kata_kunci=("aneh",)))
    assert world.client.get("/api/3/action/package_show?id=aaa-baru").status_code == 200
    new = everything()
    assert new[0] == ["aaa-baru", *old[0]]
    assert "aneh" in new[1]
    assert sum(row["package_count"] for row in new[2]) == sum(row["package_count"] for row in old[2]) + 1
    assert sum(row["package_count"] for row in new[3]) == sum(row["package_count"] for row in old[3]) + 1
    assert names() == before  # kept for as long as the index has not followed
    writer.index()
    assert names() == ["aaa-baru", *before]
    writer.withdraw(item.id)
    assert (names(), everything()) == (before, old)
    assert world.client.get("/api/3/action/package_show?id=aaa-baru").status_code == 404
    with Session(writer.engine) as session:
        store.write_organization(session, replace(world.first.agency, title="Nama Lain"))
        session.commit()
    titles = [row["title"] for row in everything()[2]]
    assert "Nama Lain" in titles


def test_a_change_that_is_not_committed_moves_nothing(fresh: tuple[World, Writer]) -> None:
    world, writer = fresh
    listed = world.result("package_list")
    with Session(writer.engine) as session:
        store.write_version(session, factory.dataset(name="tidak-jadi"), SITE)
        assert world.result("package_list") == listed
        session.rollback()
    assert world.result("package_list") == listed


def test_refusals_clocks_and_questions_with_a_validator_are_not_kept(
    fresh: tuple[World, Writer], statements: Counter
) -> None:
    world, _writer = fresh
    for path in (
        "/api/3/action/package_show?id=tidak-ada",
        "/api/3/action/package_search?fq=metadata_modified:[NOW-1DAY+TO+NOW]",
    ):
        world.client.get(path)
        with statements() as log:
            world.client.get(path)
        assert looks(log)[1] >= 1, path
    tag = world.client.get(PATH).headers["ETag"]
    assert world.client.get(PATH, headers={"If-None-Match": tag}).status_code == 304


def test_pages_are_asked_for_by_ids_alone(fresh: tuple[World, Writer], monkeypatch: pytest.MonkeyPatch) -> None:
    world, writer = fresh
    base = factory.dataset(metadata=factory.metadata(judul="Serba banyak"))
    for number in range(9):
        moment = datetime(2025, 1, 1, tzinfo=UTC)
        writer.publish(id=uuid4(), name=f"banyak-{number}", order_id=uuid4(), modified=moment, metadata=base.metadata)
    writer.index()
    monkeypatch.setattr(paging, "DEEPEST_START", 2)
    asked = {"fq": "name:banyak*", "sort": "name asc", "rows": 3, "facet.field": ["organization"]}
    for start in (0, 3, 6):
        with counting(world.runtime.search) as calls:
            found = world.result("package_search", {**asked, "start": start})
        assert [row["name"] for row in found["results"]] == [f"banyak-{start + n}" for n in range(3)]
        assert (found["count"], found["facets"]["organization"], calls) == (9, {"dinas-kesehatan": 9}, ["search"])
    with counting(world.runtime.search) as calls:
        assert world.result("package_search", {**asked, "start": 9})["results"] == []
    assert calls == []


@pytest.mark.parametrize("sort", ["metadata_modified desc", "metadata_modified asc", "name asc", "name desc", "rank"])
def test_browsing_asks_no_engine_and_orders_as_it_does(fresh: tuple[World, Writer], sort: str) -> None:
    world, writer = fresh
    for number in range(7):  # some at the same moment: ties go by id everywhere
        moment = datetime(2025, 1, 1 + number // 3, tzinfo=UTC)
        writer.publish(name=f"deret-{number}", modified=moment, metadata=factory.metadata(judul=f"Deret {number}"))
    writer.index()
    whole = world.result("package_search", {"sort": sort, "rows": 20})
    ids = [row["id"] for row in whole["results"]]
    assert (len(ids), whole["count"]) == (10, 10)
    with counting(world.runtime.search) as calls:
        for start in range(0, 10, 3):
            found = world.result("package_search", {"sort": sort, "rows": 3, "start": start})
            assert [row["id"] for row in found["results"]] == ids[start : start + 3]
            assert found["count"] == 10
    assert calls == []


def test_the_store_is_bounded(fresh: tuple[World, Writer], monkeypatch: pytest.MonkeyPatch) -> None:
    world, _writer = fresh
    kept: Any = world.app.wsgi_app
    assert isinstance(kept, answer_memory.AnswerMemory)
    monkeypatch.setattr(answer_memory, "MOST_BYTES", 3_000)
    for number in range(20):
        world.client.get(f"/api/3/action/package_search?q=a{number}")
    assert kept._bytes <= 3_000
    assert kept._bytes == sum(len(answer.body) for answer in kept._kept.values())
    monkeypatch.setattr(answer_memory, "LARGE", 10)
    monkeypatch.setattr(answer_memory, "MOST_BYTES", 10**6)
    for _turn in range(2):
        held = len(kept._kept)
        world.client.get("/api/3/action/package_show?id=imunisasi")
    assert len(kept._kept) == held + 1  # a large answer is kept when it is asked for again


def test_a_kept_answer_is_charged_and_who_has_nothing_left_is_told(fresh: tuple[World, Writer]) -> None:
    world, _writer = fresh
    kept: Any = world.app.wsgi_app
    world.client.get(PATH)
    kept._buckets = Buckets(0.001, 4)
    assert kept._charged({"REMOTE_ADDR": "192.0.2.1"})
    assert not kept._charged({"REMOTE_ADDR": "192.0.2.1"})
    assert kept._charged({"REMOTE_ADDR": "192.0.2.2"})
