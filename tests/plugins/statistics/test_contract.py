"""The contract that every plugin keeps."""

from __future__ import annotations

from tests.contract.plugin import PluginContract


class TestContract(PluginContract):
    """Tables: charts, maps by region, paged rows."""

    package = "plugins.statistics"
