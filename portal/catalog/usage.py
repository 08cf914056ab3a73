"""Daily usage tallies (design.md I1): dataset, version, kind, day, count. No address, no agent, no referrer.

Counted in memory and put into `inbox.usage` once a minute; the public role may insert there and never read back.
A process that dies loses at most a minute of counts, which is all they are worth.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

log = logging.getLogger(__name__)

Use = Literal["lihat", "unduh", "api"]
Key = tuple[UUID, int, Use, date]
FLUSH_SECONDS = 60.0
#: More different keys than this are flushed at once, so that memory stays bounded.
MAX_KEYS = 10_000

INSERT = text(
    "INSERT INTO inbox.usage (dataset_id, version, kind, day, count) VALUES (:dataset, :version, :kind, :day, :count)"
)


class UsageTally:
    """Counts of one process. `zone_now` gives the local time whose day counts."""

    def __init__(self, sessions: sessionmaker[Session], zone_now: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._now = zone_now
        self._counts: Counter[Key] = Counter()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._registered = False

    def note(self, kind: Use, dataset_id: UUID, version: int) -> None:
        """Count one use. Cheap, and never a reason for a page to fail."""
        with self._lock:
            self._counts[(dataset_id, version, kind, self._now().date())] += 1
            full = len(self._counts) > MAX_KEYS
            self._arm(0.0 if full else FLUSH_SECONDS)

    def _arm(self, seconds: float) -> None:
        """Plan the next flush unless one is planned; made at the first use, so that a server that forks has the
        thread in the right process. The lock is held."""
        if not self._registered:
            atexit.register(self.flush)
            self._registered = True
        if self._timer is None:
            self._timer = threading.Timer(seconds, self.flush)
            self._timer.daemon = True
            self._timer.start()

    def close(self) -> None:
        """Put in what is left and plan nothing more (the process lets its connections go)."""
        self.flush()
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._counts.clear()
        atexit.unregister(self.flush)

    def flush(self) -> int:
        """Put the counts into the inbox; how many rows. On failure they are kept for the next minute."""
        with self._lock:
            counts, self._counts, self._timer = self._counts, Counter(), None
        if not counts:
            return 0
        try:
            self._insert(counts)
        except SQLAlchemyError as error:
            log.warning("usage tallies kept for later: %s", type(error).__name__)
            with self._lock:
                self._counts.update(counts)
                self._arm(FLUSH_SECONDS)
            return 0
        return len(counts)

    def _insert(self, counts: Counter[Key]) -> None:
        rows = [
            {"dataset": dataset_id, "version": version, "kind": kind, "day": day, "count": count}
            for (dataset_id, version, kind, day), count in sorted(counts.items(), key=str)
        ]
        with self._sessions() as session:
            # the role is read-only by default; this one transaction is not
            session.execute(text("SET TRANSACTION READ WRITE"))
            session.execute(INSERT, rows)
            session.commit()
