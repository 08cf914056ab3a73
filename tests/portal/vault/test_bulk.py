"""Bulk tables: made, filled and sealed in one transaction; read and streamed under the policy only (I3a)."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from psycopg import errors
from sqlalchemy.exc import DBAPIError, ProgrammingError

from portal.access.rows import BulkColumn, BulkFilter
from portal.kernel.identity import Role
from portal.kernel.proofs import WorkPass
from tests.portal.access.world import World

COLUMNS = [
    BulkColumn("_id", "bigint"),
    BulkColumn("kode desa", "text"),
    BulkColumn("jumlah", "numeric"),
    BulkColumn("tanggal", "date"),
]
ROWS = b'1,0012,"3.5",2024-01-31\n2,"0013",,2024-02-29\n3,"a ""b""",7,\n'


@pytest.fixture(scope="module")
def home(world: World):
    agency = world.agency()
    maker = world.person(agency, Role.PRODUSEN)
    return maker, agency, world.dataset(maker, agency)


def test_load_reads_back_typed_filtered_and_ordered(world: World, home, tmp_path: Path) -> None:
    maker, _, dataset = home
    (tmp_path / "baris.csv").write_bytes(ROWS)
    with world.opened(maker, dataset, "ubah") as vault:
        name, count = vault.tables.load(dataset, uuid4(), 1, COLUMNS, tmp_path / "baris.csv")
    assert count == 3
    with world.opened(maker, dataset) as vault:
        tables = vault.tables
        names = ["kode desa", "jumlah", "tanggal"]
        assert tables.rows(name, names, order=[("jumlah", "desc")]) == [
            ('a "b"', Decimal(7), None),
            ("0012", Decimal("3.5"), date(2024, 1, 31)),
            ("0013", None, date(2024, 2, 29)),
        ]
        assert tables.rows(name, ["_id"], limit=1, offset=1) == [(2,)]
        assert tables.rows(name, ["_id"], limit=-5, offset=-5) == []
        assert tables.count(name, [BulkFilter("jumlah", ">=", 3.5)]) == 2
        assert tables.count(name, [BulkFilter("jumlah", "kosong")]) == 1
        assert tables.count(name, [BulkFilter("kode desa", "mengandung", 'A "')]) == 1
        assert tables.count(name, [BulkFilter("kode desa", "mengandung", "%")]) == 0
        assert tables.count(name, [BulkFilter("kode desa", "=", "'; DROP TABLE x; --")]) == 0


def test_copy_out_streams_what_the_policy_shows(world: World, home) -> None:
    maker, agency, dataset = home
    with world.opened(maker, dataset, "ubah") as vault:
        name, _ = vault.tables.load(dataset, uuid4(), 1, COLUMNS, io.BytesIO(ROWS))
    names = [column.name for column in COLUMNS]
    with world.opened(maker, dataset) as vault:
        sink = io.BytesIO()
        assert vault.tables.copy_out(name, names, sink, "csv") == len(sink.getvalue())
        assert sink.getvalue() == b'1,0012,3.5,2024-01-31\n2,0013,,2024-02-29\n3,"a ""b""",7,\n'
        assert b"".join(vault.tables.blocks(name, ["_id"], "binary")).startswith(b"PGCOPY\n")
    other = world.dataset(maker, agency)
    with world.opened(maker, other) as vault:
        assert vault.tables.copy_out(name, names, io.BytesIO(), "csv") == 0
        assert vault.tables.rows(name, names) == []
    with world.entered(WorkPass(uuid4(), maker.person_id, "lihat", dataset)) as vault:
        assert vault.tables.copy_out(name, names, io.BytesIO(), "text") == 0
        # COPY of the table itself is rewritten by PostgreSQL into a query under the policy
        driver = vault.tables._opened.connection()
        with driver.cursor() as cursor, cursor.copy(f'COPY vault."{name}" TO STDOUT') as copy:
            assert b"".join(copy) == b""


def test_a_list_opens_no_rows(world: World, home) -> None:
    maker, _, dataset = home
    with world.opened(maker, dataset, "ubah") as vault:
        name, _ = vault.tables.load(dataset, uuid4(), 1, COLUMNS, io.BytesIO(ROWS))
    with world.session() as session:
        access = world.access(session)
        assert access.enter(access.list_pass(maker)).tables.count(name) == 0


def test_rows_of_a_layer_come_as_geojson(world: World, home) -> None:
    maker, _, dataset = home
    columns = [BulkColumn("_id", "bigint"), BulkColumn("geom", "geometry(Geometry,4326)")]
    with world.opened(maker, dataset, "ubah") as vault:
        name, _ = vault.tables.load(
            dataset, uuid4(), 1, columns, io.BytesIO(b"1,SRID=4326;POINT(109 -6.9)\n2,\n"), kind="l"
        )
        assert vault.tables.rows(name, ["_id", "geom"], geojson=frozenset({"geom"})) == [
            (1, '{"type":"Point","coordinates":[109,-6.9]}'),
            (2, None),
        ]


