"""Differences from CKAN that are meant: each in `known.toml` with its reason; nothing else is excused."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tests.differential.compare import Verdict

FILE = Path(__file__).with_name("known.toml")


@dataclass(frozen=True)
class Known:
    """One difference: where it may be (patterns of action, caller, note or data), what differs, and why.

    `statuses` are CKAN's and ours; `refusals` those that ours may be.
    """

    reason: str
    actions: tuple[str, ...]
    who: tuple[str, ...] = ("*",)
    data: str | tuple[str, ...] = "*"
    statuses: tuple[int, int] | None = None
    parts: tuple[str, ...] = ("status", "envelope", "shape", "values")
    paths: tuple[str, ...] = ()
    refusals: tuple[int, ...] = ()

    def excuses(self, verdict: Verdict) -> bool:
        """Whether everything that differs in the verdict is this difference."""
        call, (_, ours) = verdict.call, statuses(verdict)
        notes = [note for part in verdict.failed.values() for note in part]
        return (
            0 < ours < 500
            and any(fnmatchcase(call.action, pattern) for pattern in self.actions)
            and any(fnmatchcase(call.who, pattern) for pattern in self.who)
            and self._about(f"{call.note} {call.data!r}")
            and self.statuses in (None, statuses(verdict))
            and (not self.refusals or ours in self.refusals)
            and set(verdict.failed) <= set(self.parts)
            and (not self.paths or all(any(fnmatchcase(note, path) for path in self.paths) for note in notes))
        )

    def _about(self, said: str) -> bool:
        patterns = (self.data,) if isinstance(self.data, str) else self.data
        return any(pattern == "*" or fnmatchcase(said, pattern) for pattern in patterns)


def statuses(verdict: Verdict) -> tuple[int, int]:
    """CKAN's status and ours."""
    both = (verdict.reference, verdict.ours)
    return (both[0].status if both[0] else 0, both[1].status if both[1] else 0)


def load(path: Path = FILE) -> tuple[Known, ...]:
    """Every known difference of the file."""

    def entry(found: dict[str, Any]) -> Known:
        return Known(**{key: tuple(value) if isinstance(value, list) else value for key, value in found.items()})

    return tuple(entry(found) for found in tomllib.loads(path.read_text("utf-8"))["difference"])


def excuse(verdicts: list[Verdict], known: tuple[Known, ...]) -> None:
    """Write the reason into every verdict that a known difference explains."""
    for verdict in verdicts:
        if verdict.failed:
            verdict.excused = next((item.reason for item in known if item.excuses(verdict)), "")
