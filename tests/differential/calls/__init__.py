"""The table of calls, one module a family; they run in the order of FAMILIES on every side."""

from __future__ import annotations

from tests.differential.calls import (
    activity,
    datastore,
    datastore_queries,
    empty,
    ends,
    groups,
    harvest,
    members,
    odd_input,
    organizations,
    package_search,
    package_writes,
    packages,
    relations,
    resources,
    revise,
    rights,
    site,
    tags,
    transport,
    uploads,
    users,
    views,
    wide_acts,
    wide_people,
    wide_reads,
    wide_writes,
    world,
)
from tests.differential.sides import Call

FAMILIES = {
    module.__name__.rsplit(".", 1)[-1]: module.CALLS
    for module in (
        world,
        site,
        transport,
        packages,
        package_search,
        organizations,
        groups,
        tags,
        wide_reads,
        resources,
        datastore,
        datastore_queries,
        package_writes,
        revise,
        rights,
        uploads,
        views,
        users,
        members,
        relations,
        activity,
        harvest,
        wide_people,
        wide_acts,
        wide_writes,
        empty,
        odd_input,
        ends,
    )
}
CALLS: tuple[tuple[str, Call], ...] = tuple((name, call) for name, calls in FAMILIES.items() for call in calls)
