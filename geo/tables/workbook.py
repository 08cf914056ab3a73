"""XLSX, XLS and ODS through calamine: every cell becomes text again, numbers marked as such."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from geo.findings import Finding
from geo.tables import archive
from geo.tables.engine import NUMBER_MARK, Connection
from geo.tables.layout import Row
from geo.tables.messages import make, refuse
from geo.tables.source import HEAD_ROWS, Issues, Loaded, load_normal, write_normal
from geo.tables.types import ReadChoice, SheetInfo

_SURROGATES = dict.fromkeys(range(55296, 57344), "�")


@contextmanager
def readable(filename: str) -> Iterator[None]:
    """Turns every failure of the workbook library, a Rust panic included, into a `TableError`."""
    from python_calamine import CalamineError, PasswordError

    try:
        yield
    except PasswordError as failure:
        raise refuse("tabel.terkunci", file=filename) from failure
    except CalamineError as failure:
        if "assword" in str(failure):
            raise refuse("tabel.terkunci", file=filename) from failure
        raise refuse("tabel.rusak", file=filename, reason=str(failure)[:200]) from failure
    except (OSError, ValueError, OverflowError, TypeError) as failure:
        raise refuse("tabel.rusak", file=filename, reason=str(failure)[:200]) from failure
    except BaseException as failure:
        if type(failure).__name__ != "PanicException":
            raise
        raise refuse("tabel.rusak", file=filename, reason="susunan isinya tidak dikenal") from failure


def number_text(value: float) -> str:
    """A number cell as text: whole numbers without a point, others in the shortest form that reads back."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e21):
        return str(int(value))
    return repr(value)


def cell_text(value: object) -> str:
    """The text of a cell, marked when the workbook held a number. Dates are ISO, midnight dropped."""
    if isinstance(value, str):
        return value.lstrip(NUMBER_MARK).replace("\x00", "").translate(_SURROGATES)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return NUMBER_MARK + number_text(value) if math.isfinite(value) else ""
    return _time_text(value)


def _time_text(value: object) -> str:
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time.min
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, dt.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


class WorkbookSource:
    """One sheet of a workbook, chosen or the first visible one that holds something."""

    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None

    def __init__(self, path: Path, filename: str, kind: str, choice: ReadChoice, work: Path) -> None:
        import python_calamine

        self._path, self._filename, self._work = path, filename, work
        self.format = kind
        self.findings: list[Finding] = []
        if kind in ("xlsx", "ods"):
            archive.guard(path, filename, kind)
        self.epoch_1904 = archive.uses_1904(path, kind)
        with readable(filename):
            self._book: Any = python_calamine.CalamineWorkbook.from_path(str(path))
            self.sheets = tuple(self._infos())
        self.sheet = self._choose(choice.sheet)
        with readable(filename):
            self._data: Any = self._book.get_sheet_by_name(self.sheet)
            self._merges = self._vertical_merges()
        self._head = [
            (number, [text.lstrip(NUMBER_MARK) for text in cells]) for number, cells in self._rows(limit=HEAD_ROWS)
        ]
        if self.epoch_1904:
            self.findings.append(make("tabel.epoch_1904"))
        self.findings += [
            make("tabel.lembar_tersembunyi", place=(info.name, None, None), name=info.name)
            for info in self.sheets
            if info.hidden
        ]
        if not any(any(cell.strip() for cell in cells) for _, cells in self._head):
            raise refuse("tabel.lembar_kosong", name=self.sheet)

    def _infos(self) -> Iterator[SheetInfo]:
        from python_calamine import SheetTypeEnum, SheetVisibleEnum

        for meta in self._book.sheets_metadata:
            if meta.typ != SheetTypeEnum.WorkSheet:
                continue
            sheet = self._book.get_sheet_by_name(meta.name)
            rows = sheet.end[0] + 1 if sheet.end else 0
            hidden = meta.visible != SheetVisibleEnum.Visible
            yield SheetInfo(meta.name, rows, sheet.width, hidden)

    def _choose(self, name: str | None) -> str:
        names = [info.name for info in self.sheets]
        if name is not None:
            if name not in names:
                raise refuse("tabel.lembar_tidak_ada", name=name[:100], names=", ".join(names[:50]))
            return name
        for info in sorted(self.sheets, key=lambda info: info.hidden):
            if info.rows and info.columns:
                return info.name
        raise refuse("tabel.lembar_kosong", name=names[0] if names else self._filename)

    def _vertical_merges(self) -> dict[tuple[int, int], int]:
        """(row, column) of each cell that takes the value of the cell above it: merged downwards, 0-based."""
        below: dict[tuple[int, int], int] = {}
        left = self._data.start[1] if self._data.start else 0
        for (top, first), (bottom, _) in self._data.merged_cell_ranges or []:
            if len(below) > 500_000:
                break
            for row in range(top + 1, min(bottom, top + 100_000) + 1):
                below[row, first - left] = top
        return below

    def _rows(self, limit: int | None = None) -> Iterator[tuple[int, list[str]]]:
        """Numbered rows of the sheet, merged cells filled downwards."""
        above: dict[int, str] = {}
        merges = self._merges
        with readable(self._filename):
            for index, cells in enumerate(self._data.iter_rows()):
                if limit is not None and index >= limit:
                    return
                texts = [cell_text(value) for value in cells]
                if merges:
                    for position in range(len(texts)):
                        if (index, position) in merges:
                            texts[position] = texts[position] or above.get(position, "")
                        else:
                            above[position] = texts[position]
                yield index + 1, texts

    def head(self) -> list[Row]:
        """The first rows, numbered from 1."""
        return self._head

    def load(self, con: Connection, first_row: int, width: int) -> Loaded:
        """Fills ``raw`` (see `Loaded`)."""
        issues = Issues()
        numbers: set[int] = set()
        long_numbers: dict[int, None] = {}
        target = self._work / "normal.csv"

        def watched() -> Iterator[tuple[int, Sequence[str]]]:
            for number, cells in self._rows():
                if number < first_row:
                    continue
                for position, text in enumerate(cells):
                    if text[:1] == NUMBER_MARK:
                        numbers.add(position)
                        if len(text) > 16 and text[1:].lstrip("-").isdigit():
                            long_numbers[position] = None
                    elif "\ufffd" in text:
                        issues.add("tabel.karakter_rusak", number)
                yield number, cells

        found, longest = write_normal(target, watched())
        loaded_width = max(found, width, 1)
        load_normal(con, target, loaded_width, longest)
        target.unlink()
        merged = sum(1 for row, _ in self._merges if row + 1 >= first_row)
        loaded = Loaded(loaded_width, issues, frozenset(numbers), merged)
        loaded.findings += self._formula_findings(issues)
        loaded.long_numbers = frozenset(long_numbers)
        return loaded

    def _formula_findings(self, issues: Issues) -> list[Finding]:
        if self.format != "xlsx":
            return []
        facts = archive.sheet_facts(self._path, self._filename, self.sheet)
        for row, cell in facts.errors:
            issues.add("tabel.sel_galat", row, value=cell)
        found = [make("tabel.rumus", count=facts.formulas)] if facts.formulas else []
        for index, cell in enumerate(facts.unvalued):
            times = facts.unvalued_count if index == 0 else 1
            place = (self.sheet, int("".join(filter(str.isdigit, cell)) or 0) or None, None)
            found.append(make("tabel.rumus_tanpa_nilai", place=place, times=times, cell=cell))
        return found
