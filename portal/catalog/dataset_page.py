"""What a dataset page says beside its panels: facts in plain words, versions, citation, samples, machine names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date
from typing import Any

import orjson

from config import vocabularies
from portal.catalog import addresses, presenters
from portal.catalog.reader import DatasetRow, VersionRow
from portal.contract.protocols import ResourceView
from portal.kernel.texts import gettext as _
from portal.web.formats import long_date, unit_words
from portal.web.i18n import current_lang

Pairs = list[tuple[str, str]]


def context(
    row: DatasetRow, current: ResourceView | None, versions: list[VersionRow], site_url: str, today: date
) -> dict[str, Any]:
    """The template's context but for the resources and panels."""
    metadata = row.page["metadata"]
    document = orjson.loads(row.doc)
    return {
        "row": row,
        "metadata": metadata,
        "licence": document.get("license_title") or "",
        "site_url": site_url,
        "freshness": presenters.freshness(metadata, row.modified, today),
        "plain_facts": plain_facts(row, document, current_lang()),
        "machine_facts": machine_facts(document),
        "version_items": version_items(row, versions),
        "citation": citation(row, site_url),
        "samples": samples(row, current, site_url),
        "dictionary_rows": dictionary_rows(current, current_lang()),
        "json_ld": json_ld(row, document, site_url),
    }


def plain_facts(row: DatasetRow, document: Mapping[str, Any], lang: str = "id") -> Pairs:
    """Who made it, how, when, how often; empty facts are left out."""
    metadata = row.page["metadata"]
    frequency = vocabularies.frequencies().get(metadata["frekuensi"] or "")
    kind = vocabularies.jenis_data().get(metadata["jenis_data"] or "")
    taken = [metadata[name] for name in ("tanggal_pengambilan", "tanggal_pengambilan_akhir") if metadata[name]]
    facts = [
        (_("Penerbit"), metadata["instansi_penerbit"]),
        (_("Dibuat oleh"), metadata["produsen_data"]),
        (_("Sumber angka"), metadata["sumber_data"]),
        (_("Cara mengumpulkan"), metadata["metode_pengumpulan"]),
        (_("Diambil"), " – ".join(_day(day, lang) for day in taken)),
        (_("Tahun data"), presenters.years(metadata)),
        (_("Wilayah"), ", ".join(label for _code, label in presenters.region_names(metadata)[:5])),
        (_("Jenis data"), _label(kind, lang) if kind else ""),
        (_("Diperbarui"), _label(frequency, lang) if frequency else ""),
        (_("Rilis berikutnya"), _day(metadata["jadwal_rilis_berikut"], lang)),
        (_("Terbit"), long_date(row.modified.date(), lang)),
        (_("Lisensi"), document.get("license_title") or ""),
        (_("Mutu"), metadata["mutu"]),
        (_("Skala"), f"1:{metadata['skala']:,}".replace(",", ".") if metadata["skala"] else ""),
        (_("Peta dasar acuan"), metadata["acuan_igd"]),
        (_("Kontak"), metadata["kontak"]),
    ]
    return [(name, value) for name, value in facts if value]


def _day(text: str | None, lang: str) -> str:
    return long_date(date.fromisoformat(text), lang) if text else ""


def _label(item: vocabularies.Frequency | vocabularies.JenisData, lang: str) -> str:
    return item.label_en if lang == "en" else item.label


def machine_facts(document: Mapping[str, Any]) -> Pairs:
    """Stored names and values, for those who look for them."""
    plain = ("id", "name", "license_id", "metadata_created", "metadata_modified", "version", "url")
    facts = [(name, str(document.get(name) or "")) for name in plain]
    facts += [(extra["key"], extra["value"]) for extra in document["extras"]]
    return [(name, value if len(value) <= 300 else value[:300] + "…") for name, value in facts if value]


