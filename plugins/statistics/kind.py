"""The kind `tabel`: how a published table is shown on a dataset page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from plugins.statistics import charting
from plugins.statistics.shape import shape_of
from portal.contract.pages import current_lang, runtime, service
from portal.contract.pictures import Outline
from portal.contract.plugin import Kind, Panel
from portal.contract.protocols import Places, ResourceView, RowQuery, Rows
from portal.kernel.texts import gettext as _

PREVIEW_ROWS = 10


def table_address(resource: ResourceView) -> str:
    """The whole table, paged."""
    return f"/tabel/{resource.id}"


def chart_address(resource: ResourceView) -> str:
    """The chart page, where measure and year are chosen."""
    return f"/grafik/{resource.id}"


def read(resource: ResourceView, limit: int) -> list[dict[str, Any]]:
    """Rows as dictionaries, in the order of the file."""
    page = service(Rows).page(resource, RowQuery(limit=limit, include_total=False))  # type: ignore[type-abstract]
    names = [column.name for column in page.columns]
    return [dict(zip(names, row, strict=True)) for row in page.rows]


def parts() -> tuple[Outline, ...]:
    """The regency's kecamatan."""
    territory = runtime().profile.territory
    if territory is None:
        return ()
    found = service(Places).parts(territory.code, "kecamatan")  # type: ignore[type-abstract]
    return tuple(Outline(code, name, geometry) for code, name, geometry in found)


def chart_context(resource: ResourceView, measure_name: str | None, year_wanted: int | None) -> dict[str, Any]:
    """Everything the chart templates show; `charts` is empty when the table gives none."""
    shape = shape_of(resource.columns)
    measure = charting.measure_of(shape, measure_name)
    if measure is None or (resource.row_count or 0) > charting.MAX_ROWS:
        return {"charts": [], "map": None, "measures": (), "years": [], "measure": None, "year": None}
    rows = read(resource, charting.MAX_ROWS)
    years = charting.years_of(rows, shape)
    year = year_wanted if year_wanted in years else (years[-1] if years else None)
    lang = current_lang()
    charts = [charting.place_chart(rows, shape, measure, year, lang), charting.year_chart(rows, shape, measure, lang)]
    return {
        "charts": [chart for chart in charts if chart],
        "map": charting.region_map(rows, shape, measure, year, parts(), lang),
        "measures": shape.measures,
        "years": years,
        "measure": measure,
        "year": year,
    }


def panels(resource: ResourceView) -> Sequence[Panel]:
    """The chart when the table gives one, then its first rows."""
    if resource.table is None:
        return ()
    found = []
    context = chart_context(resource, None, None)
    if context["charts"]:
        where = chart_address(resource)
        found.append(
            Panel("grafik", _("Grafik"), "statistics/panel_chart.html", 10, {**context, "chart_page": where}, where)
        )
    rows = read(resource, PREVIEW_ROWS)
    preview = {"rows": rows, "columns": table_columns(resource), "table_page": table_address(resource)}
    found.append(Panel("tabel", _("Tabel"), "statistics/panel_table.html", 20, preview, table_address(resource)))
    return found


def table_columns(resource: ResourceView) -> list[dict[str, Any]]:
    """Columns for the macro `data_table`: label, unit beneath, the definition on the header."""
    shape = shape_of(resource.columns)
    numeric = {item.name for item in shape.measures}
    return [
        {
            "key": item.name,
            "label": item.label or item.name,
            "numeric": item.name in numeric or item is shape.year,
            "plain": item is shape.year,
            "note": item.unit or None,
            "title": item.definition or item.concept or None,
        }
        for item in resource.columns
        if item.public and item.type != "geometry"
    ]


TABLE = Kind(name="tabel", label="Tabel", panels=panels)
