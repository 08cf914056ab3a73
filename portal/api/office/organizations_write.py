"""Writes of organisations and groups. What is public by nature is on the public side when the call returns."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from portal.accounts.capacities import ORDER
from portal.accounts.groups import Groups
from portal.accounts.membership import Membership
from portal.accounts.organizations import Organization, Organizations
from portal.accounts.people import People
from portal.api import found as published
from portal.api.action import Action
from portal.api.arguments import as_lax_flag
from portal.api.office import kinds, members, pictures, users
from portal.api.office.call import OfficeCall
from portal.api.office.checks import Checks, Raw, given, missing, objects
from portal.api.office.kinds import GROUP, ORGANIZATION, Face
from portal.api.references import MaybeRefArguments
from portal.catalog import addresses, images
from portal.ingest.packages import Packages
from portal.kernel.errors import Invalid, NotFound, SignInRequired
from portal.kernel.permissions import Permission
from portal.kernel.texts import gettext as _

#: Names of CKAN's own fields, which no extra may bear.
FIELDS = frozenset({
    "id", "name", "title", "description", "image_url", "image_display_url", "type", "state", "created",
    "is_organization", "approval_status", "extras", "packages", "users", "groups",
})  # fmt: skip
_TEXTS = ("title", "description", "image_url", "approval_status")


class WriteArguments(MaybeRefArguments):
    """An organisation or group: `users` are objects with `name` and `capacity`, `extras` with `key` and `value`."""

    name: Raw
    title: Raw
    description: Raw
    image_url: Raw
    image_upload: Raw
    clear_upload: Raw
    type: Raw
    state: Raw
    approval_status: Raw
    extras: Raw
    users: Raw
    packages: Raw


def organization_create(call: OfficeCall, args: WriteArguments) -> object:
    """Make an organisation; who makes it is its administrator, where the profile follows CKAN. `name`; `title`,
    `description`, `image_url` or `image_upload` (a picture, multipart), `extras`, `users`; an
    administrator also `id` and `state`."""
    return _create(call, args, ORGANIZATION)


def group_create(call: OfficeCall, args: WriteArguments) -> object:
    """Make a group; who makes it is its administrator. `name`; `title`, `description`, `image_url` or
    `image_upload` (a picture, multipart), `extras`, `users`; an administrator also `id` and `state`."""
    return _create(call, args, GROUP)


def _create(call: OfficeCall, args: WriteArguments, face: Face) -> object:
    register = face.register(call)
    register.require_create(call.identity)
    checks = Checks()
    values = _columns(call, args, face, checks, None)
    values["extras"] = checks.extras(args.extras, FIELDS, _sent(args))
    people = _members(call, args, checks)
    if given(args.id):
        _own_id(call, args, face, checks, values)
    if not users.is_admin(call):
        values.pop("state", None)
    picture = _picture(call, args, checks, values)
    checks.stop()
    _keep(call, picture)
    if values.get("state", "active") == "active":
        values.pop("state", None)
    found = register.create(call.identity, values)
    if face is ORGANIZATION and call.service(Organizations).like_ckan:
        call.service(Membership).found(call.identity, found.id)
    _put_members(call, face, found, people)
    face.publish(call, found.id)
    face.note(call, found, "new")
    if face is GROUP:
        _put_packages(call, found, args)
    return {**kinds.document(call, face, found), "users": kinds.people(call, face, found.id, inside=True)}


def _own_id(call: OfficeCall, args: WriteArguments, face: Face, checks: Checks, values: dict[str, Any]) -> None:
    """An id of the caller's choice: for administrators, who bring a portal's things here from another."""
    if not users.is_admin(call):
        checks.fail("id", _("Isian ini tidak diharapkan"))
        return
    key = checks.id("id", args.id)
    if key and any(other.register(call).find(str(key)) for other in (ORGANIZATION, GROUP)):
        checks.fail("id", _("Id ini sudah dipakai"))
    values["id"] = key


def _columns(
    call: OfficeCall, args: WriteArguments, face: Face, checks: Checks, found: Organization | None
) -> dict[str, Any]:
    """What the call says, checked, as columns; what it does not say stays."""
    values: dict[str, Any] = {}
    if found is None or given(args.name):
        values["name"] = checks.name("name", args.name)
        if "name" not in checks.faults:
            but = found.id if found else None
            if call.service(Organizations).taken(values["name"], but):
                checks.fail("name", _("Nama ini sudah dipakai instansi atau kelompok lain"))
    for name in _TEXTS:
        if getattr(args, name) is not None:
            values[name] = checks.text(name, getattr(args, name))
    if given(args.clear_upload) and as_lax_flag(args.clear_upload):
        sent, old = values.get("image_url"), found.image_url if found else ""
        values["image_url"] = sent if sent and sent != old else ""
    if given(args.state):
        values["state"] = checks.text("state", args.state)
    if given(args.type) and args.type != face.kind:
        checks.fail("type", _("Jenisnya tidak dapat diubah"))
    return values


def _sent(args: WriteArguments) -> dict[str, Any]:
    return args.model_dump(exclude_unset=True, exclude={"image_upload"})


def _picture(call: OfficeCall, args: WriteArguments, checks: Checks, values: dict[str, Any]) -> images.Picture | None:
    """The picture of a multipart call, whose address is then `image_url`."""
    found = pictures.sent(args.image_upload, checks)
    if found is not None:
        values["image_url"] = addresses.absolute(call.service(Packages).site_url, addresses.picture(found.name))
    return found


def _keep(call: OfficeCall, picture: images.Picture | None) -> None:
    """Among the public files at once: what describes an organisation is public by nature."""
    if picture is not None:
        images.keep(call.runtime.public_files, picture)


def _members(call: OfficeCall, args: WriteArguments, checks: Checks) -> dict[UUID, str] | None:
    """The members that the call names, by person; None when it names none at all."""
    if args.users is None:
        return None
    found: dict[UUID, str] = {}
    for item in objects("users", args.users, _sent(args)):
        name, capacity = item.get("name") or item.get("id"), item.get("capacity") or "member"
        person = call.service(People).find(str(name)) if given(name) else None
        # a person who is not here is left out, as CKAN does: a catalogue may come before its people
        if person is not None and capacity not in ORDER:
            checks.fail("users", _("peran itu tidak ada."))
        elif person is not None:
            found[person.id] = str(capacity)
    return found


def _put_members(call: OfficeCall, face: Face, found: Organization, members: dict[UUID, str] | None) -> None:
    """Make the members those of the call; the caller's own membership stays as it is."""
    if members is None:
        return
    membership = face.membership(call)
    own = call.identity.person_id
    for member in membership.members(found.id):
        if member.person_id not in members and member.person_id != own:
            membership.remove(call.identity, found.id, member.person_id)
    now = {member.person_id: member.capacity for member in membership.members(found.id)}
    for person_id, capacity in members.items():
        if person_id != own and now.get(person_id) != capacity:
            membership.put(call.identity, found.id, person_id, capacity)  # type: ignore[arg-type]