def version_items(row: DatasetRow, versions: list[VersionRow]) -> list[dict[str, Any]]:
    """Versions for the macro `timeline`, newest first."""
    return [
        {
            "at": item.released.date(),
            "text": _("Versi %(n)s", n=item.version),
            "note": item.notes,
            "href": addresses.version(row.name, item.version),
            "open": item.version == row.version,
        }
        for item in versions
    ]


def citation(row: DatasetRow, site_url: str) -> str:
    """How to cite this version."""
    year = row.modified.year
    title = row.title.rstrip(".")
    where = addresses.absolute(site_url, addresses.version(row.name, row.version))
    return f"{row.page['agency']['title']} ({year}). {title}. {_('Versi %(n)s', n=row.version)}. {where}"


def samples(row: DatasetRow, current: ResourceView | None, site_url: str) -> Pairs:
    """Calls with this dataset's real ids."""
    show = f"curl '{site_url}/api/3/action/package_show?id={row.name}'"
    if current is None or current.table is None:
        return [("curl", show)]
    dump = f"{site_url}/datastore/dump/{current.id}"
    found = [
        ("curl", f"curl '{site_url}/api/3/action/datastore_search?resource_id={current.id}&limit=5'"),
        ("Python", f'import pandas as pd\ndata = pd.read_csv("{dump}")'),
        ("R", f'data <- read.csv("{dump}")'),
    ]
    if current.kind == "layer":
        geojson = next((file.url for file in current.files if file.format.upper() == "GEOJSON"), None)
        if geojson:
            found.append(("QGIS", f"{site_url}{geojson}"))
    return found


def dictionary_rows(current: ResourceView | None, lang: str = "id") -> list[dict[str, Any]]:
    """One row a public column, types and units in words that people use."""
    if current is None:
        return []
    words = {
        "text": _("teks"),
        "integer": _("bilangan bulat"),
        "bigint": _("bilangan bulat"),
        "numeric": _("bilangan"),
        "number": _("bilangan"),
        "date": _("tanggal"),
        "timestamp": _("tanggal dan jam"),
        "boolean": _("ya/tidak"),
        "year": _("tahun"),
    }
    return [
        {
            "label": column.label or column.name,
            "name": column.name,
            "type": words.get(column.type, column.type),
            "unit": unit_words(column.unit, lang) or None,
            "definition": column.definition or column.concept or None,
        }
        for column in current.columns
        if column.public and column.type != "geometry"
    ]


def json_ld(row: DatasetRow, document: Mapping[str, Any], site_url: str) -> dict[str, Any]:
    """schema.org Dataset of a page."""
    metadata = row.page["metadata"]
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": addresses.absolute(site_url, addresses.dataset(row.name)),
        "url": addresses.absolute(site_url, addresses.dataset(row.name)),
        "name": row.title,
        "description": (metadata["deskripsi"] or row.title)[:5000],
        "keywords": list(metadata["kata_kunci"]),
        "license": document.get("license_url") or document.get("license_id"),
        "creator": {"@type": "Organization", "name": metadata["produsen_data"] or row.page["agency"]["title"]},
        "publisher": {"@type": "Organization", "name": row.page["agency"]["title"]},
        "version": str(row.version),
        "datePublished": row.page["released"],
        "dateModified": row.modified.astimezone(UTC).isoformat(),
        "temporalCoverage": presenters.years(metadata).replace("–", "/"),
        "spatialCoverage": [label for _code, label in presenters.region_names(metadata)],
        "isAccessibleForFree": True,
        "inLanguage": metadata["bahasa"],
        "distribution": [
            {
                "@type": "DataDownload",
                "name": item["name"],
                "encodingFormat": file["media_type"],
                "contentSize": file["size"],
                "contentUrl": addresses.absolute(site_url, file["url"]),
                "sha256": file["sha256"],
            }
            for item in row.page["resources"]
            for file in item["files"]
            if file["role"] in {"asli", "unduhan"}
        ],
    }
