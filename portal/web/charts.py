"""Figures to SVG, pure: bars, grouped bars, lines, sparkline. Every chart speaks, prints and reads without colour.

Widths are per cent of the frame and texts keep their size, so that a chart is as legible at 360 pixels as on a
wall. Bars keep their zero line; values stand beside the marks; missing values are said, never drawn as zero.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from portal.web.formats import MISSING, common_decimals, number, unit_words
from portal.web.scales import extent, nice_ticks, spread, usable
from portal.web.svg import fill, picture, stroke, tag

MAX_SERIES = 6
_BESIDE = 15
_BAR_END = 80.0
Row = tuple[str, float | None]


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one colour of bars: `points` are (x, y); y None is a gap. For bars x is the category's index."""

    name: str
    points: Sequence[tuple[float, float | None]]


def summary(rows: Sequence[Row], unit: str = "", lang: str = "id") -> str:
    """The sentence that stands for a bar chart: how many values, the highest, the lowest."""
    known = [(name, value) for name, value in rows if usable(value)]
    if not known:
        return "No values." if lang == "en" else "Tidak ada nilai."
    top, low = max(known, key=lambda row: row[1]), min(known, key=lambda row: row[1])
    said = unit_words(unit, lang)
    unit_text = f" {said}" if said else ""
    high = f"{top[0]} {number(top[1], None, lang)}{unit_text}"
    least = f"{low[0]} {number(low[1], None, lang)}{unit_text}"
    if lang == "en":
        return f"{len(known)} values. Highest: {high}. Lowest: {least}."
    return f"{len(known)} nilai. Tertinggi: {high}. Terendah: {least}."


def bars(
    rows: Sequence[Row],
    *,
    title: str,
    unit: str = "",
    highlight: str | None = None,
    decimals: int | None = None,
    lang: str = "id",
) -> Markup:
    """Horizontal bars in the given order, one row a name; `highlight` names the row that is told from the rest."""
    beside = all(len(name) <= _BESIDE for name, _ in rows)
    decimals = common_decimals(value for _, value in rows) if decimals is None else decimals
    low, high = extent([value for _, value in rows if usable(value)], zero=True)
    # the names' column is as wide as the longest name needs on a narrow phone
    column = max([12.0, *(2.3 * len(name) for name, _ in rows)]) if beside else 0.0
    start, end = (column + 2, _BAR_END) if beside else (0.0, _BAR_END)
    if low < 0:
        start += 8
    step = 26.0 if beside else 44.0

    def place(value: float) -> float:
        return start + (value - low) / (high - low) * (end - start)

    children: list[str] = []
    for index, (name, value) in enumerate(rows):
        top = index * step
        label_y = top + (17.5 if beside else 15)
        bar_top = top + (4 if beside else 21)
        anchor = {"x": f"{column:.1f}%", "text-anchor": "end"} if beside else {"x": "0", "text-anchor": "start"}
        strong = "t-strong" if name == highlight else None
        children.append(tag("text", {**anchor, "y": label_y, "class": strong}, name))
        children += _bar(value, place, bar_top, "seq-6" if highlight in {None, name} else "seq-4", name, decimals, lang)
    children.append(_zero(place(0), len(rows) * step))
    return picture(
        title, summary(rows, unit, lang), children, viewbox=None, height=max(len(rows) * step, 20), css="chart"
    )


def _bar(
    value: float | None,
    place: Callable[[float], float],
    top: float,
    role: str,
    name: str,
    decimals: int | None,
    lang: str,
) -> list[Markup]:
    zero = place(0)
    if not usable(value):
        return [tag("text", {"x": f"{zero + 1:.2f}%", "y": top + 13.5, "class": "t-muted"}, MISSING)]
    at = place(value)
    left, width = min(zero, at), abs(at - zero)
    text = number(value, decimals, lang)
    body = tag(
        "rect",
        {"x": f"{left:.2f}%", "y": top, "width": f"{width:.2f}%", "height": 18, "rx": 2, **fill(role)},
        tag("title", None, f"{name}: {text}"),
    )
    # the value stands beside the bar, on the far side from zero
    where = {"x": f"{at:.2f}%", "dx": 6 if value >= 0 else -6, "text-anchor": "start" if value >= 0 else "end"}
    return [body, tag("text", {**where, "y": top + 13.5}, text)]


def _zero(at: float, height: float) -> Markup:
    line = {"x1": f"{at:.2f}%", "x2": f"{at:.2f}%", "y1": 0, "y2": height, "class": "axis", "stroke": "#7b827b"}
    return tag("line", line)


