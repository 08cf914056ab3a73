"""The one table between CKAN's capacities and the roles of the house."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts import capacities
from portal.accounts.capacities import ORDER, ROLES, Capacity
from portal.kernel.identity import ASSIGNABLE_ROLES, Role
from portal.kernel.permissions import TABLE, Permission, Where


@pytest.mark.parametrize("capacity", ORDER)
def test_the_roles_of_a_capacity_lead_back_to_it(capacity: Capacity) -> None:
    assert capacities.capacity_of(ROLES[capacity]) == capacity
    assert ROLES[capacity] <= set(ASSIGNABLE_ROLES)


@given(st.sets(st.sampled_from(list(Role))))
def test_more_roles_never_make_less_of_a_capacity(held: set[Role]) -> None:
    rank = {None: 0, "member": 1, "editor": 2, "admin": 3}
    for role in Role:
        assert rank[capacities.capacity_of(held | {role})] >= rank[capacities.capacity_of(held)]


def test_no_capacity_gives_a_role_that_decides_or_opens_what_is_exempt() -> None:
    assert {Role.PENGELOLA, Role.WALIDATA_PENDUKUNG, Role.PRODUSEN, Role.GIS, Role.ANGGOTA} == capacities.GIVEN
    deciding = {
        Permission.DATASET_CHECK, Permission.DATASET_VALIDATE, Permission.DATASET_CONSENT,
        Permission.DATASET_CLASSIFY_PUBLIC, Permission.DATASET_CLASSIFY_EXEMPT, Permission.DATASET_RELEASE,
        Permission.EXEMPT_READ, Permission.PERSON_ROLE, Permission.AUDIT_READ,
    }  # fmt: skip
    assert not [row for permission in deciding for row in TABLE[permission] if row.role in capacities.GIVEN]


def test_T04_a_member_reads_his_agencys_drafts_and_has_no_other_row_on_data() -> None:
    own = {
        permission
        for permission, rows in TABLE.items()
        for row in rows
        if row.role == Role.ANGGOTA and permission.value.startswith(("dataset:", "dikecualikan:", "katalog:"))
    }
    assert own == {Permission.DATASET_READ, Permission.DATASET_LIST}
    assert all(row.where == Where.OWN for row in TABLE[Permission.DATASET_READ] if row.role == Role.ANGGOTA)


def test_ckan_s_permissions_grow_with_the_capacity() -> None:
    assert capacities.holding("read") == ("admin", "editor", "member")
    assert capacities.holding("create_dataset") == ("admin", "editor")
    assert capacities.holding("membership") == ("admin",)
    assert capacities.holding("apa saja") == ("admin",)
