"""What counts as a number, a date, a yes or no, in DuckDB's regular expressions, for whole columns at once.

Each `Reading` gives two SQL expressions over a trimmed, non-empty cell: ``fits`` (boolean) and ``value`` (the
canonical text or typed value, meaningful only where it fits). Nothing here ever sees a cell in Python.
"""

from __future__ import annotations

from dataclasses import dataclass

from geo.tables.engine import NUMBER_MARK, literal, literals
from geo.tables.types import ColumnType

_GAP = "[ \u00a0\u202f]"
MONTHS: tuple[tuple[str, ...], ...] = (
    ("januari", "january", "jan"),
    ("februari", "pebruari", "february", "feb", "peb"),
    ("maret", "march", "mar"),
    ("april", "apr"),
    ("mei", "may"),
    ("juni", "june", "jun"),
    ("juli", "july", "jul"),
    ("agustus", "august", "agu", "agt", "ags", "aug"),
    ("september", "sept", "sep"),
    ("oktober", "october", "okt", "oct"),
    ("november", "nopember", "nov", "nop"),
    ("desember", "december", "des", "dec"),
)
_MONTH = "|".join(name for names in MONTHS for name in names)
_DAY_NAME = "(?:(?:senin|selasa|rabu|kamis|jum'?at|sabtu|minggu|ahad)[, ]+)?"

PLAIN_INTEGER = "[+-]?(?:0|[1-9][0-9]{0,14})"
PLAIN_NUMBER = "[+-]?(?:[0-9]+(?:\\.[0-9]+)?|\\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?"
#: Numbers with a decimal point; a comma or a gap may group thousands. No leading zero but "0" and "0.5".
POINT = (
    f"[+-]?(?:(?:0|[1-9][0-9]*|[1-9][0-9]{{0,2}}(?:(?:,[0-9]{{3}})+|(?:{_GAP}[0-9]{{3}})+))(?:\\.[0-9]+)?|\\.[0-9]+)"
    "(?:[eE][+-]?[0-9]{1,2})?"
)
#: Indonesian numbers: decimal comma; a point or a gap may group thousands.
COMMA = f"[+-]?(?:0|[1-9][0-9]*|[1-9][0-9]{{0,2}}(?:(?:\\.[0-9]{{3}})+|(?:{_GAP}[0-9]{{3}})+))(?:,[0-9]+)?"
POINT_INTEGER = f"[+-]?(?:0|[1-9][0-9]{{0,17}}|[1-9][0-9]{{0,2}}(?:(?:,[0-9]{{3}}){{1,5}}|(?:{_GAP}[0-9]{{3}}){{1,5}}))"
COMMA_INTEGER = (
    f"[+-]?(?:0|[1-9][0-9]{{0,17}}|[1-9][0-9]{{0,2}}(?:(?:\\.[0-9]{{3}}){{1,5}}|(?:{_GAP}[0-9]{{3}}){{1,5}}))"
)
#: 1.234: a thousand in Indonesian, one and a bit elsewhere. -1.234 and +1.234 likewise.
EITHER = "[+-]?[1-9][0-9]{0,2}\\.[0-9]{3}"
#: The same doubt with a comma: 1,234.
EITHER_COMMA = "[+-]?[1-9][0-9]{0,2},[0-9]{3}"
#: A currency mark before a number changes nothing of its value.
RUPIAH = "(?:(?i:rp)\\.?\\s*)?"
LEADING_ZERO = "0[0-9]+"
LONG_DIGITS = "[0-9]{16,}"
SCIENTIFIC_CODE = "[0-9][.,][0-9]+[eE]\\+1[1-9]"
REGION_CODE = "[1-9][0-9]\\.[0-9]{2}(?:\\.[0-9]{2}(?:\\.[0-9]{4})?)?"
YEAR = "(?:1[5-9]|20|21)[0-9]{2}"

_ISO = "[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}"
_DAYS = "[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}"
_NAMED = f"(?i:{_DAY_NAME}[0-9]{{1,2}}[- ](?:{_MONTH})\\.?[- ][0-9]{{4}})"
#: A day as it is stored.
ISO_DAY = "[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}"
DATE = f"(?:{_ISO}|{_DAYS}|{_NAMED})"
_CLOCK = "[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2}(?:\\.[0-9]{1,6})?)?"
_ZONE = "(?:Z|[+-][0-9]{2}:?[0-9]{2})"
STAMP = f"{DATE}[T ]{{1,2}}{_CLOCK}"
ZONED = f"{_ISO}[T ]{_CLOCK}{_ZONE}"

TRUE_WORDS = ("ya", "benar", "true", "yes")
FALSE_WORDS = ("tidak", "salah", "false", "no")


