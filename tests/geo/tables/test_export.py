"""Tables out: the same table in every format, equal bytes for equal rows, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.tables import stage
from geo.tables.export import delimited, guarded, json_records, plain, write_csv, write_json, write_tsv
from geo.tables.export_parquet import write_parquet
from geo.tables.export_xlsx import write_xlsx
from geo.tables.types import ColumnType, ExportColumn, ExportInfo
from tests.geo.tables.conftest import look, types

T = ColumnType
COLUMNS = (
    ExportColumn("kode", T.TEXT, "Kode Wilayah", "kode Kemendagri"),
    ExportColumn("nama", T.TEXT, "Nama"),
    ExportColumn("jumlah", T.INTEGER, "Jumlah", unit="jiwa"),
    ExportColumn("luas", T.NUMERIC, "Luas", unit="km²"),
    ExportColumn("tanggal", T.DATE, "Tanggal"),
    ExportColumn("waktu", T.TIMESTAMP, "Waktu"),
    ExportColumn("aktif", T.BOOLEAN, "Aktif"),
    ExportColumn("tahun", T.YEAR, "Tahun"),
)
MOMENT = dt.datetime(2025, 1, 2, 3, 4, 5)  # noqa: DTZ001 - tables hold local times
ROWS: list[tuple[object, ...]] = [
    ("33.29.01", "Salem", 31000, Decimal("152.090"), dt.date(2025, 12, 31), MOMENT, True, 2025),
    ("007", 'kutip "dua"\nbaris', -5, Decimal("-0.10"), dt.date(1850, 1, 1), None, False, 1900),
    ("", None, None, None, None, None, None, None),
    ("=1+1", "@SUM(A1)", 9007199254740993, Decimal("12345678901234567890.123"), None, None, None, None),
    ("-", "-5 derajat", 0, Decimal("0"), None, None, None, None),
]  # fmt: skip


def test_T30_csv_and_json_parse_and_agree() -> None:
    text = b"".join(delimited(COLUMNS, ROWS)).decode()
    table = list(csv.DictReader(io.StringIO(text, newline="")))
    records = json.loads(b"".join(json_records(COLUMNS, ROWS)), parse_float=str, parse_int=str)
    assert len(table) == len(records) == len(ROWS)
    for line, record in zip(table, records, strict=True):
        assert list(line) == list(record) == [column.name for column in COLUMNS]
        for column in COLUMNS:
            value = record[column.name]
            spoken = "" if value is None else str(value).lower() if isinstance(value, bool) else value
            expected = guarded(spoken) if column.type is T.TEXT else spoken
            assert line[column.name] == expected


def test_formulas_are_guarded_in_text_only() -> None:
    text = b"".join(delimited(COLUMNS, ROWS)).decode()
    assert "'=1+1,'@SUM(A1)" in text
    assert "'-5 derajat" in text
    assert ",-5,-0.10," in text
    assert "\r\n-,'-5" in text


@pytest.mark.parametrize("text", ["=A1", "+1", "-1", "@x", "\tx", "\rx"])
def test_every_dangerous_start_is_guarded(text: str) -> None:
    assert guarded(text) == "'" + text


@pytest.mark.parametrize("text", ["", "-", "--", "a=b", "5", " =A1", "–"])
def test_harmless_texts_stay(text: str) -> None:
    assert guarded(text) == text


def test_byte_order_mark_and_tabs(tmp_path: Path) -> None:
    assert write_csv(tmp_path / "a.csv", COLUMNS, ROWS, bom=True) == (tmp_path / "a.csv").stat().st_size
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbfkode,nama")
    write_tsv(tmp_path / "a.tsv", COLUMNS, ROWS)
    assert (tmp_path / "a.tsv").read_bytes().startswith(b"kode\tnama\t")


def test_empty_table_is_well_formed(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", COLUMNS, [])
    assert json.loads((tmp_path / "a.json").read_text()) == []
    write_parquet(tmp_path / "a.parquet", COLUMNS, [])
    assert duckdb.sql(f"SELECT count(*) FROM '{tmp_path / 'a.parquet'}'").fetchall() == [(0,)]
    write_xlsx(tmp_path / "a.xlsx", COLUMNS, [])
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames == ["Data", "Keterangan"]


def test_streams_come_in_pieces() -> None:
    rows = [("a" * 100, "b", 1, None, None, None, None, None)] * 3000
    assert len(list(delimited(COLUMNS, rows))) > 3
    assert len(list(json_records(COLUMNS, rows))) > 3


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.xlsx", "a.parquet"])
def test_equal_rows_give_equal_bytes(tmp_path: Path, name: str) -> None:
    made = []
    for folder in ("satu", "dua"):
        path = tmp_path / folder / name
        path.parent.mkdir()
        rows = ROWS * 1000 if name.endswith("parquet") else ROWS
        if name.endswith("csv"):
            write_csv(path, COLUMNS, rows)
        elif name.endswith("json"):
            write_json(path, COLUMNS, rows)
        elif name.endswith("xlsx"):
            write_xlsx(path, COLUMNS, rows, ExportInfo("Judul", (("Lisensi", "CC BY 4.0"),)))
        else:
            write_parquet(path, COLUMNS, rows)
        made.append(path.read_bytes())
        assert [item.name for item in path.parent.iterdir()] == [name]
    assert made[0] == made[1]


def test_workbook_holds_values_not_formulas(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_xlsx(path, COLUMNS, ROWS, ExportInfo("Penduduk", (("Lisensi", "CC BY 4.0"),)))
    book = openpyxl.load_workbook(path)
    rows = list(book["Data"].iter_rows(values_only=True))
    assert rows[0] == tuple(column.name for column in COLUMNS)
    day = dt.datetime(2025, 12, 31)  # noqa: DTZ001
    assert rows[1] == ("33.29.01", "Salem", 31000, 152.09, day, MOMENT, True, 2025)
    assert rows[2][4] == "1850-01-01"
    assert rows[4][:4] == ("=1+1", "@SUM(A1)", "9007199254740993", "12345678901234567890.123")
    assert book["Data"]["A5"].data_type == "s"
    notes = [row for row in book["Keterangan"].iter_rows(values_only=True) if any(row)]
    assert notes[0][0] == "Penduduk"
    assert notes[1][:2] == ("Lisensi", "CC BY 4.0")
    assert notes[3] == ("kode", "Kode Wilayah", "teks", "", "kode Kemendagri")
    assert notes[6][3] == "km²"


def test_workbook_goes_on_in_another_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo.tables.export_xlsx.SHEET_ROWS", 2)
    write_xlsx(tmp_path / "a.xlsx", COLUMNS, ROWS)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["Data", "Data 2", "Data 3", "Keterangan"]
    assert book["Data 3"]["B2"].value == "-5 derajat"


def test_long_cells_of_a_workbook_are_cut_and_counted(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "a.xlsx", COLUMNS[:1], [("x" * 40_000,)])
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert len(book["Data"]["A2"].value) == 32_767
    assert "1 sel" in book["Keterangan"]["B1"].value


def test_parquet_keeps_types_and_digits(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write_parquet(path, COLUMNS, ROWS)
    table = duckdb.sql(f"SELECT * FROM '{path}'")
    assert [str(kind) for kind in table.types] == [
        *("VARCHAR", "VARCHAR", "BIGINT", "DECIMAL(23,3)", "DATE", "TIMESTAMP", "BOOLEAN", "SMALLINT")
    ]
    assert table.fetchall() == ROWS


def test_parquet_of_zoned_times_and_wild_numbers(tmp_path: Path) -> None:
    columns = (ExportColumn("waktu", T.TIMESTAMP), ExportColumn("nilai", T.NUMERIC))
    moment = dt.datetime(2025, 1, 2, 3, 4, tzinfo=dt.timezone(dt.timedelta(hours=7)))
    write_parquet(tmp_path / "a.parquet", columns, [(moment, 1e-30), (None, float("nan"))])
    found = duckdb.sql(f"SELECT epoch(waktu), nilai FROM '{tmp_path / 'a.parquet'}'").fetchall()
    assert found == [(moment.timestamp(), 1e-30), (None, None)]


def test_what_goes_out_comes_in_again(tmp_path: Path) -> None:
    for name, write in (("a.csv", write_csv), ("a.xlsx", write_xlsx)):
        path = tmp_path / name
        write(path, COLUMNS, ROWS[:2])
        assert list(types(look(path)).values()) == [column.type.value for column in COLUMNS]
        assert stage(path, name, None, tmp_path).row_count == 2


VALUES = st.one_of(
    st.none(),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00")),
    st.integers(-(2**63), 2**63 - 1),
    st.decimals(allow_nan=False, allow_infinity=False, places=4),
)


@settings(database=None, max_examples=100)
@given(st.lists(st.tuples(VALUES, VALUES), max_size=5))
def test_csv_and_json_agree_on_any_value(rows: list[tuple[object, object]]) -> None:
    columns = (ExportColumn("a", T.TEXT), ExportColumn("b", T.TEXT))
    text = b"".join(delimited(columns, rows)).decode()
    table = list(csv.reader(io.StringIO(text, newline="")))[1:]
    records = json.loads(b"".join(json_records(columns, rows)), parse_float=str, parse_int=str)
    assert [[guarded(r["a"] or ""), guarded(r["b"] or "")] for r in records] == table
    assert all(plain(value) == (record["a"] or "") for (value, _), record in zip(rows, records, strict=True))
