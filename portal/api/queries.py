"""Questions of the API to schema `catalog` that the pages do not ask. One statement each, no parsing of documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from uuid import UUID

import orjson
import psycopg
from psycopg import sql
from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    Table,
    Text,
    cast,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import Session

from portal.api import orders
from portal.api.direct import Raw
from portal.catalog import models
from portal.catalog.reader import CatalogReader
from portal.kernel.ids import as_uuid
from search.query import Sort

if TYPE_CHECKING:
    from portal.api.memory import Memory

T = TypeVar("T")
#: Where a page of the whole catalogue ended: the id and the key of its last dataset.
Place = tuple[str, Any]

#: Fields of a resource that can be searched: CKAN looks for a part of a text; the others must be equal.
TEXT_FIELDS = frozenset({
    "url", "format", "description", "hash", "name", "resource_type", "mimetype", "mimetype_inner", "cache_url",
    "url_type",
})  # fmt: skip
EQUAL_FIELDS = frozenset({"size", "created", "last_modified", "metadata_modified", "cache_last_updated"})
RESOURCE_FIELDS = TEXT_FIELDS | EQUAL_FIELDS
#: Rows that are counted one by one; more are estimated.
MOST_COUNTED = 1_000

_DOCUMENTS = "SELECT CAST(id AS text), doc FROM catalog.dataset WHERE id = ANY (CAST(%s AS uuid[]))"
_TITLES = "SELECT id, title, name FROM catalog.dataset WHERE id = ANY (%s)"
_BY_ID = "SELECT doc FROM catalog.dataset WHERE id = %s"
_BY_NAME = "SELECT doc FROM catalog.dataset WHERE name = CAST(%s AS text)"

GroupSort = Literal["name", "title", "package_count"]


@dataclass(frozen=True, slots=True)
class GroupRow:
    """An organisation or a subject group with the number of its published datasets."""

    id: UUID
    name: str
    title: str
    description: str
    created: datetime
    package_count: int
    image_url: str = ""
    extras: Sequence[dict[str, str]] = ()
    approval_status: str = "approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFilter:
    """Which groups, in which order; `limit` None is all."""

    names: tuple[str, ...] = ()
    words: str = ""
    sort: GroupSort = "title"
    descending: bool = False
    limit: int | None = None
    offset: int = 0


class Queries:
    """On the public role's session: what it cannot read does not exist here."""

    def __init__(self, session: Session, memory: Memory | None = None) -> None:
        self.session = session
        self.catalog = CatalogReader(session)
        self.memory = memory

    def _recalled(self, name: str, make: Callable[[], T]) -> T:
        """What was read before, while nothing has changed; read anew where this process keeps nothing."""
        return make() if self.memory is None else self.memory.recall(name, make)

    def package(self, name_or_id: str) -> str | None:
        """The ready document of a live dataset, or None (withdrawn, unknown and unpublished alike)."""
        key = as_uuid(name_or_id)
        if self.memory is not None:
            rows = self.memory.direct.rows(_BY_ID if key else _BY_NAME, (key or name_or_id,))
            return rows[0][0].decode() if rows else None
        table = models.dataset
        where = table.c.id == key if key else table.c.name == name_or_id
        return self.session.scalar(select(table.c.doc).where(where))

    def document_parts(self, ids: Sequence[str]) -> list[bytes]:
        """Ready documents by id in the order given, as one JSON list in UTF-8, in parts; an id that the database lacks
        is dropped (I9). Nothing is made into objects: ids go as one text, documents leave as the bytes they are.
        """
        found = self.documents(ids)
        keys = (item.encode() for item in ids)
        parts = [part for key in keys if key in found for part in (b",", found[key])]
        return [b"[", *parts[1:], b"]"]

    def documents(self, ids: Sequence[str]) -> dict[bytes, bytes]:
        """Ready documents of live datasets by id, as bytes, in one statement."""
        return dict(self._documents(f"{{{','.join(ids)}}}")) if ids else {}

    def _documents(self, ids: str) -> list[tuple[bytes, bytes]]:
        """Ids and ready documents as bytes; `ids` is PostgreSQL's way of writing a list."""
        if self.memory is not None:
            return self.memory.direct.rows(_DOCUMENTS, (ids,))
        driver = self.session.connection().connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            raise TypeError("the catalogue needs psycopg")
        with driver.cursor() as cursor:
            cursor.adapters.register_loader("text", Raw)
            return list(cursor.execute(_DOCUMENTS, (ids,)))

    def names_of(self, ids: Iterable[str]) -> dict[str, str]:
        """Id → name of those of these datasets that are live."""
        table = models.dataset
        query = select(table.c.id, table.c.name).where(table.c.id.in_([UUID(one) for one in ids]))
        return {str(key): name for key, name in self.session.execute(query)}

    def suggested(self, words: Sequence[str], limit: int) -> list[tuple[str, str]] | None:
        """(title, name) of datasets whose title holds the words, the last as a beginning, from memory; None where there
        is none of this moment, and an engine is to be asked."""
        titles = None if self.memory is None else self.memory.titles()
        if titles is None or self.memory is None:
            return None
        ids = titles.find(words, limit)
        rows = self.memory.direct.rows(_TITLES, (ids,)) if ids else []
        found = {key: (title.decode(), name.decode()) for key, title, name in rows}
        return [found[key] for key in ids if key in found]

    def browse(self, order: Sort, rows: int, skip: int, after: Place | None = None) -> list[Place]:
        """(id, key) of live datasets by time of change or by name, ties by id: an index keeps the order.

        With `after` it begins behind that place, then skips.
        """
        identity, key = after or ("", None)
        values = {"id": identity, "key": key, "rows": rows, "skip": skip}
        found = self._rows(orders.page(order, behind=after is not None), values)
        return [(_text(identity), _text(key)) for identity, key in found]

    def ladder(self, order: Sort) -> list[tuple[int, Place]]:
        """Every `orders.STEP`th place of the whole catalogue in an order, with its position."""
        found = self._rows(orders.ladder(order), {"step": orders.STEP})
        return [(place, (_text(identity), _text(key))) for place, identity, key in found]

    def _rows(self, text: sql.Composed, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        """Rows of one statement: on a connection of its own where there is one, else in the session."""
        if self.memory is not None:
            return self.memory.direct.rows(text, values)
        driver = self.session.connection().connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            raise TypeError("the catalogue needs psycopg")
        return driver.execute(text, values).fetchall()

    def newest(
        self, limit: int, offset: int = 0, *, organization: UUID | None = None, theme: UUID | None = None,
        tag: str | None = None,
    ) -> list[str]:  # fmt: skip
        """Ready documents of live datasets, most recently changed first."""
        table = models.dataset
        query = select(table.c.doc).order_by(table.c.modified.desc(), table.c.id).limit(limit).offset(offset)
        if organization is not None:
            query = query.where(table.c.organization_id == organization)
        if theme is not None:
            link = models.dataset_theme
            query = query.join(link, link.c.dataset_id == table.c.id).where(link.c.theme_id == theme)
        if tag is not None:
            mark = models.dataset_tag
            query = query.join(mark, mark.c.dataset_id == table.c.id).where(mark.c.tag == tag)
        return list(self.session.scalars(query))

    def names(self, limit: int | None, offset: int) -> bytes:
        """Names of live datasets, sorted, as one JSON list made by the database."""

        def read() -> bytes:
            inner = select(models.dataset.c.name).order_by(models.dataset.c.name).limit(limit).offset(offset).subquery()
            return self._list(select(inner.c.name.label("item")), "item").encode()

        return read() if limit is not None or offset else self._recalled("names", read)

    def tags(self, words: Sequence[str], limit: int | None, offset: int) -> list[str]:
        """Tags in use that hold every one of the words, sorted."""
        return self._holding(words)[offset : None if limit is None else offset + limit]

    def _holding(self, words: Sequence[str]) -> list[str]:
        wanted = [word.lower() for word in words]
        return [name for name, folded in self._tags() if all(word in folded for word in wanted)]

    def _tags(self) -> tuple[tuple[str, str], ...]:
        """Every tag in use, sorted, and the same in lower case."""

        def read() -> tuple[tuple[str, str], ...]:
            mark = models.dataset_tag
            names = self.session.scalars(select(mark.c.tag).distinct().order_by(mark.c.tag))
            return tuple((name, name.lower()) for name in names)

        return self._recalled("tags", read)

    def tag_names(self) -> str:
        """Every tag in use, sorted, as one JSON list."""
        return self._recalled("tag_names", lambda: orjson.dumps([name for name, _ in self._tags()]).decode())

    def count_tags(self, words: Sequence[str]) -> int:
        """Number of tags in use that hold every one of the words."""
        return len(self._holding(words))

    def has_tag(self, name: str) -> bool:
        """Whether a live dataset bears the tag."""
        mark = models.dataset_tag
        return self.session.scalar(select(mark.c.tag).where(mark.c.tag == name).limit(1)) is not None

    def _list(self, query: Select[Any], column: str) -> str:
        item = query.subquery().c[column]
        whole = func.coalesce(cast(func.json_agg(aggregate_order_by(item, item)), Text), "[]")
        return str(self.session.scalar(select(whole)))

    def organizations(self, wanted: GroupFilter) -> list[GroupRow]:
        """Agencies that stand on the public side."""
        counted = (models.dataset.c.organization_id, models.dataset)
        return _chosen(self._recalled("organizations", lambda: self._groups(models.organization, counted)), wanted)

    def themes(self, wanted: GroupFilter) -> list[GroupRow]:
        """Subject groups."""
        counted = (models.dataset_theme.c.theme_id, models.dataset_theme)
        return _chosen(self._recalled("themes", lambda: self._groups(models.theme, counted)), wanted)

    def _groups(self, table: Table, count: tuple[Column[Any], Table]) -> tuple[GroupRow, ...]:
        """All of them by title, with their counts: one statement, whatever is asked of them."""
        key, counted = count
        counts = select(key, func.count().label("number")).group_by(key).select_from(counted).subquery()
        query = (
            select(
                table.c.id, table.c.name, table.c.title, table.c.description, table.c.created,
                func.coalesce(counts.c.number, 0), table.c.image_url, table.c.extras, table.c.approval_status,
            )
            .outerjoin(counts, counts.c[key.name] == table.c.id)
            .where(table.c.state == "active")
            .order_by(table.c.title, table.c.name)
        )  # fmt: skip
        return tuple(GroupRow(*row) for row in self.session.execute(query))

    def formats(self, words: str, limit: int) -> list[str]:
        """Formats of live resources that hold the words, most frequent first, in lower case."""
        table, live = models.resource, models.dataset
        form = func.lower(table.c.format).label("form")
        query = (
            select(form)
            .join(live, (live.c.id == table.c.dataset_id) & (live.c.version == table.c.version))
            .where(table.c.format.icontains(words, autoescape=True))
            .group_by(form)
            .order_by(func.count().desc(), form)
            .limit(limit)
        )
        return list(self.session.scalars(query))

    def resource(self, resource_id: str) -> str | None:
        """The ready document of a resource of a live dataset, or None."""
        key = as_uuid(resource_id)
        if key is None:
            return None
        table, live = models.resource, models.dataset
        query = (
            select(table.c.doc)
            .join(live, (live.c.id == table.c.dataset_id) & (live.c.version == table.c.version))
            .where(table.c.id == key)
        )
        return self.session.scalar(query)

    def resources(
        self, terms: Sequence[tuple[str, str]], order_by: str | None, limit: int | None, offset: int
    ) -> tuple[int, list[str]]:
        """Number of resources of live datasets that meet every (field, term), and the documents of one page.

        The number is exact up to `MOST_COUNTED`; above, the planner's estimate, so that a common word costs no more
        than a rare one.
        """
        table, live = models.resource, models.dataset
        joined = table.join(live, (live.c.id == table.c.dataset_id) & (live.c.version == table.c.version))
        met = select(table.c.doc).select_from(joined).where(*(_resource_condition(*pair) for pair in terms))
        query = met.order_by(_member(order_by)) if order_by in RESOURCE_FIELDS else met
        documents = list(self.session.scalars(query.order_by(table.c.id).limit(limit).offset(offset)))
        seen = offset + len(documents)
        if documents and limit is not None and len(documents) < limit:
            return seen, documents
        return max(seen if documents else 0, self._count(met)), documents

    def _count(self, query: Select[Any]) -> int:
        """How many rows a query has: exactly up to `MOST_COUNTED`, else by estimate."""
        some = query.with_only_columns(literal_column("1")).limit(MOST_COUNTED + 1).subquery()
        count = int(self.session.scalar(select(func.count()).select_from(some)) or 0)
        return count if count <= MOST_COUNTED else max(count, self._estimate(query))

    def _estimate(self, query: Select[Any]) -> int:
        connection = self.session.connection()
        made = query.compile(connection)
        plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {made}", dict(made.params)).scalar()
        return int(plan[0]["Plan"]["Plan Rows"]) if plan else 0


def _text(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


def _chosen(rows: Sequence[GroupRow], wanted: GroupFilter) -> list[GroupRow]:
    """Those that are wanted, in the order wanted; `rows` come by title."""
    names = {*wanted.names, *(str(key) for name in wanted.names if (key := as_uuid(name)))}
    word = wanted.words.lower()
    found = [
        row
        for row in rows
        if (not names or row.name in names or str(row.id) in names)
        and (not word or any(word in part.lower() for part in (row.name, row.title, row.description)))
    ]
    if wanted.sort == "name":
        found.sort(key=lambda row: row.name)
    elif wanted.sort == "package_count":
        found.sort(key=lambda row: (-row.package_count if wanted.descending else row.package_count, row.name))
    if wanted.descending and wanted.sort != "package_count":
        found.reverse()
    return found[wanted.offset : None if wanted.limit is None else wanted.offset + wanted.limit]


def _member(field: str) -> ColumnElement[Any]:
    """A field of a resource: its column where there is one, else the member of the ready document."""
    table = models.resource
    columns: dict[str, ColumnElement[Any]] = {
        "name": table.c.name,
        "format": table.c.format,
        "description": literal_column("catalog.resource.description", Text),
        "url": literal_column("catalog.resource.url", Text),
    }
    return columns[field] if field in columns else type_coerce(cast(table.c.doc, JSONB)[field].astext, Text)


def _resource_condition(field: str, term: str) -> ColumnElement[bool]:
    member = _member(field)
    if field == "hash":
        return member.istartswith(term, autoescape=True)
    return member.icontains(term, autoescape=True) if field in TEXT_FIELDS else member == term
