"""The newest state of documents sent to several indexes: made ready once, one call to each."""

from __future__ import annotations

from collections.abc import Sequence

from search.base import batches
from search.documents import SearchDocument
from search.engine import Engine


def settle(documents: Sequence[SearchDocument], seen: Engine, others: Sequence[Engine] = ()) -> None:
    """Put documents into every index; `seen` shows them to the next search, `others` when they next look for news.

    The caller vouches that they are the newest there are and that nobody else sends at this moment (he holds the lock
    of those who bring the index up), so nothing is read back before it is written. Raises EngineUnavailable.
    """
    if not all(_is_elastic(engine) for engine in (seen, *others)):
        for engine in others:
            engine.upsert(documents, refresh=False)
        seen.upsert(documents, refresh=True)
        return
    from search.elastic import ElasticEngine, now
    from search.elastic_bulk import lines

    for batch in batches(documents):
        body = lines(batch, now())
        for engine in (*others, seen):
            if isinstance(engine, ElasticEngine):
                engine.put(body, refresh=engine is seen)


def show(engine: Engine) -> None:
    """Let the next search of one of the `others` find what was put there. Raises EngineUnavailable."""
    if _is_elastic(engine):
        from search.elastic import ElasticEngine

        if isinstance(engine, ElasticEngine):
            engine.show()


def _is_elastic(engine: Engine) -> bool:
    return type(engine).__module__ == "search.elastic"
