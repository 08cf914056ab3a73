"""Tables through the real sandbox: requests, reports, staged files and refusals survive the wire."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from geo import codec, wire
from geo.errors import BadInputError
from geo.tables import ReadChoice, StagedTable, StageError, TableReport
from geo.tables.staging import FILE_NAME
from geo.tables.types import ColumnChoice, ColumnType
from portal.kernel import sandbox
from tests.geo.tables.conftest import Make


def ask(command: wire.CommandName, path: Path, work: Path, choice: ReadChoice | None = None) -> object:
    """One request to the child in the sandbox; its result as JSON."""
    call = wire.TableCall(path.name, codec.encode(choice) if choice else None)
    return wire.unwrap(sandbox.run("geo.worker", wire.request(command, call), work_dir=work, input_file=path))


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A work folder of the sandbox."""
    folder = tmp_path / "kerja"
    folder.mkdir(mode=0o700)
    return folder


def test_inspect_confirm_and_stage(make: Make, work: Path) -> None:
    path = make("kode;luas;tanggal\n" + "".join(f"33.29.{i:02d};1.{i:03d},5;31/12/2025\n" for i in range(99)))
    report = codec.decode(TableReport, ask(wire.CommandName.INSPECT_TABLE, path, work))
    assert [column.type.value for column in report.columns] == ["text", "numeric", "date"]
    staged = codec.decode(StagedTable, ask(wire.CommandName.STAGE_TABLE, path, work, report.to_choice()))
    assert Path(staged.path).name == FILE_NAME
    with sandbox.open_output(work, FILE_NAME) as stream:
        rows = list(csv.reader(io.StringIO(stream.read().decode())))
    assert len(rows) == staged.row_count == 99
    assert rows[1] == ["2", "33.29.01", "1001.5", "2025-12-31"]


def test_workbook_in_the_sandbox(tmp_path: Path, work: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["kode", "n"])
    sheet.append(["01", 5])
    path = tmp_path / "a.xlsx"
    book.save(path)
    staged = codec.decode(StagedTable, ask(wire.CommandName.STAGE_TABLE, path, work))
    assert staged.row_count == 1
    assert staged.source_sheet == "Sheet"


def test_refusals_come_back_with_their_cells(make: Make, work: Path) -> None:
    path = make("a,b\n1,x\n2,3\n")
    choice = ReadChoice(columns=(ColumnChoice(1, ColumnType.INTEGER),))
    with pytest.raises(StageError) as failure:
        ask(wire.CommandName.STAGE_TABLE, path, work, choice)
    assert [(cell.row, cell.column, cell.value) for cell in failure.value.bad_cells] == [(2, "b", "x")]
    with pytest.raises(BadInputError) as refused:
        ask(wire.CommandName.INSPECT_TABLE, make(b""), work)
    assert refused.value.finding.rule == "tabel.berkas_kosong"
