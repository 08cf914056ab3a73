"""The chart that answers first: bars by place of the newest year, or a line over the years; and a map by code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from plugins.statistics.shape import Shape
from portal.contract.metadata import ColumnEntry
from portal.contract.pictures import Choropleth, Outline, Series, bars, choropleth, lines
from portal.kernel.texts import gettext as _

#: Tables longer than this are looked at as tables; a chart of them would be a guess.
MAX_ROWS = 5_000
MAX_BARS = 40
MIN_YEARS = 3
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with its words; `table` are the figures behind it as (name, value)."""

    svg: Markup
    title: str
    sub: str
    unit: str
    table: tuple[tuple[str, float | None], ...]


def number(value: Any) -> float | None:
    """A figure as a float; None for what is none."""
    return float(value) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else None


def measure_of(shape: Shape, wanted: str | None) -> ColumnEntry | None:
    """The measure asked for, else a total ("jumlah"), else the last one."""
    by_name = {item.name: item for item in shape.measures}
    if wanted in by_name:
        return by_name[str(wanted)]
    totals = [item for item in shape.measures if item.name.startswith(("jumlah", "total"))]
    return (totals or list(shape.measures) or [None])[-1]  # type: ignore[list-item]


def years_of(rows: Rows, shape: Shape) -> list[int]:
    """Years that occur, oldest first."""
    if shape.year is None:
        return []
    return sorted({int(row[shape.year.name]) for row in rows if number(row[shape.year.name]) is not None})


def by_place(rows: Rows, shape: Shape, measure: ColumnEntry, year: int | None) -> dict[str, float]:
    """Sum of the measure by place (or first category), of one year when there are years."""
    key = shape.place or (shape.categories[0] if shape.categories else shape.code)
    if key is None:
        return {}
    return _summed(rows, shape, measure, year, key.name)


def by_code(rows: Rows, shape: Shape, measure: ColumnEntry, year: int | None) -> dict[str, float]:
    """Sum of the measure by region code."""
    return _summed(rows, shape, measure, year, shape.code.name) if shape.code else {}


def _summed(rows: Rows, shape: Shape, measure: ColumnEntry, year: int | None, key: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for row in rows:
        if year is not None and shape.year is not None and number(row[shape.year.name]) != year:
            continue
        value, name = number(row[measure.name]), row[key]
        if value is not None and name:
            found[str(name)] = found.get(str(name), 0.0) + value
    return found


def additive(measure: ColumnEntry) -> bool:
    """Whether figures of this measure may be added up: shares, rates and indices may not."""
    unit, text = measure.unit.lower(), f"{measure.name} {measure.label} {measure.measure}".lower()
    words = ("persen", "rasio", "indeks", "rata", "laju", "kepadatan", "per ", "ipm", "produktivitas")
    return "%" not in unit and "/" not in unit and not any(word in text or word in unit for word in words)


def place_chart(rows: Rows, shape: Shape, measure: ColumnEntry, year: int | None) -> Chart | None:
    """Bars by place, largest first; None when there are no places or far too many."""
    values = sorted(by_place(rows, shape, measure, year).items(), key=lambda pair: (-pair[1], pair[0]))
    if not 2 <= len(values) <= MAX_BARS:
        return None
    title = measure.label or measure.name
    sub = _("tahun %(year)s", year=year) if year else ""
    svg = bars(values, title=f"{title} {sub}".strip(), unit=measure.unit)
    return Chart(svg, title, sub, measure.unit, tuple(values))


def year_chart(rows: Rows, shape: Shape, measure: ColumnEntry) -> Chart | None:
    """The sum over all places by year; None for fewer than three years or a measure that may not be added."""
    years = years_of(rows, shape)
    if len(years) < MIN_YEARS or not additive(measure):
        return None
    totals = [
        (year, sum(_summed(rows, shape, measure, year, shape.year.name).values())) for year in years if shape.year
    ]
    title = measure.label or measure.name
    points: list[tuple[float, float | None]] = [(float(year), value) for year, value in totals]
    svg = lines([Series(title, points)], title=title, unit=measure.unit)
    return Chart(svg, title, _("semua wilayah, menurut tahun"), measure.unit, tuple((str(y), v) for y, v in totals))


def region_map(
    rows: Rows, shape: Shape, measure: ColumnEntry, year: int | None, parts: Sequence[Outline]
) -> Choropleth | None:
    """The measure on the regency's map; None unless at least half of the regions have a figure."""
    values = by_code(rows, shape, measure, year)
    present = {part.code: values.get(part.code) for part in parts}
    if not parts or sum(value is not None for value in present.values()) * 2 < len(parts):
        return None
    title = f"{measure.label or measure.name} {year or ''}".strip()
    return choropleth(parts, present, title=title, unit=measure.unit)
