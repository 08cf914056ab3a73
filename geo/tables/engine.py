"""The DuckDB of one inspection: in memory, spilling to the work folder, blind to the rest of the machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from geo.tables.messages import refuse

MEMORY_LIMIT = "512MB"
THREADS = 2
#: Marks a number that a workbook held as a number (not as text), so that its point is surely decimal.
NUMBER_MARK = "\x02"

Connection = Any


@contextmanager
def connect(work: Path, readable: Sequence[Path], *, threads: int = THREADS) -> Iterator[Connection]:
    """A connection that may read and write only `work` and read only the files `readable`.

    No extension is ever fetched or loaded, and the settings are locked before the first byte is read.
    """
    import duckdb

    spill = work / "duckdb"
    spill.mkdir(exist_ok=True)
    con = duckdb.connect(
        ":memory:",
        config={
            "threads": threads,
            "memory_limit": MEMORY_LIMIT,
            "temp_directory": str(spill),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "preserve_insertion_order": True,
        },
    )
    try:
        con.execute(f"SET allowed_directories={literals([str(work)])}")
        con.execute(f"SET allowed_paths={literals([str(path) for path in readable])}")
        con.execute("SET enable_external_access=false")
        con.execute("SET enable_progress_bar=false")
        con.execute("SET lock_configuration=true")
        yield con
    finally:
        con.close()


@contextmanager
def bounded(filename: str) -> Iterator[None]:
    """Turns the want of memory or disk into a refusal that the officer can read."""
    import duckdb

    try:
        yield
    except (duckdb.OutOfMemoryException, duckdb.IOException, MemoryError) as failure:
        raise refuse("tabel.terlalu_berat", file=filename) from failure


def literal(text: str) -> str:
    """A SQL string literal for DuckDB's own settings and options, which take no parameters.

    Used for file paths we made, for delimiters and patterns, never for cells.
    """
    if "\x00" in text:
        raise ValueError("NUL in SQL literal")
    return "'" + text.replace("'", "''") + "'"


def literals(texts: Sequence[str]) -> str:
    """A SQL list of string literals."""
    return "[" + ", ".join(literal(text) for text in texts) + "]"


def read_csv(path: Path, names: Sequence[str], **options: str) -> str:
    """The table function that reads `path` as text columns `names`; every other option is fixed here."""
    columns = "{" + ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names) + "}"
    extra = "".join(f", {key}={value}" for key, value in options.items())
    return (
        f"read_csv({literal(str(path))}, auto_detect=false, header=false, strict_mode=true, columns={columns}{extra})"
    )
