"""What text files and workbooks have in common for the steps after reading."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from geo.findings import Finding, Param
from geo.tables.engine import Connection, literal, read_csv
from geo.tables.layout import Row
from geo.tables.messages import make, refuse
from geo.tables.types import MAX_COLUMNS, SheetInfo

HEAD_ROWS = 200
MAX_ISSUES = 1000
#: DuckDB guesses line ends (a lone return in a cell misleads it) unless told in this, its own, spelling.
NEW_LINE = "'\\n'"
#: White space cut from both ends of a cell, no-break and zero-width spaces included.
SPACES = " \t\r\n\u00a0\u2007\u202f\u200b\ufeff"


@dataclass(slots=True)
class Issues:
    """Odd rows met while reading: bounded list, exact counts; rows outside the table are left out later."""

    rows: dict[str, list[tuple[int, dict[str, Param]]]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, rule: str, row: int, **params: Param) -> None:
        """Notes `rule` at `row`."""
        self.counts[rule] = self.counts.get(rule, 0) + 1
        listed = self.rows.setdefault(rule, [])
        if len(listed) < MAX_ISSUES:
            listed.append((row, params))

    def findings(self, sheet: str, outside: set[int], first: int, last: int) -> list[Finding]:
        """At most 20 findings a rule, the first with the count of all, rows `outside` the table skipped."""
        found: list[Finding] = []
        for rule, listed in self.rows.items():
            inside = [(row, params) for row, params in listed if first <= row <= last and row not in outside]
            total = self.counts[rule] - (len(listed) - len(inside))
            for index, (row, params) in enumerate(inside[:20]):
                value = params.get("value")
                rest = {key: item for key, item in params.items() if key != "value"}
                text = None if value is None else str(value)
                times = total if index == 0 else 1
                found.append(make(rule, place=(sheet, row, None), value=text, times=times, **rest))
        return found


@dataclass(slots=True)
class Loaded:
    """Table ``raw(_row BIGINT, c0, c1, … VARCHAR)`` now stands in DuckDB: trimmed, empty cells NULL.

    ``numbers`` are the columns with cells marked as numbers by a workbook; ``merged`` counts filled cells.
    """

    width: int
    issues: Issues
    numbers: frozenset[int] = frozenset()
    merged: int = 0
    long_numbers: frozenset[int] = frozenset()
    findings: list[Finding] = field(default_factory=list)


class Source(Protocol):
    """A file opened for reading as a table."""

    format: str
    encoding: str | None
    delimiter: str | None
    quote: str | None
    sheets: tuple[SheetInfo, ...]
    sheet: str
    epoch_1904: bool
    findings: list[Finding]

    def head(self) -> list[Row]:
        """The first rows (at most `HEAD_ROWS`), numbered from 1."""
        ...

    def load(self, con: Connection, first_row: int, width: int) -> Loaded:
        """Fills table ``raw`` with every row from `first_row` on, at least `width` columns."""
        ...


def column(position: int) -> str:
    """The name of a raw column in DuckDB."""
    return f"c{position}"


def check_width(width: int) -> None:
    """Refuses tables wider than PostgreSQL can hold."""
    if width > MAX_COLUMNS:
        raise refuse("tabel.kolom_terlalu_banyak", columns=width, limit=MAX_COLUMNS)


def clean(position: int, *, trim: bool) -> str:
    """The expression that trims a raw cell and turns an empty one into NULL."""
    name = column(position)
    return f"nullif(trim({name}, {literal(SPACES)}), '')" if trim else f"nullif({name}, '')"


def write_normal(path: Path, rows: Iterable[tuple[int, Sequence[str]]]) -> tuple[int, int]:
    """Writes rows as plain CSV with their number first; returns the widest row and its longest size."""
    width = longest = 0
    with path.open("w", encoding="utf-8", errors="replace", newline="") as stream:
        # csv leaves a lone carriage return unquoted, which another reader takes for a line end: quote all
        write = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL).writerow
        for number, cells in rows:
            used = len(cells)
            while used and not cells[used - 1]:
                used -= 1
            if used > width:
                check_width(used)
                width = used
            size = sum(map(len, cells))
            longest = max(longest, size)
            write([number, *cells[:used]])
    return width, longest


def load_normal(con: Connection, path: Path, width: int, longest: int) -> None:
    """Loads what `write_normal` wrote as table ``raw``."""
    names = ["_row", *(column(i) for i in range(width))]
    options = {"delim": "','", "quote": "'\"'", "escape": "'\"'", "null_padding": "true", "parallel": "false"}
    options["new_line"] = NEW_LINE
    if longest > 400_000:  # DuckDB's own bound is 2 MB a line; four bytes a character, quotes doubled
        options["max_line_size"] = str(longest * 5 + 1_000_000)
    cells = "".join(f", {clean(i, trim=True)} AS {column(i)}" for i in range(width))
    con.execute(
        f"CREATE TABLE raw AS SELECT CAST(_row AS BIGINT) AS _row{cells} FROM "  # noqa: S608
        + read_csv(path, names, **options)
    )


def tail_rows(con: Connection, width: int, count: int = 60) -> list[Row]:
    """The last rows of ``raw`` in the order of the file (before any row is deleted: rowids are then 0..n-1)."""
    total = int(con.execute("SELECT count(*) FROM raw").fetchone()[0])
    return list(rows_of(con, width, f"WHERE rowid >= {total - count} ORDER BY rowid"))


def rows_of(con: Connection, width: int, rest: str) -> Iterator[Row]:
    """Rows of ``raw`` as numbered lists of raw text."""
    names = "".join(f", {column(i)}" for i in range(width))
    for record in con.execute(f"SELECT _row{names} FROM raw {rest}").fetchall():  # noqa: S608
        yield int(record[0]), ["" if cell is None else str(cell).lstrip("\x02") for cell in record[1:]]
