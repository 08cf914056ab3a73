"""From a file to table ``raw`` holding only data rows: the part that inspection and staging share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from geo.findings import Finding
from geo.tables import choices, sniff
from geo.tables import layout as layouts
from geo.tables.columns import RawColumn
from geo.tables.engine import Connection, bounded, connect, literal
from geo.tables.layout import Header, Row
from geo.tables.messages import make, refuse
from geo.tables.names import Named, identifier, name_columns
from geo.tables.source import HEAD_ROWS, Loaded, Source, check_width, column, tail_rows
from geo.tables.textfile import TextSource
from geo.tables.types import ColumnChoice, Layout, ReadChoice
from geo.tables.workbook import WorkbookSource

#: Rows this far from the end are looked at for totals and notes.
TAIL_ROWS = 60


@dataclass(slots=True)
class Prepared:
    """Everything known before types: the loaded table, its place in the sheet, its columns and their names.

    ``work`` is the one folder that ``con`` may write to.
    """

    con: Connection
    work: Path
    source: Source
    loaded: Loaded
    header: Header
    layout: Layout
    roles: dict[int, str]
    tail: list[Row]
    row_count: int
    columns: list[RawColumn]
    named: list[Named]
    choices: dict[int, ColumnChoice]
    findings: list[Finding]


@contextmanager
def prepared(path: Path, filename: str, choice: ReadChoice, work: Path | None) -> Iterator[Prepared]:
    """Opens, loads and trims the table; the temporary files live under `work` (else the system's) and go after."""
    choices.check(choice)
    with (
        TemporaryDirectory(prefix="tabel-", dir=work) as folder,
        bounded(filename),
        connect(Path(folder), [path]) as con,
    ):
        yield _prepare(con, Path(folder), _open(path, filename, choice, Path(folder)), choice)


def _open(path: Path, filename: str, choice: ReadChoice, work: Path) -> Source:
    kind = sniff.kind_of(path, filename)
    if kind == "text":
        return TextSource(path, filename, choice, work)
    return WorkbookSource(path, filename, kind, choice, work)


def _prepare(con: Connection, work: Path, source: Source, choice: ReadChoice) -> Prepared:
    head = source.head()
    header = _header(head, choice)
    check_width(len(header.labels))
    loaded = source.load(con, header.first_row, len(header.labels))
    tail = tail_rows(con, loaded.width, TAIL_ROWS)
    last_loaded = tail[-1][0] if tail else header.first_row - 1
    roles, last, skip = _bounds(tail, loaded.width, choice, last_loaded)
    blank, removed = _trim(con, loaded.width, last, skip)
    row_count = int(con.execute("SELECT count(*) FROM raw").fetchone()[0])
    place = Layout(header.rows, header.first_row, last, skip, header.title, _notes(tail, roles), header.why)
    _fill_down(con, loaded.width, {each.position for each in choice.columns if each.fill_down})
    columns = _columns(con, header, loaded)
    wanted = {each.position: each for each in choice.columns}
    columns = _chosen(columns, wanted, loaded.width)
    named, repaired = name_columns([raw.label for raw in columns], source.sheet, bool(header.rows))
    named = _renamed(columns, named, wanted)
    findings = [*source.findings, *_layout_findings(source, header, tail, roles, blank), *repaired]
    findings += loaded.findings
    findings += loaded.issues.findings(source.sheet, removed | set(skip), header.first_row, last)
    if loaded.merged:
        findings.append(make("tabel.sel_gabung", count=loaded.merged))
    findings += _middle_totals(con, source.sheet, loaded.width)
    if row_count == 0:
        findings.append(make("tabel.tanpa_baris"))
    return Prepared(con, work, source, loaded, header, place, roles, tail, row_count, columns, named, wanted, findings)


def _header(head: Sequence[Row], choice: ReadChoice) -> Header:
    """The header the officer chose, else the guessed one."""
    if choice.header_rows is None:
        header = layouts.guess_header(head)
        if choice.first_row is None or choice.first_row == header.first_row:
            return header
        inside = tuple(row for row in header.rows if row < choice.first_row)
        choice_rows = inside
    else:
        choice_rows = choice.header_rows
    by_number = dict(head)
    if len(choice_rows) > 10 or any(row not in by_number for row in choice_rows):
        raise refuse("tabel.pilihan_keliru", reason=f"baris kepala harus di antara {HEAD_ROWS} baris pertama")
    rows = tuple(sorted(set(choice_rows)))
    after = (rows[-1] + 1) if rows else next((n for n, cells in head if layouts.filled(cells)), 1)
    width = layouts.table_width([row for row in head if row[0] >= (rows[0] if rows else after)])
    number_row = None
    if (
        rows
        and choice.first_row is None
        and layouts.is_number_row(by_number.get(after, []), width, [row for row in head if after < row[0] <= after + 3])
    ):
        number_row, after = after, after + 1
    first = choice.first_row or after
    if first < 1 or (rows and first <= rows[-1]):
        raise refuse("tabel.pilihan_keliru", reason="baris data pertama harus di bawah baris kepala")
    labels = layouts.join_labels([by_number[row] for row in rows], width) if rows else ()
    title = tuple(
        " ".join(c.strip() for c in cells if c.strip())
        for number, cells in head
        if rows and number < rows[0] and layouts.filled(cells)
    )
    return Header(rows, labels, first, title, number_row, "Dipilih petugas.")


def _bounds(
    tail: list[Row], width: int, choice: ReadChoice, last_loaded: int
) -> tuple[dict[int, str], int, tuple[int, ...]]:
    """Roles of the rows below the data, the last data row, and the rows to skip before it."""
    roles = layouts.footer_roles(tail, layouts.table_width(tail) or width)
    skip = tuple(sorted(set(choice.skip_rows or ())))
    if choice.last_row is not None:
        last = min(choice.last_row, last_loaded)
        return {row: role for row, role in roles.items() if row > last}, last, skip
    if choice.skip_rows is not None:
        return {}, last_loaded, skip
    last = min(roles) - 1 if roles else last_loaded
    return roles, last, ()


def _trim(con: Connection, width: int, last: int, skip: tuple[int, ...]) -> tuple[int, set[int]]:
    """Deletes rows that are no data; returns how many blank ones stood inside, and rows known to be gone."""
    con.execute("DELETE FROM raw WHERE _row > ?", [last])
    if skip:
        con.execute(f"DELETE FROM raw WHERE _row IN ({', '.join(str(int(row)) for row in skip)})")  # noqa: S608
    empty = " AND ".join(f"{column(i)} IS NULL" for i in range(width))
    gone = con.execute(f"DELETE FROM raw WHERE {empty} RETURNING _row").fetchmany(10_000)  # noqa: S608
    blank = {int(row[0]) for row in gone}
    return len(blank), blank


def _fill_down(con: Connection, width: int, positions: set[int]) -> None:
    """Gives empty cells of the chosen columns the nearest value above them."""
    if not positions:
        return
    window = "OVER (ORDER BY _row ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    cells = ", ".join(
        f"last_value({column(i)} IGNORE NULLS) {window} AS {column(i)}" if i in positions else column(i)
        for i in range(width)
    )
    con.execute(f"CREATE TABLE filled AS SELECT _row, {cells} FROM raw ORDER BY _row")  # noqa: S608
    con.execute("DROP TABLE raw")
    con.execute("ALTER TABLE filled RENAME TO raw")


