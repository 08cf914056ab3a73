"""CKAN's and Solr's query language in, the query tree out; nothing is ever built as text for an engine."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from luqum import tree as lt
from luqum.exceptions import ParseError
from luqum.thread import parse

from search.documents import Bounds
from search.errors import QuerySyntaxError
from search.fields import Field, field, printable
from search.lucene_text import MOST_CLAUSES, plain, prepared, refuse_local_params
from search.moments import span
from search.query import (
    RELEVANCE,
    All,
    And,
    Boost,
    Fuzzy,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Range,
    Sort,
    SortKey,
    Term,
    Wildcard,
    Words,
)

#: Solr's text field for everything; a query without a field asks it.
_ANYWHERE = Field("text", "")
_DEEPEST_TREE = 12
_MOST_WORDS = 32
#: Fields of several words, each of which finds them.
_WORDY = frozenset({"author", "author_email", "maintainer", "maintainer_email", "res_name", "res_description"})
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_SORTS: dict[str, SortKey] = {
    "score": "score", "relevance": "score", "metadata_modified": "modified", "modified": "modified",
    "metadata_created": "created", "created": "created", "issued": "issued", "title": "title",
    "title_string": "title", "name": "name", "views_recent": "downloads", "views_total": "downloads",
    "downloads": "downloads", "id": "id",
}  # fmt: skip


def parse_q(
    text: str, *, extra_fields: frozenset[str] = frozenset(), now: datetime | None = None, lenient: bool = False
) -> Node:
    """The tree of a free query (`q`). What does not parse is taken as plain words, as edismax does.

    `extra_fields` are facets of plugins that may be asked for; `lenient`: any other name is an extra field's.
    Raises QuerySyntaxError only for Solr's local parameters.
    """
    refuse_local_params(text)
    if text.strip() in ("", "*", "*:*"):
        return All()
    try:
        return _parsed(text, extra_fields, now, lenient=lenient)
    except QuerySyntaxError:
        return Words(plain(text))


def parse_fq(
    text: str, *, extra_fields: frozenset[str] = frozenset(), now: datetime | None = None, lenient: bool = False
) -> Node:
    """The tree of a filter (`fq`). Raises QuerySyntaxError for whatever cannot be read or is not allowed."""
    refuse_local_params(text)
    return _parsed(text, extra_fields, now, lenient=lenient) if text.strip() else All()


def parse_sort(text: str) -> tuple[Sort, ...]:
    """The order of CKAN's `sort` (`score desc, metadata_modified desc`); empty means by relevance.

    Raises QuerySyntaxError for a field that orders nothing or a direction that is none.
    """
    keys: dict[SortKey, Sort] = {}
    for part in text.split(",")[:10]:
        words = part.split()
        if not words:
            continue
        if len(words) > 2 or (words[-1].lower() not in ("asc", "desc") and len(words) == 2):
            raise QuerySyntaxError("urutan tidak dapat dibaca")
        key = _SORTS.get(words[0])
        if key is None:
            raise QuerySyntaxError("urutan menurut kolom ini tidak didukung")
        keys.setdefault(key, Sort(key, descending=len(words) == 2 and words[1].lower() == "desc"))
    return order_of(keys.values())


def order_of(keys: Iterable[Sort]) -> tuple[Sort, ...]:
    """The keys, by relevance when there are none; an ascending id at the end is what every order ends with anyhow."""
    found = tuple(keys)
    return (found[:-1] if len(found) > 1 and found[-1] == Sort("id") else found) or RELEVANCE


def parse_bbox(text: str) -> Bounds:
    """The box of `ext_bbox`: west,south,east,north in degrees, cut to the world.

    Raises QuerySyntaxError for anything else.
    """
    try:
        figures = [float(part) for part in text[:200].split(",")]
        if len(figures) != 4 or not all(map(math.isfinite, figures)):
            raise ValueError("not four figures")
        west, south, east, north = figures
        return Bounds(max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0))
    except ValueError as error:
        raise QuerySyntaxError("kotak harus barat,selatan,timur,utara dalam derajat") from error


def _parsed(text: str, extra: frozenset[str], now: datetime | None, *, lenient: bool = False) -> Node:
    ready = prepared(text)
    try:
        tree = parse(ready)
    except (ParseError, ArithmeticError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise QuerySyntaxError("susunan kueri salah") from error
    if tree is None:
        raise QuerySyntaxError("kueri kosong")
    return _Reader(extra, now or datetime.now(UTC), lenient=lenient).node(tree, _Place(_ANYWHERE, 0))


@dataclass(frozen=True, slots=True)
class _Place:
    """The field that governs a part of the query, and how deep the part stands."""

    field: Field
    depth: int

    def down(self) -> _Place:
        if self.depth >= _DEEPEST_TREE:
            raise QuerySyntaxError("kueri terlalu dalam")
        return replace(self, depth=self.depth + 1)

    @property
    def level(self) -> str | None:
        """The level of text, None for all."""
        return self.field.target or None


class _Reader:
    """Turns luqum's tree into ours."""

    def __init__(self, extra: frozenset[str], now: datetime, *, lenient: bool = False) -> None:
        self._extra = extra
        self._lenient = lenient
        self._now = now
        self._clauses = 0

    def node(self, item: lt.Item, place: _Place) -> Node:
        """Any part of the query."""
        below = place.down()
        node: Node
        if isinstance(item, (lt.Group, lt.FieldGroup, lt.Plus)):
            node = self.node(item.children[0], below)
        elif isinstance(item, (lt.Not, lt.Prohibit)):
            node = Not(self.node(item.children[0], below))
        elif isinstance(item, lt.OrOperation):
            node = Or(tuple(self.node(child, below) for child in item.children))
        elif isinstance(item, lt.BaseOperation):
            node = self._all(item.children, below)
        elif isinstance(item, lt.Boost):
            node = Boost(self.node(item.expr, below), _factor(None if item.implicit_force else item.force))
        elif isinstance(item, lt.SearchField):
            node = self._field(item, below)
        else:
            node = self._leaf(item, place)
        return node

    def _all(self, items: list[lt.Item], place: _Place) -> Node:
        """Words side by side are one run of words, so that synonyms of several words are seen."""
        nodes: list[Node] = []
        for item in items:
            node = self.node(item, place)
            last = nodes[-1] if nodes else None
            if isinstance(item, lt.Word) and isinstance(node, Words) and isinstance(last, Words):
                nodes[-1] = Words(f"{last.text} {node.text}", node.level)
            else:
                nodes.append(node)
        return nodes[0] if len(nodes) == 1 else And(tuple(nodes))

    def _field(self, item: lt.SearchField, place: _Place) -> Node:
        name = _unescaped(item.name)
        if isinstance(item.expr, lt.SearchField):
            raise QuerySyntaxError("susunan kueri salah")
        if name == "*":
            if isinstance(item.expr, lt.Word) and item.expr.value == "*":
                return All()
            raise QuerySyntaxError("kolom * hanya untuk *:*")
        known = field(name, self._extra, lenient=self._lenient)
        if known is None:
            raise QuerySyntaxError(f"kolom {printable(name)[:64]} tidak dikenal")
        there = replace(place, field=known)
        if known.kind == "keyword" and isinstance(item.expr, lt.FieldGroup):
            inner = item.expr.children[0]
            if isinstance(inner, lt.UnknownOperation):
                return self._any(inner.children, there.down())
        return self.node(item.expr, there)

    def _any(self, items: list[lt.Item], place: _Place) -> Node:
        """Values of a keyword side by side in brackets are alternatives, as in Solr; `+` and `-` are what they say."""
        must = [self.node(item, place) for item in items if isinstance(item, lt.Plus)]
        never = [self.node(item, place) for item in items if isinstance(item, (lt.Not, lt.Prohibit))]
        may = [self.node(item, place) for item in items if not isinstance(item, (lt.Plus, lt.Not, lt.Prohibit))]
        nodes = (*(must or ([Or(tuple(may))] if may else [])), *never)
        return nodes[0] if len(nodes) == 1 else And(nodes)

    def _leaf(self, item: lt.Item, place: _Place) -> Node:
        self._clauses += 1
        if self._clauses > MOST_CLAUSES:
            raise QuerySyntaxError("kueri terlalu panjang")
        if isinstance(item, lt.Word):
            return self._word(item.value, place)
        if isinstance(item, lt.Phrase):
            return self._phrase(_unescaped(item.value[1:-1]), place)
        if isinstance(item, (lt.Fuzzy, lt.Proximity)):
            return self._near(item, place)
        if isinstance(item, lt.Range):
            return self._range(item.low, item.high, (item.include_low, item.include_high), place)
        if isinstance(item, lt.From):
            return self._range(item.a, None, (item.include, True), place)
        if isinstance(item, lt.To):
            return self._range(None, item.a, (True, item.include), place)
        raise QuerySyntaxError("bentuk kueri ini tidak didukung")

    def _word(self, raw: str, place: _Place) -> Node:
        kind, target = place.field.kind, place.field.target
        if raw == "*":
            return self._present(place)
        if kind in ("date", "number"):
            return self._exactly(_unescaped(raw), place)
        wild = re.search(r"(?<!\\)[*?]", raw)
        if not wild:
            value = _unescaped(raw)
            return Words(value, place.level) if kind == "text" else Term(target, value)
        within, level = (None, place.level) if kind == "text" else (target, None)
        if wild.group() == "*" and wild.start() == len(raw) - 1:
            return Prefix(within, _unescaped(raw[:-1]), level)
        return Wildcard(within, _unescaped(raw), level)

    def _present(self, place: _Place) -> Node:
        """`field:*`: the field holds something."""
        kind, target = place.field.kind, place.field.target
        if kind == "keyword":
            return Prefix(target, "")
        if kind == "text" and target:
            return Term("has", target)
        return Range(target, None, None) if target == "years" else All()

    def _phrase(self, text: str, place: _Place) -> Node:
        if place.field.kind == "text":
            return Phrase(text, place.level)
        if place.field.kind == "keyword":
            return _value(place.field.target, text)
        return self._exactly(text, place)

    def _exactly(self, text: str, place: _Place) -> Node:
        """A date or number that the field has; a date cut short means all of its day, month or year."""
        target = place.field.target
        if place.field.kind == "number":
            number = _number(text)
            return Range(target, number, number)
        found = span(text, self._now)
        return Range(target, found.start, found.end, include_high=found.is_moment)

    def _near(self, item: lt.Fuzzy | lt.Proximity, place: _Place) -> Node:
        if place.field.kind not in ("text", "keyword"):
            raise QuerySyntaxError("~ hanya untuk teks")
        if isinstance(item, lt.Proximity):
            return Words(_unescaped(item.term.value[1:-1]), self._level(place))
        degree = min(float(item.degree), 2.0)
        distance = round(degree) if degree >= 1 else 2 if degree < 0.75 else 1
        return Fuzzy(_unescaped(item.term.value), max(1, min(distance, 2)), self._level(place))

    def _level(self, place: _Place) -> str | None:
        """The level of text that the values of a field stand in."""
        if place.field.kind == "text":
            return place.level
        return {"tags": "labels", "title_string": "title"}.get(place.field.target, "names")

    def _range(self, low: lt.Item | None, high: lt.Item | None, include: tuple[bool, bool], place: _Place) -> Node:
        kind, target = place.field.kind, place.field.target
        first, last = _bound(low), _bound(high)
        if kind == "text":
            # by letters a text lies where its title does
            kind, target = "keyword", "title_string"
        include_low, include_high = include
        if kind == "keyword":
            return Range(target, first, last, include_low, include_high)
        if kind == "number":
            figures = [None if text is None else _number(text) for text in (first, last)]
            return Range(target, figures[0], figures[1], include_low, include_high)
        return self._between(target, first, last, include)

    def _between(self, target: str, first: str | None, last: str | None, include: tuple[bool, bool]) -> Range:
        """A range of dates; `{2023 TO …` leaves all of 2023 out, `… TO 2023]` takes all of it in."""
        low, high = None, None
        include_low, include_high = include
        if first is not None:
            begin = span(first, self._now)
            low = begin.start if include_low else begin.end
            include_low = include_low or not begin.is_moment
        if last is not None:
            end = span(last, self._now)
            high = end.end if include_high else end.start
            include_high = include_high and end.is_moment
        return Range(target, low, high, include_low, include_high)


