"""From catalogue rows to what templates show: pure functions, no request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from markupsafe import Markup

from config import regions, vocabularies
from portal.catalog import addresses
from portal.catalog.page_reader import CardRow
from portal.catalog.reader import DatasetRow, OrganizationRow, ThemeRow
from portal.catalog.schemas import FacetLinks, SearchForm, page_facets
from portal.contract import facets as plugin_facets
from portal.contract.metadata import ColumnEntry
from portal.contract.protocols import FileView, ResourceView
from portal.kernel.texts import gettext as _
from search.highlight import Marker, marked_html, segments
from search.results import Facet, Results

KIND_BADGES = {"tabel": "table", "layer": "layer", "berkas": "file", "tautan": "file"}
#: Best first: what most people open, then what programs read; a layer opens best where its geometry comes along.
FORMAT_ORDER = ("XLSX", "CSV", "JSON", "PARQUET", "TSV")
LAYER_ORDER = ("GEOJSON", "GPKG", "SHP", "KML", "CSV")
#: Formats as people call them.
FORMAT_NAMES = {"GPKG": "GeoPackage", "GEOJSON": "GeoJSON", "SHP": "Shapefile", "PARQUET": "Parquet"}

Card = dict[str, Any]


def card(row: CardRow, marker: Marker | None = None) -> Card:
    """Arguments of the macro `result_card`; words that were looked for are marked."""
    facts = row.card
    return {
        "title": _marked(row.title, marker) if marker else row.title,
        "href": addresses.dataset(row.name),
        "agency": facts["agency"],
        "summary": _marked(facts["sentence"], marker) if marker else facts["sentence"],
        "kinds": [KIND_BADGES[kind] for kind in facts["kinds"]],
        "formats": facts["formats"][:4],
        "level": facts["level"],
        "period": facts["years"].replace("-", "–"),
        "updated": datetime.fromisoformat(facts["modified"]),
        # made by our own renderer at release and stored in the ready document; never a caller's text
        "preview": Markup(facts["preview"]) if facts["preview"] else None,  # noqa: S704
    }


def _marked(text: str, marker: Marker) -> Markup:
    """The text, escaped, with what was looked for in <mark>."""
    return Markup(marked_html(segments(text, marker)))  # noqa: S704 - marked_html escapes every piece


def facet_titles() -> dict[str, str]:
    """Names of the facets as people read them, in the order of the page."""
    return {
        "groups": _("Topik"),
        "organization": _("Instansi"),
        "kind": _("Bentuk"),
        "res_format": _("Format berkas"),
        "tingkat": _("Tingkat wilayah"),
        "tahun": _("Tahun"),
        "jenis_data": _("Jenis data"),
        "license_id": _("Lisensi"),
        "tags": _("Kata kunci"),
        **{spec.name: _(spec.label) for spec in plugin_facets.specs()},
    }


def facets(form: SearchForm, results: Results, href: Callable[[str], str]) -> list[dict[str, Any]]:
    """Facets of a page: each option leads to the search with it chosen, or let go."""
    shown, names, links = [], page_facets(), FacetLinks(form)
    for name, title in facet_titles().items():
        options = _options(name, set(form.values(name)), results.facet(names[name]), links, href)
        if options:
            shown.append({"title": title, "options": options, "id": f"faset-{name}"})
    return shown


def _options(
    name: str, chosen: set[str], facet: Facet, links: FacetLinks, href: Callable[[str], str]
) -> list[dict[str, Any]]:
    items = sorted(facet.items, key=lambda item: item.value, reverse=True) if name == "tahun" else facet.items
    query = links.of(name)
    return [
        {
            "label": item.label,
            "count": item.count,
            "chosen": item.value in chosen,
            "href": href(query(item.value, item.value in chosen)),
        }
        for item in items
    ]


def chips(form: SearchForm, results: Results, href: Callable[[str], str]) -> list[tuple[str, str]]:
    """(label, address without it) of everything chosen."""
    labels = {
        (name, item.value): item.label for name, index in page_facets().items() for item in results.facet(index).items
    }
    found = [(labels.get(pair, pair[1]), href(form.without(*pair).query())) for pair in form.chosen]
    if form.bbox:
        found.append((_("Dalam kotak peta"), href(form.without_box().query())))
    return found


def sort_links(form: SearchForm, href: Callable[[str], str]) -> list[tuple[str, str | None]]:
    """(words, address) of each order; None for the one in use."""
    names = {
        "relevan": _("paling cocok"),
        "terbaru": _("terbaru"),
        "judul": _("judul"),
        "unduhan": _("paling sering diunduh"),
    }
    return [
        (words, None if form.sort == name else href(form.sorted_by(name).query()))  # type: ignore[arg-type]
        for name, words in names.items()
    ]


def themes(rows: list[ThemeRow]) -> list[dict[str, Any]]:
    """Subject groups as a quiet list."""
    return [
        {"label": row.title, "href": f"/group/{row.name}", "count": row.count, "note": row.description} for row in rows
    ]


def go_items(rows: list[CardRow]) -> list[dict[str, Any]]:
    """Datasets as a quiet list: agency under the title."""
    return [{"label": row.title, "href": addresses.dataset(row.name), "note": row.card["agency_short"]} for row in rows]


def agencies(rows: list[OrganizationRow]) -> list[dict[str, Any]]:
    """Agencies that have published, as a quiet list."""
    return [
        {"label": row.title, "href": f"/organization/{row.name}", "count": row.count, "note": row.abbreviation}
        for row in rows
        if row.count
    ]


def resource_views(row: DatasetRow) -> list[ResourceView]:
    """Resources of a dataset's page document, as panels see them."""
    return [resource_view(row, item) for item in row.page["resources"]]


