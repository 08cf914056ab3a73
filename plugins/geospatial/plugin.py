"""Manifest of the geospatial plugin."""

from __future__ import annotations

from portal.contract.plugin import Plugin

PLUGIN = Plugin(name="geospatial", label="geospatial", version="1.0")
