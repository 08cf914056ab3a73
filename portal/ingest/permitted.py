"""What a page may offer before any dataset is opened: asked of the permission table, as the services ask it again."""

from __future__ import annotations

from uuid import UUID

from portal.kernel.decisions import decide
from portal.kernel.identity import Identity
from portal.kernel.permissions import Permission, Subject


def may_list(identity: Identity) -> bool:
    """Whether this person has duties on datasets at all."""
    return bool(decide(identity, Permission.DATASET_LIST))


def own_agencies(identity: Identity) -> tuple[UUID, ...]:
    """Agencies for which this person may make datasets, in a fixed order."""
    return tuple(
        agency
        for agency in sorted(identity.agencies())
        if decide(identity, Permission.DATASET_CREATE, Subject(agency_id=agency))
    )
