"""The words of the table engine: what an officer may choose, what a report says, what staging leaves behind.

Everything here is frozen and made of plain values, so that ``geo.codec`` carries it to and from the
sandboxed child. Row numbers are 1-based and count records of the file as a spreadsheet shows them (blank lines
count; a quoted cell of several lines is one row). Column positions are 0-based from the first used column.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from geo.errors import BadInputError
from geo.findings import Finding


class ColumnType(StrEnum):
    """Types a column may have; the values are stored and shown by the column dictionary."""

    TEXT = "text"
    INTEGER = "integer"
    NUMERIC = "numeric"
    DATE = "date"
    TIMESTAMP = "timestamp"
    BOOLEAN = "boolean"
    YEAR = "year"


class BadCells(StrEnum):
    """What becomes of cells that do not fit the type of their column."""

    REFUSE = "tolak"
    BLANK = "kosongkan"
    AS_TEXT = "jadikan_teks"


#: Marks read as "no value" in every column that is not text (BPS usage, spreadsheets); compared without case.
NULL_MARKS: tuple[str, ...] = (
    "-", "–", "—", "--", "...", "…", "..", "*", "na", "n/a", "n.a.", "#n/a", "null", "nihil", "#null!",
)  # fmt: skip

#: PostgreSQL holds at most 1,600 columns in a table; ``_id`` takes one of them.
MAX_COLUMNS = 1599
#: Bound of the list of cells that do not fit; the count beside it is always exact.
MAX_BAD_CELLS = 1000


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """What the officer decided for one column, found by its position in the file (0-based).

    ``fill_down`` gives an empty cell the value of the nearest filled cell above it (merged cells of files
    that do not say they are merged). ``date_order`` is ``dmy`` or ``mdy``; ``decimal`` is ``,`` or ``.``; None
    leaves the matter to the guess.
    """

    position: int
    type: ColumnType | None = None
    name: str | None = None
    label: str | None = None
    bad_cells: BadCells = BadCells.REFUSE
    decimal: str | None = None
    date_order: str | None = None
    fill_down: bool = False
    drop: bool = False


@dataclass(frozen=True, slots=True)
class ReadChoice:
    """How to read the file; every None is guessed. ``header_rows=()`` says that there is no header.

    ``skip_rows`` are rows between ``first_row`` and ``last_row`` left out (totals, notes); None: guessed,
    ``()``: none. ``encoding`` is a Python codec name; ``quote=""`` switches quoting off.
    """

    sheet: str | None = None
    header_rows: tuple[int, ...] | None = None
    first_row: int | None = None
    last_row: int | None = None
    skip_rows: tuple[int, ...] | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    null_marks: tuple[str, ...] | None = None
    columns: tuple[ColumnChoice, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """One sheet of a workbook; a text file has exactly one, named ""."""

    name: str
    rows: int
    columns: int
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the table stands in the sheet, with the reason in Indonesian."""

    header_rows: tuple[int, ...]
    first_row: int
    last_row: int
    skip_rows: tuple[int, ...]
    title: tuple[str, ...]
    notes: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """One column as guessed (or as chosen): ``name`` is a safe SQL identifier of at most 63 bytes.

    ``near_type`` is the type that most cells of a column guessed as text would fit; ``bad_count`` counts the
    cells that do not fit ``near_type`` (else ``type``). ``examples`` are distinct raw texts.
    """

    position: int
    name: str
    label: str
    type: ColumnType
    why: str
    examples: tuple[str, ...]
    null_count: int
    bad_count: int = 0
    near_type: ColumnType | None = None
    decimal: str | None = None
    date_order: str | None = None
    bad_cells: BadCells = BadCells.REFUSE
    fill_down: bool = False


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One raw row of the file: its number, its cells as text, and its part in the guess.

    ``role`` is one of ``judul``, ``kepala``, ``nomor_kolom``, ``data``, ``jumlah``, ``catatan``, ``kosong``,
    ``lewati``.
    """

    row: int
    cells: tuple[str, ...]
    role: str


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that does not fit the type of its column. ``value`` is cut after 200 characters."""

    sheet: str
    row: int
    column: str
    value: str
    type: ColumnType


