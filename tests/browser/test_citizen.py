"""The citizen's journey in a real browser: from a word to a figure, a map, a whole file, and the same by API."""

from __future__ import annotations

import hashlib
import json
import re
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.look import DESKTOP, PHONE, Look, looking
from tests.browser.world import World

pytestmark = pytest.mark.browser
DATASET = "balita-stunting"
TITLE = "Balita stunting menurut kecamatan"


def action(world: World, call: str) -> Any:
    with urllib.request.urlopen(f"{world.public}/api/3/action/{call}") as reply:  # noqa: S310 - our own server
        return json.load(reply)["result"]


def figure(text: str) -> float:
    """A number as the page writes it: 1.234,5."""
    return float(text.replace(".", "").replace(",", "."))


def find(look: Look, world: World) -> None:
    """Home, a word, a facet; then the dataset among the results."""
    page = look.page
    look.goto(world.public)
    page.locator("input[type=search]").first.fill("stunting balita")
    page.locator("input[type=search]").first.press("Enter")
    expect(page.locator(".results mark").first).to_be_visible()
    opener = page.locator("[data-sheet-open]")
    if opener.is_visible():
        opener.click()
    page.locator("#faset-groups a", has_text="Sosial").click()
    expect(page.locator("#pilihan .chip")).to_have_text(re.compile("Sosial"))
    page.locator(".results a", has_text=TITLE).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)


def downloaded(page: Page, tmp_path: Path) -> bytes:
    """The CSV behind the page's own button."""
    with page.expect_download() as waiting:
        page.locator(".downloads a", has_text="CSV").first.click()
    path = tmp_path / "unduhan"
    waiting.value.save_as(path)
    return path.read_bytes()


def shown_hash(page: Page, name: str) -> str:
    """The SHA-256 that the page says for a file."""
    page.locator("summary", has_text="SHA-256").first.click()
    row = page.locator("aside dl.facts dt", has_text=re.compile(name)).first
    return row.locator("xpath=following-sibling::dd[1]").inner_text().strip()


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_citizen_finds_looks_downloads_and_calls(browser: Browser, world: World, tmp_path: Path, width: int) -> None:
    with looking(browser, width) as look:
        page = look.page
        find(look, world)
        bars = page.get_by_role("img", name=re.compile("Tertinggi: Bumiayu"))
        expect(bars.first).to_be_visible()
        page.get_by_role("tab", name="Tabel").click()
        page.get_by_role("link", name="Buka seluruh tabel").click()
        page.goto(f"{page.url}?urut=-tahun&k.kecamatan=Salem")
        cells = page.locator("tbody tr").first.locator("th, td").all_inner_texts()
        page.go_back()
        page.go_back()
        data = downloaded(page, tmp_path)
        assert shown_hash(page, r"\.csv$") == hashlib.sha256(data).hexdigest()
        assert look.faults == []
    package = action(world, f"package_show?id={DATASET}")
    assert package["title"] == TITLE
    resource = package["resources"][0]["id"]
    wanted = f"resource_id={resource}&q=Salem&sort=tahun%20desc&limit=1"
    record = action(world, f"datastore_search?{wanted}")["records"][0]
    assert cells[:2] == [record["kode_kecamatan"], "Salem"]
    assert [figure(cell) for cell in cells[3:]] == [
        float(record[name]) for name in ("balita_diukur", "balita_stunting", "prevalensi_stunting")
    ]
    assert str(record["kode_kecamatan"]) in data.decode("utf-8-sig")


def test_the_map_box_narrows_a_search_and_the_map_answers(browser: Browser, world: World) -> None:
    with looking(browser) as look:
        page = look.page
        look.goto(f"{world.public}/dataset?q=puskesmas")
        page.locator("summary", has_text="Kotak peta").click()
        page.get_by_role("button", name="Pilih di peta").click()
        expect(page.locator("[data-map-ready]")).to_be_visible(timeout=45_000)
        page.get_by_role("button", name="Pakai yang tampak").click()
        page.get_by_role("button", name="Terapkan kotak").click()
        expect(page.locator("#pilihan .chip", has_text="kotak peta")).to_be_visible()
        page.locator(".results a", has_text="Sebaran puskesmas").click()
        expect(page.locator("[data-map-ready]")).to_be_visible(timeout=45_000)
        page.get_by_role("link", name="Buka peta selebar layar").click()
        expect(page.locator("[data-map-ready]")).to_be_visible(timeout=45_000)
        tiles = [answer for answer in look.answers if ".mvt" in answer.url and answer.status == 200]
        assert tiles
        assert look.faults == []


def test_the_whole_way_works_without_scripts(browser: Browser, world: World, tmp_path: Path) -> None:
    with looking(browser, PHONE, scripts=False) as look:
        page = look.page
        look.goto(world.public)
        page.locator("input[type=search]").first.fill("stunting")
        page.get_by_role("button", name="Cari").first.click()
        page.locator("#faset-groups a", has_text="Sosial").click()
        page.locator(".results a", has_text=TITLE).click()
        expect(page.locator(".chart").first).to_be_visible()
        expect(page.locator("#tabel table")).to_be_visible()
        data = downloaded(page, tmp_path)
        assert shown_hash(page, r"\.csv$") == hashlib.sha256(data).hexdigest()
        page.get_by_role("link", name="Buka seluruh tabel").click()
        page.get_by_role("link", name="Berikutnya").click()
        expect(page.locator("tbody tr").first).to_be_visible()
        look.goto(f"{world.public}/dataset/sebaran-puskesmas")
        page.get_by_role("link", name="Lihat sebagai tabel").first.click()
        expect(page.locator("tbody tr")).to_have_count(30)
        look.goto(f"{world.public}/dataset/jaringan-jalan-kabupaten")
        expect(page.locator(".legend-title")).to_have_text("Fungsi jalan")
