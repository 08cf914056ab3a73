"""What happened to a dataset that is not out, for those whose duty opens it: told from the steps that the vault keeps.

The acts show the dataset as it stands now: what is not released stays in the vault, so no copies of it are kept for a
list of acts. The public side's versions tell everything else (`portal.api.activity`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from portal.api.office.call import OfficeCall
from portal.api.office.shown import draft_document
from portal.catalog import addresses
from portal.catalog.ckan_document import timestamp
from portal.ingest.lifecycle import EDITABLE, State
from portal.ingest.packages import Packages
from portal.kernel.errors import NotFound

_GONE = frozenset({str(State.WITHDRAWN), str(State.ARCHIVED)})
#: A withdrawal is carried out in the portal's name; the order says whose act it is.
_WITHDREW = text(
    "SELECT ordered_by FROM ingest.release_order WHERE dataset_id = :id AND kind = 'tarik'"
    " ORDER BY created DESC LIMIT 1"
)
#: Datasets of one person that are opened for a list of his acts; each opening is recorded.
MOST = 20


@dataclass(frozen=True, slots=True)
class DraftAct:
    """One act on a dataset in the vault, with the dataset as the caller sees it."""

    key: str
    at: datetime
    person_id: UUID
    dataset_id: UUID
    activity_type: str
    package: dict[str, Any]

    def document(self, user_id: UUID, actor: str) -> dict[str, Any]:
        """CKAN's activity; its label is that of the owner's members, as CKAN has it of a private dataset."""
        return {
            "id": str(addresses.stable_id("activity", f"{self.dataset_id}:{self.key}")),
            "timestamp": timestamp(self.at),
            "user_id": str(user_id),
            "object_id": str(self.dataset_id),
            "activity_type": self.activity_type,
            "data": {"package": self.package, "actor": actor},
            "permission_labels": [f"member-{self.package['owner_org']}"],
        }


def of_dataset(call: OfficeCall, dataset_id: UUID) -> list[DraftAct]:
    """The acts on one dataset; none when the caller may not open it."""
    packages = call.service(Packages)
    try:
        current = packages.look(call.identity, dataset_id)
    except NotFound:
        return []
    shown = draft_document(packages, current)
    acts: list[DraftAct] = []
    withdrew = call.office.execute(_WITHDREW, {"id": dataset_id}).scalar()
    for row in current.vault.transitions.of_dataset(dataset_id):
        word = "deleted" if row.to_state in _GONE else "changed" if acts else "new"
        if row.from_state is None or word == "deleted":
            who = withdrew or row.person_id if word == "deleted" else row.person_id
            acts.append(DraftAct(str(row.id), row.at, who, dataset_id, f"{word} package", shown))
    last = current.dataset
    # a draft that is changed in place makes no step
    if acts and current.state in EDITABLE and last.modified > max(act.at for act in acts):
        acts.append(DraftAct("modified", last.modified, last.modified_by, dataset_id, "changed package", shown))
    return acts


def of_person(call: OfficeCall, person_id: UUID) -> list[DraftAct]:
    """What the caller did to datasets of his that are not out; nobody sees another's."""
    if person_id != call.identity.person_id:
        return []
    own = [key for _person, key, live in call.access.created_by(call.identity, [person_id]) if not live]
    return [act for key in own[:MOST] for act in of_dataset(call, key) if act.person_id == person_id]
