"""The type of each column, guessed or chosen, checked against every row; the cells that do not fit, listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from geo.findings import Finding
from geo.tables import patterns
from geo.tables.columns import Columns, Counted, RawColumn
from geo.tables.guess import TYPE_WORDS, Guess, words_of
from geo.tables.messages import make
from geo.tables.names import Named
from geo.tables.patterns import Reading, Style
from geo.tables.plain import Asked, Seen, look
from geo.tables.prepare import Prepared
from geo.tables.source import column
from geo.tables.types import MAX_BAD_CELLS, NULL_MARKS, BadCell, BadCells, ColumnChoice, ColumnType, ReadChoice

_DIGIT_CODES = ("nik", "nip", "kode", "kk", "npwp")


@dataclass(slots=True)
class Resolved:
    """One column with its type and how its cells are written; ``bad`` cells do not fit ``near`` or ``type``.

    ``plain`` is there when every cell is written as it shall be stored.
    """

    raw: RawColumn
    named: Named
    guess: Guess
    style: Style
    filled: int
    marks: int
    bad: int = 0
    policy: BadCells = BadCells.REFUSE
    plain: Seen | None = None

    @property
    def cell(self) -> str:
        """The column in SQL."""
        return column(self.raw.position)

    @property
    def tested(self) -> ColumnType:
        """The type that bad cells are counted against."""
        return self.guess.near or self.guess.type

    def reading(self) -> Reading:
        """The reading of the tested type."""
        return patterns.reading(self.tested, self.cell, self.style)


def resolve(table: Prepared, choice: ReadChoice) -> tuple[list[Resolved], Columns]:
    """Types of all columns. A chosen type stands, whatever it costs; the others are guessed over all rows."""
    marks = choice.null_marks if choice.null_marks is not None else NULL_MARKS
    open_columns = [raw for raw in table.columns if not _is_chosen(table, raw)]
    epoch = table.source.epoch_1904
    counting = Columns(table.con, open_columns, marks, epoch_1904=epoch)
    guesses, counts = counting.guess_all() if open_columns else ([], [])
    guessed = {raw.position: pair for raw, pair in zip(open_columns, zip(guesses, counts, strict=True), strict=True)}
    seen = look(table.con, _asked(table, counting))
    resolved = []
    for raw, named in zip(table.columns, table.named, strict=True):
        each = table.choices.get(raw.position)
        if raw.position in guessed:
            guess, counted = guessed[raw.position]
            item = _guessed(raw, named, guess, counted, counting)
        elif each is not None and each.type is not None:
            item = _chosen(table, raw, named, each, counting, seen.get(raw.position))
        else:  # unreachable by construction: what is not guessed is chosen
            raise AssertionError(raw.position)
        item.policy = each.bad_cells if each else BadCells.REFUSE
        resolved.append(item)
    return resolved, counting


def _is_chosen(table: Prepared, raw: RawColumn) -> bool:
    choice = table.choices.get(raw.position)
    return choice is not None and choice.type is not None


def _guessed(raw: RawColumn, named: Named, guess: Guess, counted: Counted, counting: Columns) -> Resolved:
    style = counting.style(raw, guess)
    bad = guess.bad if guess.near else 0
    return Resolved(raw, named, guess, style, counted.filled, counted.marks, bad)


def _asked(table: Prepared, counting: Columns) -> list[Asked]:
    """Chosen columns for the one look: text to be counted, and what may be plain. Neither numbers of a workbook,
    which are marked, nor anything where the officer's own mark of absence may look like a value."""
    chosen = [(raw, table.choices[raw.position]) for raw in table.columns if _is_chosen(table, raw)]
    return [
        Asked(raw.position, each.type, point=each.decimal == ".")
        for raw, each in chosen
        if each.type is ColumnType.TEXT or (each.type is not None and not raw.marked and not counting.odd_marks)
    ]


def _chosen(
    table: Prepared, raw: RawColumn, named: Named, choice: ColumnChoice, counting: Columns, seen: Seen | None
) -> Resolved:
    """A column whose type the officer fixed: the writing is the given one, else the one that fits most cells."""
    kind = choice.type or ColumnType.TEXT
    guess = Guess(kind, "Dipilih petugas.", decimal=choice.decimal, date_order=choice.date_order or "dmy")
    if seen is not None and kind is ColumnType.TEXT:
        return Resolved(raw, named, guess, counting.style(raw, guess), seen.filled, 0)
    if seen is not None and seen.plain:
        first = _candidates(guess, choice)[0]
        return Resolved(raw, named, first, counting.style(raw, first), seen.filled, 0, plain=seen)
    return _careful(table, raw, named, guess, choice, counting)


def _careful(
    table: Prepared, raw: RawColumn, named: Named, guess: Guess, choice: ColumnChoice, counting: Columns
) -> Resolved:
    """A column of a chosen type with cells that are not plain, the ways of writing tried in turn."""
    kind, cell = guess.type, column(raw.position)
    filled, percent, zoned = _ask(
        table,
        f"count({cell}), count_if(ends_with({cell}, '%')), "
        + (f"count_if({patterns.full(cell, patterns.ZONED)})" if kind is ColumnType.TIMESTAMP else "0"),
    )
    marks = 0
    best: tuple[int, Guess] | None = None
    for plain in _candidates(guess, choice):
        candidate = replace(plain, percent=0 < percent == filled - marks, zoned=0 < zoned == filled - marks)
        bad = _misfits(table, counting, candidate, raw, filled)
        if bad and not marks:
            (marks,) = _ask(table, f"count_if({counting.mark(cell)})")
            candidate = replace(plain, percent=0 < percent == filled - marks, zoned=0 < zoned == filled - marks)
            bad = _misfits(table, counting, candidate, raw, filled)
        bad -= marks
        if best is None or bad < best[0]:
            best = bad, candidate
        if bad == 0:
            break
    bad, guess = best if best is not None else (0, guess)
    return Resolved(raw, named, guess, counting.style(raw, guess), filled, marks, bad)


