"""Bytes, caching and contrast: the budgets of the milestone, and every pair of tokens that meet."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from config import colour
from config.profile import PROFILES, Accent, load_profile
from portal.web import assets, rendering
from portal.web.theme import ThemeError, mix, theme_css
from tests.portal.web.harness import add_pages, make_app

FRONTEND = Path(rendering.__file__).with_name("frontend")
TEXT, GRAPHIC = 4.5, 3.0
GROUNDS = ("ground", "surface", "sunken")


def packed(name: str) -> int:
    return (assets.STATIC / f"{assets.manifest()[name]}.gz").stat().st_size


def test_budgets() -> None:
    assert packed("app.css") <= 20_000
    assert packed("app.js") <= 6_000
    assert packed("office.js") <= 6_000
    fonts = [path.stat().st_size for path in assets.STATIC.glob("*.woff2")]
    assert sum(fonts) <= 60_000


@pytest.mark.parametrize("page", ["home", "search"])
def test_first_pages_stay_under_60_kb(page: str) -> None:
    app = make_app()
    add_pages(app)
    html = app.test_client().get(f"/{page}").data
    whole = len(gzip.compress(html, 6)) + packed("app.css") + packed("app.js")
    assert whole <= 60_000
    # the head, the styles and the search box come in the first round trip
    assert len(gzip.compress(html[: html.index(b"</form>")], 6)) + packed("app.css") <= 14_000


def test_every_built_file_stands_in_the_manifest_and_is_packed() -> None:
    built = {path.name for path in assets.STATIC.iterdir() if path.suffix not in {".gz", ".br"}}
    assert built == set(assets.manifest().values()) | {"manifest.json"}
    for name in assets.manifest().values():
        if not name.endswith(".woff2"):
            plain = (assets.STATIC / name).read_bytes()
            assert gzip.decompress((assets.STATIC / f"{name}.gz").read_bytes()) == plain
            assert (assets.STATIC / f"{name}.br").exists()


def test_the_build_is_of_these_sources() -> None:
    css = (assets.STATIC / assets.manifest()["app.css"]).read_text(encoding="utf-8")
    tokens = (FRONTEND / "css" / "tokens.css").read_text(encoding="utf-8")
    for name, value in re.findall(r"--(\w[\w-]*): (#[0-9a-f]{6})", tokens):
        assert re.search(rf"--{name}: ?{value}", css), f"run npm run build: --{name} is stale"


def test_files_are_kept_for_ever_and_come_packed() -> None:
    client = make_app().test_client()
    name = assets.manifest()["app.js"]
    for accepted, encoding in (("br, gzip", "br"), ("gzip", "gzip"), ("", None)):
        answer = client.get(f"/aset/{name}", headers={"Accept-Encoding": accepted})
        assert answer.status_code == 200
        assert answer.headers.get("Content-Encoding") == encoding
        assert answer.headers["Cache-Control"] == assets.FOR_EVER
        assert answer.content_type.startswith("text/javascript")
        assert "Content-Disposition" not in answer.headers
    assert client.get("/aset/manifest.json").status_code == 404
    assert client.get("/aset/../assets.py").status_code == 404


def test_pages_need_no_inline_style_or_script() -> None:
    for audience, pages in (("public", ("gaya", "home", "search", "dataset", "table", "map")), ("office", ("tasks",))):
        app = make_app(audience)  # type: ignore[arg-type]
        add_pages(app)
        for page in pages:
            html = app.test_client().get(f"/{page}").text
            assert not re.search(r"<style|\sstyle=|\son\w+=\"|<script(?![^>]* src=)", html), page
            assert "unsafe-" not in app.test_client().get(f"/{page}").headers["Content-Security-Policy"]


def blocks() -> dict[str, dict[str, str]]:
    """The tokens of each mode as written in tokens.css; both dark blocks must agree."""
    text = (FRONTEND / "css" / "tokens.css").read_text(encoding="utf-8")
    found = [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", part)) for part in re.split(r"[^-]color-scheme:", text)[1:4]
    ]
    assert len(found) == 3
    assert found[1] == found[2]
    return {"light": found[0], "dark": found[1]}


def themed(mode: str, profile: str) -> dict[str, str]:
    css = theme_css(load_profile(profile).accent)
    parts = re.findall(r"\{((?:--[\w-]+:#[0-9a-f]{6};?)+)\}", css)
    return blocks()[mode] | dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", parts[0 if mode == "light" else 1]))


PALETTES = [("light", ""), ("dark", "")] + [
    (mode, path.stem) for path in sorted(PROFILES.glob("*.toml")) for mode in ("light", "dark")
]


@pytest.mark.parametrize(("mode", "profile"), PALETTES)
def test_contrast_of_every_pair_of_tokens(mode: str, profile: str) -> None:
    tokens = themed(mode, profile) if profile else blocks()[mode]
    text = [(ink, ground) for ink in ("ink", "muted", "accent", "good", "warn", "bad") for ground in GROUNDS]
    text += [(tone, f"{tone}-soft") for tone in ("good", "warn", "bad", "accent")]
    text += [("ink", ground) for ground in ("good-soft", "warn-soft", "bad-soft", "accent-soft", "mark", "land")]
    text += [("accent-ink", "accent"), ("ground", "ink"), ("muted", "accent-soft"), ("ink", "seq-2")]
    graphic = [("line-strong", ground) for ground in GROUNDS] + [("focus", ground) for ground in GROUNDS]
    graphic += [(f"cat-{number}", "ground") for number in range(1, 7)]
    graphic += [("seq-4", "ground"), ("seq-6", "ground"), ("div-1", "ground"), ("div-6", "ground"), ("accent", "none")]
    tokens["none"] = tokens["line"]
    for pairs, least in ((text, TEXT), (graphic, GRAPHIC)):
        for one, other in pairs:
            reached = colour.contrast(tokens[one], tokens[other])
            assert reached >= least, f"{mode} {profile}: {one} on {other} is {reached:.2f}"


@pytest.mark.parametrize(("mode", "profile"), PALETTES)
def test_the_ramp_runs_one_way(mode: str, profile: str) -> None:
    tokens = themed(mode, profile) if profile else blocks()[mode]
    steps = [colour.luminance(tokens[f"seq-{number}"]) for number in range(1, 7)]
    assert steps == sorted(steps, reverse=mode == "light")


def test_an_unreadable_accent_is_refused() -> None:
    with pytest.raises((ThemeError, ValueError), match="kontras"):
        theme_css(Accent(light="#c08a8a", dark="#ef9dc0"))
    assert mix("#ffffff", "#000000", 0.5) == "#808080"
