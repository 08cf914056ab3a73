"""A few numbers about each caller in memory that all processes of one server share: no service, no file, no disk.

The server's first process makes it (`prepare`) before it forks the others, so that they all have it; a process that
stands alone makes its own. What is held are a salted hash of a name and two numbers.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import secrets
import struct
import threading
import weakref
from collections.abc import Callable
from hashlib import blake2b

_ENTRY = struct.Struct("=8sdd")
#: Places that a name may stand in; when all are taken the one that was seen longest ago gives way.
WAYS = 8
#: Names held at most; a page of memory is used only once somebody's place is in it (1.5 MiB in all).
PLACES = 65_536

Pair = tuple[float, float]


class SharedPairs:
    """Pairs of numbers by name, changed one at a time. The second number of a pair is when the name was last seen."""

    def __init__(self, places: int = PLACES) -> None:
        """`places` is rounded down to whole sets of `WAYS`, at least one."""
        self._sets = max(1, places // WAYS)
        size = self._sets * WAYS * _ENTRY.size
        self._file = os.memfd_create("portal-shared")
        os.ftruncate(self._file, size)
        self._memory = mmap.mmap(self._file, size)
        weakref.finalize(self, os.close, self._file)
        self._salt = secrets.token_bytes(16)
        self._threads = threading.Lock()

    def change(self, name: str, step: Callable[[Pair | None], Pair]) -> None:
        """Replace the pair of a name by what `step` makes of it, one at a time; None: not seen, or forgotten."""
        digest = blake2b(name.encode("utf-8", "replace"), digest_size=16, key=self._salt).digest()
        key, place = digest[:8], int.from_bytes(digest[8:], "big") % self._sets
        # a record lock keeps other processes out and dies with its process; among threads of one it says nothing
        with self._threads:
            fcntl.lockf(self._file, fcntl.LOCK_EX, 1, place)
            try:
                self._change(key, place * WAYS * _ENTRY.size, step)
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, place)

    def _change(self, key: bytes, start: int, step: Callable[[Pair | None], Pair]) -> None:
        oldest, seen_first = start, float("inf")
        for at in range(start, start + WAYS * _ENTRY.size, _ENTRY.size):
            found, value, seen = _ENTRY.unpack_from(self._memory, at)
            if found == key:
                _ENTRY.pack_into(self._memory, at, key, *step((value, seen)))
                return
            if seen < seen_first:
                oldest, seen_first = at, seen
        _ENTRY.pack_into(self._memory, oldest, key, *step(None))


_prepared: SharedPairs | None = None


def prepare() -> None:
    """Make the memory that every process forked from this one shares."""
    global _prepared  # noqa: PLW0603 - a process has one, and the forked ones get it by being forked
    _prepared = SharedPairs()


def prepared() -> SharedPairs | None:
    """The memory of this server, or None where nobody prepared one."""
    return _prepared
