"""The console script; `portal --help` is the manual."""

from __future__ import annotations

from portal.cli.main import main

__all__ = ["main"]
