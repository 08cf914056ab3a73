"""Several indexes rebuilt from one reading of the database: what they all hold is made ready once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain

from search.base import batches
from search.documents import SearchDocument
from search.engine import Engine

Documents = Callable[[], Iterable[SearchDocument]]


@dataclass(frozen=True, slots=True)
class Target:
    """An engine, and the documents that its index holds beside the shared ones."""

    engine: Engine
    own: Documents = tuple


def rebuild(shared: Documents, targets: Sequence[Target]) -> list[int]:
    """Rebuild every index with the shared documents and its own; how many each holds after, in the order given.

    Engines on Elasticsearch are filled together, any other by itself. Raises what `search.engine.Engine.rebuild` does;
    then every index that was not complete is as it was before.
    """
    if not all(_is_elastic(target.engine) for target in targets):
        return [target.engine.rebuild(chain(shared(), target.own())) for target in targets]
    from search.elastic import ElasticEngine, now
    from search.elastic_rebuild import DOCUMENTS, lines

    started = now()
    with ExitStack() as stack:
        engines = [target.engine for target in targets if isinstance(target.engine, ElasticEngine)]
        made = [stack.enter_context(engine.rebuilding()) for engine in engines]
        for batch in batches(shared(), DOCUMENTS):
            body = lines(batch, started)
            for item in made:
                item.add(body)
        for item, target in zip(made, targets, strict=True):
            for batch in batches(target.own(), DOCUMENTS):
                item.add(lines(batch, started))
        for item in made:
            item.finish()
    return [target.engine.count() for target in targets]


def _is_elastic(engine: Engine) -> bool:
    return type(engine).__module__ == "search.elastic"
