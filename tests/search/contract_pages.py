"""Orders and pages: what every engine must answer, whichever way one walks through its results."""

from __future__ import annotations

import pytest

from search.engine import Engine
from search.query import (
    MOST_DOWNLOADED,
    NEWEST,
    RELEVANCE,
    TITLE,
    All,
    FacetRequest,
    Node,
    SearchQuery,
    Sort,
    Term,
    Words,
)
from search.results import Results
from tests.search.corpus import corpus

NAMES = {item.id: item.name for item in corpus()}


def names(results: Results) -> list[str]:
    """The names of the documents found, in order."""
    return [NAMES.get(identity, identity) for identity in results.ids]


class PageContract:
    """The part of `EngineContract` about orders, starts and cursors."""

    def test_orders(self, loaded: Engine) -> None:
        def order(sort: tuple[Sort, ...]) -> list[str]:
            return names(loaded.search(SearchQuery(sort=sort, rows=100)))

        documents = corpus()
        assert order(NEWEST) == [item.name for item in reversed(documents)]
        assert order((Sort("modified"),)) == [item.name for item in documents]
        assert order(TITLE) == [item.name for item in sorted(documents, key=lambda item: item.title.lower())]
        assert order(MOST_DOWNLOADED)[:3] == ["jumlah-penduduk", "prevalensi-stunting", "produksi-bawang"]
        assert order((Sort("id"),)) == [item.name for item in sorted(documents, key=lambda item: item.id)]
        assert order((Sort("id", descending=True),)) == order((Sort("id"),))[::-1]
        assert order((Sort("name", descending=True),)) == sorted((item.name for item in documents), reverse=True)

    @pytest.mark.parametrize(
        "sort",
        [
            RELEVANCE,
            NEWEST,
            TITLE,
            MOST_DOWNLOADED,
            (Sort("created"), Sort("issued")),
            (Sort("id"),),
            (Sort("id", descending=True),),
        ],
    )
    @pytest.mark.parametrize("tree", [All(), Words("kabupaten brebes"), Term("state", "active")])
    def test_cursors_and_starts_walk_the_same_pages(self, loaded: Engine, sort: tuple[Sort, ...], tree: Node) -> None:
        whole = loaded.search(SearchQuery(tree=tree, sort=sort, rows=100))
        assert whole.cursor is None
        walked: list[str] = []
        cursor: str | None = None
        for start in range(0, len(whole.ids), 5):
            by_start = loaded.search(SearchQuery(tree=tree, sort=sort, rows=5, start=start))
            page = loaded.search(SearchQuery(tree=tree, sort=sort, rows=5, cursor=cursor))
            assert page.ids == by_start.ids
            assert page.total == whole.total
            walked += page.ids
            cursor = page.cursor
        assert tuple(walked) == whole.ids
        assert cursor is None

    def test_rows_may_be_none(self, loaded: Engine) -> None:
        results = loaded.search(SearchQuery(rows=0, facets=(FacetRequest("tags"),)))
        assert (results.ids, results.total, results.cursor) == ((), len(corpus()), None)
        assert results.facets[0].items
