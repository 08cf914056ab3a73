"""What may be asked of one table: CKAN's datastore questions as values, without any SQL and without any caller's text
in a place where SQL could come from. `portal.tables.statements` makes statements of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from portal.contract.metadata import ColumnEntry
from portal.contract.protocols import ResourceView

Comparison = Literal["eq", "in", "gt", "gte", "lt", "lte"]
Joint = Literal["$and", "$or"]
Form = Literal["objects", "lists", "csv", "tsv"]

ID = "_id"
ID_COLUMN = ColumnEntry(name=ID, label="Nomor baris", type="bigint")


@dataclass(frozen=True, slots=True)
class Match:
    """One condition on one column; `value` is what JSON held (a list for `in`)."""

    field: str
    op: Comparison
    value: Any

    def plain(self) -> dict[str, Any]:
        """CKAN's own account of it (`filterops`)."""
        return {"op": self.op, "field": self.field, "value": self.value}


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions of which all (`$and`) or any (`$or`) must hold."""

    op: Joint
    members: tuple[Condition, ...]

    def plain(self) -> dict[str, Any]:
        """CKAN's own account of it (`filterops`)."""
        return {"op": self.op, "field": None, "value": [member.plain() for member in self.members]}


Condition = Match | Group


@dataclass(frozen=True, slots=True)
class Words:
    """Full text: in all columns (`column` None) or in one. `plain`: words, else PostgreSQL's query language."""

    text: str
    column: str | None = None
    plain: bool = True
    language: str = ""

    @property
    def rank(self) -> str:
        """CKAN's name of the column that tells how well a row matches."""
        return "rank" if self.column is None else f"rank {self.column}"


@dataclass(frozen=True, slots=True)
class Sort:
    """One key of the order; without `nulls` they stand where PostgreSQL puts them (last, or first when descending)."""

    column: str
    descending: bool = False
    nulls: Literal["first", "last"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. `fields` None is every column, `_id` and ranks included; `limit` None is no ceiling (dumps)."""

    where: Condition | None = None
    words: tuple[Words, ...] = ()
    fields: tuple[str, ...] | None = None
    sort: tuple[Sort, ...] = ()
    distinct: bool = False
    limit: int | None = 100
    offset: int = 0

    @property
    def unfiltered(self) -> bool:
        """Whether every row of the table answers."""
        return self.where is None and not self.words and not self.distinct


@dataclass(frozen=True, slots=True)
class Shape:
    """A table as questions see it: where it lies, its public columns in order, what was prepared for reading.

    `paged` rows from the first are kept as ready JSON (`portal.tables.pages`); `words` tells that column `_full_text`
    is there. `live`: rows may be without it, until they are settled.
    """

    schema: str
    table: str
    columns: tuple[ColumnEntry, ...]
    row_count: int | None = None
    paged: int = 0
    words: bool = False
    live: bool = False
    known: Mapping[str, ColumnEntry] = field(default_factory=dict)

    @classmethod
    def of(cls, resource: ResourceView, schema: str = "rows") -> Shape:
        """The shape of a resource that has a table: `public: false` columns and geometry are not in it."""
        shown = tuple(item for item in resource.columns if item.public and item.type != "geometry")
        known = {ID: ID_COLUMN, **{item.name: item for item in shown}}
        return cls(
            schema=schema,
            table=resource.table or "",
            columns=shown,
            row_count=resource.row_count,
            paged=resource.paged,
            words=resource.words,
            live=resource.live,
            known=known,
        )

    def shown(self, question: Question) -> tuple[str, ...]:
        """Names of the columns of an answer, without ranks."""
        return tuple(self.known) if question.fields is None else question.fields
