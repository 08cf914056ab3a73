"""The chart that answers first: bars by place of the newest year, or a line over the years; and a map by code."""

from __future__ import annotations

import re
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
_YEAR = re.compile(r"(\d{4})(?!\d)")


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
    found = {year_of(row[shape.year.name]) for row in rows}
    return sorted(year for year in found if year is not None)


def year_of(value: Any) -> int | None:
    """The year that a cell stands for: a figure, or a text that begins with four digits ("2023/2024" is 2023)."""
    if isinstance(value, str):
        match = _YEAR.match(value.strip())
        return int(match[1]) if match else None
    figure = number(value)
    return int(figure) if figure is not None else None


def by_place(rows: Rows, shape: Shape, measure: ColumnEntry, year: int | None) -> dict[str, float]:
    """The measure by place (or first category), of one year when there are years."""
    key = shape.place or (shape.categories[0] if shape.categories else shape.code)
    return _by(rows, shape, measure, year, key.name) if key else {}


def by_code(rows: Rows, shape: Shape, measure: ColumnEntry, year: int | None) -> dict[str, float]:
    """The measure by region code."""
    return _by(rows, shape, measure, year, shape.code.name) if shape.code else {}


def _by(rows: Rows, shape: Shape, measure: ColumnEntry, year: int | None, key: str) -> dict[str, float]:
    """Figures added up by the value of a column.

    Empty when a value would need several figures of a measure that may not be added: a sum of shares is no figure.
    """
    found: dict[str, float] = {}
    may_add = additive(measure)
    for row in rows:
        if year is not None and shape.year is not None and year_of(row[shape.year.name]) != year:
            continue
        value, name = number(row[measure.name]), row[key]
        if value is None or not name:
            continue
        if not may_add and str(name) in found:
            return {}
        found[str(name)] = found.get(str(name), 0.0) + value
    return found


#: Words of measures that may not be added up. Whole words: "pratama" holds "rata", "operasional" holds "rasio".
_NOT_ADDITIVE = re.compile(
    r"\b(persen|persentase|rasio|indeks|ipm|rata|rerata|laju|kepadatan|per|produktivitas|prevalensi|harga|suhu)\b"
)


def additive(measure: ColumnEntry) -> bool:
    """Whether figures of this measure may be added up: shares, rates and indices may not."""
    text = f"{measure.name} {measure.label} {measure.measure} {measure.unit}".lower().replace("_", " ")
    return not any(sign in measure.unit for sign in "%‰/°") and not _NOT_ADDITIVE.search(text)


def place_chart(rows: Rows, shape: Shape, measure: ColumnEntry, year: int | None, lang: str = "id") -> Chart | None:
    """Bars by place, largest first; None when there are no places, far too many, or years that cannot be read."""
    if shape.year is not None and year is None:
        return None
    values = sorted(by_place(rows, shape, measure, year).items(), key=lambda pair: (-pair[1], pair[0]))
    if not 2 <= len(values) <= MAX_BARS:
        return None
    title = measure.label or measure.name
    sub = _("tahun %(year)s", year=year) if year else ""
    svg = bars(values, title=f"{title} {sub}".strip(), unit=measure.unit, lang=lang)
    return Chart(svg, title, sub, measure.unit, tuple(values))


def year_chart(rows: Rows, shape: Shape, measure: ColumnEntry, lang: str = "id") -> Chart | None:
    """The sum over all places by year; None for fewer than three years or a measure that may not be added."""
    if shape.year is None or len(years_of(rows, shape)) < MIN_YEARS or not additive(measure):
        return None
    sums: dict[int, float] = {}
    for row in rows:
        value, year = number(row[measure.name]), year_of(row[shape.year.name])
        if value is not None and year is not None:
            sums[year] = sums.get(year, 0.0) + value
    totals = sorted(sums.items())
    title = measure.label or measure.name
    points: list[tuple[float, float | None]] = [(float(year), value) for year, value in totals]
    svg = lines([Series(title, points)], title=title, unit=measure.unit, lang=lang)
    return Chart(svg, title, _("semua wilayah, menurut tahun"), measure.unit, tuple((str(y), v) for y, v in totals))


def region_map(
    rows: Rows, shape: Shape, measure: ColumnEntry, year: int | None, parts: Sequence[Outline], lang: str = "id"
) -> Choropleth | None:
    """The measure on the regency's map; None unless at least half of the regions have a figure."""
    if shape.year is not None and year is None:
        return None
    values = by_code(rows, shape, measure, year)
    present = {part.code: values.get(part.code) for part in parts}
    if not parts or sum(value is not None for value in present.values()) * 2 < len(parts):
        return None
    title = f"{measure.label or measure.name} {year or ''}".strip()
    return choropleth(parts, present, title=title, unit=measure.unit, lang=lang)
