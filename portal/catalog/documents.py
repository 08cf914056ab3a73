"""Ready documents of a published version: CKAN JSON, page JSON, search document. Made once, at release (section 6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from config import regions, vocabularies
from portal.catalog import addresses, ckan_document
from portal.catalog.published import PublishedDataset, PublishedFile, PublishedResource
from portal.contract import facets
from search.analysis import analysed
from search.documents import Bounds, Coded, Named, SearchDocument

Box = tuple[float, float, float, float]

KIND_LABELS = {"tabel": "Tabel", "layer": "Peta", "berkas": "Berkas", "tautan": "Tautan"}


@dataclass(frozen=True, slots=True)
class Documents:
    """The three documents and the box they share (EPSG:4326 degrees, or None)."""

    ckan: str
    page: dict[str, Any]
    search: SearchDocument
    bbox: Box | None


def build(dataset: PublishedDataset, site_url: str, revision: int = 1) -> Documents:
    """Every ready document of `dataset`. Equal input gives equal bytes."""
    bbox = bounding_box(dataset)
    spatial = orjson.dumps(_polygon(bbox)).decode() if bbox else ""
    package = ckan_document.package(dataset, site_url, spatial)
    return Documents(
        ckan=orjson.dumps(package).decode(),
        page=page(dataset),
        search=search_document(dataset, bbox, revision, site_url),
        bbox=bbox,
    )


def resource_document(dataset: PublishedDataset, item: PublishedResource, site_url: str) -> str:
    """The ready CKAN document of one resource."""
    return orjson.dumps(ckan_document.resource(dataset, item, site_url)).decode()


def bounding_box(dataset: PublishedDataset) -> Box | None:
    """The box of its layers; without layers, the one that a CKAN client gave in extra `spatial`, else of the regions it
    covers; None when none is known."""
    boxes = [item.layer.bbox for item in dataset.resources if item.layer is not None]
    if not boxes and (given := given_box(dataset.metadata.ckan)) is not None:
        return given
    return _union(boxes) if boxes else region_box(dataset.metadata.cakupan_wilayah)


def region_box(codes: Iterable[str]) -> Box | None:
    """The box of regions by their codes; None when no outline is known."""
    return _union(box for code in codes if (box := regions.bbox(code)) is not None)


def given_box(sent: Mapping[str, Any]) -> Box | None:
    """The box of the GeoJSON in the extra `spatial` that a client sent, or None where it holds no usable geometry."""
    text = next((str(row["value"]) for row in sent.get("extras", ()) if row.get("key") == "spatial"), "")
    if not text.strip():
        return None
    try:
        points = list(_points(orjson.loads(text)["coordinates"]))
        west, south, east, north = (
            min(x for x, _ in points), min(y for _, y in points), max(x for x, _ in points), max(y for _, y in points),
        )  # fmt: skip
    except (orjson.JSONDecodeError, LookupError, TypeError, ValueError, RecursionError):
        return None
    return (west, south, east, north) if west >= -180 and east <= 180 and south >= -90 and north <= 90 else None


def _points(coordinates: Any) -> Iterator[tuple[float, float]]:
    """Positions of GeoJSON coordinates of any depth."""
    if not isinstance(coordinates[0], list):
        yield float(coordinates[0]), float(coordinates[1])
        return
    for part in coordinates:
        yield from _points(part)


def _union(boxes: Iterable[Box]) -> Box | None:
    items = list(boxes)
    if not items:
        return None
    west, south, east, north = zip(*items, strict=True)
    return (
        max(-180.0, min(west)),
        max(-90.0, min(south)),
        min(180.0, max(east)),
        min(90.0, max(north)),
    )


def _polygon(box: Box) -> dict[str, Any]:
    west, south, east, north = box
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def formats(dataset: PublishedDataset) -> tuple[str, ...]:
    """Formats that can be had, as received first, then prepared; upper case, each once."""
    received = [item.format.upper() for item in dataset.resources]
    prepared = [f.format.upper() for item in dataset.resources for f in item.files if f.role == "unduhan"]
    return tuple(dict.fromkeys([*received, *prepared]))


def page(dataset: PublishedDataset) -> dict[str, Any]:
    """What the dataset page needs beside the CKAN document: dictionary, layers, files, card; plain JSON."""
    meta = dataset.metadata
    return {
        "metadata": meta.model_dump(mode="json", exclude={"ckan"}),
        "version": dataset.version,
        "version_notes": dataset.version_notes,
        "released": dataset.released.isoformat(),
        "agency": {
            "id": str(dataset.agency.id),
            "name": dataset.agency.name,
            "title": dataset.agency.title,
            "abbreviation": dataset.agency.abbreviation,
            "contact": dataset.agency.contact,
        },
        "groups": [
            {"name": item.name, "title": item.title or item.name} for item in ckan_document.subject_groups(dataset)
        ],
        "resources": [_resource_page(dataset, item) for item in dataset.resources],
        "card": card(dataset),
    }


def card(dataset: PublishedDataset) -> dict[str, Any]:
    """What a search result shows (ux.md section 4): agency, one sentence, level, years, formats, preview."""
    meta = dataset.metadata
    level = vocabularies.tingkat_penyajian().get(meta.tingkat_penyajian or "")
    years = meta.periode.years
    return {
        "sentence": first_sentence(meta.deskripsi),
        "agency": dataset.agency.title,
        "agency_short": dataset.agency.abbreviation or dataset.agency.title,
        "level": level.label if level else "",
        "years": f"{years[0]}-{years[-1]}" if len(years) > 1 else "".join(str(y) for y in years),
        "formats": list(formats(dataset)),
        "kinds": list(dict.fromkeys(item.kind for item in dataset.resources)),
        "modified": dataset.modified.isoformat(),
        "preview": next((item.preview_svg for item in dataset.resources if item.preview_svg), ""),
    }


def first_sentence(text: str, limit: int = 180) -> str:
    """The first sentence of a description, cut at a word if it is long."""
    line = " ".join(text.split())
    end = line.find(". ")
    sentence = line[: end + 1] if 0 < end < limit else line
    if len(sentence) <= limit:
        return sentence
    return sentence[:limit].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def _resource_page(dataset: PublishedDataset, item: PublishedResource) -> dict[str, Any]:
    return {
        "id": str(item.id),
        "position": item.position,
        "name": item.name,
        "description": item.description,
        "kind": item.kind,
        "format": item.format,
        "table": item.table,
        "row_count": item.row_count,
        "columns": [column.model_dump(mode="json") for column in item.columns],
        "layer": asdict(item.layer) if item.layer else None,
        "preview_svg": item.preview_svg,
        "link": link_of(item),
        "files": [_file_page(dataset, file) for file in item.files],
    }


def link_of(item: PublishedResource) -> str:
    """Where a link leads, if a page may lead there: an address of the web, never a script."""
    url = str(item.ckan.get("url") or "") if item.kind == "tautan" else ""
    return url if url.lower().startswith(("https://", "http://", "ftp://")) else ""


def _file_page(dataset: PublishedDataset, file: PublishedFile) -> dict[str, Any]:
    return {**asdict(file), "url": addresses.file(dataset.id, dataset.version, file)}


def search_document(dataset: PublishedDataset, bbox: Box | None, revision: int, site_url: str) -> SearchDocument:
    """The document of both engines, words analysed once here."""
    meta = dataset.metadata
    licence = vocabularies.licences().get(meta.lisensi)
    kind = vocabularies.jenis_data().get(meta.jenis_data or "")
    level = vocabularies.tingkat_penyajian().get(meta.tingkat_penyajian or "")
    known = [region for code in meta.cakupan_wilayah if (region := regions.region(code))]
    columns = [column.label or column.name for item in dataset.resources for column in item.columns if column.public]
    return analysed(
        SearchDocument(
            id=str(dataset.id),
            name=dataset.name,
            title=meta.judul,
            notes=meta.deskripsi,
            revision=revision,
            created=dataset.created,
            modified=dataset.modified,
            issued=dataset.released,
            tags=tuple(sorted(set(meta.kata_kunci))),
            organization=Named(str(dataset.agency.id), dataset.agency.name, dataset.agency.title),
            groups=tuple(
                Named(str(item.id), item.name, item.title or item.name)
                for item in ckan_document.subject_groups(dataset)
            ),
            license=Coded(meta.lisensi, licence.title if licence else meta.lisensi) if meta.lisensi else None,
            formats=formats(dataset),
            data_type=Coded(kind.code, kind.label) if kind else None,
            kinds=tuple(Coded(k, KIND_LABELS[k]) for k in dict.fromkeys(r.kind for r in dataset.resources)),
            level=Coded(level.code, level.label) if level else None,
            region_codes=meta.cakupan_wilayah,
            region_names=tuple(region.name for region in known),
            years=meta.periode.years,
            bbox=Bounds(*bbox) if bbox else None,
            downloads=dataset.downloads,
            columns=tuple(dict.fromkeys(columns)),
            agency=str(dataset.agency.id),
            extras=_fields(dataset),
            facets={
                name: tuple(Coded(value, label) for value, label in pairs)
                for name, pairs in facets.values(meta).items()
            },
            marks=_marks(dataset, site_url),
        )
    )


def _fields(dataset: PublishedDataset) -> dict[str, tuple[str, ...]]:
    """CKAN's fields of words that Solr can be asked by."""
    meta, sent = dataset.metadata, dataset.metadata.ckan
    own = {
        "author": meta.produsen_data,
        "author_email": "",
        "maintainer": meta.kontak,
        "maintainer_email": dataset.agency.contact.get("email", ""),
    }
    found = {
        **{name: (str((sent.get(name) if sent else value) or ""),) for name, value in own.items()},
        "res_name": tuple(item.name for item in dataset.resources),
        "res_description": tuple(item.description for item in dataset.resources),
        **{f"extras_{row['key']}": (row["value"],) for row in ckan_document.extras(dataset, "")},
    }
    return {name: kept for name, values in found.items() if (kept := tuple(dict.fromkeys(v for v in values if v)))}


def _marks(dataset: PublishedDataset, site_url: str) -> dict[str, tuple[str, ...]]:
    """CKAN's fields of single values that Solr can be asked by."""
    meta, sent = dataset.metadata, dataset.metadata.ckan
    licence = vocabularies.licences().get(meta.lisensi)
    resources = [ckan_document.resource(dataset, item, site_url) for item in dataset.resources]
    url = sent.get("url") if sent else addresses.absolute(site_url, addresses.dataset(dataset.name))
    version = sent.get("version") if sent else str(dataset.version)
    return {
        **({"url": (str(url),)} if url else {}),
        **({"version": (str(version),)} if version else {}),
        "isopen": ("true" if licence and licence.is_open else "false",),
        "num_tags": (str(len(set(meta.kata_kunci))),),
        "num_resources": (str(len(resources)),),
        **({"res_url": tuple(item["url"] for item in resources)} if resources else {}),
    }
