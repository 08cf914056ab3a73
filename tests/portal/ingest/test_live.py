"""Live tables on a regency's whole way: drafted, checked, released, fed, withdrawn, made exempt (I5a, I3, I4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import orjson
import psycopg
import pytest

from portal.access.rows import ResourceRow
from portal.contract.metadata import ColumnEntry
from portal.contract.protocols import ResourceView
from portal.ingest.live import Batch, Live, Structure
from portal.ingest.live_drafts import DraftTables, view_of
from portal.ingest.schemas import Classification
from portal.ingest.workshop import desk_of
from portal.kernel.errors import Conflict, Forbidden, Invalid, NotFound, RowInvalid
from portal.kernel.permissions import Permission
from portal.tables.questions import Match, Question, Shape
from portal.tables.reader import TableReader, driver_of
from tests.portal.ingest.house import House

COLUMNS = (
    ColumnEntry(name="kode", type="text"),
    ColumnEntry(name="jumlah", type="integer", label="Jumlah"),
    ColumnEntry(name="daftar", type="text[]"),
)
FIRST = [{"kode": "a", "jumlah": 1, "daftar": ["x", "y"]}, {"kode": "b", "jumlah": 2}]


def drafted(house: House, rows: list[dict[str, Any]] = FIRST, **structure: Any) -> tuple[UUID, UUID]:
    """A draft with a file, and a resource that a datastore client feeds."""
    dataset_id, _file = house.loaded()
    resource_id = uuid4()
    scope = house.runtime.scope()
    try:
        desk = desk_of(scope)
        opened = desk.open(house.people["siti"], dataset_id, "ubah", Permission.DATASET_EDIT)
        row = ResourceRow(
            id=resource_id, dataset_id=dataset_id, version=1, name="Baris", kind="tautan", format="", filename="",
            size=0, sha256="", position=1, state="dimuat", ckan={"url_type": "datastore"},
        )  # fmt: skip
        opened.vault.resources.add(row)
        made = DraftTables(desk).create(opened, row, Structure(columns=COLUMNS, key=("kode",), **structure))
        DraftTables(desk).append(opened, made, Batch(records=rows, method="insert"))
        scope.commit()
    finally:
        scope.close()
    return dataset_id, resource_id


def out(house: House, **structure: Any) -> tuple[UUID, UUID, str]:
    """The same, released."""
    dataset_id, resource_id = drafted(house, **structure)
    house.checked(dataset_id)
    house.release(dataset_id)
    house.quick()
    name = house.public.execute(
        "SELECT table_name FROM catalog.resource WHERE id = %s AND version = 1", (resource_id,)
    ).fetchone()
    assert name is not None
    return dataset_id, resource_id, name[0]


def shown(house: House, dataset_id: UUID, resource_id: UUID) -> ResourceView:
    """The live table as the API asks for it."""
    row = house.public.execute(
        "SELECT r.table_name, l.row_count FROM catalog.resource r JOIN catalog.live_table l USING (table_name)"
        " JOIN catalog.dataset d ON d.id = r.dataset_id AND d.version = r.version WHERE r.id = %s",
        (resource_id,),
    ).fetchone()
    assert row is not None
    return ResourceView(
        id=resource_id, version=1, dataset_id=dataset_id, dataset_name="", dataset_title="", name="", kind="tautan",
        format="", table=row[0], row_count=row[1], columns=COLUMNS, live=True,
    )  # fmt: skip


def append(house: House, view: ResourceView, *records: dict[str, Any], who: str = "siti", **more: Any) -> Any:
    """release.append in a scope of its own."""
    scope = house.runtime.scope()
    try:
        live = Live(desk=desk_of(scope), public=scope.session("publisher"), site_url="http://127.0.0.1:8000")
        done = live.append(house.people[who], view, Batch(records=list(records), **more))
        scope.commit()
        return done
    finally:
        scope.close()


def public_rows(house: House, name: str) -> list[Any]:
    return house.public.execute(f'SELECT kode, jumlah, daftar FROM rows."{name}" ORDER BY _id').fetchall()


def vault_tables(house: House, resource_id: UUID) -> list[str]:
    return [
        row[0]
        for row in house.office.execute(
            "SELECT name FROM vault.bulk WHERE name LIKE %s", (f"t_{resource_id.hex}_%",)
        ).fetchall()
    ]


def test_a_draft_lies_under_forced_policies(house: House) -> None:
    dataset_id, resource_id = drafted(house)
    (name,) = vault_tables(house, resource_id)
    forced = house.office.execute(
        "SELECT relrowsecurity AND relforcerowsecurity, pg_get_userbyid(relowner) FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = 'vault' AND relname = %s",
        (name,),
    ).fetchone()
    assert forced == (True, house.databases.roles.vault_owner)
    with psycopg.connect(house.databases.addresses.office) as office:
        assert office.execute(f'SELECT count(*) FROM vault."{name}"').fetchone() == (0,), "no opening, no rows"
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            office.execute(f"INSERT INTO vault.\"{name}\" (kode) VALUES ('x')")
    with psycopg.connect(house.databases.addresses.office) as office, pytest.raises(psycopg.Error):
        office.execute("SELECT vault.create_live('t_' || repeat('0', 32) || '_1', %s, '[]')", (dataset_id,))
    with psycopg.connect(house.databases.addresses.office) as office, pytest.raises(psycopg.Error):
        office.execute("SELECT vault.alter_live(%s, '[]', '{}', NULL)", (name,))


def test_the_release_makes_the_table_live(house: House) -> None:
    dataset_id, resource_id, name = out(house, indexes=(("jumlah",),), aliases=(f"baris_{uuid4().hex[:8]}",))
    assert public_rows(house, name) == [("a", 1, ["x", "y"]), ("b", 2, None)]
    assert vault_tables(house, resource_id) == [], "no second copy grows old in the vault"
    view = shown(house, dataset_id, resource_id)
    append(house, view, {"kode": "a", "jumlah": 10}, {"kode": "c", "jumlah": 3})
    assert [row[:2] for row in public_rows(house, name)] == [("a", 10), ("b", 2), ("c", 3)]
    kept = house.office.execute(
        "SELECT act, row_id, content->>'jumlah' FROM vault.superseded(%s)", (resource_id,)
    ).fetchall()
    assert kept == [("ubah", 1, "1")]
    assert house.count("public", "SELECT row_count FROM catalog.live_table WHERE table_name = %s", name) == 3
    assert house.count("public", "SELECT count(*) FROM catalog.table_alias WHERE resource_id = %s", resource_id) == 1


def test_who_may_append(house: House) -> None:
    dataset_id, resource_id, name = out(house)
    view = shown(house, dataset_id, resource_id)
    for who in ("kepala", "wati", "pita", "budi"):
        with pytest.raises(Forbidden):
            append(house, view, {"kode": "z"}, who=who)
    append(house, view, {"kode": "z"}, who="sari")
    with pytest.raises(RowInvalid) as refused:
        append(house, view, {"kode": "y"}, {"kode": "3329011207850003"})
    assert (refused.value.row, refused.value.rule) == (1, "V9.nik")
    with pytest.raises(RowInvalid):
        append(house, view, {"kode": "y"}, {"kode": "q", "jumlah": "satu"})
    assert [row[0] for row in public_rows(house, name)] == ["a", "b", "z"]
    with pytest.raises(Conflict):
        append(house, replace(view, live=False), {"kode": "y"})
    scope = house.runtime.scope()
    try:
        live = Live(desk=desk_of(scope), public=scope.session("publisher"), site_url="")
        with pytest.raises(Conflict) as approved:
            live.reshape(house.people["siti"], view, Structure(columns=COLUMNS[:1]))
        assert approved.value.rule == "I5a.skema", "a regency approves structures by a version"
    finally:
        scope.close()


def test_a_new_version_goes_on_with_the_same_rows(house: House) -> None:
    dataset_id, resource_id, name = out(house)
    append(house, shown(house, dataset_id, resource_id), {"kode": "c", "jumlah": 3})
    with house.act() as ingest:
        ingest.drafts.new_version(house.people["siti"], dataset_id)
    house.checked(dataset_id, classify=False)
    house.release(dataset_id)
    house.quick()
    assert house.state(dataset_id, 2) == "terbit"
    view = shown(house, dataset_id, resource_id)
    assert (view.table, view.row_count) == (name, 3)
    append(house, view, {"kode": "d"})
    assert len(public_rows(house, name)) == 4


def withdraw(house: House, dataset_id: UUID) -> None:
    with house.act() as ingest:
        ingest.deciding.withdraw(house.checker(dataset_id), dataset_id, "keliru")
    house.quick()


def test_a_withdrawal_brings_the_rows_back(house: House) -> None:
    dataset_id, resource_id, name = out(house)
    view = shown(house, dataset_id, resource_id)
    append(house, view, {"kode": "c", "jumlah": 3, "daftar": ["z"]})
    withdraw(house, dataset_id)
    assert name not in house.public_tables()
    assert not {table for table in house.public_tables() if resource_id.hex in table}
    assert house.count("public", "SELECT count(*) FROM catalog.live_table WHERE dataset_id = %s", dataset_id) == 0
    with pytest.raises((Conflict, NotFound, Forbidden)):
        append(house, view, {"kode": "d"})
    (again,) = vault_tables(house, resource_id)
    rows = house.office.execute(f'SELECT kode, jumlah, daftar FROM vault."{again}" ORDER BY _id').fetchall()
    assert rows == [("a", 1, ["x", "y"]), ("b", 2, None), ("c", 3, ["z"])]


def test_an_exempt_decision_brings_the_rows_back_too(house: House) -> None:
    dataset_id, resource_id, name = out(house)
    append(house, shown(house, dataset_id, resource_id), {"kode": "c"})
    with house.act() as ingest:
        decision = Classification(
            sifat="dikecualikan", number="P-1", grounds=("17h",), reason="rahasia pribadi", approval="S-1"
        )
        ingest.deciding.classify(house.people["pita"], dataset_id, decision)
    house.quick()
    assert name not in house.public_tables()
    (again,) = vault_tables(house, resource_id)
    assert house.count("office", f'SELECT count(*) FROM vault."{again}"') == 3
    scope = house.runtime.scope()
    try:
        with pytest.raises(NotFound):
            desk_of(scope).open(house.people["siti"], dataset_id, "lihat", Permission.DATASET_READ)
    finally:
        scope.close()


def test_a_draft_is_read_and_scanned_before_it_goes_out(house: House) -> None:
    dataset_id, resource_id = drafted(house, [*FIRST, {"kode": "NIK 3329011207850003"}])
    with pytest.raises(Invalid), house.act() as ingest:
        ingest.checking.submit(house.people["siti"], dataset_id)
    scope = house.runtime.scope()
    try:
        desk = desk_of(scope)
        opened = desk.open(house.people["siti"], dataset_id, "ubah", Permission.DATASET_EDIT)
        row = opened.vault.resources.get(dataset_id, 1, resource_id)
        shape = Shape.of(view_of(opened, row), "vault")
        reader = TableReader(lambda: driver_of(scope.session("office")))
        assert len(orjson.loads(reader.page(shape, Question()).records)) == 3
        DraftTables(desk).retract(opened, row, Match("jumlah", "eq", None))
        DraftTables(desk).retract(opened, row, Match("_id", "eq", 3))
        scope.commit()
    finally:
        scope.close()
    with house.act() as ingest:
        ingest.checking.submit(house.people["siti"], dataset_id)
