"""Makes awkward files and looks at what became of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from geo.tables import ReadChoice, StagedTable, TableReport, inspect, stage

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Writes bytes or text (UTF-8) under a name and gives the path."""

    def write(content: bytes | str, name: str = "tabel.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An empty folder for staging."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def look(path: Path, choice: ReadChoice | None = None) -> TableReport:
    """Inspects under the file's own name."""
    return inspect(path, path.name, choice, work=path.parent)


def staged_rows(staged: StagedTable) -> list[list[str]]:
    """Cells of the staged file, read by an independent parser."""
    text = Path(staged.path).read_bytes().decode()
    return list(csv.reader(io.StringIO(text, newline="")))


def stage_rows(path: Path, out: Path, choice: ReadChoice | None = None) -> tuple[StagedTable, list[list[str]]]:
    """Stages and reads back."""
    staged = stage(path, path.name, choice, out)
    return staged, staged_rows(staged)


def rules(found: TableReport | StagedTable) -> list[str]:
    """Rule codes of the findings."""
    return [finding.rule for finding in found.findings]


def types(report: TableReport) -> dict[str, str]:
    """Name → type of each column."""
    return {column.name: column.type.value for column in report.columns}