@dataclass(frozen=True, slots=True)
class Reading:
    """SQL over one cell: does it fit, its value as text, and (days only) its value to compare by."""

    fits: str
    value: str
    native: str | None = None


@dataclass(frozen=True, slots=True)
class Style:
    """How the cells of one column are written."""

    decimal: str | None = None
    date_order: str = "dmy"
    percent: bool = False
    marked: bool = False
    epoch_1904: bool = False
    zoned: bool = False


def full(cell: str, pattern: str) -> str:
    """SQL: the whole cell matches the pattern."""
    return f"regexp_full_match({cell}, {literal(pattern)})"


def words(cell: str, values: tuple[str, ...]) -> str:
    """SQL: the cell, without case, is one of the values."""
    return f"lower({cell}) IN ({', '.join(literal(value) for value in values)})"


def is_marked(cell: str) -> str:
    """SQL: the cell was a number in its workbook."""
    return f"starts_with({cell}, {literal(NUMBER_MARK)})"


def reading(kind: ColumnType, cell: str, style: Style) -> Reading:
    """The reading of a column as `kind`, number cells of workbooks included."""
    text = _text_reading(kind, cell, style)
    if not style.marked:
        return text
    number = _marked_reading(kind, f"substr({cell}, 2)", style)
    marked = is_marked(cell)
    return Reading(
        f"CASE WHEN {marked} THEN {number.fits} ELSE {text.fits} END",
        f"CASE WHEN {marked} THEN {number.value} ELSE {text.value} END",
    )


def _text_reading(kind: ColumnType, cell: str, style: Style) -> Reading:
    readers = {
        ColumnType.INTEGER: _integer,
        ColumnType.NUMERIC: _numeric,
        ColumnType.YEAR: _year,
        ColumnType.BOOLEAN: _boolean,
        ColumnType.DATE: _date,
        ColumnType.TIMESTAMP: _timestamp,
    }
    reader = readers.get(kind)
    return reader(cell, style) if reader else Reading("true", cell)


def _year(cell: str, _: Style) -> Reading:
    return Reading(full(cell, YEAR), cell)


def _boolean(cell: str, _: Style) -> Reading:
    yes = words(cell, (*TRUE_WORDS, "1"))
    return Reading(words(cell, (*TRUE_WORDS, *FALSE_WORDS, "0", "1")), f"CASE WHEN {yes} THEN 'true' ELSE 'false' END")


def _date(cell: str, style: Style) -> Reading:
    value = date_value(cell, style.date_order)
    # what is written as it shall be needs no second pattern, and stays as it is
    day = f"TRY_CAST({cell} AS DATE) IS NOT NULL"
    fits = f"(CASE WHEN {full(cell, ISO_DAY)} THEN {day} ELSE {full(cell, DATE)} AND {value} IS NOT NULL END)"
    text = f"CASE WHEN {full(cell, ISO_DAY)} AND {day} THEN {cell} ELSE CAST(CAST({value} AS DATE) AS VARCHAR) END"
    return Reading(fits, text, value)


def _integer(cell: str, style: Style) -> Reading:
    if style.decimal == ",":
        return Reading(full(cell, RUPIAH + COMMA_INTEGER), _drop(cell, "[^0-9-]"))
    if style.decimal == ".":
        return Reading(full(cell, RUPIAH + POINT_INTEGER), _drop(cell, "[^0-9-]"))
    return Reading(full(cell, "[+-]?(?:0|[1-9][0-9]{0,17})"), f"ltrim({cell}, '+')")


def _numeric(cell: str, style: Style) -> Reading:
    tail = "\\s*%" if style.percent else ""
    if style.decimal == ",":
        return Reading(full(cell, f"{RUPIAH}{COMMA}{tail}"), f"replace({_drop(cell, '[^0-9,-]')}, ',', '.')")
    return Reading(full(cell, f"{RUPIAH}{POINT}{tail}"), _drop(cell, "^(?i:rp)\\.?|[^0-9.eE-]"))


def _drop(cell: str, pattern: str) -> str:
    """SQL: the cell without what matches, untouched (and quick) where it is plain already."""
    return (
        f"CASE WHEN {full(cell, '-?[0-9]+(?:[.][0-9]+)?' if '.' in pattern else '-?[0-9]+')} THEN {cell} "
        f"ELSE regexp_replace({cell}, {literal(pattern)}, '', 'g') END"
    )


