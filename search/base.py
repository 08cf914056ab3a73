"""What the engines share: the checks of a request, the second look when nothing is found, check and repair."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TypeVar

from search import cursors
from search.analysis import tokens
from search.documents import SearchDocument
from search.engine import Observer
from search.errors import QuerySyntaxError
from search.fields import facet_name, whole_title
from search.query import FacetRequest, Node, SearchQuery, children
from search.relax import (
    Corrections,
    choose,
    correctable,
    corrected,
    has_words,
    query_text,
    relaxed,
    unknown_words,
)
from search.results import Differences, Facet, Results, Suggestion

MOST_ROWS = 1_000
DEEPEST_START = 10_000
#: Characters and words of what is being typed that suggestions look at.
LONGEST_PREFIX, MOST_WORDS = 200, 8
MOST_FACETS = 50
MOST_FACET_VALUES = 10_000
MOST_NODES = 2_048
DEEPEST_TREE = 16
BATCH = 500

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found:
    """What one call brought: (id, sort keys) of the page, the total, facets, and near words if asked for.

    `alive` names those of `Request.verify` that documents still hold; None when `near` can be relied upon.
    """

    rows: tuple[tuple[str, tuple[cursors.Key, ...]], ...]
    total: int
    facets: tuple[Facet, ...] = ()
    near: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    alive: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A query that has been checked, ready to be compiled.

    `select` is the tree with filters and identity beside it; `facets` bear their names in the index;
    `unknown` are words whose near words the engine may add when it finds nothing; `exact` are the plain
    words of the query, for the title that is exactly this; `verify` are corrections to be looked up again.
    """

    query: SearchQuery
    facets: tuple[FacetRequest, ...]
    cursor: cursors.Cursor | None
    unknown: tuple[str, ...]
    exact: str
    verify: tuple[str, ...] = ()

    @property
    def fetch(self) -> int:
        """Rows to fetch: one more than shown tells whether another page follows."""
        return self.query.rows + 1 if self.query.rows else 0

    @property
    def filters(self) -> tuple[Node, ...]:
        """Filters and identity: they select and never order."""
        identity = self.query.identity
        return self.query.filters if identity is None else (*self.query.filters, identity)

    @property
    def scored(self) -> bool:
        """Whether the order asks for a score."""
        return any(sort.key == "score" for sort in self.query.sort)


