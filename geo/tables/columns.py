"""Counting readings over whole columns: a sample says what is worth counting, the count is always of all rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from geo.tables import patterns
from geo.tables.engine import NUMBER_MARK, Connection, literal
from geo.tables.guess import Guess, guess_type, is_code_name
from geo.tables.patterns import Style
from geo.tables.source import column
from geo.tables.types import NULL_MARKS, ColumnType

#: Expressions in one statement; more would only make the planner slow.
_BATCH = 150

_WORDS = "|".join((*patterns.TRUE_WORDS, *patterns.FALSE_WORDS))
#: What each key counts, as a rough pattern for the sample (the exact test is `_tests`).
KEYS: dict[str, str] = {
    "int": patterns.PLAIN_INTEGER,
    "year": patterns.YEAR,
    "bool": f"(?i:{_WORDS})",
    "point": patterns.RUPIAH + patterns.POINT,
    "comma": patterns.RUPIAH + patterns.COMMA,
    "point_int": patterns.RUPIAH + patterns.POINT_INTEGER,
    "comma_int": patterns.RUPIAH + patterns.COMMA_INTEGER,
    "point_percent": patterns.POINT + "\\s*%",
    "comma_percent": patterns.COMMA + "\\s*%",
    "either": patterns.EITHER,
    "either_comma": patterns.EITHER_COMMA,
    "big": "[+-]?[1-9][0-9]{3,}",
    "date_dmy": patterns.DATE,
    "date_mdy": patterns.DATE,
    "slashed": "[0-9]{1,2}[-/.].*",
    "stamp_dmy": patterns.STAMP,
    "stamp_mdy": patterns.STAMP,
    "zoned": patterns.ZONED,
    "region": patterns.REGION_CODE,
    "zero": patterns.LEADING_ZERO,
    "long": patterns.LONG_DIGITS,
    "serial": "[1-9][0-9]{4}",
    "sci": patterns.SCIENTIFIC_CODE,
}
_ROUGH = {key: re.compile(pattern) for key, pattern in KEYS.items()}
_FIRST = re.compile("([0-9]{1,2})[-/.]")
_NUMBERS = (
    "int",
    "point",
    "comma",
    "point_int",
    "comma_int",
    "either",
    "either_comma",
    "big",
    "zero",
    "long",
    "region",
)
#: Keys counted once the sample fits the first key whole.
_PLANS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("int", ("int", "year", "serial")),
    ("bool", ("bool",)),
    ("point", _NUMBERS),
    ("comma", _NUMBERS),
    ("comma_percent", ("comma_percent", "point_percent")),
    ("point_percent", ("comma_percent", "point_percent")),
    ("date_dmy", ("date_dmy", "date_mdy", "slashed")),
    ("stamp_dmy", ("stamp_dmy", "stamp_mdy", "slashed")),
    ("zoned", ("zoned",)),
)


@dataclass(frozen=True, slots=True)
class RawColumn:
    """A column of ``raw``: where it stands, its header, whether it holds marked numbers."""

    position: int
    label: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """Cells that hold something, how many of them are marks of absence, and what the rest fit."""

    filled: int
    marks: int
    fits: Mapping[str, int]

    @property
    def values(self) -> int:
        """Cells that hold a value."""
        return self.filled - self.marks


class Columns:
    """The columns of table ``raw`` under a list of null marks."""

    def __init__(
        self,
        con: Connection,
        columns: Sequence[RawColumn],
        null_marks: tuple[str, ...] = NULL_MARKS,
        *,
        epoch_1904: bool = False,
    ) -> None:
        self._con = con
        self._columns = list(columns)
        self._marks = tuple(sorted({mark.lower() for mark in null_marks if mark}))
        self.odd_marks = not set(self._marks) <= set(NULL_MARKS)
        self._epoch = epoch_1904

    def mark(self, cell: str) -> str:
        """SQL: the cell is a mark of absence."""
        if not self._marks:
            return "false"
        longest = max(len(mark.encode()) for mark in self._marks)
        listed = ", ".join(literal(mark) for mark in self._marks)
        return f"CASE WHEN strlen({cell}) <= {longest} THEN lower({cell}) IN ({listed}) ELSE false END"

    def style(self, raw: RawColumn, guess: Guess) -> Style:
        """How the cells of a column are written, from its guess."""
        return Style(
            decimal=guess.decimal,
            date_order=guess.date_order,
            percent=guess.percent,
            marked=raw.marked,
            epoch_1904=self._epoch,
            zoned=guess.zoned,
        )

    def guess_all(self) -> tuple[list[Guess], list[Counted]]:
        """A guess for each column, counted over all its rows."""
        sample = self._sample()
        plans = [self._plan(raw, cells) for raw, cells in zip(self._columns, sample, strict=True)]
        counted = self._count(self._columns, plans)
        again = [
            index
            for index, (keys, found) in enumerate(zip(plans, counted, strict=True))
            if found.values and keys and not (keys == ("sci",) or _whole(found))
        ]
        likely = [self._likely(sample[index]) for index in again]
        for index, found in zip(again, self._count([self._columns[i] for i in again], likely), strict=True):
            counted[index] = found
        sign = self._file_decimal(counted)
        guesses = [
            guess_type(raw.label, found.values, found.fits, sign)
            for raw, found in zip(self._columns, counted, strict=True)
        ]
        return guesses, counted

    def _sample(self) -> list[list[str]]:
        """Distinct cells of some rows spread over the table, a list for each column."""
        width = max(len(self._columns), 1)
        size = max(200, min(3000, 60_000 // width))
        total = int(self._con.execute("SELECT count(*) FROM raw").fetchone()[0])
        step = max(total // size, 1)
        names = ", ".join(column(raw.position) for raw in self._columns)
        rows = self._con.execute(
            f"SELECT {names} FROM raw WHERE rowid % {step} = 0 OR rowid < {size // 4}"  # noqa: S608
        ).fetchall()
        return [
            list(dict.fromkeys(cell for cell in cells if cell is not None)) for cells in zip(*rows, strict=True)
        ] or [[] for _ in self._columns]

    def _plan(self, raw: RawColumn, sample: list[str]) -> tuple[str, ...]:
        if is_code_name(raw.label):
            return ("sci",)
        cells = [cell.lstrip("\x02") for cell in sample if cell.lower() not in self._marks]
        if not cells:
            return (*_NUMBERS, "marks") if sample else ()
        for first, plan in _PLANS:
            if not all(map(_ROUGH[first].fullmatch, cells)):
                continue
            keys = [key for key in plan if key != "serial" or raw.marked]
            keys = [key for key in keys if key != "slashed" or any(map(_ROUGH[key].fullmatch, cells))]
            if any(int(found[1]) > 12 for found in map(_FIRST.match, cells) if found):
                keys = [key for key in keys if not key.endswith("_mdy")]
            return (*keys, "marks") if len(cells) < len(sample) else tuple(keys)
        return self._likely(sample)

    def _likely(self, sample: list[str]) -> tuple[str, ...]:
        """Keys that most of the sample fits, and what must be known beside them."""
        cells = [cell.lstrip("\x02") for cell in sample if cell.lower() not in self._marks]
        keys = [key for key, rough in _ROUGH.items() if sum(map(bool, map(rough.fullmatch, cells))) >= 0.5 * len(cells)]
        if not cells or any(key in ("int", "point", "comma") for key in keys):
            keys = list(dict.fromkeys((*keys, *_NUMBERS)))
        return (*(key for key in keys if key not in ("serial", "sci")), "marks")

    def _count(self, columns: Sequence[RawColumn], plans: Sequence[tuple[str, ...]]) -> list[Counted]:
        wanted: list[tuple[int, str, str]] = []
        for index, (raw, keys) in enumerate(zip(columns, plans, strict=True)):
            cell = column(raw.position)
            wanted.append((index, "filled", f"count({cell})"))
            if not keys:
                continue
            for key in keys:
                if key == "marks":
                    wanted.append((index, "marks", f"count_if({self.mark(cell)})"))
                    continue
                test = _tests(key, raw, self._epoch)
                if self.odd_marks:
                    test = f"{test} AND NOT {self.mark(cell)}"
                wanted.append((index, key, f"count_if({test})"))
        numbers: list[int] = []
        for start in range(0, len(wanted), _BATCH):
            batch = ", ".join(sql for _, _, sql in wanted[start : start + _BATCH])
            numbers += [int(value or 0) for value in self._con.execute(f"SELECT {batch} FROM raw").fetchone()]  # noqa: S608
        found: list[dict[str, int]] = [{} for _ in columns]
        for (index, key, _), number in zip(wanted, numbers, strict=True):
            found[index][key] = number
        return [Counted(each.pop("filled"), each.pop("marks", 0), each) for each in found]

    def _file_decimal(self, counted: Sequence[Counted]) -> str | None:
        """The decimal sign that some column uses beyond doubt, None where columns disagree or none tells."""
        signs = set()
        for found in counted:
            n = found.values
            comma, point = found.fits.get("comma", 0) == n, found.fits.get("point", 0) == n
            if n and comma != point and found.fits.get("comma_int" if comma else "point_int", 0) != n:
                signs.add("," if comma else ".")
            elif n and comma and not point:
                signs.add(",")
        return signs.pop() if len(signs) == 1 else None


_WHOLE = (*(key for key, _ in _PLANS), "date_mdy", "stamp_mdy")


def _whole(found: Counted) -> bool:
    """Whether some reading fits every cell, so that nothing more need be known."""
    return any(found.fits.get(key, 0) == found.values for key in _WHOLE)


def _tests(key: str, raw: RawColumn, epoch_1904: bool) -> str:
    """The exact SQL test of a key over a cell."""
    cell = column(raw.position)
    style = Style(marked=raw.marked, epoch_1904=epoch_1904)
    signs = {"point": ".", "comma": ","}
    name, _, tail = key.partition("_")
    if name in signs and key != "either_comma":
        kind = ColumnType.INTEGER if tail == "int" else ColumnType.NUMERIC
        return patterns.reading(kind, cell, replace(style, decimal=signs[name], percent=tail == "percent")).fits
    if name in ("date", "stamp"):
        kind = ColumnType.DATE if name == "date" else ColumnType.TIMESTAMP
        return patterns.reading(kind, cell, replace(style, date_order=tail)).fits
    if key in ("int", "year", "serial", "long", "big", "region"):
        bare = f"ltrim({cell}, {literal(NUMBER_MARK)})" if raw.marked else cell
        return patterns.full(bare, KEYS[key])
    if key == "zoned":
        return patterns.reading(ColumnType.TIMESTAMP, cell, replace(style, zoned=True)).fits
    return patterns.full(cell, KEYS[key])
