"""Resources by CKAN's actions in profile `ckan`: links at once, plain files at once, tables after their load."""

from __future__ import annotations

import io
from typing import Any

import pytest

from portal.operations.jobs import JobRefused
from tests.portal.api.office.world import SITE, OfficeWorld, digest, free_id

CSV = b"kode;jumlah\n33.29.01;12\n33.29.02;7\n"


def upload(world: OfficeWorld, action: str, data: bytes, filename: str, who: str = "siti", **fields: Any) -> Any:
    """A multipart call with a file."""
    form = {**{key: str(value) for key, value in fields.items()}, "upload": (io.BytesIO(data), filename)}
    return world.result(action, who=who, form=form)


def fetched(world: OfficeWorld, url: str) -> bytes:
    """What a reader gets at an address of the public side."""
    with world.public().test_client().get(url.removeprefix(SITE), follow_redirects=True, buffered=True) as answer:
        return bytes(answer.data)


def test_links_are_added_changed_and_taken_off(ckan: OfficeWorld) -> None:
    package = ckan.package(resources=[{"url": "http://a", "name": "A", "foo": "bar", "description": "D"}])
    made = ckan.result("resource_create", {"package_id": package["id"], "url": "b.id/x.csv", "zed": [1]})
    assert (made["url"], made["format"], made["zed"], made["position"]) == ("http://b.id/x.csv", "CSV", [1], 1)
    assert ckan.published("resource_show", {"id": made["id"]}) == (200, made)
    first = package["resources"][0]["id"]
    updated = ckan.result("resource_update", {"id": first, "url": "http://baru"})
    assert (updated["name"], updated["description"], updated["url"]) == ("A", None, "http://baru")
    assert "foo" not in updated
    patched = ckan.result("resource_patch", {"id": first, "description": "lagi"})
    assert (patched["url"], patched["description"]) == ("http://baru", "lagi")
    order = [made["id"], first]
    assert ckan.result("package_resource_reorder", {"id": package["name"], "order": order[:1]})["order"] == order
    assert [row["id"] for row in ckan.result("package_show", {"id": package["id"]})["resources"]] == order
    assert ckan.result("resource_delete", {"id": first}) is None
    assert ckan.error("resource_show", {"id": first})[0] == 404
    assert ckan.result("resource_delete", {"id": first}) is None


def test_refusals_of_resources_have_ckans_shape(ckan: OfficeWorld) -> None:
    package = ckan.package(resources=[{"url": "http://a"}])
    missing = {"__type": "Validation Error"}
    assert ckan.error("resource_create", {"url": "u"}) == (409, {"package_id": ["Missing value"], **missing})
    assert ckan.error("resource_update", {}) == (409, {"id": ["Missing value"], **missing})
    assert ckan.error("resource_create", {"package_id": free_id(), "url": "u"})[0] == 404
    assert ckan.error("resource_create", {"package_id": package["id"], "url": "u", "size": "x"}) == (
        409, {"size": ["Invalid integer"], **missing},
    )  # fmt: skip
    assert ckan.error("resource_create", {"package_id": package["id"], "url": "u"}, None)[0] == 403
    assert ckan.error("resource_delete", {"id": package["resources"][0]["id"]}, "joko")[0] == 403
    assert ckan.error("package_resource_reorder", {"id": package["id"], "order": ["x"]})[1]["order"]


def test_a_plain_file_is_out_when_the_call_returns(ckan: OfficeWorld) -> None:
    package = ckan.package()
    data = b"%PDF-1.4 laporan"
    made = upload(ckan, "resource_create", data, "laporan.pdf", package_id=package["id"], name="Laporan", foo="x")
    assert (made["name"], made["foo"], made["url_type"], made["size"]) == ("Laporan", "x", "upload", len(data))
    assert (made["hash"], made["mimetype"]) == (digest(data), "application/pdf")
    assert fetched(ckan, made["url"]) == data
    patched = ckan.result("package_patch", {"id": package["id"], "title": "Lain"})
    assert {**patched["resources"][0], "unduhan": made["unduhan"]} == made
    assert fetched(ckan, made["url"]) == data


def test_a_table_goes_out_after_its_load(ckan: OfficeWorld) -> None:
    package = ckan.package()
    made = upload(ckan, "resource_create", CSV, "jumlah.csv", package_id=package["id"])
    assert ckan.published("package_show", {"id": package["id"]})[1]["num_resources"] == 0
    assert ckan.result("resource_show", {"id": made["id"]})["id"] == made["id"]
    status = ckan.result("task_status_show", {"entity_id": made["id"], "task_type": "datapusher", "key": "datapusher"})
    assert status["state"] == "pending"
    ckan.work()
    out = ckan.published("resource_show", {"id": made["id"]})[1]
    assert (out["datastore_active"], out["size"]) == (True, len(CSV))
    rows = ckan.published("datastore_search", {"resource_id": made["id"]})[1]
    assert rows["total"] == 2
    status = ckan.result("task_status_show", {"entity_id": made["id"], "task_type": "datapusher", "key": "datapusher"})
    assert status["state"] == "complete"
    later = ckan.result("package_patch", {"id": package["id"], "notes": "tambahan"})
    assert later["resources"][0]["datastore_active"] is True
    assert ckan.published("datastore_search", {"resource_id": made["id"]})[1]["total"] == 2


def test_two_uploads_in_a_row_go_out_together(ckan: OfficeWorld) -> None:
    package = ckan.package()
    upload(ckan, "resource_create", CSV, "satu.csv", package_id=package["id"])
    upload(ckan, "resource_create", CSV + b"33.29.03;1\n", "dua.csv", package_id=package["id"])
    ckan.quick()
    assert ckan.published("package_show", {"id": package["id"]})[1]["num_resources"] == 2


def test_a_replaced_file_keeps_its_old_address(ckan: OfficeWorld) -> None:
    package = ckan.package()
    made = upload(ckan, "resource_create", b"%PDF-1.4 satu", "a.pdf", package_id=package["id"])
    old = made["unduhan"][0]["url"]
    changed = upload(ckan, "resource_update", b"%PDF-1.4 dua", "b.pdf", id=made["id"], name="N")
    assert (changed["id"], changed["size"]) == (made["id"], len(b"%PDF-1.4 dua"))
    assert (fetched(ckan, old), fetched(ckan, changed["url"])) == (b"%PDF-1.4 satu", b"%PDF-1.4 dua")


def test_an_upload_with_personal_numbers_stays_in(ckan: OfficeWorld) -> None:
    package = ckan.package()
    nik = b"nama;nik\nA;3329010101900001\nB;3329014101900002\n"
    made = upload(ckan, "resource_create", nik, "orang.csv", package_id=package["id"])
    with pytest.raises(JobRefused):
        ckan.quick()
    assert ckan.published("resource_show", {"id": made["id"]})[0] == 404
    assert ckan.published("package_show", {"id": package["id"]})[1]["num_resources"] == 0


def test_a_change_while_a_file_is_loaded_goes_out_with_it(ckan: OfficeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.ingest.packages.SETTLE_SECONDS", 0.1)
    package = ckan.package(resources=[{"url": "http://a", "name": "A"}])
    made = upload(ckan, "resource_create", CSV, "jumlah.csv", package_id=package["id"])
    patched = ckan.result("package_patch", {"id": package["id"], "title": "Sambil dimuat"})
    assert [row["id"] for row in patched["resources"]] == [package["resources"][0]["id"], made["id"]]
    ckan.quick()
    out = ckan.published("package_show", {"id": package["id"]})[1]
    assert (out["title"], out["num_resources"], out["private"]) == ("Sambil dimuat", 2, False)
