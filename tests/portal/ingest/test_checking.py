"""Submission and verification: what is owed, who is named, T31, reasons back, findings that block, whose turn it is."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from portal.ingest.acts import Act
from portal.ingest.schemas import BpsOpinion, MetadataEdit, ResourceEdit, ReturnNote, Validation
from portal.kernel.errors import Conflict, Forbidden, Invalid
from portal.kernel.identity import Role
from tests.portal.ingest.house import House

MINUTES = Validation(minutes="BA-7/2026", method="Pencocokan dengan sumber")


def submit(house: House, dataset_id: UUID, who: str = "siti") -> dict[str, UUID]:
    with house.act() as ingest:
        return dict(ingest.checking.submit(house.people[who], dataset_id))


def task_of(house: House, who: str, dataset_id: UUID) -> str | None:
    with house.act() as ingest:
        tasks = ingest.queries.my_tasks(house.people[who])
    return next((str(task.act) for task in tasks if task.dataset.id == dataset_id), None)


def test_submission_lists_everything_that_is_owed(house: House) -> None:
    dataset_id = house.draft(deskripsi="", kata_kunci=())
    with pytest.raises(Invalid) as refusal:
        submit(house, dataset_id)
    assert set(refusal.value.fields) == {"deskripsi", "kata_kunci", "berkas"}
    view = house.view("siti", dataset_id)
    assert not view.readiness.ready
    assert str(view.line.state) == "direncanakan"
    assert Act.SUBMIT not in view.acts
    house.upload(dataset_id)
    with pytest.raises(Invalid) as refusal:
        submit(house, dataset_id)
    assert "belum dimuat" in refusal.value.fields["berkas"][0]


def test_V3_a_wrong_code_blocks_with_row_column_and_value(house: House) -> None:
    dataset_id, _resource = house.loaded(b"kode_wilayah,jumlah\n33.29.01,1\n3329020,2\n")
    with pytest.raises(Invalid) as refusal:
        submit(house, dataset_id)
    (finding,) = refusal.value.findings
    assert finding.rule == "V3.kode_bps"  # type: ignore[attr-defined]
    place = finding.place  # type: ignore[attr-defined]
    assert (place["row"], place["column"], place["value"]) == (2, "kode_wilayah", "3329020")


def test_T34_a_personal_number_blocks_until_its_column_is_not_public(house: House) -> None:
    dataset_id, resource_id = house.loaded(b"kode,nik\nA,3329014107900001\nB,3329014107900002\n")
    with pytest.raises(Invalid) as refusal:
        submit(house, dataset_id)
    assert [item.rule for item in refusal.value.findings] == ["V9.nik"]  # type: ignore[attr-defined]
    columns = house.view("siti", dataset_id).resources[0].columns
    hidden = tuple(c.model_copy(update={"public": c.name != "nik"}) for c in columns)
    with house.act() as ingest:
        ingest.resources.edit(house.people["siti"], dataset_id, resource_id, ResourceEdit(columns=hidden))
    submit(house, dataset_id)
    assert house.state(dataset_id) == "diperiksa"


def test_T34_a_personal_number_in_a_text_field_blocks(house: House) -> None:
    dataset_id, _resource = house.loaded(deskripsi="Milik 3329014107900001.")
    with pytest.raises(Invalid) as refusal:
        submit(house, dataset_id)
    assert [item.rule for item in refusal.value.findings] == ["V9.nik"]  # type: ignore[attr-defined]


def test_the_named_are_eligible_least_loaded_and_never_the_producer(house: House) -> None:
    house.person("toni", "diskominfotik", Role.TIM_VERVAL, Role.WALIDATA)
    both = house.person("ganda", "dinas-kesehatan", Role.PRODUSEN, Role.WALIDATA)
    checkers = []
    for _round in range(4):
        dataset_id, _resource = house.loaded(who="ganda")
        checkers.append(submit(house, dataset_id, "ganda")["pemeriksa"])
    assert both.person_id not in checkers
    assert {checkers.count(house.people[name].person_id) for name in ("toni", "wati")} <= {1, 2, 3}
    assert len(set(checkers)) == 2
    house.office.execute("UPDATE accounts.person SET active = false WHERE name IN ('Toni', 'Ganda')")


def test_T31_a_producer_cannot_validate_own_data_nor_one_who_is_not_named(house: House) -> None:
    dataset_id, _resource = house.loaded()
    named = submit(house, dataset_id)
    assert named["pemeriksa"] == house.people["wati"].person_id
    for who in ("siti", "kepala", "pita"):
        with house.act() as ingest, pytest.raises(Forbidden):
            ingest.checking.validate(house.people[who], dataset_id, MINUTES)
    assert house.state(dataset_id) == "diperiksa"


def test_T31_sectoral_statistics_wait_for_bps(house: House) -> None:
    dataset_id, _resource = house.loaded(jenis_data="statistik_sektoral")
    assert submit(house, dataset_id)["bps"] == house.people["budi"].person_id
    assert task_of(house, "budi", dataset_id) == "pendapat_bps"
    wati, budi = house.people["wati"], house.people["budi"]
    with house.act() as ingest, pytest.raises(Conflict) as refusal:
        ingest.checking.validate(wati, dataset_id, MINUTES)
    assert refusal.value.rule == "T31.bps"
    with house.act() as ingest, pytest.raises(Forbidden):
        ingest.checking.bps_opinion(wati, dataset_id, BpsOpinion(outcome="pendapat", text="Saya bukan BPS."))
    with house.act() as ingest:
        ingest.checking.bps_opinion(budi, dataset_id, BpsOpinion(outcome="pendapat", text="Sesuai standar."))
    assert task_of(house, "budi", dataset_id) is None
    with house.act() as ingest:
        ingest.checking.validate(wati, dataset_id, MINUTES)
    view = house.view("wati", dataset_id)
    assert str(view.line.state) == "tervalidasi"
    assert [item.message for item in view.findings if item.rule == "BPS.pendapat"] == ["Sesuai standar."]
    last = view.history[-1].row
    assert (last.why, last.detail["method"]) == (MINUTES.minutes, MINUTES.method)


def test_T31_silence_of_bps_counts_only_after_the_deadline(house: House) -> None:
    dataset_id, _resource = house.loaded(jenis_data="statistik_sektoral")
    submit(house, dataset_id)
    wati = house.people["wati"]
    today = house.now().date()
    early = BpsOpinion(outcome="tanpa_jawaban", text="Menunggu", invited=today, deadline=today + timedelta(days=5))
    with house.act() as ingest, pytest.raises(Invalid):
        ingest.checking.bps_opinion(wati, dataset_id, early)
    late = BpsOpinion(
        outcome="tanpa_jawaban", text="Diundang", invited=today - timedelta(9), deadline=today - timedelta(2)
    )
    with house.act() as ingest:
        ingest.checking.bps_opinion(wati, dataset_id, late)
    with house.act() as ingest:
        ingest.checking.validate(wati, dataset_id, MINUTES)
    assert house.state(dataset_id) == "tervalidasi"


def test_a_return_has_reasons_and_a_due_date_and_comes_back(house: House) -> None:
    dataset_id, _resource = house.loaded()
    submit(house, dataset_id)
    assert task_of(house, "wati", dataset_id) == "periksa"
    assert task_of(house, "kepala", dataset_id) == "setujui"
    wati = house.people["wati"]
    with house.act() as ingest, pytest.raises(Invalid):
        ingest.checking.send_back(wati, dataset_id, ReturnNote(reasons=(" ",), due=date(2027, 1, 5)))
    with house.act() as ingest:
        note = ReturnNote(reasons=("Kolom tahun salah", "Satuan belum ada"), due=date(2027, 1, 5))
        ingest.checking.send_back(wati, dataset_id, note)
    view = house.view("siti", dataset_id)
    assert str(view.line.state) == "dikembalikan"
    assert view.line.due is not None
    assert view.history[-1].row.detail["reasons"] == ["Kolom tahun salah", "Satuan belum ada"]
    assert task_of(house, "siti", dataset_id) == "perbaiki"
    with house.act() as ingest, pytest.raises(Conflict) as refusal:
        ingest.checking.validate(wati, dataset_id, MINUTES)
    assert "disunting" in refusal.value.allowed
    fixed = view.metadata.model_copy(update={"standar": "SDSN"})
    with house.act() as ingest:
        ingest.drafts.edit(house.people["siti"], dataset_id, MetadataEdit(token=view.token, metadata=fixed))
    assert house.state(dataset_id) == "disunting"
    assert submit(house, dataset_id)["pemeriksa"] == wati.person_id
    assert house.state(dataset_id) == "diperiksa"


def test_nothing_is_edited_while_it_is_checked(house: House) -> None:
    dataset_id, resource_id = house.loaded()
    submit(house, dataset_id)
    view = house.view("siti", dataset_id)
    siti = house.people["siti"]
    with house.act() as ingest, pytest.raises(Conflict) as refusal:
        ingest.drafts.edit(siti, dataset_id, MetadataEdit(token=view.token, metadata=view.metadata))
    assert refusal.value.rule == "T25.terkunci"
    with house.act() as ingest, pytest.raises(Conflict):
        ingest.resources.remove(siti, dataset_id, resource_id)
    with pytest.raises(Conflict):
        house.upload(dataset_id, b"a,b\n1,2\n", "lain.csv")
    with pytest.raises(Conflict):
        submit(house, dataset_id)


def test_a_list_page_costs_the_same_for_one_dataset_and_for_many(house: House, statements: object) -> None:
    for _number in range(3):
        house.draft()
    counts = []
    for size in (1, 50):
        from portal.access.rows import Page

        with house.act() as ingest, statements() as log:  # type: ignore[operator]
            ingest.queries.my_datasets(house.people["siti"], page=Page(1, size))
        counts.append(len([text for text in log.texts if text.lstrip().upper().startswith("SELECT")]))
    assert counts[0] == counts[1]
    with house.act() as ingest, statements() as log:  # type: ignore[operator]
        ingest.queries.my_tasks(house.people["siti"])
    assert len([text for text in log.texts if "vault" in text or "accounts" in text]) <= 5
