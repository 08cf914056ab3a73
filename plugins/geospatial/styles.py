"""The default style of a published layer: legible by geometry type, the same for map page, style JSON and legend."""

from __future__ import annotations

from typing import Any

from geo.styles import Palette, style_layers
from geo.tiles.published import LAYER as SOURCE_LAYER
from portal.contract.protocols import ResourceView

PALETTE = Palette()
SOURCE = "layer"


def style(resource: ResourceView, tilejson: str) -> dict[str, Any]:
    """A MapLibre style of the layer; without glyphs, so without labels, since fonts come from nowhere else."""
    layer = resource.layer or {}
    return {
        "version": 8,
        "name": resource.name,
        "sources": {SOURCE: {"type": "vector", "url": tilejson}},
        "layers": style_layers(SOURCE, SOURCE_LAYER, layer.get("geometry_type", ""), PALETTE),
    }
