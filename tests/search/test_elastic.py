"""The Elastic engine on a real server keeps the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event, Thread

import pytest
from elasticsearch import Elasticsearch

from search.elastic import ElasticEngine, _split
from search.engine import Engine
from search.errors import EngineUnavailable, RebuildRunning
from search.query import SearchQuery, Words
from tests.search.contract import EngineContract
from tests.search.contract_writing import WritingContract
from tests.search.corpus import corpus, document


@pytest.fixture(scope="module")
def loaded(elastic_engine: Callable[[], Engine]) -> Engine:
    engine = elastic_engine()
    engine.upsert(corpus())
    return engine


@pytest.fixture
def empty(elastic_engine: Callable[[], Engine]) -> Engine:
    return elastic_engine()


class TestReads(EngineContract):
    """Every question of the contract."""


class TestWrites(WritingContract):
    """Every change of the contract."""


def test_an_absent_index_is_an_engine_that_is_down_and_is_never_made_by_a_write(elasticsearch_url: str) -> None:
    engine = ElasticEngine(elasticsearch_url, "tidak-ada-index")
    for verb in (
        engine.ping, engine.count, lambda: engine.search(SearchQuery()),
        lambda: engine.upsert([document("a", "A")]), lambda: engine.delete([document("a", "A").id]),
    ):  # fmt: skip
        with pytest.raises(EngineUnavailable):
            verb()
    with Elasticsearch(elasticsearch_url) as client:
        assert not client.indices.exists(index="tidak-ada-index")
    engine.close()


def test_a_second_rebuild_at_the_same_time_is_refused(empty: ElasticEngine) -> None:
    def source() -> Iterator[object]:
        with pytest.raises(RebuildRunning):
            empty.rebuild([])
        yield document("a", "Curah Hujan")

    assert empty.rebuild(source()) == 1  # type: ignore[arg-type]
    assert empty.rebuild([]) == 0


def test_a_rebuild_that_died_long_ago_stands_in_nobodys_way(
    empty: ElasticEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("search.elastic.now", lambda: 1_000)
        empty.rebuilding().begin(f"{empty._alias}-b")
    assert empty.rebuild([document("a", "Curah Hujan")]) == 1


def test_what_a_writer_wrote_who_did_not_know_of_the_rebuild_is_carried_over(
    empty: ElasticEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def source() -> Iterator[object]:
        with monkeypatch.context() as patch:
            patch.setattr(empty, "_is_building", lambda: False)
            empty.upsert([document("b", "Debit Sungai", revision=2)])
        yield document("b", "Debit Lama")

    assert empty.rebuild(source()) == 1  # type: ignore[arg-type]
    assert empty.search(SearchQuery(tree=Words("sungai"))).total == 1


def test_readers_never_see_a_gap_while_the_alias_moves(empty: ElasticEngine) -> None:
    empty.upsert(corpus())
    done, seen = Event(), []

    def read() -> None:
        while not done.is_set():
            seen.append(empty.search(SearchQuery(rows=0)).total)

    thread = Thread(target=read)
    thread.start()
    for _ in range(3):
        empty.rebuild(corpus())
    done.set()
    thread.join()
    assert set(seen) == {len(corpus())}


def test_the_address_is_split_from_its_credentials() -> None:
    assert _split("https://u%40x:p%3Aw@h/es") == ("https://h:443/es", ("u@x", "p:w"))
    assert _split("http://[::1]:9200") == ("http://[::1]:9200", None)
