"""Workbooks: sheets, merged headers, formulas, dates, epochs, damage and bombs."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import random
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from geo.tables import ReadChoice, TableError
from geo.tables.types import ColumnChoice, ColumnType
from tests.geo.tables.conftest import Make, look, rules, stage_rows, types


def bps_table(book: openpyxl.Workbook) -> None:
    """A table as statistics offices write it: title, merged two-row header, column numbers, total, source."""
    sheet = book.active
    assert sheet is not None
    sheet.title = "Tabel 3.1.1"
    sheet["A1"] = "Tabel 3.1.1 Jumlah Penduduk Menurut Kecamatan dan Jenis Kelamin, 2025"
    sheet.merge_cells("A1:E1")
    sheet.append([])
    sheet.append(["Kode", "Kecamatan", "Jumlah Penduduk", None, "Rasio"])
    sheet.append([None, None, "Laki-laki", "Perempuan", None])
    for area in ("A3:A4", "B3:B4", "C3:D3", "E3:E4"):
        sheet.merge_cells(area)
    sheet.append(["(1)", "(2)", "(3)", "(4)", "(5)"])
    sheet.append(["33.29.01", "Salem", 31000, 30500, 101.6])
    sheet.append(["33.29.02", "Bantarkawung", 52000, 51000, 101.9])
    sheet.append(["33.29.03", "Bumiayu", 55000, 54000, 101.8])
    sheet.append([None, "Jumlah", 138000, 135500, 101.8])
    sheet.append(["Sumber: Dinas Kependudukan dan Pencatatan Sipil"])


def saved(book: openpyxl.Workbook, path: Path) -> Path:
    book.save(path)
    return path


def simple(path: Path, *rows: list[object], epoch: dt.datetime | None = None) -> Path:
    """A workbook of one sheet."""
    book = openpyxl.Workbook()
    if epoch:
        book.epoch = epoch
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    return saved(book, path)


def test_a_table_of_the_statistics_office(tmp_path: Path, out: Path) -> None:
    book = openpyxl.Workbook()
    bps_table(book)
    path = saved(book, tmp_path / "penduduk.xlsx")
    report = look(path)
    assert report.layout.header_rows == (3, 4)
    assert (report.layout.first_row, report.layout.last_row) == (6, 8)
    assert report.layout.title[0].startswith("Tabel 3.1.1")
    assert report.layout.notes == ("Sumber: Dinas Kependudukan dan Pencatatan Sipil",)
    assert [column.label for column in report.columns] == [
        "Kode",
        "Kecamatan",
        "Jumlah Penduduk – Laki-laki",
        "Jumlah Penduduk – Perempuan",
        "Rasio",
    ]
    assert list(types(report).values()) == ["text", "text", "integer", "integer", "numeric"]
    assert [(f.rule, f.row) for f in report.findings if f.row] == [
        ("tabel.nomor_kolom", 5),
        ("tabel.baris_jumlah", 9),
        ("tabel.baris_catatan", 10),
    ]
    roles = [row.role for row in report.preview]
    assert roles == ["judul", "kosong", "kepala", "kepala", "nomor_kolom", *["data"] * 3, "jumlah", "catatan"]
    staged, cells = stage_rows(path, out, report.to_choice())
    assert cells[0] == ["1", "33.29.01", "Salem", "31000", "30500", "101.6"]
    assert staged.columns[2].pg_type == "integer"
    assert [row[0] for row in cells] == ["1", "2", "3"]


def test_officer_overrides_the_layout(tmp_path: Path, out: Path) -> None:
    book = openpyxl.Workbook()
    bps_table(book)
    path = saved(book, tmp_path / "penduduk.xlsx")
    choice = ReadChoice(header_rows=(4,), first_row=6, last_row=9, skip_rows=(7,))
    report = look(path, choice)
    assert report.row_count == 3
    assert report.layout.why == "Dipilih petugas."
    assert report.columns[2].label == "Laki-laki"
    assert [row[2] for row in stage_rows(path, out, choice)[1]] == ["Salem", "Bumiayu", "Jumlah"]


def test_sheets_hidden_ones_too(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "Kosong"
    data = book.create_sheet("Data")
    data.append(["kode", "nama"])
    data.append(["01", "a"])
    hidden = book.create_sheet("Rahasia")
    hidden.append(["x", "y"])
    hidden.append([1, 2])
    hidden.append([3, 4])
    hidden.sheet_state = "veryHidden"
    path = saved(book, tmp_path / "a.xlsx")
    report = look(path)
    assert [(s.name, s.rows, s.hidden) for s in report.sheets] == [
        ("Kosong", 0, False),
        ("Data", 2, False),
        ("Rahasia", 3, True),
    ]
    assert report.sheet == "Data"
    assert "tabel.lembar_tersembunyi" in rules(report)
    assert look(path, ReadChoice(sheet="Rahasia")).row_count == 2
    for name, rule in (("Tidak ada", "tabel.lembar_tidak_ada"), ("Kosong", "tabel.lembar_kosong")):
        with pytest.raises(TableError) as failure:
            look(path, ReadChoice(sheet=name))
        assert failure.value.finding.rule == rule


def test_merged_cells_are_filled_down(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["kecamatan", "desa", "n"], ["Salem", "A", 1], [None, "B", 2], [None, "C", 3], ["Bumiayu", "D", 4]):
        sheet.append(row)
    sheet.merge_cells("A2:A4")
    saved(book, path)
    report = look(path)
    assert "tabel.sel_gabung" in rules(report)
    assert [row[1] for row in stage_rows(path, out)[1]] == ["Salem", "Salem", "Salem", "Bumiayu"]


def test_table_that_starts_at_c4(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for index, row in enumerate((["kode", "n"], ["01", 1], ["02", "x"], ["03", 3], ["04", 4], ["05", 5], ["06", 6])):
        for offset, value in enumerate(row):
            sheet.cell(4 + index, 3 + offset, value)
    report = look(saved(book, tmp_path / "a.xlsx"))
    assert report.layout.header_rows == (4,)
    assert [column.name for column in report.columns] == ["kode", "n"]
    assert [(cell.row, cell.value) for cell in report.bad_cells] == [(6, "x")]


def test_formulas_use_the_stored_value_and_say_where_none_is(tmp_path: Path) -> None:
    path = simple(tmp_path / "a.xlsx", ["kode", "n"], ["01", 1], ["02", "=B2+1"], ["03", "=B2+2"])
    stored = rewritten(path, {"xl/worksheets/sheet1.xml": (b"<f>B2+2</f><v></v>", b"<f>B2+2</f><v>3</v>")})
    report = look(stored)
    assert [(f.row, f.params["cell"]) for f in report.findings if f.rule == "tabel.rumus_tanpa_nilai"] == [(3, "B3")]
    assert report.columns[1].examples == ("1", "3")
    assert report.columns[1].null_count == 1


def test_error_cells_are_told(tmp_path: Path) -> None:
    path = simple(tmp_path / "a.xlsx", ["kode", "n"], ["01", 1], ["02", "#REF!"])
    assert [(f.row, f.value) for f in look(path).findings if f.rule == "tabel.sel_galat"] == [(3, "B3")]


def rewritten(path: Path, changes: dict[str, tuple[bytes, bytes]]) -> Path:
    """The workbook with bytes of a member replaced."""
    target = path.with_name("ubah_" + path.name)
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in source.namelist():
            data = source.read(name)
            if name in changes:
                old, new = changes[name]
                assert old in data
                data = data.replace(old, new)
            copy.writestr(name, data)
    return target


@pytest.mark.parametrize("epoch", [None, CALENDAR_MAC_1904])
def test_dates_and_serial_numbers_in_both_epochs(tmp_path: Path, out: Path, epoch: dt.datetime | None) -> None:
    serial = 46022 if epoch is None else 44560
    path = simple(
        tmp_path / "a.xlsx",
        ["tanggal", "tgl_serial", "waktu"],
        [dt.date(2025, 12, 31), serial, dt.datetime(2025, 12, 31, 10, 5)],  # noqa: DTZ001
        [dt.date(2024, 2, 29), serial - 1, dt.datetime(2025, 12, 30, 23, 59)],  # noqa: DTZ001
        epoch=epoch,
    )
    report = look(path)
    assert types(report) == {"tanggal": "date", "tgl_serial": "date", "waktu": "timestamp"}
    assert ("tabel.epoch_1904" in rules(report)) == (epoch is not None)
    _, cells = stage_rows(path, out, report.to_choice())
    assert cells == [
        ["1", "2025-12-31", "2025-12-31", "2025-12-31 10:05:00"],
        ["2", "2024-02-29", "2025-12-30", "2025-12-30 23:59:00"],
    ]


def test_numbers_that_are_text_and_numbers_that_are_numbers(tmp_path: Path, out: Path) -> None:
    """A number cell 1.234 is a fraction beyond doubt; a text cell "1.234,5" is Indonesian."""
    path = simple(tmp_path / "a.xlsx", ["nilai"], [1.234], ["1.234,5"], [7], ["2.000"])
    assert [row[1] for row in stage_rows(path, out)[1]] == ["1.234", "1234.5", "7", "2000"]


def test_long_numbers_stay_text_and_are_told(tmp_path: Path, out: Path) -> None:
    path = simple(tmp_path / "a.xlsx", ["nomor"], [3329010101010001], [3329010101010002])
    report = look(path)
    assert types(report) == {"nomor": "text"}
    assert "tabel.angka_16_digit" in rules(report)
    assert stage_rows(path, out)[1][0] == ["1", "3329010101010001"]


def test_old_excel(tmp_path: Path, out: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Data")
    day = xlwt.XFStyle()
    day.num_format_str = "DD/MM/YYYY"
    for row, (code, date, number) in enumerate(
        [("01", dt.date(2025, 1, 2), 5), ("02", dt.date(2025, 3, 4), 6.5)], start=2
    ):
        sheet.write(row, 0, code)
        sheet.write(row, 1, date, day)
        sheet.write(row, 2, number)
    for column, name in enumerate(("kode", "tanggal", "nilai")):
        sheet.write(1, column, name)
    path = tmp_path / "a.xls"
    book.save(str(path))
    report = look(path)
    assert report.format == "xls"
    assert stage_rows(path, out)[1] == [["1", "01", "2025-01-02", "5"], ["2", "02", "2025-03-04", "6.5"]]


def ods(path: Path, rows: list[list[object]], repeat: int = 1) -> Path:
    document = OpenDocumentSpreadsheet()
    table = Table(name="Lembar1")
    for row in rows:
        line = TableRow(numberrowsrepeated=repeat) if repeat > 1 else TableRow()
        for value in row:
            repeated = {"numbercolumnsrepeated": repeat} if repeat > 1 else {}
            number = isinstance(value, int | float)
            kind = {"valuetype": "float", "value": value} if number else {"valuetype": "string"}
            cell = TableCell(**kind, **(repeated if number else {}))
            cell.addElement(P(text=str(value)))
            line.addElement(cell)
        table.addElement(line)
    document.spreadsheet.addElement(table)
    document.save(str(path))
    return path


def test_open_document(tmp_path: Path, out: Path) -> None:
    path = ods(tmp_path / "a.ods", [["kode", "nilai"], ["01", 1.5], ["02", 2]])
    report = look(path)
    assert (report.format, report.sheet) == ("ods", "Lembar1")
    assert stage_rows(path, out)[1] == [["1", "01", "1.5"], ["2", "02", "2"]]


def test_open_document_that_unfolds_is_refused(tmp_path: Path) -> None:
    path = ods(tmp_path / "a.ods", [["kode", 1.5]], repeat=16_000)
    with pytest.raises(TableError) as failure:
        look(path)
    assert failure.value.finding.rule == "tabel.lembar_terlalu_luas"


def test_zip_bombs_are_refused(tmp_path: Path) -> None:
    path = simple(tmp_path / "a.xlsx", ["kode"], ["01"])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/bom.xml", "w") as stream:
        for _ in range(100):
            stream.write(b" " * 1_000_000)
    with pytest.raises(TableError) as failure:
        look(path)
    assert failure.value.finding.rule == "tabel.bom_zip"


def test_a_directory_that_lies_about_sizes_is_refused(tmp_path: Path) -> None:
    path = simple(tmp_path / "a.xlsx", ["kode"], ["01"])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/bom.bin", b"x" * 1_000_000)
        size = (1_000_000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (10).to_bytes(4, "little")))
    with pytest.raises(TableError) as failure:
        look(path)
    assert failure.value.finding.rule == "tabel.rusak"


def test_a_cell_far_away_is_refused_before_memory_is_taken(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "kode"
    sheet["XFD1048576"] = "jauh"
    with pytest.raises(TableError) as failure:
        look(saved(book, tmp_path / "a.xlsx"))
    assert failure.value.finding.rule == "tabel.lembar_terlalu_luas"
    assert "XFD1048576" in failure.value.finding.text


def test_entities_are_refused(tmp_path: Path) -> None:
    path = simple(tmp_path / "a.xlsx", ["kode"], ["01"])
    bad = rewritten(path, {"xl/workbook.xml": (b"<workbook ", b'<!DOCTYPE x [<!ENTITY a "b">]><workbook ')})
    with pytest.raises(TableError) as failure:
        look(bad)
    assert failure.value.finding.rule == "tabel.xml_entitas"


def test_encrypted_workbook_is_named_so(make: Make) -> None:
    body = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 500
    with pytest.raises(TableError) as failure:
        look(make(body, "a.xlsx"))
    assert failure.value.finding.rule == "tabel.terkunci"


def test_other_archives_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    for member, kind in (("word/document.xml", "Word"), ("xl/workbook.bin", "XLSB"), ("data.shp", "ZIP")):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(member, "x")
        with pytest.raises(TableError) as failure:
            look(path)
        assert kind in failure.value.finding.text


@pytest.mark.parametrize("seed", range(40))
def test_damaged_workbooks_never_raise_anything_else(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    kind = chance.choice(["xlsx", "xls", "ods"])
    path = tmp_path / f"a.{kind}"
    if kind == "xlsx":
        book = openpyxl.Workbook()
        bps_table(book)
        saved(book, path)
    elif kind == "ods":
        ods(path, [["kode", "nilai"], ["01", 1.5], ["02", 2]])
    else:
        old = xlwt.Workbook()
        sheet = old.add_sheet("x")
        for row in range(20):
            sheet.write(row, 0, f"nama {row}")
            sheet.write(row, 1, row * 1.5)
        old.save(str(path))
    data = bytearray(path.read_bytes())
    if kind != "xls" and chance.random() < 0.5:
        data = damaged_inside(bytes(data), chance)
    elif chance.random() < 0.3:
        del data[chance.randrange(len(data)) :]
    else:
        for _ in range(chance.randrange(1, 30)):
            data[chance.randrange(len(data))] = chance.randrange(256)
    path.write_bytes(data)
    with contextlib.suppress(TableError):
        assert look(path).columns


def damaged_inside(data: bytes, chance: random.Random) -> bytearray:
    """The same archive, whole, with bytes of one member changed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w") as copy:
        names = source.namelist()
        victim = chance.choice([name for name in names if name.endswith(".xml")])
        for name in names:
            content = bytearray(source.read(name))
            if name == victim and content:
                for _ in range(chance.randrange(1, 10)):
                    content[chance.randrange(len(content))] = chance.choice(b'<>/"=0A \xff')
            copy.writestr(name, bytes(content))
    return bytearray(target.getvalue())


def test_chosen_type_reads_serial_numbers_as_days(tmp_path: Path, out: Path) -> None:
    path = simple(tmp_path / "a.xlsx", ["mulai"], [46022], [46023])
    assert types(look(path)) == {"mulai": "integer"}
    choice = ReadChoice(columns=(ColumnChoice(0, ColumnType.DATE),))
    assert [row[1] for row in stage_rows(path, out, choice)[1]] == ["2025-12-31", "2026-01-01"]
