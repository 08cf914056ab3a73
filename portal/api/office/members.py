"""Members of organisations and groups, in CKAN's capacities. What a capacity gives stands in one table of accounts."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import orjson

from portal.accounts.capacities import ORDER, Capacity
from portal.accounts.groups import Groups
from portal.accounts.organizations import Organization
from portal.accounts.people import People, Person
from portal.api import found as published
from portal.api import people as public
from portal.api.action import Action
from portal.api.arguments import Arguments, Text
from portal.api.office import users
from portal.api.office.call import OfficeCall
from portal.api.office.kinds import GROUP, ORGANIZATION, Face, face_of
from portal.api.people import MemberListArguments
from portal.api.references import Ref, Referring
from portal.api.service import ActionApi
from portal.catalog import addresses
from portal.kernel.decisions import require
from portal.kernel.errors import Forbidden, Invalid, NotFound, SignInRequired
from portal.kernel.permissions import Permission
from portal.kernel.texts import gettext as _

#: What CKAN calls a member in words (it does not translate what is no capacity of a person).
_WORDS = {"admin": "Admin", "editor": "Editor", "member": "Member"}


class MemberArguments(Referring):
    """A thing in a group: a person (`user`) or a dataset (`package`)."""

    REFERENCES: ClassVar[frozenset[str]] = frozenset({"id", "object"})
    id: Ref
    object: Ref
    object_type: Text


class MemberCreateArguments(MemberArguments):
    """A thing to put into a group, in which capacity."""

    capacity: Any


class OrganizationMemberArguments(Arguments):
    """A person to put into an organisation or group as `role`."""

    id: Text
    username: Text
    role: Text


class OrganizationMemberDeleteArguments(Arguments):
    """A person to take out; `user_id` is the old name."""

    id: Text
    username: Text | None = None
    user_id: Text | None = None


def member_list(call: OfficeCall, args: MemberListArguments) -> object:
    """Return the members of an organisation or group as [id, type, capacity]. `id`; `object_type` (`user`, `package`);
    `capacity`. People are shown to those inside only, datasets to everybody."""
    if not call.identity.signed_in:
        return public.member_list(call, args)
    seen = face_of(call, args.id)
    if seen is None:
        raise NotFound
    face, item = seen
    listed: list[list[str]] = []
    if args.object_type in {"", "user"} and face.insider(call, item.id):
        listed += [
            [str(member.person_id), "user", _WORDS[member.capacity]]
            for member in face.membership(call).members(item.id)
            if args.capacity in {"", member.capacity}
        ]
    group = published.FoundGroup(item.id, item.name, face.kind)
    return listed + public.packages_of(call, group, args)


def member_create(call: OfficeCall, args: MemberCreateArguments) -> object:
    """Put a person or a dataset into an organisation or group. `id`, `object`, `object_type` (`user`, `package`),
    `capacity` (for people `admin`, `editor`, `member`). For its administrators; a dataset also needs the right to
    change it, since being in a group is part of its metadata."""
    face, item = _target(call, args.id)
    if args.object_type == "user":
        person = person_of(call, args.object)
        return _put(call, face, item, person, _capacity(str(args.capacity), "capacity"))
    if args.object_type == "package" and face is GROUP:
        return {**put_package(call, item, args.object, inside=True), "capacity": args.capacity}
    if args.object_type == "package":
        raise Invalid(fields={"message": [_("Dataset berpindah instansi lewat package_owner_org_update")]})
    raise Invalid(fields={"message": [_("%(kind)s bukan jenis yang dikenal", kind=args.object_type.title()[:80])]})


def member_delete(call: OfficeCall, args: MemberArguments) -> object:
    """Take a person or a dataset out of an organisation or group. `id`, `object`, `object_type`."""
    face, item = _target(call, args.id)
    if args.object_type == "user":
        face.membership(call).remove(call.identity, item.id, person_of(call, args.object).id)
        return None
    if args.object_type == "package" and face is GROUP:
        put_package(call, item, args.object, inside=False)
        return None
    raise Invalid(fields={"message": [_("%(kind)s bukan jenis yang dikenal", kind=args.object_type.title()[:80])]})


def _target(call: OfficeCall, name_or_id: str) -> tuple[Face, Organization]:
    if not call.identity.signed_in:
        raise SignInRequired
    seen = face_of(call, name_or_id)
    if seen is None:
        raise NotFound(_("kelompok atau instansi"))
    return seen


def person_of(call: OfficeCall, name_or_id: str) -> Person:
    """A person by his exact username or id: who administers members may name somebody he cannot list."""
    person = call.service(People).find(name_or_id)
    if person is None or not person.active:
        raise NotFound(_("pengguna"))
    return person


def _capacity(text: str, field: str) -> Capacity:
    for capacity in ORDER:
        if capacity == text:
            return capacity
    raise Invalid(fields={field: [_("peran itu tidak ada.")]})


def _put(call: OfficeCall, face: Face, item: Organization, person: Person, capacity: Capacity) -> dict[str, Any]:
    face.membership(call).put(call.identity, item.id, person.id, capacity)
    return _member(item.id, "user", person.id, capacity)


def _member(group_id: UUID, kind: str, key: UUID | str, capacity: str) -> dict[str, Any]:
    """CKAN's member."""
    return {
        "id": str(addresses.stable_id("member", f"{group_id}:{key}")),
        "table_name": kind,
        "table_id": str(key),
        "capacity": capacity,
        "group_id": str(group_id),
        "state": "active",
    }


