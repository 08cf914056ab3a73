"""Actions on rows: `datastore_search` and `datastore_info`, over the published tables (the office adds drafts)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import urlencode

import orjson
from pydantic import BeforeValidator, field_validator, model_validator
from pydantic_core import PydanticUseDefault

from portal.api import records
from portal.api.action import Action, Call
from portal.api.arguments import Arguments, LaxFlag, Text, as_natural, refused
from portal.api.row_query import RowArguments, as_offset, invalid, question
from portal.contract.metadata import ColumnEntry
from portal.contract.protocols import ResourceView
from portal.kernel.errors import Gone, Invalid, NotFound
from portal.kernel.texts import gettext as _
from portal.tables import facts as table_facts
from portal.tables.questions import ID, Form, Question, Shape
from portal.tables.reader import TableReader, driver_of
from portal.tables.rows import MAX_ROWS

ROWS = 100
BLANK = -1
#: Rows of a table from which on a guess of their number saves anything.
WORTH_GUESSING = 10_000
PATH = "/api/3/action/datastore_search"
FORMATS = ("objects", "lists", "csv", "tsv")
#: CKAN's list of all tables, and how its columns are shown.
LISTING = "_table_metadata"
_LISTED = Shape.of(
    ResourceView(
        id=None, version=0, dataset_id=None, dataset_name="", dataset_title="", name=LISTING, kind="", format="",  # type: ignore[arg-type]
        table="table_metadata",
        columns=(ColumnEntry(name="name", type="name"), ColumnEntry(name="oid", type="oid"),
                 ColumnEntry(name="alias_of", type="name")),
    ),
    "catalog",
)  # fmt: skip


def _as_format(value: Any) -> Any:
    if value == "":
        raise PydanticUseDefault
    if value not in FORMATS:
        raise refused(_("Nilai harus salah satu dari %(values)s", values=", ".join(FORMATS)))
    return value


def resource_id(data: Any) -> Any:
    """`id` is another name of `resource_id`; a blank one is none."""
    if not isinstance(data, dict):
        return data
    kept = {key: value for key, value in data.items() if key not in ("id", "resource_id")}
    found = next((data[key] for key in ("resource_id", "id") if data.get(key) not in (None, "", [], {})), None)
    if isinstance(found, dict | list):
        found = orjson.dumps(found).decode()  # names no table: missing, as in CKAN, and not a wrong type
    return kept if found is None else {**kept, "resource_id": found}


def _as_limit(value: Any) -> int:
    """A natural number; one that is larger than any table is as good as the ceiling."""
    large = isinstance(value, int | float) and value > MAX_ROWS
    return MAX_ROWS if large else as_natural(value)


def _as_start(value: Any) -> int:
    """Where the page begins; a blank one makes no query, as in CKAN (told by `search`)."""
    return BLANK if value == "" else as_offset(value)


class SearchArguments(RowArguments):
    """CKAN's arguments of `datastore_search`; `said_sort` is the order in the caller's own words."""

    resource_id: Text
    limit: Annotated[int, BeforeValidator(_as_limit)] = ROWS
    offset: Annotated[int, BeforeValidator(_as_start)] = 0
    include_total: LaxFlag = True
    include_next_page: LaxFlag = False
    total_estimation_threshold: Any = None
    records_format: Annotated[Form, BeforeValidator(_as_format)] = "objects"
    said_sort: Any = None

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: Any) -> Any:
        named = resource_id(data)
        return {**named, "said_sort": named.get("sort")} if isinstance(named, dict) else named

    @field_validator("limit")
    @classmethod
    def _capped(cls, value: int) -> int:
        return min(value, MAX_ROWS)

    def shown(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The columns of the answer's `fields`: named twice they stand twice; none for an empty list, as in CKAN."""
        return self.fields if "fields" in self.model_fields_set else names

    def given(self) -> dict[str, Any]:
        """What the caller said, as the answer repeats it."""
        said = self.model_fields_set - {"fields", "records_format", "total_estimation_threshold", "said_sort"}
        echoed = {name: getattr(self, name) for name in sorted(said)}
        if "sort" in echoed:
            echoed["sort"] = self.said_sort
        return echoed


class InfoArguments(Arguments):
    """A table, and how much of what is known of it."""

    resource_id: Text
    include_meta: LaxFlag = True
    include_fields_schema: LaxFlag = True

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: Any) -> Any:
        return resource_id(data)


@dataclass(frozen=True, slots=True)
class Source:
    """A table that this caller may read, and what reads it."""

    shape: Shape
    reader: TableReader
    id: str
    aliases: Callable[[], Sequence[str]] = tuple


def no_table(name: str) -> NotFound:
    """Withdrawn, unknown, not published and without a table: all alike (I7)."""
    return NotFound(_('sumber data "%(id)s"', id=name[:80]))


def published(call: Call, name: str) -> Source:
    """The published table of a resource, by id or alias. Raises NotFound."""
    reader = TableReader(lambda: driver_of(call.queries.session))
    if name == LISTING:
        return Source(_LISTED, reader, LISTING)
    try:
        found = call.tables(name)
    except (NotFound, Gone):
        found = None
    if found is None or found.table is None:
        raise no_table(name)
    key = str(found.id)
    return Source(Shape.of(found), reader, key, lambda: table_facts.aliases(reader.driver(), key))


