"""Pages of a search: each one engine call, however deep it lies, where the public side remembers how pages ended.

While catalogue and index stand still, the number found and the facets of a question are the same on every page of it,
and where a page ended the next begins: a harvester that reads page after page asks for ids alone.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from portal.api.answers import MOST_ROWS
from portal.api.errors import SearchQueryError
from portal.api.memory import Memory
from portal.kernel.texts import gettext as _
from search.base import DEEPEST_START
from search.engine import Engine
from search.query import All, SearchQuery, Sort
from search.results import Results

#: Pages behind the engine's deepest start are reached by its cursor, a thousand ids a step, at most so many steps.
MOST_STEPS = 100
#: Ends of pages that are remembered of one question and order.
MOST_MARKS = 2_000
#: (id, key) of the whole catalogue in an order that the database keeps: the order, rows, how many to skip, after which.
Browse = Callable[[Sort, int, int, Any], Sequence[tuple[str, Any]]]
#: The same at every so many rows of that order, each with its position.
Ladder = Callable[[Sort], Iterable[tuple[int, tuple[str, Any]]]]
#: Keys that are such orders; ties go by id, as in the engines.
KEPT_ORDERS = frozenset({"modified", "name", "id"})
#: Rows to skip that are many, and how often that happens before the whole order is measured once.
FAR, OFTEN = 2_000, 3


def _order(query: SearchQuery) -> Sort:
    """The key that orders where every document has the same score."""
    return next((part for part in query.sort if part.key != "score"), Sort("modified", descending=True))


def _plain(query: SearchQuery) -> bool:
    """Whether a query asks for everything, in an order that the database keeps."""
    keys = [part.key for part in query.sort if part.key != "score"]
    whole = isinstance(query.tree, All) and not query.filters and query.bbox is None
    return whole and len(keys) == 1 and keys[0] in KEPT_ORDERS


@dataclass(slots=True)
class Walk:
    """What is known of one question in one order: position → cursor (or place) that begins there."""

    marks: dict[int, Any] = field(default_factory=dict)
    positions: list[int] = field(default_factory=list)
    #: Far ways that were gone; below 0 once the order was measured.
    far: int = 0

    def note(self, position: int, cursor: object) -> None:
        """Remember where a page ended."""
        if cursor is not None and len(self.marks) < MOST_MARKS and position not in self.marks:
            self.marks[position] = cursor
            insort(self.positions, position)

    def nearest(self, start: int) -> tuple[int, Any]:
        """The last known position that is not behind `start`, and how to begin there."""
        place = bisect_right(self.positions, start)
        known = self.positions[place - 1] if place else 0
        return known, self.marks.get(known)


class Pager:
    """Over one engine; without a memory every page is asked for whole."""

    def __init__(
        self, engine: Engine, memory: Memory | None, browse: Browse | None = None, ladder: Ladder | None = None
    ) -> None:
        self._engine = engine
        self._memory = memory
        self._browse = browse
        self._ladder = ladder

    def page(self, query: SearchQuery) -> Results:
        """The page. Raises SearchQueryError when it lies too deep, and what the engine raises."""
        question = (query.tree, query.filters, query.bbox, query.relation)
        key = ("found", *question, query.facets)
        known: Results | None = None if self._memory is None else self._memory.held(key)
        plain = self._browse is not None and _plain(query)
        if known is None and plain and query.start and self._memory is not None:
            # what all its pages share is asked once, without a page
            known = self._engine.search(replace(query, start=0, rows=0, relax=False))
            self._memory.keep(key, known)
        if known is None:
            walk = self._walk(("walk", *question, query.sort))
            found = self._window(query, walk)
            if self._memory is not None and not found.relaxed:
                self._memory.keep(key, replace(found, ids=(), cursor=None))
            return found
        if query.start >= known.total or not query.rows:
            return known
        if self._browse is not None and plain:
            # nothing is looked for: the database keeps this order, and an engine would sort all it has
            return replace(known, ids=self._browsed(self._browse, query))
        walk = self._walk(("walk", *question, query.sort))
        found = self._window(replace(query, facets=(), totals=False, relax=False), walk, known)
        return replace(found, total=known.total, facets=known.facets)

    def _browsed(self, browse: Browse, query: SearchQuery) -> tuple[str, ...]:
        """Ids of one page of the whole catalogue, from the nearest end of a page that is known."""
        order = _order(query)
        walk = self._walk(("browse", order))
        position, after = walk.nearest(query.start)
        if query.start - position > FAR and walk.far >= 0 and self._ladder is not None:
            walk.far += 1
            if walk.far > OFTEN:
                walk.far = -1
                for at, place in self._ladder(order):
                    walk.note(at, place)
                position, after = walk.nearest(query.start)
        found = browse(order, query.rows, query.start - position, after)
        if found:
            walk.note(query.start + len(found), found[-1])
        return tuple(identity for identity, _key in found)

    def _walk(self, key: tuple[object, ...]) -> Walk:
        if self._memory is None:
            return Walk()
        held: Walk | None = self._memory.held(key)
        return held if held is not None else self._memory.keep(key, Walk())

    def _window(self, query: SearchQuery, walk: Walk, known: Results | None = None) -> Results:
        position, cursor = walk.nearest(query.start)
        if query.start <= DEEPEST_START and (position != query.start or cursor is None):
            found = self._engine.search(query)
        elif position == query.start:
            found = self._engine.search(replace(query, start=0, cursor=cursor))
        else:
            return self._deep(query, walk, known)
        walk.note(query.start + len(found.ids), found.cursor)
        return found

    def _deep(self, query: SearchQuery, walk: Walk, known: Results | None) -> Results:
        """Behind the engine's deepest start the way goes by cursor, from the nearest place that is known."""
        whole = known or self._engine.search(replace(query, start=0, rows=0))
        if query.start >= whole.total:
            return whole
        position, cursor = walk.nearest(query.start)
        if cursor is None:
            position = DEEPEST_START
        if query.start - position > MOST_STEPS * MOST_ROWS:
            raise SearchQueryError(_("start terlalu jauh; persempit dengan fq, misalnya metadata_modified:[… TO …]"))
        # a start behind a cursor would say nothing, and the engine takes none as deep as a mark may lie
        step = replace(query, facets=(), start=0 if cursor else position, relax=False, totals=False)
        while position < query.start:
            rows = min(query.start - position, MOST_ROWS)
            found = self._engine.search(replace(step, rows=rows, cursor=cursor))
            position, cursor = position + len(found.ids), found.cursor
            walk.note(position, cursor)
            if cursor is None:  # datasets went while we walked
                return whole
        found = self._engine.search(replace(step, start=0, rows=query.rows, cursor=cursor))
        walk.note(query.start + len(found.ids), found.cursor)
        return replace(found, total=whole.total, facets=whole.facets)