def put_package(call: OfficeCall, group: Organization, name_or_id: str, *, inside: bool) -> dict[str, Any]:
    """Put a dataset into a group or take it out. Raises NotFound, Forbidden.

    Groups of a dataset are its metadata: they change by a new version, with the rights and checks of one."""
    require(call.identity, Permission.GROUP_FILL, call.service(Groups).subject(call.identity, group.id))
    package = package_of(call, name_or_id) if name_or_id else None
    if package is None:
        raise NotFound(_("dataset"))
    names = [item["name"] for item in package["groups"] if GROUP.find(call, item["name"])]
    wanted = [*names, group.name] if inside else [name for name in names if name != group.name]
    if sorted(set(wanted)) != sorted(names):
        api = call.service(ActionApi)
        groups = [{"name": name} for name in dict.fromkeys(wanted)]
        api.run(call.identity, api.find("package_patch"), {"id": package["id"], "groups": groups})
    return _member(group.id, "package", package["id"], "public")


def package_of(call: OfficeCall, name_or_id: str) -> dict[str, Any]:
    """The dataset as `package_show` shows it to this caller, drafts of his agency too. Raises NotFound."""
    api = call.service(ActionApi)
    shown = api.run(call.identity, api.find("package_show"), {"id": name_or_id})
    loaded: dict[str, Any] = orjson.loads(orjson.dumps(shown))
    return loaded


def organization_member_create(call: OfficeCall, args: OrganizationMemberArguments) -> object:
    """Make a person a member of an organisation. `id`: the organisation; `username`: his username or id; `role`:
    `admin`, `editor` or `member`. For its administrators."""
    return _member_create(call, args, ORGANIZATION)


def group_member_create(call: OfficeCall, args: OrganizationMemberArguments) -> object:
    """Make a person a member of a group. `id`: the group; `username`: his username or id; `role`: `admin`, `editor` or
    `member`. For its administrators."""
    return _member_create(call, args, GROUP)


def _member_create(call: OfficeCall, args: OrganizationMemberArguments, face: Face) -> object:
    if not call.identity.signed_in:
        raise SignInRequired
    item = face.find(call, args.id)
    if item is None and (other := face_of(call, args.id)):
        face, item = other  # CKAN takes either kind here
    if item is None or not (item.active or face.insider(call, item.id)):
        if users.is_admin(call):
            raise Invalid(fields={"id": [_("Nama atau id kelompok itu tidak ada.")]})
        raise Forbidden
    person = call.service(People).find(args.username) if args.username else None
    faults: dict[str, list[str]] = {}
    if person is None or not person.active:
        faults["username"] = [_("Pengguna tidak ditemukan")]
    if args.role not in ORDER:
        faults["role"] = [_("peran itu tidak ada.")]
    if faults or person is None:
        face.register(call).require_edit(call.identity, item.id)
        raise Invalid(fields=faults)
    return _put(call, face, item, person, _capacity(args.role, "role"))


def organization_member_delete(call: OfficeCall, args: OrganizationMemberDeleteArguments) -> object:
    """Take a person out of an organisation. `id`: the organisation; `username`: his username or id. For its
    administrators."""
    return _member_delete(call, args, ORGANIZATION)


def group_member_delete(call: OfficeCall, args: OrganizationMemberDeleteArguments) -> object:
    """Take a person out of a group. `id`: the group; `username`: his username or id. For its administrators."""
    return _member_delete(call, args, GROUP)


def _member_delete(call: OfficeCall, args: OrganizationMemberDeleteArguments, face: Face) -> object:
    name = args.username or args.user_id or ""
    if not call.identity.signed_in:
        raise SignInRequired
    other = face_of(call, args.id) if face.find(call, args.id) is None else None
    face, item = other or (face, face.see(call, args.id))
    face.membership(call).remove(call.identity, item.id, person_of(call, str(name)).id)
    return None


ACTIONS = (
    Action("member_list", MemberListArguments, member_list),
    *(
        Action(run.__name__, arguments, run, Permission.PUBLISHED_READ, writes=True, rights_first=False)
        for arguments, run in (
            (MemberCreateArguments, member_create),
            (MemberArguments, member_delete),
            (OrganizationMemberArguments, organization_member_create),
            (OrganizationMemberArguments, group_member_create),
            (OrganizationMemberDeleteArguments, organization_member_delete),
            (OrganizationMemberDeleteArguments, group_member_delete),
        )
    ),
)
