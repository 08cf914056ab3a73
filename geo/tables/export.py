"""Tables out: CSV, TSV and JSON as a stream of bytes, XLSX and Parquet as files; equal input gives equal bytes.

Rows are sequences of Python values in the order of the columns: str, int, float, Decimal, bool, date, datetime
or None. CSV and JSON say the same (domain.md T30): dates and times in ISO 8601, numbers with a decimal point in
full precision, booleans ``true``/``false``; absence is an empty cell and ``null``. The one difference is the
apostrophe that keeps spreadsheets from running text as a formula (`guarded`), which JSON does not need.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import orjson

from geo.tables.types import ColumnType, ExportColumn

Row = Sequence[object]

_FLUSH = 1 << 16
#: First characters that make a spreadsheet run a text cell (OWASP, CSV injection).
_DANGER = ("=", "+", "-", "@", "\t", "\r")


def plain(value: object) -> str:
    """A value as text: the same text in CSV and (for numbers) in JSON. NaN and infinity are absence."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else ""
    if isinstance(value, float):
        return _float(value)
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _float(value: float) -> str:
    if not math.isfinite(value):
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def guarded(text: str) -> str:
    """Text that no spreadsheet runs as a formula: an apostrophe before a dangerous first character.

    Dashes alone (the usual mark of absence) are harmless and stay as they are.
    """
    if text.startswith(_DANGER) and text.strip("-"):
        return "'" + text
    return text


def delimited(
    columns: Sequence[ExportColumn], rows: Iterable[Row], *, delimiter: str = ",", bom: bool = False
) -> Iterator[bytes]:
    """RFC 4180 text in UTF-8 (CRLF, header of column names), in pieces of about 64 KB.

    `bom` puts a byte order mark first, for spreadsheets that take UTF-8 for Windows-1252 without it. Only
    cells of text columns are guarded; numbers keep their sign.
    """
    buffer = io.StringIO(newline="")
    write = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n").writerow
    text = [column.type is ColumnType.TEXT for column in columns]
    if bom:
        buffer.write("\ufeff")
    write([guarded(column.name) for column in columns])
    for row in rows:
        write([
            guarded(plain(value)) if is_text else plain(value)
            for value, is_text in zip(row, text, strict=True)
        ])  # fmt: skip
        if buffer.tell() > _FLUSH:
            yield _drain(buffer)
    yield _drain(buffer)


def _drain(buffer: io.StringIO) -> bytes:
    data = buffer.getvalue().encode("utf-8", "replace")
    buffer.seek(0)
    buffer.truncate()
    return data


def json_records(columns: Sequence[ExportColumn], rows: Iterable[Row]) -> Iterator[bytes]:
    """A JSON array of records, one a line, in pieces of about 64 KB. Decimals keep every digit."""
    names = [column.name for column in columns]
    pieces: list[bytes] = [b"["]
    size, first = 0, True
    for row in rows:
        record = {name: _json_value(value) for name, value in zip(names, row, strict=True)}
        line = orjson.dumps(record)
        pieces.append(b"\n" + line if first else b",\n" + line)
        first = False
        size += len(line)
        if size > _FLUSH:
            yield b"".join(pieces)
            pieces, size = [], 0
    pieces.append(b"\n]\n")
    yield b"".join(pieces)


def _json_value(value: object) -> object:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float | Decimal):
        text = plain(value)
        return orjson.Fragment(text.encode()) if text else None
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return plain(value)


def write_pieces(path: Path, pieces: Iterable[bytes]) -> int:
    """Writes a stream of bytes to `path`; returns its size in bytes."""
    size = 0
    with path.open("wb") as stream:
        for piece in pieces:
            size += stream.write(piece)
    return size


def write_csv(path: Path, columns: Sequence[ExportColumn], rows: Iterable[Row], *, bom: bool = False) -> int:
    """Writes CSV (see `delimited`); returns its size in bytes."""
    return write_pieces(path, delimited(columns, rows, bom=bom))


def write_tsv(path: Path, columns: Sequence[ExportColumn], rows: Iterable[Row]) -> int:
    """Writes tab-separated text (see `delimited`); returns its size in bytes."""
    return write_pieces(path, delimited(columns, rows, delimiter="\t"))


def write_json(path: Path, columns: Sequence[ExportColumn], rows: Iterable[Row]) -> int:
    """Writes JSON records (see `json_records`); returns its size in bytes."""
    return write_pieces(path, json_records(columns, rows))
