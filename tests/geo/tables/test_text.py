"""Delimited text: encodings, delimiters, quotes, ragged rows; every refusal clear, every row number true."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from geo.tables import ReadChoice, TableError, inspect
from geo.tables.sniff import delimiter_of, looks_binary
from geo.tables.types import ColumnChoice
from tests.geo.tables.conftest import Make, look, rules, stage_rows, types

SHARED = Path(__file__).parent / "data"


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]


@pytest.mark.parametrize(
    ("delimiter", "encoding", "ending"),
    [
        *((delimiter, "utf-8", "\n") for delimiter in (",", ";", "\t", "|", "~", "^")),
        *((";", encoding, ending) for encoding in ENCODINGS for ending in ("\n", "\r\n", "\r")),
    ],
)
def test_delimiters_encodings_and_line_ends(make: Make, out: Path, delimiter: str, encoding: str, ending: str) -> None:
    rows = [["kode", "nama café", "jumlah"], ["33.29.01", "Salém", "10"], ["33.29.02", "Bantarkawung", "-"]]
    text = ending.join(delimiter.join(row) for row in rows) + ending
    path = make(text.encode(encoding), "data.txt")
    report = look(path)
    assert report.delimiter == delimiter
    assert types(report) == {"kode": "text", "nama_cafe": "text", "jumlah": "integer"}
    staged, cells = stage_rows(path, out, report.to_choice())
    assert cells == [["1", "33.29.01", "Salém", "10"], ["2", "33.29.02", "Bantarkawung", ""]]
    assert [column.null_count for column in staged.columns] == [0, 0, 1]
    assert ("tabel.penyandian_ditebak" in rules(report)) == (not encoding.startswith("utf-8"))


def test_quotes_hold_delimiters_line_ends_and_quotes(make: Make, out: Path) -> None:
    path = make('kode,catatan\n"01","satu, dua"\n"02","baris\nkedua ""kutip"""\n"03",""\n')
    _, cells = stage_rows(path, out)
    assert cells == [["1", "01", "satu, dua"], ["2", "02", 'baris\nkedua "kutip"'], ["3", "03", ""]]


def test_apostrophes_as_quotes(make: Make, out: Path) -> None:
    path = make("nama;jumlah\n'Losari; Utara';5\n'Wanasari';6\n")
    assert look(path).quote == "'"
    assert stage_rows(path, out)[1] == [["1", "Losari; Utara", "5"], ["2", "Wanasari", "6"]]


def test_rows_after_a_quoted_line_end_are_numbered_as_records(make: Make) -> None:
    path = make('nama,jumlah\n"a\nb",1\nc,2\nd,3\ne,4\nf,x\n')
    report = look(path)
    assert [(cell.row, cell.value) for cell in report.bad_cells] == [(6, "x")]


def test_blank_lines_count_as_rows(make: Make) -> None:
    path = make("nama,jumlah\na,1\n\nb,2\nc,3\nd,4\ne,x\n")
    report = look(path)
    assert [(cell.row, cell.column, cell.value) for cell in report.bad_cells] == [(7, "jumlah", "x")]
    assert "tabel.baris_kosong" in rules(report)


def test_excel_directive_names_the_delimiter(make: Make) -> None:
    report = look(make("sep=|\nkode|nama\n01|a,b;c\n02|d,e;f\n"))
    assert report.delimiter == "|"
    assert report.layout.header_rows == (2,)
    assert report.row_count == 2


def test_semicolon_with_decimal_commas(make: Make, out: Path) -> None:
    path = make("desa;luas\nA;1,5\nB;2,25\nC;1.000,75\n")
    report = look(path)
    assert types(report) == {"desa": "text", "luas": "numeric"}
    assert [row[2] for row in stage_rows(path, out)[1]] == ["1.5", "2.25", "1000.75"]


def test_empty_file_is_refused(make: Make) -> None:
    with pytest.raises(TableError) as failure:
        look(make(b""))
    assert failure.value.finding.rule == "tabel.berkas_kosong"
    assert "kosong" in failure.value.finding.text


@pytest.mark.parametrize("content", ["\n\n\n", "  \n \n", ",,,\n,,,\n", "\ufeff", "\ufeff\n"])
def test_file_of_blanks_is_refused(make: Make, content: str) -> None:
    with pytest.raises(TableError) as failure:
        look(make(content))
    assert failure.value.finding.rule == "tabel.lembar_kosong"


def test_header_without_rows_is_told_and_not_loaded(make: Make, out: Path) -> None:
    path = make("kode,nama,jumlah\n")
    report = look(path)
    assert report.row_count == 0
    assert [column.name for column in report.columns] == ["kode", "nama", "jumlah"]
    assert "tabel.tanpa_baris" in rules(report)
    with pytest.raises(TableError) as failure:
        stage_rows(path, out, report.to_choice())
    assert failure.value.finding.rule == "tabel.tanpa_baris"
    assert list(out.iterdir()) == []


