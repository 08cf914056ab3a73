"""Search and reading of published datasets for pages. One engine call a page, at most two statements beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from portal.catalog.page_reader import CardRow, DatasetPage, PageReader
from portal.catalog.reader import CatalogReader
from portal.catalog.schemas import PAGE_SIZE, SearchForm, page_facets
from portal.kernel.decisions import require
from portal.kernel.identity import Identity
from portal.kernel.permissions import Permission
from search.documents import Bounds
from search.engine import Engine
from search.lucene import parse_q
from search.query import MOST_DOWNLOADED, NEWEST, RELEVANCE, TITLE, All, FacetRequest, Node, Or, SearchQuery, Sort, Term
from search.results import Results, Suggestion

SORTS: dict[str, tuple[Sort, ...]] = {
    "relevan": RELEVANCE,
    "terbaru": NEWEST,
    "judul": TITLE,
    "unduhan": MOST_DOWNLOADED,
}
FACET_LIMIT = 30


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Results with the rows shown; `pages` is the number of pages, at least one; `query` is what was asked."""

    form: SearchForm
    query: SearchQuery
    results: Results
    rows: list[CardRow]
    pages: int


def query_of(form: SearchForm) -> SearchQuery:
    """The form as a query: values of one facet are alternatives, facets narrow each other."""
    names = page_facets()
    by_facet: dict[str, list[Node]] = {}
    for name, value in form.chosen:
        by_facet.setdefault(name, []).append(Term(names[name], value))
    # without words there is nothing to be relevant to: newest first
    sort = NEWEST if form.sort == "relevan" and not form.q else SORTS[form.sort]
    return SearchQuery(
        tree=parse_q(form.q) if form.q else All(),
        filters=tuple(nodes[0] if len(nodes) == 1 else Or(tuple(nodes)) for nodes in by_facet.values()),
        bbox=Bounds(*form.bbox) if form.bbox else None,
        relation="within" if form.within else "intersects",
        facets=tuple(FacetRequest(name, FACET_LIMIT) for name in names.values()),
        sort=sort,
        start=(form.page - 1) * PAGE_SIZE,
        rows=PAGE_SIZE,
        highlight=bool(form.q),
    )


class CatalogService:
    """What the public pages ask."""

    def __init__(self, pages: PageReader, reader: Callable[[], CatalogReader], engine: Engine) -> None:
        self.pages = pages
        self.reader = reader
        self.engine = engine

    def search(self, identity: Identity, form: SearchForm) -> SearchPage:
        """One page of results. Raises EngineUnavailable when the engine does not answer."""
        require(identity, Permission.PUBLISHED_READ)
        query = query_of(form)
        results = self.engine.search(query)
        rows = self.pages.cards(results.ids)
        return SearchPage(form, query, results, rows, max(1, -(-results.total // PAGE_SIZE)))

    def newest(self, identity: Identity, limit: int) -> list[CardRow]:
        """Live datasets, most recently changed first."""
        require(identity, Permission.PUBLISHED_READ)
        return self.pages.newest(limit)

    def suggest(self, identity: Identity, prefix: str, limit: int = 8) -> tuple[Suggestion, ...]:
        """Titles for what is being typed; nothing for less than two letters."""
        require(identity, Permission.PUBLISHED_READ)
        text = " ".join(prefix.split())[:100]
        return self.engine.suggest(text, limit) if len(text) > 1 else ()

    def facets(self, identity: Identity) -> Results:
        """Counts of every facet over the whole catalogue, without rows (home page)."""
        require(identity, Permission.PUBLISHED_READ)
        return self.engine.search(
            SearchQuery(facets=tuple(FacetRequest(name, FACET_LIMIT) for name in page_facets().values()), rows=0)
        )

    def dataset(self, identity: Identity, name_or_id: str, version: int | None = None) -> DatasetPage:
        """The live version, or a published one, with what stands beside it. Raises NotFound or Gone."""
        require(identity, Permission.PUBLISHED_READ)
        found = self.pages.dataset(name_or_id) if version is None else self.pages.version(name_or_id, version)
        if found is None:
            raise self.reader().missing(name_or_id, version or 0)
        return found
