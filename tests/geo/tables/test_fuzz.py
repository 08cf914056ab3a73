"""Any bytes: a report or a typed refusal, never anything else; the quick and the careful reader agree."""

from __future__ import annotations

import contextlib
import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from geo.tables import ReadChoice, TableError, inspect, stage
from geo.tables.records import parse_lines, split_leniently
from geo.tables.textfile import TextSource
from tests.geo.tables.conftest import Make, staged_rows

LOOSE = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
LONG = settings(LOOSE, max_examples=3000)
PIECES = st.sampled_from(
    [
        *(b"kode,nama\n", b"a;b\n", b'"', b'""', b",", b";", b"\t", b"\n", b"\r\n", b"\r", b"\x00", b"\xff"),
        *(b"\xed\xa0\x80", b"1.234,5", b"31/12/2025", b"Ya", b"\xef\xbb\xbf", b"\xff\xfe", b"=1+1", b"' ", b" "),
        *(b"\\.", b"-", b"'", "é–\u00a0\u2028".encode(), b"Jumlah", b"Sumber: x", b"(1),(2)\n", b"x" * 300),
        *(b"9" * 40, b"1e99", b"sep=;\n"),
    ]
)
SOUP = st.lists(PIECES, max_size=40).map(b"".join)


def try_all(make: Make, out: Path, content: bytes) -> None:
    path = make(content)
    with contextlib.suppress(TableError):
        report = inspect(path, "tabel.csv", work=path.parent)
        staged = stage(path, "tabel.csv", report.to_choice(), out)
        assert len(staged_rows(staged)) == staged.row_count == report.row_count


@LOOSE
@given(SOUP)
@example(b'a,b\n"x\n')
@example(b"a\n\n\nb\n")
@example(b'a;b\n1;"\n')
def test_soup(make: Make, out: Path, content: bytes) -> None:
    try_all(make, out, content)


@LOOSE
@given(st.binary(max_size=400))
def test_any_bytes(make: Make, out: Path, content: bytes) -> None:
    try_all(make, out, content)


@pytest.mark.long
@LONG
@given(st.one_of(SOUP, st.binary(max_size=2000)))
def test_any_bytes_for_long(make: Make, out: Path, content: bytes) -> None:
    try_all(make, out, content)


CELL = st.text(st.sampled_from('ab1,;" \n\r\t.é-\\'), max_size=6)
TABLES = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=8)
)


def text_of(rows: list[list[str]], ending: str) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator=ending).writerows(rows)
    return buffer.getvalue()


@LOOSE
@given(TABLES, st.sampled_from(["\n", "\r\n"]))
def test_both_readers_agree(make: Make, out: Path, rows: list[list[str]], ending: str) -> None:
    """The same file through DuckDB and through pure Python gives the same staged bytes."""
    header = [f"teks {i}" for i in range(len(rows[0]))]
    path = make(text_of([header, *rows], ending))
    choice = ReadChoice(header_rows=(1,), delimiter=",", quote='"', skip_rows=())
    results: list[object] = []
    for slow in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            if slow:
                patch.setattr(TextSource, "_load_fast", lambda *_: None)
            try:
                staged = stage(path, "tabel.csv", choice, out)
            except TableError as failure:
                results.append(failure.finding.rule)
            else:
                results.append((Path(staged.path).read_bytes(), staged.columns))
    assert results[0] == results[1]


@LOOSE
@given(TABLES)
def test_records_of_well_formed_text(rows: list[list[str]]) -> None:
    lines = text_of(rows, "\n").splitlines(keepends=True) if "\r" not in str(rows) else []
    found = [record.cells for record in parse_lines(iter(lines), ",", '"')] if lines else rows
    assert found == rows or "\r" in "".join(map("".join, rows))


@given(st.text('ab",\\ ', max_size=30))
@settings(database=None)
def test_lenient_splitting_loses_only_quotes(text: str) -> None:
    assert "".join(split_leniently(text, ",", '"')).replace('"', "") == text.replace(",", "").replace('"', "") or (
        "," in text
    )
