"""The house in a real browser: axe, no overflow at 360 pixels, a map under the strict CSP, keyboard, upload."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, request
from playwright.sync_api import Browser, Page, expect

from tests.portal.web.harness import add_pages, make_app
from tests.serving import served

pytestmark = pytest.mark.browser
CHUNK = 5 * 1024 * 1024


class Uploads:
    """A server of the upload contract that loses the second chunk's answer once."""

    def __init__(self) -> None:
        self.stored: dict[str, bytearray] = {}
        self.puts: list[int] = []
        self.form: dict[str, list[str]] = {}
        self.checksum = ""
        self.lost = False

    def install(self, app: Flask) -> None:
        app.add_url_rule("/unggah/berkas/<key>", "chunk", self.chunk, methods=["PUT", "HEAD"])
        app.add_url_rule("/unggah", "sent", self.sent, methods=["POST"])

    def chunk(self, key: str) -> tuple[dict[str, str], int, dict[str, str]]:
        if request.method == "HEAD":
            known = self.stored.get(key)
            return {}, 404 if known is None else 200, {"Upload-Offset": str(len(known or b""))}
        body = self.stored.setdefault(key, bytearray())
        offset = int(request.args["offset"])
        self.puts.append(offset)
        assert int(request.headers["Upload-Offset"]) == offset
        if offset != len(body):
            return {"message": "salah tempat"}, 409, {"Upload-Offset": str(len(body))}
        body += request.get_data()
        self.checksum = request.headers.get("Upload-Checksum", "")
        if offset == CHUNK and not self.lost:
            self.lost = True
            return {"message": "hilang"}, 502, {}
        return {}, 200, {"Upload-Offset": str(len(body))}

    def sent(self) -> str:
        self.form = request.form.to_dict(flat=False)
        return "<!doctype html><html lang=id><title>ok</title><h1>diterima</h1></html>"


@pytest.fixture(scope="module")
def public() -> Iterator[str]:
    app = make_app()
    add_pages(app)
    app.add_url_rule(
        "/dataset/saran", "suggestions", lambda: [{"text": "padi sawah", "note": "12 data"}, {"text": "padi ladang"}]
    )
    with served(app) as address:
        yield address


@pytest.fixture(scope="module")
def uploads() -> Uploads:
    return Uploads()


@pytest.fixture(scope="module")
def office(uploads: Uploads) -> Iterator[str]:
    app = make_app("office")
    add_pages(app)
    uploads.install(app)
    with served(app) as address:
        yield address


def suggestions() -> list[dict[str, str]]:
    return [{"text": "padi sawah", "note": "12 data"}, {"text": "padi ladang"}]


def opened(browser: Browser, url: str, width: int = 1280, scheme: str = "light") -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )  # type: ignore[arg-type]
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if "Security Policy" in message.text else None)
    page.faults = faults  # type: ignore[attr-defined]
    page.goto(url)
    return page


def check(page: Page) -> None:
    """No axe fault, no sideways scroll, no script or policy error."""
    found = Axe().run(page).response["violations"]
    told = [(fault["id"], [node["html"][:160] for node in fault["nodes"][:3]]) for fault in found]
    assert not told, json.dumps(told, indent=1, ensure_ascii=False)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
    assert not page.faults  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("width", "scheme", "lang"),
    [(1280, "light", "id"), (1280, "dark", "en"), (360, "dark", "id"), (360, "light", "en")],
)
def test_the_style_page_has_no_axe_fault(browser: Browser, public: str, width: int, scheme: str, lang: str) -> None:
    page = opened(browser, f"{public}/gaya?lang={lang}", width, scheme)
    check(page)
    page.context.close()


@pytest.mark.parametrize("name", ["home", "search", "dataset", "table", "map"])
def test_public_mock_pages(browser: Browser, public: str, name: str) -> None:
    page = opened(browser, f"{public}/{name}", 360, "dark")
    check(page)
    page.context.close()


def test_office_mock_page(browser: Browser, office: str) -> None:
    for width in (1280, 360):
        page = opened(browser, f"{office}/tasks", width)
        check(page)
        page.context.close()


def test_targets_are_large_enough(browser: Browser, public: str) -> None:
    page = opened(browser, f"{public}/search", 360)
    small = page.evaluate(
        """() => [...document.querySelectorAll('a,button,summary,input:not([type=hidden]),select')]
        .filter(e => e.getClientRects().length && !e.closest('p') && !e.classList.contains('skip'))
        .map(e => [e.textContent.trim().slice(0, 30), e.getBoundingClientRect().height])
        .filter(([, height]) => height < 24)"""
    )
    assert not small
    page.context.close()