def key(names: Sequence[str], marks: str = "bar") -> Markup:
    """A legend as SVG text, one line a series, for grouped bars; drawn above the chart."""
    parts: list[str] = []
    for index, name in enumerate(names):
        y = index * 22
        parts.append(tag("rect", {"x": 0, "y": y + 2, "width": 14, "height": 14, "rx": 2, **fill(f"cat-{index + 1}")}))
        parts.append(tag("text", {"x": 22, "y": y + 14}, name))
    return tag("g", {"data-marks": marks}, *parts) if parts else Markup("")


def grouped_bars(
    categories: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    unit: str = "",
    decimals: int | None = None,
    lang: str = "id",
) -> Markup:
    """Bars of several series side by side under each category; more than six series are refused by ValueError."""
    if len(series) > MAX_SERIES:
        raise ValueError(f"at most {MAX_SERIES} series, got {len(series)}: fold the rest into one")
    values = [value for each in series for _, value in each.points if usable(value)]
    low, high = extent(values, zero=True)
    start = 8.0 if low < 0 else 0.0

    def place(value: float) -> float:
        return start + (value - low) / (high - low) * (_BAR_END - start)

    top = len(series) * 22 + 10.0
    children: list[str] = [key([each.name for each in series])]
    first = top
    for index, category in enumerate(categories):
        children.append(tag("text", {"x": "0", "y": top + 14, "class": "t-strong"}, category))
        top += 20
        for number_, each in enumerate(series, 1):
            found = {round(x): y for x, y in each.points}.get(index)
            children += _bar(found, place, top, f"cat-{number_}", f"{category}, {each.name}", decimals, lang)
            top += 21
        top += 10
    children.append(tag("g", {"transform": f"translate(0 {first:.0f})"}, _zero(place(0), top - first)))
    rows = [
        (f"{categories[round(x)]}, {each.name}", y)
        for each in series
        for x, y in each.points
        if 0 <= round(x) < len(categories)
    ]
    return picture(title, summary(rows, unit, lang), children, viewbox=None, height=top, css="chart")