def test_duplicate_and_empty_headers_are_repaired(make: Make) -> None:
    report = look(make("kode,Jumlah,Jumlah,,jumlah\n01,1,2,x,3\n"))
    assert [column.name for column in report.columns] == ["kode", "jumlah", "jumlah_2", "kolom_4", "jumlah_3"]
    assert rules(report).count("tabel.kepala_ganda") == 2
    assert rules(report).count("tabel.kepala_kosong") == 1


def test_two_thousand_columns_are_refused_and_1500_are_not(make: Make, out: Path) -> None:
    def table(width: int) -> str:
        head = ",".join(f"k{i}" for i in range(width))
        return "\n".join([head, *(",".join(str(row * i) for i in range(width)) for row in range(1, 4))]) + "\n"

    with pytest.raises(TableError) as failure:
        look(make(table(2000)))
    assert failure.value.finding.rule == "tabel.kolom_terlalu_banyak"
    assert failure.value.finding.params["columns"] == 2000
    path = make(table(1500))
    staged, cells = stage_rows(path, out)
    assert len(staged.columns) == 1500
    assert cells[2][1500] == str(3 * 1499)


@pytest.mark.parametrize("seed", range(3))
def test_binary_garbage_named_csv_is_refused(make: Make, seed: int) -> None:
    with pytest.raises(TableError) as failure:
        look(make(random.Random(seed).randbytes(20_000)))
    assert failure.value.finding.rule in ("tabel.biner", "tabel.bukan_tabel")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"<!DOCTYPE html><html><table></table></html>", "HTML"),
        (b"<?xml version='1.0'?><a/>", "XML"),
        (b"SQLite format 3\x00", "SQLite"),
        (b"\x1f\x8b\x08\x00", "gzip"),
    ],
)
def test_other_files_named_csv_are_named(make: Make, content: bytes, kind: str) -> None:
    with pytest.raises(TableError) as failure:
        look(make(content + b" " * 100))
    assert failure.value.finding.rule == "tabel.bukan_tabel"
    assert kind in failure.value.finding.text


def test_nul_bytes_are_dropped_and_told(make: Make, out: Path) -> None:
    rows = "".join(f"{i:05d},desa {i}\n" for i in range(500))
    path = make("kode,nama\n" + rows + "9\x009,x\n")
    report = look(path)
    found = [finding for finding in report.findings if finding.rule == "tabel.karakter_nul"]
    assert [finding.row for finding in found] == [502]
    assert stage_rows(path, out)[1][-1] == ["501", "99", "x"]


def test_broken_characters_are_told_by_row(make: Make) -> None:
    good = "".join(f"{i:03d},Désa é {i}\n" for i in range(60)).encode()
    report = look(make(b"kode,nama\n" + good + b"061,\xed\xa0\x80 surogat\n"))
    assert report.encoding == "utf-8"
    found = [finding for finding in report.findings if finding.rule == "tabel.karakter_rusak"]
    assert [finding.row for finding in found] == [62]


def test_lone_surrogate_in_utf16(make: Make) -> None:
    text = "kode,nama\n01,a\n".encode("utf-16-le") + b"02,"[:0] + "02,".encode("utf-16-le") + b"\x00\xd8"
    report = look(make(b"\xff\xfe" + text + "\n".encode("utf-16-le")))
    assert [f.row for f in report.findings if f.rule == "tabel.karakter_rusak"] == [3]


def test_ragged_rows_lose_nothing(make: Make, out: Path) -> None:
    path = make("kode,nama,jumlah\n01,a,1\n02,b\n03,c,3,lebih\n04,d,4,\n05,e,5\n")
    report = look(path)
    by_rule = {finding.rule: finding for finding in report.findings}
    assert by_rule["tabel.baris_kurang_sel"].row == 3
    assert by_rule["tabel.baris_lebih_sel"].row == 4
    assert [column.name for column in report.columns] == ["kode", "nama", "jumlah", "kolom_4"]
    assert stage_rows(path, out, report.to_choice())[1][2] == ["3", "03", "c", "3", "lebih"]


def test_unclosed_quote_names_the_row(make: Make) -> None:
    path = make('kode,nama\n01,a\n02,"b\n03,c\n04,d\n')
    with pytest.raises(TableError) as failure:
        look(path)
    assert failure.value.finding.rule == "tabel.kutip_tidak_ditutup"
    assert failure.value.finding.row == 3
    report = look(path, ReadChoice(quote=""))
    assert report.row_count == 4
    assert report.columns[1].examples[0] == '"b'


def test_unclosed_quote_in_a_long_file(make: Make) -> None:
    rows = "".join(f"{i},nama {i}\n" for i in range(60_000))
    with pytest.raises(TableError) as failure:
        look(make("kode,nama\n" + rows + '1,"x\n' + rows))
    assert failure.value.finding.rule == "tabel.kutip_tidak_ditutup"
    assert failure.value.finding.row == 60_002


