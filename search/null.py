"""The twin without a server: documents in memory, the same answers; for tests and for small tools."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from threading import Lock

from search.analysis import analysed, analyzer, tokens
from search.base import BaseEngine, Found, Request, audible
from search.cursors import Key
from search.documents import LEVELS, Bounds, Coded, SearchDocument
from search.fields import (
    SEPARATOR,
    document_facets,
    document_keys,
    document_others,
    fold_key,
    key,
    micros,
    sort_title,
    whole_title,
)
from search.query import (
    All,
    And,
    AtLeast,
    Boost,
    FacetRequest,
    Fuzzy,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Range,
    Relation,
    Sort,
    SortKey,
    Term,
    Wildcard,
    Words,
)
from search.ranges import bounds
from search.relax import edits
from search.results import Facet, FacetItem, Suggestion

WEIGHTS = {"title": 8.0, "labels": 4.0, "names": 2.0, "notes": 1.0}


@dataclass(frozen=True)
class _Held:
    document: SearchDocument
    keys: frozenset[str]


class NullEngine(BaseEngine):
    """An engine in this process's memory."""

    def __init__(self) -> None:
        super().__init__()
        self._held: dict[str, _Held] = {}
        self._lock = Lock()

    def upsert(self, documents: Iterable[SearchDocument], *, refresh: bool = True) -> int:
        """See `search.engine.Engine.upsert`."""
        self._called("upsert")
        written = 0
        for document in map(analysed, documents):
            fresh = _Held(document, frozenset(document_keys(document)))
            with self._lock:
                held = self._held.get(document.id)
                if held is None or held.document.revision <= document.revision:
                    self._held[document.id] = fresh
                    written += 1
        return written

    def delete(self, ids: Iterable[str], *, refresh: bool = True, expunge: bool = True) -> int:
        """See `search.engine.Engine.delete`."""
        self._called("delete")
        return sum(self._held.pop(identity, None) is not None for identity in ids)

    def rebuild(self, documents: Iterable[SearchDocument]) -> int:
        """See `search.engine.Engine.rebuild`."""
        before = dict(self._held)
        fresh: set[str] = set()
        for document in documents:
            fresh.add(document.id)
            if document.id in before and document.id not in self._held:
                continue
            self.upsert([document])
        for identity, held in before.items():
            if identity not in fresh and self._held.get(identity) is held:
                del self._held[identity]
        return len(self._held)

    def count(self) -> int:
        """See `search.engine.Engine.count`."""
        return len(self._held)

    def ping(self) -> None:
        """See `search.engine.Engine.ping`."""

    def prepare(self) -> None:
        """See `search.engine.Engine.prepare`."""

    def close(self) -> None:
        """See `search.engine.Engine.close`."""

    def _revisions(self) -> Iterator[tuple[str, int]]:
        yield from ((identity, held.document.revision) for identity, held in self._held.items())

    def _near(self, words: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
        self._called("near")
        return self._near_words(words)

    def _near_words(self, words: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
        known = Counter(
            word for held in self._held.values() if audible(held.document) for word in held.document.surface.words()
        )
        return {
            word: [(other, count) for other, count in known.items() if edits(word, other, 2) <= 2]
            for word in words
            if word not in known
        }

    def _suggest(self, words: Sequence[str], limit: int) -> tuple[Suggestion, ...]:
        self._called("suggest")
        hits = []
        for held in self._held.values():
            titles = " ".join(held.document.surface.title).split()
            if (
                audible(held.document)
                and set(words[:-1]) <= set(titles)
                and any(word.startswith(words[-1]) for word in titles)
            ):
                hits.append(held.document)
        hits.sort(key=lambda hit: (-hit.downloads, sort_title(hit.title), hit.id))
        titled = {hit.title: Suggestion(hit.title, hit.name) for hit in reversed(hits)}
        return tuple(titled[title] for title in dict.fromkeys(hit.title for hit in hits))[:limit]

    def _search(self, request: Request) -> Found:
        self._called("search")
        query = request.query
        hits = []
        for held in self._held.values():
            score = _score(query.tree, held)
            if score is None or any(_score(node, held) is None for node in request.filters):
                continue
            if query.bbox and not _in_box(held.document.bbox, query.bbox, query.relation):
                continue
            if request.exact and whole_title(" ".join(held.document.surface.title)) == request.exact:
                score += 1_000
            hits.append((held, score))
        rows = sorted(
            (
                (held.document.id, tuple(_key(part.key, held.document, score) for part in query.sort))
                for held, score in hits
            ),
            key=cmp_to_key(_order(query.sort)),
        )
        after = request.cursor
        if after is not None:
            mark = (after.id, after.keys)
            rows = [row for row in rows if _order(query.sort)(row, mark) > 0]
        start = 0 if after else query.start
        facets = tuple(Facet(asked.name, _counts([held for held, _ in hits], asked)) for asked in request.facets)
        near = {} if hits else self._near_words(request.unknown)
        return Found(tuple(rows[start : start + request.fetch]), len(hits), facets, near)


def _key(name: SortKey, document: SearchDocument, score: float) -> Key:
    moments = {
        "modified": document.modified,
        "created": document.created,
        "issued": document.issued or document.created,
    }
    if name == "score":
        return score
    if name in moments:
        return micros(moments[name])
    if name in ("downloads", "id"):
        return document.downloads if name == "downloads" else document.id
    return sort_title(document.title) if name == "title" else document.name


_Row = tuple[str, tuple[Key, ...]]


def _order(sort: tuple[Sort, ...]) -> Callable[[_Row, _Row], int]:
    def compare(one: _Row, other: _Row) -> int:
        for part, left, right in zip(sort, one[1], other[1], strict=True):
            if left != right:
                smaller = left < right  # type: ignore[operator]
                return -1 if smaller != part.descending else 1
        return (one[0] > other[0]) - (one[0] < other[0])

    return compare


def _counts(hits: list[_Held], asked: FacetRequest) -> tuple[FacetItem, ...]:
    counts = Counter(item for held in hits for item in _counted(held.document, asked))
    items = [FacetItem(item.value, item.label, number) for item, number in counts.items() if number >= asked.mincount]
    return tuple(sorted(items, key=lambda item: (-item.count, item.value))[: asked.limit])


def _counted(document: SearchDocument, asked: FacetRequest) -> Iterable[Coded]:
    if not asked.other:
        return document_facets(document).get(asked.name, ())
    pairs = (item.split(SEPARATOR, 1) for item in document_others(document))
    return [Coded(value, value) for name, value in pairs if name == asked.name]


def _in_box(box: Bounds | None, asked: Bounds, relation: Relation) -> bool:
    if box is None:
        return False
    if relation == "within":
        return (
            asked.west <= box.west and box.east <= asked.east and asked.south <= box.south and box.north <= asked.north
        )
    return box.west <= asked.east and asked.west <= box.east and box.south <= asked.north and asked.south <= box.north


def _levels(level: str | None) -> tuple[str, ...]:
    return LEVELS if level is None else (level,)


def _score(node: Node, held: _Held) -> float | None:
    """None when the node does not match, else its weight."""
    score: float | None = 0.0
    if isinstance(node, (And, Or, AtLeast)):
        scores = [part for child in node.nodes if (part := _score(child, held)) is not None]
        needed = node.count if isinstance(node, AtLeast) else 1 if isinstance(node, Or) else len(node.nodes)
        score = sum(scores) if len(scores) >= needed else None
    elif isinstance(node, Not):
        score = 0.0 if _score(node.node, held) is None else None
    elif isinstance(node, Boost):
        inner = _score(node.node, held)
        score = None if inner is None else inner * node.factor
    elif isinstance(node, Words):
        score = _words_score(node, held)
    elif isinstance(node, Phrase):
        score = _phrase_score(node, held)
    elif not isinstance(node, All):
        score = _leaf_score(node, held)
    return score


def _words_score(node: Words, held: _Held) -> float | None:
    total = 0.0
    stems = analyzer().query_stems(node.text)
    for stem in stems:
        best = 0.0
        for level in _levels(node.level):
            if any(stem in segment.split(" ") for segment in held.document.terms.level(level)):
                best = max(best, WEIGHTS[level])
        if not best:
            return None
        total += best
    return total if stems else None


def _phrase_score(node: Phrase, held: _Held) -> float | None:
    stems = analyzer().stems(node.text)
    if not stems:
        return None
    wanted = f" {' '.join(stems)} "
    for level in _levels(node.level):
        if any(wanted in f" {segment} " for segment in held.document.terms.level(level)):
            return WEIGHTS[level] * 2
    return None


def _leaf_score(node: Term | Prefix | Wildcard | Fuzzy | Range, held: _Held) -> float | None:
    if isinstance(node, Range):
        return 0.0 if any(_in_range(node, held)) else None
    if isinstance(node, Term):
        return 0.0 if key(node.field, node.value) in held.keys else None
    if isinstance(node, Fuzzy):
        words, wanted = _plain(held, node.level), " ".join(tokens(node.word))
        return 0.5 if any(edits(wanted, word, node.distance) <= node.distance for word in words) else None
    text = node.value if isinstance(node, Prefix) else node.pattern
    values = _plain(held, node.level) if node.field is None else _values(held, node.field)
    pattern = like(text, wild=isinstance(node, Wildcard), keyword=node.field is not None)
    return 0.5 if any(pattern.fullmatch(value) for value in values) else None


def like(text: str, *, wild: bool, keyword: bool) -> re.Pattern[str]:
    """A pattern for a beginning, or for `*` and `?`, in the folded form of words or keywords."""
    folded = fold_key(text) if keyword else fold_key(text).replace(" ", "")
    if not wild:
        return re.compile(re.escape(folded) + ".*", re.DOTALL)
    return re.compile("".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in folded), re.DOTALL)


def _plain(held: _Held, level: str | None) -> set[str]:
    surface = held.document.surface
    return {word for name in _levels(level) for segment in surface.level(name) for word in segment.split(" ")}


def _values(held: _Held, name: str) -> list[str]:
    return [item.partition(SEPARATOR)[2] for item in held.keys if item.startswith(name + SEPARATOR)]


def _in_range(node: Range, held: _Held) -> Iterator[bool]:
    limits = bounds(node)
    document = held.document
    values: list[Key]
    if limits.column == "years":
        values = list(document.years)
    elif limits.column is not None:
        values = [_key(limits.column, document, 0.0)]
    else:
        values = list(_values(held, node.field))
    yield from (limits.holds(value) for value in values)
