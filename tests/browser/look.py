"""Eyes of the browser tests: opening a page, axe, sideways scroll, layout shift, what a page weighs, its print."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response

Scheme = Literal["light", "dark"]
DESKTOP, PHONE = 1280, 360

#: Sums layout shifts that no input caused, from before the first byte of the page.
SHIFTS = """() => { window.shifted = 0; window.shifters = []; new PerformanceObserver(list => {
 for (const entry of list.getEntries()) if (!entry.hadRecentInput) { window.shifted += entry.value;
 for (const part of entry.sources) window.shifters.push([Math.round(entry.startTime), (part.node?.outerHTML
 ?? part.node?.textContent ?? '').slice(0, 90), part.previousRect.toJSON(), part.currentRect.toJSON()]); }
 }).observe({ type: 'layout-shift', buffered: true }); }"""
WIDE = """() => [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1
 && !e.closest('.table-scroll, .code, .tabs')).map(e => e.outerHTML.slice(0, 120)).slice(0, 4)"""
SMALL = """() => [...document.querySelectorAll('a,button,summary,input:not([type=hidden]),select')]
 .filter(e => e.getClientRects().length && !e.closest('p, li, dd, .crumbs, .base, svg, .data-table, .maplibregl-ctrl')
  && !e.classList.contains('skip'))
 .map(e => [e.outerHTML.slice(0, 90), Math.round(e.getBoundingClientRect().height)])
 .filter(([, height]) => height < 44)"""


@dataclass
class Look:
    """One opened page with what went wrong in it and what it fetched."""

    page: Page
    faults: list[str] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)

    def goto(self, url: str) -> Response:
        """Open an address and wait until it is loaded."""
        answer = self.page.goto(url)
        assert answer is not None
        return answer

    def fetched(self, *ends: str) -> list[str]:
        """Paths fetched whose name begins with one of these words."""
        names = [answer.url.rsplit("/", 1)[-1] for answer in self.answers]
        return [name for name in names if name.startswith(ends)]

    def bytes_of(self, *kinds: str) -> int:
        """Bytes on the wire (bodies, compressed) of resources of these kinds."""
        chosen = [answer for answer in self.answers if answer.request.resource_type in kinds]
        return sum(answer.request.sizes()["responseBodySize"] for answer in chosen)


@contextmanager
def looking(
    browser: Browser, width: int = DESKTOP, scheme: Scheme = "light", *, scripts: bool = True, state: Any = None
) -> Iterator[Look]:
    """A fresh page; script errors and breaches of the content policy are kept as faults."""
    context = browser.new_context(
        viewport={"width": width, "height": 740 if width < 600 else 900},
        color_scheme=scheme,
        reduced_motion="reduce",
        java_script_enabled=scripts,
        storage_state=state,
        accept_downloads=True,
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    look = Look(page)
    if scripts:
        page.add_init_script(f"({SHIFTS})()")
    page.on("pageerror", lambda error: look.faults.append(str(error)))
    page.on("console", lambda said: look.faults.append(said.text) if "Security Policy" in said.text else None)
    page.on("response", lambda answer: look.answers.append(answer))  # noqa: PLW0108 - Playwright needs a function
    try:
        yield look
    finally:
        context.close()


def violations(page: Page) -> list[str]:
    """Axe faults, each with the elements that have it."""
    found = Axe().run(page).response["violations"]
    return [f"{fault['id']}: {[node['html'][:160] for node in fault['nodes'][:3]]}" for fault in found]


def check(look: Look) -> None:
    """No axe fault, no sideways scroll, one h1, no layout shift, no script or policy fault."""
    page = look.page
    told = violations(page)
    if page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") > 0:
        told.append(f"overflow {page.evaluate(WIDE)}")
    if page.locator("h1").count() != 1:
        told.append("h1")
    if (shifted := page.evaluate("window.shifted")) > 0:
        told.append(f"layout shift {shifted} {page.evaluate('window.shifters')}")
    told += look.faults
    assert not told, json.dumps(told, indent=1, ensure_ascii=False)


def small_targets(page: Page) -> list[Any]:
    """Buttons, fields and links that stand alone and are lower than 44 pixels."""
    return list(page.evaluate(SMALL))