def lines(
    series: Sequence[Series],
    *,
    title: str,
    unit: str = "",
    zero: bool = False,
    decimals: int | None = None,
    lang: str = "id",
    height: float = 260,
) -> Markup:
    """A time series: x is a year (or any number), names stand at the lines' ends. At most six series."""
    if len(series) > MAX_SERIES:
        raise ValueError(f"at most {MAX_SERIES} series, got {len(series)}: fold the rest into one")
    points = [(x, y) for each in series for x, y in each.points if usable(y)]
    if not points:
        return picture(title, summary([], unit, lang), [], viewbox=None, height=24, css="chart")
    ticks = nice_ticks(*extent([y for _, y in points], zero=zero))
    x_low, x_high = min(x for x, _ in points), max(x for x, _ in points)
    frame = _Frame(x_low, x_high, ticks[0], ticks[-1], 26.0, height - 30)
    children = [*_grid(frame, ticks, lang), *_years(frame, sorted({x for x, _ in points}), height)]
    ends: list[tuple[float, str, int]] = []
    for index, each in enumerate(series, 1):
        children += _line(frame, each, index, lang)
        known = [(x, y) for x, y in each.points if usable(y)]
        if known:
            words = f"{each.name} {number(known[-1][1], decimals, lang)}" if len(series) > 1 else ""
            ends.append((frame.y(known[-1][1]), words or number(known[-1][1], decimals, lang), index))
    # names stand above the highest end and below the others, pushed apart so that none covers another
    highest = min((end[0] for end in ends), default=0.0)
    wanted = [end[0] - 11 if end[0] == highest else end[0] + 21 for end in ends]
    for at, (_, words, index) in zip(spread(wanted, 17), ends, strict=True):
        where = {"x": "100%", "y": at, "text-anchor": "end", "class": f"t-strong halo f-cat-{index}"}
        children.append(tag("text", where, words))
    rows = [(f"{each.name} {x:g}", y) for each in series for x, y in each.points]
    return picture(title, summary(rows, unit, lang), children, viewbox=None, height=height, css="chart")


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where values lie: x in per cent of the width, y in pixels."""

    x_low: float
    x_high: float
    y_low: float
    y_high: float
    top: float
    bottom: float

    def x(self, value: float) -> float:
        """Per cent from the left; a single year lies in the middle."""
        if self.x_high == self.x_low:
            return 50.0
        return 17 + (value - self.x_low) / (self.x_high - self.x_low) * 81.5

    def y(self, value: float) -> float:
        """Pixels from the top."""
        return self.bottom - (value - self.y_low) / (self.y_high - self.y_low) * (self.bottom - self.top)


def _grid(frame: _Frame, ticks: Sequence[float], lang: str) -> list[str]:
    parts: list[str] = []
    for tick in ticks:
        y = frame.y(tick)
        css, ink = ("axis", "#7b827b") if tick == 0 or tick == ticks[0] else ("grid", "#dfdbcf")
        parts.append(tag("line", {"x1": 0, "x2": "100%", "y1": y, "y2": y, "class": css, "stroke": ink}))
        parts.append(tag("text", {"x": 0, "y": y - 5, "class": "t-muted halo"}, number(tick, None, lang)))
    return parts


def _years(frame: _Frame, years: Sequence[float], height: float) -> list[str]:
    # at most five, counted back from the newest, and the oldest
    every = max(1, math.ceil((len(years) - 1) / 4))
    shown = [year for index, year in enumerate(reversed(years)) if index % every == 0][::-1]
    if years[0] not in shown and years.index(shown[0]) > every / 2:
        shown = [years[0], *shown]
    parts: list[str] = []
    for year in shown:
        at = frame.x(year)
        anchor = "start" if at < 10 else "end" if at > 90 else "middle"
        where = {"x": f"{at:.2f}%", "y": height - 8, "text-anchor": anchor, "class": "t-muted"}
        parts.append(tag("text", where, f"{year:g}"))
    return parts


def _line(frame: _Frame, each: Series, index: int, lang: str) -> list[str]:
    parts: list[str] = []
    role = f"cat-{index}"
    run: list[tuple[float, float]] = []
    # a gap in the data is a gap in the line
    for x, y in [*sorted(each.points, key=lambda point: point[0]), (math.nan, None)]:
        if usable(y):
            run.append((x, y))
            continue
        parts += [
            tag(
                "line",
                {
                    "x1": f"{frame.x(x1):.2f}%", "y1": frame.y(y1), "x2": f"{frame.x(x2):.2f}%", "y2": frame.y(y2),
                    "stroke-width": 2.5, "stroke-linecap": "round", **stroke(role),
                },
            )
            for (x1, y1), (x2, y2) in itertools.pairwise(run)
        ]  # fmt: skip
        run = []
    known = [(x, y) for x, y in each.points if usable(y)]
    radius = 4 if len(known) <= 12 else 2.5
    for x, y in known:
        words = f"{each.name}, {x:g}: {number(y, None, lang)}"
        dot = {"cx": f"{frame.x(x):.2f}%", "cy": frame.y(y), "r": radius, **fill(role)}
        parts.append(tag("circle", dot, tag("title", None, words)))
    return parts


def sparkline(values: Sequence[float | None], *, title: str, width: float = 240, height: float = 40) -> Markup:
    """A small line without axes for a key figure; the last point is marked. `title` says what it shows."""
    known = [(index, value) for index, value in enumerate(values) if usable(value)]
    if not known:
        return picture(title, "", [], viewbox=(width, height), height=height, css="chart")
    low, high = extent([value for _, value in known], zero=False)
    span = max(len(values) - 1, 1)
    places = [
        (4 + index / span * (width - 8), height - 5 - (value - low) / (high - low) * (height - 10))
        for index, value in known
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    area = f"{places[0][0]:.1f},{height:.1f} {path} {places[-1][0]:.1f},{height:.1f}"
    children = [
        tag("polygon", {"points": area, **fill("soft")}),
        tag(
            "polyline",
            {"points": path, "fill": "none", "stroke-width": 2, "stroke-linejoin": "round", **stroke("cat-1")},
        ),
        tag("circle", {"cx": places[-1][0], "cy": places[-1][1], "r": 3.5, **fill("cat-1")}),
    ]
    return picture(title, "", children, viewbox=(width, height), height=height, css="chart")


def preview_bars(values: Sequence[float | None], *, title: str, width: float = 120, height: float = 90) -> Markup:
    """A thumbnail of a table's figures for a result card: up to twelve columns, no text."""
    known = [value for value in values if usable(value)][:12]
    low, high = extent(known, zero=True)
    step = (width - 16) / max(len(known), 1)
    zero = height - 10 - (0 - low) / (high - low) * (height - 20)
    children: list[str] = []
    for index, value in enumerate(known):
        at = height - 10 - (value - low) / (high - low) * (height - 20)
        box = {"x": 8 + index * step + step * 0.12, "y": min(at, zero), "width": step * 0.76, "height": abs(at - zero)}
        children.append(tag("rect", {**box, **fill("seq-4")}))
    children.append(
        tag("line", {"x1": 6, "x2": width - 6, "y1": zero, "y2": zero, "class": "axis", "stroke": "#7b827b"})
    )
    return picture(title, "", children, viewbox=(width, height), height=height, css="chart")
