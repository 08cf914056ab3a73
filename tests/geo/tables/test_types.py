"""Types over the whole column: numbers, dates, codes, doubts; what does not fit is listed and never lost."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.tables import ReadChoice, StageError
from geo.tables.guess import guess_type
from geo.tables.patterns import MONTHS
from geo.tables.types import BadCells, ColumnChoice, ColumnType
from tests.geo.tables.conftest import Make, look, rules, stage_rows, types

MONTH_NAMES = [names[0] for names in MONTHS]


def column(make: Make, *cells: str, name: str = "kolom") -> Path:
    """A file of one named column beside a text column."""
    return make("\n".join([f"x;{name}", *(f"a;{cell}" for cell in cells)]) + "\n")


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (("1", "-2", "+3", "0"), "integer", ("1", "-2", "3", "0")),
        (("1.234", "12.345.678", "7"), "integer", ("1234", "12345678", "7")),
        (("1 234", "12 345 678"), "integer", ("1234", "12345678")),
        (("1.234,5", "0,75", "3"), "numeric", ("1234.5", "0.75", "3")),
        (("1234.5", "0.75", "3"), "numeric", ("1234.5", "0.75", "3")),
        (("1,234.5", "7", "1,000,000.25"), "numeric", ("1234.5", "7", "1000000.25")),
        (("Rp 1.500.000", "Rp2.000,50", "Rp. 7"), "numeric", ("1500000", "2000.50", "7")),
        (("12,5%", "7 %", "100%"), "numeric", ("12.5", "7", "100")),
        (("1.5e3", "2.5"), "numeric", ("1.5e3", "2.5")),
        (("5", "-", "...", "*", "NA", "n/a", "–"), "integer", ("5", "", "", "", "", "", "")),
        (
            ("31 Desember 2025", "1 Agt 2024", "Senin, 6 Januari 2025"),
            "date",
            ("2025-12-31", "2024-08-01", "2025-01-06"),
        ),
        (("31/12/2025", "01-02-2025", "3.4.2025"), "date", ("2025-12-31", "2025-02-01", "2025-04-03")),
        (("2025-12-31", "2025/1/2"), "date", ("2025-12-31", "2025-01-02")),
        (("12/31/2025", "01/02/2025"), "date", ("2025-12-31", "2025-01-02")),
        (("31/12/2025 10:05", "01/02/2025 9.30"), "timestamp", ("2025-12-31 10:05:00", "2025-02-01 09:30:00")),
        (("2025-12-31T10:05:06", "2025-12-31"), "timestamp", ("2025-12-31 10:05:06", "2025-12-31 00:00:00")),
        (("Ya", "tidak", "YA"), "boolean", ("true", "false", "true")),
        (("benar", "salah", "true"), "boolean", ("true", "false", "true")),
        (("33.29.01", "33.29"), "text", ("33.29.01", "33.29")),
        (("007", "8"), "text", ("007", "8")),
        (("3329010101010001", "5"), "text", ("3329010101010001", "5")),
        (("-", "..."), "text", ("-", "...")),
        (("1.5", "1,5"), "text", ("1.5", "1,5")),
        (("31/02/2025", "01/01/2025"), "text", ("31/02/2025", "01/01/2025")),
    ],
)
def test_readings(make: Make, out: Path, cells: tuple[str, ...], kind: str, values: tuple[str, ...]) -> None:
    path = column(make, *cells)
    report = look(path)
    assert types(report)["kolom"] == kind
    for choice in (None, report.to_choice()):
        assert tuple(row[2] for row in stage_rows(path, out, choice)[1]) == values


@pytest.mark.parametrize("name", ["Kode Wilayah", "kode_pos", "NIK", "NIP", "KBLI", "kd_desa", "No. HP", "NPSN"])
def test_codes_by_name_stay_text(make: Make, name: str) -> None:
    report = look(column(make, "52200", "52201", name=name))
    assert report.columns[1].type is ColumnType.TEXT
    assert "kode" in report.columns[1].why


@pytest.mark.parametrize(("name", "kind"), [("Tahun", "year"), ("thn", "year"), ("jumlah", "integer")])
def test_years_by_name(make: Make, out: Path, name: str, kind: str) -> None:
    path = column(make, "2023", "2024", name=name)
    assert look(path).columns[1].type.value == kind
    assert stage_rows(path, out)[0].columns[1].pg_type == ("smallint" if kind == "year" else "integer")


def test_a_late_cell_decides(make: Make) -> None:
    """Not a vote: one cell in 5,001, far beyond any sample's first rows, keeps the column text and is listed."""
    report = look(column(make, *["5"] * 5000, "lima", name="jumlah"))
    guess = report.columns[1]
    assert (guess.type, guess.near_type, guess.bad_count) == (ColumnType.TEXT, ColumnType.INTEGER, 1)
    assert [(cell.row, cell.column, cell.value) for cell in report.bad_cells] == [(5002, "jumlah", "lima")]
    assert "1 dari 5.001" in guess.why


