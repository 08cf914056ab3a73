"""Tables of the office's datastore tests: a resource made for rows, with or without its table."""

from __future__ import annotations

from typing import Any

from tests.portal.api.office.world import OfficeWorld

FIELDS: list[dict[str, Any]] = [
    {"id": "k", "type": "text", "info": {"label": "Kunci", "notes": "Kode", "sumber": "BPS"}},
    {"id": "i", "type": "int"},
    {"id": "n", "type": "numeric"},
    {"id": "f", "type": "float"},
    {"id": "b", "type": "bool"},
    {"id": "d", "type": "date"},
    {"id": "ts", "type": "timestamp"},
    {"id": "j", "type": "json"},
    {"id": "a", "type": "_text"},
]

FIRST = {
    "k": "x", "i": 1, "n": 1.5, "f": 1.5, "b": True, "d": "2020-01-02", "ts": "2020-01-02T03:04:05.123456",
    "j": {"z": 1, "a": [1, 2]}, "a": ["p", "q"],
}  # fmt: skip


def table(at: OfficeWorld, *, private: bool = False, **more: Any) -> str:
    """A resource made for rows, with its table."""
    resource = bare(at, private=private)
    at.result("datastore_create", {"resource_id": resource, **more})
    return resource


def bare(at: OfficeWorld, *, private: bool = False, url_type: str | None = "datastore") -> str:
    """A resource without a table."""
    said = {"name": "baris", "url": "_datastore_only_resource", "url_type": url_type}
    return str(at.package(private=private, resources=[said])["resources"][0]["id"])


def rows(at: OfficeWorld, resource: str, who: str | None = "siti", **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = at.result("datastore_search", {"resource_id": resource, **more}, who)["records"]
    return found


#: One a database: worlds live as long as their module.
SHARED: dict[tuple[str, bool], str] = {}


def shared(at: OfficeWorld, private: bool) -> str:
    """One table for all refusals: none of them changes it."""
    key = at.databases.names.office, private
    if key not in SHARED:
        SHARED[key] = table(at, private=private, fields=FIELDS, primary_key="k", records=[FIRST])
    return SHARED[key]