def test_unsealed_does_not_commit(world: World, home) -> None:
    maker, _, dataset = home
    resource = uuid4()
    with world.session() as session:
        access = world.access(session)
        vault = access.enter(access.work_pass(maker, dataset, "ubah"))
        name = vault.tables.create(dataset, resource, 1, COLUMNS)
        assert vault.tables.copy(name, [column.name for column in COLUMNS], io.BytesIO(ROWS)) == 3
        with pytest.raises(DBAPIError, match="left unsealed"):
            session.commit()
        session.rollback()
    assert world.root.execute("SELECT to_regclass(%s)", (f"vault.t_{resource.hex}_1",)).fetchone() == (None,)


def test_a_bad_line_leaves_nothing(world: World, home) -> None:
    maker, _, dataset = home
    resource = uuid4()
    with pytest.raises(errors.InvalidTextRepresentation), world.opened(maker, dataset, "ubah") as vault:
        vault.tables.load(dataset, resource, 1, COLUMNS, io.BytesIO(ROWS + b"x,1,2,\n"))
    assert world.root.execute("SELECT to_regclass(%s)", (f"vault.t_{resource.hex}_1",)).fetchone() == (None,)


def test_after_the_seal_nobody_inserts(world: World, home) -> None:
    maker, _, dataset = home
    with world.opened(maker, dataset, "ubah") as vault:
        name, _ = vault.tables.load(dataset, uuid4(), 1, COLUMNS, io.BytesIO(ROWS))
        driver = vault.tables._opened.connection()
        for statement in ("INSERT INTO", "UPDATE", "DELETE FROM"):
            tail = {"INSERT INTO": " (_id) VALUES (9)", "UPDATE": " SET _id = 9", "DELETE FROM": ""}[statement]
            with pytest.raises(errors.InsufficientPrivilege), driver.transaction():
                driver.execute(f'{statement} vault."{name}"{tail}')
        with pytest.raises(errors.InsufficientPrivilege), driver.transaction():
            vault.tables.copy(name, ["_id"], io.BytesIO(b"9\n"))
    with world.opened(maker, dataset, "ubah") as vault, pytest.raises(DBAPIError):
        vault.tables.seal(name)


def test_reading_pass_and_foreign_pass_make_and_drop_nothing(world: World, home) -> None:
    maker, agency, dataset = home
    with world.opened(maker, dataset, "ubah") as vault:
        name, _ = vault.tables.load(dataset, uuid4(), 1, COLUMNS, io.BytesIO(ROWS))
    with pytest.raises(ProgrammingError, match="no opening"), world.opened(maker, dataset, "lihat") as vault:
        vault.tables.create(dataset, uuid4(), 1, COLUMNS)
    other = world.dataset(maker, agency)
    with world.opened(maker, other, "ubah") as vault:
        assert vault.tables.drop(name) is False
    with pytest.raises(ProgrammingError, match="no opening"), world.opened(maker, other, "ubah") as vault:
        vault.tables.create(dataset, uuid4(), 1, COLUMNS)
    with world.opened(maker, dataset, "ubah") as vault:
        assert vault.tables.count(name) == 3
        assert vault.tables.drop(name) is True
        assert vault.tables.drop(name) is False


def test_loading_again_replaces(world: World, home) -> None:
    maker, _, dataset = home
    resource = uuid4()
    for rows, count in ((ROWS, 3), (b"1,a,,\n", 1)):
        with world.opened(maker, dataset, "ubah") as vault:
            name, made = vault.tables.load(dataset, resource, 1, COLUMNS, io.BytesIO(rows))
        assert made == count
    with world.opened(maker, dataset) as vault:
        assert vault.tables.count(name) == 1


@pytest.mark.parametrize(
    "columns",
    [
        [{"name": "_id", "type": "bigint); DROP TABLE vault.dataset; --"}],
        [{"name": "_id", "type": "regclass"}],
        [{"name": "_id", "type": None}],
        [{"type": "text"}],
        [],
    ],
)
def test_only_listed_types_and_named_columns(world: World, home, columns) -> None:
    maker, _, dataset = home
    made = [BulkColumn(column.get("name"), column.get("type")) for column in columns]
    with pytest.raises(DBAPIError), world.opened(maker, dataset, "ubah") as vault:
        vault.tables.load(dataset, uuid4(), 1, made, io.BytesIO(b""))


def test_names_of_columns_are_data(world: World, home) -> None:
    maker, _, dataset = home
    odd = ['a"; DROP TABLE vault.dataset; --', "%s", "{}", "select"]
    columns = [BulkColumn("_id", "bigint"), *(BulkColumn(name, "text") for name in odd)]
    with world.opened(maker, dataset, "ubah") as vault:
        name, _ = vault.tables.load(dataset, uuid4(), 1, columns, io.BytesIO(b"1,a,b,c,d\n"))
        assert vault.tables.rows(name, odd) == [("a", "b", "c", "d")]
        assert vault.tables.count(name, [BulkFilter(column, "=", "a") for column in odd[:1]]) == 1