def resource_view(row: DatasetRow, item: Mapping[str, Any]) -> ResourceView:
    """One resource of the page document."""
    return ResourceView(
        id=UUID(item["id"]),
        version=row.version,
        dataset_id=row.id,
        dataset_name=row.name,
        dataset_title=row.title,
        name=item["name"],
        kind=item["kind"],
        format=item["format"],
        description=item["description"],
        table=item["table"],
        row_count=item["row_count"],
        columns=tuple(ColumnEntry(**column) for column in item["columns"]),
        layer=item["layer"],
        files=tuple(FileView(**file) for file in item["files"]),
        metadata=row.page["metadata"],
        address=addresses.resource(row.name, item["id"]),
        source=row.page["metadata"]["sumber_data"],
    )


def downloads(resource: ResourceView) -> list[dict[str, Any]]:
    """Files of a resource for the macro `download_list`: prepared ones best first, then the file as received."""

    def rank(file: FileView) -> int:
        name, order = file.format.upper(), LAYER_ORDER if resource.kind == "layer" else FORMAT_ORDER
        return order.index(name) if name in order else len(order)

    prepared = sorted((file for file in resource.files if file.role == "unduhan"), key=rank)
    original = [file for file in resource.files if file.role == "asli"]
    return [
        {
            "href": file.url,
            "format": FORMAT_NAMES.get(file.format.upper(), file.format.upper()),
            "bytes": file.size,
            "note": _("asli") if file.role == "asli" else None,
        }
        for file in [*prepared, *original]
    ]


def freshness(metadata: Mapping[str, Any], modified: datetime, today: date) -> str:
    """`segar`, `segera` (due within a fortnight), `terlambat` or `tak_tentu`, from the schedule or the frequency."""
    due = _due(metadata, modified)
    if due is None:
        return "tak_tentu"
    if due < today:
        return "terlambat"
    return "segera" if due - today <= timedelta(days=14) else "segar"


def _due(metadata: Mapping[str, Any], modified: datetime) -> date | None:
    if metadata.get("jadwal_rilis_berikut"):
        return date.fromisoformat(metadata["jadwal_rilis_berikut"])
    frequency = vocabularies.frequencies().get(metadata.get("frekuensi") or "")
    if frequency is None or not (frequency.months or frequency.days):
        return None
    return (modified + timedelta(days=frequency.days + frequency.months * 31)).date()


def years(metadata: Mapping[str, Any]) -> str:
    """The period in words: "2019–2025"."""
    period = metadata.get("periode") or {}
    ends = [str(period[key])[:4] for key in ("start", "end") if period.get(key)]
    return "–".join(dict.fromkeys(ends))


def region_names(metadata: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(code, "33.29 Kabupaten Brebes") of every region covered."""
    found = []
    for code in metadata.get("cakupan_wilayah") or ():
        item = regions.region(code)
        found.append((code, item.label if item else code))
    return found
