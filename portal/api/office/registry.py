"""Every action of the office: the public side's, with the office's own on top."""

from __future__ import annotations

from portal.api import registry
from portal.api.action import Registry
from portal.api.office import (
    activity,
    configuration,
    datastore,
    follows,
    jobs,
    members,
    organizations,
    organizations_write,
    packages,
    resources,
    tokens,
    users,
    users_write,
    vocabularies,
)

ACTIONS: Registry = registry.table(
    (
        *registry.FAMILIES,
        packages.ACTIONS,
        resources.ACTIONS,
        users.ACTIONS,
        users_write.ACTIONS,
        tokens.ACTIONS,
        organizations.ACTIONS,
        organizations_write.ACTIONS,
        members.ACTIONS,
        follows.ACTIONS,
        activity.ACTIONS,
        vocabularies.ACTIONS,
        configuration.ACTIONS,
        datastore.ACTIONS,
        jobs.ACTIONS,
    )
)
