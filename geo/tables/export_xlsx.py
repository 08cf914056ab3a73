"""Tables out as XLSX: constant memory, a styled header, a sheet with metadata and the column dictionary."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from geo.tables.export import Row, plain
from geo.tables.guess import TYPE_WORDS
from geo.tables.types import ExportColumn, ExportInfo

#: Rows of a sheet, its header left out (Excel's limit is 1,048,576).
SHEET_ROWS = 1_048_575
#: Characters of a cell.
CELL_CHARACTERS = 32_767
#: Excel keeps 15 digits of a number.
EXACT = 10**15
_CREATED = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a fixed moment, so that equal tables are equal files
_FIRST_DAY = dt.date(1900, 3, 1)
_LAST_DAY = dt.date(9999, 12, 31)


def write_xlsx(path: Path, columns: Sequence[ExportColumn], rows: Iterable[Row], info: ExportInfo | None = None) -> int:
    """Writes a workbook: sheet ``Data`` (and ``Data 2``… beyond a million rows), then ``Keterangan``.

    Text is written as text, so no cell can become a formula. Numbers of more than 15 digits, days before
    March 1900 and times with a zone are written as text too, since Excel would change them; text beyond 32,767
    characters is cut and the cut counted in ``Keterangan``. Returns the size in bytes.
    """
    import xlsxwriter

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "tmpdir": str(path.parent),
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": _CREATED, "title": info.title if info else ""})
        writer = _Writer(book, columns)
        for row in rows:
            writer.add(row)
        writer.finish()
        _dictionary(book, columns, info or ExportInfo(), writer.cut)
    return path.stat().st_size


class _Writer:
    """Writes rows to the current sheet and opens the next one when it is full."""

    def __init__(self, book: Any, columns: Sequence[ExportColumn]) -> None:
        self._book, self._columns = book, columns
        self._header = book.add_format(
            {"bold": True, "bg_color": "#E3EEF9", "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._sheets = 0
        self.cut = 0
        self._open()

    def _open(self) -> None:
        self._sheets += 1
        self._sheet = self._book.add_worksheet("Data" if self._sheets == 1 else f"Data {self._sheets}")
        self._sheet.freeze_panes(1, 0)
        for index, column in enumerate(self._columns):
            self._sheet.set_column(index, index, min(max(len(column.name) + 2, 12), 40))
        for index, column in enumerate(self._columns):
            self._sheet.write_string(0, index, column.name, self._header)
        self._rows = 0

    def add(self, row: Row) -> None:
        """Writes one row."""
        if self._rows >= SHEET_ROWS:
            self.finish()
            self._open()
        self._rows += 1
        for index, value in enumerate(row):
            if value is not None:
                self._cell(index, value)

    def _cell(self, index: int, value: object) -> None:
        sheet, row = self._sheet, self._rows
        if isinstance(value, bool):
            sheet.write_boolean(row, index, value)
        elif isinstance(value, int | float | Decimal) and _exact(value):
            sheet.write_number(row, index, value)
        elif isinstance(value, dt.datetime) and value.tzinfo is None and _datable(value.date()):
            sheet.write_datetime(row, index, value, self._time)
        elif isinstance(value, dt.date) and not isinstance(value, dt.datetime) and _datable(value):
            sheet.write_datetime(row, index, value, self._day)
        else:
            self._text(row, index, plain(value))

    def _text(self, row: int, index: int, text: str) -> None:
        if len(text) > CELL_CHARACTERS:
            text = text[: CELL_CHARACTERS - 1] + "…"
            self.cut += 1
        if text:
            self._sheet.write_string(row, index, text.encode("utf-8", "replace").decode())

    def finish(self) -> None:
        """Sets the filter over what was written."""
        if self._columns:
            self._sheet.autofilter(0, 0, max(self._rows, 1), len(self._columns) - 1)


def _exact(value: int | float | Decimal) -> bool:
    """Whether Excel's 15 digits hold the number."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Decimal):
        return value.is_finite() and len(value.normalize().as_tuple().digits) <= 15 and abs(value) < EXACT
    return abs(value) < EXACT


def _datable(day: dt.date) -> bool:
    return _FIRST_DAY <= day <= _LAST_DAY


def _dictionary(book: Any, columns: Sequence[ExportColumn], info: ExportInfo, cut: int) -> None:
    sheet = book.add_worksheet("Keterangan")
    bold = book.add_format({"bold": True})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 1, 28)
    sheet.set_column(2, 3, 18)
    sheet.set_column(4, 4, 60)
    row = 0
    if info.title:
        sheet.write_string(row, 0, info.title, bold)
        row += 1
    entries = list(info.entries)
    if cut:
        entries.append(("Sel terpotong", f"{cut} sel lebih dari {CELL_CHARACTERS} karakter dipotong; lihat CSV"))
    for name, value in entries:
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, value[:CELL_CHARACTERS], wrap)
        row += 1
    row += bool(row)
    for index, heading in enumerate(("Kolom", "Label", "Tipe", "Satuan", "Keterangan")):
        sheet.write_string(row, index, heading, bold)
    for column in columns:
        row += 1
        cells = (column.name, column.label, TYPE_WORDS[column.type], column.unit, column.description)
        for index, text in enumerate(cells):
            sheet.write_string(row, index, text[:CELL_CHARACTERS], wrap)
