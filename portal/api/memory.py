"""What reads are made of, kept in memory while nothing has changed: never stale, since every use asks the database's
counters of changes first (`catalog.change`, one look at two rows). Public side only.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg

from portal.api.direct import Direct
from portal.api.titles import TitleMemory, Titles
from portal.web.request import Runtime

T = TypeVar("T")

#: The catalogue's counter and the index's, as they stood when something was read.
Stamp = tuple[int, ...]
CATALOGUE = 1
#: Values that one process keeps: lists of names, counts of facets of the latest questions.
MOST_VALUES = 500


class Stamps:
    """Reads the counters outside any transaction: what is committed is seen."""

    def __init__(self, direct: Direct) -> None:
        self.direct = direct
        self._asking = threading.local()

    @contextmanager
    def holding(self, stamp: Stamp) -> Iterator[None]:
        """What this thread does inside goes by `stamp`, which was read at its begin: one look is enough."""
        self._asking.stamp = stamp
        try:
            yield
        finally:
            self._asking.stamp = None

    def held(self) -> Stamp | None:
        """What this thread goes by, inside `holding`."""
        stamp: Stamp | None = getattr(self._asking, "stamp", None)
        return stamp

    def now(self) -> Stamp | None:
        """Both counters; None when the database does not answer."""
        held = self.held()
        if held is not None:
            return held
        try:
            rows = self.direct.rows("SELECT number FROM catalog.change ORDER BY kind")
        except psycopg.Error:
            return None
        return tuple(row[0] for row in rows)


class Memory:
    """Values by name, each with the counters that it was made under."""

    def __init__(self, stamps: Stamps, titles: TitleMemory) -> None:
        self.direct = stamps.direct
        self._titles = titles
        self._stamps = stamps
        self._held: OrderedDict[Hashable, tuple[Stamp, object]] = OrderedDict()
        self._lock = threading.Lock()

    def titles(self) -> Titles | None:
        """The titles of the catalogue as it stands now; None while they are not made."""
        stamp = self._stamps.now()
        return None if stamp is None else self._titles.of(stamp[CATALOGUE])

    def recall(self, name: str, make: Callable[[], T]) -> T:
        """The value of that name, made anew when anything has changed since."""
        stamp = self._stamps.now()
        found: T | None = self._of(name, stamp)
        if found is not None:
            return found
        value = make()
        self._put(name, stamp, value)
        return value

    def held(self, key: Hashable) -> Any:
        """The value that was kept under this key, or None when there is none or anything has changed since."""
        return self._of(key, self._stamps.now())

    def keep(self, key: Hashable, value: T) -> T:
        """Keep a value, and give it back. Inside one request it goes by the counters that the request began with."""
        self._put(key, self._stamps.held(), value)
        return value

    def _of(self, key: Hashable, stamp: Stamp | None) -> Any:
        with self._lock:
            held = self._held.get(key)
            if stamp is None or held is None or held[0] != stamp:
                return None
            self._held.move_to_end(key)
            return held[1]

    def _put(self, key: Hashable, stamp: Stamp | None, value: object) -> None:
        """Without counters read before the value was made nothing is kept."""
        if stamp is None:
            return
        with self._lock:
            self._held[key] = (stamp, value)
            self._held.move_to_end(key)
            if len(self._held) > MOST_VALUES:
                self._held.popitem(last=False)


def offer(runtime: Runtime) -> None:
    """Offer the memory of this process (public side)."""
    direct = Direct(runtime.settings.public_database_url)
    stamps = Stamps(direct)
    titles = TitleMemory(runtime.settings.public_database_url)
    memory = Memory(stamps, titles)
    runtime.offer(TitleMemory, lambda _scope: titles)
    runtime.closers.append(direct.close)
    runtime.offer(Stamps, lambda _scope: stamps)
    runtime.offer(Memory, lambda _scope: memory)
