"""The datastore on the office: live tables published at once, drafts in the vault, rows in and out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.portal.api.office.world import OfficeWorld


def table(ckan: OfficeWorld, *, private: bool = False, **more: Any) -> str:
    """A resource made for rows, with its table."""
    package = ckan.package(private=private, resources=[{"name": "baris", "url": "_datastore_only_resource", "url_type": "datastore"}])
    resource = package["resources"][0]["id"]
    ckan.result("datastore_create", {"resource_id": resource, **more})
    return str(resource)


def rows(ckan: OfficeWorld, resource: str, who: str | None = "siti", **more: Any) -> list[dict[str, Any]]:
    return ckan.result("datastore_search", {"resource_id": resource, **more}, who)["records"]


def test_a_table_of_a_published_dataset_is_there_at_once(ckan: OfficeWorld) -> None:
    resource = table(ckan, records=[{"a": 1, "b": "x", "c": True}, {"a": 2, "b": None, "c": False}])
    assert rows(ckan, resource) == [{"_id": 1, "a": 1, "b": "x", "c": True}, {"_id": 2, "a": 2, "b": None, "c": False}]
    status, found = ckan.published("datastore_search", {"resource_id": resource})
    assert (status, found["total"]) == (200, 2)
    assert [field["type"] for field in found["fields"]] == ["int", "int4", "text", "bool"]
    assert ckan.result("resource_show", {"id": resource}, None)["datastore_active"] is True
