"""Records of a delimited text in pure Python: slower than DuckDB, but it never gives up and counts rows truly."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from geo.tables.messages import refuse

#: No cell of a table is bigger; also bounds what an unclosed quote can swallow.
MAX_CELL = 16_000_000
#: A quoted cell with more lines than this is an unclosed quote.
MAX_LINES = 20_000


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its 1-based number in the file, its cells, and what was odd about it."""

    row: int
    cells: list[str]
    odd_quote: bool = False
    nul: bool = False
    broken: bool = False


class _Lines:
    """The lines of a file for ``csv.reader``, remembering those of the record now being read."""

    def __init__(self, source: Iterator[str], quote: str) -> None:
        self._source = source
        self._quote = quote
        self.taken: list[str] = []
        self.size = 0
        self.nul = False
        self.broken = False
        self.row = 0

    def begin(self, row: int) -> None:
        """Starts record number `row`."""
        self.taken, self.size, self.row = [], 0, row
        self.nul = self.broken = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._source)
        if "\x00" in line:
            self.nul = True
            line = line.replace("\x00", "")
        if "\ufffd" in line:
            self.broken = True
        self.taken.append(line)
        self.size += len(line)
        if len(self.taken) > MAX_LINES:
            raise refuse("tabel.kutip_tidak_ditutup", row=self.row)
        if self.size > MAX_CELL:
            if len(self.taken) > 1:
                raise refuse("tabel.kutip_tidak_ditutup", row=self.row)
            raise refuse("tabel.sel_terlalu_besar", row=self.row, limit=MAX_CELL)
        return line


def read_records(path: Path, codec: str, delimiter: str, quote: str) -> Iterator[Record]:
    """Every record of the file, blank lines included (as a record without cells).

    Raises `TableError` for a quote that is never closed and for a cell beyond `MAX_CELL` characters.
    """
    csv.field_size_limit(MAX_CELL * 2)
    with path.open("r", encoding=codec, errors="replace", newline="") as stream:
        yield from parse_lines(_bounded(stream), delimiter, quote)


def _bounded(stream: Iterator[str]) -> Iterator[str]:
    """Lines of `stream`, each at most `MAX_CELL` + 1 characters long, so that no line fills the memory."""
    readline = stream.readline  # type: ignore[attr-defined]
    while line := readline(MAX_CELL + 1):
        yield line


def parse_lines(source: Iterator[str], delimiter: str, quote: str) -> Iterator[Record]:
    """Records of an iterator of lines (each with its line end)."""
    lines = _Lines(source, quote)
    reader = (
        csv.reader(lines, delimiter=delimiter, quotechar=quote, doublequote=True, strict=True)
        if quote
        else csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=True)
    )
    row = 0
    while True:
        row += 1
        lines.begin(row)
        odd = False
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as failure:
            if not lines.taken:
                return
            if "unexpected end" in str(failure):
                raise refuse("tabel.kutip_tidak_ditutup", row=row) from failure
            cells, odd = split_leniently("".join(lines.taken), delimiter, quote), True
        yield Record(row, cells, odd, lines.nul, lines.broken)


def split_leniently(text: str, delimiter: str, quote: str) -> list[str]:
    """Cells of a record whose quotes are wrong: a quote closes only before a delimiter or the end.

    ``"Desa "Maju" Jaya",5`` gives ``Desa "Maju" Jaya`` and ``5``; no character is lost but the outer quotes.
    """
    text = text.rstrip("\r\n")
    cells: list[str] = []
    position = 0
    while position <= len(text):
        if quote and text.startswith(quote, position):
            end = text.find(quote + delimiter, position + 1)
            closed = end >= 0
            if not closed and text.endswith(quote) and len(text) > position + 1:
                end, closed = len(text) - 1, True
            if closed:
                cells.append(text[position + 1 : end].replace(quote * 2, quote))
                position = end + 2
                continue
        end = text.find(delimiter, position)
        end = len(text) if end < 0 else end
        cells.append(text[position:end])
        position = end + 1
    return cells
