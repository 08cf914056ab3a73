"""CKAN's capacities in an organisation and the roles of domain.md section 2: the one table (decision 0017)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, get_args

from portal.kernel.identity import Role

Capacity = Literal["admin", "editor", "member"]
ORDER: tuple[Capacity, ...] = get_args(Capacity)

#: What a person of a capacity holds at the agency; giving another capacity takes away what only the old one has.
ROLES: Mapping[Capacity, frozenset[Role]] = {
    "admin": frozenset({Role.PENGELOLA, Role.WALIDATA_PENDUKUNG, Role.PRODUSEN, Role.GIS}),
    "editor": frozenset({Role.PRODUSEN, Role.GIS}),
    "member": frozenset({Role.ANGGOTA}),
}
#: Every role that the table gives or takes; all others are the office's business and stay untouched.
GIVEN: frozenset[Role] = frozenset(role for roles in ROLES.values() for role in roles)
#: Duties at an agency that show their holder as a member where no capacity gave him anything.
SHOWN_AS_MEMBER: frozenset[Role] = frozenset({Role.KEPALA_OPD, Role.PPID_PELAKSANA, Role.ANGGOTA})

#: What CKAN lets each capacity do in its organisation, by the names that `organization_list_for_user` takes.
CKAN_PERMISSIONS: Mapping[Capacity, frozenset[str]] = {
    "admin": frozenset(
        {"admin", "membership", "read", "delete_dataset", "create_dataset", "update_dataset", "manage_group"}
    ),
    "editor": frozenset({"read", "delete_dataset", "create_dataset", "update_dataset", "manage_group"}),
    "member": frozenset({"read", "manage_group"}),
}


def capacity_of(held: Iterable[Role]) -> Capacity | None:
    """The capacity that roles at one agency amount to; None when they are none of CKAN's business (admin, auditor)."""
    roles = set(held)
    if Role.PENGELOLA in roles:
        return "admin"
    if roles & {Role.PRODUSEN, Role.GIS, Role.WALIDATA_PENDUKUNG}:
        return "editor"
    return "member" if roles & SHOWN_AS_MEMBER else None


def holding(permission: str) -> tuple[Capacity, ...]:
    """The capacities that CKAN gives a permission; what only its `admin` covers is the admin's, as there."""
    return tuple(name for name in ORDER if name == "admin" or permission in CKAN_PERMISSIONS[name])
