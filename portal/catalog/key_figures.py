"""Key figures of a place with their trend, read from published tables; source and year are always said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from config import regions, vocabularies
from config.vocabularies import Indicator
from portal.catalog import figure_tables
from portal.catalog.figure_tables import FigureTable
from portal.contract.metadata import ColumnEntry
from portal.contract.protocols import ResourceView, RowFilter, RowQuery, Rows
from portal.kernel.decisions import require
from portal.kernel.identity import Identity
from portal.kernel.permissions import Permission

#: At most so many tables are read for one place, whatever the list of indicators grows to.
MAX_TABLES = 3
#: {region code: {year, or 0 where the table has none: figure}}
Values = dict[str, dict[int, float]]


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One figure of one place.

    `series` are (year, value), oldest first, empty for a table without years; `period` is the year of `value` as text.
    `whole` is the sum over the place's peers where they add up, `rank` counts from the largest of `peers`. `tables`
    are the published tables it was read from, two where it was `derived` from two other figures.
    """

    indicator: Indicator
    value: float
    unit: str
    period: str
    series: tuple[tuple[int, float], ...] = ()
    whole: float | None = None
    rank: int | None = None
    peers: int = 0
    tables: tuple[ResourceView, ...] = ()
    derived: bool = False
    summed: bool = False


class KeyFigures:
    """Figures of places: one statement finds the tables, one reads each table chosen (at most three)."""

    def __init__(self, session: Session, rows: Rows) -> None:
        self._session = session
        self._rows = rows

    def of(self, identity: Identity, place: regions.Region) -> tuple[KeyFigure, ...]:
        """The figures that published tables have of a place, in the order of the list of indicators."""
        require(identity, Permission.PUBLISHED_READ)
        indicators = vocabularies.indicators()
        tables = figure_tables.find(self._session, place, indicators.values())
        chosen: dict[str, FigureTable] = {}
        for code, indicator in indicators.items():
            table = figure_tables.best(tables, indicator, place.level)
            used = {item.resource.id for item in chosen.values()}
            if table is not None and (table.resource.id in used or len(used) < MAX_TABLES):
                chosen[code] = table
        found: dict[str, KeyFigure] = {}
        for table in {item.resource.id: item for item in chosen.values()}.values():
            wanted = [indicators[code] for code, item in chosen.items() if item.resource.id == table.resource.id]
            found.update(self._read(table, wanted, place))
        for code, indicator in indicators.items():
            if code not in found and all(part in found for part in indicator.per) and indicator.per:
                found.update(_divided(indicator, found))
        return tuple(found[code] for code in indicators if code in found)

    def _read(self, table: FigureTable, wanted: Sequence[Indicator], place: regions.Region) -> dict[str, KeyFigure]:
        """The wanted figures of one table, in one statement."""
        summed = table.level != place.level
        peers = regions.children(place.code if summed else place.parent)
        codes = {place.code, *(peer.code for peer in peers)}
        measures = {indicator.code: column for indicator in wanted if (column := table.column_of(indicator))}
        keys = [table.code.name, *([table.year.name] if table.year else [])]
        query = RowQuery(
            # codes are written with dots and without
            filters=(RowFilter(table.code.name, "in", tuple(sorted({*codes, *(c.replace(".", "") for c in codes)}))),),
            columns=tuple(dict.fromkeys([*keys, *(column.name for column in measures.values())])),
            limit=figure_tables.MAX_ROWS,
            include_total=False,
        )
        page = self._rows.page(table.resource, query)
        lines = [dict(zip((item.name for item in page.columns), row, strict=True)) for row in page.rows]
        found = {}
        for indicator in wanted:
            values = _values(lines, table, measures[indicator.code])
            figure = _figure(indicator, measures[indicator.code], values, table, place, summed)
            if figure is not None:
                found[indicator.code] = figure
        return found


def _values(lines: Sequence[Mapping[str, Any]], table: FigureTable, measure: ColumnEntry) -> Values:
    """Figures by region and year; empty when a region has two rows of one year: which one is the figure?"""
    found: Values = {}
    for line in lines:
        code, value = regions.normalize(str(line[table.code.name] or "")), line[measure.name]
        year = line[table.year.name] if table.year else 0
        if code is None or not isinstance(value, int | float | Decimal) or not str(year or 0)[:4].isdecimal():
            continue
        by_year = found.setdefault(code, {})
        if int(str(year or 0)[:4]) in by_year:
            return {}
        by_year[int(str(year or 0)[:4])] = float(value)
    return found


def _figure(
    indicator: Indicator,
    measure: ColumnEntry,
    values: Values,
    table: FigureTable,
    place: regions.Region,
    summed: bool,
) -> KeyFigure | None:
    peers = [peer.code for peer in regions.children(place.code if summed else place.parent)]
    whole = _sums(values, peers) if indicator.additive else {}
    own = whole if summed else values.get(place.code, {})
    if not own:
        return None
    last = max(own)
    series = tuple(sorted(own.items())) if table.year else ()
    level = [] if summed else [values.get(code, {}).get(last) for code in peers]
    known = [value for value in level if value is not None]
    complete = len(known) == len(peers) > 1
    return KeyFigure(
        indicator=indicator,
        value=own[last],
        unit=measure.unit,
        period=str(last) if last else table.period_end[:4],
        series=series,
        whole=whole.get(last) if not summed else None,
        rank=1 + sum(value > own[last] for value in known) if complete else None,
        peers=len(peers),
        tables=(table.resource,),
        summed=summed,
    )


def _sums(values: Values, codes: Sequence[str]) -> dict[int, float]:
    """The sum over all regions, for the years that every one of them has."""
    if not codes:
        return {}
    years = set.intersection(*(set(values.get(code, {})) for code in codes))
    return {year: sum(values[code][year] for code in codes) for year in sorted(years)}


def _divided(indicator: Indicator, found: Mapping[str, KeyFigure]) -> dict[str, KeyFigure]:
    top, below = (found[code] for code in indicator.per)
    if below.value <= 0 or below.unit != "km2":
        return {}
    series = tuple((year, value / below.value) for year, value in top.series)
    figure = KeyFigure(
        indicator=indicator,
        value=top.value / below.value,
        unit=next(iter(sorted(indicator.units))),
        period=top.period,
        series=series,
        tables=tuple({item.id: item for item in (*top.tables, *below.tables)}.values()),
        derived=True,
    )
    return {indicator.code: figure}
