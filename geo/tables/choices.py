"""What an officer's choice may hold: checked once, before any of it comes near a statement or a file."""

from __future__ import annotations

from geo.tables.messages import refuse
from geo.tables.types import MAX_COLUMNS, ColumnChoice, ReadChoice

MAX_SKIPPED = 10_000
MAX_MARKS = 50
MAX_TEXT = 200
#: No sheet and no text file we read has more rows.
MAX_ROW = 2_000_000_000


def check(choice: ReadChoice) -> None:
    """Raises `TableError` for a choice that no honest form sends: endless lists, NUL characters, wild numbers."""
    if len(choice.skip_rows or ()) > MAX_SKIPPED:
        raise refuse("tabel.pilihan_keliru", reason=f"paling banyak {MAX_SKIPPED} baris dapat dilewati")
    rows = (*(choice.header_rows or ()), *(choice.skip_rows or ()), choice.first_row, choice.last_row)
    if any(row is not None and not 1 <= row <= MAX_ROW for row in rows):
        raise refuse("tabel.pilihan_keliru", reason="nomor baris di luar berkas")
    marks = choice.null_marks or ()
    if len(marks) > MAX_MARKS or any(not _printable(mark, 50) for mark in marks):
        raise refuse("tabel.pilihan_keliru", reason="tanda kosong terlalu banyak atau terlalu panjang")
    if len(choice.columns) > MAX_COLUMNS + 1:
        raise refuse("tabel.pilihan_keliru", reason="terlalu banyak kolom")
    if len({each.position for each in choice.columns}) < len(choice.columns):
        raise refuse("tabel.pilihan_keliru", reason="satu kolom dipilih dua kali")
    for each in choice.columns:
        _check_column(each)


def _check_column(choice: ColumnChoice) -> None:
    if choice.decimal not in (None, ",", "."):
        raise refuse("tabel.pilihan_keliru", reason="tanda desimal harus koma atau titik")
    if choice.date_order not in (None, "dmy", "mdy"):
        raise refuse("tabel.pilihan_keliru", reason="urutan tanggal harus dmy atau mdy")
    if choice.label is not None and not _printable(choice.label, MAX_TEXT):
        raise refuse("tabel.pilihan_keliru", reason=f"label kolom paling panjang {MAX_TEXT} karakter")


def _printable(text: str, limit: int) -> bool:
    return len(text) <= limit and "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)
