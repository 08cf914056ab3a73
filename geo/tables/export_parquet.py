"""Tables out as Parquet, through DuckDB: exact decimals, zstd, the same bytes for the same rows."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from geo.tables.engine import Connection, connect, literal, read_csv
from geo.tables.export import Row, plain
from geo.tables.source import NEW_LINE
from geo.tables.types import ColumnType, ExportColumn

_TYPES = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.DATE: "DATE",
    ColumnType.TIMESTAMP: "TIMESTAMP",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.YEAR: "SMALLINT",
}
#: Decimal digits that Parquet's DECIMAL holds.
_DIGITS = 38
#: Put before every value of the passing file, so that an empty text differs from absence.
_SOME = "v"


def write_parquet(path: Path, columns: Sequence[ExportColumn], rows: Iterable[Row]) -> int:
    """Writes Parquet to `path` through a passing file in its folder; returns its size in bytes.

    Numeric columns become DECIMAL of just the digits they need (DOUBLE beyond 38); times with a zone are kept
    as UTC instants.
    """
    with TemporaryDirectory(prefix="parquet-", dir=path.parent) as folder:
        work = Path(folder)
        zoned, longest = _pass(work / "rows.csv", columns, rows)
        with connect(work, [], threads=1) as con:
            _write(con, work, columns, zoned, longest)
        (work / "out.parquet").replace(path)
    return path.stat().st_size


def _pass(target: Path, columns: Sequence[ExportColumn], rows: Iterable[Row]) -> tuple[set[int], int]:
    """Writes the passing file; returns columns with zoned times, and the longest row in characters."""
    zoned: set[int] = set()
    longest = 0
    stamps = [i for i, column in enumerate(columns) if column.type is ColumnType.TIMESTAMP]

    def texts() -> Iterator[list[str]]:
        nonlocal longest
        for row in rows:
            for i in stamps:
                value = row[i]
                if isinstance(value, dt.datetime) and value.tzinfo is not None:
                    zoned.add(i)
            cells = ["" if value is None else _SOME + plain(value) for value in row]
            longest = max(longest, sum(map(len, cells)))
            yield ["r", *cells]

    with target.open("w", encoding="utf-8", errors="replace", newline="") as stream:
        csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(texts())
    return zoned, longest


def _write(con: Connection, work: Path, columns: Sequence[ExportColumn], zoned: set[int], longest: int) -> None:
    names = ["r", *(f"c{i}" for i in range(len(columns)))]
    options = {"delim": "','", "quote": "'\"'", "escape": "'\"'", "parallel": "false"}
    options["new_line"] = NEW_LINE
    if longest > 400_000:
        options["max_line_size"] = str(longest * 5 + 1_000_000)
    con.execute(f"CREATE TABLE passing AS SELECT * FROM {read_csv(work / 'rows.csv', names, **options)}")  # noqa: S608
    values = []
    for i, column in enumerate(columns):
        kind = "TIMESTAMPTZ" if i in zoned else _TYPES.get(column.type) or _number_type(con, f"c{i}")
        name = '"' + column.name.replace('"', '""') + '"'
        text = f"substr(nullif(c{i}, ''), 2)"
        value = text if kind == "VARCHAR" else f"CAST(nullif({text}, '') AS {kind})"
        values.append(f"{value} AS {name}")
    con.execute(
        f"COPY (SELECT {', '.join(values)} FROM passing) TO {literal(str(work / 'out.parquet'))} "  # noqa: S608
        "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"
    )


def _number_type(con: Connection, cell: str) -> str:
    """DECIMAL of the digits that the column uses, DOUBLE where it uses more than fit or an exponent."""
    whole, scale, odd = con.execute(
        f"SELECT coalesce(max(length(regexp_extract({cell}, '^v-?([0-9]*)', 1))), 0), "  # noqa: S608
        f"coalesce(max(length(regexp_extract({cell}, '[.]([0-9]*)$', 1))), 0), "
        f"count_if({cell} <> 'v' AND NOT regexp_full_match({cell}, 'v-?[0-9]+([.][0-9]+)?')) FROM passing"
    ).fetchone()
    if odd or whole + scale > _DIGITS:
        return "DOUBLE"
    return f"DECIMAL({max(whole + scale, 1)}, {scale})"
