"""Manifest of the statistics plugin."""

from __future__ import annotations

from portal.contract.plugin import Plugin

PLUGIN = Plugin(name="statistics", label="statistics", version="1.0")
