"""Index work: whatever the database says is behind, in batches, seen by the next search (design.md I9, section 6)."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.catalog import store
from search.documents import SearchDocument
from search.engine import Engine
from search.errors import EngineUnavailable

BATCH = 500


class Indexer:
    """Brings the indexes up to the published catalogue. The office index holds a copy of every public document."""

    def __init__(self, public: Session, engine: Engine, office_engine: Engine | None = None) -> None:
        self._public = public
        self._engines = [engine] if office_engine is None or office_engine is engine else [engine, office_engine]

    def drain(self) -> int:
        """Index every document that is behind, committing after each batch; how many.

        Raises EngineUnavailable when an engine does not answer: what is left stays marked as behind.
        """
        done = 0
        while items := store.unindexed(self._public, BATCH):
            self._send(items)
            store.mark_indexed(self._public, items)
            moved(self._public)
            self._public.commit()
            done += len(items)
        return done

    def _send(self, items: list[SearchDocument]) -> None:
        """The public index is refreshed, since readers and programs look at once; the office's copy follows by itself
        (its drafts have a feed of their own), which saves a refresh a write."""
        first, *others = self._engines
        for engine in others:
            engine.upsert(items, refresh=False)
        first.upsert(items, refresh=True)

    def settle(self) -> None:
        """Bring the indexes up together with whoever else is writing: one batch and one refresh for all who wait.

        What was committed before the call is found by every search after it. Raises EngineUnavailable.
        """
        store.hold_index(self._public)
        self.drain()
        self._public.commit()

    def try_settle(self) -> bool:
        """As `settle`; False when an engine does not answer: what is left stays marked as behind, and follows."""
        try:
            self.settle()
        except EngineUnavailable:
            self._public.rollback()
            return False
        return True

    def try_drain(self) -> bool:
        """As `drain`; False when an engine does not answer (the caller queues the rest)."""
        try:
            self.drain()
        except EngineUnavailable:
            self._public.rollback()
            return False
        return True

    def forget(self, dataset_id: str) -> None:
        """Take a dataset out of the indexes. Raises EngineUnavailable."""
        for engine in self._engines:
            engine.delete([dataset_id], refresh=True)
        moved(self._public)
        self._public.commit()


def moved(public: Session) -> None:
    """Tell readers that the index has changed: what they kept of its answers is old when this is committed.

    After the engine's refresh, never before: an answer found between the two is then kept for no longer than that.
    """
    public.execute(text("UPDATE catalog.change SET number = number + 1 WHERE kind = 'indeks'"))
