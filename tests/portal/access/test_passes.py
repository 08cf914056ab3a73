"""Work passes: who gets one for what, what is recorded, and that nothing opens without one (I3, I3a, I7)."""

from __future__ import annotations

from uuid import uuid4

import pytest

from portal.access.rows import DatasetFilter
from portal.kernel.errors import Forbidden, NotFound, Unavailable
from portal.kernel.identity import ANONYMOUS, Role
from portal.kernel.permissions import Permission
from portal.kernel.proofs import WorkPass
from tests.portal.access.world import World


@pytest.mark.parametrize(
    "role", [Role.PRODUSEN, Role.GIS, Role.WALIDATA_PENDUKUNG, Role.PPID_PELAKSANA, Role.KEPALA_OPD]
)
def test_own_agency_opens_by_duty_and_each_opening_is_one_record(world: World, role: Role) -> None:
    agency = world.agency()
    dataset = world.dataset(world.person(agency, Role.PRODUSEN), agency)
    reader = world.person(agency, role)
    before = len(world.lines())
    with world.opened(reader, dataset) as vault:
        assert vault.datasets.get(dataset).agency_id == agency
        assert vault.datasets.version(dataset).metadata["judul"] == "Data uji"
    assert world.lines()[before:] == [("lihat", "dibuka")]


def test_other_agency_unknown_id_and_exempt_get_the_same_answer_by_the_same_statements(
    world: World, statements
) -> None:
    agency, other = world.agency(), world.agency()
    maker = world.person(agency, Role.PRODUSEN)
    dataset, hidden = world.dataset(maker, agency), world.dataset(maker, agency)
    world.exempt(hidden)
    stranger = world.person(other, Role.PRODUSEN)
    seen = []
    for who, target in ((stranger, dataset), (stranger, uuid4()), (maker, hidden)):
        before = len(world.lines())
        with world.session() as session, statements() as log, pytest.raises(NotFound) as refused:
            world.access(session).work_pass(who, target, "lihat")
        seen.append((log.texts, str(refused.value), world.lines()[before:]))
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][2] == [("lihat", "ditolak")]


def test_t04_admin_gets_nothing(world: World) -> None:
    agency = world.agency()
    maker = world.person(agency, Role.PRODUSEN)
    dataset, hidden = world.dataset(maker, agency), world.dataset(maker, agency)
    world.exempt(hidden)
    admin = world.person(agency, Role.ADMIN, second_factor=True)
    with world.session() as session:
        access = world.access(session)
        for act in ("lihat", "ubah", "periksa", "tetapkan", "rilis", "tarik", "olah"):
            with pytest.raises(NotFound):
                access.work_pass(admin, dataset, act)
        for act in ("lihat", "unduh", "api", "olah"):
            with pytest.raises(NotFound):
                access.open_exempt(admin, hidden, act, "ingin tahu")
        with pytest.raises(Forbidden):
            access.new_dataset(admin, agency)
        with pytest.raises(Forbidden):
            access.list_pass(admin)
    assert world.lines(dataset)[-7:] == [
        (act, "ditolak") for act in ("lihat", "ubah", "periksa", "tetapkan", "rilis", "tarik", "olah")
    ]


@pytest.mark.parametrize(
    ("duty", "role", "allowed"),
    [
        ("pemeriksa", Role.WALIDATA, {"lihat", "periksa", "rilis", "tarik"}),
        ("pemeriksa", Role.TIM_VERVAL, {"lihat", "periksa", "rilis", "tarik"}),
        ("ppid", Role.PPID, {"lihat", "tetapkan", "rilis", "tarik"}),
        ("bps", Role.PEMBINA, {"lihat", "periksa"}),
    ],
)
def test_named_duties_open_their_own_acts_only(world: World, duty: str, role: Role, allowed: set[str]) -> None:
    agency, other = world.agency(), world.agency()
    maker = world.person(agency, Role.PRODUSEN)
    dataset, neighbour = world.dataset(maker, agency), world.dataset(maker, agency)
    officer = world.person(other, role)
    world.name_person(maker, dataset, officer, duty)
    with world.session() as session:
        access = world.access(session)
        opened = set()
        for act in ("lihat", "ubah", "periksa", "tetapkan", "rilis", "tarik", "olah", "buat", "daftar", ""):
            try:
                access.work_pass(officer, dataset, act)
                opened.add(act)
            except NotFound:
                pass
        with pytest.raises(NotFound):
            access.work_pass(officer, neighbour, "lihat")
    assert opened == allowed


