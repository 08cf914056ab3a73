"""Plausible figures for a sample table: shared out over the real regency, with sums that are right."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from portal.cli.demo import chance
from portal.cli.demo.geography import LAST_YEAR, Geography, Place
from portal.cli.demo.specs import ColumnSpec, TableSpec

Cell = str | int | float


@dataclass(frozen=True, slots=True)
class Lead:
    """A leading column: its label, meaning and type (`text`, `integer`, `year`)."""

    label: str
    definition: str
    type: str
    codelist: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """A table ready to be written: leading columns, measured columns, rows in order, and a row of totals."""

    leads: tuple[Lead, ...]
    columns: tuple[ColumnSpec, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """Where a row stands: its leading cells, year, month, weight in the regency, and known numbers."""

    leads: tuple[Cell, ...]
    key: str
    year: int
    month: int = 0
    place: Place | None = None
    category: int | None = None
    known: Mapping[str, float] = field(default_factory=dict)


_WILAYAH = "Kode wilayah Kemendagri"
_YEAR = Lead("Tahun", "Tahun keadaan data.", "year")
_MONTH = Lead("Bulan", "Bulan keadaan data, 1 sampai 12.", "integer")
_LEADS: dict[str, tuple[Lead, ...]] = {
    "kecamatan": (
        Lead("Kode kecamatan", "Kode wilayah kecamatan.", "text", _WILAYAH),
        Lead("Kecamatan", "Nama kecamatan.", "text"),
        _YEAR,
    ),
    "desa": (
        Lead("Kode desa", "Kode wilayah desa atau kelurahan.", "text", _WILAYAH),
        Lead("Desa atau kelurahan", "Nama desa atau kelurahan.", "text"),
        Lead("Kecamatan", "Nama kecamatan.", "text"),
        _YEAR,
    ),
    "kabupaten": (
        Lead("Kode kabupaten", "Kode wilayah kabupaten.", "text", _WILAYAH),
        Lead("Kabupaten", "Nama kabupaten.", "text"),
        _YEAR,
    ),
    "bulan": (_YEAR, _MONTH),
}


def leads(spec: TableSpec) -> tuple[Lead, ...]:
    """The leading columns of a table."""
    if not spec.categories:
        return _LEADS[spec.rows]
    category = Lead(spec.category, f"{spec.category} yang dirinci.", "text")
    return (_YEAR, _MONTH, category) if spec.rows == "bulan-kategori" else (category, _YEAR)


def make(spec: TableSpec, geography: Geography, seed: int) -> Figures:
    """The figures of one table; the same for the same seed."""
    rows = [(row, _measure(spec, row, geography, seed)) for row in _rows(spec, geography)]
    cells = tuple((*row.leads, *_shown(spec.columns, values)) for row, values in rows)
    return Figures(leads(spec), spec.columns, cells, _totals(spec.columns, [values for _, values in rows]))


def _rows(spec: TableSpec, geography: Geography) -> Iterator[_Row]:
    years = range(spec.years[0], spec.years[1] + 1)
    if spec.rows in {"kecamatan", "desa"}:
        for year in years:
            yield from _place_rows(spec.rows, year, geography)
        return
    months = range(1, 13) if spec.rows.startswith("bulan") else range(1)
    for year, month in ((year, month) for year in years for month in months):
        when = (year, month) if month else (year,)
        if spec.rows == "kabupaten":
            yield _Row((geography.code, geography.name, year), geography.code, year)
        elif spec.rows == "bulan":
            yield _Row(when, geography.code, year, month)
        else:
            for index, name in enumerate(spec.categories):
                leads_ = (*when, name) if month else (name, year)
                yield _Row(leads_, name, year, month, category=index)


def _place_rows(level: str, year: int, geography: Geography) -> Iterator[_Row]:
    names = {place.code: place.name for place in geography.kecamatan}
    for place in geography.kecamatan if level == "kecamatan" else geography.desa:
        middle = (names[place.parent],) if level == "desa" else ()
        known = {
            "penduduk": float(place.people(year)),
            "luas_km2": place.area,
            "jumlah_desa": float(place.villages),
        }
        yield _Row((place.code, place.name, *middle, year), place.code, year, 0, place, None, known)


def _measure(spec: TableSpec, row: _Row, geography: Geography, seed: int) -> dict[str, float]:
    values = dict(row.known)
    for column in spec.columns:
        drawn = _drawn(spec, column, row, geography, values)
        if drawn is None:
            raw = derive(column, values)
        else:
            spread = 0.015 if column.steady else column.spread
            key = (seed, spec.name, column.key, row.key)
            drift = (1 + column.trend / 100) ** (row.year - LAST_YEAR)
            raw = drawn * drift * chance.factor(spread, *key) * chance.factor(spread / 5, *key, row.year, row.month)
            if column.share_of and column.share <= 1:
                raw = min(raw, values[column.share_of])
            if column.unit == "persen" and column.formula in {"mean", "values"}:
                raw = min(raw, 99.9)
        values[column.key] = round(raw, column.digits)
    return values


def _drawn(
    spec: TableSpec, column: ColumnSpec, row: _Row, geography: Geography, values: Mapping[str, float]
) -> float | None:
    """The level before trend and chance; None for a column that follows from others."""
    wet = math.cos((row.month - 1) / 12 * 2 * math.pi) if row.month else 0.0
    level: float | None = None
    if column.rate is not None:
        part = 1.0
        if row.place is not None:
            part = geography.weight(row.place, column.basis)
        elif row.category is not None:
            part = spec.weights[row.category] if spec.weights else 1 / len(spec.categories)
        level = part * column.rate * geography.population / 1000
    elif column.share_of is not None:
        level = column.share * values[column.share_of]
    elif column.mean is not None:
        level = column.mean
    elif column.values is not None and row.category is not None:
        level = column.values[row.category]
    return None if level is None else level * (1 + column.season * wet)


def derive(column: ColumnSpec, values: Mapping[str, float]) -> float:
    """A column that follows from others: of one row, or of the totals."""
    if column.sum is not None:
        return sum(values[key] for key in column.sum)
    if column.minus is not None:
        return values[column.minus[0]] - values[column.minus[1]]
    if column.percent is not None:
        top, bottom = (values[key] for key in column.percent)
        return 100 * top / bottom if bottom else 0.0
    if column.per is not None:
        bottom = values[column.per[1]]
        return column.per[2] * values[column.per[0]] / bottom if bottom else 0.0
    if column.product is not None:
        return column.product[2] * values[column.product[0]] * values[column.product[1]]
    if column.average is not None:
        return sum(values[key] for key in column.average) / len(column.average)
    raise ValueError(f"kolom {column.key} tidak diturunkan dari kolom lain")


def _totals(columns: Sequence[ColumnSpec], rows: Sequence[Mapping[str, float]]) -> tuple[Cell, ...]:
    known = {key for key in rows[0] if key in {"penduduk", "luas_km2", "jumlah_desa"}}
    totals = {key: sum(row[key] for row in rows) for key in known}
    for column in columns:
        if column.additive:
            totals[column.key] = round(sum(row[column.key] for row in rows), column.digits)
        elif column.formula in {"mean", "values"}:
            totals[column.key] = round(sum(row[column.key] for row in rows) / len(rows), column.digits)
        else:
            totals[column.key] = round(derive(column, totals), column.digits)
    return _shown(columns, totals)


def _shown(columns: Sequence[ColumnSpec], values: Mapping[str, float]) -> tuple[Cell, ...]:
    return tuple(round(values[c.key]) if c.digits == 0 else round(values[c.key], c.digits) for c in columns)
