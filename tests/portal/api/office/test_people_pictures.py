"""Pictures of organisations and groups: kept by hash, served as what they are, nothing else taken."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.catalog import images
from portal.kernel.storage import open_root
from tests.portal.api.office.people_acts import organization, register
from tests.portal.api.office.world import OfficeWorld, digest

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 40
GIF = b"GIF89a" + b"y" * 20
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture(scope="module")
def founder(ckan: OfficeWorld) -> str:
    register(ckan, "gb-kelola")
    organization(ckan, "gb-dinas", "gb-kelola")
    return "gb-kelola"


def form(data: bytes, filename: str = "lambang.png", **fields: str) -> dict[str, object]:
    return {**fields, "image_upload": (io.BytesIO(data), filename)}


@pytest.mark.parametrize("kind", ["organization", "group"])
def test_a_picture_is_public_when_the_call_returns(ckan: OfficeWorld, founder: str, kind: str) -> None:
    made = ckan.result(f"{kind}_create", who=founder, form=form(PNG, name=f"gb-{kind}", title="Bergambar"))
    name = f"{digest(PNG)}.png"
    assert made["image_url"] == made["image_display_url"]
    assert made["image_display_url"].endswith(f"/uploads/group/{name}")
    assert ckan.published(f"{kind}_show", {"id": f"gb-{kind}"})[1]["image_display_url"] == made["image_url"]
    shown = ckan.public().test_client().get(f"/uploads/group/{name}")
    assert (shown.status_code, shown.data, shown.mimetype) == (200, PNG, "image/png")
    shown.close()
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    changed = ckan.result(f"{kind}_patch", who=founder, form=form(GIF, "../../x.png", id=f"gb-{kind}"))
    assert changed["image_url"].endswith(f"{digest(GIF)}.gif"), "its bytes say what it is, not its name"
    kept = ckan.result(f"{kind}_patch", {"id": f"gb-{kind}", "title": "Lain"}, founder)
    assert kept["image_url"] == changed["image_url"]
    cleared = ckan.result(f"{kind}_patch", {"id": f"gb-{kind}", "clear_upload": True}, founder)
    assert cleared["image_url"] == ""


def test_what_is_no_picture_is_refused(ckan: OfficeWorld, founder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "LARGEST", 1000)
    for data in (SVG, b"<html>", b"", b"%PDF-1.4"):
        status, error = ckan.error("organization_patch", who=founder, form=form(data, id="gb-dinas"))
        assert (status, "image_upload" in error) == (409, True)
    status, error = ckan.error("organization_patch", who=founder, form=form(PNG + b"z" * 1000, id="gb-dinas"))
    assert status == 409
    assert "upload" in error
    assert ckan.error("organization_patch", who="tamu", form=form(PNG, id="gb-dinas"))[0] == 403
    status, error = ckan.error("user_patch", who=founder, form=form(SVG, id=founder))
    assert (status, "image_upload" in error) == (409, True)


def test_a_person_s_picture_is_sealed_and_shown_to_who_may_see_the_person(
    ckan: OfficeWorld, founder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "LARGEST", 1000)
    portrait = PNG + b"potret"
    made = ckan.result("user_patch", who=founder, form=form(portrait, id=founder))
    name = f"{digest(portrait)}.png"
    assert made["image_url"] == made["image_display_url"]
    assert made["image_url"].endswith(f"/uploads/user/{name}")
    address, client = f"/uploads/user/{name}", ckan.office.app.test_client()
    root = ckan.office.runtime.vault_files
    assert root is not None
    assert b"potret" not in root.read(f"foto/{name[:2]}/{name}"), "sealed at rest"
    for who in (founder, "admin"):
        shown = client.get(address, headers={"Authorization": ckan.keys[who]})
        assert (shown.status_code, shown.data, shown.mimetype) == (200, portrait, "image/png")
        assert shown.headers["Cache-Control"] == "private, no-store"
    assert client.get(address, headers={"Authorization": ckan.keys["tamu"]}).status_code == 404
    assert client.get(address).status_code == 404
    assert client.get(f"/uploads/user/{'a' * 64}.png", headers={"Authorization": ckan.keys["admin"]}).status_code == 404
    assert ckan.public().test_client().get(address).status_code == 404
    assert ckan.error("user_patch", who=founder, form=form(PNG + b"z" * 1000, id=founder))[1]["upload"]
    cleared = ckan.result("user_patch", {"id": founder, "clear_upload": True}, founder)
    assert cleared["image_url"] is None
    assert client.get(address, headers={"Authorization": ckan.keys[founder]}).status_code == 404


@pytest.mark.parametrize("name", ["x.png", f"{'a' * 64}.svg", f"{'a' * 64}.png", "..%2f..%2fetc%2fpasswd"])
def test_an_address_that_leads_to_nothing(ckan: OfficeWorld, name: str) -> None:
    assert ckan.public().test_client().get(f"/uploads/group/{name}").status_code == 404


@given(st.binary(max_size=64))
def test_anything_else_is_no_picture(data: bytes) -> None:
    found = images.picture(data)
    assert found is None or images.NAME.fullmatch(found.name)


def test_a_name_that_is_none_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not the name"):
        images.key("../x.png")
    found = images.picture(b"RIFF\x00\x00\x00\x00WEBPVP8 ")
    assert found is not None
    root = open_root(tmp_path.as_uri())
    images.keep(root, found)
    assert root.read(images.key(found.name)) == found.data
