"""Rows of published tables: paging, filters, totals, streaming. Names come from the dictionary, values are bound.

The same class reads schema `rows` on the public side and, under an opening, the vault's bulk tables on the office
side (`schema`): row security there, the pointer here, decide what is seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, column, func, or_, select, table
from sqlalchemy.orm import Session

from portal.contract.metadata import ColumnEntry
from portal.contract.protocols import ResourceView, RowFilter, RowPage, RowQuery
from portal.kernel.errors import Invalid, NotFound
from portal.kernel.texts import gettext as _
from portal.tables import columns as typing

HANDLE = re.compile(r"^[tl]_[0-9a-f]{32}_[0-9]{1,9}$")
MAX_ROWS = 32_000
MAX_OFFSET = 100_000_000
MAX_WORDS = 10
ID_COLUMN = ColumnEntry(name="_id", label="Nomor baris", type="integer")


class SqlRows:
    """`portal.contract.protocols.Rows` over one schema of one session."""

    def __init__(self, session: Session, schema: str = "rows") -> None:
        self.session = session
        self.schema = schema

    def page(self, resource: ResourceView, query: RowQuery) -> RowPage:
        """One page of rows. Raises Invalid for a column, operator or value that does not fit, NotFound without rows."""
        if not 0 <= query.limit <= MAX_ROWS or not 0 <= query.offset <= MAX_OFFSET:
            raise Invalid(_("Batas baris 0 sampai %(n)s.", n=MAX_ROWS), rule="tabel.batas")
        shown = self._shown(resource, query)
        rows: tuple[tuple[Any, ...], ...] = ()
        if query.limit:
            statement = self._select(resource, query, shown).limit(query.limit).offset(query.offset)
            rows = tuple(tuple(row) for row in self.session.execute(statement))
        total = self._total(resource, query, shown) if query.include_total else None
        return RowPage(shown, rows, total)

    def stream(self, resource: ResourceView, query: RowQuery) -> Iterator[tuple[Any, ...]]:
        """Every matching row through a server-side cursor; memory stays flat."""
        statement = self._select(resource, query, self._shown(resource, query))
        if query.limit:
            statement = statement.limit(query.limit)
        if query.offset:
            statement = statement.offset(query.offset)
        result = self.session.execute(statement, execution_options={"stream_results": True, "yield_per": 2000})
        for row in result:
            yield tuple(row)

    def totals(self, resource: ResourceView, query: RowQuery) -> Mapping[str, Any]:
        """{column: {sum, min, max}} of the numeric columns over all matching rows, in one statement."""
        numeric = [item for item in resource.columns if item.public and typing.is_numeric(item)]
        if not numeric:
            return {}
        parts: list[ColumnElement[Any]] = []
        for item in numeric:
            parts += [func.sum(column(item.name)), func.min(column(item.name)), func.max(column(item.name))]
        statement = select(*parts).select_from(self._table(resource)).where(*self._conditions(resource, query))
        row = self.session.execute(statement).one()
        return {
            item.name: {"sum": row[3 * index], "min": row[3 * index + 1], "max": row[3 * index + 2]}
            for index, item in enumerate(numeric)
        }

    def distinct(self, resource: ResourceView, name: str, limit: int = 200) -> Sequence[tuple[Any, int]]:
        """Values of a column with their counts, most frequent first. Raises Invalid for an unknown column."""
        self._column(resource, name)
        parts: list[ColumnElement[Any]] = [column(name), func.count()]
        statement: Select[Any] = (
            select(*parts)
            .select_from(self._table(resource))
            .group_by(column(name))
            .order_by(func.count().desc(), column(name))
            .limit(limit)
        )
        return [(row[0], row[1]) for row in self.session.execute(statement)]

    def _table(self, resource: ResourceView) -> Any:
        if resource.table is None or not HANDLE.fullmatch(resource.table):
            raise NotFound
        return table(resource.table, schema=self.schema)

    def _shown(self, resource: ResourceView, query: RowQuery) -> tuple[ColumnEntry, ...]:
        if query.columns is None:
            visible = tuple(item for item in resource.columns if item.public and item.type != "geometry")
            return visible if query.distinct else (ID_COLUMN, *visible)
        return tuple(self._column(resource, name) for name in query.columns)

    def _column(self, resource: ResourceView, name: str) -> ColumnEntry:
        """The dictionary's entry: a name that is not in it never reaches SQL."""
        if name == ID_COLUMN.name:
            return ID_COLUMN
        for item in resource.columns:
            if item.name == name and item.public and item.type != "geometry":
                return item
        message = _("Kolom “%(name)s” tidak ada dalam tabel ini.", name=name[:80])
        raise Invalid(message, fields={"fields": [message]}, rule="tabel.kolom")

    def _select(
        self,
        resource: ResourceView,
        query: RowQuery,
        shown: Sequence[ColumnEntry],
        cells: Sequence[ColumnElement[Any]] = (),
    ) -> Select[Any]:
        """The rows asked for; `cells` are said in place of the plain columns."""
        parts = list(cells) or [column(item.name) for item in shown]
        statement: Select[Any] = select(*parts).select_from(self._table(resource))
        statement = statement.where(*self._conditions(resource, query))
        if query.distinct:
            statement = statement.distinct()
        order: list[ColumnElement[Any]] = []
        for key in query.sort:
            self._column(resource, key.column)
            part: ColumnElement[Any] = column(key.column)
            order.append(part.desc().nulls_last() if key.descending else part.asc().nulls_last())
        if not query.distinct and "_id" not in {key.column for key in query.sort}:
            order.append(column("_id").asc())
        return statement.order_by(*order)

    def _total(self, resource: ResourceView, query: RowQuery, shown: Sequence[ColumnEntry]) -> int:
        """Counted only where a filter asks for it: unfiltered, the stored number is exact (versions are immutable)."""
        plain = not query.filters and not query.q.strip() and not query.distinct
        if plain and resource.row_count is not None:
            return resource.row_count
        if query.distinct:
            inner = self._select(resource, query, shown).order_by(None).subquery()
            return int(self.session.scalar(select(func.count()).select_from(inner)) or 0)
        statement = select(func.count()).select_from(self._table(resource)).where(*self._conditions(resource, query))
        return int(self.session.scalar(statement) or 0)

    def _conditions(self, resource: ResourceView, query: RowQuery) -> list[ColumnElement[bool]]:
        found = [self._condition(self._column(resource, item.column), item) for item in query.filters]
        words = _storable(query.q).split()[:MAX_WORDS]
        if words:
            texts = [item for item in resource.columns if item.public and item.type != "geometry"]
            for word in words:
                matches = [cast(column(item.name), String).icontains(word, autoescape=True) for item in texts]
                found.append(or_(*matches))
        return found

    def _condition(self, entry: ColumnEntry, wanted: RowFilter) -> ColumnElement[bool]:
        part: ColumnElement[Any] = column(entry.name)
        if wanted.operator == "empty":
            return part.is_(None)
        if wanted.operator == "filled":
            return part.is_not(None)
        if wanted.operator == "contains":
            return cast(part, String).icontains(_storable(wanted.values[0]), autoescape=True)
        values = [typing.parse(entry, text) for text in wanted.values]
        if wanted.operator == "in":
            return part.in_(values)
        if not values:
            raise Invalid(_("Saringan kolom %(name)s tanpa nilai.", name=entry.name), rule="tabel.saringan")
        return _compare(part, wanted.operator, values[0])


def _storable(text: str) -> str:
    """Without what no text column can hold: NUL and lone surrogates match nothing, so they are looked for as spaces."""
    return text.replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")


def _compare(part: ColumnElement[Any], operator: str, value: Any) -> ColumnElement[bool]:
    comparisons = {
        "eq": lambda: part == value,
        "ne": lambda: part != value,
        "gt": lambda: part > value,
        "gte": lambda: part >= value,
        "lt": lambda: part < value,
        "lte": lambda: part <= value,
    }
    result: ColumnElement[bool] = comparisons[operator]()
    return result
