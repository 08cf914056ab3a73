"""Collaborators of one dataset, where the profile has them (`kolaborator`); else CKAN's refusal (decision 0017)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from portal.access.rows import CollaboratorDuty, CollaboratorRow
from portal.accounts.people import People
from portal.api import people as public
from portal.api.action import Action
from portal.api.office.call import OfficeCall
from portal.api.office.members import package_of, person_of
from portal.api.people import CollaboratorsArguments
from portal.api.references import Ref, Referring
from portal.catalog.ckan_document import timestamp
from portal.kernel.decisions import require
from portal.kernel.errors import Forbidden, Invalid, NotFound, SignInRequired
from portal.kernel.ids import as_uuid
from portal.kernel.permissions import Permission, Subject
from portal.kernel.texts import gettext as _

#: CKAN's capacities and the duty that each is.
DUTIES: Mapping[str, CollaboratorDuty] = {
    "admin": "kolaborator_kelola",
    "editor": "kolaborator_ubah",
    "member": "kolaborator_baca",
}
CAPACITIES: Mapping[str, str] = {duty: capacity for capacity, duty in DUTIES.items()}


class CollaboratorArguments(Referring):
    """A dataset and a person."""

    REFERENCES: ClassVar[frozenset[str]] = frozenset({"id", "user_id", "capacity"})
    id: Ref
    user_id: Ref


class CollaboratorCreateArguments(CollaboratorArguments):
    """A dataset, a person and what he shall be to it."""

    capacity: Ref


def package_collaborator_create(call: OfficeCall, args: CollaboratorCreateArguments) -> object:
    """Make a person a collaborator of one dataset. `id`: the dataset; `user_id`: his username or id; `capacity`:
    `member` reads it, `editor` edits it, `admin` names others too. For administrators of its organisation. Off unless
    the portal's profile has collaborators, as in a fresh CKAN."""
    allowed = tuple(DUTIES) if _on(call) else ("editor", "member")
    if args.capacity not in allowed:
        message = _("Peran harus salah satu dari “%(allowed)s”", allowed=", ".join(allowed))
        raise Invalid(fields={"message": [message]})
    dataset_id, agency_id = _dataset(call, args.id)
    person = person_of(call, args.user_id)
    duty = DUTIES[args.capacity]
    since = call.access.name_collaborator(call.identity, dataset_id, agency_id, person.id, duty)
    return _shown(CollaboratorRow(dataset_id, person.id, duty, since))


def package_collaborator_delete(call: OfficeCall, args: CollaboratorArguments) -> object:
    """Make a person no collaborator of a dataset any more. `id`: the dataset; `user_id`: his username or id."""
    dataset_id, agency_id = _dataset(call, args.id)
    person = person_of(call, args.user_id)
    try:
        call.access.end_collaborator(call.identity, dataset_id, agency_id, person.id)
    except NotFound as error:
        raise NotFound(_("pengguna itu bukan kolaborator dataset ini")) from error
    return None


def package_collaborator_list(call: OfficeCall, args: CollaboratorsArguments) -> object:
    """Return a dataset's collaborators (`package_id`, `user_id`, `capacity`, `modified`). `id`: the dataset;
    `capacity`: only those. For who may name them."""
    if not call.identity.signed_in:
        return public.package_collaborator_list(call, args)
    dataset_id, agency_id = _dataset(call, args.id)
    found = call.access.collaborators(call.identity, dataset_id, agency_id)
    return [_shown(row) for row in _of(found, args.capacity)]


def package_collaborator_list_for_user(call: OfficeCall, args: CollaboratorsArguments) -> object:
    """Return the datasets on which a person collaborates (`package_id`, `capacity`, `modified`). `id`: the caller's own
    username or id; `capacity`: only those."""
    if not _on(call):
        return public.package_collaborator_list_for_user(call, args)
    person = call.service(People).find(args.id) if call.identity.signed_in else None
    if person is None or person.id != call.identity.person_id:
        raise Forbidden(_("hanya kolaborasi sendiri yang dapat dilihat"), rule=Permission.COLLABORATOR_EDIT.value)
    rows = _of(call.access.collaborations(call.identity), args.capacity)
    return [{key: value for key, value in _shown(row).items() if key != "user_id"} for row in rows]


def _on(call: OfficeCall) -> bool:
    return call.runtime.profile.policy.kolaborator


def _dataset(call: OfficeCall, name_or_id: str) -> tuple[UUID, UUID]:
    """A dataset that the caller sees, and its agency. Raises SignInRequired, NotFound, Forbidden without the right to
    name its collaborators, Invalid where collaborators are off: in CKAN's order."""
    if not call.identity.signed_in:
        raise SignInRequired
    package = package_of(call, name_or_id) if name_or_id else None
    if package is None:
        raise NotFound(_("dataset"))
    dataset_id, agency_id = UUID(package["id"]), as_uuid(str(package["owner_org"] or ""))
    if not _on(call):
        require(call.identity, Permission.COLLABORATOR_EDIT, Subject(agency_id=agency_id))
        raise public.no_collaborators()
    if agency_id is None:
        raise NotFound(_("dataset"))
    call.access.collaborators(call.identity, dataset_id, agency_id)
    return dataset_id, agency_id


def _of(rows: tuple[CollaboratorRow, ...], capacity: str) -> list[CollaboratorRow]:
    if capacity and capacity not in DUTIES:
        message = _("Peran harus salah satu dari “%(allowed)s”", allowed=", ".join(DUTIES))
        raise Invalid(fields={"message": [message]})
    return [row for row in rows if not capacity or DUTIES[capacity] == row.duty]


def _shown(row: CollaboratorRow) -> dict[str, Any]:
    return {
        "package_id": str(row.dataset_id),
        "user_id": str(row.person_id),
        "capacity": CAPACITIES[row.duty],
        "modified": timestamp(row.since),
    }


ACTIONS = (
    *(
        Action(run.__name__, arguments, run, Permission.PUBLISHED_READ, writes=True, rights_first=False)
        for arguments, run in (
            (CollaboratorCreateArguments, package_collaborator_create),
            (CollaboratorArguments, package_collaborator_delete),
        )
    ),
    Action("package_collaborator_list", CollaboratorsArguments, package_collaborator_list),
    Action("package_collaborator_list_for_user", CollaboratorsArguments, package_collaborator_list_for_user),
)
