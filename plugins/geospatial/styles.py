"""The default style of a published layer: legible by geometry type, the same for map page, style JSON and legend."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from geo.styles import Palette, style_layers
from geo.tiles.published import LAYER as SOURCE_LAYER
from plugins.geospatial.categories import Classes
from portal.contract.protocols import ResourceView

PALETTE = Palette()
SOURCE = "layer"


def style(resource: ResourceView, tilejson: str, classes: Classes | None = None) -> dict[str, Any]:
    """A MapLibre style of the layer, coloured by class where it has classes.

    Without glyphs, so without labels, since fonts come from nowhere else.
    """
    layer = resource.layer or {}
    fill = classes.expression() if classes else None
    # between coloured areas a pale edge tells more than a dark one
    palette = replace(PALETTE, line=PALETTE.halo) if classes else PALETTE
    return {
        "version": 8,
        "name": resource.name,
        "sources": {SOURCE: {"type": "vector", "url": tilejson}},
        "layers": style_layers(SOURCE, SOURCE_LAYER, layer.get("geometry_type", ""), palette, fill=fill),
    }
