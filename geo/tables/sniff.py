"""What a file is by its bytes, never by its name: kind, encoding, delimiter, quote."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections import Counter
from pathlib import Path

from geo.tables.messages import refuse

HEAD_BYTES = 262_144
#: Characters tried as delimiter, the likelier first; a tie goes to the earlier one.
DELIMITERS = (",", ";", "\t", "|", ":", "~", "^", "¦", "\x1f")
#: More control characters than this share of a text's first bytes: binary data.
CONTROL_SHARE = 0.005

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "gambar PNG"),
    (b"\xff\xd8\xff", "gambar JPEG"),
    (b"GIF8", "gambar GIF"),
    (b"\x1f\x8b", "berkas gzip"),
    (b"7z\xbc\xaf", "arsip 7z"),
    (b"Rar!", "arsip RAR"),
    (b"SQLite format 3\x00", "basis data SQLite atau GeoPackage"),
    (b"PAR1", "Parquet"),
    (b"{\\rtf", "dokumen RTF"),
    (b"\x7fELF", "program"),
    (b"MZ\x90", "program"),
)
_HTML = re.compile(rb"^\s*(<!doctype html|<html|<table|<head|<meta)", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml", re.IGNORECASE)
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1b\x7f]")


def kind_of(path: Path, filename: str) -> str:
    """``text``, ``xlsx``, ``xls`` or ``ods``. Raises `TableError` for anything that is not a table."""
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if not head:
        raise refuse("tabel.berkas_kosong", file=filename)
    if head.startswith(b"PK"):
        return _zip_kind(path, filename)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole_kind(path, filename)
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            raise refuse("tabel.bukan_tabel", file=filename, kind=kind)
    if _HTML.match(head):
        raise refuse("tabel.bukan_tabel", file=filename, kind="halaman HTML")
    if _XML.match(head):
        raise refuse("tabel.bukan_tabel", file=filename, kind="dokumen XML")
    if filename.lower().endswith((".json", ".geojson")):
        raise refuse("tabel.bukan_tabel", file=filename, kind="JSON")
    return "text"


def _zip_kind(path: Path, filename: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError) as failure:
        raise refuse("tabel.rusak", file=filename, reason="isi arsipnya tidak utuh") from failure
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" in names:
        return "ods"
    known = {
        "xl/workbook.bin": "buku kerja XLSB; simpan sebagai XLSX",
        "word/document.xml": "dokumen Word",
        "ppt/presentation.xml": "presentasi PowerPoint",
    }
    kind = next((text for name, text in known.items() if name in names), "arsip ZIP")
    raise refuse("tabel.bukan_tabel", file=filename, kind=kind)


def _ole_kind(path: Path, filename: str) -> str:
    """OLE compound files: old Excel, an encrypted XLSX, or something else (directory names are UTF-16)."""
    data = path.read_bytes() if path.stat().st_size < 64_000_000 else path.open("rb").read(64_000_000)
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise refuse("tabel.terkunci", file=filename)
    if "Workbook".encode("utf-16-le") in data or "Book".encode("utf-16-le") in data:
        return "xls"
    if "WordDocument".encode("utf-16-le") in data:
        raise refuse("tabel.bukan_tabel", file=filename, kind="dokumen Word")
    raise refuse("tabel.bukan_tabel", file=filename, kind="berkas OLE yang tidak dikenal")


def encoding_of(path: Path) -> tuple[str, bool]:
    """The codec to read the text with, and whether every byte of the file fits it.

    Byte order marks decide first, then the place of NUL bytes (UTF-16 without mark), then UTF-8 if it fits
    or nearly fits (a few broken characters), else Windows-1252, which office programs wrote for decades.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    for mark, codec in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return codec, fits(path, codec)
    half = max(len(head) // 2, 1)
    if head[1::2].count(0) > 0.4 * half and head[0::2].count(0) < 0.1 * half:
        return "utf-16-le", fits(path, "utf-16-le")
    if head[0::2].count(0) > 0.4 * half and head[1::2].count(0) < 0.1 * half:
        return "utf-16-be", fits(path, "utf-16-be")
    if fits(path, "utf-8"):
        return "utf-8", True
    decoded = head.decode("utf-8", errors="replace")
    broken = decoded.count("\ufffd")
    whole = sum(1 for char in decoded if char > "\x7f") - broken
    if whole > 5 * broken or broken == 0:
        return "utf-8", False
    return "cp1252", fits(path, "cp1252")


def fits(path: Path, codec: str) -> bool:
    """Whether the whole file decodes with `codec`, read in pieces. Unknown codecs do not fit."""
    try:
        decoder = codecs.getincrementaldecoder(codec)("strict")
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except (UnicodeError, LookupError):
        return False
    return True


def head_text(path: Path, codec: str) -> str:
    """The first quarter megabyte as text, cut after its last whole line, undecodable bytes replaced."""
    with path.open("rb") as stream:
        raw = stream.read(HEAD_BYTES)
        whole = not stream.read(1)
    decoder = codecs.getincrementaldecoder(codec)("replace")
    text = decoder.decode(raw, final=whole)
    if whole:
        return text
    cut = max(text.rfind("\n"), text.rfind("\r"))
    return text[: cut + 1] if cut > 0 else text


def looks_binary(text: str) -> bool:
    """Whether the text holds more control characters or NULs than any table would."""
    if not text:
        return False
    nul = text.count("\x00")
    if nul > max(1, len(text) // 200) and nul * 1000 > len(text):
        return True
    return len(_CONTROL.findall(text)) > max(3, int(len(text) * CONTROL_SHARE))


def quote_of(text: str, delimiter: str) -> str:
    """``'`` when cells are wrapped in apostrophes and in no double quote, else ``"``."""
    cell = rf"(?:^|{re.escape(delimiter)})'[^'\r\n]*'(?={re.escape(delimiter)}|\r?$)"
    if '"' not in text and len(re.findall(cell, text, re.MULTILINE)) >= 2:
        return "'"
    return '"'


def delimiter_of(text: str, filename: str) -> str:
    """The delimiter under which most records have the same number (> 1) of cells.

    A line ``sep=;`` (written by spreadsheets) decides at once. With no candidate the file has one column,
    read with the delimiter its name suggests.
    """
    first = text.lstrip("\ufeff").split("\n", 1)[0].strip()
    if re.fullmatch(r"sep=.", first, re.IGNORECASE):
        return first[-1]
    best, best_score = None, 0.0
    for candidate in DELIMITERS:
        if candidate not in text:
            continue
        score = _regularity(text, candidate)
        if score > best_score + 1e-9:
            best, best_score = candidate, score
    return best or ("\t" if filename.lower().endswith((".tsv", ".tab")) else ",")


def _regularity(text: str, delimiter: str) -> float:
    """How regular the records are: share of records with the commonest width, a little more for more cells."""
    widths: list[int] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if record:
                widths.append(len(record))
            if len(widths) >= 500:
                break
    except csv.Error:
        pass
    if not widths:
        return 0.0
    width, times = Counter(widths).most_common(1)[0]
    if width == 1:
        wide = Counter(w for w in widths if w > 1)
        if not wide:
            return 0.0
        width, times = wide.most_common(1)[0]
    return times / len(widths) + min(width, 50) / 500