def test_t04_self_named_duty_is_refused_and_recorded(world: World) -> None:
    agency = world.agency()
    both = world.person(agency, Role.PRODUSEN, Role.PPID)
    dataset = world.dataset(both, agency)
    with world.session() as session:
        access = world.access(session)
        vault = access.enter(access.work_pass(both, dataset, "ubah"))
        with pytest.raises(Forbidden):
            access.name_duty(both, vault, dataset, both.person_id, "ppid")
        session.rollback()
    assert world.lines(dataset)[-1] == ("tugaskan", "ditolak")
    with world.session() as session, pytest.raises(NotFound):
        world.access(session).work_pass(both, dataset, "tetapkan")


def test_a_duty_needs_its_role_and_a_job_needs_a_service_account(world: World) -> None:
    agency = world.agency()
    maker, friend = world.person(agency, Role.PRODUSEN), world.person(agency, Role.GIS)
    dataset = world.dataset(maker, agency)
    for duty in ("pemeriksa", "ppid", "bps", "pekerjaan"):
        with pytest.raises(Forbidden):
            world.name_person(maker, dataset, friend, duty)
    with world.opened(maker, dataset, "lihat") as vault, pytest.raises(Forbidden):
        vault.duties.name(dataset, world.person(agency, Role.PPID).person_id, "ppid")


def test_job_pass_follows_the_officers_act(world: World) -> None:
    agency = world.agency()
    maker = world.person(agency, Role.PRODUSEN)
    dataset, other = world.dataset(maker, agency), world.dataset(maker, agency)
    worker = world.person(agency, service=True)
    with world.session() as session:
        access = world.access(session)
        with pytest.raises(NotFound):
            access.job_pass(worker, dataset)
        with pytest.raises(NotFound):
            access.job_pass(maker, dataset)
    world.name_person(maker, dataset, worker, "pekerjaan")
    with world.session() as session:
        access = world.access(session)
        vault = access.enter(access.job_pass(worker, dataset))
        assert vault.proof.act == "olah"
        vault.datasets.touch(dataset)
        with pytest.raises(NotFound):
            vault.datasets.get(other)
        # the job may name its own account again for the next step
        vault.duties.name(dataset, worker.person_id, "pekerjaan")
        vault.duties.end(dataset, "pekerjaan")
    with world.session() as session, pytest.raises(NotFound):
        world.access(session).job_pass(worker, dataset)
    assert [act for act, _ in world.lines(dataset)][-4:] == ["olah", "tugaskan", "akhiri_tugas", "olah"]


def test_list_pass_covers_duties_and_opens_metadata_only(world: World, tmp_path) -> None:
    agency, other = world.agency(), world.agency()
    maker, stranger = world.person(agency, Role.PRODUSEN), world.person(other, Role.PRODUSEN)
    mine, hidden, foreign = (
        world.dataset(maker, agency, "milik-saya"),
        world.dataset(maker, agency),
        world.dataset(stranger, other),
    )
    world.exempt(hidden)
    with world.opened(maker, mine, "ubah") as vault:
        vault.files.add(mine, 1, iter([b"isi"]))
    with world.session() as session:
        access = world.access(session)
        vault = access.enter(access.list_pass(maker))
        listed = vault.datasets.list_datasets()
        assert [item.dataset.id for item in listed.items] == [mine]
        assert listed.total == 1
        assert listed.items[0].sifat == "belum_ditetapkan"
        assert vault.files.of_version(mine, 1) == ()
        with pytest.raises(NotFound):
            vault.datasets.get(foreign)
        with pytest.raises(NotFound):
            vault.datasets.touch(mine)
        assert vault.datasets.list_datasets(DatasetFilter(words="SAYA")).total == 1
        assert vault.datasets.list_datasets(DatasetFilter(words="s%a")).total == 0
        assert vault.datasets.list_datasets(DatasetFilter(duty="ppid")).total == 0


