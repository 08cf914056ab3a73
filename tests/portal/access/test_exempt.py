"""Exempt material: grants of domain.md 8.4 in force, and nothing without one (T02–T05)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from portal.access.rows import BulkColumn
from portal.kernel.errors import Forbidden, NotFound
from portal.kernel.identity import Role
from tests.portal.access.world import World


def classify(world: World, maker, agency, dataset, sifat="dikecualikan"):
    officer = world.person(agency, Role.PPID)
    world.name_person(maker, dataset, officer, "ppid")
    with world.opened(officer, dataset, "tetapkan") as vault:
        return vault.classifications.set(dataset, 1, sifat, number="7/PPID", grounds=["17h"], reason="uji")


def test_t02_classified_exempt_it_is_gone_from_every_work_pass_at_once(world: World) -> None:
    agency = world.agency()
    maker = world.person(agency, Role.PRODUSEN)
    dataset = world.dataset(maker, agency)
    with world.opened(maker, dataset, "ubah") as vault:
        assert vault.sifat(dataset) == "belum_ditetapkan"
        made = classify(world, maker, agency, dataset)
        assert made.grounds == ("17h",)
        with pytest.raises(NotFound):
            vault.datasets.get(dataset)
        with pytest.raises(NotFound):
            vault.sifat(dataset)
        with pytest.raises(NotFound):
            vault.datasets.touch(dataset)
    with world.session() as session:
        access = world.access(session)
        with pytest.raises(NotFound):
            access.work_pass(maker, dataset, "lihat")
        assert access.enter(access.list_pass(maker)).datasets.list_datasets().items == ()
    assert ("tetapkan", "dicatat") in world.lines(dataset)


def test_only_the_named_ppid_classifies(world: World) -> None:
    agency = world.agency()
    maker = world.person(agency, Role.PRODUSEN)
    dataset = world.dataset(maker, agency)
    with world.opened(maker, dataset, "ubah") as vault, pytest.raises(Forbidden):
        vault.classifications.set(dataset, 1, "publik")
    classify(world, maker, agency, dataset, "publik")
    with world.opened(maker, dataset) as vault:
        assert vault.sifat(dataset) == "publik"
        assert [row.sifat for row in vault.classifications.of_dataset(dataset)] == ["publik"]


@pytest.fixture
def hidden(world: World):
    agency = world.agency()
    maker = world.person(agency, Role.PRODUSEN)
    dataset = world.dataset(maker, agency)
    world.exempt(dataset)
    return agency, dataset


def opens(world: World, who, dataset, act="lihat") -> bool:
    with world.session() as session:
        access = world.access(session)
        try:
            vault = access.enter(access.open_exempt(who, dataset, act, "uji"))
        except NotFound:
            return False
        return vault.datasets.get(dataset).id == dataset


def test_a_grant_in_force_opens_and_leaves_one_record_with_its_id(world: World, hidden) -> None:
    agency, dataset = hidden
    reader = world.person(agency, Role.PEJABAT, second_factor=True)
    grant = world.grant(dataset, reader, ["lihat"])
    assert opens(world, reader, dataset)
    row = world.root.execute(
        "SELECT act, result, grant_id, agency_id FROM audit.record WHERE dataset_id = %s ORDER BY seq DESC LIMIT 1",
        (dataset,),
    ).fetchone()
    assert row == ("lihat", "dibuka", grant, agency)


def test_8_4_each_condition_alone_denies(world: World, hidden) -> None:
    agency, dataset = hidden
    now = datetime.now(UTC)
    reader = world.person(agency, Role.PEJABAT, second_factor=True)
    assert not opens(world, reader, dataset)
    world.grant(dataset, reader, ["unduh"])
    assert not opens(world, reader, dataset)
    world.grant(dataset, reader, ["lihat"], starts=now - timedelta(days=9), ends=now - timedelta(seconds=1))
    assert not opens(world, reader, dataset)
    world.grant(dataset, reader, ["lihat"], starts=now + timedelta(hours=1), ends=now + timedelta(days=1))
    assert not opens(world, reader, dataset)
    grant = world.grant(dataset, reader, ["lihat"])
    assert opens(world, reader, dataset)
    assert not opens(world, type(reader)(person_id=reader.person_id, roles=reader.roles), dataset)
    assert not opens(world, world.person(agency, Role.PEJABAT, second_factor=True), dataset)
    world.root.execute("UPDATE vault.grant_record SET withdrawn = now() WHERE id = %s", (grant,))
    assert not opens(world, reader, dataset)


@pytest.mark.parametrize("tingkat", ["kecamatan", "desa", "lain"])
def test_t03_other_levels_are_refused_even_with_a_grant(world: World, hidden, tingkat: str) -> None:
    _, dataset = hidden
    reader = world.person(world.agency(tingkat), Role.PEJABAT, second_factor=True)
    world.grant(dataset, reader, ["lihat"])
    assert not opens(world, reader, dataset)


def test_withdrawal_closes_what_is_open(world: World, hidden) -> None:
    agency, dataset = hidden
    reader = world.person(agency, Role.PEJABAT, second_factor=True)
    grant = world.grant(dataset, reader, ["lihat"])
    with world.session() as session:
        access = world.access(session)
        vault = access.enter(access.open_exempt(reader, dataset, "lihat", "uji"))
        vault.datasets.get(dataset)
        world.root.execute("UPDATE vault.grant_record SET withdrawn = now() WHERE id = %s", (grant,))
        with pytest.raises(NotFound):
            vault.datasets.get(dataset)


def test_a_grant_does_not_open_what_is_not_exempt_and_lihat_writes_nothing(world: World, hidden) -> None:
    agency, dataset = hidden
    reader = world.person(agency, Role.PEJABAT, second_factor=True)
    maker = world.person(agency, Role.PRODUSEN)
    plain = world.dataset(maker, agency)
    world.grant(plain, reader, ["lihat"])
    assert not opens(world, reader, plain)
    world.grant(dataset, reader, ["lihat"])
    with world.session() as session:
        access = world.access(session)
        vault = access.enter(access.open_exempt(reader, dataset, "lihat", "uji"))
        with pytest.raises(NotFound):
            vault.datasets.touch(dataset)


def test_nobody_grants_to_himself(world: World, hidden) -> None:
    agency, dataset = hidden
    reader = world.person(agency, Role.PEJABAT, second_factor=True)
    with pytest.raises(Exception, match="grant_record_check"):
        world.grant(dataset, reader, ["lihat"], granted_by=reader.person_id)


def test_a_grant_for_columns_opens_no_whole_table(world: World) -> None:
    agency = world.agency()
    maker = world.person(agency, Role.PRODUSEN)
    dataset = world.dataset(maker, agency)
    with world.opened(maker, dataset, "ubah") as vault:
        columns = [BulkColumn("_id", "bigint"), BulkColumn("nama", "text")]
        import io

        name, _ = vault.tables.load(dataset, uuid4(), 1, columns, io.BytesIO(b"1,a\n"))
    world.exempt(dataset)
    worker = world.person(agency, Role.APLIKASI, service=True)
    world.grant(dataset, worker, ["lihat"], columns=["nama"])
    world.grant(dataset, worker, ["olah"])
    with world.session() as session:
        access = world.access(session)
        narrow = access.open_exempt(worker, dataset, "lihat", "uji")
        assert narrow.columns == ("nama",)
        assert access.enter(narrow).tables.count(name) == 0
        whole = access.open_exempt(worker, dataset, "olah", "uji")
        assert whole.columns is None
        assert access.enter(whole).tables.count(name) == 1
