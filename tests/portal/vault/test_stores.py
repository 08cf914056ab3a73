"""Stores under an opening: rows in, rows out, and the optimistic lock that tells who was first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy.exc import ProgrammingError

from portal.access.rows import DatasetFilter, FindingRow, Page, ResourceRow, Stale
from portal.kernel.errors import Conflict, Forbidden, NotFound
from portal.kernel.identity import Role
from tests.portal.access.world import World


@pytest.fixture
def home(world: World):
    agency = world.agency()
    maker = world.person(agency, Role.PRODUSEN)
    return agency, maker, world.dataset(maker, agency, "curah-hujan")


def test_two_officers_edit_one_dataset_and_the_second_is_told(world: World, home) -> None:
    agency, first, dataset = home
    second = world.person(agency, Role.GIS)
    with world.opened(first, dataset, "ubah") as vault:
        read = vault.datasets.get(dataset).revision
    with world.opened(second, dataset, "ubah") as vault:
        vault.datasets.update_version(dataset, 1, read, metadata={"judul": "Kedua"}, notes="cepat")
    with world.opened(first, dataset, "ubah") as vault:
        with pytest.raises(Stale) as told:
            vault.datasets.update_version(dataset, 1, read, metadata={"judul": "Pertama"})
        assert told.value.changed_by == second.person_id
        assert told.value.revision == read + 1
        assert told.value.changed_at == vault.datasets.get(dataset).modified
        found = vault.datasets.version(dataset)
        assert (found.metadata, found.notes) == ({"judul": "Kedua"}, "cepat")
        vault.datasets.update_version(dataset, 1, told.value.revision, due=datetime(2026, 1, 2, tzinfo=UTC))
        assert vault.datasets.version(dataset, 1).due == datetime(2026, 1, 2, tzinfo=UTC)


def test_names_are_unique_within_the_agency_and_the_transaction_lives_on(world: World, home) -> None:
    agency, maker, dataset = home
    with world.session() as session:
        access = world.access(session)
        other, proof = access.new_dataset(maker, agency)
        vault = access.enter(proof)
        with pytest.raises(Conflict) as told:
            vault.datasets.create(other, agency, "curah-hujan", {})
        assert told.value.rule == "nama_dipakai"
        made = vault.datasets.create(other, agency, "curah-hujan-2", {})
        with pytest.raises(Conflict):
            vault.datasets.rename(other, "curah-hujan", made.revision)
        assert vault.datasets.rename(other, "curah-hujan-3", made.revision).name == "curah-hujan-3"
    elsewhere = world.agency()
    assert world.dataset(world.person(elsewhere, Role.PRODUSEN), elsewhere, "curah-hujan") != dataset


def test_moves_are_recorded_and_refused_from_another_state(world: World, home) -> None:
    _, maker, dataset = home
    with world.opened(maker, dataset, "ubah") as vault:
        vault.datasets.move(dataset, 1, "diterima", "diperiksa", why="siap", detail={"berkas": 1})
        with pytest.raises(Conflict) as told:
            vault.datasets.move(dataset, 1, "diterima", "diperiksa")
        assert told.value.rule == "keadaan_berubah"
        with pytest.raises(NotFound):
            vault.datasets.move(dataset, 7, "diterima", "diperiksa")
    with world.opened(maker, dataset) as vault:
        steps = vault.transitions.of_dataset(dataset)
        assert [(row.from_state, row.to_state, row.why) for row in steps] == [
            (None, "diterima", ""),
            ("diterima", "diperiksa", "siap"),
        ]
        assert steps[1].detail == {"berkas": 1}
        assert steps[1].person_id == maker.person_id
        assert vault.subject(dataset).state == "diperiksa"


def test_versions_follow_each_other(world: World, home) -> None:
    _, maker, dataset = home
    with world.opened(maker, dataset, "ubah") as vault:
        revision = vault.datasets.get(dataset).revision
        made = vault.datasets.add_version(dataset, revision, {"judul": "Dua"}, state="disunting", notes="baru")
        assert made.version == 2
        assert vault.datasets.get(dataset).working_version == 2
        with pytest.raises(Stale):
            vault.datasets.add_version(dataset, revision, {}, state="disunting")
        assert [row.version for row in vault.datasets.versions(dataset)] == [2, 1]
        assert vault.datasets.set_live(dataset, 1).live_version == 1
        assert vault.datasets.set_live(dataset, None).live_version is None
        assert vault.datasets.set_working(dataset, 1).working_version == 1
        assert vault.datasets.version(dataset).metadata == {"judul": "Data uji"}


def test_a_reading_pass_writes_nothing(world: World, home) -> None:
    _, maker, dataset = home
    with world.opened(maker, dataset, "lihat") as vault:
        revision = vault.datasets.get(dataset).revision
        with pytest.raises(NotFound):
            vault.datasets.update_version(dataset, 1, revision, notes="x")
        with pytest.raises(NotFound):
            vault.datasets.rename(dataset, "lain", revision)
        with pytest.raises(Forbidden):
            vault.duties.name(dataset, uuid4(), "ppid")
    with pytest.raises(ProgrammingError, match="row-level security"), world.opened(maker, dataset, "lihat") as vault:
        vault.receipts.give(dataset, 1, None, filename="a.csv", size=1, sha256="0" * 64)


def test_resources_are_saved_whole_and_taken_off(world: World, home) -> None:
    _, maker, dataset = home
    row = ResourceRow(
        id=uuid4(),
        dataset_id=dataset,
        version=1,
        name="Tabel",
        kind="tabel",
        format="CSV",
        filename="tabel.csv",
        size=10,
        sha256="0" * 64,
        columns=({"name": "a"},),
    )
    with world.opened(maker, dataset, "ubah") as vault:
        assert vault.resources.add(row) == row
        saved = replace(row, state="dimuat", report={"baris": 3}, row_count=3, layer={"epsg": 4326})
        assert vault.resources.save(saved) == saved
        assert vault.resources.of_version(dataset, 1) == (saved,)
        assert vault.resources.get(dataset, 1, row.id) == saved
        for gone in (replace(row, id=uuid4()), replace(row, version=2), replace(row, dataset_id=uuid4())):
            with pytest.raises(NotFound):
                vault.resources.save(gone)
        vault.resources.remove(dataset, 1, row.id)
        with pytest.raises(NotFound):
            vault.resources.get(dataset, 1, row.id)


def test_receipts_carry_the_regencys_year(world: World, home) -> None:
    _, maker, dataset = home
    world.clock.at = datetime(2026, 12, 31, 17, 30, tzinfo=UTC)
    try:
        with world.opened(maker, dataset, "ubah") as vault:
            first = vault.receipts.give(dataset, 1, None, filename="a.csv", size=1, sha256="0" * 64)
            second = vault.receipts.give(dataset, 1, uuid4(), filename="b.csv", size=1, sha256="0" * 64)
            assert vault.receipts.of_dataset(dataset, 1) == (second, first)
            assert vault.receipts.of_dataset(dataset, 2) == ()
    finally:
        world.clock.at = None
    assert first.number.startswith("T-2027-")
    assert len(first.number) == len("T-2027-000123")
    assert int(second.number[-6:]) == int(first.number[-6:]) + 1


def test_findings_of_a_resource_are_replaced(world: World, home) -> None:
    _, maker, dataset = home
    resource = uuid4()
    rows = [
        FindingRow(dataset_id=dataset, version=1, rule="V3", severity="galat", message=f"Baris {n}", place={"row": n})
        for n in range(1500)
    ]
    with world.opened(maker, dataset, "ubah") as vault:
        assert vault.findings.replace(dataset, 1, None, rows[:1]) == 1
        assert vault.findings.replace(dataset, 1, resource, rows) == 1500
        assert len(vault.findings.of_version(dataset, 1, limit=5000)) == 1501
        assert vault.findings.replace(dataset, 1, resource, rows[:2]) == 2
        found = vault.findings.of_version(dataset, 1, resource)
        assert [(row.place["row"], row.resource_id) for row in found] == [(0, resource), (1, resource)]
        assert len(vault.findings.of_version(dataset, 1)) == 3
        assert vault.findings.of_version(dataset, 1, limit=1, offset=2)[0].message == "Baris 1"


def test_t06_consent_is_given_and_withdrawn(world: World, home) -> None:
    agency, _, dataset = home
    head = world.person(agency, Role.KEPALA_OPD)
    with world.opened(head, dataset, "ubah") as vault:
        made = vault.consents.give(dataset, ["simpan", "publikasi"])
        assert vault.subject(dataset).consented
        assert made.given_by == head.person_id
        vault.consents.withdraw(dataset, made.id)
        assert not vault.subject(dataset).consented
        with pytest.raises(NotFound):
            vault.consents.withdraw(dataset, made.id)
        assert [row.withdrawn is not None for row in vault.consents.of_dataset(dataset)] == [True]


def test_lists_are_paged_filtered_and_one_statement(world: World, statements) -> None:
    agency = world.agency()
    maker = world.person(agency, Role.PRODUSEN)
    made = [world.dataset(maker, agency, f"data-{n}", judul=f"Produksi padi {n}") for n in range(5)]
    with world.opened(maker, made[1], "ubah") as vault:
        vault.datasets.move(made[1], 1, "diterima", "diperiksa")
    with world.session() as session:
        access = world.access(session)
        vault = access.enter(access.list_pass(maker))
        with statements() as log:
            page = vault.datasets.list_datasets(page=Page(1, 2))
        assert len(log) == 1
        assert page.total == 5
        assert [item.dataset.id for item in page.items] == [made[1], made[4]]
        rest = vault.datasets.list_datasets(page=Page(2, 4))
        assert [item.dataset.id for item in rest.items] == [made[0]]
        listed = vault.datasets.list_datasets
        assert listed(DatasetFilter(states=frozenset({"diperiksa"}))).items[0].version.state == "diperiksa"
        assert listed(DatasetFilter(words="PADI 3")).total == 1
        assert listed(DatasetFilter(agency_ids=frozenset({uuid4()}))).total == 0
        assert listed(DatasetFilter(sifat=frozenset({"publik"}))).total == 0
        assert listed(DatasetFilter(agency_ids=frozenset({agency}), sifat=frozenset({"belum_ditetapkan"}))).total == 5


def test_one_subject_is_one_statement(world: World, home, statements) -> None:
    _, maker, dataset = home
    with world.opened(maker, dataset) as vault:
        with statements() as log:
            vault.subject(dataset)
        assert len(log) == 1


def test_what_a_broken_file_says_is_stored_all_the_same(world: World, home) -> None:
    _, maker, dataset = home
    odd = "a\x00b\ud800c😀"
    row = FindingRow(
        dataset_id=dataset, version=1, rule="V4", severity="galat", message=odd, place={odd: [odd, {"x": float("nan")}]}
    )
    with world.opened(maker, dataset, "ubah") as vault:
        vault.findings.replace(dataset, 1, None, [row])
        found = vault.findings.of_version(dataset, 1)[0]
        clean = "a\ufffdb\ufffdc😀"
        assert (found.message, found.place) == (clean, {clean: [clean, {"x": None}]})
        assert vault.uploads.start(dataset, odd, 1).filename == clean
        assert vault.receipts.give(dataset, 1, None, filename=odd, size=1, sha256="0" * 64).filename == clean
        revision = vault.datasets.get(dataset).revision
        vault.datasets.update_version(dataset, 1, revision, metadata={"judul": odd}, notes=odd)
        assert vault.datasets.version(dataset).metadata == {"judul": clean}
    with world.session() as session:
        world.access(session).work_pass(maker, dataset, "lihat", odd)
