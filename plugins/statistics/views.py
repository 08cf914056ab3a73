"""Routes of the statistics plugin: the paged table and the chart page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, request

from plugins.statistics.charting import additive
from plugins.statistics.kind import chart_address, chart_context, table_address, table_columns
from plugins.statistics.query import PAGE_SIZE, TableForm
from plugins.statistics.shape import shape_of
from portal.contract.pages import render, service, with_lang
from portal.contract.protocols import Datasets, ResourceView, Rows
from portal.kernel.errors import NotFound


def make_blueprint() -> Blueprint:
    """The blueprint of the public side."""
    blueprint = Blueprint("statistics", __name__, template_folder=str(Path(__file__).with_name("templates")))
    blueprint.add_url_rule("/tabel/<resource_id>", view_func=table)
    blueprint.add_url_rule("/grafik/<resource_id>", view_func=chart)
    return blueprint


def _table(resource_id: str) -> ResourceView:
    resource = service(Datasets).resource(resource_id)  # type: ignore[type-abstract]
    if resource.table is None:
        raise NotFound
    return resource


def table(resource_id: str) -> str:
    """The table, a page at a time: sort, filter, totals, dictionary on the headers."""
    resource = _table(resource_id)
    form = TableForm.parse(request.args, resource)
    return render("statistics/table.html", **_table_context(resource, form))


def _table_context(resource: ResourceView, form: TableForm) -> dict[str, Any]:
    rows = service(Rows)  # type: ignore[type-abstract]
    page = rows.page(resource, form.row_query())
    names = [column.name for column in page.columns]
    path = table_address(resource)
    labels = {item.name: item.label or item.name for item in resource.columns}
    return {
        "resource": resource,
        "form": form,
        "columns": table_columns(resource),
        "rows": [dict(zip(names, row, strict=True)) for row in page.rows],
        "total": page.total or 0,
        "pages": max(1, -(-(page.total or 0) // PAGE_SIZE)),
        "page_of": lambda number: with_lang(path + form.on_page(number).query()),
        "sort_url": lambda column: with_lang(path + form.sorted_by(column).query()),
        "chips": [(words, with_lang(path + form.without(*pair).query())) for words, pair in form.words(labels)],
        "footer_row": _footer(resource, form) or None,
        "csv": f"/datastore/dump/{resource.id}?format=csv",
    }


def _footer(resource: ResourceView, form: TableForm) -> dict[str, Any]:
    """Sums of the measures that may be added up, over all rows of this view."""
    sums = service(Rows).totals(resource, form.row_query())  # type: ignore[type-abstract]
    return {
        item.name: sums[item.name]["sum"]
        for item in shape_of(resource.columns).measures
        if additive(item) and item.name in sums and sums[item.name]["sum"] is not None
    }


def chart(resource_id: str) -> str:
    """The chart with its choices: measure and year, in the address."""
    resource = _table(resource_id)
    context = chart_context(resource, request.args.get("ukuran"), request.args.get("tahun", type=int))
    if context["measure"] is None:
        raise NotFound
    options = {
        "measure_options": [(item.name, item.label or item.name) for item in context["measures"]],
        "year_options": [(str(year), str(year)) for year in reversed(context["years"])],
        "path": chart_address(resource),
        "table_page": table_address(resource),
    }
    return render("statistics/chart.html", resource=resource, data=context, **options)
