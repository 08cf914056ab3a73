"""`inspect`: what a table file holds and how it would be read, for the officer to confirm or change."""

from __future__ import annotations

from pathlib import Path

from geo.tables.layout import Row, filled
from geo.tables.prepare import Prepared, prepared
from geo.tables.resolve import Resolved, bad_cells, column_findings, resolve
from geo.tables.types import ColumnGuess, PreviewRow, ReadChoice, TableReport

PREVIEW_ROWS = 40
PREVIEW_TAIL = 12
_CELL = 200


def inspect(
    path: Path | str, filename: str, choice: ReadChoice | None = None, *, work: Path | None = None
) -> TableReport:
    """Reads the whole file at `path` (called `filename` by its sender) and reports.

    `choice` overrides any part of the guess. Temporary files go to a folder of their own under `work`.
    Raises `TableError` where the file can't be read as a table; cells that do not fit are no error here.
    """
    asked = choice or ReadChoice()
    with prepared(Path(path), filename, asked, work) as table:
        resolved, counting = resolve(table, asked)
        cells = bad_cells(table, resolved, counting)
        findings = list(table.findings)
        for item in resolved:
            findings += column_findings(table, item, cells)
        source = table.source
        return TableReport(
            filename=filename,
            format=source.format,
            encoding=source.encoding,
            delimiter=source.delimiter,
            quote=source.quote,
            sheets=source.sheets,
            sheet=source.sheet,
            layout=table.layout,
            row_count=table.row_count,
            columns=tuple(_guess(table, item) for item in resolved),
            preview=tuple(_preview(table, row) for row in source.head()[:PREVIEW_ROWS]),
            preview_tail=tuple(_preview(table, row) for row in table.tail[-PREVIEW_TAIL:]),
            bad_cells=cells,
            bad_cell_count=sum(item.bad for item in resolved),
            findings=tuple(findings),
            dropped=tuple(each.position for each in asked.columns if each.drop),
            **({} if asked.null_marks is None else {"null_marks": asked.null_marks}),
        )


def _guess(table: Prepared, item: Resolved) -> ColumnGuess:
    # A window of rows is enough for examples; the count of distinct values is staging's.
    rows = table.con.execute(
        f"SELECT DISTINCT {item.cell} FROM (SELECT {item.cell} FROM raw WHERE {item.cell} IS NOT NULL LIMIT 200) "  # noqa: S608
        "LIMIT 50"
    ).fetchall()
    examples = sorted({str(row[0]).lstrip("\x02")[:_CELL] for row in rows})[:5]
    choice = table.choices.get(item.raw.position)
    return ColumnGuess(
        position=item.raw.position,
        name=item.named.name,
        label=item.named.label,
        type=item.guess.type,
        why=item.guess.why,
        examples=tuple(examples),
        null_count=table.row_count - item.filled,
        bad_count=item.bad,
        near_type=item.guess.near,
        decimal=item.guess.decimal,
        date_order=item.guess.date_order,
        bad_cells=item.policy,
        fill_down=choice.fill_down if choice else False,
    )


def _preview(table: Prepared, row: Row) -> PreviewRow:
    number, cells = row
    shown = tuple(cell if len(cell) <= _CELL else cell[: _CELL - 1] + "…" for cell in cells)
    return PreviewRow(number, shown, _role(table, number, cells))


def _role(table: Prepared, number: int, cells: list[str]) -> str:
    place = table.layout
    if number in place.header_rows:
        return "kepala"
    if number == table.header.number_row:
        return "nomor_kolom"
    if not filled(cells):
        return "kosong"
    if number < place.first_row:
        return "judul"
    if number > place.last_row:
        return table.roles.get(number, "lewati")
    return "lewati" if number in place.skip_rows else "data"
