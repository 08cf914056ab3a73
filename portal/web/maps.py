"""Outlines to SVG maps, pure: the clickable regency, choropleths, locators and the small previews of cards."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from portal.web.charts import summary
from portal.web.formats import number, unit_words
from portal.web.geometry import Box, Geometry, Outline, Projection, bounds, fit, height_for, label_point, parts, path
from portal.web.scales import class_limits, class_of
from portal.web.svg import fill, picture, stroke, tag

NOWHERE: Box = (108.69, -7.35, 109.20, -6.76)
_EDGE = {"stroke": "#ffffff", "stroke-width": 1.2, "stroke-linejoin": "round"}


class Choropleth(NamedTuple):
    """A map coloured by value, and its legend as (colour role, words) for the macro `legend`."""

    svg: Markup
    legend: list[tuple[str, str]]


def _frame(regions: Sequence[Outline], width: float) -> tuple[Projection, float]:
    box = bounds(region.geometry for region in regions) or NOWHERE
    height = height_for(box, width)
    return fit(box, width, height), height


def _region(region: Outline, project: Projection, role: str, words: str, href: str | None) -> Markup:
    css = fill(role)
    shape = tag(
        "path",
        {**css, "class": f"{css['class']} s-ground", "d": path(region.geometry, project), **_EDGE},
        tag("title", None, words),
    )
    return tag("a", {"href": href, "aria-label": words}, shape) if href else shape


def _name(region: Outline, project: Projection, size: float = 12) -> Markup | None:
    found = label_point(region.geometry, project)
    if found is None:
        return None
    (x, y), room = found
    if len(region.name) * size * 0.5 > room * 2 + 4:
        return None
    return tag(
        "text", {"x": x, "y": y + 4, "text-anchor": "middle", "font-size": size, "aria-hidden": "true"}, region.name
    )


def place_map(
    regions: Sequence[Outline], href_of: Callable[[Outline], str], *, title: str, desc: str = "", width: float = 360
) -> Markup:
    """The clickable map of a regency: one link a region, reached by Tab in the given order, names where they fit.

    It is a group of links for screen readers, not a picture, so it carries `role="group"`.
    """
    project, height = _frame(regions, width)
    drawn = [_region(region, project, "seq-2", region.name, href_of(region)) for region in regions]
    names = [name for name in (_name(region, project) for region in regions) if name]
    said = [tag("desc", None, desc)] if desc else []
    return _linked(title, width, height, [*said, *drawn, tag("g", None, *names)])


def _linked(label: str, width: float, height: float, children: Sequence[str]) -> Markup:
    size = {"viewBox": f"0 0 {width:.0f} {height:.0f}", "width": width, "height": height}
    attributes = {"xmlns": "http://www.w3.org/2000/svg", "class": "place-map", "role": "group", "aria-label": label}
    return tag("svg", {**attributes, **size}, *children)


def choropleth(
    regions: Sequence[Outline],
    values: Mapping[str, float | None],
    *,
    title: str,
    unit: str = "",
    lang: str = "id",
    href_of: Callable[[Outline], str] | None = None,
    limits: Sequence[float] | None = None,
    middle: float | None = None,
    width: float = 360,
) -> Choropleth:
    """Regions coloured in up to five classes by `values` (region code to value).

    `limits` fixes the classes; `middle` asks for a diverging ramp around a meaningful value. Missing values keep
    the pale ground and are named in the legend.
    """
    known = [value for value in (values.get(region.code) for region in regions) if value is not None]
    if middle is not None:
        cuts = [*class_limits([value for value in known if value < middle], 2), middle,
                *class_limits([value for value in known if value >= middle], 2)]  # fmt: skip
    else:
        cuts = list(limits) if limits is not None else class_limits(known)
    roles = _ramp(cuts, middle)
    said = unit_words(unit, lang)
    project, height = _frame(regions, width)
    drawn: list[str] = []
    rows: list[tuple[str, float | None]] = []
    for region in regions:
        value = values.get(region.code)
        rows.append((region.name, value))
        at = class_of(value, cuts)
        words = f"{region.name}: {number(value, None, lang)}{' ' + said if said and at is not None else ''}"
        role = "none" if at is None else roles[at]
        drawn.append(_region(region, project, role, words, href_of(region) if href_of else None))
    lost = any(class_of(values.get(region.code), cuts) is None for region in regions)
    words_of = legend_words(cuts, unit, lang)
    legend = [(role, words) for role, words in zip(roles, words_of, strict=True) if known]
    if lost:
        legend.append(("none", "no data" if lang == "en" else "tidak ada data"))
    desc = summary(rows, unit, lang)
    if href_of:
        return Choropleth(_linked(f"{title}. {desc}", width, height, drawn), legend)
    return Choropleth(picture(title, desc, drawn, viewbox=(width, height), height=height, css="chart"), legend)


def _ramp(cuts: Sequence[float], middle: float | None) -> list[str]:
    """Colour roles for len(cuts) + 1 classes: the ends of the ramp first, so that few classes stay far apart."""
    count = len(cuts) + 1
    if middle is not None:
        below = list(cuts).index(middle) + 1
        low = (
            ["div-1", "div-2", "div-3"][:below] if below <= 3 else ["div-1"] * (below - 3) + ["div-1", "div-2", "div-3"]
        )
        high = ["div-4", "div-5", "div-6"][-(count - below) :] if count - below <= 3 else ["div-6"] * (count - below)
        return low + high
    picks = {1: [4], 2: [2, 5], 3: [1, 3, 6], 4: [1, 3, 4, 6], 5: [1, 2, 3, 5, 6]}
    steps = picks.get(count, [1, 2, 3, 4, 5, 6])
    return [f"seq-{steps[min(index, len(steps) - 1)]}" for index in range(count)]


def legend_words(limits: Sequence[float], unit: str = "", lang: str = "id") -> list[str]:
    """One phrase a class, read as a sentence: `di bawah 100 ha`, `100 sampai 250 ha`, `250 ha ke atas`."""
    if not limits:
        return ["all values" if lang == "en" else "semua nilai"]
    shown = [number(limit, None, lang) for limit in limits]
    said = unit_words(unit, lang)
    after = f" {said}" if said else ""
    english = lang == "en"
    first = f"below {shown[0]}{after}" if english else f"di bawah {shown[0]}{after}"
    last = f"{shown[-1]}{after} and above" if english else f"{shown[-1]}{after} ke atas"
    word = "to" if english else "sampai"
    return [first, *(f"{a} {word} {b}{after}" for a, b in itertools.pairwise(shown)), last]


def locator(
    context: Sequence[Outline],
    code: str,
    *,
    title: str,
    href_of: Callable[[Outline], str] | None = None,
    width: float = 240,
) -> Markup:
    """Where a region lies: all of `context` pale, the region with `code` in the accent; the others lead to their
    pages when `href_of` says where these are."""
    project, height = _frame(context, width)
    drawn = [
        _region(
            region,
            project,
            "seq-6" if region.code == code else "none",
            region.name,
            href_of(region) if href_of and region.code != code else None,
        )
        for region in context
    ]
    if href_of:
        return _linked(title, width, height, drawn)
    return picture(title, "", drawn, viewbox=(width, height), height=height, css="chart")


def preview(
    geometries: Sequence[Geometry | None],
    *,
    title: str,
    base: Sequence[Outline] = (),
    box: Box | None = None,
    width: float = 120,
    height: float = 90,
    limit: int = 400,
) -> Markup:
    """A thumbnail of a layer over our own boundaries: at most `limit` features, simplified to the pixel."""
    shown = list(geometries)[:limit]
    frame = box or bounds([region.geometry for region in base] or shown) or NOWHERE
    project = fit(frame, width, height, pad=5)
    drawn: list[str] = [
        tag(
            "path", {**fill("land"), "d": path(region.geometry, project, 0.8), "stroke": "#7b827b", "stroke-width": 0.6}
        )
        for region in base
    ]
    for geometry in shown:
        drawn += _feature(geometry, project)
    return picture(title, "", drawn, viewbox=(width, height), height=height, css="chart")


def _feature(geometry: Geometry | None, project: Projection) -> list[Markup]:
    drawn: list[Markup] = []
    kinds = {kind for kind, _ in parts(geometry)}
    d = path(geometry, project, 0.8)
    if d and "polygon" in kinds:
        drawn.append(tag("path", {**fill("seq-4"), "d": d, "stroke": "#ffffff", "stroke-width": 0.3}))
    elif d:
        drawn.append(tag("path", {"d": d, "fill": "none", "stroke-width": 1.2, **stroke("cat-1")}))
    for kind, rings in parts(geometry):
        if kind == "point":
            x, y = project(rings[0][0])
            drawn.append(tag("circle", {"cx": x, "cy": y, "r": 2, **fill("cat-1")}))
    return drawn
