"""package_create, show, update, patch in profile `ckan`: what is sent comes back, found when the call returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from portal.kernel.identity import Role
from tests.portal.api.office.world import OfficeWorld, free_id

FULL: dict[str, Any] = {
    "title": "Judul",
    "notes": "Baris satu\r\nbaris dua ",
    "url": "http://contoh.id/asal",
    "version": "1.0",
    "author": "A",
    "author_email": "a@contoh.id",
    "maintainer": "M",
    "maintainer_email": "m@contoh.id",
    "license_id": "cc-by",
    "tags": [{"name": "zeta"}, {"name": "alfa beta"}],
    "extras": [{"key": "z", "value": "1"}, {"key": "a", "value": "2"}],
    "resources": [
        {"url": "http://contoh.id/x.csv", "name": "R", "foo": "bar", "size": 12, "format": "csv", "nested": {"a": 1}},
        {"url": "http://contoh.id/y"},
    ],
}


def test_what_package_create_gets_package_show_gives_back(ckan: OfficeWorld) -> None:
    made = ckan.package(**FULL)
    assert ckan.result("package_show", {"id": made["name"]}) == made
    assert ckan.published("package_show", {"id": made["id"]}) == (200, made)
    for name in ("title", "notes", "url", "version", "author", "author_email", "maintainer", "license_id", "extras"):
        assert made[name] == FULL[name], name
    assert [tag["name"] for tag in made["tags"]] == ["alfa beta", "zeta"]
    assert (made["private"], made["state"], made["isopen"], made["num_tags"]) == (False, "active", True, 2)
    first, second = made["resources"]
    assert (first["foo"], first["nested"], first["size"], first["format"]) == ("bar", {"a": 1}, 12, "CSV")
    assert (first["position"], second["position"], second["name"], second["url_type"]) == (0, 1, None, None)


def test_a_write_is_searchable_when_the_call_returns(ckan: OfficeWorld) -> None:
    word = ckan.name("kucing").replace("-", "")
    made = ckan.package(title=f"Tentang {word}")
    found = ckan.published("package_search", {"q": word})[1]
    assert [row["id"] for row in found["results"]] == [made["id"]]
    ckan.result("package_patch", {"id": made["id"], "title": "Lain sama sekali"})
    assert ckan.published("package_search", {"q": word})[1]["count"] == 0


def test_every_state_is_walked_and_recorded_with_the_actor(ckan: OfficeWorld) -> None:
    made = ckan.package()
    rows = ckan.sql.execute(
        "SELECT from_state, to_state, detail->>'aktor' FROM vault.transition WHERE dataset_id = %s ORDER BY id",
        (made["id"],),
    ).fetchall()
    assert [row[1] for row in rows] == [
        "direncanakan", "dikumpulkan", "diterima", "dikelompokkan", "disunting", "dikodekan", "direkam", "diperiksa",
        "tervalidasi", "terbit",
    ]  # fmt: skip
    assert {row[2] for row in rows} == {"api"}
    assert ckan.scalar("SELECT state FROM vault.version WHERE dataset_id = %s", made["id"]) == "terbit"
    assert ckan.scalar("SELECT sifat FROM vault.register WHERE dataset_id = %s", made["id"]) == "publik"
    assert ckan.scalar("SELECT step FROM ingest.release_order WHERE dataset_id = %s", made["id"]) == "selesai"


def test_what_the_client_lacks_is_filled_and_told(ckan: OfficeWorld) -> None:
    made = ckan.package()
    assert "sumber_data" in made["diisi_sistem"]
    assert made["groups"] == []
    stored = ckan.scalar("SELECT metadata FROM vault.version WHERE dataset_id = %s", made["id"])
    assert (stored["sumber_data"], stored["jenis_data"], stored["kelompok"]) == (
        "tidak dinyatakan", "statistik_khusus", "lain",
    )  # fmt: skip


def test_update_empties_and_patch_keeps(ckan: OfficeWorld) -> None:
    made = ckan.package(**FULL)
    patched = ckan.result("package_patch", {"id": made["id"], "title": "Baru"})
    assert (patched["title"], patched["notes"]) == ("Baru", FULL["notes"])
    # CKAN's database gives extras back by the length of the key, then by the key
    assert [row["key"] for row in patched["extras"]] == ["a", "z"]
    assert patched["resources"] == made["resources"]
    updated = ckan.result("package_update", {"id": made["id"], "notes": "N2"})
    assert (updated["title"], updated["notes"], updated["author"]) == (made["name"], "N2", None)
    assert (updated["tags"], updated["extras"]) == ([], [])
    assert [row["id"] for row in updated["resources"]] == [row["id"] for row in made["resources"]]
    assert updated["metadata_created"] == made["metadata_created"]
    assert updated["metadata_modified"] > made["metadata_modified"]
    versions = ckan.scalar("SELECT count(*) FROM catalog.version WHERE dataset_id = %s", made["id"], side="public")
    assert versions == 3


def test_nothing_changed_makes_no_version(ckan: OfficeWorld) -> None:
    made = ckan.package(**FULL)
    assert ckan.result("package_update", made) == made
    assert ckan.result("package_patch", {"id": made["id"], "title": FULL["title"]}) == made


def test_the_second_of_two_editors_learns_of_the_first(ckan: OfficeWorld) -> None:
    read = ckan.package(**FULL)
    ckan.result("package_patch", {"id": read["id"], "title": "Yang pertama"})
    status, error = ckan.error("package_update", {**read, "title": "Yang kedua"})
    assert (status, list(error)) == (409, ["metadata_modified", "__type"])
    del read["metadata_modified"]
    assert ckan.result("package_update", {**read, "title": "Yang kedua"})["title"] == "Yang kedua"


def test_faults_are_told_in_ckans_shape(ckan: OfficeWorld) -> None:
    taken = ckan.package()
    bad = {
        "name": taken["name"],
        "owner_org": "tidak-ada",
        "tags": [{"name": "x"}, {"name": "baik"}, {"name": "b@d"}],
        "extras": [{"key": "a", "value": "1"}, {"key": "title", "value": "3"}],
        "groups": [{"name": "tidak-ada"}],
        "author_email": "zz",
        "resources": [{"url": "http://a"}, {"url": "http://b", "size": "x"}],
    }
    assert ckan.error("package_create", bad)[0] == 403
    status, error = ckan.error("package_create", bad, "admin")
    assert status == 409
    assert error["name"] == ["That URL is already in use."]
    assert error["owner_org"] == ["Organization does not exist"]
    assert len(error["tags"]) == 2
    assert error["extras"] == [{}, {"key": ["There is a schema field with the same name"]}]
    assert error["resources"] == [{}, {"size": ["Invalid integer"]}]
    assert list(error["groups"][0]) == ["name"]
    assert set(error) == {
        "name", "owner_org", "tags", "extras", "groups", "author_email", "resources", "__type",
    }  # fmt: skip
    assert ckan.error("package_create", {}) == (
        409,
        {
            "name": ["Missing value"],
            "owner_org": ["An organization must be provided"],
            "__type": "Validation Error",
        },
    )
    assert ckan.error("package_create", {"name": "abc", "tags": "x"})[0] == 400


def test_an_administrators_own_id_is_kept_once(ckan: OfficeWorld) -> None:
    """CKAN's rule; anybody else is refused alike, whether the id is taken or free (I7)."""
    ckan.person("pemindah", "dinas-kesehatan", Role.ADMIN, Role.PRODUSEN)
    key, new = free_id(), {"owner_org": "dinas-kesehatan"}
    assert ckan.package("pemindah", id=key)["id"] == key
    assert ckan.error("package_create", {**new, "name": ckan.name(), "id": key}, "pemindah")[1]["id"]
    assert ckan.error("package_create", {**new, "name": ckan.name(), "id": "xyz"}, "pemindah")[0] == 409
    taken, free = (ckan.error("package_create", {**new, "name": ckan.name(), "id": item}) for item in (key, free_id()))
    assert taken == free == (409, {"id": ["The input field id was not expected."], "__type": "Validation Error"})