def _columns(con: Connection, header: Header, loaded: Loaded) -> list[RawColumn]:
    """Columns that have a header or a value; nameless empty ones (spacers of spreadsheets) are left out."""
    labels = [*header.labels, *[""] * (loaded.width - len(header.labels))][: loaded.width]
    nameless = [i for i, label in enumerate(labels) if not label.strip()]
    empty: set[int] = set()
    if nameless:
        counts = ", ".join(f"count({column(i)})" for i in nameless)
        found = con.execute(f"SELECT {counts} FROM raw").fetchone()  # noqa: S608
        empty = {i for i, number in zip(nameless, found, strict=True) if not number}
    if not header.rows and len(empty) == len(labels):
        empty = set()
    return [RawColumn(i, label, i in loaded.numbers) for i, label in enumerate(labels) if i not in empty]


def _chosen(columns: list[RawColumn], choices: dict[int, ColumnChoice], width: int) -> list[RawColumn]:
    if any(position < 0 or position >= width for position in choices):
        raise refuse("tabel.pilihan_keliru", reason="kolom yang dipilih tidak ada dalam tabel")
    kept = [raw for raw in columns if not (raw.position in choices and choices[raw.position].drop)]
    if not kept:
        raise refuse("tabel.pilihan_keliru", reason="semua kolom dibuang")
    return kept


