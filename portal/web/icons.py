"""Line icons drawn inline, so that a page needs no icon font and no further request."""

import json
from functools import cache
from pathlib import Path

from markupsafe import Markup, escape

_FILE = Path(__file__).with_name("icons.json")


@cache
def icon_bodies() -> dict[str, str]:
    """Name to SVG body on a 24 × 24 grid (Lucide, ISC licence: icons.LICENSE.txt)."""
    bodies: dict[str, str] = json.loads(_FILE.read_text(encoding="utf-8"))
    return bodies


def icon(name: str, label: str = "") -> Markup:
    """One icon as SVG. Without a label it is hidden from screen readers (a word stands beside it).

    Raises KeyError for a name that icons.json does not hold.
    """
    return _drawn(name) if not label else _svg(name, label)


@cache
def _drawn(name: str) -> Markup:
    return _svg(name, "")


def _svg(name: str, label: str) -> Markup:
    named = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    body = Markup(icon_bodies()[name])  # noqa: S704 (our own committed file)
    return Markup('<svg class="icon" viewBox="0 0 24 24" {}>{}</svg>').format(named, escape(body))
