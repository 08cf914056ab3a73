"""Every action by its name. Reads only so far; a write sets `writes` and its own permission."""

from __future__ import annotations

from types import MappingProxyType

from portal.api import datastore, organizations, packages, resources, site, tags
from portal.api.action import Action, Registry
from portal.api.errors import BadRequest


def _registry() -> Registry:
    return ACTIONS


_FAMILIES = (
    packages.ACTIONS,
    organizations.ACTIONS,
    tags.ACTIONS,
    resources.ACTIONS,
    datastore.ACTIONS,
    site.ACTIONS,
    (site.help_show(_registry),),
)

ACTIONS: Registry = MappingProxyType({action.name: action for family in _FAMILIES for action in family})


def find(name: str) -> Action:
    """The action of that name. Raises BadRequest, as CKAN does before anything else."""
    found = ACTIONS.get(name)
    if found is None:
        raise BadRequest(f"Action name not known: {name[:100]}")
    return found
