"""`bench pages`: what each page type weighs and how soon it shows, in a real Chromium on a slow line.

The peer is the bar of the first milestone; CKAN is weighed beside us where it can be reached (issue 4).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

from bench.demo import get, links, running
from bench.measure import table

WEIGHT_BAR, FONT_BAR, PAINT_BAR = 60.0, 60.0, 1.8
#: 1.6 Mbit/s, 150 ms round trip, processor four times slower.
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
SLOWER = 4
#: Resource types whose bytes make the weight of a page; maps are counted apart.
_CODE = {"document", "stylesheet", "script"}
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@dataclass
class Visit:
    """What one cold visit took from the network: kilobytes by kind, requests, milliseconds to the first paint."""

    kilobytes: dict[str, float] = field(default_factory=dict)
    requests: int = 0
    map_kilobytes: float = 0.0
    paint: float = 0.0

    @property
    def weight(self) -> float:
        """HTML, CSS and JavaScript, compressed, without map libraries and tiles."""
        return sum(value for kind, value in self.kilobytes.items() if kind in _CODE) - self.map_kilobytes


def page_types(url: str) -> dict[str, str]:
    """An address of each page type, found as a visitor finds it."""
    api = json.loads(get(f"{url}/api/3/action/package_search?rows=100"))["result"]["results"]
    tables = [item for item in api if _is(item, "tabel")]
    layers = [item for item in api if _is(item, "layer")]
    found = {
        "home": "/",
        "search": "/dataset?" + urlencode({"q": "penduduk"}),
        "search, nothing found": "/dataset?" + urlencode({"q": "zzxqj"}),
    }
    for name, items in (("table", tables), ("layer", layers)):
        if items:
            found[f"dataset with a {name}"] = place = f"/dataset/{items[0]['name']}"
            views = links(get(url + place), r"/(?:tabel|grafik|peta)/[0-9a-f-]+")
            found |= {f"{page.split('/')[1]} of a {name}": page for page in views}
    found |= {"organizations": "/organization", "groups": "/group", "not found": "/dataset/tidak-ada"}
    for name in ("organization", "group"):
        found |= {f"one {name}": page for page in links(get(f"{url}/{name}"), rf"/{name}/[^\"/?]+")[:1]}
    found |= {f"about: {page}": page for page in links(get(url), r"/(?:tentang|api|about)[^\"]*")[:2]}
    return found


def _is(package: dict[str, Any], kind: str) -> bool:
    spatial = {"GEOJSON", "SHP", "GPKG", "KML", "SHAPEFILE"}
    formats = {str(item["format"]).upper() for item in package["resources"]}
    return bool(formats & spatial) == (kind == "layer") and bool(formats)


def run(folder: Path | None, rounds: int) -> dict[str, Any]:
    """Prints weights and paints; returns the number of requests of each page type."""
    with running(folder) as demo, _browser() as browser:
        return measure(demo.url, browser, rounds)


@contextmanager
def _browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        browser.close()


def measure(url: str, browser: Any, rounds: int, only: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Visits every page type (or `only` those named); the paint is the median of `rounds` cold visits."""
    rows: list[list[object]] = []
    answer: dict[str, Any] = {}
    for name, path in page_types(url).items():
        if only and name not in only:
            continue
        visits = [_visit(browser, url + path) for _ in range(rounds)]
        visit, paint = visits[0], median(item.paint for item in visits) / 1_000
        sizes = [visit.kilobytes.get(kind, 0.0) for kind in ("document", "stylesheet", "script", "font")]
        quick = paint <= PAINT_BAR or name not in ("home", "search")
        fits = "yes" if quick and visit.weight <= WEIGHT_BAR and sizes[3] <= FONT_BAR else "**no**"
        rows.append([name, *sizes, visit.map_kilobytes, visit.weight, visit.requests, paint, fits])
        answer[name] = visit.requests
    head = [
        "page",
        "HTML kB",
        "CSS kB",
        "JS kB",
        "fonts kB",
        "map JS/CSS kB",
        "weight kB",
        "requests",
        "paint s",
        "fits",
    ]
    table(f"Pages, cold, 1.6 Mbit/s, 150 ms, {SLOWER}× slower processor ({rounds} visits)", head, rows)
    print(
        f"bars: weight (HTML, CSS, JS without the map) {WEIGHT_BAR:.0f} kB, fonts {FONT_BAR:.0f} kB; "
        f"home and search paint within {PAINT_BAR} s"
    )
    return answer


def _visit(browser: Any, address: str) -> Visit:
    """One visit with an empty cache."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    client = context.new_cdp_session(page)
    client.send("Network.enable")
    client.send("Network.emulateNetworkConditions", LINE)
    client.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    kinds: dict[str, tuple[str, str]] = {}
    visit = Visit()

    def answered(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = (str(event["type"]).lower(), event["response"]["url"])

    def loaded(event: dict[str, Any]) -> None:
        kind, url = kinds.get(event["requestId"], ("other", ""))
        if not url.startswith("http"):
            return
        kilobytes = event["encodedDataLength"] / 1_000
        visit.kilobytes[kind] = visit.kilobytes.get(kind, 0.0) + kilobytes
        visit.requests += 1
        if kind in _CODE and any(word in url.rsplit("/", 1)[-1] for word in ("map", "peta", "pmtiles")):
            visit.map_kilobytes += kilobytes

    client.on("Network.responseReceived", answered)
    client.on("Network.loadingFinished", loaded)
    page.goto(address, wait_until="networkidle", timeout=120_000)
    paints = page.evaluate("performance.getEntriesByName('first-contentful-paint').map(e => e.startTime)")
    visit.paint = float(paints[0]) if paints else 0.0
    context.close()
    return visit
