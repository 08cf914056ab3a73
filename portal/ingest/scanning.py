"""Looks through the rows just loaded, in the database and under the opening: V3 codes, V6 equal rows, V9 numbers.

One pass tells which columns can hold a long number at all; only those are read. Row numbers are `_id`, from 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.orm import Session

from geo.findings import Finding, Severity
from portal.contract.metadata import ColumnEntry
from portal.ingest.checks import REGION_CODES, code_fault, personal_finding
from portal.quality.personal import hits

#: Bad codes that are listed with their first row and their count.
MOST_CODES = 100
#: Rows with a long number that are looked at; a table with more of them is refused as surely.
MOST_NUMBERS = 200_000
#: Rows up to which equal rows are looked for, and columns that one row may be compared by.
MOST_COMPARED, WIDEST_COMPARED = 200_000, 500
_LONG = "[0-9]([ .-]?[0-9]){14}|[eE][+]?1[5-7]"
_TEXT = frozenset({"text"})
_NUMBER = frozenset({"integer", "numeric", "number"})


class Scan:
    """Checks of one sealed bulk table; the vault must be entered on this session."""

    def __init__(self, session: Session, table: str, entries: Sequence[ColumnEntry]) -> None:
        self._session = session
        self._table = sql.Identifier("vault", table)
        self._entries = entries

    def run(self, on: date | None) -> list[Finding]:
        """All findings; `on` is the day for which codes must be valid (None: today's list)."""
        codes = [entry.name for entry in self._entries if entry.codelist == REGION_CODES and entry.type in _TEXT]
        return [finding for name in codes for finding in self._codes(name, on)] + list(self._numbers())

    def _codes(self, name: str, on: date | None) -> Iterator[Finding]:
        """V3: each distinct value once, with the first row that has it."""
        column, listed = sql.Identifier(name), 0
        query = sql.SQL("SELECT {0}, min(_id), count(*) FROM {1} WHERE {0} IS NOT NULL GROUP BY 1 ORDER BY 2").format(
            column, self._table
        )
        for value, row, count in self._driver().execute(query):
            fault = code_fault(str(value), on)
            if fault is not None and listed < MOST_CODES:
                listed += 1
                yield Finding(
                    fault.rule, fault.severity, fault.message, row=row, column=name, value=str(value), count=count
                )

    def equal_rows(self, row_count: int) -> list[Finding]:
        """V6: rows that say the same as an earlier one. A warning, since some tables have no key."""
        if not self._entries or row_count > MOST_COMPARED or len(self._entries) > WIDEST_COMPARED:
            return []
        columns = sql.SQL(", ").join(sql.Identifier(entry.name) for entry in self._entries)
        query = sql.SQL(
            "SELECT min(second), sum(more) FROM (SELECT (array_agg(_id ORDER BY _id))[2] AS second,"
            " count(*) - 1 AS more FROM {} GROUP BY {} HAVING count(*) > 1) x"
        ).format(self._table, columns)
        row: Any = self._driver().execute(query).fetchone()
        if row is None or row[0] is None:
            return []
        message = "{count} baris sama persis dengan baris sebelumnya; yang pertama baris {row}."
        params = {"count": int(row[1]), "row": int(row[0])}
        return [Finding("V6.baris_kembar", Severity.PERINGATAN, message, params, row=int(row[0]), count=int(row[1]))]

    def _numbers(self) -> Iterator[Finding]:
        """V9: every column that can hold a long number, read only where it does."""
        suspects = self._suspects()
        if not suspects:
            return
        counts: Counter[tuple[str, str]] = Counter()
        first: dict[tuple[str, str], tuple[int, str]] = {}
        for entry in suspects:
            column = sql.Identifier(entry.name)
            query = sql.SQL(
                "SELECT _id, {0}::text FROM {1} WHERE {2} AND {0}::text ~ {3} ORDER BY _id LIMIT {4}"
            ).format(column, self._table, _long(entry), sql.Literal(_LONG), sql.Literal(MOST_NUMBERS))
            for row, text in self._driver().execute(query):
                for hit in hits(text):
                    key = (entry.name, hit.kind)
                    counts[key] += 1
                    first.setdefault(key, (row, hit.masked))
        for (name, kind), (row, masked) in first.items():
            yield personal_finding(kind, name, row, masked, counts[name, kind])

    def _suspects(self) -> list[ColumnEntry]:
        candidates = [entry for entry in self._entries if entry.type in _TEXT | _NUMBER]
        found: list[ColumnEntry] = []
        for start in range(0, len(candidates), 500):
            part = candidates[start : start + 500]
            tests = sql.SQL(", ").join(sql.SQL("coalesce(bool_or({}), false)").format(_long(entry)) for entry in part)
            row: Any = self._driver().execute(sql.SQL("SELECT {} FROM {}").format(tests, self._table)).fetchone()
            found += [entry for entry, long in zip(part, row, strict=True) if long]
        return found

    def _driver(self) -> psycopg.Connection[Any]:
        driver = self._session.connection().connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            raise TypeError("the vault needs psycopg")
        return driver


def _long(entry: ColumnEntry) -> sql.Composed:
    """Whether a cell is long enough to hold a NIK or NIP: cheap, before any pattern is tried."""
    column = sql.Identifier(entry.name)
    if entry.type in _TEXT:
        return sql.SQL("length({}) >= 15").format(column)
    return sql.SQL("abs({}) >= 1000000000000000").format(column)
