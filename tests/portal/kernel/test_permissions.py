"""The permission table (I6): default deny, an empty rule is nobody, admin has no way round (T04)."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.decisions import decide, require, require_visible
from portal.kernel.errors import Forbidden, NotFound
from portal.kernel.identity import ANONYMOUS, Identity, Role, RoleAt
from portal.kernel.permissions import TABLE, Permission, Row, Subject, Where

AGENCY, OTHER = uuid4(), uuid4()


def person(*roles: Role, agency: object = AGENCY, **changes: object) -> Identity:
    return Identity(person_id=uuid4(), roles=frozenset(RoleAt(role, agency) for role in roles), **changes)  # type: ignore[arg-type]


def test_every_permission_has_a_row() -> None:
    assert set(TABLE) == set(Permission)
    assert all(TABLE[permission] for permission in Permission)


def test_an_empty_or_missing_rule_means_nobody() -> None:
    everyone = person(*Role)
    assert not decide(everyone, Permission.OFFICE_ENTER, table={})
    assert not decide(everyone, Permission.OFFICE_ENTER, table={Permission.OFFICE_ENTER: ()})


def test_own_agency_needs_an_object_and_that_agency() -> None:
    table = {Permission.DATASET_EDIT: (Row(Role.PRODUSEN, Where.OWN),)}
    producer = person(Role.PRODUSEN)
    assert decide(producer, Permission.DATASET_EDIT, Subject(agency_id=AGENCY), table)
    assert not decide(producer, Permission.DATASET_EDIT, Subject(agency_id=OTHER), table)
    assert not decide(producer, Permission.DATASET_EDIT, table=table)


VAULT = [item for item in Permission if item.value.startswith(("dataset:", "dikecualikan:"))]


@pytest.mark.parametrize("permission", VAULT)
def test_T04_admin_has_nothing_of_the_vault(permission: Permission) -> None:
    subject = Subject(agency_id=AGENCY, sifat="belum_ditetapkan", named=frozenset({"pemeriksa", "ppid", "bps"}))
    assert not decide(person(Role.ADMIN), permission, subject)


@pytest.mark.parametrize("permission", [Permission.DATASET_READ, Permission.DATASET_EDIT, Permission.DATASET_RELEASE])
@pytest.mark.parametrize("role", list(Role))
def test_no_role_opens_what_is_dikecualikan(permission: Permission, role: Role) -> None:
    subject = Subject(agency_id=AGENCY, sifat="dikecualikan", named=frozenset({"pemeriksa", "ppid", "bps"}))
    assert not decide(person(role), permission, subject)


def test_exempt_reading_is_granted_by_no_role() -> None:
    assert not any(decide(person(role), Permission.EXEMPT_READ, Subject(agency_id=AGENCY)) for role in Role)


def test_T31_a_producer_does_not_check_his_own() -> None:
    checker = person(Role.TIM_VERVAL)
    subject = Subject(agency_id=OTHER, named=frozenset({"pemeriksa"}))
    assert decide(checker, Permission.DATASET_VALIDATE, subject)
    own = Subject(agency_id=OTHER, named=frozenset({"pemeriksa"}), producer_ids=frozenset({checker.person_id}))  # type: ignore[arg-type]
    assert not decide(checker, Permission.DATASET_VALIDATE, own)


def test_nobody_gives_roles_to_himself() -> None:
    admin = person(Role.ADMIN)
    assert not decide(admin, Permission.PERSON_ROLE, Subject(person_id=admin.person_id))
    assert decide(admin, Permission.PERSON_ROLE, Subject(person_id=uuid4()))


def test_a_token_does_only_what_its_scopes_say() -> None:
    subject = Subject(agency_id=AGENCY)
    assert decide(person(Role.PRODUSEN, scopes=frozenset({"dataset:ubah"})), Permission.DATASET_EDIT, subject)
    assert not decide(person(Role.PRODUSEN, scopes=frozenset()), Permission.DATASET_EDIT, subject)


def test_refusals_tell_nothing_of_what_may_not_be_seen() -> None:
    with pytest.raises(Forbidden):
        require(ANONYMOUS, Permission.DATASET_CREATE)
    with pytest.raises(NotFound):
        require_visible(ANONYMOUS, Permission.DATASET_READ, Subject(agency_id=AGENCY))


@given(roles=st.sets(st.sampled_from(list(Role))), permission=st.sampled_from(list(Permission)), data=st.data())
def test_more_roles_never_take_a_right_away(roles: set[Role], permission: Permission, data: st.DataObject) -> None:
    subject = Subject(
        agency_id=data.draw(st.sampled_from([AGENCY, OTHER, None])),
        sifat=data.draw(st.sampled_from(["belum_ditetapkan", "publik", "dikecualikan"])),
        named=data.draw(st.frozensets(st.sampled_from(["pemeriksa", "ppid", "bps"]))),
    )
    if decide(person(*roles), permission, subject):
        assert decide(person(*Role), permission, subject)
