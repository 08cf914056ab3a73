"""Manifest of the statistics plugin: tables as charts, maps by region and paged tables."""

from __future__ import annotations

from plugins.statistics.kind import TABLE
from plugins.statistics.views import make_blueprint
from portal.contract.plugin import Plugin, PluginBlueprint

PLUGIN = Plugin(
    name="statistics",
    label="Statistik",
    version="1.0",
    kinds=(TABLE,),
    blueprints=(PluginBlueprint(frozenset({"public"}), make_blueprint),),
)