def test_a_late_fraction_makes_the_column_numeric(make: Make, out: Path) -> None:
    path = column(make, *["5"] * 4000, "1,5", name="nilai")
    assert types(look(path))["nilai"] == "numeric"
    assert stage_rows(path, out)[1][-1][2] == "1.5"


def test_one_thousand_or_one_and_a_bit(make: Make, out: Path) -> None:
    alone = column(make, "1.234", "512")
    report = look(alone)
    assert types(report)["kolom"] == "integer"
    assert "tabel.angka_ambigu" in rules(report)
    assert "ribuan" in report.columns[1].why
    assert [row[2] for row in stage_rows(alone, out, report.to_choice())[1]] == ["1234", "512"]
    chosen = ReadChoice(columns=(ColumnChoice(1, ColumnType.NUMERIC, decimal="."),))
    assert [row[2] for row in stage_rows(alone, out, chosen)[1]] == ["1.234", "512"]
    ungrouped = look(column(make, "1.234", "51200"))
    assert types(ungrouped)["kolom"] == "numeric"
    assert "tanpa pemisah ribuan" in ungrouped.columns[1].why
    beside = look(make("a;b\n1.234;1,5\n2.345;2,5\n"))
    assert types(beside) == {"a": "integer", "b": "numeric"}
    assert "tabel.angka_ambigu" not in rules(beside)
    english = look(make("a;b\n1.234;1.5\n2.345;2.55\n"))
    assert types(english) == {"a": "numeric", "b": "numeric"}


def test_american_dates_are_doubted_aloud(make: Make) -> None:
    report = look(column(make, "12/31/2025", "01/02/2025"))
    assert "tabel.tanggal_ambigu" in rules(report)
    assert report.columns[1].date_order == "mdy"


def test_zoned_times(make: Make, out: Path) -> None:
    path = column(make, "2025-12-31T10:05:06+07:00", "2025-12-31T03:05:06Z")
    staged, cells = stage_rows(path, out)
    assert staged.columns[1].pg_type == "timestamptz"
    assert {dt.datetime.fromisoformat(row[2]).astimezone(dt.UTC) for row in cells} == {
        dt.datetime(2025, 12, 31, 3, 5, 6, tzinfo=dt.UTC)
    }


def test_own_null_marks(make: Make, out: Path) -> None:
    path = column(make, "5", "-999", "tad", "-")
    choice = ReadChoice(null_marks=("-999", "TAD", "-"))
    report = look(path, choice)
    assert types(report)["kolom"] == "integer"
    assert report.null_marks == ("-999", "TAD", "-")
    assert [row[2] for row in stage_rows(path, out, report.to_choice())[1]] == ["5", "", "", ""]


def test_cells_that_do_not_fit_a_chosen_type_refuse_the_load(make: Make, out: Path) -> None:
    path = column(make, "1", "dua", "3", "empat", name="Jumlah")
    choice = ReadChoice(columns=(ColumnChoice(1, ColumnType.INTEGER),))
    with pytest.raises(StageError) as failure:
        stage_rows(path, out, choice)
    assert failure.value.bad_cell_count == 2
    assert [(cell.row, cell.value) for cell in failure.value.bad_cells] == [(3, "dua"), (5, "empat")]
    assert failure.value.finding.row == 3
    assert "“dua”" in failure.value.finding.text
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(
    ("policy", "kind", "values", "rule"),
    [
        (BadCells.BLANK, "integer", ["1", "", "3"], "tabel.sel_dikosongkan"),
        (BadCells.AS_TEXT, "text", ["1", "dua", "3"], "tabel.dijadikan_teks"),
    ],
)
def test_the_officer_decides_what_becomes_of_them(
    make: Make, out: Path, policy: BadCells, kind: str, values: list[str], rule: str
) -> None:
    path = column(make, "1", "dua", "3")
    choice = ReadChoice(columns=(ColumnChoice(1, ColumnType.INTEGER, bad_cells=policy),))
    staged, cells = stage_rows(path, out, choice)
    assert staged.columns[1].type.value == kind
    assert [row[2] for row in cells] == values
    assert rule in rules(staged)
    assert [(cell.row, cell.value) for cell in staged.bad_cells] == [(3, "dua")]
    assert staged.columns[1].null_count == values.count("")


def test_the_list_is_bounded_and_the_count_is_not(make: Make, out: Path) -> None:
    path = column(make, *[f"kata {i}" for i in range(3000)])
    with pytest.raises(StageError) as failure:
        stage_rows(path, out, ReadChoice(columns=(ColumnChoice(1, ColumnType.DATE),)))
    assert (len(failure.value.bad_cells), failure.value.bad_cell_count) == (1000, 3000)


