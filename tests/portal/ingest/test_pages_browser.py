"""Every office page in a real browser: no axe fault, no sideways scroll, no policy error; upload cut and resumed.

With OFFICE_SCREENSHOTS set to a folder, the pages are also photographed there, at 1280 and 360 pixels.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from werkzeug.serving import make_server

from tests.apps import PASSWORD
from tests.portal.ingest.desk_pages import MESSY, Pages, layer, made_pages
from tests.portal.ingest.test_pages_files import BAD, workbook, zipped
from tests.support import Databases

pytestmark = pytest.mark.browser
CHUNK = 5 * 1024 * 1024
WIDE = """() => [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1
    && !e.closest('.table-scroll')).map(e => e.outerHTML.slice(0, 120)).slice(0, 4)"""


@dataclass
class Site:
    """The application behind a real server, with datasets in every stage."""

    pages: Pages
    url: str
    shown: dict[str, tuple[str, str]]


def _validated(pages: Pages, title: str, minutes: str) -> UUID:
    """A dataset that its checker has validated."""
    made = pages.submitted(judul=title)
    pages.post("wati", f"/data/{made}/periksa/validasi", minutes=minutes, method="Pencocokan")
    return made


def _addresses(pages: Pages) -> dict[str, tuple[str, str]]:
    """Name of a page → who sees it and where."""
    draft = pages.new((MESSY, "posyandu_kecamatan_2024.csv"))
    bad = pages.new((BAD, "imunisasi.csv"))
    book = pages.new((workbook(), "tenaga_kesehatan.xlsx"))
    area = pages.new((layer(), "zona_layanan.geojson"))
    asked = pages.new((zipped(), "zona_tanpa_prj.zip"))
    several = pages.new((MESSY, "posyandu.csv"), (BAD, "imunisasi_dasar.csv"))
    moved = pages.resource(several, 1)
    pages.post("siti", f"/data/{several}/berkas/urutan", berkas=str(moved), arah="naik")
    loaded = pages.loaded(judul="Jumlah puskesmas per kecamatan, 2024")
    checked = pages.submitted(judul="Jumlah bidan per kecamatan, 2024", jenis_data="statistik_sektoral")
    waiting = _validated(pages, "Jumlah apotek per kecamatan, 2024", "BA-2/2026")
    ready = _validated(pages, "Jumlah klinik per kecamatan, 2024", "BA-3/2026")
    pages.post("kepala", f"/data/{ready}/persetujuan", acts="publikasi")
    pages.post("pita", f"/data/{ready}/tetapkan", sifat="publik")
    out = pages.released(judul="Jumlah rumah sakit per kecamatan, 2024")

    def file(dataset_id: UUID) -> str:
        return f"/data/{dataset_id}/berkas/{pages.resource(dataset_id)}"

    return {
        "tugas": ("siti", "/"),
        "tugas-kosong": ("tono", "/"),
        "tugas-pemeriksa": ("wati", "/"),
        "daftar": ("siti", "/data"),
        "unggah": ("siti", "/unggah"),
        "tambah-berkas": ("siti", f"/data/{draft}/unggah"),
        "berkas-tabel": ("siti", file(draft)),
        "berkas-sel-buruk": ("siti", file(bad)),
        "berkas-lembar": ("siti", file(book)),
        "berkas-peta": ("siti", file(area)),
        "berkas-crs": ("siti", file(asked)),
        "berkas-dimuat": ("siti", file(loaded)),
        "hapus": ("siti", f"{file(loaded)}/hapus"),
        "draf": ("siti", f"/data/{draft}"),
        "urutan": ("siti", f"/data/{several}?pindah={moved}#turun-{moved}"),
        "pertanyaan": ("siti", f"/data/{draft}/tanya/jenis_data"),
        "keterangan": ("siti", f"/data/{loaded}/keterangan"),
        "ajukan": ("siti", f"/data/{loaded}/ajukan"),
        "pratinjau": ("siti", f"/data/{loaded}/pratinjau"),
        "periksa": ("wati", f"/data/{checked}/periksa"),
        "periksa-bps": ("budi", f"/data/{checked}/periksa"),
        "persetujuan": ("kepala", f"/data/{waiting}/persetujuan"),
        "tetapkan": ("pita", f"/data/{waiting}/tetapkan"),
        "rilis": ("wati", f"/data/{ready}/rilis"),
        "terbit": ("wati", f"/data/{out}"),
        "tarik": ("wati", f"/data/{out}/tarik"),
        "arsipkan": ("wati", f"/data/{checked}/arsipkan"),
    }


@pytest.fixture(scope="module")
def site(module_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with made_pages(module_databases, tmp_path_factory.mktemp("kantor")) as pages:
        shown = _addresses(pages)
        server = make_server("127.0.0.1", 0, pages.office.app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Site(pages, f"http://127.0.0.1:{server.server_port}", shown)
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def people(site: Site, browser: Browser) -> dict[str, Any]:
    """The cookies of each person, from signing in once."""
    kept: dict[str, Any] = {}
    for name in sorted({who for who, _path in site.shown.values()}):
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{site.url}/masuk")
        page.get_by_label("Surel").fill(f"{name}@contoh.id")
        page.get_by_label("Kata sandi").fill(PASSWORD)
        page.locator("main button[type=submit]").first.click()
        page.wait_for_url(re.compile(r"/$"))
        kept[name] = context.storage_state()
        context.close()
    return kept


def faults_of(page: Page, name: str) -> list[str]:
    """Axe faults, sideways scroll, more or fewer than one h1: each as a sentence."""
    found = [
        f"{name}: {fault['id']} {[node['html'][:200] for node in fault['nodes'][:3]]}"
        for fault in Axe().run(page).response["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") > 0:
        found.append(f"{name}: overflow {page.evaluate(WIDE)}")
    if page.locator("h1").count() != 1:
        found.append(f"{name}: h1")
    return found


def context_of(browser: Browser, state: Any, width: int, scheme: Any) -> BrowserContext:
    return browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce", storage_state=state
    )


def photograph(page: Page, path: Path, width: int) -> None:
    """The page from its top, at most three screens of it: enough to judge, small enough to keep."""
    height = min(page.evaluate("document.documentElement.scrollHeight"), 1800)
    page.screenshot(path=str(path), full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height})


def listen(page: Page, faults: list[str]) -> None:
    """Script and policy errors of the page."""
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if "Security Policy" in line.text else None)


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (1280, "light"),
        (360, "dark"),
        pytest.param(1280, "dark", marks=pytest.mark.long),
        pytest.param(360, "light", marks=pytest.mark.long),
    ],
)
def test_every_office_page_is_in_order(
    site: Site, people: dict[str, Any], browser: Browser, width: int, scheme: str
) -> None:
    folder, faults = os.environ.get("OFFICE_SCREENSHOTS"), list[str]()
    for who, state in people.items():
        context = context_of(browser, state, width, scheme)
        page = context.new_page()
        listen(page, faults)
        for name, path in ((name, path) for name, (owner, path) in site.shown.items() if owner == who):
            answer = page.goto(f"{site.url}{path}")
            assert answer is not None
            assert answer.status == 200, (name, answer.status)
            if folder and scheme == "light":
                photograph(page, Path(folder) / f"kantor-{name}-{width}.png", width)
            faults += faults_of(page, name)
        context.close()
    assert faults == []


def test_a_file_is_dropped_lost_resumed_read_and_loaded(
    site: Site, people: dict[str, Any], browser: Browser, tmp_path: Path
) -> None:
    rows = "".join(f"33.29.01;Salem;2024;{number};{'x' * 60}\n" for number in range(80_000))
    big = tmp_path / "kunjungan puskesmas 2024.csv"
    big.write_text("Kode Wilayah;Kecamatan;Tahun;Kunjungan;Catatan\n" + rows, encoding="utf-8")
    assert big.stat().st_size > CHUNK
    context = context_of(browser, people["siti"], 1280, "light")
    page = context.new_page()
    faults = list[str]()
    listen(page, faults)
    page.goto(f"{site.url}/unggah")
    sent: list[str] = []

    def lose_the_second(route: Route) -> None:
        if route.request.method == "PUT":
            sent.append(route.request.url.rsplit("offset=", 1)[1])
            if len(sent) == 2:
                route.abort()
                return
        route.continue_()

    page.route(re.compile(r"/unggah/[^/]+/berkas/"), lose_the_second)
    page.locator("input[type=file]").set_input_files(big)
    expect(page.get_by_role("heading", name="Sedang dibaca")).to_be_visible(timeout=60_000)
    assert sent == ["0", str(CHUNK), str(CHUNK)]
    expect(page.locator("[data-progress-live]")).to_contain_text("0%")
    site.pages.work()
    found = page.get_by_role("heading", name=re.compile("Ditemukan: 80.000 baris, 5 kolom, tajuk di baris 1"))
    expect(found).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Ya, muat tabel ini").press("Enter")
    expect(page.get_by_role("heading", name="Sedang dimuat")).to_be_visible()
    site.pages.work()
    expect(page.get_by_role("heading", name="Yang dimuat: 80.000 baris")).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="Lanjut ke pertanyaan").click()
    expect(page.get_by_text("Pertanyaan 2 dari 14")).to_be_visible()
    page.get_by_role("button", name="Simpan dan lanjut").click()
    expect(page.get_by_text("Pertanyaan 6 dari 14")).to_be_visible()
    assert faults == []
    context.close()