def _renamed(columns: list[RawColumn], named: list[Named], choices: dict[int, ColumnChoice]) -> list[Named]:
    """Names and labels of the officer, which must be safe and unique."""
    result = []
    for raw, each in zip(columns, named, strict=True):
        choice = choices.get(raw.position)
        name = (choice.name if choice else None) or each.name
        if identifier(name) != name:
            raise refuse("tabel.pilihan_keliru", reason=f"nama kolom “{name[:80]}” bukan pengenal yang aman")
        result.append(Named(name, (choice.label if choice else None) or each.label))
    names = [each.name for each in result]
    twice = next((name for name in names if names.count(name) > 1), None) if len(set(names)) < len(names) else None
    if twice is not None:
        raise refuse("tabel.pilihan_keliru", reason=f"nama kolom “{twice}” dipakai dua kali")
    return result


def _notes(tail: list[Row], roles: dict[int, str]) -> tuple[str, ...]:
    return tuple(
        " ".join(cell.strip() for cell in cells if cell.strip())[:1000]
        for number, cells in tail
        if roles.get(number) == "catatan"
    )


def _layout_findings(
    source: Source, header: Header, tail: list[Row], roles: dict[int, str], blank: int
) -> list[Finding]:
    found: list[Finding] = []
    if not header.rows:
        found.append(make("tabel.tanpa_kepala"))
    if header.title:
        found.append(make("tabel.baris_judul", count=len(header.title), title=" / ".join(header.title)[:200]))
    if header.number_row:
        found.append(make("tabel.nomor_kolom", place=(source.sheet, header.number_row, None)))
    for number, cells in tail:
        rule = {"jumlah": "tabel.baris_jumlah", "catatan": "tabel.baris_catatan"}.get(roles.get(number, ""))
        if rule:
            label = next((cell.strip() for cell in cells if cell.strip()), "")[:100]
            found.append(make(rule, place=(source.sheet, number, None), label=label))
    if blank:
        found.append(make("tabel.baris_kosong", count=blank))
    return found


def _initial(cell: str) -> str:
    """SQL: the cell begins with a letter with which a name of totals begins, which is quickly seen of most cells."""
    letters = sorted({*layouts.TOTAL_INITIALS, *layouts.TOTAL_INITIALS.upper()})
    ranges = [f"({cell} >= '{letter}' AND {cell} < '{chr(ord(letter) + 1)}')" for letter in letters]
    return " OR ".join([f"{cell} < '!'", *ranges])  # white space that cells were not trimmed of sorts first


def _middle_totals(con: Connection, sheet: str, width: int) -> list[Finding]:
    """Rows named as totals between the data rows: kept, but said, since sums over the column count them twice."""
    pattern = literal(f"(?i:{layouts.TOTAL})")
    cells = [column(i) for i in range(min(width, 2))]
    tests = " OR ".join(f"(({_initial(cell)}) AND regexp_full_match({cell}, {pattern}))" for cell in cells)
    rows = con.execute(
        f"SELECT _row, concat_ws(' ', {', '.join(cells)}) FROM raw WHERE {tests} ORDER BY _row LIMIT 20"  # noqa: S608
    ).fetchall()
    return [make("tabel.jumlah_di_tengah", place=(sheet, int(row), None), label=str(text)[:100]) for row, text in rows]
