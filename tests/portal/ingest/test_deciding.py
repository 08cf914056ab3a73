"""Consent, classification, release, new version, restoring, withdrawal; what is exempt stays inside."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from portal.ingest.schemas import Classification, Consent, ResourceEdit, Validation
from portal.ingest.usage import UsageRoller
from portal.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from portal.kernel.storage import content_key
from tests.portal.ingest.house import CSV, House, refused, run_of


def order(house: House, act: str, *args: object) -> None:
    """One order by the checker, carried out."""
    with house.act() as ingest:
        getattr(ingest.deciding, act)(house.people["wati"], *args)
    house.quick()


def pointer(house: House, dataset_id: UUID) -> int | None:
    row = house.public.execute("SELECT version FROM catalog.dataset WHERE id = %s", (dataset_id,)).fetchone()
    return None if row is None else int(row[0])


def next_version(house: House, dataset_id: UUID, extra: bytes) -> int:
    """A second version with one row more, released."""
    siti = house.people["siti"]
    with house.act() as ingest:
        number = ingest.drafts.new_version(siti, dataset_id, "Data baru")
    resource = house.view("siti", dataset_id).resources[0]
    house.upload(dataset_id, CSV + extra, "puskesmas-baru.csv", replaces=resource.row.id)
    house.quick()
    house.confirm(dataset_id, resource.row.id)
    house.quick()
    house.checked(dataset_id, classify=False)
    house.release(dataset_id)
    house.quick()
    return number


def test_T06_without_consent_nothing_is_published_and_withdrawal_stops_new_acts(house: House) -> None:
    dataset_id, _resource = house.loaded()
    with house.act() as ingest:
        ingest.checking.submit(house.people["siti"], dataset_id)
    with house.act() as ingest:
        ingest.checking.validate(house.people["wati"], dataset_id, Validation(minutes="BA", method="Cocok"))
    with house.act() as ingest, pytest.raises(Conflict) as refusal:
        ingest.deciding.release(house.people["wati"], dataset_id)
    assert refusal.value.rule == "klasifikasi"
    with house.act() as ingest:
        ingest.deciding.classify(house.people["pita"], dataset_id, Classification(sifat="publik"))
    with house.act() as ingest, pytest.raises(Conflict) as refusal:
        ingest.deciding.release(house.people["wati"], dataset_id)
    assert refusal.value.rule == "T06.persetujuan"
    assert "publikasi" in refusal.value.message
    for who in ("siti", "wati", "pita"):
        with house.act() as ingest, pytest.raises((Forbidden, NotFound)):
            ingest.deciding.give_consent(house.people[who], dataset_id, Consent())
    with house.act() as ingest:
        given = ingest.deciding.give_consent(house.people["kepala"], dataset_id, Consent())
    # ordered, then the consent is withdrawn before the worker comes: the worker asks again
    house.release(dataset_id)
    with house.act() as ingest:
        ingest.deciding.withdraw_consent(house.people["kepala"], dataset_id, given.id, "Keliru")
    (job,) = house.pending("ingest.release")
    refusal_of_job = refused(lambda: house.handlers().release(run_of(job)))
    assert refusal_of_job.findings[0]["rule"] == "T06.persetujuan"
    assert pointer(house, dataset_id) is None
    assert house.state(dataset_id) == "tervalidasi"
    with house.act() as ingest:
        ends = datetime.now(UTC) - timedelta(seconds=1)
        ingest.deciding.give_consent(house.people["kepala"], dataset_id, Consent(ends=ends))
    with house.act() as ingest, pytest.raises(Conflict):
        ingest.deciding.release(house.people["wati"], dataset_id)
    with house.act() as ingest:
        ingest.deciding.give_consent(house.people["kepala"], dataset_id, Consent())
    house.release(dataset_id)
    house.quick()
    assert pointer(house, dataset_id) == 1


def test_only_a_submitted_dataset_is_classified_and_only_by_the_named_ppid(house: House) -> None:
    dataset_id, _resource = house.loaded()
    with house.act() as ingest, pytest.raises(NotFound):
        ingest.deciding.classify(house.people["pita"], dataset_id, Classification(sifat="publik"))
    with house.act() as ingest:
        ingest.checking.submit(house.people["siti"], dataset_id)
    with house.act() as ingest, pytest.raises(Forbidden):
        ingest.deciding.classify(house.people["siti"], dataset_id, Classification(sifat="publik"))
    with house.act() as ingest, pytest.raises(Invalid) as refusal:
        ingest.deciding.classify(
            house.people["pita"], dataset_id, Classification(sifat="dikecualikan", grounds=("17z",))
        )
    assert set(refusal.value.fields) == {"number", "reason", "approval", "grounds"}


def test_a_new_version_then_back_to_the_first_in_one_act(house: House) -> None:
    dataset_id, resource_id = house.released()
    before = house.public_files()
    with house.act() as ingest, pytest.raises(Conflict):
        ingest.deciding.restore(house.people["wati"], dataset_id, 1)
    assert next_version(house, dataset_id, b"33.29.04;Paguyangan;2024;1;2,0\n") == 2
    assert pointer(house, dataset_id) == 2
    assert before <= house.public_files()
    assert house.count("public", f"SELECT count(*) FROM rows.t_{resource_id.hex}_1") == 3
    assert house.count("public", f"SELECT count(*) FROM rows.t_{resource_id.hex}_2") == 4
    view = house.view("siti", dataset_id)
    assert [state for _n, state, _r in view.versions] == ["terbit", "terbit"]
    steps = [line.row.to_state for line in view.history if line.row.version == 2 and not line.edit]
    assert steps[:2] == ["perlu_pemutakhiran", "disunting"]
    order(house, "restore", dataset_id, 1, "Versi 2 keliru")
    assert pointer(house, dataset_id) == 1
    assert house.view("siti", dataset_id).line.live_version == 1
    with house.act() as ingest, pytest.raises(NotFound):
        ingest.deciding.restore(house.people["wati"], dataset_id, 3)


def test_withdrawing_one_version_keeps_the_bytes_of_the_others(house: House) -> None:
    dataset_id, resource_id = house.released()
    first = house.public_files()
    next_version(house, dataset_id, b"33.29.04;Paguyangan;2024;1;2,0\n")
    second = house.public_files() - first
    order(house, "withdraw", dataset_id, "Angka salah", 2)
    assert pointer(house, dataset_id) == 1
    assert first <= house.public_files()
    assert not second & house.public_files()
    assert f"t_{resource_id.hex}_2" not in house.public_tables()
    assert (house.state(dataset_id, 1), house.state(dataset_id, 2)) == ("terbit", "ditarik")
    row = house.public.execute(
        "SELECT reason FROM catalog.tombstone WHERE dataset_id = %s AND version = 2", (dataset_id,)
    ).fetchone()
    assert row == ("Angka salah",)


def test_withdrawing_the_whole_leaves_a_tombstone_and_nothing_else(house: House) -> None:
    others = house.public_files()
    dataset_id, resource_id = house.released(CSV.replace(b"Salem", b"Salam"))
    count = house.runtime.search.count()
    with house.act() as ingest, pytest.raises(Invalid):
        ingest.deciding.withdraw(house.people["wati"], dataset_id, " ")
    order(house, "withdraw", dataset_id, "Perintah pengadilan")
    assert pointer(house, dataset_id) is None
    assert house.public_files() == others
    assert f"t_{resource_id.hex}_1" not in house.public_tables()
    assert house.runtime.search.count() == count - 1
    assert house.count("public", "SELECT count(*) FROM catalog.tombstone WHERE dataset_id = %s", dataset_id) >= 1
    view = house.view("siti", dataset_id)
    assert (str(view.line.state), view.line.live_version) == ("ditarik", None)
    assert view.history[-1].row.why == "Perintah pengadilan"


CANARY = "kenarirahasia"


def test_what_is_exempt_stays_inside_everywhere(house: House) -> None:
    data = CSV.replace(b"Salem", CANARY.encode())
    dataset_id, resource_id = house.loaded(data, f"{CANARY}.csv", judul=f"Data {CANARY}")
    house.checked(dataset_id, classify=False)
    exempt = Classification(
        sifat="dikecualikan", number="SK-3/2026", grounds=("17h",), reason="Rahasia pribadi", approval="ND-9/2026"
    )
    with house.act() as ingest:
        ingest.deciding.classify(house.people["pita"], dataset_id, exempt)
    for who in ("siti", "kepala", "wati", "pita", "budi"):
        with house.act() as ingest, pytest.raises(NotFound):
            ingest.queries.dataset_view(house.people[who], dataset_id)
        with house.act() as ingest, pytest.raises(NotFound):
            ingest.deciding.release(house.people[who], dataset_id)
        with house.act() as ingest:
            if who != "budi":
                assert dataset_id not in {line.id for line in ingest.queries.my_datasets(house.people[who]).items}
    assert house.state(dataset_id) == "terbit_terbatas"
    assert_no_trace(house, resource_id)


def assert_no_trace(house: House, resource_id: UUID) -> None:
    """No table, file or row of the public side knows the canary."""
    assert not [name for name in house.public_tables() if resource_id.hex in name]
    tables = house.public.execute(
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('catalog', 'rows', 'inbox', 'search')"
    ).fetchall()
    for schema, table in tables:
        assert (
            house.count("public", f'SELECT count(*) FROM "{schema}"."{table}" x WHERE x::text ILIKE %s', f"%{CANARY}%")
            == 0
        )
    for sha256 in house.public_files():
        assert CANARY.encode() not in house.runtime.public_files.read(content_key(sha256))


def test_a_published_dataset_that_becomes_exempt_goes_without_a_tombstone(house: House) -> None:
    data = CSV.replace(b"Salem", CANARY.encode())
    dataset_id, resource_id = house.released(data, f"{CANARY}.csv", judul=f"Terbit {CANARY}")
    assert pointer(house, dataset_id) == 1
    exempt = Classification(
        sifat="dikecualikan", number="SK-4/2026", grounds=("17h",), reason="Rahasia pribadi", approval="ND-10/2026"
    )
    with house.act() as ingest:
        ingest.deciding.classify(house.people["pita"], dataset_id, exempt)
    house.quick()
    assert pointer(house, dataset_id) is None
    assert house.count("public", "SELECT count(*) FROM catalog.tombstone WHERE dataset_id = %s", dataset_id) == 0
    assert house.state(dataset_id) == "terbit_terbatas"
    assert house.count("office", "SELECT count(*) FROM ingest.release_order WHERE finished IS NULL") == 0
    assert_no_trace(house, resource_id)


def test_what_was_withdrawn_and_is_found_exempt_loses_its_tombstone_and_its_figures(house: House) -> None:
    """I5: plain 404, no tombstone; nothing on the public side names it any more, uses that are counted late neither."""
    dataset_id, _resource = house.released(judul="Ditarik lalu dikecualikan")
    usage = "INSERT INTO inbox.usage (dataset_id, version, kind, day, count) VALUES (%s, 1, 'unduh', '2026-01-01', 30)"
    house.public.execute(usage, (dataset_id,))
    _roll(house)
    assert _mentions(house, dataset_id) >= {"notice", "applied_order", "dataset"}
    with house.act() as ingest:
        ingest.deciding.withdraw(house.people["wati"], dataset_id, "Angka keliru")
    house.quick()
    assert "tombstone" in _mentions(house, dataset_id)
    exempt = Classification(
        sifat="dikecualikan", number="SK-5/2026", grounds=("17h",), reason="Rahasia pribadi", approval="ND-11/2026"
    )
    with house.act() as ingest:
        ingest.deciding.classify(house.people["pita"], dataset_id, exempt)
    house.quick()
    assert _mentions(house, dataset_id) == set()
    house.public.execute(usage, (dataset_id,))
    _roll(house)
    assert _mentions(house, dataset_id) == set()
    assert house.count("office", "SELECT count(*) FROM ingest.release_order WHERE finished IS NULL") == 0


def _roll(house: House) -> None:
    scope = house.runtime.scope()
    try:
        UsageRoller(scope.session("publisher")).roll(date(2026, 1, 2))
        scope.commit()
    finally:
        scope.close()


def _mentions(house: House, dataset_id: UUID) -> set[str]:
    """Tables of the public side that name the dataset."""
    tables = house.public.execute(
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('catalog', 'inbox', 'search')"
    ).fetchall()
    query = 'SELECT count(*) FROM "{}"."{}" x WHERE x::text LIKE %s'
    return {table for schema, table in tables if house.count("public", query.format(schema, table), f"%{dataset_id}%")}


def test_T28_a_column_that_is_not_public_is_in_no_public_file(house: House) -> None:
    dataset_id, resource_id = house.loaded(b"kode,nama,jumlah\nA,sandirahasia,1\nB,sandirahasia,2\n")
    columns = house.view("siti", dataset_id).resources[0].columns
    hidden = tuple(c.model_copy(update={"public": c.name != "nama"}) for c in columns)
    with house.act() as ingest:
        ingest.resources.edit(house.people["siti"], dataset_id, resource_id, ResourceEdit(columns=hidden))
    house.checked(dataset_id)
    house.release(dataset_id)
    house.quick()
    assert pointer(house, dataset_id) == 1
    roles = house.public.execute(
        "SELECT role, sha256 FROM catalog.file WHERE resource_id = %s", (resource_id,)
    ).fetchall()
    assert "asli" not in {role for role, _ in roles}
    for _role, sha256 in roles:
        assert b"sandirahasia" not in house.runtime.public_files.read(content_key(sha256))
    row = house.public.execute("SELECT columns FROM catalog.resource WHERE id = %s", (resource_id,)).fetchone()
    assert row is not None
    assert [column["name"] for column in row[0]] == ["kode", "jumlah"]
    found = house.public.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'rows' AND table_name = %s",
        (f"t_{resource_id.hex}_1",),
    ).fetchall()
    assert {name for (name,) in found} == {"_id", "kode", "jumlah", "_full_text"}
    name = f"t_{resource_id.hex}_1"
    assert house.count("public", f"SELECT count(*) FROM rows.{name} WHERE _full_text::text LIKE '%%sandi%%'") == 0
    body = "convert_from(body, 'UTF8')"
    assert house.count("public", f"SELECT count(*) FROM rows.{name}_p WHERE {body} LIKE '%%sandi%%'") == 0
    assert house.count("public", f"SELECT count(*) FROM rows.{name}_p WHERE {body} LIKE '%%jumlah%%'") == 1


def test_a_formula_in_a_cell_is_text_in_the_exports(house: House) -> None:
    _dataset_id, resource_id = house.released(b'kode,rumus,n\nA,"=cmd|calc",1\nB,+1+1,2\n')
    rows = house.public.execute(
        "SELECT format, sha256 FROM catalog.file WHERE resource_id = %s AND role = 'unduhan'", (resource_id,)
    ).fetchall()
    files = {form: house.runtime.public_files.read(content_key(sha)) for form, sha in rows}
    assert b"'=cmd|calc" in files["csv"]
    assert json.loads(files["json"])[0]["rumus"] == "=cmd|calc"


def test_two_agencies_may_use_one_name_the_second_gets_its_agencys_behind_it(house: House) -> None:
    from portal.kernel.identity import Role

    house.agency("dinas-sosial")
    house.person("dodi", "dinas-sosial", Role.PRODUSEN)
    head = house.person("kepala2", "dinas-sosial", Role.KEPALA_OPD)
    first, _resource = house.released(judul="Nama Sama")
    second, _other = house.loaded(who="dodi", judul="Nama Sama")
    kept, house.people["kepala"] = house.people["kepala"], head
    house.checked(second, "dodi")
    house.people["kepala"] = kept
    house.release(second)
    house.quick()
    names = house.public.execute("SELECT name FROM catalog.dataset WHERE id IN (%s, %s)", (first, second)).fetchall()
    assert {name for (name,) in names} == {"nama-sama", "nama-sama-dinas-sosial"}


def test_one_order_at_a_time(house: House) -> None:
    dataset_id, _resource = house.loaded()
    house.checked(dataset_id)
    house.release(dataset_id)
    with pytest.raises(Conflict) as refusal:
        house.release(dataset_id)
    assert refusal.value.rule == "I4.perintah_terbuka"
    house.quick()
    assert pointer(house, dataset_id) == 1
