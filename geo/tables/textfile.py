"""Delimited text: DuckDB reads it when it is regular, pure Python when it is not; both number rows alike."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from geo.findings import Finding
from geo.tables import sniff
from geo.tables.engine import Connection, literal, read_csv
from geo.tables.layout import Row
from geo.tables.messages import make, refuse
from geo.tables.records import Record, read_records
from geo.tables.source import HEAD_ROWS, NEW_LINE, Issues, Loaded, check_width, clean, column, load_normal, write_normal
from geo.tables.types import ReadChoice, SheetInfo

_CHUNK = 4 << 20
#: Up to this width a row's padding is noted while loading; beyond it the expression would be too long.
_NOTED = 100
_UTF8 = ("utf-8", "utf-8-sig")


@dataclass(frozen=True, slots=True)
class Scan:
    """One pass over the bytes: how many records, and whether anything asks for the careful reader.

    ``rare_spaces`` tells of white space other than the plain space (tabs in cells, no-break spaces),
    ``returns`` of carriage returns, ``quotes`` of quotes.
    """

    records: int
    regular: bool
    rare_spaces: bool
    returns: bool
    quotes: bool


def scan(path: Path, delimiter: str, quote: str) -> Scan:
    """Counts the records of a UTF-8 file (line ends outside quotes) and looks for trouble.

    Irregular are NUL bytes, replacement characters, a quote left open and lone carriage returns. Blank lines
    and ragged rows need no look here: they make the quick reader fail or count otherwise than we do.
    """
    mark = quote.encode() if quote else None
    rare = [b"\xc2\xa0", b"\xe2\x80", b"\xef\xbb"] + ([] if delimiter == "\t" else [b"\t"])
    records = returns = pairs = 0
    inside = spaces = nul = replaced = quotes = False
    last = b"\n"
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            nul = nul or b"\x00" in chunk
            replaced = replaced or (b"\xef" in chunk and b"\xef\xbf\xbd" in last[-3:] + chunk)
            spaces = spaces or any(side[:1] in chunk and side in last[-3:] + chunk for side in rare)
            if alone := chunk.count(b"\r"):
                returns += alone
                pairs += chunk.count(b"\r\n")
            pairs += last[-1:] == b"\r" and chunk[:1] == b"\n"
            parts = chunk.split(mark) if mark and mark in chunk else [chunk]
            quotes = quotes or len(parts) > 1
            records += sum(part.count(b"\n") for part in parts[int(inside) :: 2])
            inside ^= (len(parts) - 1) % 2 == 1
            last = chunk
    records += last[-1:] != b"\n"
    regular = not (nul or replaced or inside) and returns == pairs
    return Scan(records, regular, spaces, returns > 0, quotes)


class TextSource:
    """A CSV, TSV or other delimited text file."""

    def __init__(self, path: Path, filename: str, choice: ReadChoice, work: Path) -> None:
        self._path, self._filename, self._work = path, filename, work
        self.findings: list[Finding] = []
        self.epoch_1904 = False
        guessed = choice.encoding is None
        if choice.encoding is None:
            self._codec, self._fits = sniff.encoding_of(path)
        else:
            self._codec = _marked(path, _known(choice.encoding))
            self._fits = sniff.fits(path, self._codec)
        text = sniff.head_text(path, self._codec)
        if sniff.looks_binary(text):
            raise refuse("tabel.biner", file=filename)
        self._delimiter = _single(choice.delimiter) or sniff.delimiter_of(text, filename)
        self._quote = choice.quote if choice.quote is not None else sniff.quote_of(text, self._delimiter)
        self.delimiter: str | None = self._delimiter
        self.quote: str | None = self._quote
        if len(self._quote) > 1 or self._quote == self._delimiter or self._quote in ("\r", "\n", "\x00"):
            raise refuse("tabel.pilihan_keliru", reason="tanda kutip harus satu karakter selain pemisah")
        self.encoding: str | None = self._codec
        self.format = "tsv" if self._delimiter == "\t" else "csv"
        if guessed and self._codec not in _UTF8:
            self.findings.append(make("tabel.penyandian_ditebak", encoding=self._codec.upper()))
        self.sheet = ""
        self._head = self._read_head()
        if not any(any(cell.strip() for cell in cells) for _, cells in self._head):
            raise refuse("tabel.lembar_kosong", name=filename)
        self.sheets: tuple[SheetInfo, ...] = ()

    def _records(self) -> Iterator[Record]:
        return read_records(self._path, self._codec, self._delimiter, self._quote)

    def _read_head(self) -> list[Row]:
        rows: list[Row] = []
        for record in islice(self._records(), HEAD_ROWS):
            check_width(_used(record.cells))
            first = record.cells[0].lower() if record.row == 1 and record.cells else ""
            directive = first.startswith("sep=") or first.startswith("\ufeffsep=")
            rows.append((record.row, [] if directive else record.cells))
        return rows

    def head(self) -> list[Row]:
        """The first rows, numbered from 1."""
        return self._head

    def load(self, con: Connection, first_row: int, width: int) -> Loaded:
        """Fills ``raw`` (see `Loaded`); the quick reader's count is checked against the bytes."""
        if self._fits and (path := self._as_utf8()) is not None:
            scanned = scan(path, self._delimiter, self._quote)
            loaded = self._load_fast(con, path, scanned, first_row, width) if scanned.regular else None
            if loaded is not None:
                return self._done(con, loaded, first_row)
        return self._done(con, self._load_slow(con, first_row), first_row)

    def _done(self, con: Connection, loaded: Loaded, first_row: int) -> Loaded:
        rows = int(con.execute("SELECT coalesce(max(_row), 0) FROM raw").fetchone()[0])
        self.sheets = (SheetInfo("", max(rows, first_row - 1), loaded.width),)
        return loaded

    def _as_utf8(self) -> Path | None:
        """The file itself, or a copy in UTF-8; None where only the careful reader will do."""
        if self._codec in _UTF8:
            return self._path
        target = self._work / "utf8.txt"
        decoder = codecs.getincrementaldecoder(self._codec)("strict")
        with self._path.open("rb") as source, target.open("wb") as copy:
            while chunk := source.read(_CHUNK):
                copy.write(decoder.decode(chunk).lstrip("\ufeff").encode("utf-8"))
        return target

    def _load_fast(self, con: Connection, path: Path, scanned: Scan, first_row: int, width: int) -> Loaded | None:
        import duckdb

        if width == 0 or len(self._delimiter.encode()) > 4:
            return None
        options = {
            "delim": literal(self._delimiter),
            "quote": literal(self._quote),
            "escape": literal(self._quote),
            "skip": str(first_row - 1),
        }
        if not scanned.returns:
            options["new_line"] = NEW_LINE
        cells = "".join(f", {clean(i, trim=scanned.rare_spaces)} AS {column(i)}" for i in range(width))
        lines = scanned.returns or scanned.quotes
        noted = not scanned.rare_spaces and width <= _NOTED
        if noted:
            cells += ", " + " OR ".join(_padded(column(i), lines=lines) for i in range(width)) + " AS _padded"
        try:
            con.execute(
                f"CREATE TABLE raw AS SELECT row_number() OVER () + {first_row - 1} AS _row{cells} FROM "  # noqa: S608
                + read_csv(path, [column(i) for i in range(width)], **options)
            )
        except duckdb.Error:  # ragged or oddly quoted: the careful reader names the rows
            con.execute("DROP TABLE IF EXISTS raw")
            return None
        count = int(con.execute("SELECT count(*) FROM raw").fetchone()[0])
        if count != max(scanned.records - (first_row - 1), 0):
            con.execute("DROP TABLE raw")
            return None
        if not scanned.rare_spaces and (not noted or _take_note(con)):
            _trim_plain(con, width, lines=lines)
        return Loaded(width, Issues())

    def _load_slow(self, con: Connection, first_row: int) -> Loaded:
        issues = Issues()
        target = self._work / "normal.csv"
        head_width = max((_used(cells) for row, cells in self._head if row < first_row), default=0)
        width, longest = write_normal(target, self._checked(first_row, head_width, issues))
        width = max(width, head_width, 1)
        load_normal(con, target, width, longest)
        target.unlink()
        return Loaded(width, issues)

    def _checked(self, first_row: int, width: int, issues: Issues) -> Iterator[tuple[int, Sequence[str]]]:
        for record in self._records():
            if record.row < first_row:
                continue
            cells = record.cells
            if width and cells and len(cells) < width:
                issues.add("tabel.baris_kurang_sel", record.row, cells=len(cells), width=width)
            elif width and len(cells) > width and _used(cells) > width:
                issues.add("tabel.baris_lebih_sel", record.row, cells=_used(cells), width=width)
            if record.odd_quote:
                issues.add("tabel.kutip_ganjil", record.row)
            if record.nul:
                issues.add("tabel.karakter_nul", record.row)
            if record.broken:
                issues.add("tabel.karakter_rusak", record.row)
            yield record.row, cells


