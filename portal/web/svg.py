"""Building blocks of our charts and maps: escaped SVG elements without style attributes (the CSP bars them)."""

import re
from collections.abc import Iterable, Mapping

from markupsafe import Markup

#: Characters that XML 1.0 does not allow at all, not even escaped (XML 1.0, section 2.2).
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

# Fallback colours for pictures that stand without our style sheet (files, books); on pages classes win.
FALLBACK = {
    "seq-1": "#dcebe7", "seq-2": "#b4d7d0", "seq-3": "#84bdb3", "seq-4": "#4d9d93", "seq-5": "#1d7a71",
    "seq-6": "#07524d", "div-1": "#9b3a12", "div-2": "#d98a5b", "div-3": "#f1d3ba", "div-4": "#c9dff0",
    "div-5": "#6ba3cf", "div-6": "#1f5f94", "cat-1": "#0b5d58", "cat-2": "#b4530a", "cat-3": "#3d66b8",
    "cat-4": "#8a3f86", "cat-5": "#6d6a12", "cat-6": "#5d6763", "none": "#dfdbcf", "land": "#f1eee4",
    "water": "#dbe8ee", "accent": "#0b5d58", "soft": "#e2efec", "muted": "#545e5a", "ink": "#1b2422",
}  # fmt: skip

Attributes = Mapping[str, object]


def clean(text: str) -> str:
    """`text` without the characters that XML forbids."""
    return NOT_XML.sub("", text)


def coordinate(value: float) -> str:
    """A length with at most one decimal and no trailing zero; never an exponent."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def tag(name: str, attributes: Attributes | None = None, *children: str) -> Markup:
    """One element. Attributes with None are left out; text children are escaped, Markup children are not."""
    written = Markup("").join(
        Markup(' {}="{}"').format(key, coordinate(value) if isinstance(value, int | float) else clean(str(value)))
        for key, value in (attributes or {}).items()
        if value is not None
    )
    inner = Markup("").join(child if isinstance(child, Markup) else clean(child) for child in children)
    opening = Markup("<") + name + written
    return opening + (Markup(">{}</{}>").format(inner, name) if children else Markup("/>"))


def fill(role: str) -> dict[str, str]:
    """Class and fallback fill of a colour role such as `seq-3`."""
    return {"class": f"f-{role}", "fill": FALLBACK[role]}


def stroke(role: str) -> dict[str, str]:
    """Class and fallback stroke of a category such as `cat-2`."""
    return {"class": f"s-{role}", "stroke": FALLBACK[role]}


def picture(
    title: str, desc: str, children: Iterable[str], *, viewbox: tuple[float, float] | None, height: float, css: str
) -> Markup:
    """A whole drawing: named for screen readers, described, fluid in width.

    With `viewbox` it scales as one; without it, it takes the width it gets and its texts keep their size.
    """
    spoken = f"{title}. {desc}" if desc else title
    size: dict[str, object] = (
        {"viewBox": f"0 0 {coordinate(viewbox[0])} {coordinate(viewbox[1])}"} if viewbox else {"width": "100%"}
    )
    attributes = {
        "xmlns": "http://www.w3.org/2000/svg",
        "class": css,
        "role": "img",
        "aria-label": spoken,
        **size,
        **({"height": height} if not viewbox else {"width": viewbox[0], "height": viewbox[1]}),
        "font-family": "'Portal Sans', 'Noto Sans', sans-serif",
        "font-size": 14,
    }
    return tag("svg", attributes, *([tag("desc", None, desc)] if desc else []), *children)
