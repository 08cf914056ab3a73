"""What gunicorn's processes do around their forks (its option `--config`): memory that they all share.

The first process imports the application's code, and the others are forked from it: one copy in memory for all. Each of
them makes its own application, so that no connection, lock or key crosses a fork. What is there for good is then taken
out of the garbage collector's sight: looking through it at every full collection costs time, and the marks that the
collector writes would make copies of pages that are shared.
"""

from __future__ import annotations

import gc
import importlib
from typing import Any

from portal.kernel import allocator, shared

#: Objects made until the youngest are looked through: a page makes some thousands, and nearly all die with it.
YOUNG = 20_000


def on_starting(server: Any) -> None:
    """Called once, before the first fork."""
    shared.prepare()
    allocator.tighten()
    importlib.import_module(str(server.app.app_uri).partition(":")[0])


def pre_fork(_server: Any, _worker: Any) -> None:
    """Called in the first process before each fork."""
    gc.collect()
    gc.freeze()


def post_worker_init(_worker: Any) -> None:
    """Called in each worker once its application is made."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
