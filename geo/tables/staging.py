"""`stage`: the confirmed table as one file of typed values, ready for PostgreSQL's COPY."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geo.findings import Finding
from geo.tables import patterns
from geo.tables.columns import Columns
from geo.tables.engine import literal
from geo.tables.guess import TYPE_WORDS
from geo.tables.messages import RULES, make
from geo.tables.patterns import is_marked
from geo.tables.prepare import Prepared, prepared
from geo.tables.resolve import Resolved, bad_cells, column_findings, resolve
from geo.tables.types import (
    BadCell,
    BadCells,
    ColumnType,
    ReadChoice,
    StagedColumn,
    StagedTable,
    StageError,
)

FILE_NAME = "tabel.csv"
_INT4 = 2_147_483_647
_ORDERED = (ColumnType.DATE, ColumnType.TIMESTAMP)
_COUNTED = (ColumnType.INTEGER, ColumnType.NUMERIC, ColumnType.YEAR)


@dataclass(frozen=True, slots=True)
class _Output:
    """A column of the output: the type it finally has, and the SQL of its value (NULL for absence)."""

    item: Resolved
    type: ColumnType
    value: str
    native: str | None = None


def stage(path: Path | str, filename: str, choice: ReadChoice | None, out_dir: Path | str) -> StagedTable:
    """Writes ``tabel.csv`` in `out_dir` (which must exist) and says what it holds; see `StagedTable`.

    With ``choice=None`` everything is guessed. Raises `TableError` where the file can't be read, `StageError`
    where it has no data rows or where cells do not fit a chosen type and the choice says nothing about them;
    then no file is left behind.
    """
    asked, folder = choice or ReadChoice(), Path(out_dir)
    with prepared(Path(path), filename, asked, folder) as table:
        if table.row_count == 0:
            raise StageError(make("tabel.tanpa_baris", place=(table.source.sheet, None, None)))
        resolved, counting = resolve(table, asked)
        chosen_bad = [item for item in resolved if item.bad and item.guess.near is None]
        cells = bad_cells(table, chosen_bad, counting)
        _refuse(chosen_bad, cells)
        outputs = [_output(item, counting) for item in resolved]
        columns = _columns(table, outputs)
        target = folder / FILE_NAME
        _write(table, outputs, target)
        findings = [*table.findings, *_decisions(table, chosen_bad)]
        for item in resolved:
            findings += column_findings(table, item, cells)
        return StagedTable(
            path=str(target),
            columns=columns,
            row_count=table.row_count,
            findings=tuple(findings),
            bad_cells=cells,
            bad_cell_count=sum(item.bad for item in chosen_bad),
            source_sheet=table.source.sheet,
            layout=table.layout,
        )


def _refuse(bad: Sequence[Resolved], cells: Sequence[BadCell]) -> None:
    refused = [item for item in bad if item.policy is BadCells.REFUSE]
    if not refused:
        return
    labels = {item.named.label for item in refused}
    listed = tuple(cell for cell in cells if cell.column in labels)
    count = sum(item.bad for item in refused)
    first = min(listed, key=lambda cell: cell.row) if listed else cells[0]
    severity, template = RULES["tabel.muat_ditolak"]
    finding = Finding(
        "tabel.muat_ditolak",
        severity,
        template,
        {"count": count, "row": first.row, "column": first.column, "value": first.value},
        first.sheet or None,
        first.row,
        first.column,
        first.value,
        count=count,
    )
    raise StageError(finding, listed, count)


def _decisions(table: Prepared, bad: Sequence[Resolved]) -> list[Finding]:
    rules = {BadCells.BLANK: "tabel.sel_dikosongkan", BadCells.AS_TEXT: "tabel.dijadikan_teks"}
    return [
        make(
            rules[item.policy],
            place=(table.source.sheet, None, item.named.label),
            times=item.bad,
            count=item.bad,
            type=TYPE_WORDS[item.guess.type],
        )
        for item in bad
    ]


def _output(item: Resolved, counting: Columns) -> _Output:
    kind = item.guess.type
    if item.bad and item.guess.near is None and item.policy is BadCells.AS_TEXT:
        kind = ColumnType.TEXT
    cell = item.cell
    if item.plain is not None:
        return _Output(item, kind, cell)
    if kind is ColumnType.TEXT:
        value = f"CASE WHEN {is_marked(cell)} THEN substr({cell}, 2) ELSE {cell} END"
        return _Output(item, kind, value if item.raw.marked else cell)
    reading = patterns.reading(kind, cell, item.style)
    tests = []
    if item.marks:
        tests.append(f"NOT {counting.mark(cell)}")
    if item.bad:
        tests.append(f"({reading.fits})")
    value = f"CASE WHEN {' AND '.join(tests)} THEN {reading.value} END" if tests else reading.value
    native = reading.native
    if native is not None and tests:
        native = f"CASE WHEN {' AND '.join(tests)} THEN {native} END"
    return _Output(item, kind, value, native)


def _columns(table: Prepared, outputs: Sequence[_Output]) -> tuple[StagedColumn, ...]:
    """Counts and bounds of the typed values, in batches of columns so that the planner stays quick."""
    known: dict[int, tuple[str | None, str | None]] = {
        index: (each.item.plain.low, each.item.plain.high)
        for index, each in enumerate(outputs)
        if each.item.plain is not None
    }
    unknown = [(index, sql) for index, each in enumerate(outputs) if index not in known and (sql := _bounds(each))]
    for start in range(0, len(unknown), 30):
        batch = unknown[start : start + 30]
        found = table.con.execute(f"SELECT {', '.join(sql for _, sql in batch)} FROM raw").fetchone()  # noqa: S608
        known |= {index: (found[i * 2], found[i * 2 + 1]) for i, (index, _) in enumerate(batch)}
    return tuple(_staged(table, each, *known.get(index, (None, None))) for index, each in enumerate(outputs))


def _bounds(output: _Output) -> str:
    """SQL of the least and the greatest value; nothing for types without bounds."""
    if output.type in _ORDERED:
        if output.native is None:
            return f"min({output.value}), max({output.value})"
        return ", ".join(f"CAST(CAST({side}({output.native}) AS DATE) AS VARCHAR)" for side in ("min", "max"))
    if output.type is ColumnType.NUMERIC:
        number = f"TRY_CAST({output.value} AS DOUBLE)"
        return f"arg_min({output.value}, {number}), arg_max({output.value}, {number})"
    if output.type in _COUNTED:
        number = f"TRY_CAST({output.value} AS BIGINT)"
        return f"CAST(min({number}) AS VARCHAR), CAST(max({number}) AS VARCHAR)"
    return ""


def _staged(table: Prepared, output: _Output, low: str | None, high: str | None) -> StagedColumn:
    item = output.item
    nulls = table.row_count - item.filled
    if output.type is not ColumnType.TEXT:
        nulls += item.marks + item.bad
    return StagedColumn(
        name=item.named.name,
        label=item.named.label,
        type=output.type,
        pg_type=_pg_type(output, low, high),
        null_count=nulls,
        minimum=low,
        maximum=high,
    )


def _pg_type(output: _Output, low: str | None, high: str | None) -> str:
    if output.type is ColumnType.INTEGER:
        bounds = [abs(int(text)) for text in (low, high) if text is not None]
        return "bigint" if any(bound > _INT4 for bound in bounds) else "integer"
    if output.type is ColumnType.TIMESTAMP:
        return "timestamptz" if output.item.style.zoned else "timestamp"
    return {ColumnType.YEAR: "smallint"}.get(output.type, output.type.value)


def _write(table: Prepared, outputs: Sequence[_Output], target: Path) -> None:
    values = ", ".join(f"{each.value} AS v{index}" for index, each in enumerate(outputs))
    draft = table.work / FILE_NAME
    table.con.execute(
        f"COPY (SELECT row_number() OVER () AS _id, {values} FROM raw) TO {literal(str(draft))} "  # noqa: S608
        "(FORMAT csv, HEADER false, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULLSTR '')"
    )
    draft.replace(target)  # same file system: the file is whole or absent