def _misfits(table: Prepared, counting: Columns, guess: Guess, raw: RawColumn, filled: int) -> int:
    """Cells, marks of absence included, that are not of the guessed type."""
    cell = column(raw.position)
    fits = patterns.reading(guess.type, cell, counting.style(raw, guess)).fits
    kept = f"({fits}) AND NOT {counting.mark(cell)}" if counting.odd_marks else fits
    return filled - _ask(table, f"count_if({kept})")[0]


def _candidates(guess: Guess, choice: ColumnChoice) -> list[Guess]:
    """Ways to write a chosen type, the likelier first."""
    if guess.type is ColumnType.INTEGER and choice.decimal is None:
        return [replace(guess, decimal=sign) for sign in (None, ",", ".")]
    if guess.type is ColumnType.NUMERIC and choice.decimal is None:
        return [replace(guess, decimal=sign) for sign in (",", ".")]
    if guess.type in (ColumnType.DATE, ColumnType.TIMESTAMP) and choice.date_order is None:
        return [replace(guess, date_order=order) for order in ("dmy", "mdy")]
    return [guess]


def _ask(table: Prepared, expressions: str) -> tuple[int, ...]:
    row = table.con.execute(f"SELECT {expressions} FROM raw").fetchone()  # noqa: S608
    return tuple(int(value or 0) for value in row)


def bad_cells(table: Prepared, resolved: Sequence[Resolved], counting: Columns) -> tuple[BadCell, ...]:
    """Cells that do not fit, by column and row, at most `MAX_BAD_CELLS` in all."""
    found: list[BadCell] = []
    for item in resolved:
        room = MAX_BAD_CELLS - len(found)
        if not item.bad or room <= 0:
            continue
        cell = item.cell
        rows = table.con.execute(
            f"SELECT _row, substr({cell}, 1, 201) FROM raw WHERE {cell} IS NOT NULL "  # noqa: S608
            f"AND NOT {counting.mark(cell)} AND NOT ({item.reading().fits}) ORDER BY _row LIMIT {room}"
        ).fetchall()
        for row, text in rows:
            shown = str(text).lstrip("\x02")
            shown = shown if len(shown) <= 200 else shown[:199] + "…"
            found.append(BadCell(table.source.sheet, int(row), item.named.label, shown, item.tested))
    return tuple(found)


def column_findings(table: Prepared, item: Resolved, cells: Sequence[BadCell]) -> list[Finding]:
    """What a column has to say: cells in the way of a type, doubts, marks read as nothing, damaged codes."""
    sheet, label = table.source.sheet, item.named.label
    found: list[Finding] = []
    mine = [cell for cell in cells if cell.column == label][:20]
    for index, cell in enumerate(mine):
        times = item.bad if index == 0 else 1
        found.append(
            make(
                "tabel.sel_tidak_cocok", place=(sheet, cell.row, label), value=cell.value, times=times,
                type=TYPE_WORDS[cell.type],
            )
        )  # fmt: skip
    if item.guess.doubt:
        is_day = item.guess.type in (ColumnType.DATE, ColumnType.TIMESTAMP)
        rule = "tabel.tanggal_ambigu" if is_day else "tabel.angka_ambigu"
        found.append(make(rule, place=(sheet, None, label), value=_example(table, item), reading=item.guess.doubt))
    if item.marks and item.guess.type is not ColumnType.TEXT:
        marks = _marks(table, item)
        found.append(make("tabel.tanda_kosong", place=(sheet, None, label), count=item.marks, marks=marks))
    if item.raw.position in table.loaded.long_numbers:
        found.append(make("tabel.angka_16_digit", place=(sheet, None, label)))
    return found + _damaged_codes(table, item)


def _example(table: Prepared, item: Resolved) -> str:
    tests = (patterns.EITHER, patterns.EITHER_COMMA, patterns.DATE, patterns.STAMP)
    where = " OR ".join(patterns.full(item.cell, pattern) for pattern in tests)
    row = table.con.execute(f"SELECT {item.cell} FROM raw WHERE {where} LIMIT 1").fetchone()  # noqa: S608
    return str(row[0]) if row else ""


def _marks(table: Prepared, item: Resolved) -> str:
    bad = f"NOT ({item.reading().fits})"
    rows = table.con.execute(
        f"SELECT DISTINCT {item.cell} FROM raw WHERE length({item.cell}) < 8 AND {bad} ORDER BY 1 LIMIT 5"  # noqa: S608
    ).fetchall()
    return " ".join(f"“{row[0]}”" for row in rows)


def _damaged_codes(table: Prepared, item: Resolved) -> list[Finding]:
    """Codes that a spreadsheet turned into 3,32901E+15: their digits are lost for good."""
    if not any(word in words_of(item.named.label).split() for word in _DIGIT_CODES):
        return []
    # the sign first: looking for one character is many times quicker than the pattern
    where = f"contains({item.cell}, '+') AND {patterns.full(item.cell, patterns.SCIENTIFIC_CODE)}"
    rows = table.con.execute(
        f"SELECT _row, {item.cell}, count(*) OVER () FROM raw WHERE {where} ORDER BY _row LIMIT 20"  # noqa: S608
    ).fetchall()
    return [
        make(
            "tabel.kode_ilmiah", place=(table.source.sheet, int(row), item.named.label), value=str(text),
            times=int(total) if index == 0 else 1,
        )
        for index, (row, text, total) in enumerate(rows)
    ]  # fmt: skip
