"""Public pages of the catalogue. Each view parses, asks one verb, and renders."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from flask import Blueprint, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from config import regions
from portal.catalog import dataset_page, place_page, presenters
from portal.catalog.key_figures import KeyFigures
from portal.catalog.page_reader import DatasetPage
from portal.catalog.reader import CatalogReader
from portal.catalog.release_calendar import ReleaseCalendar
from portal.catalog.schemas import SearchForm
from portal.catalog.service import CatalogService, SearchPage
from portal.catalog.usage import UsageTally
from portal.contract.loader import KindRegistry
from portal.kernel.errors import NotFound
from portal.web import maps
from portal.web.i18n import current_lang, with_lang, with_query
from portal.web.rendering import render
from portal.web.request import identity, runtime, scope, service
from search.highlight import marker

blueprint = Blueprint("catalog", __name__, template_folder=str(Path(__file__).with_name("templates")))
Page = str | Response
EXAMPLES = ("jumlah penduduk", "puskesmas", "luas panen padi", "jalan")


@blueprint.get("/")
def home() -> Page:
    """The front page: search first, then topics, the map, key figures, what is new and what is due."""
    reader = service(CatalogReader)
    due = service(ReleaseCalendar).due(identity(), scope().now().astimezone(runtime().profile.time_zone).date(), 5)
    return render(
        "catalog/home.html",
        themes=presenters.themes(reader.themes()),
        newest_items=presenters.go_items(service(CatalogService).newest(identity(), 6)),
        due=due,
        total=reader.totals(),
        examples=EXAMPLES,
        **_home_place(reader.notices("angka_situs").get("angka_kunci", [])),
    )


def _home_place(stated: list[dict[str, Any]]) -> dict[str, Any]:
    """The regency's map and figures; without a territory, the figures stated at setup."""
    territory = runtime().profile.territory
    place = regions.region(territory.code) if territory else None
    if place is None:
        return {"figures": stated, "place_map": None}
    parts = place_page.parts_of(place.code, "kecamatan")
    figures = service(KeyFigures).of(identity(), place)
    return {
        "figures": place_page.front_figures(stated, figures, place, current_lang()),
        "place_map": maps.place_map(parts, place_page.place_href, title=place.name) if parts else None,
    }


@blueprint.get("/dataset")
def search() -> Page:
    """Search: words, facets, map box, order, page; all of it in the address."""
    form = SearchForm.parse(request.args)
    found = service(CatalogService).search(identity(), form)
    return render("catalog/search.html", **_search_context(found, "/dataset"))


def _search_context(found: SearchPage, path: str) -> dict[str, Any]:
    """What the search template shows; `path` is the page the facets lead back to."""
    form, results = found.form, found.results

    href = partial(with_query, path, lang=current_lang())

    marks = marker(found.query.tree, results.suggestion) if form.q else None
    return {
        "form": form,
        "results": results,
        "cards": [presenters.card(row, marks) for row in found.rows],
        "facets": presenters.facets(form, results, href),
        "chips": presenters.chips(form, results, href),
        "sorts": presenters.sort_links(form, href),
        "hidden": [pair for pair in form.pairs() if pair[0] not in {"q", "page", "ext_bbox", "dalam"}],
        "page_of": lambda number: href(form.on_page(number).query()),
        "pages": min(found.pages, 500),
        "suggestion_href": href(SearchForm(q=results.suggestion).query()) if results.suggestion else None,
        "everything": href(""),
        "box_basemap": url_for("catalog.boundaries", code=_home_code()) if _home_code() else None,
        "box_home": regions.bbox(_home_code() or ""),
    }


def _home_code() -> str | None:
    territory = runtime().profile.territory
    return territory.code if territory and regions.has_boundaries(territory.code) else None


@blueprint.get("/dataset/saran")
def suggest() -> Response:
    """Titles for what is being typed."""
    found = service(CatalogService).suggest(identity(), request.args.get("q", ""))
    return jsonify([{"text": item.text, "url": with_lang(f"/dataset/{item.name}")} for item in found])


@blueprint.get("/dataset/<name>")
def dataset(name: str) -> Page:
    """A dataset: the answer first, then downloads, meaning, making, versions."""
    page = service(CatalogService).dataset(identity(), name)
    if page.row.name != name:
        return redirect(url_for("catalog.dataset", name=page.row.name), 302)
    service(UsageTally).note("lihat", page.row.id, page.row.version)
    return render("catalog/dataset.html", **_dataset_context(page))