def _put_packages(call: OfficeCall, group: Organization, args: WriteArguments) -> None:
    """Make the group's datasets those of the call; datasets that the caller may not see are left out, as in CKAN."""
    if args.packages is None:
        return
    wanted: set[str] = set()
    for item in objects("packages", args.packages, _sent(args)):
        name = item.get("id") or item.get("name")
        try:
            wanted.add(members.package_of(call, str(name))["id"] if given(name) else "")
        except NotFound:
            continue
    now = {str(key) for key in published.datasets_of(call, published.FoundGroup(group.id, group.name, "group"))}
    for key in sorted(wanted - now - {""}):
        members.put_package(call, group, key, inside=True)
    for key in sorted(now - wanted):
        members.put_package(call, group, key, inside=False)


def organization_update(call: OfficeCall, args: WriteArguments) -> object:
    """Change an organisation: fields that are not named stay, `extras` are replaced. `id` and what
    `organization_create` takes. For its administrators."""
    return _update(call, args, ORGANIZATION)


def group_update(call: OfficeCall, args: WriteArguments) -> object:
    """Change a group: fields that are not named stay, `extras` are replaced. `id` and what `group_create` takes. For
    its administrators."""
    return _update(call, args, GROUP)


def _update(call: OfficeCall, args: WriteArguments, face: Face, *, patch: bool = False) -> object:
    found = _to_change(call, args.id, face)
    checks = Checks()
    values = _columns(call, args, face, checks, found)
    if args.extras is not None or not patch:
        values["extras"] = checks.extras(args.extras, FIELDS, _sent(args))
    people = _members(call, args, checks)
    picture = _picture(call, args, checks, values)
    checks.stop()
    _keep(call, picture)
    changed = face.register(call).change(call.identity, found, values)
    _put_members(call, face, changed, people)
    face.publish(call, changed.id)
    face.note(call, changed, "deleted" if not changed.active else "changed")
    if face is GROUP:
        _put_packages(call, changed, args)
    face.settle(call)
    return {**kinds.document(call, face, changed), "packages": kinds.newest(call, face, changed.id)}


