"""Manifest of the geospatial plugin: layers as maps, vector tiles, TileJSON, styles, features."""

from __future__ import annotations

from plugins.geospatial.kind import LAYER
from plugins.geospatial.views import make_blueprint
from portal.contract.plugin import Plugin, PluginBlueprint

PLUGIN = Plugin(
    name="geospatial",
    label="Geospasial",
    version="1.0",
    kinds=(LAYER,),
    blueprints=(PluginBlueprint(frozenset({"public"}), make_blueprint),),
)
