"""The one interface of the engines: ids and counts out, documents in; and the choice of the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol
from urllib.parse import urlsplit

from search.documents import SearchDocument
from search.query import SearchQuery
from search.results import Differences, Results, Suggestion

#: Told the name of every call to the engine's server as it is made.
Observer = Callable[[str], None]


class Engine(Protocol):
    """What every engine does; each verb raises EngineUnavailable when the server does not answer.

    `search` is one call to the server; only when nothing is found and words were asked for is there a
    second one, which forgives typing errors. Values never reach the server's language as text.
    """

    observers: list[Observer]

    def search(self, query: SearchQuery) -> Results:
        """One page. Raises QuerySyntaxError for an unknown facet, a bad cursor, or figures out of range."""
        ...

    def suggest(self, prefix: str, limit: int = 8) -> tuple[Suggestion, ...]:
        """Titles for what is being typed (public index only), most downloaded first. One call."""
        ...

    def did_you_mean(self, words: str) -> str | None:
        """The words with those unknown to this index replaced by known ones; None when nothing is better."""
        ...

    def upsert(self, documents: Iterable[SearchDocument], *, refresh: bool = True) -> int:
        """Put documents in, the higher revision winning; returns how many were written.

        With `refresh` the next search sees them when this returns.
        """
        ...

    def delete(self, ids: Iterable[str], *, refresh: bool = True, expunge: bool = True) -> int:
        """Take documents out, their words and counts with them; returns how many there were.

        Without `expunge` an engine may keep their bytes on its disk until it next tidies up; no search finds them.
        """
        ...

    def rebuild(self, documents: Iterable[SearchDocument]) -> int:
        """Fill the index anew while it answers; writes and deletions made meanwhile win over `documents`.

        Returns the number of documents held after. Raises RebuildRunning when another one is under way.
        """
        ...

    def check(self, expected: Iterable[tuple[str, int]]) -> Differences:
        """Compare with (id, revision) of every dataset that the database says should be here."""
        ...

    def repair(
        self, differences: Differences, load: Callable[[Sequence[str]], Iterable[SearchDocument]]
    ) -> Differences:
        """Load what is missing or stale in batches, delete what is too many; returns what was repaired."""
        ...

    def count(self) -> int:
        """Number of documents held."""
        ...

    def ping(self) -> None:
        """Return when the server answers and the index is there, else raise EngineUnavailable."""
        ...

    def prepare(self) -> None:
        """Make the index if the engine makes its own (Elasticsearch); PostgreSQL's comes by migration."""
        ...

    def close(self) -> None:
        """Let the connections go."""
        ...


def open_engine(url: str, index_name: str, *, schema: str = "search") -> Engine:
    """Open the engine that the address names; no connection is made before the first verb.

    `postgresql:` (or `postgresql+psycopg:`) → tables in `schema` of that database; `http:` or `https:` →
    an Elasticsearch alias `index_name`; `null:` → the in-memory twin. Raises ValueError for another scheme;
    the text does not repeat the address, since it may hold a password.
    """
    scheme = urlsplit(url).scheme.partition("+")[0]
    if scheme in ("postgresql", "postgres"):
        from search.postgres import PostgresEngine

        return PostgresEngine(url, schema=schema)
    if scheme in ("http", "https"):
        from search.elastic import ElasticEngine

        return ElasticEngine(url, index_name)
    if scheme == "null":
        from search.null import NullEngine

        return NullEngine()
    raise ValueError("search address: the scheme must be postgresql, http or https")


@contextmanager
def counting(engine: Engine) -> Iterator[list[str]]:
    """Collect the names of the calls made to the server inside the block (for tests and query budgets)."""
    calls: list[str] = []
    engine.observers.append(calls.append)
    try:
        yield calls
    finally:
        engine.observers.remove(calls.append)
