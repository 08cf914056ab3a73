"""TileJSON 3.0.0: what a map library needs to know of a layer's tiles."""

from __future__ import annotations

from typing import Any

from geo.layers.types import Box, FieldType
from geo.tiles.prepare import TileLayer

_KINDS = {FieldType.INTEGER: "Number", FieldType.NUMBER: "Number", FieldType.BOOLEAN: "Boolean"}


def tilejson(
    layer: TileLayer, *, name: str, tiles: str, box: Box, max_zoom: int, attribution: str = "", version: str = "1.0.0"
) -> dict[str, Any]:
    """The document; `tiles` is the URL template with `{z}`, `{x}`, `{y}`, `attribution` plain text or HTML
    that the caller made safe."""
    west, south, east, north = box
    document: dict[str, Any] = {
        "tilejson": "3.0.0",
        "name": name,
        "version": version,
        "scheme": "xyz",
        "tiles": [tiles],
        "minzoom": 0,
        "maxzoom": max_zoom,
        "bounds": [west, south, east, north],
        "center": [(west + east) / 2, (south + north) / 2, min(max_zoom, 9)],
        "vector_layers": vector_layers(layer, max_zoom),
    }
    if attribution:
        document["attribution"] = attribution
    return document


def vector_layers(layer: TileLayer, max_zoom: int) -> list[dict[str, Any]]:
    """The `vector_layers` member, which PMTiles metadata holds too."""
    fields = {one.name: _KINDS.get(one.type, "String") for one in layer.fields}
    return [{"id": layer.name, "fields": fields, "minzoom": 0, "maxzoom": max_zoom}]
