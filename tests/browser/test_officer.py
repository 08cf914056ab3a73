"""The officer's journey in a real browser: a messy table and a layer without CRS, from upload to the public."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from portal.kernel.identity import Role
from tests.apps import PASSWORD
from tests.browser.look import looking
from tests.browser.world import World
from tests.portal.ingest.desk_pages import ANSWERS
from tests.portal.ingest.test_pages_files import zipped

pytestmark = pytest.mark.browser
AGENCY = "dinkes"
TABLE = (
    b"Jumlah Posyandu per Kecamatan;;;\n"
    b"Kabupaten Brebes;;;\n"
    b"Kode Wilayah;Kecamatan;Tahun;Jumlah Posyandu\n"
    b"33.29.01;Salem;2024;1.102\n"
    b"33.29.02;Bantarkawung;2024;96\n"
    b"33.29.03;Bumiayu;2024;87\n"
    b"Sumber: Dinas Kesehatan;;;\n"
)
LAYER_ANSWERS = {
    "jenis_data": "geospasial_tematik",
    "skala": "25000",
    "acuan_igd": "RBI 1:25.000",
    "kugi_kode": "batas-wilayah",
    "mutu": "Digitasi dari citra.",
}


@dataclass
class Desk:
    """People at their desks; each signs in with a browser of his own."""

    browser: Browser
    world: World

    @contextmanager
    def of(self, email: str) -> Iterator[Page]:
        """A signed-in page; script and policy faults fail the test at its end."""
        with looking(self.browser) as look:
            look.goto(f"{self.world.office}/masuk")
            look.page.get_by_label("Surel").fill(email)
            look.page.get_by_label("Kata sandi").fill(PASSWORD)
            look.page.locator("main button[type=submit]").first.click()
            look.page.wait_for_url(f"{self.world.office}/")
            yield look.page
            assert look.faults == []

    def named(self, page: Page, duty: str) -> str:
        """E-mail of the person whom the dataset's page names for a duty."""
        people = page.locator("aside section").filter(has=page.get_by_role("heading", name="Petugas"))
        name = people.locator("dt", has_text=duty).locator("xpath=following-sibling::dd").inner_text()
        return next(person.email for person in self.world.seeder.plan.people if person.name == name)


@pytest.fixture
def desk(browser: Browser, world: World) -> Desk:
    return Desk(browser, world)


def describe(page: Page, answers: dict[str, str]) -> None:
    """Fill the whole description and save it."""
    for name, value in answers.items():
        shown = page.locator(f"main [name={name}]")
        if shown.first.evaluate("e => e.type") == "radio":
            page.locator(f"main [name={name}][value='{value}']").check()
        elif shown.first.evaluate("e => e.tagName") == "SELECT":
            shown.select_option(value)
        else:
            shown.fill(value)
    page.get_by_role("button", name="Simpan keterangan").click()


def upload(page: Page, desk: Desk, file: Path) -> None:
    """Choose the file: it is sent at once, and its page says what is going on until the worker has read it."""
    page.goto(f"{desk.world.office}/unggah")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_role("heading", name="Sedang dibaca")).to_be_visible(timeout=30_000)
    desk.world.work()


def dataset_path(page: Page) -> str:
    found = re.search(r"/data/[0-9a-f-]{36}", page.url)
    assert found is not None
    return found[0]


def release(desk: Desk, path: str, ppid: str, checker: str) -> None:
    """Checked, consented, classified, released: each act by the person whose duty it is."""
    office = desk.world.office
    with desk.of(checker) as page:
        page.goto(f"{office}{path}/periksa")
        page.get_by_label("Nomor berita acara").fill("BA-7/2026")
        page.get_by_role("button", name="Nyatakan lolos").click()
        expect(page.get_by_text("Dinyatakan lolos pemeriksaan.")).to_be_visible()
    with desk.of(desk.world.address(Role.KEPALA_OPD, AGENCY)) as page:
        page.goto(f"{office}{path}/persetujuan")
        page.get_by_role("button", name="Setujui publikasi").click()
        expect(page.get_by_text("Persetujuan dicatat.")).to_be_visible()
    with desk.of(ppid) as page:
        page.goto(f"{office}{path}/tetapkan")
        page.get_by_role("button", name="Tetapkan terbuka").click()
        expect(page.get_by_text("Ditetapkan terbuka untuk umum.")).to_be_visible()
    with desk.of(checker) as page:
        page.goto(f"{office}{path}/rilis")
        page.get_by_role("button", name="Rilis sekarang").click()
        expect(page.get_by_text("Perintah rilis diterima")).to_be_visible()
        desk.world.work()