def datastore_search(call: Call, args: SearchArguments) -> object:
    """Return rows of a table. `resource_id` (or an alias); `filters` (value, list of values, `{"gte": 2, "lt": 4}` per
    column, `$or`, `$and`), `q` (words, or an object of words per column), `full_text`, `plain`, `language`, `fields`,
    `sort`, `distinct`, `limit` (100, at most 32,000), `offset`, `include_total`, `total_estimation_threshold`,
    `include_next_page`, `records_format` (objects, lists, csv, tsv)."""
    return search(published(call, args.resource_id), args)


def search(source: Source, args: SearchArguments) -> dict[str, Any]:
    """The answer for one table; at most one statement for the rows and one for their number. Raises Invalid."""
    for extra in args.model_extra or {}:
        raise invalid("__extras", extra)
    if args.offset == BLANK:
        raise Invalid(fields={"query": [_("Kueri tidak sah")]})
    shape = source.shape
    asked = replace(question(shape, args), limit=args.limit)
    keyed = args.include_next_page and not asked.distinct and _by_id(asked)
    page = source.reader.page(shape, asked, args.records_format, keyed=keyed)
    ranks = [words.rank for words in asked.words] if asked.fields is None else []
    result: dict[str, Any] = {
        **args.given(),
        "resource_id": args.resource_id if source.id == LISTING else source.id,
        "limit": args.limit,
        "include_total": args.include_total,
        "include_next_page": args.include_next_page,
        "records_format": args.records_format,
        "fields": [records.field(shape.known[name]) for name in args.shown(shape.shown(asked))]
        + [{"id": name, "type": "float"} for name in ranks],
        "records": page.records if isinstance(page.records, str) else orjson.Fragment(page.records),
        "_links": _links(args),
    }
    if asked.where is not None:
        result["filterops"] = asked.where.plain()
    if args.include_total:
        result.update(_total(source, asked, args, page.count))
    if keyed and page.last is not None:
        result["next_page"] = {ID: {"lt" if asked.sort and asked.sort[0].descending else "gt": page.last}}
    return result


def _by_id(asked: Question) -> bool:
    if not asked.sort:
        return not asked.words
    return len(asked.sort) == 1 and asked.sort[0].column == ID


def _total(source: Source, asked: Question, args: SearchArguments, shown: int | None) -> dict[str, Any]:
    """How many rows match; guessed by the planner where the caller allows it above a threshold (CKAN to 2.11)."""
    threshold = args.total_estimation_threshold
    if threshold is None:
        return {"total": source.reader.total(source.shape, asked, shown)}
    large = (source.shape.row_count or 0) >= WORTH_GUESSING
    if large and isinstance(threshold, int) and not asked.unfiltered and not asked.distinct:
        guess = source.reader.estimate(source.shape, asked)
        if guess > threshold:
            return {"total": guess, "total_was_estimated": True}
    return {"total": source.reader.total(source.shape, asked, shown), "total_was_estimated": False}


def _links(args: SearchArguments) -> dict[str, str]:
    """`start`, `next` and `prev`, which CKAN 2.12 has no more but older clients follow."""
    said = {**args.given(), "fields": ",".join(args.fields), "records_format": args.records_format}
    pairs = {name: _pair(value) for name, value in said.items() if name not in ("offset", "id") and value != ""}

    def link(offset: int) -> str:
        return f"{PATH}?{urlencode({**pairs, 'offset': offset} if offset else pairs)}"

    found = {"start": link(0), "next": link(args.offset + args.limit)}
    if args.offset:
        found["prev"] = link(max(0, args.offset - args.limit))
    return found


def _pair(value: Any) -> str:
    if isinstance(value, dict | list):
        return orjson.dumps(value).decode()
    return str(value).lower() if isinstance(value, bool) else str(value)


def datastore_info(call: Call, args: InfoArguments) -> object:
    """Return the columns of a table with what its dictionary says, its number of rows and its size.
    `resource_id` (or an alias); `include_meta`, `include_fields_schema` (both true)."""
    return info(published(call, args.resource_id), args)


def info(source: Source, args: InfoArguments) -> dict[str, Any]:
    """The answer for one table."""
    shape = source.shape
    result: dict[str, Any] = {"fields": [_described(column) for column in shape.columns]}
    if not (args.include_meta or args.include_fields_schema):
        return result
    facts = table_facts.of(source.reader.driver(), shape.schema, shape.table)
    if args.include_fields_schema:
        result["fields"] = [{**_described(column), "schema": facts.schema(column.name)} for column in shape.columns]
    if args.include_meta:
        result["meta"] = {
            "id": source.id,
            "count": source.reader.total(shape, Question()),
            "table_type": "BASE TABLE",
            "size": facts.size,
            "db_size": facts.db_size,
            "idx_size": facts.idx_size,
            "aliases": list(source.aliases()),
        }
    return result


def _described(column: ColumnEntry) -> dict[str, Any]:
    """A field as `datastore_info` names its type: CKAN keeps JSON in a type called `nested`."""
    found = records.field(column)
    return {**found, "type": "nested"} if found["type"] == "json" else found


ACTIONS = (
    Action("datastore_search", SearchArguments, datastore_search),
    Action("datastore_info", InfoArguments, datastore_info),
)
