"""The ready CKAN document of a published version: what `package_show` answers, made once at release.

Key sets and JSON types follow CKAN 2.12. Fields of domain.md 6.2 that CKAN lacks stand in `extras` under the CKAN
names of that table. A dataset that came by CKAN's own words (`metadata.ckan`) answers with those words: what
`package_create` got, `package_show` gives back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from config import vocabularies
from portal.catalog import addresses
from portal.catalog.published import PublishedAgency, PublishedDataset, PublishedFile, PublishedGroup, PublishedResource
from portal.contract.metadata import DatasetMetadata, as_line, as_lines

Json = dict[str, Any]

#: Keys of a resource that CKAN always answers, with the value of one that was never given.
RESOURCE_DEFAULTS: Mapping[str, Any] = {
    "cache_last_updated": None, "cache_url": None, "created": None, "datastore_active": False, "description": None,
    "format": "", "hash": "", "last_modified": None, "metadata_modified": None, "mimetype": None,
    "mimetype_inner": None, "name": None, "resource_type": None, "size": None, "state": "active", "url": "",
    "url_type": None,
}  # fmt: skip
#: A field of ours that is as long as this may have been cut: 200 characters of a resource's name, 500 of a title.
SHORTEST_CUT = 200
#: Texts of a package that the metadata model has no field for.
PLAIN_FIELDS = ("author", "author_email", "maintainer", "maintainer_email", "url", "version")


def stamp(moment: datetime) -> str:
    """CKAN's form of a time: UTC without zone, with microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def timestamp(moment: datetime | None) -> str | None:
    """The same for a time that may not be known."""
    return None if moment is None else stamp(moment)


def organization(agency: PublishedAgency) -> Json:
    """The organisation as it stands inside a dataset."""
    return {
        "id": str(agency.id),
        "name": agency.name,
        "title": agency.title,
        "type": "organization",
        "description": agency.description,
        "image_url": agency.image_url,
        "created": timestamp(agency.created),
        "is_organization": True,
        "approval_status": agency.approval_status,
        "state": "active",
    }


def group(found: PublishedGroup) -> Json:
    """A subject group as CKAN's group inside a dataset."""
    return {
        "id": str(found.id),
        "name": found.name,
        "title": found.title,
        "display_name": found.title or found.name,
        "description": found.description,
        "image_display_url": found.image_url,
    }


def tag(name: str) -> Json:
    """A free tag."""
    return {
        "id": str(addresses.stable_id("tag", name)),
        "name": name,
        "display_name": name,
        "state": "active",
        "vocabulary_id": None,
    }


def resource(dataset: PublishedDataset, item: PublishedResource, site_url: str) -> Json:
    """One resource of the dataset, as `resource_show` answers it."""
    if item.ckan:
        return _sent_resource(dataset, item, site_url)
    original = item.file("asli") or (item.files[0] if item.files else None)
    path = (
        addresses.latest_file(dataset.id, item.id, original.filename)
        if original
        else addresses.resource(dataset.name, item.id)
    )
    return {
        "cache_last_updated": None,
        "cache_url": None,
        "created": timestamp(item.created or dataset.created),
        "datastore_active": item.table is not None,
        "description": item.description,
        "format": item.format,
        "hash": original.sha256 if original else "",
        "hash_algorithm": "sha256",
        "id": str(item.id),
        "last_modified": timestamp(item.modified or dataset.released),
        "metadata_modified": timestamp(item.modified or dataset.modified),
        "mimetype": original.media_type if original else None,
        "mimetype_inner": None,
        "name": item.name,
        "package_id": str(dataset.id),
        "position": item.position,
        "resource_type": None,
        "size": original.size if original else None,
        "state": "active",
        "url": addresses.absolute(site_url, path),
        "url_type": "upload",
        "jenis_sumber": item.kind,
        "versi": dataset.version,
        "unduhan": [_download(dataset, file, site_url) for file in item.files if file.role in {"asli", "unduhan"}],
    }


