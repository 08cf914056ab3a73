"""Finds plugins by entry point and checks that no two claim the same thing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points

from portal.contract.plugin import Kind, Panel, Plugin
from portal.contract.protocols import ResourceView
from portal.kernel.permissions import TABLE

GROUP = "portal.plugins"


class PluginError(Exception):
    """A plugin that cannot be used; the message names it and why."""


def discover() -> tuple[Plugin, ...]:
    """Every installed plugin, by name. Raises PluginError when an entry point is no manifest."""
    found = []
    for entry in sorted(entry_points(group=GROUP), key=lambda item: item.name):
        manifest = entry.load()
        if not isinstance(manifest, Plugin) or manifest.name != entry.name:
            raise PluginError(f"{entry.name}: bukan manifes plugin dengan nama itu")
        found.append(manifest)
    return check(found)


def check(plugins: Iterable[Plugin]) -> tuple[Plugin, ...]:
    """The plugins, if they fit together: every name, kind, facet and permission is claimed once."""
    made = tuple(plugins)
    claims: dict[str, str] = {f"permission {name.value}": "inti" for name in TABLE}
    for plugin in made:
        things = [f"plugin {plugin.name}"]
        things += [f"kind {kind.name}" for kind in plugin.kinds]
        things += [f"facet {facet.name}" for facet in plugin.facets]
        things += [f"permission {name}" for name in plugin.permissions]
        things += [f"job {job.name}" for job in plugin.jobs]
        things += [f"action {action.name}" for action in plugin.actions]
        for thing in things:
            if thing in claims:
                raise PluginError(f"{thing} dipakai oleh {claims[thing]} dan {plugin.name}")
            claims[thing] = plugin.name
    return made


@dataclass(frozen=True, slots=True)
class KindRegistry:
    """Kinds by stored name; offered as a service, so that pages find the panels of a resource."""

    kinds: Mapping[str, Kind]

    def panels(self, resource: ResourceView) -> tuple[Panel, ...]:
        """The panels of a resource, first the answer; none for a kind that no plugin knows."""
        kind = self.kinds.get(resource.kind)
        return tuple(sorted(kind.panels(resource), key=lambda panel: panel.order)) if kind else ()


def registry(plugins: Iterable[Plugin]) -> KindRegistry:
    """The kinds of all plugins."""
    return KindRegistry({kind.name: kind for plugin in plugins for kind in plugin.kinds})