def test_checkers_list_holds_what_they_are_named_on(world: World) -> None:
    agency, other = world.agency(), world.agency()
    maker, checker = world.person(agency, Role.PRODUSEN), world.person(other, Role.WALIDATA)
    dataset = world.dataset(maker, agency)
    world.dataset(maker, agency)
    world.name_person(maker, dataset, checker, "pemeriksa")
    with world.session() as session:
        access = world.access(session)
        listed = access.enter(access.list_pass(checker)).datasets.list_datasets(DatasetFilter(duty="pemeriksa"))
    assert [(item.dataset.id, item.named) for item in listed.items] == [(dataset, frozenset({"pemeriksa"}))]


def test_new_dataset_is_refused_elsewhere_and_recorded(world: World) -> None:
    agency, other = world.agency(), world.agency()
    maker = world.person(agency, Role.PRODUSEN)
    with world.session() as session, pytest.raises(Forbidden):
        world.access(session).new_dataset(maker, other)
    # a role that the database does not know of is worth nothing there
    forged = world.person(agency)
    claimed = type(forged)(person_id=forged.person_id, roles=maker.roles)
    with world.session() as session, pytest.raises(Forbidden):
        world.access(session).new_dataset(claimed, agency)
    assert world.lines()[-1] == ("buat", "ditolak")


def test_nobody_signed_in_opens_nothing(world: World) -> None:
    with world.session() as session:
        access = world.access(session)
        with pytest.raises(NotFound):
            access.work_pass(ANONYMOUS, uuid4(), "lihat")
        with pytest.raises(Forbidden):
            access.list_pass(ANONYMOUS)


def test_an_invented_or_ended_opening_opens_nothing(world: World) -> None:
    agency = world.agency()
    maker = world.person(agency, Role.PRODUSEN)
    dataset = world.dataset(maker, agency)
    with world.entered(WorkPass(uuid4(), maker.person_id, "lihat", dataset)) as vault:
        assert vault.datasets.versions(dataset) == ()
    with world.session() as session:
        proof = world.access(session).work_pass(maker, dataset, "lihat")
    with world.entered(proof) as vault:
        vault.datasets.get(dataset)
    world.expire()
    with world.entered(proof) as vault, pytest.raises(NotFound):
        vault.datasets.get(dataset)


def test_a_person_locked_out_loses_what_is_open(world: World) -> None:
    agency = world.agency()
    maker = world.person(agency, Role.PRODUSEN)
    dataset = world.dataset(maker, agency)
    with world.opened(maker, dataset) as vault:
        vault.datasets.get(dataset)
        world.root.execute("UPDATE accounts.person SET active = false WHERE id = %s", (maker.person_id,))
        with pytest.raises(NotFound):
            vault.datasets.get(dataset)
    with world.session() as session, pytest.raises(NotFound):
        world.access(session).work_pass(maker, dataset, "lihat")


def test_one_proof_at_a_time(world: World) -> None:
    agency = world.agency()
    maker = world.person(agency, Role.PRODUSEN)
    first, second = world.dataset(maker, agency), world.dataset(maker, agency)
    with world.session() as session:
        access = world.access(session)
        one = access.enter(access.work_pass(maker, first, "lihat"))
        two = access.enter(access.work_pass(maker, second, "lihat"))
        with pytest.raises(NotFound):
            two.datasets.get(first)
        with pytest.raises(RuntimeError):
            one.datasets.get(first)
        session.commit()
        with pytest.raises(RuntimeError):
            two.datasets.get(second)
        again = access.enter(two.proof)
        assert again.datasets.get(second).id == second


def test_noting_does_not_hold_up_the_next_opening(world: World) -> None:
    agency, other = world.agency(), world.agency()
    maker, officer = world.person(agency, Role.PRODUSEN), world.person(other, Role.PPID)
    dataset = world.dataset(maker, agency)
    with world.session() as session:
        access = world.access(session)
        vault = access.enter(access.work_pass(maker, dataset, "ubah"))
        vault.duties.name(dataset, officer.person_id, "ppid")
        # the naming is not chained yet: its transaction is open, and yet the record takes another line
        assert access.work_pass(maker, dataset, "lihat").dataset_id == dataset
    assert world.lines(dataset)[-3:] == [("ubah", "dibuka"), ("lihat", "dibuka"), ("tugaskan", "dicatat")]


