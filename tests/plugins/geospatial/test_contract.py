"""The contract that every plugin keeps."""

from __future__ import annotations

from tests.contract.plugin import PluginContract


class TestContract(PluginContract):
    """Layers: maps, tiles, styles, features."""

    package = "plugins.geospatial"
