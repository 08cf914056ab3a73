"""The score: per action and part, and what differs, for people and as JSON."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.differential.compare import NO_RESULT, PARTS, Verdict, brief


def by_action(verdicts: Iterable[Verdict]) -> dict[str, list[Verdict]]:
    """Verdicts by action."""
    found: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        found[verdict.call.action or verdict.call.path].append(verdict)
    return dict(sorted(found.items()))


def share(verdicts: list[Verdict], part: str | None = None) -> float:
    """Per cent of the calls that are good, or good in this part."""
    good = sum(v.good or (part is not None and part not in v.failed) for v in verdicts)
    return 100 * good / len(verdicts) if verdicts else 100.0


def lines(verdicts: list[Verdict]) -> list[str]:
    """The table of scores."""
    told = [f"{'action':44}{'calls':>6}{'good':>7}" + "".join(f"{part:>10}" for part in PARTS)]
    for action, found in [*by_action(verdicts).items(), ("ALL", verdicts)]:
        parts = "".join(f"{share(found, part):9.1f}%" for part in PARTS)
        told.append(f"{action:44}{len(found):6}{share(found):6.1f}%{parts}")
    return told


def findings(verdicts: list[Verdict], most: int = 6) -> list[str]:
    """Every call that differs, with what differs, by action."""
    told: list[str] = []
    for action, found in by_action(v for v in verdicts if not v.good).items():
        told += ["", f"## {action}: {len(found)}"]
        for verdict in found:
            told.append(f"- {verdict.side}: {brief(verdict.call.label, 220)}")
            for part, failed in verdict.failed.items():
                notes = [note for note in failed if note != NO_RESULT]
                told += [f"  - {part}: {brief(note, 330)}" for note in notes[:most]]
                told += [f"  - {part}: … {len(notes) - most} more"] if len(notes) > most else []
    return told


def write_json(path: Path, verdicts: list[Verdict]) -> None:
    """All of it for programs."""

    def entry(verdict: Verdict) -> dict[str, Any]:
        answers = (verdict.reference, verdict.ours)
        return {
            "action": verdict.call.action,
            "call": verdict.call.label,
            "side": verdict.side,
            "good": verdict.good,
            "excused": verdict.excused,
            "failed": verdict.failed,
            "reference": brief(verdict.reference.body, 600) if verdict.reference else "",
            "statuses": [answer.status if answer else None for answer in answers],
        }

    whole = {
        "score": {action: share(found) for action, found in by_action(verdicts).items()},
        "all": share(verdicts),
        "calls": [entry(verdict) for verdict in verdicts],
    }
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=1), encoding="utf-8", errors="backslashreplace")
