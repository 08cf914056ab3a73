"""What a table is about, read from its dictionary: which columns are places, years, categories and measures."""

from __future__ import annotations

from dataclasses import dataclass

from portal.contract.metadata import ColumnEntry

YEAR_NAMES = frozenset({"tahun", "year", "thn"})
CODE_HINTS = ("kode_kecamatan", "kode_desa", "kode_kabupaten", "kode_wilayah", "kode_kemendagri", "kode")
PLACE_HINTS = ("kecamatan", "nama_kecamatan", "desa", "nama_desa", "kabupaten", "nama_wilayah", "wilayah", "nama")
NUMBERS = frozenset({"integer", "bigint", "numeric", "number", "double precision"})


@dataclass(frozen=True, slots=True)
class Shape:
    """Columns by their part. `place` holds names, `code` region codes; any of them may be missing."""

    place: ColumnEntry | None
    code: ColumnEntry | None
    year: ColumnEntry | None
    categories: tuple[ColumnEntry, ...]
    measures: tuple[ColumnEntry, ...]


def is_code(column: ColumnEntry) -> bool:
    """Whether a column holds codes: nothing to add up, whatever its type."""
    return column.name.startswith("kode") or bool(column.codelist)


def shape_of(columns: tuple[ColumnEntry, ...]) -> Shape:
    """Read the dictionary of a table."""
    shown = [item for item in columns if item.public and item.type != "geometry"]
    year = next((item for item in shown if item.name in YEAR_NAMES or item.type == "year"), None)
    code = _first(shown, CODE_HINTS)
    texts = [item for item in shown if item.type == "text" and not is_code(item)]
    place = _first(texts, PLACE_HINTS)
    measures = tuple(item for item in shown if item.type in NUMBERS and item is not year and not is_code(item))
    categories = tuple(item for item in texts if item is not place)
    return Shape(place, code, year, categories, measures)


def _first(columns: list[ColumnEntry], names: tuple[str, ...]) -> ColumnEntry | None:
    by_name = {item.name: item for item in columns}
    return next((by_name[name] for name in names if name in by_name), None)
