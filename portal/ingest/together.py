"""Writers of one process who share the work at the end: one does it for all who are there or about to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition

#: How long one who could begin waits for those who are on their way, in seconds. Alone he waits for nobody.
WAIT_SECONDS = 0.03
#: Called by the work at the moment from which on it may miss what somebody writes.
Begin = Callable[[], None]


class Together:
    """Shares a piece of work among threads: a group commit.

    `coming` counts who will soon ask for the work; `done` does it, or waits until somebody else has done all of it who
    began after the call. Work that raises, or answers False, is not shared: each who waited does it himself.
    """

    def __init__(self) -> None:
        """Nobody is coming, nothing is being done."""
        self._changed = Condition()
        self._coming = 0
        self._busy = False
        self._begun = 0
        self._good = 0

    @contextmanager
    def coming(self) -> Iterator[None]:
        """Count the caller as on his way until he leaves the block."""
        with self._changed:
            self._coming += 1
        try:
            yield
        finally:
            with self._changed:
                self._coming -= 1
                self._changed.notify_all()

    def done(self, work: Callable[[Begin], bool]) -> bool:
        """Whether the work was done well, by the caller or by another who began it after this call."""
        with self._changed:
            here = self._begun
            while self._busy:
                self._changed.wait()
                if self._good > here:
                    return True
            self._busy = True
            # only who does it waits; those who arrive meanwhile find him busy and wait for his end
            self._changed.wait_for(lambda: self._coming == 0, WAIT_SECONDS)
        mine, good = 0, False

        def begin() -> None:
            nonlocal mine
            with self._changed:
                if not mine:
                    self._begun += 1
                    mine = self._begun

        try:
            good = work(begin)
        finally:
            with self._changed:
                self._busy = False
                if good:
                    self._good = max(self._good, mine)
                self._changed.notify_all()
        return good