def _marked_reading(kind: ColumnType, number: str, style: Style) -> Reading:
    """Cells that were numbers in the workbook, without their mark."""
    if kind is ColumnType.INTEGER:
        return Reading(full(number, "-?[0-9]{1,18}"), number)
    if kind is ColumnType.NUMERIC:
        return Reading(full(number, PLAIN_NUMBER), number)
    if kind is ColumnType.YEAR:
        return Reading(full(number, YEAR), number)
    if kind is ColumnType.BOOLEAN:
        return Reading(f"{number} IN ('0', '1')", f"CASE WHEN {number} = '1' THEN 'true' ELSE 'false' END")
    if kind in (ColumnType.DATE, ColumnType.TIMESTAMP):
        return _serial(kind, number, style)
    return Reading("true", number)


def _serial(kind: ColumnType, number: str, style: Style) -> Reading:
    """Spreadsheet day numbers: days since 30 December 1899 (so that 1 March 1900 is 61), or 1 January 1904.

    Day numbers under 61 of the 1900 system are refused: spreadsheets disagree on them (a 29 February 1900).
    """
    epoch = "1904-01-01" if style.epoch_1904 else "1899-12-30"
    low = 0 if style.epoch_1904 else 61
    days = f"TRY_CAST({number} AS DOUBLE)"
    inside = f"{days} BETWEEN {low} AND 2957003"
    if kind is ColumnType.DATE:
        value = f"CAST(DATE '{epoch}' + TRY_CAST({number} AS INTEGER) AS VARCHAR)"
        return Reading(f"coalesce({full(number, '[0-9]{1,7}')} AND {inside}, false)", value)
    seconds = f"CAST(round({days} * 86400) AS BIGINT)"
    value = f"CAST(TIMESTAMP '{epoch}' + to_seconds({seconds}) AS VARCHAR)"
    return Reading(f"coalesce({inside}, false)", value)


def date_value(cell: str, order: str) -> str:
    """SQL: the cell as a TIMESTAMP at midnight, NULL where it is no day of the calendar.

    ISO dates, days with `/`, `-` or `.` (`order` dmy or mdy), and days with the month's name.
    """
    days = ("%d", "%m") if order == "dmy" else ("%m", "%d")
    formats = [f"{days[0]}{mark}{days[1]}{mark}%Y" for mark in "/-."] + ["%Y-%m-%d", "%Y/%m/%d"]
    plain = f"try_strptime({cell}, {literals(formats)})"
    # most dates are written so, and a cast is many times quicker than trying the formats in turn
    iso = f"CASE WHEN {full(cell, ISO_DAY)} THEN CAST(TRY_CAST({cell} AS DATE) AS TIMESTAMP) END"
    return f"coalesce({iso}, {plain}, CASE WHEN regexp_matches({cell}, '[A-Za-z]') THEN {_named_value(cell)} END)"


def _named_value(cell: str) -> str:
    first = {names[-1][:3]: number for number, names in enumerate(MONTHS, start=1)}
    for number, names in enumerate(MONTHS, start=1):
        first.update({name[:3]: number for name in names})
    groups = f"(?i)([0-9]{{1,2}})[- ]({_MONTH})\\.?[- ]([0-9]{{4}})"
    month = f"lower(substr(regexp_extract({cell}, {literal(groups)}, 2), 1, 3))"
    cases = " ".join(f"WHEN {literal(name)} THEN '{number}'" for name, number in first.items())
    day, year = (f"regexp_extract({cell}, {literal(groups)}, {i})" for i in (1, 3))
    return f"try_strptime({day} || '-' || CASE {month} {cases} ELSE '' END || '-' || {year}, '%d-%m-%Y')"


def _timestamp(cell: str, style: Style) -> Reading:
    """Days with a clock time; days alone are midnight. Zones are kept when every cell has one."""
    if style.zoned:
        zone = full(cell, ZONED)
        value = f"TRY_CAST({cell} AS TIMESTAMPTZ)"
        return Reading(f"({zone} AND {value} IS NOT NULL)", f"CAST({value} AS VARCHAR)")
    day = f"regexp_extract({cell}, {literal('^(' + DATE + ')')}, 1)"
    clock = f"regexp_extract({cell}, {literal('(' + _CLOCK + ')$')}, 1)"
    time = (
        f"CASE WHEN {full(cell, DATE)} THEN '00:00' WHEN contains({clock}, ':') THEN {clock} "
        f"ELSE replace({clock}, '.', ':') END"
    )
    return _joined(cell, date_value(day, style.date_order), time)


def _joined(cell: str, day: str, time: str) -> Reading:
    padded = f"lpad({time}, CAST(greatest(length({time}), 5) AS INTEGER), '0')"
    stamp = f"TRY_CAST(strftime({day}, '%Y-%m-%d') || ' ' || {padded} AS TIMESTAMP)"
    return Reading(f"({full(cell, f'(?:{STAMP}|{DATE})')} AND {stamp} IS NOT NULL)", f"CAST({stamp} AS VARCHAR)")