@pytest.mark.parametrize("fault", ["gone", "locked"])
def test_t07_without_the_record_nothing_opens(world: World, fault: str) -> None:
    agency = world.agency()
    maker = world.person(agency, Role.PRODUSEN, second_factor=True)
    dataset, hidden = world.dataset(maker, agency), world.dataset(maker, agency)
    world.exempt(hidden)
    world.grant(hidden, maker, ["lihat"])
    openings = world.root.execute("SELECT count(*) FROM vault.opening").fetchone()
    if fault == "gone":
        world.root.execute("ALTER TABLE audit.record RENAME TO record_away")
    else:
        world.root.execute("SELECT pg_advisory_lock(hashtext('audit.record'))")
        world.root.execute(
            f'ALTER ROLE "{world.databases.roles.office}" IN DATABASE "{world.databases.names.office}"'
            " SET lock_timeout = '200ms'"
        )
        world.audit.dispose()
    try:
        with world.session() as session:
            access = world.access(session)
            for attempt in (
                lambda: access.work_pass(maker, dataset, "lihat"),
                lambda: access.list_pass(maker),
                lambda: access.new_dataset(maker, agency),
                lambda: access.open_exempt(maker, hidden, "lihat", "uji"),
            ):
                with pytest.raises(Unavailable):
                    attempt()
    finally:
        if fault == "gone":
            world.root.execute("ALTER TABLE audit.record_away RENAME TO record")
        else:
            world.root.execute("SELECT pg_advisory_unlock(hashtext('audit.record'))")
            world.root.execute(
                f'ALTER ROLE "{world.databases.roles.office}" IN DATABASE "{world.databases.names.office}"'
                " RESET lock_timeout"
            )
            world.audit.dispose()
    assert world.root.execute("SELECT count(*) FROM vault.opening").fetchone() == openings
    with world.opened(maker, dataset) as vault:
        vault.datasets.get(dataset)


def test_the_pool_forgets_the_opening(world: World) -> None:
    agency = world.agency()
    maker = world.person(agency, Role.PRODUSEN)
    dataset = world.dataset(maker, agency)
    with world.session() as session:
        proof = world.access(session).work_pass(maker, dataset, "lihat")
    with world.engine.connect() as connection:
        connection.exec_driver_sql("SELECT set_config('portal.opening', %s, false)", (str(proof.opening_id),))
        connection.commit()
        backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        assert connection.exec_driver_sql("SELECT count(*) FROM vault.dataset").scalar_one() == 1
        connection.rollback()
    with world.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one() == backend
        assert connection.exec_driver_sql("SELECT count(*) FROM vault.dataset").scalar_one() == 0
        assert connection.exec_driver_sql("SELECT current_setting('portal.opening', true)").scalar_one() in ("", None)


def test_the_permission_table_is_asked_with_a_subject_from_the_vault(world: World) -> None:
    agency, other = world.agency(), world.agency()
    maker, head = world.person(agency, Role.PRODUSEN), world.person(agency, Role.KEPALA_OPD)
    checker = world.person(other, Role.WALIDATA)
    dataset = world.dataset(maker, agency, jenis_data="statistik_sektoral")
    world.name_person(maker, dataset, checker, "pemeriksa")
    with world.opened(head, dataset, "ubah") as vault:
        vault.consents.give(dataset, ["publikasi"])
    with world.session() as session:
        access = world.access(session)
        vault = access.enter(access.work_pass(checker, dataset, "periksa"))
        subject = vault.subject(dataset)
        assert subject.agency_id == agency
        assert subject.state == "diterima"
        assert subject.sifat == "belum_ditetapkan"
        assert subject.jenis_data == "statistik_sektoral"
        assert subject.producer_ids == {maker.person_id}
        assert subject.named == {"pemeriksa"}
        assert subject.consented
        assert access.require(checker, Permission.DATASET_CHECK, subject)
        with pytest.raises(Forbidden):
            access.require(checker, Permission.DATASET_EDIT, subject)
        with pytest.raises(NotFound):
            access.require(world.person(other, Role.PRODUSEN), Permission.DATASET_READ, subject)
        with pytest.raises(NotFound):
            vault.subject(uuid4())
