"""Where the table stands in a sheet: titles above, header rows, column numbers, totals and notes below."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

Row = tuple[int, list[str]]

JOINER = " – "
MAX_HEADER_ROWS = 4
_NUMBER = re.compile(r"[+-]?(?:rp\.?\s*)?[\d.,  ]*\d[\d.,]*\s*%?", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d{2}(?:\s*[-/]\s*(?:19|20)?\d{2})?\**")
_COLUMN_NUMBER = re.compile(r"\(?\s*(\d{1,3}|[a-z])\s*\)?", re.IGNORECASE)
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*")
_NOTE = re.compile(
    r"\s*(\*+|\d\)|sumber|source|catatan|keterangan|ket\b|note|n\.?b\.?\b|data\s+(diolah|sementara)|diolah|dicetak|"
    r"mengetahui|tanda\s+baca|angka\s+(sementara|tetap))",
    re.IGNORECASE,
)
#: Whole cells only: "Jumlah Sekolah" is an indicator, "Jumlah" alone is a total.
TOTAL = (
    r"\s*(jumlah|jml\.?|total|grand\s*total|sub\s*-?\s*total|rata\s*-?\s*rata|rerata)"
    r"(\s*/\s*(jumlah|total|average))?"
    r"(\s+(total|keseluruhan|semua|seluruhnya|(kabupaten|kab\.|kota|provinsi|kecamatan)\s.{1,60}))?\s*[:.]?\s*"
)
#: First letters of what `TOTAL` takes, white space aside.
TOTAL_INITIALS = "gjrst"
_TOTAL = re.compile(TOTAL, re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Header:
    """The header: its row numbers, the labels, the first data row, titles above it, and why."""

    rows: tuple[int, ...]
    labels: tuple[str, ...]
    first_row: int
    title: tuple[str, ...]
    number_row: int | None
    why: str


def is_value(text: str) -> bool:
    """Whether a cell looks like a value rather than a heading: a number or a date, but not a lone year."""
    text = text.strip()
    if not text or _YEAR.fullmatch(text):
        return False
    return bool(_NUMBER.fullmatch(text) or _DATE.fullmatch(text))


def filled(cells: Sequence[str]) -> list[int]:
    """Positions of the cells that hold something."""
    return [i for i, cell in enumerate(cells) if cell.strip()]


def table_width(rows: Sequence[Row]) -> int:
    """Columns of the table: the last column used by any row that has at least two cells (else 1)."""
    widths = [used[-1] + 1 for _, cells in rows if len(used := filled(cells)) >= 2]
    if widths:
        return max(widths)
    return max((used[-1] + 1 for _, cells in rows if (used := filled(cells))), default=0)


def guess_header(rows: Sequence[Row]) -> Header:
    """The header of a sheet from its first rows (1-based row number, raw cells).

    The header is the first row that fills at least half of the width with texts that are not values; rows
    above are titles. Rows below belong to it while they fill its gaps (two-row headers of merged cells).
    """
    width = table_width(rows)
    start = _header_start(rows, width)
    if start is None:
        first = next((number for number, cells in rows if filled(cells)), 1)
        return Header((), (), first, (), None, "Tidak ada baris yang tampak seperti kepala kolom.")
    span = _header_span(rows, start, width)
    numbers = tuple(rows[i][0] for i in span)
    labels = join_labels([rows[i][1] for i in span], width)
    after = span[-1] + 1
    number_row = None
    if after < len(rows) and is_number_row(rows[after][1], width, rows[after + 1 : after + 4]):
        number_row = rows[after][0]
    title = tuple(" ".join(c.strip() for c in cells if c.strip()) for _, cells in rows[:start] if filled(cells))
    first = (number_row or numbers[-1]) + 1
    return Header(numbers, labels, first, title, number_row, _why(numbers, title, number_row))


def _why(numbers: tuple[int, ...], title: tuple[str, ...], number_row: int | None) -> str:
    where = f"Baris {numbers[0]}" if len(numbers) == 1 else f"Baris {numbers[0]}–{numbers[-1]}"
    parts = [f"{where} berisi nama kolom: baris pertama yang mengisi lebar tabel dengan teks."]
    if len(numbers) > 1:
        parts.append("Kepala bertingkat digabung dengan tanda “–”.")
    if title:
        parts.append(f"{len(title)} baris di atasnya adalah judul.")
    if number_row:
        parts.append(f"Baris {number_row} hanya nomor kolom, dilewati.")
    return " ".join(parts)


def _header_start(rows: Sequence[Row], width: int) -> int | None:
    need = max(1, min(2, width), (width + 1) // 2)
    for index, (_, cells) in enumerate(rows):
        used = filled(cells)
        if not used:
            continue
        values = sum(1 for i in used if is_value(cells[i]))
        years = sum(1 for i in used if _YEAR.fullmatch(cells[i].strip()))
        if len(used) >= need:
            return index if values * 2 < len(used) and (years < len(used) or years > 2) else None
        if values and len(used) > 1:
            return None
        if len(used) > 1 and _opens_stair(rows, index, width):
            return index
    return None


def _opens_stair(rows: Sequence[Row], index: int, width: int) -> bool:
    """A short first header row (few merged cells) whose gaps the next row fills with headings."""
    if index + 1 >= len(rows):
        return False
    top, below = filled(rows[index][1]), filled(rows[index + 1][1])
    if any(is_value(rows[index + 1][1][i]) for i in below):
        return False
    return len(set(top) | set(below)) * 10 >= width * 9 and len(below) >= 2


def _header_span(rows: Sequence[Row], start: int, width: int) -> list[int]:
    span = [start]
    while len(span) < MAX_HEADER_ROWS and span[-1] + 1 < len(rows):
        above = rows[span[-1]][1]
        cells = rows[span[-1] + 1][1]
        used = filled(cells)
        if not used or any(is_value(cells[i]) for i in used):
            break
        gaps = [i for i in range(width) if i >= len(above) or not above[i].strip()]
        repeats = [i for i in used if 0 < i < len(above) and above[i].strip() == above[i - 1].strip() != ""]
        inside = [i for i in used if i in gaps]
        headed = {i for row in span for i in filled(rows[row][1][:width])}
        empty_below = headed - set(used)
        staircase = (inside or repeats) and (empty_below or _spanned(above, cells, width))
        if not staircase:
            break
        span.append(span[-1] + 1)
    return span


def _spanned(above: Sequence[str], cells: Sequence[str], width: int) -> bool:
    """Merged cells given by the workbook: a heading above equals the one below (vertical merge)."""
    both = [i for i in range(min(width, len(above), len(cells))) if above[i].strip()]
    return any(above[i].strip() == cells[i].strip() for i in both)


def is_number_row(cells: Sequence[str], width: int, below: Sequence[Row] = ()) -> bool:
    """The row (1) (2) (3) … under the header of BPS tables.

    Without brackets it is one only if a row `below` holds text where it holds numbers; else it may be data.
    """
    used = filled(cells)
    if len(used) < 2 or len(used) * 4 < width * 3:
        return False
    numbers = []
    for i in used:
        match = _COLUMN_NUMBER.fullmatch(cells[i].strip())
        if match is None or not match[1].isdigit():
            return False
        numbers.append(int(match[1]))
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))) or numbers[0] not in (0, 1):
        return False
    if all("(" in cells[i] for i in used):
        return True
    texts = [row[i] for _, row in below for i in used if i < len(row) and row[i].strip()]
    return any(not is_value(text) for text in texts)


def join_labels(header: Sequence[Sequence[str]], width: int) -> tuple[str, ...]:
    """Labels of a header of one or more rows; an empty cell of an upper row takes its left neighbour's text.

    It does so only where a lower row has text, so that truly nameless columns stay nameless.
    """
    levels: list[list[str]] = []
    for depth, raw in enumerate(header):
        cells = [c.strip() for c in raw[:width]] + [""] * (width - len(raw[:width]))
        if depth < len(header) - 1:
            below = header[depth + 1 :]
            for i in range(1, width):
                if not cells[i] and any(i < len(row) and row[i].strip() for row in below):
                    cells[i] = cells[i - 1]
        levels.append(cells)
    labels = []
    for i in range(width):
        parts: list[str] = []
        for level in levels:
            text = re.sub(r"\s+", " ", level[i])
            if text and (not parts or parts[-1] != text):
                parts.append(text)
        labels.append(JOINER.join(parts))
    return tuple(labels)


def role_of(cells: Sequence[str], width: int) -> str:
    """``kosong``, ``catatan``, ``jumlah`` or ``data``: what a row is by itself, wherever it stands."""
    used = filled(cells)
    if not used:
        return "kosong"
    first = cells[used[0]]
    if width >= 2 and len(used) <= max(1, width // 4) and _NOTE.match(first):
        return "catatan"
    if len(used) == 1 and width >= 3 and not is_value(first) and (used[0] > 0 or len(first) > 60):
        return "catatan"
    if width >= 2 and any(_TOTAL.fullmatch(cells[i]) for i in used if i < 2 and not is_value(cells[i])):
        return "jumlah"
    return "data"


def footer_roles(tail: Sequence[Row], width: int) -> dict[int, str]:
    """Roles of the rows below the data, found from the end upwards: blanks and notes, then at most 3 totals."""
    roles: dict[int, str] = {}
    totals = 0
    for number, cells in reversed(tail):
        role = role_of(cells, width)
        only_text = len(filled(cells)) == 1 and width >= 3 and not is_value(cells[filled(cells)[0]])
        if role == "data" and only_text and not totals:
            role = "catatan"
        if role == "data" or (role == "jumlah" and totals >= 3) or (role == "catatan" and totals):
            break
        totals += role == "jumlah"
        roles[number] = role
    return roles
