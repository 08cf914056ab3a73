"""Every type of public page, and the office's own account pages: axe, overflow, layout shift, print, targets.

Each page is looked at once in the fast suite, in turns on desktop and phone, light and dark, Indonesian and English;
the whole matrix is marked long.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from portal.kernel.identity import Role
from tests.apps import PASSWORD
from tests.browser.look import DESKTOP, PHONE, Scheme, check, looking, small_targets
from tests.browser.world import REVISED, SEVERAL, WITHDRAWN, World

pytestmark = pytest.mark.browser

PAGES: dict[str, str | Callable[[World], str]] = {
    "beranda": "/",
    "semua-data": "/dataset",
    "cari": "/dataset?q=kecamatan&kind=tabel",
    "kotak": "/dataset?ext_bbox=108.7,-7.2,109.1,-6.8",
    "saran": "/dataset?q=stuntng",
    "kosong": "/dataset?q=zzxqv",
    "dataset-tabel": f"/dataset/{REVISED}",
    "dataset-peta": "/dataset/jaringan-jalan-kabupaten",
    "dataset-beberapa": f"/dataset/{SEVERAL}",
    "sumber-kedua": lambda world: f"/dataset/{SEVERAL}/resource/{world.resource(SEVERAL, 'tabel')}",
    "versi-lama": f"/dataset/{REVISED}/versi/1",
    "tabel": lambda world: f"/tabel/{world.resource(REVISED)}?urut=-tahun",
    "tabel-disaring": lambda world: f"/tabel/{world.resource(REVISED)}?k.kecamatan=Salem",
    "tabel-tampilan": lambda world: f"/tabel/{world.resource(REVISED)}?k.tahun.min=2023&urut=-tahun&sembunyi=kecamatan",
    "grafik": lambda world: f"/grafik/{world.resource('produksi-padi')}",
    "peta-bidang": lambda world: f"/peta/{world.resource('batas-kecamatan')}",
    "peta-titik": lambda world: f"/peta/{world.resource('sebaran-puskesmas')}",
    "instansi": "/organization",
    "satu-instansi": "/organization/dinkes",
    "topik": "/group",
    "satu-topik": "/group/sosial",
    "kabupaten": "/wilayah/33.29",
    "kecamatan": "/wilayah/33.29.01",
    "desa": "/wilayah/33.29.01.2001",
    "tentang": "/tentang",
    "maklumat": "/tentang/maklumat",
    "api": "/api",
    "404": "/tidak/ada",
    "410": f"/dataset/{WITHDRAWN}",
}
CASES: list[tuple[int, Scheme, str]] = list(product((DESKTOP, PHONE), ("light", "dark"), ("id", "en")))
#: Neighbours differ in every respect, so that each page type gets another mix.
TURNS = (0, 7, 2, 5, 4, 3, 6, 1)
OFFICE = (
    "/masuk",
    "/akun",
    "/akun/faktor-kedua",
    "/admin/instansi",
    "/admin/instansi/baru",
    "/admin/orang",
    "/admin/orang/undang",
    "/admin/muat",
)


def address(world: World, name: str, lang: str = "id") -> str:
    """Full address of a page type."""
    made = PAGES[name]
    path = made if isinstance(made, str) else made(world)
    query = "&" if "?" in path else "?"
    return world.public + (path if lang == "id" else f"{path}{query}lang={lang}")


def settled(look: Any) -> None:
    """Wait until a map on the page, if any, has drawn."""
    if look.page.locator("[data-map]").count():
        look.page.locator("[data-map]").first.scroll_into_view_if_needed()
        expect(look.page.locator("[data-map-ready]").first).to_be_visible(timeout=45_000)


@pytest.mark.parametrize("name", PAGES)
def test_public_page(browser: Browser, world: World, name: str) -> None:
    width, scheme, lang = CASES[TURNS[list(PAGES).index(name) % len(TURNS)]]
    with looking(browser, width, scheme) as look:
        answer = look.goto(address(world, name, lang))
        assert answer.status == (int(name) if name.isdigit() else 200)
        settled(look)
        check(look)
        if width == PHONE:
            assert not small_targets(look.page)
        assert look.page.locator("html").get_attribute("lang") == lang


@pytest.mark.long
@pytest.mark.parametrize(("width", "scheme", "lang"), CASES)
@pytest.mark.parametrize("name", PAGES)
def test_public_page_in_every_way(
    browser: Browser, world: World, name: str, width: int, scheme: Scheme, lang: str
) -> None:
    with looking(browser, width, scheme) as look:
        look.goto(address(world, name, lang))
        settled(look)
        check(look)


def test_every_page_prints_without_what_is_for_the_screen(browser: Browser, world: World) -> None:
    with looking(browser) as look:
        for name in ("beranda", "cari", "dataset-tabel", "tabel", "grafik", "kecamatan", "tentang"):
            look.goto(address(world, name))
            look.page.emulate_media(media="print")
            for gone in (".masthead form", ".masthead nav", ".pager", ".filters"):
                shown = look.page.locator(gone)
                assert all(not shown.nth(index).is_visible() for index in range(shown.count())), (name, gone)
            assert look.page.locator("h1").is_visible()
            assert look.page.pdf(format="A4", prefer_css_page_size=True).startswith(b"%PDF")
            look.page.emulate_media(media="screen")


@pytest.fixture(scope="module")
def admin(browser: Browser, world: World) -> Any:
    """Cookies of the administrator, from signing in once."""
    with looking(browser) as look:
        look.goto(f"{world.office}/masuk")
        look.page.get_by_label("Surel").fill(world.address(Role.ADMIN))
        look.page.get_by_label("Kata sandi").fill(PASSWORD)
        look.page.locator("main button[type=submit]").first.click()
        look.page.wait_for_url(f"{world.office}/")
        return look.page.context.storage_state()


@pytest.mark.parametrize("path", OFFICE)
def test_account_page(browser: Browser, world: World, admin: Any, path: str) -> None:
    width, scheme, lang = CASES[TURNS[OFFICE.index(path)]]
    with looking(browser, width, scheme, state=None if path == "/masuk" else admin) as look:
        assert look.goto(f"{world.office}{path}?lang={lang}").status == 200
        check(look)