@blueprint.get("/dataset/<name>/versi/<int:number>")
def version(name: str, number: int) -> Page:
    """One published version as it was."""
    page = service(CatalogService).dataset(identity(), name, number)
    return render("catalog/dataset.html", **_dataset_context(page))


def _dataset_context(page: DatasetPage, resource_id: str | None = None) -> dict[str, Any]:
    """What the dataset template shows: the chosen resource's panels and everything about the dataset."""
    row = page.row
    resources = presenters.resource_views(row)
    current = next((item for item in resources if str(item.id) == resource_id), resources[0] if resources else None)
    if resource_id is not None and (current is None or str(current.id) != resource_id):
        raise NotFound
    panels = service(KindRegistry).panels(current) if current else ()
    site_url = runtime().settings.site_url.rstrip("/")
    return {
        **dataset_page.context(row, current, page.versions, site_url, scope().now().date()),
        "resources": resources,
        "current": current,
        "panels": panels,
        "panel_tabs": [(panel.id, panel.title, f"#{panel.id}") for panel in panels],
        "downloads": [(item, presenters.downloads(item)) for item in resources],
        "similar": presenters.go_items(page.similar),
    }


@blueprint.get("/dataset/<name>/resource/<resource_id>")
def resource(name: str, resource_id: str) -> Page:
    """The dataset page with one of its resources in front."""
    page = service(CatalogService).dataset(identity(), name)
    return render("catalog/dataset.html", **_dataset_context(page, resource_id))


@blueprint.get("/organization")
def organizations() -> Page:
    """Agencies that have published."""
    return render("catalog/organizations.html", items=presenters.agencies(service(CatalogReader).organizations()))


@blueprint.get("/organization/<name>")
def organization(name: str) -> Page:
    """One agency and its datasets."""
    row = service(CatalogReader).organization(name)
    form = SearchForm.parse(request.args).with_value("organization", row.name)
    found = service(CatalogService).search(identity(), form.on_page(SearchForm.parse(request.args).page))
    return render("catalog/organization.html", row=row, **_search_context(found, "/dataset"))


@blueprint.get("/group")
def groups() -> Page:
    """Subject groups."""
    return render("catalog/groups.html", themes=presenters.themes(service(CatalogReader).themes()))


@blueprint.get("/group/<name>")
def group(name: str) -> Page:
    """One subject group and its datasets."""
    row = service(CatalogReader).theme(name)
    form = SearchForm.parse(request.args).with_value("groups", row.name)
    found = service(CatalogService).search(identity(), form.on_page(SearchForm.parse(request.args).page))
    return render("catalog/group.html", row=row, **_search_context(found, "/dataset"))


@blueprint.get("/wilayah/<code>")
def place(code: str) -> Page:
    """A place: where it is, its key figures, its parts, its neighbours, its datasets."""
    item = regions.region(code)
    if item is None or not regions.has_boundaries(item.code[:5]):
        raise NotFound
    form = SearchForm(bbox=regions.bbox(item.code), page=SearchForm.parse(request.args).page)
    found = service(CatalogService).search(identity(), form)
    context = place_page.context(item, service(KeyFigures).of(identity(), item), current_lang())
    return render("catalog/place.html", place=item, **context, **_search_context(found, "/dataset"))


@blueprint.get("/batas/<code>.geojson")
def boundaries(code: str) -> Response:
    """Outlines of a regency's kecamatan (or, with `?tingkat=desa`, villages) for base maps."""
    level = request.args.get("tingkat", "kecamatan")
    if level not in {"kabupaten", "kecamatan", "desa"}:
        raise NotFound
    try:
        answer = jsonify(regions.boundaries(code, level))
    except KeyError as error:
        raise NotFound from error
    answer.mimetype = "application/geo+json"
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer


@blueprint.get("/tentang")
def about() -> Page:
    """What this portal is, whose it is, and what anybody may do with the data."""
    return render("catalog/about.html", profile=runtime().profile)


@blueprint.get("/tentang/maklumat")
def charter() -> Page:
    """The service charter (PERKI 24(4), 47-48)."""
    return render("catalog/charter.html", profile=runtime().profile)
