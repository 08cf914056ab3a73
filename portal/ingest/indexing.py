"""Index work: whatever the database says is behind, in batches, seen by the next search (design.md I9, section 6)."""

from __future__ import annotations

from contextlib import AbstractContextManager
from threading import Lock
from time import monotonic
from weakref import WeakKeyDictionary

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.catalog import store
from portal.ingest.together import Begin, Together
from search.engine import Engine
from search.errors import EngineUnavailable
from search.settling import settle

BATCH = 500
#: How long writers leave an engine alone that did not take what was behind. Without it each would send all of it again:
#: with a missing index that was measured to be four fifths of what a write cost.
PAUSE_SECONDS = 1.0
_failed: WeakKeyDictionary[Engine, float] = WeakKeyDictionary()
_together: WeakKeyDictionary[Engine, Together] = WeakKeyDictionary()
_making = Lock()


def begun() -> None:
    """For who shares the work with nobody."""


def _shared(engine: Engine) -> Together:
    with _making:
        return _together.setdefault(engine, Together())


class Indexer:
    """Brings the indexes up to the published catalogue. The office index holds a copy of every public document."""

    def __init__(self, public: Session, engine: Engine, office_engine: Engine | None = None) -> None:
        self._public = public
        self._engines = [engine] if office_engine is None or office_engine is engine else [engine, office_engine]

    def coming(self) -> AbstractContextManager[None]:
        """Around a write that ends in `try_settle`: those of this process who are there wait a moment for it."""
        return _shared(self._engines[0]).coming()

    def drain(self, begin: Begin = begun) -> int:
        """Index every document that is behind, committing after each batch; how many.

        One sends at a time, of all processes: who waited finds his documents indexed by the one before, or indexes all
        that waited with him in one batch with one refresh. The public index is refreshed, since readers and programs
        look at once; the office's copy is made seen by who looks (`search.settling.show`; its drafts have a feed of
        their own), which saves a refresh a write. Raises EngineUnavailable when an engine does not answer: what is left
        stays marked as behind.
        """
        done = 0
        first, *others = self._engines
        while True:
            store.hold_index(self._public)
            begin()
            items = store.unindexed(self._public, BATCH)
            if items:
                settle(items, first, others)
                store.mark_indexed(self._public, items)
            self._public.commit()
            done += len(items)
            if len(items) < BATCH:
                return done

    def try_settle(self) -> bool:
        """Bring the indexes up for who has just committed: every search after this finds what he wrote.

        One thread of the process does it for all that ask at the same time (`portal.ingest.together`).

        False when an engine does not answer, or did not a moment ago: what is left stays marked as behind, and
        follows with the next write or the job of every minute.
        """
        return _shared(self._engines[0]).done(self._settle)

    def _settle(self, begin: Begin) -> bool:
        engine = self._engines[0]
        if monotonic() - _failed.get(engine, -PAUSE_SECONDS) < PAUSE_SECONDS:
            return False
        if self.try_drain(begin):
            return True
        _failed[engine] = monotonic()
        return False

    def try_drain(self, begin: Begin = begun) -> bool:
        """As `drain`; False when an engine does not answer (the caller queues the rest)."""
        try:
            self.drain(begin)
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
