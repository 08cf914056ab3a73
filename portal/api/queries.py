"""Questions of the API to schema `catalog` that the pages do not ask. One statement each, no parsing of documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, Text, cast, func, literal_column, or_, select, text, type_coerce
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import Session

from portal.catalog import models
from portal.catalog.reader import CatalogReader, as_uuid

#: Fields of a resource that can be searched: CKAN looks for a part of a text; the others must be equal.
TEXT_FIELDS = frozenset({
    "url", "format", "description", "hash", "name", "resource_type", "mimetype", "mimetype_inner", "cache_url",
    "url_type",
})  # fmt: skip
EQUAL_FIELDS = frozenset({"size", "created", "last_modified", "metadata_modified", "cache_last_updated"})
RESOURCE_FIELDS = TEXT_FIELDS | EQUAL_FIELDS

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

    def __init__(self, session: Session) -> None:
        self.session = session
        self.catalog = CatalogReader(session)

    def package(self, name_or_id: str) -> str | None:
        """The ready document of a live dataset, or None (withdrawn, unknown and unpublished alike)."""
        table = models.dataset
        key = as_uuid(name_or_id)
        where = table.c.id == key if key else table.c.name == name_or_id
        return self.session.scalar(select(table.c.doc).where(where))

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

    def names(self, limit: int | None, offset: int) -> str:
        """Names of live datasets, sorted, as one JSON list made by the database."""
        inner = select(models.dataset.c.name).order_by(models.dataset.c.name).limit(limit).offset(offset).subquery()
        return self._list(select(inner.c.name.label("item")), "item")

    def tags(self, words: Sequence[str], limit: int | None, offset: int) -> list[str]:
        """Tags in use that hold every one of the words, sorted."""
        query = _tags(words).order_by("tag").limit(limit).offset(offset)
        return list(self.session.scalars(query))

    def tag_names(self) -> str:
        """Every tag in use, sorted, as one JSON list made by the database."""
        return self._list(_tags(()), "tag")

    def count_tags(self, words: Sequence[str]) -> int:
        """Number of tags in use that hold every one of the words."""
        return int(self.session.scalar(select(func.count()).select_from(_tags(words).subquery())) or 0)

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
        table, item = models.organization, models.dataset
        count = select(func.count()).where(item.c.organization_id == table.c.id).correlate(table).scalar_subquery()
        return self._groups(table, count, wanted)

    def themes(self, wanted: GroupFilter) -> list[GroupRow]:
        """Subject groups."""
        table, link = models.theme, models.dataset_theme
        count = select(func.count()).where(link.c.theme_id == table.c.id).correlate(table).scalar_subquery()
        return self._groups(table, count, wanted)

    def _groups(self, table: Table, count: Any, wanted: GroupFilter) -> list[GroupRow]:
        query = select(
            table.c.id, table.c.name, table.c.title, table.c.description, table.c.created,
            count.label("package_count"), table.c.image_url, table.c.extras, table.c.approval_status,
        ).where(table.c.state == "active")  # fmt: skip
        if wanted.names:
            ids = [key for name in wanted.names if (key := as_uuid(name))]
            query = query.where(or_(table.c.name.in_(wanted.names), table.c.id.in_(ids)))
        if wanted.words:
            parts = (table.c.name, table.c.title, table.c.description)
            query = query.where(or_(*(part.icontains(wanted.words, autoescape=True) for part in parts)))
        order: Any = {"name": table.c.name, "title": table.c.title}.get(wanted.sort, literal_column("package_count"))
        query = query.order_by(order.desc() if wanted.descending else order.asc(), table.c.name)
        return [GroupRow(*row) for row in self.session.execute(query.limit(wanted.limit).offset(wanted.offset))]

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
        """Number of resources of live datasets that meet every (field, term), and the documents of one page."""
        table, live = models.resource, models.dataset
        joined = table.join(live, (live.c.id == table.c.dataset_id) & (live.c.version == table.c.version))
        conditions = [_resource_condition(field, term) for field, term in terms]
        count = self.session.scalar(select(func.count()).select_from(joined).where(*conditions))
        query = select(table.c.doc).select_from(joined).where(*conditions)
        if order_by in RESOURCE_FIELDS:
            query = query.order_by(_member(order_by))
        query = query.order_by(table.c.position, table.c.id).limit(limit).offset(offset)
        return int(count or 0), list(self.session.scalars(query))


def _tags(words: Sequence[str]) -> Select[Any]:
    mark = models.dataset_tag
    conditions = [mark.c.tag.icontains(word, autoescape=True) for word in words]
    return select(mark.c.tag).where(*conditions).distinct()


def _member(field: str) -> ColumnElement[Any]:
    """A field of a resource: its column where there is one, else the member of the ready document."""
    table = models.resource
    columns: dict[str, ColumnElement[Any]] = {"name": table.c.name, "format": table.c.format}
    return columns[field] if field in columns else type_coerce(cast(table.c.doc, JSONB)[field].astext, Text)


def _resource_condition(field: str, term: str) -> ColumnElement[bool]:
    member = _member(field)
    if field == "hash":
        return member.istartswith(term, autoescape=True)
    return member.icontains(term, autoescape=True) if field in TEXT_FIELDS else member == term
