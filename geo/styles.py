"""A legible MapLibre style for a layer nobody has styled, and the legend that goes with it.

Pure data in, JSON out (MapLibre Style Specification, version 8 layer objects). Colours come from the caller,
who knows the house's tokens; line widths and sizes grow with the zoom so a layer reads at every scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

_GEOMETRIES = {
    "POINT": "titik", "MULTIPOINT": "titik", "LINESTRING": "garis", "MULTILINESTRING": "garis",
    "POLYGON": "bidang", "MULTIPOLYGON": "bidang",
}  # fmt: skip
_KINDS = {"bidang": "Polygon", "garis": "LineString", "titik": "Point"}


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as CSS text. `halo` surrounds text and points so they read on any ground."""

    fill: str = "#3b7a9e"
    line: str = "#1f4f6b"
    point: str = "#b3412e"
    text: str = "#1d2b33"
    halo: str = "#ffffff"
    no_data: str = "#d9d9d9"


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One line of a legend: `symbol` is `titik`, `garis` or `bidang`; `label` is Indonesian text."""

    symbol: str
    colour: str
    label: str


def families(geometry_type: str) -> tuple[str, ...]:
    """`bidang`, `garis`, `titik` for a PostGIS type; all three, areas first, for a mixed layer."""
    one = _GEOMETRIES.get(geometry_type.upper())
    return (one,) if one else ("bidang", "garis", "titik")


def style_layers(
    source: str,
    source_layer: str,
    geometry_type: str,
    palette: Palette | None = None,
    *,
    label_field: str | None = None,
    fill: Any = None,
) -> list[dict[str, Any]]:
    """The `layers` array for a vector source. Ids are `<source>-bidang`, `-tepi`, `-garis`, `-titik` and
    `-nama`. `fill` is a MapLibre expression (see `step_expression`) or None for the palette's colour; `label_field`
    names the attribute to write from zoom 11 on (the map needs glyphs for it)."""
    palette = palette or Palette()
    layers: list[dict[str, Any]] = []
    for family in families(geometry_type):
        layers += _BUILDERS[family](source, source_layer, palette, fill)
    if label_field is not None:
        layers.append(_labels(source, source_layer, palette, label_field))
    return layers


def _layer(source: str, source_layer: str, suffix: str, kind: str, family: str) -> dict[str, Any]:
    return {
        "id": f"{source}-{suffix}",
        "type": kind,
        "source": source,
        "source-layer": source_layer,
        "filter": ["==", ["geometry-type"], _KINDS[family]],
    }


def _grow(*stops: float) -> list[Any]:
    """An interpolation by zoom: zoom, value, zoom, value, …"""
    return ["interpolate", ["linear"], ["zoom"], *stops]


def _areas(source: str, source_layer: str, palette: Palette, fill: Any) -> list[dict[str, Any]]:
    body = _layer(source, source_layer, "bidang", "fill", "bidang")
    body["paint"] = {
        "fill-color": fill or palette.fill,
        "fill-opacity": 0.75 if fill else _grow(6, 0.55, 12, 0.35),
    }
    edge = _layer(source, source_layer, "tepi", "line", "bidang")
    edge["layout"] = {"line-join": "round"}
    edge["paint"] = {"line-color": palette.line, "line-width": _grow(5, 0.3, 9, 0.8, 14, 2.0)}
    return [body, edge]


def _lines(source: str, source_layer: str, palette: Palette, fill: Any) -> list[dict[str, Any]]:
    body = _layer(source, source_layer, "garis", "line", "garis")
    body["layout"] = {"line-join": "round", "line-cap": "round"}
    body["paint"] = {"line-color": fill or palette.line, "line-width": _grow(5, 0.6, 10, 1.6, 15, 4.0)}
    return [body]


def _points(source: str, source_layer: str, palette: Palette, fill: Any) -> list[dict[str, Any]]:
    body = _layer(source, source_layer, "titik", "circle", "titik")
    body["paint"] = {
        "circle-color": fill or palette.point,
        "circle-radius": _grow(5, 2.0, 10, 4.0, 15, 7.0),
        "circle-stroke-color": palette.halo,
        "circle-stroke-width": _grow(5, 0.5, 12, 1.5),
        "circle-opacity": 0.9,
    }
    return [body]


def _labels(source: str, source_layer: str, palette: Palette, field: str) -> dict[str, Any]:
    return {
        "id": f"{source}-nama",
        "type": "symbol",
        "source": source,
        "source-layer": source_layer,
        "minzoom": 11,
        "layout": {
            "text-field": ["to-string", ["get", field]],
            "text-size": _grow(11, 11, 15, 14),
            "text-max-width": 8,
            "text-optional": True,
        },
        "paint": {"text-color": palette.text, "text-halo-color": palette.halo, "text-halo-width": 1.4},
    }


_BUILDERS = {"bidang": _areas, "garis": _lines, "titik": _points}


def legend(geometry_type: str, label: str, palette: Palette | None = None) -> tuple[LegendEntry, ...]:
    """The legend of a layer in one colour."""
    palette = palette or Palette()
    colours = {"bidang": palette.fill, "garis": palette.line, "titik": palette.point}
    return tuple(LegendEntry(family, colours[family], label) for family in families(geometry_type))


def step_expression(field: str, limits: Sequence[float], colours: Sequence[str], no_data: str) -> list[Any]:
    """A MapLibre expression that colours by class: `limits` are the lower limits of the second class on, so
    there is one colour more than limits. Features without a number get `no_data`. Raises ValueError for
    limits that don't rise or a wrong number of colours."""
    if len(colours) != len(limits) + 1 or any(b <= a for a, b in pairwise(limits)):
        raise ValueError("limits must rise, with one colour more than limits")
    steps: list[Any] = [part for pair in zip(limits, colours[1:], strict=True) for part in pair]
    return [
        "case",
        ["==", ["typeof", ["get", field]], "number"],
        ["step", ["get", field], colours[0], *steps] if steps else colours[0],
        no_data,
    ]


def step_legend(
    symbol: str, limits: Sequence[float], colours: Sequence[str], labels: Sequence[str]
) -> tuple[LegendEntry, ...]:
    """The legend of `step_expression`; the caller writes the labels in the reader's number format."""
    if not len(colours) == len(labels) == len(limits) + 1:
        raise ValueError("a label and a colour for each class")
    return tuple(LegendEntry(symbol, colour, label) for colour, label in zip(colours, labels, strict=True))


def quantile_limits(values: Sequence[float], classes: int) -> tuple[float, ...]:
    """Lower limits of the second class on, so each class holds about as many values; fewer classes where
    values repeat. Empty for fewer than two distinct values."""
    ordered = sorted(values)
    if not ordered or classes < 2:
        return ()
    cuts = (ordered[min(len(ordered) - 1, len(ordered) * step // classes)] for step in range(1, classes))
    return tuple(sorted({cut for cut in cuts if cut > ordered[0]}))