@dataclass(frozen=True, slots=True)
class TableReport:
    """What ``inspect`` found. ``format`` is csv, tsv, xlsx, xls or ods; row_count counts the data rows."""

    filename: str
    format: str
    encoding: str | None
    delimiter: str | None
    quote: str | None
    sheets: tuple[SheetInfo, ...]
    sheet: str
    layout: Layout
    row_count: int
    columns: tuple[ColumnGuess, ...]
    preview: tuple[PreviewRow, ...]
    preview_tail: tuple[PreviewRow, ...]
    bad_cells: tuple[BadCell, ...]
    bad_cell_count: int
    findings: tuple[Finding, ...]
    null_marks: tuple[str, ...] = NULL_MARKS
    dropped: tuple[int, ...] = ()

    def to_choice(self) -> ReadChoice:
        """The choice that confirms this report as it stands, for ``stage``."""
        return ReadChoice(
            sheet=self.sheet,
            header_rows=self.layout.header_rows,
            first_row=self.layout.first_row,
            last_row=self.layout.last_row,
            skip_rows=self.layout.skip_rows,
            encoding=self.encoding,
            delimiter=self.delimiter,
            quote=self.quote,
            null_marks=self.null_marks,
            columns=(
                *(
                    ColumnChoice(c.position, c.type, c.name, c.label, c.bad_cells, c.decimal, c.date_order, c.fill_down)
                    for c in self.columns
                ),
                *(ColumnChoice(position, drop=True) for position in self.dropped),
            ),
        )


@dataclass(frozen=True, slots=True)
class StagedColumn:
    """A column of the staged file; ``pg_type`` is one of a closed list (see ``PG_TYPES``).

    ``minimum`` and ``maximum`` are canonical texts (numbers with a point, ISO dates), None for text and empty
    columns.
    """

    name: str
    label: str
    type: ColumnType
    pg_type: str
    null_count: int
    minimum: str | None = None
    maximum: str | None = None


#: The only PostgreSQL types that staging hands out, so that DDL can be made from a closed list.
PG_TYPES = frozenset(
    {"text", "integer", "bigint", "numeric", "date", "timestamp", "timestamptz", "boolean", "smallint"}
)


@dataclass(frozen=True, slots=True)
class StagedTable:
    """What ``stage`` left in ``path``: UTF-8 CSV without header for ``COPY … (FORMAT csv)``; NULL is empty.

    The first field of each row is ``_id`` (1..row_count, bigint); then ``columns`` in order.
    """

    path: str
    columns: tuple[StagedColumn, ...]
    row_count: int
    findings: tuple[Finding, ...]
    bad_cells: tuple[BadCell, ...] = ()
    bad_cell_count: int = 0
    source_sheet: str = ""
    layout: Layout | None = None


class TableError(BadInputError):
    """The file cannot be read as a table; ``finding`` says by which rule and where. Expected, never a bug."""


class StageError(TableError):
    """The load is refused: ``bad_cells`` (bounded) and ``bad_cell_count`` say which cells do not fit."""

    def __init__(self, finding: Finding, bad_cells: tuple[BadCell, ...] = (), bad_cell_count: int = 0) -> None:
        super().__init__(finding)
        self.bad_cells = bad_cells
        self.bad_cell_count = bad_cell_count


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column for the writers of ``geo.tables.export``; ``type`` decides guards and number cells."""

    name: str
    type: ColumnType
    label: str = ""
    description: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class ExportInfo:
    """Metadata for the dictionary sheet of an XLSX export: (name, value) pairs shown above the columns."""

    title: str = ""
    entries: tuple[tuple[str, str], ...] = field(default_factory=tuple)