def test_stray_quotes_are_kept(make: Make, out: Path) -> None:
    path = make('nama,jumlah\n"Desa "Maju" Jaya",5\n"biasa",6\n')
    report = look(path)
    assert [f.row for f in report.findings if f.rule == "tabel.kutip_ganjil"] == [2]
    assert stage_rows(path, out)[1] == [["1", 'Desa "Maju" Jaya', "5"], ["2", "biasa", "6"]]


def test_a_cell_of_three_megabytes(make: Make, out: Path) -> None:
    for big in ("x" * 3_000_000, '"' + ('y""' * 100_000 + "\n") * 10 + '"'):
        path = make(f"kode,isi\n01,{big}\n02,b\n")
        _, cells = stage_rows(path, out)
        assert len(cells) == 2
        assert len(cells[0][2]) == (3_000_000 if big[0] == "x" else 10 * 200_001 - 1)  # the last line end is trimmed


def test_edges_are_trimmed_in_every_reader(make: Make, out: Path) -> None:
    for text in (" 5 ", "5\u00a0", "\u200b5"):
        path = make(f"kode,jumlah\n01,{text}\n02,6\n")
        assert stage_rows(path, out)[1][0] == ["1", "01", "5"]
    ragged = make("kode,jumlah,x\n01, 5 \n02,6,7\n")
    assert stage_rows(ragged, out)[1][0] == ["1", "01", "5", ""]


def test_chosen_encoding_and_delimiter(make: Make) -> None:
    path = make("kode|nama;x\n01|Salém;y\n02|b;z\n".encode("cp437"))
    report = look(path, ReadChoice(encoding="cp437", delimiter=";"))
    assert [column.label for column in report.columns] == ["kode|nama", "x"]
    assert report.columns[0].examples == ("01|Salém", "02|b")


@pytest.mark.parametrize(
    "choice",
    [
        ReadChoice(encoding="rot13"),
        ReadChoice(encoding="zlib"),
        ReadChoice(encoding="tidak ada"),
        ReadChoice(delimiter="ab"),
        ReadChoice(delimiter="\n"),
        ReadChoice(quote="ab"),
        ReadChoice(quote="\n"),
        ReadChoice(quote=",", delimiter=","),
        ReadChoice(header_rows=(99,)),
        ReadChoice(header_rows=(2,), first_row=1),
        ReadChoice(header_rows=(), first_row=-5),
        ReadChoice(skip_rows=tuple(range(1, 20_000))),
        ReadChoice(last_row=10**12),
        ReadChoice(null_marks=("\x00",)),
        ReadChoice(null_marks=("\ud800",)),
        ReadChoice(null_marks=("x",) * 100),
        ReadChoice(columns=(ColumnChoice(7),)),
        ReadChoice(columns=(ColumnChoice(-1),)),
        ReadChoice(columns=(ColumnChoice(0), ColumnChoice(0))),
        ReadChoice(columns=(ColumnChoice(0, label="a\x00"),)),
        ReadChoice(columns=(ColumnChoice(0, decimal="x"),)),
        ReadChoice(columns=(ColumnChoice(0, date_order="ymd"),)),
        ReadChoice(columns=(ColumnChoice(0, name="b"), ColumnChoice(1, name="b"))),
        ReadChoice(columns=(ColumnChoice(0, drop=True), ColumnChoice(1, drop=True))),
    ],
)
def test_choices_that_cannot_be_are_refused(make: Make, choice: ReadChoice) -> None:
    with pytest.raises(TableError) as failure:
        look(make("a,b\n1,2\n"), choice)
    assert failure.value.finding.rule in ("tabel.pilihan_keliru", "tabel.penyandian_tidak_cocok")


def test_binary_look() -> None:
    assert not looks_binary("kode,nama\n" * 10)
    assert looks_binary("\x00\x01\x02\x03" * 100)


def test_one_column_file(make: Make, out: Path) -> None:
    path = make("nama\nBrebes\nBumiayu\n")
    assert stage_rows(path, out)[1] == [["1", "Brebes"], ["2", "Bumiayu"]]
    assert delimiter_of("nama\nBrebes\n", "x.tsv") == "\t"


@pytest.mark.parametrize("name", ["luas_wilayah_jawa.csv", "penduduk_jenis_kelamin_jawa.csv"])
def test_real_files(name: str, out: Path) -> None:
    report = inspect(SHARED / name, name)
    assert report.row_count == 125
    assert types(report)["kode"] == "text"
    staged, cells = stage_rows(SHARED / name, out, report.to_choice())
    assert staged.row_count == 125
    source = (SHARED / name).read_text().splitlines()[1:]
    assert [",".join(row[1:]) for row in cells] == source
    assert set(types(report).values()) <= {"text", "integer", "numeric"}