def audible(document: SearchDocument) -> bool:
    """Whether the words of a document may be told to anyone.

    Suggestions and corrections come from released datasets only, in the office index too: a draft's words
    would otherwise show in another agency's did-you-mean.
    """
    return not document.private and document.state == "active"


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """Lists of at most `size` items."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _measure(level: tuple[Node, ...]) -> None:
    """Refuse a tree too deep or too large, level by level, so that no depth can exhaust the stack."""
    total = 0
    for _ in range(DEEPEST_TREE):
        total += len(level)
        if total > MOST_NODES:
            raise QuerySyntaxError("kueri terlalu panjang")
        level = tuple(child for node in level for child in children(node))
        if not level:
            return
    raise QuerySyntaxError("kueri terlalu dalam")


def checked(query: SearchQuery) -> Request:
    """Check the figures and names of a query. Raises QuerySyntaxError for what no engine should see."""
    if not 0 <= query.rows <= MOST_ROWS:
        raise QuerySyntaxError(f"rows harus 0 sampai {MOST_ROWS}")
    if not 0 <= query.start <= DEEPEST_START:
        raise QuerySyntaxError(f"start harus 0 sampai {DEEPEST_START}; untuk lebih jauh pakai penanda halaman")
    if len(query.facets) > MOST_FACETS:
        raise QuerySyntaxError("terlalu banyak faset")
    if not query.sort or len({sort.key for sort in query.sort}) != len(query.sort):
        raise QuerySyntaxError("urutan kosong atau berulang")
    for sort in query.sort:
        if sort.key not in cursors.TYPES:
            raise QuerySyntaxError("urutan tidak dikenal")
    if query.relation not in ("intersects", "within"):
        raise QuerySyntaxError("hubungan kotak tidak dikenal")
    extra = () if query.identity is None else (query.identity,)
    _measure((query.tree, *query.filters, *extra))
    facets = tuple(
        FacetRequest(
            facet_name(asked.name, other=asked.other),
            max(1, min(asked.limit, MOST_FACET_VALUES)),
            max(1, asked.mincount),
            asked.other,
        )
        for asked in query.facets
    )
    cursor = None if query.cursor is None else cursors.decode(query.cursor, query.sort)
    unknown = tuple(unknown_words(query)) if query.relax else ()
    return Request(query, facets, cursor, unknown, whole_title(" ".join(tokens(query_text(query)))))


class BaseEngine(ABC):
    """The verbs of `search.engine.Engine` that are the same everywhere, over a few that differ."""

    def __init__(self) -> None:
        self.observers: list[Observer] = []

    def _called(self, name: str) -> None:
        """Tell the observers that the server is being called."""
        for observer in self.observers:
            observer(name)

    @abstractmethod
    def _search(self, request: Request) -> Found: ...

    @abstractmethod
    def _near(self, words: Sequence[str]) -> dict[str, list[tuple[str, int]]]: ...

    @abstractmethod
    def _revisions(self) -> Iterator[tuple[str, int]]: ...

    @abstractmethod
    def _suggest(self, words: Sequence[str], limit: int) -> tuple[Suggestion, ...]: ...

    @abstractmethod
    def upsert(self, documents: Iterable[SearchDocument], *, refresh: bool = True) -> int: ...

    @abstractmethod
    def delete(self, ids: Iterable[str], *, refresh: bool = True, expunge: bool = True) -> int: ...

    def search(self, query: SearchQuery) -> Results:
        """One page; see `search.engine.Engine.search`."""
        started = time.perf_counter()
        request = checked(query)
        found = self._search(request)
        if found.total or not query.relax or not has_words(query.tree):
            return self._results(request, found, started)
        near: Corrections = {word: best for word, listed in found.near.items() if (best := choose(word, listed))}
        again = replace(query, tree=relaxed(query.tree, near), relax=False)
        verify = tuple(sorted({word for best in near.values() for word in best}))
        second = self._search(replace(checked(again), exact=request.exact, verify=verify))
        if second.alive is not None:
            near = {word: tuple(item for item in best if item in second.alive) for word, best in near.items()}
        answer = self._results(request, second, started)
        return replace(answer, relaxed=True, suggestion=corrected(query_text(query), near))

    def _results(self, request: Request, found: Found, started: float) -> Results:
        """The page as callers see it: facets by the names asked for, the cursor when more is to come."""
        query = request.query
        named = {facet.name: facet.items for facet in found.facets}
        facets = tuple(
            Facet(asked.name, named.get(known.name, ()))
            for asked, known in zip(query.facets, request.facets, strict=True)
        )
        cursor = None
        rows = found.rows[: query.rows]
        if len(found.rows) > len(rows) > 0:
            last, keys = rows[-1]
            cursor = cursors.encode(cursors.Cursor(keys, last), query.sort)
        took = (time.perf_counter() - started) * 1_000
        return Results(tuple(row[0] for row in rows), found.total, facets, cursor, took)

    def suggest(self, prefix: str, limit: int = 8) -> tuple[Suggestion, ...]:
        """Titles for what is being typed; see `search.engine.Engine.suggest`."""
        words = tokens(prefix[:LONGEST_PREFIX])[:MOST_WORDS]
        if not words or limit < 1:
            return ()
        return self._suggest(words, min(limit, 50))

    def did_you_mean(self, words: str) -> str | None:
        """Corrected words or None; see `search.engine.Engine.did_you_mean`."""
        asked = correctable(tokens(words[:500]))[:16]
        if not asked:
            return None
        near = self._near(asked)
        return corrected(words[:500], {word: choose(word, listed) for word, listed in near.items()})

    def check(self, expected: Iterable[tuple[str, int]]) -> Differences:
        """Compare the index with the database; see `search.engine.Engine.check`."""
        held = dict(self._revisions())
        missing, stale = [], []
        for identity, revision in expected:
            here = held.pop(identity, None)
            if here is None:
                missing.append(identity)
            elif here != revision:
                stale.append(identity)
        return Differences(tuple(missing), tuple(stale), tuple(sorted(held)))

    def repair(
        self, differences: Differences, load: Callable[[Sequence[str]], Iterable[SearchDocument]]
    ) -> Differences:
        """Make the index as the database says; see `search.engine.Engine.repair`."""
        self.delete((*differences.stale, *differences.surplus))
        for batch in batches((*differences.missing, *differences.stale)):
            self.upsert(load(batch))
        return differences
