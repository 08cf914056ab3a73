"""Files in: the five fields, resumed uploads, twice the same, bad files, choices, parts and order."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from procrastinate.exceptions import JobAborted

from geo.tables.types import ColumnChoice, ReadChoice
from portal.access.rows import WrongOffset
from portal.ingest.schemas import ResourceChoice, ResourceEdit, UploadStart
from portal.kernel.errors import Conflict, Invalid, NotFound, TooLarge
from tests.portal.ingest.house import CSV, House, refused, run_of


@pytest.mark.parametrize("field", ["instansi_penerbit", "sumber_data", "metode_pengumpulan", "tanggal_pengambilan"])
def test_T26_a_file_without_the_five_fields_is_not_accepted(house: House, field: str) -> None:
    dataset_id = house.draft(**{field: None if field == "tanggal_pengambilan" else ""})
    for call in (
        lambda: house.upload(dataset_id),
        lambda: start(house, dataset_id, "puskesmas.csv", 10),
    ):
        with pytest.raises(Invalid) as refusal:
            call()
        assert refusal.value.rule == "T26"
        assert set(refusal.value.fields) == {field}
    assert house.count("office", "SELECT count(*) FROM vault.file WHERE dataset_id = %s", dataset_id) == 0


def test_T26_the_file_name_is_the_fifth(house: House) -> None:
    dataset_id = house.draft()
    with pytest.raises(Invalid) as refusal:
        house.upload(dataset_id, name=" ")
    assert refusal.value.rule == "berkas.nama"


def start(house: House, dataset_id: object, name: str, length: int) -> object:
    with house.act() as ingest:
        upload = UploadStart(filename=name, length=length)
        return ingest.receiving.start(house.people["siti"], dataset_id, upload).id  # type: ignore[arg-type]


def test_an_upload_is_resumed_where_the_line_broke(house: House) -> None:
    dataset_id, siti = house.draft(), house.people["siti"]
    upload = start(house, dataset_id, "puskesmas.csv", len(CSV))
    with house.act() as ingest:
        ingest.receiving.append(siti, dataset_id, upload, 0, io.BytesIO(CSV[:50]))
    with house.act() as ingest, pytest.raises(WrongOffset) as wrong:
        ingest.receiving.append(siti, dataset_id, upload, 10, io.BytesIO(CSV[10:]))
    assert wrong.value.offset == 50
    with house.act() as ingest, pytest.raises(WrongOffset):
        ingest.receiving.finish(siti, dataset_id, upload)
    with house.act() as ingest:
        at = ingest.receiving.status(siti, dataset_id, upload).received
        assert [row.id for row in ingest.receiving.unfinished(siti, dataset_id)] == [upload]
    with house.act() as ingest:
        ingest.receiving.append(siti, dataset_id, upload, at, io.BytesIO(CSV[at:]))
    with house.act() as ingest:
        received = ingest.receiving.finish(siti, dataset_id, upload)
    assert received.size == len(CSV)
    assert received.receipt.startswith("T-")
    assert house.view("siti", dataset_id).resources[0].receipt is not None


def test_an_upload_of_another_dataset_is_not_there(house: House) -> None:
    mine, other = house.draft(), house.draft()
    upload = start(house, mine, "puskesmas.csv", 10)
    with house.act() as ingest, pytest.raises(NotFound):
        ingest.receiving.append(house.people["siti"], other, upload, 0, io.BytesIO(b"x"))


def test_uploads_that_nobody_goes_on_with_expire(house: House) -> None:
    dataset_id = house.draft()
    start(house, dataset_id, "puskesmas.csv", 10)
    jobs = [job for job in house.pending("ingest.expire_upload") if job["dataset_id"] == str(dataset_id)]
    house.handlers().expire_upload(run_of(jobs[0]))
    assert len(house.view("siti", dataset_id).uploads) == 1
    house.moved = timedelta(days=8)
    try:
        house.handlers().expire_upload(run_of(jobs[0]))
        assert house.view("siti", dataset_id).uploads == ()
    finally:
        house.moved = timedelta()


def test_the_same_file_twice_is_recognised_and_said(house: House) -> None:
    dataset_id = house.draft()
    first = house.upload(dataset_id)
    second = house.upload(dataset_id, name="nama-lain.csv")
    assert second.same_as == first.resource_id
    assert second.receipt == first.receipt
    assert len(house.view("siti", dataset_id).resources) == 1
    assert house.count("office", "SELECT count(*) FROM vault.receipt WHERE dataset_id = %s", dataset_id) == 1


@pytest.mark.parametrize(
    ("name", "data", "rule"),
    [
        ("kosong.csv", b"", "berkas.kosong"),
        ("program.exe", b"MZ", "berkas.format"),
        ("tanpa_akhiran", b"x", "berkas.format"),
        ("palsu.pdf", b"bukan pdf", "berkas.isi"),
    ],
)
def test_files_that_are_refused_at_the_door(house: House, name: str, data: bytes, rule: str) -> None:
    dataset_id = house.draft()
    with pytest.raises(Invalid) as refusal:
        house.upload(dataset_id, data, name)
    assert refusal.value.rule == rule
    assert house.view("siti", dataset_id).resources == ()


def test_a_file_above_the_limit_is_refused_before_it_is_sent(house: House) -> None:
    with pytest.raises(TooLarge):
        start(house, house.draft(), "besar.csv", 3 << 30)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("sampah.csv", bytes(range(256)) * 40),
        ("sampah.xlsx", b"PK\x03\x04 bukan zip"),
        ("sampah.zip", b"PK\x05\x06" + b"\0" * 18),
        ("sampah.geojson", b'{"type": "FeatureCollection", "features": [{'),
    ],
)
def test_bad_files_get_findings_and_take_no_worker_down(house: House, name: str, data: bytes) -> None:
    dataset_id = house.draft()
    received = house.upload(dataset_id, data, name)
    house.work()
    resource = house.view("siti", dataset_id).resources[0]
    assert resource.row.state in {"gagal", "menunggu_pilihan"}
    assert any(item.severity == "galat" for item in resource.findings)
    assert resource.job is not None
    assert resource.job.state in {"refused", "succeeded"}
    assert received.job_id == resource.job.job_id


def test_a_table_without_rows_is_not_loaded(house: House) -> None:
    dataset_id = house.draft()
    resource_id = house.upload(dataset_id, b"kode,jumlah\n").resource_id
    house.work()
    if house.view("siti", dataset_id).resources[0].table is not None:
        house.confirm(dataset_id, resource_id)
        house.work()
    resource = house.view("siti", dataset_id).resources[0]
    assert resource.row.table_name is None
    assert any(item.rule == "tabel.tanpa_baris" for item in resource.findings)


def test_cells_that_do_not_fit_are_listed_and_another_choice_helps(house: House) -> None:
    dataset_id = house.draft()
    data = b"kode,jumlah\nA,1\nB,banyak\nC,3\n"
    resource_id = house.upload(dataset_id, data).resource_id
    house.work()
    integer = ReadChoice(columns=(ColumnChoice(position=1, type="integer"),))  # type: ignore[arg-type]
    house.confirm(dataset_id, resource_id, choice=ResourceChoice(kind="tabel", read=integer))
    house.work()
    resource = house.view("siti", dataset_id).resources[0]
    assert resource.row.state == "menunggu_pilihan"
    cell = next(item for item in resource.findings if item.rule == "V4.sel_tidak_sesuai")
    assert (cell.place["row"], cell.place["column"], cell.place["value"]) == (3, "jumlah", "banyak")
    house.confirm(dataset_id, resource_id)
    house.work()
    resource = house.view("siti", dataset_id).resources[0]
    assert (resource.row.state, resource.row.row_count) == ("dimuat", 3)
    assert not [item for item in resource.findings if item.severity == "galat"]


def test_resources_are_named_ordered_replaced_and_removed(house: House) -> None:
    dataset_id, first = house.loaded()
    siti = house.people["siti"]
    columns = list(house.view("siti", dataset_id).resources[0].columns)
    assert next(column.codelist for column in columns) == "wilayah"
    columns[3] = columns[3].model_copy(update={"unit": "unit", "definition": "Banyaknya puskesmas."})
    with house.act() as ingest:
        ingest.resources.edit(siti, dataset_id, first, ResourceEdit(name="Puskesmas 2024", columns=tuple(columns)))
    with house.act() as ingest, pytest.raises(Invalid) as refusal:
        ingest.resources.edit(siti, dataset_id, first, ResourceEdit(columns=tuple(columns[1:])))
    assert refusal.value.rule == "V11.kamus"
    second = house.upload(dataset_id, CSV + b"33.29.04;Paguyangan;2024;1;2,0\n", "lain.csv").resource_id
    with house.act() as ingest, pytest.raises(Conflict):
        ingest.resources.confirm(siti, dataset_id, second)
    with house.act() as ingest:
        ingest.resources.reorder(siti, dataset_id, [second, first])
    with house.act() as ingest, pytest.raises(Invalid):
        ingest.resources.reorder(siti, dataset_id, [second, second])
    assert [item.row.id for item in house.view("siti", dataset_id).resources] == [second, first]
    with house.act() as ingest:
        ingest.resources.remove(siti, dataset_id, second)
    assert (
        house.upload(dataset_id, CSV + b"33.29.05;Sirampog;2024;1;2,0\n", "baru.csv", replaces=first).resource_id
        == first
    )
    assert house.count("office", "SELECT count(*) FROM vault.bulk WHERE dataset_id = %s", dataset_id) == 0
    house.work()
    house.confirm(dataset_id, first)
    house.work()
    kept = house.view("siti", dataset_id).resources[0]
    assert (kept.row.name, kept.row.row_count) == ("Puskesmas 2024", 4)
    assert kept.columns[3].definition == "Banyaknya puskesmas."


def test_another_sheet_becomes_a_resource_of_its_own(house: House) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for title, value in (("Lama", 1), ("Baru", 2)):
        sheet = book.create_sheet(title)
        sheet.append(["kode", "jumlah"])
        sheet.append(["A", value])
    book.remove(book["Sheet"])
    data = io.BytesIO()
    book.save(data)
    dataset_id = house.draft()
    first = house.upload(dataset_id, data.getvalue(), "buku.xlsx").resource_id
    house.work()
    with house.act() as ingest:
        second = ingest.resources.another_part(house.people["siti"], dataset_id, first, "Lembar kedua")
    for resource_id, sheet in ((first, "Lama"), (second, "Baru")):
        house.confirm(dataset_id, resource_id, choice=ResourceChoice(kind="tabel", read=ReadChoice(sheet=sheet)))
    house.work()
    with house.act() as ingest:
        rows = ingest.queries.rows(house.people["siti"], dataset_id, second)[1]
    assert [row[-1] for row in rows] == [2]


def test_a_job_that_failed_for_good_keeps_nobody_waiting(house: House) -> None:
    dataset_id, siti = house.draft(), house.people["siti"]
    resource_id = house.upload(dataset_id).resource_id
    with house.act() as ingest, pytest.raises(Conflict) as refusal:
        ingest.resources.inspect_again(siti, dataset_id, resource_id)
    assert refusal.value.rule == "berkas.diperiksa"
    house.pending("ingest.inspect")
    house.office.execute("UPDATE operations.progress SET state = 'failed' WHERE subject = %s", (str(resource_id),))
    with house.act() as ingest:
        ingest.resources.inspect_again(siti, dataset_id, resource_id)
    house.quick()
    assert house.view("siti", dataset_id).resources[0].row.state == "menunggu_pilihan"


def test_a_worker_that_is_being_stopped_leaves_the_job_for_the_next(house: House) -> None:
    dataset_id = house.draft()
    resource_id = house.upload(dataset_id, choice=ResourceChoice(kind="tabel")).resource_id
    (job,) = house.pending("ingest.stage")
    run = run_of(job)

    def aborted(**_words: object) -> None:
        raise JobAborted

    run.report = aborted
    try:
        house.handlers().stage(run)
    except JobAborted:
        assert house.view("siti", dataset_id).resources[0].row.state == "diperiksa_berkas"
    house.handlers().stage(run_of(job))
    loaded = house.view("siti", dataset_id).resources[0].row
    assert (loaded.id, loaded.state) == (resource_id, "dimuat")


def test_a_broken_seal_is_said_and_nothing_is_published(house: House) -> None:
    dataset_id, _resource = house.loaded(CSV + b"33.29.09;Jatibarang;2024;5;1,0\n")
    house.checked(dataset_id)
    house.release(dataset_id)
    row = house.office.execute("SELECT path FROM vault.file WHERE dataset_id = %s", (dataset_id,)).fetchone()
    assert row is not None
    assert house.runtime.vault_files is not None
    sealed = bytearray(house.runtime.vault_files.read(row[0]))
    sealed[-20] ^= 1
    house.runtime.vault_files.put(row[0], bytes(sealed))
    (job,) = house.pending("ingest.release")
    assert refused(lambda: house.handlers().release(run_of(job))).findings[0]["rule"] == "berkas_rusak"
    assert house.count("public", "SELECT count(*) FROM catalog.dataset WHERE id = %s", dataset_id) == 0
    assert house.count("office", "SELECT count(*) FROM ingest.release_order WHERE finished IS NULL") == 0


def test_a_job_on_what_went_on_or_is_gone_changes_nothing(house: House) -> None:
    dataset_id = house.draft()
    received = house.upload(dataset_id, b"a,b\n1,2\n")
    house.pending("ingest.inspect")
    arguments = {"dataset_id": str(dataset_id), "version": 1, "resource_id": str(received.resource_id)}
    house.handlers().inspect(run_of(arguments))
    house.handlers().inspect(run_of(arguments))
    assert house.view("siti", dataset_id).resources[0].row.state == "menunggu_pilihan"
    with house.act() as ingest:
        ingest.resources.remove(house.people["siti"], dataset_id, received.resource_id)
    house.handlers().inspect(run_of(arguments))
    unknown = refused(lambda: house.handlers().stage(run_of({**arguments, "dataset_id": str(received.resource_id)})))
    assert unknown.message