def test_columns_are_renamed_and_dropped(make: Make, out: Path) -> None:
    path = make("a,b,c\n1,2,3\n")
    choice = ReadChoice(
        columns=(ColumnChoice(0, name="kode", label="Kode Wilayah", type=ColumnType.TEXT), ColumnChoice(1, drop=True))
    )
    staged, cells = stage_rows(path, out, choice)
    assert [(c.name, c.label, c.pg_type) for c in staged.columns] == [
        ("kode", "Kode Wilayah", "text"),
        ("c", "c", "integer"),
    ]
    assert cells == [["1", "1", "3"]]


def test_a_report_carries_every_choice_on(make: Make, out: Path) -> None:
    path = make("kec,desa,n\nSalem,A,1\n,B,x\n,C,3\nBumiayu,D,4\n")
    first = ReadChoice(
        columns=(
            ColumnChoice(0, fill_down=True),
            ColumnChoice(1, drop=True),
            ColumnChoice(2, ColumnType.INTEGER, bad_cells=BadCells.BLANK),
        )
    )
    report = look(path, first)
    again = look(path, report.to_choice())
    assert again.to_choice() == report.to_choice()
    _, cells = stage_rows(path, out, again.to_choice())
    assert cells == [["1", "Salem", "1"], ["2", "Salem", ""], ["3", "Salem", "3"], ["4", "Bumiayu", "4"]]


@pytest.mark.parametrize("name", ["Kode", "_id", "1a", "a b", "a;b", 'a"b', "ctid", "x" * 64])
def test_unsafe_names_are_refused(make: Make, out: Path, name: str) -> None:
    with pytest.raises(Exception, match="pengenal"):
        stage_rows(make("a,b\n1,2\n"), out, ReadChoice(columns=(ColumnChoice(0, name=name),)))


def test_integers_of_int8_and_int4(make: Make, out: Path) -> None:
    staged, _ = stage_rows(make("a,b\n1,2147483648\n2,-5\n"), out)
    assert [column.pg_type for column in staged.columns] == ["integer", "bigint"]
    assert (staged.columns[1].minimum, staged.columns[1].maximum) == ("-5", "2147483648")


def test_codes_ruined_by_spreadsheets_are_told(make: Make) -> None:
    report = look(column(make, "3,32901E+15", "3,32902E+15", name="NIK"))
    assert [f.row for f in report.findings if f.rule == "tabel.kode_ilmiah"] == [2, 3]


def test_totals_in_the_middle_are_told_and_kept(make: Make) -> None:
    report = look(make("desa;n\nA;1\nJumlah;1\nB;2\nC;3\n"))
    assert [f.row for f in report.findings if f.rule == "tabel.jumlah_di_tengah"] == [3]
    assert report.row_count == 4


def test_nothing_to_go_by() -> None:
    assert guess_type("x", 0, {}).type is ColumnType.TEXT


def grouped(number: Decimal) -> str:
    """A number as Indonesians write it."""
    whole, _, fraction = format(abs(number), "f").partition(".")
    sign = "-" if number < 0 else ""
    return sign + f"{int(whole):,}".replace(",", ".") + (f",{fraction}" if fraction else "")


LOOSE = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
NUMBERS = st.decimals(min_value=-(10**11), max_value=10**11, places=2, allow_nan=False, allow_infinity=False)


@LOOSE
@given(st.lists(NUMBERS, min_size=1, max_size=20))
def test_indonesian_numbers_round_trip(make: Make, out: Path, numbers: list[Decimal]) -> None:
    _, cells = stage_rows(column(make, *map(grouped, numbers)), out)
    assert [Decimal(row[2]) for row in cells] == numbers


@LOOSE
@given(st.lists(NUMBERS, min_size=1, max_size=20))
def test_plain_numbers_round_trip(make: Make, out: Path, numbers: list[Decimal]) -> None:
    _, cells = stage_rows(column(make, *(format(number, "f") for number in numbers)), out)
    assert [Decimal(row[2]) for row in cells] == numbers


@LOOSE
@given(
    st.lists(st.dates(min_value=dt.date(1000, 1, 1)), min_size=1, max_size=20),
    st.sampled_from(["%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d", "nama"]),
)
def test_dates_round_trip(make: Make, out: Path, days: list[dt.date], form: str) -> None:
    def written(day: dt.date) -> str:
        if form == "nama":
            return f"{day.day} {MONTH_NAMES[day.month - 1].title()} {day.year}"
        return day.strftime(form)

    choice = ReadChoice(columns=(ColumnChoice(1, ColumnType.DATE, date_order="dmy"),))
    staged, cells = stage_rows(column(make, *map(written, days)), out, choice)
    assert [dt.date.fromisoformat(row[2]) for row in cells] == days
    assert staged.columns[1].minimum == min(days).isoformat()
    assert staged.columns[1].maximum == max(days).isoformat()
