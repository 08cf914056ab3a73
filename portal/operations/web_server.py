"""What gunicorn's first process does before it forks the others (its option `--config`): memory that they all share."""

from __future__ import annotations

from typing import Any

from portal.kernel import shared


def on_starting(_server: Any) -> None:
    """Called once, before the first fork."""
    shared.prepare()
