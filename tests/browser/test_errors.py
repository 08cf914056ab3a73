"""Refusals as people see them, on both sides: every page of the error table, and the search engine being down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import product
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from werkzeug.exceptions import BadRequest, MethodNotAllowed

from portal.app import create_office_app, create_public_app, office_runtime, public_runtime
from portal.kernel import errors
from portal.kernel.identity import Role
from tests.apps import PASSWORD, dispose, office_settings, public_settings
from tests.browser.look import DESKTOP, PHONE, Scheme, check, looking, small_targets
from tests.browser.world import World, listening, served

pytestmark = pytest.mark.browser

TOMBSTONE = {"title": "Jumlah hotel", "name": "jumlah-hotel", "reason": "Satuannya keliru", "version": "0",
             "withdrawn": "2026-11-20T03:04:05+00:00"}  # fmt: skip
#: The exception that the portal raises for each page of the table.
RAISED: dict[int, Callable[[], Exception]] = {
    400: BadRequest,
    403: errors.Forbidden,
    404: errors.NotFound,
    405: MethodNotAllowed,
    409: lambda: errors.Conflict("Dari keadaan terbit tidak dapat langsung ke diterima."),
    410: lambda: errors.Gone(TOMBSTONE),
    413: errors.TooLarge,
    422: lambda: errors.Invalid("Isian belum lengkap.", fields={"judul": ("Judul wajib diisi.",)}),
    429: errors.TooMany,
    500: lambda: RuntimeError("rahasia dalam pesan"),
    503: errors.Unavailable,
}
WAYS: list[tuple[int, Scheme, str]] = list(product((DESKTOP, PHONE), ("light", "dark"), ("id", "en")))
SIDES = ("public", "office")
CASES = [(side, status) for side in SIDES for status in RAISED]


def with_faults(app: Flask) -> Flask:
    """The application with one address more for each refusal."""

    def fault(status: int) -> str:
        raise RAISED[status]()

    app.add_url_rule("/galat/<int:status>", "galat", fault)
    return app


@pytest.fixture(scope="module")
def sides(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Both applications on the world's databases; the public one's search engine does not answer."""
    root = tmp_path_factory.mktemp("galat")
    with ExitStack() as stack:
        public_server, public = listening("127.0.0.1", stack)
        office_server, office = listening("localhost", stack)
        where = {"site_url": public, "development": False}
        outside = public_settings(world.databases, root, public_search_url="http://127.0.0.1:9", **where)
        inside = office_settings(world.databases, root, office_url=office, **where)
        public_side, office_side = public_runtime(outside), office_runtime(inside)
        stack.callback(dispose, public_side)
        stack.callback(dispose, office_side)
        served(with_faults(create_public_app(outside, public_side)), public_server, stack)
        served(with_faults(create_office_app(inside, office_side)), office_server, stack)
        yield {"public": public, "office": office}


@pytest.fixture(scope="module")
def signed_in(browser: Browser, world: World, sides: dict[str, str]) -> Any:
    """Cookies of the administrator on the office of `sides`."""
    with looking(browser) as look:
        look.goto(f"{sides['office']}/masuk")
        look.page.get_by_label("Surel").fill(world.address(Role.ADMIN))
        look.page.get_by_label("Kata sandi").fill(PASSWORD)
        look.page.locator("main button[type=submit]").first.click()
        look.page.wait_for_url(f"{sides['office']}/")
        return look.page.context.storage_state()


@pytest.mark.parametrize(("side", "status"), CASES)
def test_a_refusal_is_a_page_of_the_house(
    browser: Browser, sides: dict[str, str], signed_in: Any, side: str, status: int
) -> None:
    """What happened, what was kept, a way on; nothing of the inside."""
    width, scheme, lang = WAYS[(CASES.index((side, status)) * 3) % len(WAYS)]
    with looking(browser, width, scheme, state=signed_in if side == "office" else None) as look:
        assert look.goto(f"{sides[side]}/galat/{status}?lang={lang}").status == status
        check(look)
        if width == PHONE:
            assert not small_targets(look.page)
        text = look.page.locator("main").inner_text()
        assert "rahasia" not in text
        assert "RuntimeError" not in text
        assert look.page.locator("main a.button").count() >= 1
        assert look.page.locator("html").get_attribute("lang") == lang


def test_with_the_search_engine_down_one_can_still_browse(browser: Browser, sides: dict[str, str]) -> None:
    """The page says so, and its ways lead to pages that need no engine."""
    with looking(browser, PHONE) as look:
        assert look.goto(f"{sides['public']}/dataset?q=padi").status == 503
        expect(look.page.get_by_role("heading", level=1)).to_have_text("Pencarian sedang tidak dapat dipakai")
        check(look)
        look.page.get_by_role("main").get_by_role("link", name="Semua instansi").click()
        expect(look.page.get_by_role("heading", level=1)).to_have_text("Instansi")
        for path in ("/", "/group", "/dataset/balita-stunting", "/tentang"):
            assert look.goto(sides["public"] + path).status == 200


def test_what_was_withdrawn_says_why_and_when_in_words(browser: Browser, sides: dict[str, str]) -> None:
    with looking(browser, PHONE) as look:
        look.goto(f"{sides['public']}/galat/410")
        text = look.page.locator("main").inner_text()
        for said in ("Jumlah hotel", "Satuannya keliru", "20\u00a0November 2026", "Ditarik pada"):
            assert said in text
        assert "withdrawn" not in text
