"""Every action of the office: the public side's, with the office's own on top."""

from __future__ import annotations

from portal.api import plugin_actions, registry
from portal.api.action import Registry
from portal.api.office import (
    activity,
    activity_writes,
    collaborators,
    configuration,
    datastore,
    follows,
    jobs,
    loose_files,
    members,
    organizations,
    organizations_write,
    package_search,
    packages,
    packages_more,
    relationships,
    resources,
    tasks,
    tokens,
    users,
    users_write,
    views_kept,
    vocabularies,
)

ACTIONS: Registry = registry.table(
    (
        *registry.FAMILIES,
        package_search.ACTIONS,
        packages.ACTIONS,
        packages_more.ACTIONS,
        resources.ACTIONS,
        tasks.ACTIONS,
        views_kept.ACTIONS,
        relationships.ACTIONS,
        loose_files.ACTIONS,
        users.ACTIONS,
        users_write.ACTIONS,
        tokens.ACTIONS,
        organizations.ACTIONS,
        organizations_write.ACTIONS,
        members.ACTIONS,
        collaborators.ACTIONS,
        follows.ACTIONS,
        activity.ACTIONS,
        activity_writes.ACTIONS,
        vocabularies.ACTIONS,
        configuration.ACTIONS,
        datastore.ACTIONS,
        jobs.ACTIONS,
        plugin_actions.family("office"),
    )
)
