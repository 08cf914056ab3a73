"""Staged files in a real PostgreSQL, and a big file in little memory."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from geo.tables import StagedTable, stage
from geo.tables.types import PG_TYPES
from tests.geo.tables.conftest import Make

AWKWARD = [
    ("titik-garis", "\\."),
    ("baris titik", "a\n\\.\nb"),
    ("kutip", 'a"b""c'),
    ("garis miring", "C:\\data\\n"),
    ("kembali", "a\rb\r\nc"),
    ("rumus", "=1+1"),
    ("null", "\\N"),
    ("kata null", "NULL"),
    ("koma", "a,b;c\td"),
    ("emoji", "😀 é"),
]


def load(connection: psycopg.Connection[tuple[object, ...]], staged: StagedTable) -> None:
    """Makes a temporary table of the staged columns and copies the file in."""
    assert {column.pg_type for column in staged.columns} <= PG_TYPES
    columns = [sql.SQL("_id bigint")] + [
        sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(column.pg_type)) for column in staged.columns
    ]
    connection.execute(sql.SQL("CREATE TEMP TABLE muat ({}) ON COMMIT DROP").format(sql.SQL(", ").join(columns)))
    with (
        Path(staged.path).open("rb") as stream,
        connection.cursor() as cursor,
        cursor.copy("COPY muat FROM STDIN (FORMAT csv)") as copy,
    ):
        while piece := stream.read(1 << 16):
            copy.write(piece)


def test_awkward_texts_arrive_as_they_are(make: Make, out: Path, cluster_url: str) -> None:
    quoted = [f'"{name}","{text.replace(chr(34), chr(34) * 2)}"' for name, text in AWKWARD]
    staged = stage(make("nama,isi\n" + "\n".join(quoted) + "\n"), "a.csv", None, out)
    with psycopg.connect(cluster_url) as connection:
        load(connection, staged)
        rows = connection.execute("SELECT _id, nama, isi FROM muat ORDER BY _id").fetchall()
    assert rows == [(i, name, text) for i, (name, text) in enumerate(AWKWARD, start=1)]


def test_every_type_arrives(make: Make, out: Path, cluster_url: str) -> None:
    head = "kode;bulat;besar;pecahan;tanggal;waktu;zona;ya;tahun"
    row = "01;1.234;9.999.999.999;1.234,50;31 Desember 2025;31/12/2025 10:05;2025-12-31T10:05:06+07:00;Ya;2025"
    staged = stage(make(f"{head}\n{row}\n{row}\n;;;;;;;;\n;-;-;-;-;-;-;-;-\n"), "a.csv", None, out)
    assert [column.pg_type for column in staged.columns] == [
        *("text", "integer", "bigint", "numeric", "date", "timestamp", "timestamptz", "boolean", "smallint")
    ]
    with psycopg.connect(cluster_url) as connection:
        load(connection, staged)
        connection.execute("SET LOCAL TimeZone = 'Asia/Jakarta'")
        rows = connection.execute("SELECT muat::text FROM muat ORDER BY _id").fetchall()
    assert rows[0][0] == (
        '(1,01,1234,9999999999,1234.50,2025-12-31,"2025-12-31 10:05:00","2025-12-31 10:05:06+07",t,2025)'
    )
    assert rows[2][0] == "(3,,,,,,,,,)"
    assert len(rows) == staged.row_count == 3


CHILD = """
import resource, sys
from geo.tables import inspect, stage
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
report = inspect(sys.argv[1], "besar.csv")
staged = stage(sys.argv[1], "besar.csv", report.to_choice(), sys.argv[2])
print(report.row_count, staged.row_count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.parametrize(("rows", "quoted"), [(300_000, False), pytest.param(4_000_000, True, marks=pytest.mark.long)])
def test_big_file_in_bounded_memory(tmp_path: Path, out: Path, rows: int, quoted: bool) -> None:
    """A file of 300 MB (long) is read within a gigabyte of memory, whatever its size; nothing is lost."""
    path = tmp_path / "besar.csv"
    mark = '"' if quoted else ""
    with path.open("w") as stream:
        stream.write("kode,desa,tanggal,jumlah,nilai,catatan\n")
        for start in range(0, rows, 10_000):
            stream.writelines(
                f"33.29.{i % 17:02d}.{i % 1000:04d},Desa {i % 297},{i % 28 + 1:02d}/12/2025,{i},"
                f"{i % 977}.{i % 89:02d},{mark}catatan nomor {i} yang agak panjang{mark}\n"
                for i in range(start, min(start + 10_000, rows))
            )
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path), str(out)], capture_output=True, text=True, check=True
    )
    found, staged, peak = map(int, done.stdout.split())
    assert (found, staged) == (rows, rows)
    assert peak < 1_000_000, f"{peak} KiB"
    assert resource.getpagesize() > 0
