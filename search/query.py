"""The query as a tree of frozen nodes, and the request that carries it; every engine compiles the same tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from search.documents import Bounds

Value = str | int | float | datetime


@dataclass(frozen=True, slots=True)
class All:
    """Every document (`*:*`)."""


@dataclass(frozen=True, slots=True)
class Words:
    """Free words, analysed; all must match, in any order. `level` limits them to one level of text."""

    text: str
    level: str | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in this order, by stems."""

    text: str
    level: str | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A keyword field has exactly this value (case is not told apart)."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Prefix:
    """Begins with; `field` None means a plain word of the text, `level` one level of text."""

    field: str | None
    value: str
    level: str | None = None


@dataclass(frozen=True, slots=True)
class Wildcard:
    """`*` any characters, `?` one; on a keyword field, or on plain words when `field` is None."""

    field: str | None
    pattern: str
    level: str | None = None


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """A plain word at most `distance` (1 or 2) edits away."""

    word: str
    distance: int = 2
    level: str | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """Between two bounds; None is open. Dates, numbers, or strings by code point, after the field's kind."""

    field: str
    low: Value | None
    high: Value | None
    include_low: bool = True
    include_high: bool = True


@dataclass(frozen=True, slots=True)
class And:
    """All of the nodes; an empty one matches everything."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of the nodes; an empty one matches nothing."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `count` of the nodes (made when a strict search finds nothing)."""

    count: int
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Not the node."""

    node: Node


@dataclass(frozen=True, slots=True)
class Boost:
    """The node, weighing `factor` times as much in the order by relevance."""

    node: Node
    factor: float


Node = All | Words | Phrase | Term | Prefix | Wildcard | Fuzzy | Range | And | Or | AtLeast | Not | Boost

Relation = Literal["intersects", "within"]
SortKey = Literal["score", "modified", "created", "issued", "title", "name", "downloads", "id"]


@dataclass(frozen=True, slots=True)
class Sort:
    """One key of the order."""

    key: SortKey
    descending: bool = False


RELEVANCE = (Sort("score", descending=True), Sort("modified", descending=True))
NEWEST = (Sort("modified", descending=True),)
TITLE = (Sort("title"),)
MOST_DOWNLOADED = (Sort("downloads", descending=True), Sort("modified", descending=True))


@dataclass(frozen=True, slots=True)
class FacetRequest:
    """Ask for the values of one facet, most frequent first; `limit` 1 to 10,000.

    `other` names any keyword field instead (`search.fields.counted_name`), whose values are counted as they come.
    """

    name: str
    limit: int = 50
    mincount: int = 1
    other: bool = False


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """One page of results asked for.

    `tree` orders and selects, `filters` only select, `identity` only selects too and says what this person
    may see (office index). `bbox` is in EPSG:4326. `rows` 0 to 1,000; `start` up to 10,000; further pages
    go by `cursor`, the opaque text of the page before (then `start` is ignored). `highlight` is for the
    page: engines leave it alone (`search.highlight` marks the rows shown). `relax` lets an engine look a
    second time, with typing errors and endings forgiven, when nothing is found. Without `totals` the number
    found need not be counted (the caller knows it): an engine may say less than there is.
    """

    tree: Node = field(default_factory=All)
    filters: tuple[Node, ...] = ()
    identity: Node | None = None
    bbox: Bounds | None = None
    relation: Relation = "intersects"
    facets: tuple[FacetRequest, ...] = ()
    sort: tuple[Sort, ...] = RELEVANCE
    start: int = 0
    rows: int = 20
    cursor: str | None = None
    highlight: bool = False
    relax: bool = True
    totals: bool = True


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly under a node."""
    if isinstance(node, (And, Or, AtLeast)):
        return node.nodes
    return (node.node,) if isinstance(node, (Not, Boost)) else ()


def walk(node: Node, *, negated: bool = False) -> Iterator[tuple[Node, bool]]:
    """Every node under and with `node`, with whether it stands under an odd number of Not."""
    yield node, negated
    below = negated != isinstance(node, Not)
    for child in children(node):
        yield from walk(child, negated=below)