def _sent_resource(dataset: PublishedDataset, item: PublishedResource, site_url: str) -> Json:
    """A resource as a CKAN client sent it; of a file the house knows size, type and address better than the sender."""
    sent = {**RESOURCE_DEFAULTS, **item.ckan}
    unnamed = item.kind == "tautan" and not item.ckan.get("name") and item.name == link_name(str(sent["url"]))
    sent["name"] = item.ckan.get("name") if unnamed else kept(item.ckan, "name", item.name, str.strip)
    sent["description"] = kept(item.ckan, "description", item.description, str.strip)
    sent |= {
        "id": str(item.id),
        "package_id": str(dataset.id),
        "position": item.position,
        "state": "active",
        "datastore_active": item.table is not None,
        "created": item.ckan.get("created") or timestamp(item.created or dataset.created),
        "metadata_modified": item.ckan.get("metadata_modified") or timestamp(item.modified or dataset.modified),
    }
    if item.kind != "tautan":
        sent |= _file_facts(dataset, item, site_url)
    return sent


def link_name(url: str) -> str:
    """What pages call a link without a name: the last part of its address."""
    return url.rstrip("/").rpartition("/")[2][:200] or "tautan"


def _file_facts(dataset: PublishedDataset, item: PublishedResource, site_url: str) -> Json:
    original = item.file("asli") or (item.files[0] if item.files else None)
    if original is None:
        # not released, or only rows of it are: its own page tells, where the file's address is not known yet
        address = item.ckan.get("url") or absolute_url(site_url, dataset.name, item)
        return {"url": address, "url_type": item.ckan.get("url_type") or "upload"}
    path = addresses.latest_file(dataset.id, item.id, original.filename)
    return {
        "format": item.ckan.get("format") or item.format.upper(),
        "mimetype": item.ckan.get("mimetype") or original.media_type,
        "size": original.size,
        "hash": item.ckan.get("hash") or original.sha256,
        "url": addresses.absolute(site_url, path),
        "url_type": "upload",
        "unduhan": [_download(dataset, file, site_url) for file in item.files if file.role in {"asli", "unduhan"}],
    }


def absolute_url(site_url: str, name: str, item: PublishedResource) -> str:
    """Whole address of a resource's page."""
    return addresses.absolute(site_url, addresses.resource(name, item.id))


def kept(sent: Mapping[str, Any], key: str, now: str, clean: Callable[[str], str] = as_line) -> Any:
    """The sent value while it still says what our own field says, else our own; CKAN's null for an empty one.

    A text that is longer than our field says the same as long as it begins so.
    """
    if key in sent and (sent[key] is None or isinstance(sent[key], str)):
        said, own = clean(sent[key] or ""), clean(now)
        if said == own or (len(now) >= SHORTEST_CUT and said.startswith(own)):
            return sent[key]
    return now or None


def _download(dataset: PublishedDataset, file: PublishedFile, site_url: str) -> Json:
    return {
        "format": file.format,
        "size": file.size,
        "hash": file.sha256,
        "url": addresses.absolute(site_url, addresses.file(dataset.id, dataset.version, file)),
    }


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def extras(dataset: PublishedDataset, spatial: str) -> list[dict[str, str]]:
    """Fields of domain.md 6.2 under their CKAN names; empty ones are left out. Sorted, so bytes are stable.

    A client's own extras stand as it sent them, in its order.
    """
    meta: DatasetMetadata = dataset.metadata
    if meta.ckan:
        return [{"key": str(row["key"]), "value": str(row["value"])} for row in meta.ckan.get("extras", ())]
    period = meta.periode
    collected = "/".join(d for d in (_day(meta.tanggal_pengambilan), _day(meta.tanggal_pengambilan_akhir)) if d)
    values = {
        "access_rights": "publik",
        "base_map": meta.acuan_igd,
        "collected": collected,
        "collection_method": meta.metode_pengumpulan,
        "conforms_to": meta.standar,
        "data_type": meta.jenis_data or "",
        "frequency": meta.frekuensi or "",
        "issued": timestamp(dataset.released) or "",
        "kugi": meta.kugi_kode,
        "language": meta.bahasa,
        "next_release": _day(meta.jadwal_rilis_berikut),
        "presentation_level": meta.tingkat_penyajian or "",
        "publisher": meta.instansi_penerbit,
        "quality": meta.mutu,
        "retention": meta.retensi,
        "scale": str(meta.skala or ""),
        "source": meta.sumber_data,
        "spatial": spatial,
        "spatial_coverage": " ".join(meta.cakupan_wilayah),
        "temporal_coverage": "/".join(d for d in (_day(period.start), _day(period.end)) if d),
        "version_notes": dataset.version_notes,
        **meta.extras,
    }
    return [{"key": key, "value": value} for key, value in sorted(values.items()) if value]


