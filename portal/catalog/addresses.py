"""Public addresses of catalogue things, in one place. Paths only; `absolute` puts the site before them."""

from __future__ import annotations

from urllib.parse import quote
from uuid import NAMESPACE_URL, UUID, uuid5

from portal.catalog.published import PublishedFile


def dataset(name: str) -> str:
    """Page of a dataset (the latest version)."""
    return f"/dataset/{name}"


def version(name: str, number: int) -> str:
    """Page of one version."""
    return f"/dataset/{name}/versi/{number}"


def resource(name: str, resource_id: UUID | str) -> str:
    """Page of a resource."""
    return f"/dataset/{name}/resource/{resource_id}"


def latest_file(dataset_id: UUID | str, resource_id: UUID | str, filename: str) -> str:
    """CKAN's download address: the file as received, of the latest version (a short-lived pointer, I5)."""
    return f"/dataset/{dataset_id}/resource/{resource_id}/download/{quote(filename)}"


def file(dataset_id: UUID | str, number: int, item: PublishedFile) -> str:
    """Address of one stored file by dataset, version and content hash; its bytes never change (I5)."""
    return f"/berkas/{dataset_id}/{number}/{item.sha256}/{quote(item.filename)}"


def picture(name: str) -> str:
    """Address of a picture of an organisation or group, where CKAN has them; its bytes never change."""
    return f"/uploads/group/{name}"


def tiles(resource_id: UUID | str, number: int) -> str:
    """Template of a layer version's vector tiles."""
    return f"/tiles/{resource_id}/{number}/{{z}}/{{x}}/{{y}}.mvt"


def stable_id(kind: str, name: str) -> UUID:
    """The id of a thing that is known by its name alone (tag, subject group): equal in every deployment."""
    return uuid5(NAMESPACE_URL, f"urn:portal-data-kabupaten:{kind}:{name}")


def absolute(site_url: str, path: str) -> str:
    """The whole address of a path."""
    return site_url.rstrip("/") + path
