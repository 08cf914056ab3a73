"""How the C library gives memory back: a web process that answered large pages must not keep their room for ever."""

from __future__ import annotations

import ctypes
from contextlib import suppress

#: mallopt(3) of glibc: what is larger than BLOCK has a mapping of its own, which goes back when it is freed; free room
#: above TOP goes back; threads share so many HEAPS. Naming them stops the library from raising them by itself.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
BLOCK, TOP, HEAPS = 128 * 1024, 1024 * 1024, 2


def tighten() -> bool:
    """Set it for this process and those forked from it; False where the C library knows nothing of it."""
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        wanted = ((_MMAP_THRESHOLD, BLOCK), (_TRIM_THRESHOLD, TOP), (_ARENA_MAX, HEAPS))
        return all(bool(mallopt(name, value)) for name, value in wanted)
    return False
