"""The plugin manifest: one frozen value a plugin, found by entry point. Every field adds, none replaces.

A plugin sees `portal.contract`, `portal.kernel`, `geo` and `search`, nothing else (import-linter holds it to that).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from click import Command
from flask import Blueprint

from portal.contract import events
from portal.contract.actions import PluginAction
from portal.contract.protocols import ResourceView
from portal.contract.work import Event, Services, Work
from portal.kernel.permissions import Permission, Row

Audience = Literal["public", "office"]
PLUGIN_NAME = re.compile(r"^[a-z][a-z0-9_]{1,30}$")


@dataclass(frozen=True, slots=True)
class Panel:
    """One way of looking at a resource (chart, map, table), a tab of the dataset page.

    `template` sees `resource`, `panel`, and its `context` as `data`; `address` is the panel's own full page, or empty.
    Lower `order` stands first; the first panel is the answer that the page opens with.
    """

    id: str
    title: str
    template: str
    order: int
    context: Mapping[str, Any] = field(default_factory=dict)
    address: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of resource that a plugin knows how to show. `name` is the stored value (`tabel`, `layer`)."""

    name: str
    label: str
    panels: Callable[[ResourceView], Sequence[Panel]]


@dataclass(frozen=True, slots=True)
class PluginBlueprint:
    """Routes of a plugin and the sides that have them; `make` is called once an application."""

    audiences: frozenset[Audience]
    make: Callable[[], Blueprint]


@dataclass(frozen=True, slots=True)
class FacetSpec:
    """A facet of the search that the plugin adds: name, label, and its values out of a dataset's metadata."""

    name: str
    label: str
    values: Callable[[Mapping[str, Any]], Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Job:
    """A job of the plugin: `name` as queued (`<plugin>.<verb>`), the function that the worker runs, how often it is
    tried, and when it runs by itself (`cron`, five fields, UTC)."""

    name: str
    run: Callable[[Work], None]
    attempts: int = 5
    cron: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """A way to a page of the plugin in the office's header, for who holds the permission; `label` is its words."""

    permission: Permission
    label: Callable[[], str]
    path: str


@dataclass(frozen=True, slots=True)
class Plugin:
    """What a plugin adds. Raises ValueError for a name, permission, job or action outside the plugin's own name space,
    and for an event that the house does not know.

    `settings` is a frozen dataclass, read at the start from variables `PORTAL_<NAME>_<FIELD>` and offered as a service
    by its type. `events` are told in the order they happened, each in a unit of work of its own. `cli` are commands of
    the group `portal <name>`; click's `obj` is a `portal.contract.work.Opened`. `actions` join the API's; their names
    begin with the plugin's. `ways` stand in the header of the office.
    """

    name: str
    label: str
    version: str
    kinds: tuple[Kind, ...] = ()
    blueprints: tuple[PluginBlueprint, ...] = ()
    facets: tuple[FacetSpec, ...] = ()
    permissions: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    jobs: tuple[Job, ...] = ()
    events: Mapping[str, Callable[[Event, Services], None]] = field(default_factory=dict)
    settings: type | None = None
    cli: tuple[Command, ...] = ()
    migrations: Path | None = None
    actions: tuple[PluginAction, ...] = ()
    ways: tuple[Way, ...] = ()

    def __post_init__(self) -> None:
        if not PLUGIN_NAME.fullmatch(self.name):
            raise ValueError(f"not a plugin name: {self.name!r}")
        for permission in self.permissions:
            if not permission.startswith(f"{self.name}:"):
                raise ValueError(f"{self.name}: permission {permission!r} must begin with the plugin's name")
        for job in self.jobs:
            if not job.name.startswith(f"{self.name}."):
                raise ValueError(f"{self.name}: job {job.name!r} must begin with the plugin's name")
        for action in self.actions:
            if not action.name.startswith(self.name):
                raise ValueError(f"{self.name}: action {action.name!r} must begin with the plugin's name")
        unknown = sorted(set(self.events) - events.KINDS)
        if unknown:
            raise ValueError(f"{self.name}: no such event: {', '.join(unknown)}")
