"""Where the table stands: titles, headers of several rows, column numbers, totals and notes; names made safe."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.tables import ReadChoice
from geo.tables.layout import footer_roles, guess_header, is_number_row, join_labels, role_of
from geo.tables.names import identifier, name_columns
from tests.geo.tables.conftest import Make, look, rules, stage_rows, types


def labels(text: str, delimiter: str = ";") -> tuple[tuple[int, ...], tuple[str, ...], int]:
    """Header rows, labels and first data row guessed for a small table."""
    rows = [(number, line.split(delimiter)) for number, line in enumerate(text.splitlines(), start=1)]
    header = guess_header(rows)
    return header.rows, header.labels, header.first_row


@pytest.mark.parametrize(
    ("text", "rows", "names", "first"),
    [
        ("kode;nama\n01;a", (1,), ("kode", "nama"), 2),
        ("Tabel 1\n\nkode;nama;n\n01;a;1", (3,), ("kode", "nama", "n"), 4),
        ("Kecamatan;2023;2024\nSalem;5;6", (1,), ("Kecamatan", "2023", "2024"), 2),
        ("2021;2022;2023\n5;6;7\n8;9;10", (1,), ("2021", "2022", "2023"), 2),
        (
            "Kecamatan;Jumlah;;Rasio\n;Laki-laki;Perempuan;\nSalem;1;2;3",
            (1, 2),
            ("Kecamatan", "Jumlah – Laki-laki", "Jumlah – Perempuan", "Rasio"),
            3,
        ),
        (
            "Kecamatan;Jumlah Penduduk;;\n;2023;2024;2025\nSalem;1;2;3",
            (1, 2),
            ("Kecamatan", "Jumlah Penduduk – 2023", "Jumlah Penduduk – 2024", "Jumlah Penduduk – 2025"),
            3,
        ),
        (
            "No;Kec;Penduduk;;;\n;;Laki;;Perempuan;\n;;Kota;Desa;Kota;Desa\n1;Salem;1;2;3;4",
            (1, 2, 3),
            ("No", "Kec", "Penduduk – Laki – Kota", "Penduduk – Laki – Desa", "Penduduk – Perempuan – Kota",
             "Penduduk – Perempuan – Desa"),
            4,
        ),
        ("Kec;n;m\n(1);(2);(3)\nSalem;1;2", (1,), ("Kec", "n", "m"), 3),
        ("Kec;n;m\n1;2;3\nSalem;4;5", (1,), ("Kec", "n", "m"), 3),
        ("a;b;c\n1;2;3\n4;5;6", (1,), ("a", "b", "c"), 2),
        ("1;2;3\n4;5;6", (), (), 1),
        ("nama\nBrebes", (1,), ("nama",), 2),
        ("kode;nama;ket\n01;a;\n02;b;x", (1,), ("kode", "nama", "ket"), 2),
        ("nama;alamat\nBudi;Brebes\nSiti;", (1,), ("nama", "alamat"), 2),
    ],
)  # fmt: skip
def test_headers(text: str, rows: tuple[int, ...], names: tuple[str, ...], first: int) -> None:
    assert labels(text) == (rows, names, first)


@pytest.mark.parametrize(
    ("cells", "width", "role"),
    [
        (["", " "], 2, "kosong"),
        (["Sumber: BPS"], 4, "catatan"),
        (["Catatan : sementara", "", ""], 4, "catatan"),
        (["*) angka sementara", "", ""], 4, "catatan"),
        (["Jumlah", "5", "6"], 3, "jumlah"),
        (["", "Jumlah/Total", "6"], 3, "jumlah"),
        (["Total Kabupaten Brebes", "5", "6"], 3, "jumlah"),
        (["Jumlah Sekolah", "5", "6"], 3, "data"),
        (["Salem", "5", "6"], 3, "data"),
        (["Rata-rata", "5", "6"], 3, "jumlah"),
    ],
)
def test_roles(cells: list[str], width: int, role: str) -> None:
    assert role_of(cells, width) == role


def test_footers_are_found_from_the_end() -> None:
    tail = [
        (5, ["Salem", "1", "2"]),
        (6, ["Jumlah", "1", "2"]),
        (7, ["", "", ""]),
        (8, ["Sumber: BPS", "", ""]),
        (9, ["Diolah bidang statistik", "", ""]),
    ]
    assert footer_roles(tail, 3) == {9: "catatan", 8: "catatan", 7: "kosong", 6: "jumlah"}
    assert footer_roles([(1, ["Jumlah Guru", "1"]), (2, ["Jumlah Murid", "2"])], 2) == {}


def test_a_statistics_table_as_csv(make: Make, out: object) -> None:
    path = make(
        "Tabel 4.1 Jumlah Sekolah\nKabupaten Brebes 2025\n\nKode;Kecamatan;Jumlah;\n;;Negeri;Swasta\n"
        "33.29.01;Salem;1.200;-\n33.29.02;Bumiayu;950;15\n;Jumlah;2.150;15\nSumber: Dindik\n\n"
    )
    report = look(path)
    assert report.layout.header_rows == (4, 5)
    assert (report.layout.first_row, report.layout.last_row) == (6, 7)
    assert report.layout.title == ("Tabel 4.1 Jumlah Sekolah", "Kabupaten Brebes 2025")
    assert list(types(report).values()) == ["text", "text", "integer", "integer"]
    assert [column.name for column in report.columns][2:] == ["jumlah_negeri", "jumlah_swasta"]
    assert rules(report).count("tabel.baris_kurang_sel") == 0


def test_no_header_and_the_officer_says_so(make: Make, out: object) -> None:
    path = make("1;2\n3;4\n")
    report = look(path)
    assert [column.name for column in report.columns] == ["kolom_1", "kolom_2"]
    assert "tabel.tanpa_kepala" in rules(report)
    assert report.row_count == 2
    named = look(make("a;b\nc;d\n"), ReadChoice(header_rows=()))
    assert named.row_count == 2
    assert "tabel.kepala_kosong" not in rules(named)


def test_rows_left_out_by_choice(make: Make, out: object) -> None:
    path = make("kode,n\n01,1\n02,2\n03,3\n04,4\n")
    choice = ReadChoice(first_row=3, last_row=4, skip_rows=())
    report = look(path, choice)
    assert (report.row_count, report.layout.header_rows) == (2, (1,))
    assert [row.role for row in report.preview] == ["kepala", "judul", "data", "data", "lewati"]


def test_joined_labels_leave_nameless_columns_nameless() -> None:
    assert join_labels([["a", "", "b"], ["x", "y", ""]], 4) == ("a – x", "a – y", "b", "")
    assert join_labels([["a", "", "b"]], 3) == ("a", "", "b")
    assert is_number_row(["(1)", "(2)"], 2)
    assert not is_number_row(["1", "2"], 2)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Jumlah Penduduk (jiwa)", "jumlah_penduduk_jiwa"),
        ("Luas km²", "luas_km2"),
        ("% Miskin", "persen_miskin"),
        ("2023", "k_2023"),
        ("_id", "id"),
        ("Café – Resto", "cafe_resto"),
        ("xmin", "xmin_"),
        ("数", ""),
        ("x" * 100, "x" * 63),
    ],
)
def test_identifiers(text: str, name: str) -> None:
    assert identifier(text) == name


@settings(database=None, deadline=None)
@given(st.lists(st.text(max_size=80), min_size=1, max_size=60))
def test_names_are_safe_and_unique(texts: list[str]) -> None:
    named, _ = name_columns(texts, "")
    names = [each.name for each in named]
    assert len(set(names)) == len(names) == len(texts)
    assert all(0 < len(name.encode()) <= 63 and name.isascii() and name[0].isalpha() for name in names)
    assert all(each.label for each in named)


def test_staged_rows_follow_the_layout(make: Make, tmp_path: object) -> None:
    path = make("Judul\nkode;n\n01;1\nJumlah;1\n")
    _, cells = stage_rows(path, path.parent)
    assert cells == [["1", "01", "1"]]