def _to_change(call: OfficeCall, name_or_id: Any, face: Face) -> Organization:
    """The thing to change. Raises Invalid without an id, NotFound, SignInRequired, Forbidden, as CKAN in this order."""
    if name_or_id is None:
        raise Invalid(fields={"id": [missing()]})
    if not call.identity.signed_in:
        raise SignInRequired
    found = face.find(call, str(name_or_id))
    if found is None or not (found.active or face.insider(call, found.id)):
        raise NotFound(_("kelompok atau instansi"))
    face.register(call).require_edit(call.identity, found.id)
    return found


def organization_patch(call: OfficeCall, args: WriteArguments) -> object:
    """Change the named fields of an organisation. `id` and what `organization_create` takes."""
    return _patch(call, args, ORGANIZATION)


def group_patch(call: OfficeCall, args: WriteArguments) -> object:
    """Change the named fields of a group. `id` and what `group_create` takes."""
    return _patch(call, args, GROUP)


def _patch(call: OfficeCall, args: WriteArguments, face: Face) -> object:
    if args.id is None and not users.is_admin(call):
        raise Invalid(fields={"message": ["Missing id, can not get Group object"]})
    return _update(call, args, face, patch=True)


def organization_delete(call: OfficeCall, args: MaybeRefArguments) -> object:
    """Close an organisation that has no datasets (any more). `id`. For its administrators."""
    found = _to_change(call, args.id, ORGANIZATION)
    call.service(Organizations).delete(call.identity, found)
    _closed(call, ORGANIZATION, found)
    return None


def group_delete(call: OfficeCall, args: MaybeRefArguments) -> object:
    """Close a group; its datasets stay. `id`. For its administrators."""
    found = _to_change(call, args.id, GROUP)
    call.service(Groups).delete(call.identity, found)
    _closed(call, GROUP, found)
    return None


def _closed(call: OfficeCall, face: Face, found: Organization) -> None:
    face.publish(call, found.id)
    face.note(call, found, "deleted")
    face.settle(call)


def organization_purge(call: OfficeCall, args: MaybeRefArguments) -> object:
    """Take an organisation out of the register for good; the record keeps that it was there. `id`. Administrators."""
    return _purge(call, args, ORGANIZATION)


def group_purge(call: OfficeCall, args: MaybeRefArguments) -> object:
    """Take a group out of the register for good; the record keeps that it was there. `id`. Administrators."""
    return _purge(call, args, GROUP)


def _purge(call: OfficeCall, args: MaybeRefArguments, face: Face) -> object:
    if args.id is None:
        raise Invalid(fields={"id": [missing()]})
    found = face.find(call, str(args.id))
    if found is None or not (found.active or face.insider(call, found.id)):
        raise NotFound(_("kelompok atau instansi"))
    if not call.identity.signed_in:
        raise SignInRequired
    face.register(call).purge(call.identity, found)
    face.publish(call, found.id)
    face.settle(call)
    return None


ACTIONS = (
    Action("organization_create", WriteArguments, organization_create, None, writes=True),
    Action("group_create", WriteArguments, group_create, None, writes=True),
    *(
        Action(run.__name__, arguments, run, Permission.PUBLISHED_READ, writes=True)
        for arguments, run in (
            (WriteArguments, organization_update),
            (WriteArguments, group_update),
            (WriteArguments, organization_patch),
            (WriteArguments, group_patch),
            (MaybeRefArguments, organization_delete),
            (MaybeRefArguments, group_delete),
            (MaybeRefArguments, organization_purge),
            (MaybeRefArguments, group_purge),
        )
    ),
)