def submit(page: Page, desk: Desk, path: str) -> tuple[str, str]:
    """Hand the dataset in; who is named to check it and to classify it."""
    page.goto(f"{desk.world.office}{path}/ajukan")
    page.get_by_role("button", name="Ajukan pemeriksaan").click()
    expect(page.get_by_text("Diajukan. Pemeriksanya:")).to_be_visible()
    return desk.named(page, "PPID"), desk.named(page, "Pemeriksa")


def answer(url: str) -> Any:
    with urllib.request.urlopen(url) as reply:  # noqa: S310 - our own server on loopback
        return json.load(reply)["result"]


def test_a_table_with_title_rows_goes_from_the_officer_to_the_public(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "posyandu kecamatan 2024.csv"
    file.write_bytes(TABLE)
    with desk.of(desk.world.address(Role.PRODUSEN, AGENCY)) as page:
        upload(page, desk, file)
        expect(
            page.get_by_role("heading", name=re.compile("Ditemukan: 3 baris, 4 kolom, tajuk di baris 3"))
        ).to_be_visible()
        page.get_by_role("button", name="Ya, muat tabel ini").click()
        expect(page.get_by_role("heading", name="Sedang dimuat")).to_be_visible()
        desk.world.work()
        expect(page.get_by_role("heading", name="Yang dimuat: 3 baris")).to_be_visible(timeout=30_000)
        path = dataset_path(page)
        page.get_by_role("link", name="Lanjut ke pertanyaan").click()
        expect(page.get_by_text(re.compile(r"Pertanyaan \d+ dari \d+"))).to_be_visible()
        page.goto(f"{desk.world.office}{path}/keterangan")
        describe(page, {**ANSWERS, "judul": "Jumlah posyandu per kecamatan"})
        ppid, checker = submit(page, desk, path)
    release(desk, path, ppid, checker)
    found = answer(f"{desk.world.public}/api/3/action/package_search?q=posyandu+kecamatan")["results"]
    package = next(item for item in found if item["title"] == "Jumlah posyandu per kecamatan")
    rows = answer(f"{desk.world.public}/api/3/action/datastore_search?resource_id={package['resources'][0]['id']}")
    assert [(row["kecamatan"], float(row["jumlah_posyandu"])) for row in rows["records"]] == [
        ("Salem", 1102.0),
        ("Bantarkawung", 96.0),
        ("Bumiayu", 87.0),
    ]
    with looking(desk.browser) as look:
        look.goto(f"{desk.world.public}/dataset/{package['name']}")
        expect(look.page.get_by_role("heading", level=1)).to_have_text("Jumlah posyandu per kecamatan")
        expect(look.page.get_by_role("figure").first).to_contain_text("Salem")


def test_a_layer_without_crs_is_asked_for_it_and_then_drawn(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "zona layanan.zip"
    file.write_bytes(zipped())
    with desk.of(desk.world.address(Role.GIS, AGENCY)) as page:
        upload(page, desk, file)
        question = page.get_by_role("group", name="Sistem koordinat mana yang menaruhnya di tempat yang benar?")
        expect(question).to_be_visible(timeout=30_000)
        question.get_by_role("radio", name=re.compile("EPSG:32749")).check()
        page.get_by_role("button", name="Ya, muat peta ini").click()
        expect(page.get_by_role("heading", name="Sedang dimuat")).to_be_visible()
        desk.world.work()
        expect(page.get_by_role("heading", name="Yang dimuat: 3 unsur")).to_be_visible(timeout=30_000)
        path = dataset_path(page)
        page.goto(f"{desk.world.office}{path}/keterangan")
        describe(page, {**ANSWERS, "judul": "Zona layanan kesehatan", **LAYER_ANSWERS})
        ppid, checker = submit(page, desk, path)
    release(desk, path, ppid, checker)
    found = answer(f"{desk.world.public}/api/3/action/package_search?q=zona+layanan")["results"]
    package = next(item for item in found if item["title"] == "Zona layanan kesehatan")
    with looking(desk.browser) as look:
        look.goto(f"{desk.world.public}/peta/{package['resources'][0]['id']}")
        expect(look.page.locator("[data-map-ready]")).to_be_visible(timeout=45_000)
        look.page.locator("canvas.maplibregl-canvas").click()
        expect(look.page.locator(".maplibregl-popup")).to_contain_text("Zona")
        assert look.faults == []
