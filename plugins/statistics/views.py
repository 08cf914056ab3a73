"""Routes of the statistics plugin: the paged table and the chart page."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request

from plugins.statistics.charting import additive
from plugins.statistics.download import view_csv
from plugins.statistics.kind import chart_address, chart_context, table_address, table_columns
from plugins.statistics.query import PAGE_SIZE, TableForm
from plugins.statistics.shape import shape_of
from portal.contract.pages import PUBLIC_DATA, render, service, streamed, with_lang
from portal.contract.protocols import Datasets, ResourceView, Rows
from portal.kernel.errors import NotFound
from portal.kernel.texts import gettext as _


def make_blueprint() -> Blueprint:
    """The blueprint of the public side."""
    blueprint = Blueprint("statistics", __name__, template_folder=str(Path(__file__).with_name("templates")))
    blueprint.add_url_rule("/tabel/<resource_id>", view_func=table)
    blueprint.add_url_rule("/tabel/<resource_id>/tampilan.csv", view_func=table_csv)
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


def table_csv(resource_id: str) -> Response:
    """Every row of a view as CSV: its filters, order and columns, with the rules of the whole table's CSV."""
    resource = _table(resource_id)
    form = TableForm.parse(request.args, resource)
    said = f"{resource.id} {resource.version} {resource.table} {form.whole_query()}"
    answer = streamed(
        lambda scope: view_csv(scope.service(Rows), resource, form),  # type: ignore[type-abstract]
        content_type="text/csv; charset=utf-8",
        filename=f"{resource.dataset_name}-tampilan.csv",
        etag=hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:40],
    )
    answer.headers["Cache-Control"] = PUBLIC_DATA
    return answer


def _table_context(resource: ResourceView, form: TableForm) -> dict[str, Any]:
    rows = service(Rows)  # type: ignore[type-abstract]
    page = rows.page(resource, form.row_query())
    names = [column.name for column in page.columns]
    path = table_address(resource)

    def href(view: TableForm) -> str:
        return with_lang(path + view.query())

    labels = {item.name: item.label or item.name for item in resource.columns}
    chips = [(words, href(form.without(*pair))) for words, pair in form.words(labels)]
    chips += [(_("Tanpa kolom %(name)s", name=labels[name]), href(form.showing(name))) for name in form.hidden]
    return {
        "resource": resource,
        "form": form,
        "columns": [column for column in table_columns(resource) if column["key"] in form.shown],
        "rows": [dict(zip(names, row, strict=True)) for row in page.rows],
        "total": page.total or 0,
        "pages": max(1, -(-(page.total or 0) // PAGE_SIZE)),
        "page_of": lambda number: href(form.on_page(number)),
        "sort_url": lambda column: href(form.sorted_by(column)),
        "chips": chips,
        "footer_row": _footer(resource, form) or None,
        "csv": _whole_csv(resource),
        "view_csv": f"{path}/tampilan.csv{form.on_page(1).query()}" if form.narrowed else None,
        "path": path,
        "href_of": href,
        "everything": with_lang(path),
    }


def _whole_csv(resource: ResourceView) -> str:
    """The file prepared at release; where there is none, the datastore's dump, with formulas disarmed."""
    prepared = (file.url for file in resource.files if file.role == "unduhan" and file.format.upper() == "CSV")
    return next(prepared, f"/datastore/dump/{resource.id}?format=csv")


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