def _padded(cell: str, *, lines: bool) -> str:
    """SQL: the cell begins or ends with a space or (`lines`) a line end.

    A comparison with "!" stands for all white space at the beginning.
    """
    ends = ["' '", "chr(10)", "chr(13)"] if lines else ["' '"]
    return f"{cell} < '!' OR " + " OR ".join(f"ends_with({cell}, {end})" for end in ends)


def _take_note(con: Connection) -> bool:
    """Whether some cell is padded, noted row by row while loading: asked of cells at hand it costs a quarter."""
    (hit,) = con.execute("SELECT coalesce(bool_or(_padded), false) FROM raw").fetchone()
    con.execute("ALTER TABLE raw DROP COLUMN _padded")
    return bool(hit)


def _trim_plain(con: Connection, width: int, *, lines: bool) -> None:
    """Trims the columns that have a padded cell."""
    names = [column(i) for i in range(width)]
    padded: set[str] = set()
    for start in range(0, width, 100):
        batch = names[start : start + 100]
        tests = ", ".join(f"bool_or({_padded(name, lines=lines)})" for name in batch)
        found = con.execute(f"SELECT {tests} FROM raw").fetchone()  # noqa: S608
        padded |= {name for name, hit in zip(batch, found, strict=True) if hit}
    if not padded:
        return
    cells = ", ".join(f"{clean(i, trim=True)} AS {name}" if name in padded else name for i, name in enumerate(names))
    con.execute(f"CREATE TABLE trimmed AS SELECT _row, {cells} FROM raw")  # noqa: S608
    con.execute("DROP TABLE raw")
    con.execute("ALTER TABLE trimmed RENAME TO raw")