def package(dataset: PublishedDataset, site_url: str, spatial: str = "") -> Json:
    """The whole CKAN package of this version. `spatial` is a GeoJSON text of its box, or empty."""
    meta = dataset.metadata
    licence = vocabularies.licences().get(meta.lisensi)
    whole = {
        "author": meta.produsen_data or None,
        "author_email": None,
        "creator_user_id": None,
        "id": str(dataset.id),
        "isopen": bool(licence and licence.is_open),
        "license_id": meta.lisensi or None,
        "license_title": licence.title if licence else (meta.lisensi or None),
        "license_url": licence.url if licence else None,
        "maintainer": meta.kontak or None,
        "maintainer_email": dataset.agency.contact.get("email") or None,
        "metadata_created": timestamp(dataset.created),
        "metadata_modified": timestamp(dataset.modified),
        "name": dataset.name,
        "notes": meta.deskripsi,
        "num_resources": len(dataset.resources),
        "num_tags": len(meta.kata_kunci),
        "organization": organization(dataset.agency),
        "owner_org": str(dataset.agency.id),
        "private": False,
        "state": "active",
        "title": meta.judul,
        "type": "dataset",
        "url": addresses.absolute(site_url, addresses.dataset(dataset.name)),
        "version": str(dataset.version),
        "extras": extras(dataset, spatial),
        "groups": sorted(map(group, subject_groups(dataset)), key=lambda item: str(item["title"]).casefold()),
        "resources": [resource(dataset, item, site_url) for item in dataset.resources],
        "tags": [tag(name) for name in sorted(set(meta.kata_kunci))],
        "relationships_as_subject": [],
        "relationships_as_object": [],
    }
    return whole | _sent_package(dataset) if meta.ckan else whole


def _sent_package(dataset: PublishedDataset) -> Json:
    """What a CKAN client sent, over our own words; and what the system had to fill, told as such."""
    meta, sent = dataset.metadata, dataset.metadata.ckan
    tags = [*map(tag, set(meta.kata_kunci)), *sent.get("vocabulary_tags", ())]
    return {
        **{name: sent.get(name) for name in PLAIN_FIELDS},
        "title": kept(sent, "title", meta.judul),
        "notes": kept(sent, "notes", meta.deskripsi, as_lines),
        "license_id": kept(sent, "license_id", meta.lisensi),
        **({"license_title": ""} if sent.get("license_id") == "" and not meta.lisensi else {}),
        "tags": sorted(tags, key=lambda item: str(item["name"])),
        "num_tags": len(tags),
        "type": sent.get("type") or "dataset",
        "creator_user_id": sent.get("creator_user_id"),
        "versi": dataset.version,
        "diisi_sistem": list(meta.diisi_sistem),
    }


def subject_groups(dataset: PublishedDataset) -> list[PublishedGroup]:
    """The main group and the others, main first: as the register had them at release, else by the shipped sets."""
    return list(dataset.groups) if dataset.groups is not None else shipped_groups(dataset.metadata)


def shipped_groups(meta: DatasetMetadata) -> list[PublishedGroup]:
    """The groups that metadata name, by the shipped sets. One that the system filled in is nobody's choice: none."""
    known = {
        item.slug: item for name in vocabularies.subject_group_sets() for item in vocabularies.subject_groups(name)
    }
    return [
        PublishedGroup(
            id=addresses.stable_id("group", slug),
            name=slug,
            title=known[slug].label if slug in known else slug,
            description=known[slug].summary if slug in known else "",
        )
        for slug in meta.chosen_groups
    ]