def test_the_map_draws_under_the_strict_policy(browser: Browser, public: str) -> None:
    page = opened(browser, f"{public}/map")
    expect(page.locator("[data-map-ready]")).to_be_visible(timeout=30_000)
    page.locator("canvas.maplibregl-canvas").click(position={"x": 560, "y": 250})
    popup = page.locator(".maplibregl-popup")
    expect(popup).to_contain_text("Kode wilayah")
    assert (popup.locator("a").get_attribute("href") or "").startswith("/wilayah/33.29")
    assert page.locator("[data-map] > svg").is_hidden()
    check(page)
    page.context.close()


def test_the_search_box_on_the_map_fills_the_fields(browser: Browser, public: str) -> None:
    page = opened(browser, f"{public}/search")
    page.get_by_role("button", name="Pilih di peta").click()
    expect(page.locator("[data-map-ready]")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Pakai yang tampak").click()
    values = [page.locator(f"#f-{name}").input_value() for name in ("minx", "miny", "maxx", "maxy")]
    assert float(values[0]) < float(values[2])
    assert float(values[1]) < float(values[3])
    page.context.close()


def test_slash_suggestions_and_escape(browser: Browser, public: str) -> None:
    page = opened(browser, f"{public}/dataset")
    page.keyboard.press("/")
    box = page.locator("#cari")
    expect(box).to_be_focused()
    box.type("padi")
    expect(page.get_by_role("option")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "cari-suggest-0")
    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    page.context.close()


def test_the_filter_sheet_opens_and_closes_by_keyboard(browser: Browser, public: str) -> None:
    page = opened(browser, f"{public}/search", 360)
    assert page.locator("#saring").is_hidden()
    page.locator("[data-sheet-open]").press("Enter")
    expect(page.locator("#saring")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#saring")).to_be_hidden()
    expect(page.locator("[data-sheet-open]")).to_be_focused()
    page.context.close()


def test_tabs_and_column_menus_work_by_keyboard(browser: Browser, public: str) -> None:
    page = opened(browser, f"{public}/gaya")
    expect(page.locator("#satu")).to_be_visible()
    expect(page.locator("#dua")).to_be_hidden()
    page.get_by_role("tab", name="Bagian satu").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#dua")).to_be_visible()
    expect(page.get_by_role("tab", name="Bagian dua")).to_be_focused()
    menu = page.locator("details.col-menu").nth(2)
    menu.locator("summary").press("Enter")
    expect(menu.get_by_label("paling sedikit")).to_be_visible()
    check(page)
    page.keyboard.press("Escape")
    expect(menu.get_by_label("paling sedikit")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()
    page.context.close()


def test_without_javascript_everything_is_there(browser: Browser, public: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{public}/search")
    expect(page.locator("#saring")).to_be_visible()
    page.goto(f"{public}/map")
    expect(page.locator("[data-map] svg")).to_be_visible()
    page.goto(f"{public}/gaya")
    expect(page.locator("table.data-table").first).to_be_visible()
    context.close()


def test_an_upload_resumes_after_a_lost_answer(browser: Browser, office: str, uploads: Uploads, tmp_path: Path) -> None:
    content = bytes(range(256)) * 45_000  # 11.5 MB: three chunks
    big = tmp_path / "panen 2025.csv"
    big.write_bytes(content)
    page = opened(browser, f"{office}/tasks")
    page.locator("#f-berkas").set_input_files(big)
    page.get_by_role("button", name="Unggah", exact=True).last.click()
    expect(page.get_by_role("heading", name="diterima")).to_be_visible(timeout=30_000)
    assert list(uploads.stored.values()) == [content]
    assert uploads.puts == [0, CHUNK, 2 * CHUNK]
    assert uploads.form["upload_id"] == list(uploads.stored)
    assert uploads.checksum.startswith("sha256 ")
    assert "berkas" not in uploads.form
    page.context.close()


def test_progress_is_said_aloud(browser: Browser, office: str) -> None:
    page = opened(browser, f"{office}/tasks")
    live: Any = page.locator("[data-progress-live]")
    expect(live).to_contain_text("25%")
    expect(page.locator("[data-progress-message]").first).to_have_text("Membaca lembar 2")
    page.context.close()
