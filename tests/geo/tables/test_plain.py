"""What one look calls plain, the careful reading takes as it is, with the same bounds; and plain files are plain."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geo.tables import ReadChoice, patterns, plain
from geo.tables.columns import Columns, RawColumn
from geo.tables.engine import connect
from geo.tables.plain import Asked, Seen
from geo.tables.types import BadCells, ColumnChoice, ColumnType
from tests.geo.tables.conftest import Make, look, rules, stage_rows

TYPES = (ColumnType.INTEGER, ColumnType.YEAR, ColumnType.DATE, ColumnType.NUMERIC)
#: Spellings that a cast takes and a file may hold, most of them not as they are stored.
CELLS = st.one_of(
    st.integers().map(str),
    st.integers(1490, 2210).map(str),
    st.dates().map(lambda day: day.isoformat()),
    st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str),
    st.sampled_from(
        [
            *("-0", "+5", "007", "1e3", "2e03", "1_0", "0x10", "12.", ".5", "1.234", "1,5", "999999999999999999"),
            *("1000000000000000000", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "9" * 40),
            *("2025/12/31", "2025-1-001", "0999-12-31", "infinity", "-infinity", "epoch", "2025-12-31 (BC)"),
            *("12345-01-01", "2025-02-30", "2025-12-3 ", " 2025", "true", "nan", "inf", "-", "n/a", "1e400", "٣"),
        ]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00\x02"), min_size=1, max_size=12),
)


def seen(folder: Path, cells: Sequence[str | None], asked: Asked, decimal: str | None) -> tuple[Seen, list[str | None]]:
    """The look at a column, and what the careful reading says of it: values (None where it does not fit), bounds."""
    with connect(folder, []) as con:
        con.execute("CREATE TABLE raw (_row BIGINT, c0 VARCHAR)")
        con.executemany("INSERT INTO raw VALUES (?, ?)", list(enumerate(cells)))
        found = plain.look(con, [asked])[0]
        style = patterns.Style(decimal=decimal)
        reading = patterns.reading(asked.type, "c0", style)
        mark = Columns(con, [RawColumn(0, "x")]).mark("c0")
        rows = con.execute(
            f"SELECT CASE WHEN ({reading.fits}) AND NOT {mark} THEN {reading.value} END FROM raw "
            "WHERE c0 IS NOT NULL ORDER BY _row"
        ).fetchall()
    return found, [row[0] for row in rows]


@settings(max_examples=60, deadline=None, database=None)
@given(st.lists(CELLS, min_size=1, max_size=4), st.sampled_from(TYPES), st.sampled_from((None, ",", ".")))
@example(["2025-12-31", "0999-12-31"], ColumnType.DATE, None)
@example(["1000000000000000000"], ColumnType.INTEGER, None)
@example(["1.234"], ColumnType.NUMERIC, ",")
@example(["2e03"], ColumnType.YEAR, None)
def test_plain_is_what_the_careful_reading_leaves_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str], kind: ColumnType, decimal: str | None
) -> None:
    # an officer who names no decimal sign gets the comma tried first
    style = "," if kind is ColumnType.NUMERIC and decimal is None else decimal
    folder = tmp_path_factory.mktemp("plain")
    found, values = seen(folder, cells, Asked(0, kind, point=decimal == "."), style)
    assert found.filled == len(cells)
    if found.plain:
        assert values == cells
        key = (lambda cell: cell) if kind is ColumnType.DATE else float
        assert (found.low, found.high) == (min(cells, key=key), max(cells, key=key)) or kind is ColumnType.NUMERIC
        assert key(found.low or "") == min(map(key, cells))
        assert key(found.high or "") == max(map(key, cells))


@pytest.mark.parametrize(
    ("kind", "decimal", "cells", "low", "high"),
    [
        (ColumnType.INTEGER, None, ["12", "-3", "0", None], "-3", "12"),
        (ColumnType.INTEGER, ".", ["999999999999999999"], "999999999999999999", "999999999999999999"),
        (ColumnType.YEAR, None, ["2025", "1500"], "1500", "2025"),
        (ColumnType.DATE, None, ["2025-12-31", None, "1000-01-01"], "1000-01-01", "2025-12-31"),
        (ColumnType.NUMERIC, ".", ["1.50", "-2", "10"], "-2", "10"),
        (ColumnType.NUMERIC, ",", ["7", "11"], "7", "11"),
        (ColumnType.NUMERIC, None, [None, None], None, None),
    ],
)
def test_plain_columns_are_seen(
    tmp_path: Path, kind: ColumnType, decimal: str | None, cells: list[str | None], low: str | None, high: str | None
) -> None:
    found, _ = seen(tmp_path, cells, Asked(0, kind, point=decimal == "."), decimal or ",")
    assert found == Seen(sum(cell is not None for cell in cells), plain=True, low=low, high=high)


def test_text_is_counted_and_never_plain(tmp_path: Path) -> None:
    found, _ = seen(tmp_path, ["5", None], Asked(0, ColumnType.TEXT), None)
    assert found == Seen(1)


def test_a_confirmed_plain_file_is_stored_as_written(make: Make, out: Path) -> None:
    path = make("nama,tahun,jumlah,nilai,hari\nA,2024,5,1.50,2024-01-02\nB,2025,-7,20.25,\nC,2025,,3,2025-12-31\n")
    report = look(path)
    staged, rows = stage_rows(path, out, report.to_choice())
    assert rows == [
        ["1", "A", "2024", "5", "1.50", "2024-01-02"],
        ["2", "B", "2025", "-7", "20.25", ""],
        ["3", "C", "2025", "", "3", "2025-12-31"],
    ]
    bounds = [(c.pg_type, c.null_count, c.minimum, c.maximum) for c in staged.columns]
    assert bounds == [
        ("text", 0, None, None),
        ("smallint", 0, "2024", "2025"),
        ("integer", 1, "-7", "5"),
        ("numeric", 0, "1.50", "20.25"),
        ("date", 1, "2024-01-02", "2025-12-31"),
    ]


def test_one_cell_that_is_not_plain_is_still_read_carefully(make: Make, out: Path) -> None:
    cells = ["5", "+6", "-", "x"]
    path = make("nama,jumlah\n" + "".join(f"a,{cell}\n" for cell in cells))
    choice = ReadChoice(columns=(ColumnChoice(1, ColumnType.INTEGER, bad_cells=BadCells.BLANK),))
    staged, rows = stage_rows(path, out, choice)
    assert [row[2] for row in rows] == ["5", "6", "", ""]
    assert [(cell.row, cell.value) for cell in staged.bad_cells] == [(5, "x")]
    assert "tabel.tanda_kosong" in rules(staged)


def test_an_own_mark_of_absence_that_looks_like_a_value_is_none(make: Make, out: Path) -> None:
    path = make("nama,jumlah\na,5\nb,-99\n")
    choice = ReadChoice(null_marks=("-99",), columns=(ColumnChoice(1, ColumnType.INTEGER),))
    staged, rows = stage_rows(path, out, choice)
    assert [row[2] for row in rows] == ["5", ""]
    assert staged.columns[1].minimum == "5"


@pytest.mark.parametrize("width", [2, 150])
def test_padding_is_found_in_narrow_and_wide_files(make: Make, out: Path, width: int) -> None:
    head = ",".join(f"k{i}" for i in range(width))
    padded = ["nama", *["5 "] * (width - 1)]
    path = make(f"{head}\n{','.join(padded)}\n  , {',' * (width - 2)}\n b,{','.join(['6'] * (width - 1))}\n")
    _, rows = stage_rows(path, out, look(path).to_choice())
    assert rows == [["1", "nama", *["5"] * (width - 1)], ["2", "b", *["6"] * (width - 1)]]


def test_totals_amid_the_rows_are_named_in_any_case(make: Make) -> None:
    names = ["Adi", "JUMLAH", "Budi", "sub total", "Grand Total", "rata-rata", "Cici", "Rerata"]
    path = make("nama,nilai,catatan\n" + "".join(f"{name},5,x\n" for name in names) + "Zaki,1,y\nZul,2,y\n")
    found = [item for item in look(path).findings if item.rule == "tabel.jumlah_di_tengah"]
    assert [item.row for item in found] == [3, 5, 6, 7, 9]
