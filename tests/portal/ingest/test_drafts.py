"""Drafts: own agency only, closed by default, the source rule, names, and two officers at one dataset."""

from __future__ import annotations

from uuid import uuid4

import pytest

from portal.ingest.schemas import MetadataEdit, NewDraft
from portal.ingest.service import TwoEditors
from portal.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from portal.kernel.identity import Role
from tests.portal.ingest.house import House, metadata


def test_T02_a_new_dataset_is_closed_until_classified(house: House) -> None:
    dataset_id = house.draft()
    view = house.view("siti", dataset_id)
    assert view.line.sifat == "belum_ditetapkan"
    assert house.count("public", "SELECT count(*) FROM catalog.dataset WHERE id = %s", dataset_id) == 0
    with pytest.raises(NotFound):
        house.view("pita", dataset_id)
    with pytest.raises(NotFound):
        house.view("wati", dataset_id)


def test_T40_only_for_ones_own_agency(house: House) -> None:
    with house.act() as ingest, pytest.raises(Forbidden):
        ingest.drafts.create(house.people["siti"], NewDraft(agency_id=house.agencies["bps"], metadata=metadata()))
    with house.act() as ingest, pytest.raises(Forbidden):
        ingest.drafts.create(
            house.people["kepala"], NewDraft(agency_id=house.agencies["dinas-kesehatan"], metadata=metadata())
        )


def test_T01_saving_a_wrong_source_is_refused_by_name_of_the_rule(house: House) -> None:
    with house.act() as ingest, pytest.raises(Invalid) as refusal:
        house.draft(jenis_data="statistik_dasar", sumber_data="Dinas Kesehatan")
    assert refusal.value.rule == "SR-1"
    dataset_id = house.draft()
    view = house.view("siti", dataset_id)
    wrong = view.metadata.model_copy(update={"jenis_data": "geospasial_dasar"})
    with house.act() as ingest, pytest.raises(Invalid):
        ingest.drafts.edit(house.people["siti"], dataset_id, MetadataEdit(token=view.token, metadata=wrong))
    assert house.view("siti", dataset_id).metadata == view.metadata


def test_names_are_unique_within_the_agency(house: House) -> None:
    first, second = house.draft(judul="Data Kembar"), house.draft(judul="Data Kembar")
    assert house.view("siti", first).line.name == "data-kembar"
    assert house.view("siti", second).line.name == "data-kembar-2"
    agency = house.agencies["dinas-kesehatan"]
    with house.act() as ingest, pytest.raises(Conflict) as refusal:
        ingest.drafts.create(house.people["siti"], NewDraft(agency_id=agency, metadata=metadata(), name="data-kembar"))
    assert refusal.value.rule == "nama_dipakai"
    with house.act() as ingest, pytest.raises(Invalid):
        ingest.drafts.create(house.people["siti"], NewDraft(agency_id=agency, metadata=metadata(), name="Tidak Boleh"))


def test_two_officers_the_second_is_told_and_nothing_is_lost(house: House) -> None:
    dataset_id = house.draft()
    seen = house.view("siti", dataset_id)
    mine = seen.metadata.model_copy(update={"deskripsi": "Dari Siti."})
    yours = seen.metadata.model_copy(update={"deskripsi": "Dari Sari.", "retensi": "5 tahun"})
    with house.act() as ingest:
        ingest.drafts.edit(
            house.people["siti"], dataset_id, MetadataEdit(token=seen.token, metadata=mine, why="lengkap")
        )
    with house.act() as ingest, pytest.raises(TwoEditors) as refusal:
        ingest.drafts.edit(house.people["sari"], dataset_id, MetadataEdit(token=seen.token, metadata=yours))
    clash = refusal.value
    assert "Siti" in clash.message
    assert clash.theirs == mine
    assert clash.mine == yours
    assert set(clash.fields) == {"deskripsi", "retensi"}
    assert house.view("siti", dataset_id).metadata == mine
    with house.act() as ingest:
        ingest.drafts.edit(house.people["sari"], dataset_id, MetadataEdit(token=clash.token, metadata=yours))
    edits = [line for line in house.view("siti", dataset_id).history if line.edit == "metadata"]
    assert [line.person for line in edits] == ["Siti", "Sari"]
    assert edits[0].row.why == "lengkap"
    assert edits[0].row.detail["fields"]["deskripsi"] == [seen.metadata.deskripsi, "Dari Siti."]


def test_a_job_between_reading_and_saving_is_no_second_editor(house: House) -> None:
    dataset_id = house.draft()
    seen = house.view("siti", dataset_id)
    house.upload(dataset_id)
    house.work()
    changed = seen.metadata.model_copy(update={"retensi": "2 tahun"})
    with house.act() as ingest:
        ingest.drafts.edit(house.people["siti"], dataset_id, MetadataEdit(token=seen.token, metadata=changed))
    assert house.view("siti", dataset_id).metadata.retensi == "2 tahun"


def test_who_may_see_but_not_edit_gets_forbidden_and_strangers_nothing(house: House) -> None:
    dataset_id = house.draft()
    seen = house.view("kepala", dataset_id)
    with house.act() as ingest, pytest.raises(Forbidden):
        ingest.drafts.edit(house.people["kepala"], dataset_id, MetadataEdit(token=seen.token, metadata=seen.metadata))
    stranger = house.person("asing", "bps", Role.PRODUSEN)
    for unknown in (dataset_id, uuid4()):
        with house.act() as ingest, pytest.raises(NotFound):
            ingest.drafts.edit(stranger, unknown, MetadataEdit(token=seen.token, metadata=seen.metadata))


def test_a_form_starts_with_what_the_agency_is(house: House) -> None:
    with house.act() as ingest:
        start = ingest.drafts.template(house.people["siti"], house.agencies["dinas-kesehatan"])
    assert start.instansi_penerbit == "Dinas Kesehatan"
    assert start.cakupan_wilayah == ("33.29",)
    with house.act() as ingest, pytest.raises(Forbidden):
        ingest.drafts.template(house.people["siti"], house.agencies["bps"])