def _used(cells: Sequence[str]) -> int:
    """Cells up to the last one that holds something."""
    for index in range(len(cells), 0, -1):
        if cells[index - 1].strip():
            return index
    return 0


def _marked(path: Path, codec: str) -> str:
    """UTF-16 and UTF-32 without their byte order mark are read as little-endian, as Windows writes them."""
    if codec not in ("utf-16", "utf-32"):
        return codec
    with path.open("rb") as stream:
        head = stream.read(4)
    marks = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
    size = 2 if codec == "utf-16" else 4
    return codec if head[:size] in marks else f"{codec}-le"


def _known(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        codecs.getincrementaldecoder(name)("strict").decode(b"")
        "".encode(name)
    except (LookupError, TypeError, ValueError) as failure:
        raise refuse("tabel.penyandian_tidak_cocok", encoding=encoding[:40]) from failure
    if name not in _TEXT_CODECS:
        raise refuse("tabel.penyandian_tidak_cocok", encoding=encoding[:40])
    return name


#: Encodings an officer may choose; Python's other codecs (rot13, zip, idna …) are no text encodings.
_TEXT_CODECS = frozenset(
    codecs.lookup(name).name
    for name in (
        *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1", "ascii"),
        *("cp437", "cp850", "iso8859-15", "mac-roman", "cp1250", "cp1251", "gb18030", "big5", "shift_jis"),
    )
)


def _single(delimiter: str | None) -> str | None:
    if delimiter is None:
        return None
    if len(delimiter) != 1 or delimiter in '\r\n"\x00':
        raise refuse("tabel.pilihan_keliru", reason="pemisah kolom harus satu karakter")
    return delimiter
