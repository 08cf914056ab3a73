"""Public pages by keyboard alone: skip link, search key, escape, order, a visible focus, no trap."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.look import PHONE, looking
from tests.browser.world import REVISED, World

pytestmark = pytest.mark.browser
ACTIVE = "document.activeElement.outerHTML.slice(0, 90)"
OUTLINE = """() => { const style = getComputedStyle(document.activeElement);
 if (document.activeElement.closest('svg')) return 3;
 return style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth) }"""


def test_the_skip_link_comes_first_and_leads_to_the_content(browser: Browser, world: World) -> None:
    with looking(browser) as look:
        look.goto(f"{world.public}/dataset/{REVISED}")
        look.page.keyboard.press("Tab")
        skip = look.page.locator(".skip")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        look.page.keyboard.press("Enter")
        expect(look.page.locator("#isi")).to_be_focused()


def test_slash_goes_to_the_search_and_escape_leaves_the_suggestions(browser: Browser, world: World) -> None:
    with looking(browser) as look:
        look.goto(f"{world.public}/dataset/{REVISED}")
        look.page.keyboard.press("/")
        box = look.page.locator("#cari")
        expect(box).to_be_focused()
        box.press_sequentially("balita")
        option = look.page.get_by_role("option").first
        expect(option).to_be_visible()
        look.page.keyboard.press("Escape")
        expect(option).to_be_hidden()
        expect(box).to_have_value("balita")
        box.press_sequentially(" ")
        expect(option).to_be_visible()
        look.page.keyboard.press("ArrowDown")
        look.page.keyboard.press("Enter")
        look.page.wait_for_url("**/dataset/balita-stunting")


@pytest.mark.parametrize("path", ["/", "/dataset?q=kecamatan", f"/dataset/{REVISED}"])
def test_tab_goes_through_the_page_with_a_visible_focus_and_out_of_it(
    browser: Browser, world: World, path: str
) -> None:
    with looking(browser) as look:
        look.goto(world.public + path)
        seen: list[str] = []
        for _step in range(160):
            look.page.keyboard.press("Tab")
            if look.page.evaluate("document.activeElement === document.body"):
                break
            seen.append(look.page.evaluate(ACTIVE))
            assert look.page.evaluate(OUTLINE) >= 2, seen[-1]
        else:
            raise AssertionError(f"still inside after 160 stops: {seen[-3:]}")
        places = [index for index, html in enumerate(seen) if "Maklumat" in html or "maklumat" in html]
        assert places
        assert places[-1] > len(seen) // 2  # the footer comes last, as read


def test_the_filter_sheet_and_the_menu_of_a_phone_close_by_escape(browser: Browser, world: World) -> None:
    with looking(browser, PHONE) as look:
        look.goto(f"{world.public}/dataset?q=kecamatan")
        sheet = look.page.locator("#saring")
        expect(sheet).to_be_hidden()
        look.page.locator("[data-sheet-open]").press("Enter")
        expect(sheet).to_be_visible()
        look.page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()
        expect(look.page.locator("[data-sheet-open]")).to_be_focused()
