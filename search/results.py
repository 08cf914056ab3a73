"""What an engine answers: ids, never rows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FacetItem:
    """One value of a facet with the label from the index and the number of documents found with it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of one facet, most frequent first, then by value."""

    name: str
    items: tuple[FacetItem, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """One page.

    `ids` are dataset uuids in order, `total` all documents found, `cursor` the way to the next page (None
    when this page is the last), `took` milliseconds inside the engine call(s). `relaxed` says that nothing
    matched strictly and typing errors and endings were forgiven; `suggestion` is then the corrected words
    for "did you mean", from the vocabulary of this index, or None.
    """

    ids: tuple[str, ...]
    total: int
    facets: tuple[Facet, ...] = ()
    cursor: str | None = None
    took: float = 0.0
    relaxed: bool = False
    suggestion: str | None = None

    def facet(self, name: str) -> Facet:
        """The facet of that name; an empty one when it was not asked for."""
        return next((facet for facet in self.facets if facet.name == name), Facet(name, ()))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A title that begins like what is being typed, and the dataset's name for its address."""

    text: str
    name: str


@dataclass(frozen=True, slots=True)
class Differences:
    """Index against database: ids that the index lacks, holds in an older revision, or holds too many."""

    missing: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.missing or self.stale or self.surplus)
