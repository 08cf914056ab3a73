"""dBASE attributes, read by column straight from the file: exact text, no guess, any encoding.

Layout: "dBASE III/IV file structure" as the ESRI shapefile description (July 1998) refers to it.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.errors import bad
from geo.formats.base import Column, RawField
from geo.formats.shapefile.encodings import Sample
from geo.layers.types import FieldType

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\Z", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,18}\Z", re.ASCII)
_DELETED = ord("*")
_MEMO = frozenset("MGBP")


@dataclass(frozen=True, slots=True)
class DbfField:
    """A field descriptor: `name` as bytes, since its encoding is the question."""

    name: bytes
    kind: str
    offset: int
    width: int
    decimals: int

    @property
    def type(self) -> FieldType:
        """The attribute type that the declared type stands for."""
        if self.kind in "NF":
            whole = self.kind == "N" and not self.decimals and self.width <= 18
            return FieldType.INTEGER if whole else FieldType.NUMBER
        return {"D": FieldType.DATE, "L": FieldType.BOOLEAN}.get(self.kind, FieldType.TEXT)


class Dbf:
    """A dBASE file opened by memory map. `count` is how many whole records are really there, `declared`
    how many the header promises; `ldid` its language driver id. Raises `BadInputError` for a broken header."""

    def __init__(self, path: Path) -> None:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(min(size, 65_535))
        if len(head) < 33:
            raise bad("shapefile.dbf_rusak", "Berkas .dbf rusak atau kosong.")
        layout: tuple[int, int, int] = struct.unpack_from("<IHH", head, 4)
        self.declared, self.header, self.width = layout
        self.ldid = head[29]
        self.fields = _descriptors(head[: self.header])
        if self.width < 1 or self.header < 33 or self.header > size or not self.fields:
            raise bad("shapefile.dbf_rusak", "Berkas .dbf rusak atau kosong.")
        if any(field.offset + field.width > self.width for field in self.fields):
            raise bad("shapefile.dbf_rusak", "Berkas .dbf rusak: panjang kolom melebihi panjang baris.")
        self.count = min(self.declared, (size - self.header) // self.width)
        self._rows: NDArray[np.uint8] = (
            np.memmap(path, np.uint8, "r", self.header, (self.count, self.width))
            if self.count
            else np.zeros((0, self.width), np.uint8)
        )

    def raw_fields(self, encoding: str) -> tuple[RawField, ...]:
        """Names and types of the attributes, memo fields left out."""
        return tuple(
            RawField(field.name.decode(encoding, "replace").strip() or f"kolom_{number}", field.type)
            for number, field in enumerate(self.fields, 1)
            if field.kind not in _MEMO
        )

    @property
    def memo_fields(self) -> tuple[bytes, ...]:
        """Names of the fields whose text lies in another file (.dbt), which is not read."""
        return tuple(field.name for field in self.fields if field.kind in _MEMO)

    def deleted(self, start: int, stop: int) -> NDArray[np.bool_]:
        """Which records of a range are marked as deleted."""
        return np.asarray(self._rows[start:stop, 0] == _DELETED)

    def _cells(self, field: DbfField, rows: NDArray[np.intp]) -> list[bytes]:
        block = np.ascontiguousarray(self._rows[rows, field.offset : field.offset + field.width])
        cells: list[bytes] = block.view(f"S{field.width}").ravel().tolist()
        return cells

    def samples(self, limit: int = 500, scan: int = 200_000) -> list[Sample]:
        """Distinct values with bytes beyond ASCII, from at most `scan` records."""
        found: dict[bytes, bool] = {}
        stop = min(self.count, scan)
        for field in self.fields:
            if field.kind != "C":
                continue
            block = self._rows[:stop, field.offset : field.offset + field.width]
            rows = np.flatnonzero((block >= 0x80).any(axis=1))[: limit * 4]
            for cell in self._cells(field, rows):
                found.setdefault(cell.rstrip(b" "), len(cell.rstrip(b" ")) == field.width)
            if len(found) >= limit:
                break
        for field in self.fields:
            if any(byte >= 0x80 for byte in field.name):
                found.setdefault(field.name, False)
        return [Sample(raw, full) for raw, full in list(found.items())[:limit]]

    def columns(self, rows: NDArray[np.intp], encoding: str, odd: Callable[[int, str, str], None]) -> list[Column]:
        """COPY text of the given records by column. `odd(index in rows, field, value)` is called for every
        value that doesn't fit its declared type or encoding (the value is then null or has U+FFFD in it)."""
        columns: list[Column] = []
        for field, raw in zip(
            [field for field in self.fields if field.kind not in _MEMO], self.raw_fields(encoding), strict=True
        ):
            cells = self._cells(field, rows)
            if raw.type is FieldType.TEXT:
                columns.append(_texts(cells, encoding, raw.title, odd))
            else:
                columns.append(_typed(cells, raw, odd))
        return columns


def _descriptors(head: bytes) -> tuple[DbfField, ...]:
    fields: list[DbfField] = []
    offset = 1
    for place in range(32, len(head) - 31, 32):
        block = head[place : place + 32]
        if block[0] == 0x0D:
            break
        width = block[16]
        kind = chr(block[11]).upper()
        if width == 0:
            continue
        fields.append(DbfField(block[:11].split(b"\x00")[0], kind, offset, width, block[17]))
        offset += width
    return tuple(fields)


def _texts(cells: list[bytes], encoding: str, title: str, odd: Callable[[int, str, str], None]) -> list[str | None]:
    try:
        return [cell.decode(encoding).rstrip(" \x00") or None for cell in cells]
    except UnicodeDecodeError:
        pass
    values: list[str | None] = []
    for index, cell in enumerate(cells):
        text = cell.decode(encoding, "replace").rstrip(" \x00")
        if "�" in text:
            odd(index, title, text)
        values.append(text or None)
    return values


def _typed(cells: list[bytes], field: RawField, odd: Callable[[int, str, str], None]) -> list[str | None]:
    read = _READERS[field.type]
    values: list[str | None] = []
    for index, cell in enumerate(cells):
        text = cell.decode("latin-1").strip(" \x00")
        value = read(text)
        if value is None and text and text.strip("*0?") and text != "?":
            odd(index, field.title, text)
        values.append(value)
    return values


def _number(text: str) -> str | None:
    return text if _NUMBER.match(text) else None


def _integer(text: str) -> str | None:
    whole = text.removesuffix(".")
    return whole if _INTEGER.match(whole) else None


def _date(text: str) -> str | None:
    if len(text) != 8 or not text.isdigit() or not ("01" <= text[4:6] <= "12" and "01" <= text[6:] <= "31"):
        return None
    try:
        np.datetime64(f"{text[:4]}-{text[4:6]}-{text[6:]}")
    except ValueError:
        return None
    return None if text[:4] == "0000" else f"{text[:4]}-{text[4:6]}-{text[6:]}"


def _boolean(text: str) -> str | None:
    return {"T": "true", "Y": "true", "F": "false", "N": "false"}.get(text.upper())


_READERS = {
    FieldType.INTEGER: _integer,
    FieldType.NUMBER: _number,
    FieldType.DATE: _date,
    FieldType.BOOLEAN: _boolean,
}