def _bound(item: lt.Item | None) -> str | None:
    """The text of a range's end; None when it is open."""
    if item is None:
        return None
    if isinstance(item, lt.Prohibit):
        return f"-{_bound(item.children[0]) or ''}"
    if isinstance(item, lt.Phrase):
        return _unescaped(item.value[1:-1])
    if not isinstance(item, lt.Word):
        raise QuerySyntaxError("batas rentang tidak dapat dibaca")
    return None if item.value == "*" else _unescaped(item.value)


def _value(target: str, text: str) -> Node:
    """A phrase in a field of keywords: the whole value or, where fields are text in CKAN, all of its words."""
    words = text.split()
    if len(words) < 2 or not (target in _WORDY or target.startswith(("extras_", "res_extras_"))):
        return Term(target, text)
    return Or((Term(target, text), And(tuple(Term(target, word) for word in words[:_MOST_WORDS]))))


def _number(text: str) -> int | float:
    try:
        number = float(text[:40])
    except ValueError as error:
        raise QuerySyntaxError("bilangan tidak dapat dibaca") from error
    if not abs(number) < 2**31:
        raise QuerySyntaxError("bilangan terlalu besar")
    return int(number) if number.is_integer() else number


def _factor(force: object) -> float:
    try:
        factor = float(force)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise QuerySyntaxError("bobot tidak dapat dibaca") from error
    if not 0 <= factor <= 1_000:
        raise QuerySyntaxError("bobot harus 0 sampai 1000")
    return factor


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(r"\1", text)
