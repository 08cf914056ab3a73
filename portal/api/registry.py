"""The actions of the public side, all of them reads. The office has its own table on top (`portal.api.office`)."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from portal.api import (
    activity,
    datastore,
    names,
    organizations,
    packages,
    people,
    plugin_actions,
    relationships,
    resource_views,
    resources,
    site,
    tags,
    vocabularies,
)
from portal.api.action import Action, Registry


def table(families: Iterable[tuple[Action, ...]], beside: Registry | None = None) -> Registry:
    """A table of actions by name, `help_show` included; a later family's action takes the place of an earlier one's.

    `beside`: what `help_show` tells about without being in the table.
    """
    found = {action.name: action for family in families for action in family}
    whole: Registry = MappingProxyType(found)
    help_show = site.help_show(lambda: {**(beside or {}), **whole})
    found[help_show.name] = help_show
    return whole


FAMILIES = (
    packages.ACTIONS,
    organizations.ACTIONS,
    tags.ACTIONS,
    vocabularies.ACTIONS,
    people.ACTIONS,
    activity.ACTIONS,
    resources.ACTIONS,
    resource_views.ACTIONS,
    relationships.ACTIONS,
    datastore.ACTIONS,
    site.ACTIONS,
    plugin_actions.family("public"),
)

#: What only the office has, plugins' actions included; they refuse.
ELSEWHERE: Registry = MappingProxyType({**names.ELSEWHERE, **plugin_actions.elsewhere("public")})

ACTIONS: Registry = table(FAMILIES, ELSEWHERE)
