"""Reading the record: by owners and auditors only, and recorded itself (domain.md 8.7)."""

from __future__ import annotations

from uuid import uuid4

import pytest

from portal.kernel.errors import Forbidden, NotFound, Unavailable
from portal.kernel.identity import Identity, Role, RoleAt
from tests.portal.access.world import World


def test_the_head_sees_accesses_to_his_own_data_page_by_page(world: World) -> None:
    agency, other = world.agency(), world.agency()
    maker, head = world.person(agency, Role.PRODUSEN), world.person(agency, Role.KEPALA_OPD)
    dataset, foreign = (
        world.dataset(maker, agency),
        world.dataset(world.person(other, Role.PRODUSEN), other),
    )
    stranger = world.person(other, Role.PRODUSEN)
    for _ in range(3):
        with world.session() as session, pytest.raises(NotFound):
            world.access(session).work_pass(stranger, dataset, "lihat")
    with world.session() as session:
        record = world.record(session)
        page = record.read(head, agency_id=agency, dataset_id=dataset, limit=2)
        rest = record.read(head, agency_id=agency, dataset_id=dataset, limit=10, before=page.before)
    assert [row.result for row in page.rows] == ["dibuka", "ditolak"]
    assert page.rows[0].act == "baca_catatan"
    assert page.rows[1].person_id == stranger.person_id
    assert page.rows[1].address == "192.0.2.7"
    assert [row.act for row in rest.rows] == ["lihat", "lihat", "buat"]
    assert rest.before is None
    with world.session() as session:
        everything = world.record(session).read(head, agency_id=agency)
    assert {row.agency_id for row in everything.rows} == {agency}
    assert foreign not in {row.dataset_id for row in everything.rows}
    assert world.lines()[-1] == ("baca_catatan", "dibuka")


def test_an_auditor_reads_all_and_leaves_one_line_each_time(world: World) -> None:
    auditor = world.person(world.agency(), Role.AUDITOR)
    before = len(world.lines())
    with world.session() as session:
        page = world.record(session).read(auditor, limit=1)
    assert page.rows[0].person_id == auditor.person_id
    assert len(world.lines()) == before + 1


def test_others_read_nothing_and_forged_roles_are_recorded(world: World) -> None:
    agency, other = world.agency(), world.agency()
    admin, head = world.person(agency, Role.ADMIN), world.person(agency, Role.KEPALA_OPD)
    with world.session() as session:
        record = world.record(session)
        for who, where in ((admin, agency), (admin, None), (head, other), (head, None)):
            with pytest.raises(Forbidden):
                record.read(who, agency_id=where)
        forged = Identity(person_id=admin.person_id, roles=frozenset({RoleAt(Role.AUDITOR, agency)}))
        with pytest.raises(NotFound):
            record.read(forged)
    assert world.lines()[-1] == ("baca_catatan", "ditolak")


def test_a_refused_try_is_recorded_although_its_transaction_is_not(world: World) -> None:
    person, dataset = world.person(world.agency(), Role.PRODUSEN), uuid4()
    with world.session() as session:
        world.record(session).note_refusal(person, "peran", dataset_id=dataset, detail={"peran": "ppid"})
        session.rollback()
    assert world.lines(dataset) == [("peran", "ditolak")]


def test_without_the_record_there_is_no_reading(world: World) -> None:
    auditor = world.person(world.agency(), Role.AUDITOR)
    world.root.execute("ALTER TABLE audit.record RENAME TO record_away")
    try:
        with world.session() as session:
            record = world.record(session)
            with pytest.raises(Unavailable):
                record.read(auditor)
            with pytest.raises(Unavailable):
                record.note_refusal(auditor, "peran")
    finally:
        world.root.execute("ALTER TABLE audit.record_away RENAME TO record")


def test_a_line_that_opened_nothing_opens_no_record(world: World) -> None:
    row = world.root.execute("SELECT max(seq) FROM audit.record WHERE act <> 'baca_catatan'").fetchone()
    with world.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT count(*) FROM audit.read(%s, NULL, 10)", row).scalar_one()
    assert found == 0