def test_who_may_not_is_told_so(ckan: OfficeWorld) -> None:
    made = ckan.package()
    assert ckan.error("package_create", {"name": ckan.name(), "owner_org": "dinas-kesehatan"}, None)[0] == 403
    assert ckan.error("package_create", {"name": ckan.name(), "owner_org": "dinas-kesehatan"}, "joko")[0] == 403
    assert ckan.error("package_patch", {"id": made["id"], "title": "X"}, "joko")[0] == 403
    assert ckan.error("package_patch", {"id": made["id"], "title": "X"}, None)[0] == 403
    assert ckan.error("package_patch", {"id": free_id(), "title": "X"})[0] == 404
    assert ckan.error("package_patch", {}, "admin")[1] == {"id": ["Missing value"], "__type": "Validation Error"}
    assert list(ckan.error("package_patch", {})[1]) == ["message", "__type"]


def test_a_write_takes_few_statements(ckan: OfficeWorld, statements: Callable[[], Any]) -> None:
    made = ckan.package(**FULL)
    budgets = {"package_create": 22, "package_patch": 26}
    calls = {
        "package_create": {"name": ckan.name(), "owner_org": "dinas-kesehatan", **FULL},
        "package_patch": {"id": made["id"], "title": "Sedikit"},
    }
    for action, data in calls.items():
        with statements() as log:
            ckan.result(action, data)
        # the engine's own statements are its tests' business
        own = [
            text for text in log.texts if "search" not in text and "_timeout" not in text and "xact_lock" not in text
        ]
        assert len(own) <= budgets[action], own
