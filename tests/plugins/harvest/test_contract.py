"""The harvest plugin keeps the contract of all plugins."""

from __future__ import annotations

from tests.contract.plugin import PluginContract


class TestContract(PluginContract):
    package = "plugins.harvest"
