"""The check of the chained record: every hash is computed again here, from the same text as `audit.canonical`.

A changed line no longer fits its hash, a removed or moved one no longer fits its neighbours. Lines cut off at the
end leave a chain that holds: compare with a head that was kept elsewhere (printed by `portal audit verify`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Literal

from sqlalchemy import Connection, Row, text

PAGE = 5000
GENESIS = b"\x00"
SEPARATOR = "\x1f"

Fault = Literal["diubah", "hilang", "terputus", "terpotong"]

WALK = text("SELECT * FROM audit.walk(:after, :limit)")


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain ends: keep it outside, and a cut end shows at the next check."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A place where the chain does not hold.

    `diubah`: the line does not fit its own hash. `hilang`: lines before it are missing. `terputus`: it does not
    follow on the line before (removed, moved or put in). `terpotong`: the kept head is not in the chain.
    """

    seq: int
    fault: Fault


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: how many lines, where the chain ends, and every fault in order."""

    lines: int
    head: Head
    faults: tuple[Broken, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def canonical(row: Row[Any]) -> str:
    """The text of a line that is hashed; the twin of the SQL function `audit.canonical`."""
    ids = (row.person_id, row.agency_id)
    more = (row.dataset_id, row.opening_id, row.grant_id)
    parts = (
        str(row.seq),
        row.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f"),
        *("" if value is None else str(value) for value in ids),
        row.act,
        *("" if value is None else str(value) for value in more),
        row.purpose,
        row.address,
        row.result,
        row.detail,
        bytes(row.prev).hex(),
    )
    return SEPARATOR.join(parts)


def verify(connection: Connection, kept: Head | None = None) -> Verdict:
    """Walk the whole chain in pages and compute it anew; `kept` is a head noted at an earlier check.

    `connection` is the office role's (or a superuser's). Constant memory.
    """
    faults: list[Broken] = []
    seq, last, lines, met = 0, GENESIS, 0, kept is None
    for row in _lines(connection):
        prev, stated = bytes(row.prev), bytes(row.hash)
        if hashlib.sha256(canonical(row).encode()).digest() != stated:
            faults.append(Broken(row.seq, "diubah"))
        if row.seq != seq + 1:
            faults.append(Broken(row.seq, "hilang"))
        elif prev != last:
            faults.append(Broken(row.seq, "terputus"))
        seq, last, lines = row.seq, stated, lines + 1
        if kept is not None and (row.seq, stated.hex()) == (kept.seq, kept.hash):
            met = True
    if kept is not None and not met:
        faults.append(Broken(kept.seq, "terpotong"))
    return Verdict(lines, Head(seq, last.hex()), tuple(faults))


def _lines(connection: Connection) -> Iterator[Row[Any]]:
    after = 0
    while True:
        page = connection.execute(WALK, {"after": after, "limit": PAGE}).all()
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].seq
