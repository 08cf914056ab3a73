"""What pages weigh on the wire, that nothing moves under the reader, and that maps cost only where a map is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.look import PHONE, looking
from tests.browser.world import REVISED, World

pytestmark = pytest.mark.browser
BUDGET = 60 * 1024
MAP_FILES = ("map.", "map-worker.", "esm.")


@pytest.mark.parametrize("path", ["/", "/dataset", "/dataset?q=kecamatan", f"/dataset/{REVISED}", "/group/sosial"])
@pytest.mark.parametrize("width", [PHONE, 1280])
def test_pages_are_light_and_still(browser: Browser, world: World, path: str, width: int) -> None:
    with looking(browser, width) as look:
        look.goto(world.public + path)
        look.page.wait_for_load_state("networkidle")
        assert look.bytes_of("document", "stylesheet", "script") <= BUDGET
        assert look.bytes_of("font") <= BUDGET
        assert not look.fetched(*MAP_FILES)
        assert look.page.evaluate("window.shifted") == 0, look.page.evaluate("window.shifters")
        hosts = {answer.url.split("/")[2] for answer in look.answers if not answer.url.startswith("data:")}
        assert hosts == {world.public.split("/")[2]}


def test_map_libraries_come_with_a_map_and_move_nothing(browser: Browser, world: World) -> None:
    with looking(browser) as look:
        look.goto(f"{world.public}/dataset/sebaran-puskesmas")
        expect(look.page.locator("[data-map-ready]")).to_be_visible(timeout=45_000)
        assert look.fetched("map.")
        assert look.page.evaluate("window.shifted") == 0, look.page.evaluate("window.shifters")


def test_the_first_answer_holds_what_a_phone_shows_first(browser: Browser, world: World) -> None:
    """The first 14 kB hold the head and the search box (design: one round trip)."""
    with looking(browser, PHONE) as look:
        body = look.goto(world.public).body()
        assert 0 < body.index(b'type="search"') < 14 * 1024
        box = look.page.locator("input[type=search]").first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 640
