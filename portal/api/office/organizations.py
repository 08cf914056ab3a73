"""Reads of organisations and groups for people who are signed in; everybody else gets the public side's answer."""

from __future__ import annotations

from typing import Any

from portal.accounts import capacities
from portal.accounts.groups import Groups
from portal.accounts.membership import Membership
from portal.accounts.organizations import Organization, Organizations
from portal.api import organizations as public
from portal.api import people as nobody
from portal.api.action import Action
from portal.api.office import kinds, users
from portal.api.office.call import OfficeCall
from portal.api.office.kinds import GROUP, ORGANIZATION, Face, ShowArguments
from portal.api.organizations import GroupListArguments
from portal.api.people import GroupsOfArguments, OrganizationsOfArguments
from portal.kernel.decisions import decide
from portal.kernel.ids import as_uuid
from portal.kernel.permissions import Permission


def organization_show(call: OfficeCall, args: ShowArguments) -> object:
    """Return an organisation. `id`: its name or id; `include_datasets` adds its ten last changed datasets;
    `include_users` its members, for those who are in it."""
    return _show(call, args, ORGANIZATION) if call.identity.signed_in else public.organization_show(call, args)


def group_show(call: OfficeCall, args: ShowArguments) -> object:
    """Return a group. `id`: its name or id; `include_datasets` adds its ten last changed datasets; `include_users`
    its members, for those who are in it."""
    return _show(call, args, GROUP) if call.identity.signed_in else public.group_show(call, args)


def _show(call: OfficeCall, args: ShowArguments, face: Face) -> object:
    found = face.see(call, args.id)
    shown = kinds.document(call, face, found, args)
    if args.include_datasets:
        shown["packages"] = kinds.newest(call, face, found.id)
    return shown


def organization_list(call: OfficeCall, args: GroupListArguments) -> object:
    """Return the names of the organisations, or with `all_fields` the organisations. `sort` (`title asc`; `name`,
    `package_count`), `limit` (1,000; whole ones 25), `offset`, `organizations` (names), `q`, `include_…`."""
    return _with_people(call, args, ORGANIZATION, public.organization_list(call, args))


def group_list(call: OfficeCall, args: GroupListArguments) -> object:
    """Return the names of the groups, or with `all_fields` the groups. `sort` (`title asc`; `name`,
    `package_count`), `limit` (1,000; whole ones 25), `offset`, `groups` (names), `q`, `include_…`."""
    return _with_people(call, args, GROUP, public.group_list(call, args))


def _with_people(call: OfficeCall, args: GroupListArguments, face: Face, listed: object) -> object:
    """The public list, with the members of those that the caller is in, where they are asked for."""
    if not (call.identity.signed_in and args.all_fields and args.include_users and isinstance(listed, list)):
        return listed
    return [{**item, "users": _people(call, face, item["id"])} for item in listed]


def _people(call: OfficeCall, face: Face, key: str) -> list[dict[str, Any]]:
    found = as_uuid(key)
    return kinds.people(call, face, found) if found else []


def organization_list_for_user(call: OfficeCall, args: OrganizationsOfArguments) -> object:
    """Return the organisations in which the caller (or `id`) has a capacity with CKAN's `permission`
    (default `manage_group`). `include_dataset_count`, `include_member_count`."""
    if not call.identity.signed_in:
        return nobody.organization_list_for_user(call, args)
    person = users.named(call, args.id or str(call.identity.person_id))
    active = call.service(Organizations).all()
    if person.sysadmin:
        held = {item.id: "admin" for item in active}
    else:
        wanted = capacities.holding(args.permission)
        mine = call.service(Membership).capacities(person.id)
        held = {key: capacity for key, capacity in mine.items() if capacity in wanted}
    return [
        {**_listed(call, ORGANIZATION, item, args), "capacity": held[item.id]} for item in active if item.id in held
    ]


def group_list_authz(call: OfficeCall, args: GroupsOfArguments) -> object:
    """Return the groups that the caller may put datasets into. `am_member`: his own only."""
    if not call.identity.signed_in:
        return nobody.group_list_authz(call, args)
    groups = call.service(Groups)
    everything = bool(decide(call.identity, Permission.GROUP_EDIT)) and not args.am_member
    mine = groups.of(call.identity.person_id) if call.identity.person_id else {}
    return [_listed(call, GROUP, item, args) for item in groups.all() if everything or item.id in mine]


def _listed(
    call: OfficeCall, face: Face, found: Organization, args: OrganizationsOfArguments | GroupsOfArguments
) -> dict[str, Any]:
    shown = kinds.base(found, face.kind)
    if args.include_dataset_count:
        shown["package_count"] = kinds.count(call, face, found.id)
    if args.include_member_count:
        shown["member_count"] = len(face.membership(call).members(found.id))
    return shown


ACTIONS = (
    Action("organization_show", ShowArguments, organization_show),
    Action("group_show", ShowArguments, group_show),
    Action("organization_list", GroupListArguments, organization_list),
    Action("group_list", GroupListArguments, group_list),
    Action("organization_list_for_user", OrganizationsOfArguments, organization_list_for_user),
    Action("group_list_authz", GroupsOfArguments, group_list_authz),
)
