"""The default style of a published layer: legible by geometry type, the same for map page, style JSON and legend."""

from __future__ import annotations

from typing import Any

from geo.styles import Palette, style_layers
from geo.tiles.published import LAYER as SOURCE_LAYER
from portal.contract.protocols import ResourceView

PALETTE = Palette()
SOURCE = "layer"
NAMES = ("nama", "name", "namobj", "nama_desa", "nama_kecamatan")


def label_field(resource: ResourceView) -> str | None:
    """The attribute that names a feature, or None."""
    present = {item.name for item in resource.columns if item.public}
    return next((name for name in NAMES if name in present), None)


def style(resource: ResourceView, tilejson: str) -> dict[str, Any]:
    """A MapLibre style of the layer; without glyphs, so without labels, since fonts come from nowhere else."""
    layer = resource.layer or {}
    return {
        "version": 8,
        "name": resource.name,
        "sources": {SOURCE: {"type": "vector", "url": tilejson}},
        "layers": style_layers(SOURCE, SOURCE_LAYER, layer.get("geometry_type", ""), PALETTE),
    }
