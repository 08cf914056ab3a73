"""Guards of zipped workbooks, run before any workbook library opens them, and what only the XML can tell."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from xml.parsers import expat

from geo.tables.messages import refuse

MAX_UNPACKED = 1_500_000_000
MAX_RATIO = 200
#: Below this size a high ratio is harmless (empty styles pack very well).
RATIO_FLOOR = 64_000_000
MAX_ENTRIES = 10_000
MAX_CELLS = 60_000_000
_PIECE = 1 << 20
_REF = re.compile(rb'<(?:\w+:)?c [^>]*?r="([A-Z]{1,3})(\d{1,7})"')
_ENTITY = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


@dataclass(slots=True)
class SheetFacts:
    """What the XML of one XLSX sheet says beyond its values: formulas, and the cells that show an error."""

    formulas: int = 0
    unvalued: list[str] = field(default_factory=list)
    unvalued_count: int = 0
    errors: list[tuple[int, str]] = field(default_factory=list)
    error_count: int = 0


def guard(path: Path, filename: str, kind: str) -> None:
    """Refuses zip bombs, damaged members, entities and sheets that would unfold beyond memory.

    Every member is unpacked once in pieces and thrown away: its CRC and its true size are checked, so that a
    directory that lies about sizes does not help. Raises `TableError`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_directory(entries, filename, path.stat().st_size)
            for entry in entries:
                _check_member(archive, entry, filename, kind)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError) as failure:
        if "password" in str(failure) or "encrypted" in str(failure):
            raise refuse("tabel.terkunci", file=filename) from failure
        raise refuse("tabel.rusak", file=filename, reason="isi arsipnya tidak utuh") from failure
    except Exception as failure:
        if type(failure).__module__ not in ("zlib", "_lzma", "lzma"):
            raise
        raise refuse("tabel.rusak", file=filename, reason="isi arsipnya tidak utuh") from failure


def _check_directory(entries: list[zipfile.ZipInfo], filename: str, packed: int) -> None:
    total = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES:
        raise refuse("tabel.bom_zip", file=filename, reason=f"{len(entries)} isi")
    if total > MAX_UNPACKED:
        raise refuse("tabel.bom_zip", file=filename, reason=f"{total // 1_000_000} MB")
    if total > RATIO_FLOOR and total > MAX_RATIO * max(packed, 1):
        raise refuse("tabel.bom_zip", file=filename, reason=f"{total // max(packed, 1)} kali lipat")
    offsets = [entry.header_offset for entry in entries]
    if len(set(offsets)) != len(offsets):
        raise refuse("tabel.bom_zip", file=filename, reason="isi yang bertumpuk")


def _check_member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, filename: str, kind: str) -> None:
    xml = entry.filename.lower().endswith((".xml", ".rels"))
    sheet = kind == "xlsx" and entry.filename.startswith("xl/worksheets/") and xml
    extent = _Extent()
    with archive.open(entry) as stream:
        tail = b""
        while piece := stream.read(_PIECE):
            joined = tail + piece
            if xml and b"<!" in joined and _ENTITY.search(joined):
                raise refuse("tabel.xml_entitas", file=filename)
            if sheet:
                extent.see(joined)
            tail = joined[-64:]
    if sheet:
        extent.check(PurePosixPath(entry.filename).stem)
    if kind == "ods" and entry.filename == "content.xml":
        _check_repeats(archive, entry, filename)


