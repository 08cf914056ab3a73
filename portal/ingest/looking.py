"""A page of datasets that are not out, opened for reading at once: one opening that names each of them (I3, I3a)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from portal.ingest.desk import Desk
from portal.ingest.packages import Current
from portal.ingest.people import GroupsAtHand
from portal.kernel.errors import NotFound
from portal.kernel.identity import Identity
from portal.kernel.permissions import Permission


class Looking:
    """Reads many working versions in as many statements as one."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def look(self, identity: Identity, dataset_ids: Sequence[UUID]) -> dict[UUID, Current]:
        """Those of the datasets that this person may read; each is recorded, refused ones too. In six statements."""
        if not dataset_ids:
            return {}
        try:
            proof = self._desk.access.page_pass(identity, dataset_ids)
        except NotFound:
            return {}
        vault = self._desk.access.enter(proof)
        readable = [
            key
            for key, subject in vault.subjects(dataset_ids).items()
            if self._desk.access.allows(identity, Permission.DATASET_READ, subject)
        ]
        wholes = vault.datasets.wholes(readable)
        resources = vault.resources.of_working(readable)
        agencies = self._desk.people.agencies(dataset.agency_id for dataset, _version, _last in wholes)
        return {
            dataset.id: Current(
                vault=vault,
                agency=agencies[dataset.agency_id],
                dataset=dataset,
                version=version,
                resources=resources.get(dataset.id, ()),
                last=last,
                publish=False,
            )
            for dataset, version, last in wholes
            if dataset.agency_id in agencies
        }

    def groups(self, found: Iterable[Current]) -> GroupsAtHand:
        """The register's groups of all of them, in one statement."""
        return GroupsAtHand(
            self._desk.people, [name for current in found for name in current.metadata.chosen_groups]
        )  # fmt: skip
