"""A WSGI program for a test of the server: who answered, and whether the shared bucket still had a unit."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from portal.api.limits import Buckets
from portal.kernel.shared import prepared

MOST = 40


def program() -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """What gunicorn calls in each worker."""
    buckets = Buckets(1e-9, MOST, memory=prepared())

    def answer(_environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])
        return [f"{os.getpid()} {int(buckets.take('siapa', 1) == 0)}".encode()]

    return answer