class _Extent:
    """The rectangle of cells a sheet names; calamine holds all of it in memory, empty or not."""

    def __init__(self) -> None:
        self.columns: set[bytes] = set()
        self.first = self.last = 0

    def see(self, piece: bytes) -> None:
        """Takes in the references of a piece of XML."""
        refs = _REF.findall(piece)
        if not refs:
            return
        self.columns.update(letters for letters, _ in refs)
        rows = [int(number) for _, number in (refs[0], refs[-1])]
        rows += [int(number) for _, number in refs[:: max(len(refs) // 200, 1)]]
        self.first = min(self.first or rows[0], *rows)
        self.last = max(self.last, *rows)

    def check(self, name: str) -> None:
        """Refuses more than `MAX_CELLS` cells."""
        if not self.columns:
            return
        numbers = [column_number(letters.decode()) for letters in self.columns]
        cells = (self.last - self.first + 1) * (max(numbers) - min(numbers) + 1)
        if cells > MAX_CELLS:
            corner = max(self.columns, key=lambda letters: (len(letters), letters)).decode()
            raise refuse("tabel.lembar_terlalu_luas", name=name, cell=f"{corner}{self.last}", cells=cells)


def column_number(letters: str) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _check_repeats(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, filename: str) -> None:
    """Refuses an ODS whose repeated cells with content would unfold beyond `MAX_CELLS`."""
    total = in_row = rows = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal in_row, rows
        if name == "table:table-row":
            in_row, rows = 0, _count(attributes, "table:number-rows-repeated")
        elif name == "table:table-cell" and any(key.endswith(":value-type") for key in attributes):
            in_row += _count(attributes, "table:number-columns-repeated")

    def end(name: str) -> None:
        nonlocal total
        if name == "table:table-row":
            total += in_row * rows
            if total > MAX_CELLS:
                raise refuse("tabel.lembar_terlalu_luas", name=filename, cell="-", cells=total)

    parse_member(archive, entry.filename, filename, start, end)


def _count(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "1")
    return min(int(text), 1 << 31) if text.isascii() and text.isdigit() else 1


def parse_member(archive: zipfile.ZipFile, member: str, filename: str, start: Any, end: Any, text: Any = None) -> None:
    """Streams one XML member through expat handlers; entities are refused. Raises `TableError`."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.buffer_text = True

    def entity(*_: object) -> None:
        raise refuse("tabel.xml_entitas", file=filename)

    parser.EntityDeclHandler = entity
    try:
        with archive.open(member) as stream:
            while piece := stream.read(_PIECE):
                parser.Parse(piece)
            parser.Parse(b"", True)  # noqa: FBT003 - expat takes no keyword
    except expat.ExpatError as failure:
        raise refuse("tabel.rusak", file=filename, reason="XML di dalamnya tidak utuh") from failure


def sheet_member(path: Path, filename: str, sheet: str) -> str | None:
    """The member of an XLSX that holds `sheet`, through workbook.xml and its relations."""
    ids: dict[str, str] = {}
    targets: dict[str, str] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        local = name.rsplit(":", 1)[-1]
        if local == "sheet":
            relation = next((v for k, v in attributes.items() if k.rsplit(":", 1)[-1] == "id"), "")
            ids[attributes.get("name", "")] = relation
        elif local == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        for member in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
            if member in names:
                parse_member(archive, member, filename, start, None)
    target = targets.get(ids.get(sheet, ""), "")
    member = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return member if member in names else None


def sheet_facts(path: Path, filename: str, sheet: str) -> SheetFacts:
    """Formulas without a stored value and cells in error of one XLSX sheet; nothing where neither occurs."""
    facts = SheetFacts()
    member = sheet_member(path, filename, sheet)
    if member is None:
        return facts
    with zipfile.ZipFile(path) as archive:
        if not any(b"<f" in piece or b":f" in piece or b't="e"' in piece for piece in _pieces(archive, member)):
            return facts
        reader = _Cells(facts)
        parse_member(archive, member, filename, reader.start, reader.end, reader.text)
    return facts


def _pieces(archive: zipfile.ZipFile, member: str) -> Iterator[bytes]:
    tail = b""
    with archive.open(member) as stream:
        while piece := stream.read(_PIECE):
            yield tail + piece
            tail = piece[-8:]


class _Cells:
    """Expat handlers that watch each cell of a sheet for a formula and for a value element."""

    def __init__(self, facts: SheetFacts) -> None:
        self._facts = facts
        self._cell = self._type = ""
        self._formula = self._value = self._inside = False
        self._row = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        local = name.rsplit(":", 1)[-1]
        if local == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isascii() and number.isdigit() else self._row + 1
        elif local == "c":
            self._cell, self._type = attributes.get("r", ""), attributes.get("t", "n")
            self._formula = self._value = False
        elif local == "f":
            self._formula = True
        self._inside = local in ("v", "t")

    def text(self, data: str) -> None:
        """Text of a value element; an empty ``<v></v>`` is no value."""
        self._value = self._value or (self._inside and bool(data))

    def end(self, name: str) -> None:
        """An element closes; the cell's case is decided at its end."""
        self._inside = False
        if name.rsplit(":", 1)[-1] != "c":
            return
        if self._type == "e":
            self._facts.error_count += 1
            if len(self._facts.errors) < 1000:
                self._facts.errors.append((self._row, self._cell))
        elif self._formula and not self._value:
            self._facts.unvalued_count += 1
            if len(self._facts.unvalued) < 20:
                self._facts.unvalued.append(self._cell)
        self._facts.formulas += self._formula


def uses_1904(path: Path, kind: str) -> bool:
    """Whether an XLSX counts its days from 1904 (ECMA-376 part 1, 18.2.28)."""
    if kind != "xlsx":
        return False
    with zipfile.ZipFile(path) as archive:
        head = archive.open("xl/workbook.xml").read(65_536)
    return re.search(rb'date1904\s*=\s*"(1|true)"', head) is not None
