"""Actions on rows: `datastore_search` and `datastore_info`, over the published tables."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import orjson
from pydantic import BeforeValidator, field_validator, model_validator

from portal.api import records
from portal.api.action import Action, Call
from portal.api.arguments import Arguments, LaxFlag, Natural, Text, refused
from portal.api.row_query import Conditions, RowArguments, invalid, row_query
from portal.contract.protocols import ResourceView, RowPage, RowQuery
from portal.kernel.errors import Gone, Invalid, NotFound
from portal.kernel.texts import gettext as _
from portal.tables.rows import ID_COLUMN, MAX_ROWS

ROWS = 100
SCHEMA = "rows"
PATH = "/api/3/action/datastore_search"
Format = Literal["objects", "lists", "csv", "tsv"]
FORMATS = ("objects", "lists", "csv", "tsv")


def _as_format(value: Any) -> Any:
    if value not in FORMATS:
        raise refused(_("Nilai harus salah satu dari %(values)s", values=", ".join(FORMATS)))
    return value


def _resource_id(data: Any) -> Any:
    """`id` is another name of `resource_id`; a blank one is none."""
    if not isinstance(data, dict):
        return data
    kept = {key: value for key, value in data.items() if key not in ("id", "resource_id")}
    found = next((data[key] for key in ("resource_id", "id") if data.get(key) not in (None, "")), None)
    return kept if found is None else {**kept, "resource_id": found}


class SearchArguments(RowArguments):
    """CKAN's arguments of `datastore_search`."""

    resource_id: Text
    limit: Natural = ROWS
    include_total: LaxFlag = True
    include_next_page: LaxFlag = False
    total_estimation_threshold: Any = None
    records_format: Annotated[Format, BeforeValidator(_as_format)] = "objects"

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: Any) -> Any:
        return _resource_id(data)

    @field_validator("limit")
    @classmethod
    def _capped(cls, value: int) -> int:
        return min(value, MAX_ROWS)

    def given(self) -> dict[str, Any]:
        """What the caller said, as the answer repeats it."""
        said = self.model_fields_set - {"fields", "records_format", "total_estimation_threshold"}
        echoed = {name: getattr(self, name) for name in sorted(said)}
        if "sort" in echoed:
            echoed["sort"] = ", ".join(self.sort)
        return echoed


class InfoArguments(Arguments):
    """A table, and how much of what is known of it."""

    resource_id: Text
    include_meta: LaxFlag = True
    include_fields_schema: LaxFlag = True

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: Any) -> Any:
        return _resource_id(data)


def table_of(call: Call, resource_id: str) -> ResourceView:
    """The table of a resource of a published dataset. Raises NotFound: withdrawn, unknown and fileless alike."""
    try:
        found = call.tables(resource_id)
    except (NotFound, Gone):
        found = None
    if found is None or found.table is None:
        raise NotFound(_('sumber data "%(id)s"', id=resource_id[:80]))
    return found


def datastore_search(call: Call, args: SearchArguments) -> object:
    """Return rows of a table. `resource_id`; `filters` (value, list of values, or `{"gte": 2, "lt": 4}` per column),
    `q` (words, or an object of words per column), `fields`, `sort`, `distinct`, `limit` (100, at most 32,000),
    `offset`, `include_total`, `include_next_page`, `records_format` (objects, lists, csv, tsv)."""
    for name in args.model_extra or {}:
        raise invalid("__extras", name)
    resource = table_of(call, args.resource_id)
    asked, conditions = row_query(resource, args)
    page = rows_page(call, resource, replace(asked, limit=args.limit, include_total=args.include_total))
    ranks = _ranks(args)
    result: dict[str, Any] = {
        **args.given(),
        "resource_id": args.resource_id,
        "limit": args.limit,
        "include_total": args.include_total,
        "include_next_page": args.include_next_page,
        "records_format": args.records_format,
        "fields": [records.field(column) for column in page.columns]
        + [{"id": name, "type": "float"} for name in ranks],
        "records": _records(page, args.records_format, ranks),
        "_links": _links(args),
    }
    return {**result, **_extent(args, page, conditions)}


def rows_page(call: Call, resource: ResourceView, query: RowQuery) -> RowPage:
    """The page; a value that does not fit its column is told under CKAN's key. Raises Invalid."""
    try:
        return call.rows.page(resource, query)
    except Invalid as error:
        told = [text for texts in error.fields.values() for text in texts] or [error.message]
        raise Invalid(fields={"query": told}, rule=error.rule) from error


def _ranks(args: SearchArguments) -> list[str]:
    """CKAN's column of how well a row matches; here a row matches or not, so every rank is 1."""
    if args.fields or not (args.q or args.full_text) or args.distinct:
        return []
    return [f"rank {name}" for name in args.q] if isinstance(args.q, dict) else ["rank"]


def _records(page: RowPage, form: Format, ranks: list[str]) -> object:
    rows = [(*row, *(1.0 for _name in ranks)) for row in page.rows] if ranks else page.rows
    if form == "objects":
        return records.as_objects([*(column.name for column in page.columns), *ranks], rows)
    if form == "lists":
        return records.as_lists(rows)
    return records.as_delimited(rows, "," if form == "csv" else "\t")


def _extent(args: SearchArguments, page: RowPage, conditions: Conditions) -> dict[str, Any]:
    """Keys that only some answers have: total, CKAN's account of filters, the way to the next page by `_id`."""
    found: dict[str, Any] = {}
    if page.total is not None:
        found["total"] = page.total
    if conditions.filterops is not None:
        found["filterops"] = conditions.filterops
    names = [column.name for column in page.columns]
    by_id = not args.distinct and args.sort in ((), ("_id",), ("_id asc",), ("_id desc",))
    if args.include_next_page and by_id and page.rows and ID_COLUMN.name in names:
        last = page.rows[-1][names.index(ID_COLUMN.name)]
        found["next_page"] = {ID_COLUMN.name: {"lt" if args.sort == ("_id desc",) else "gt": last}}
    return found


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
    `resource_id`; `include_meta`, `include_fields_schema` (both true)."""
    resource = table_of(call, args.resource_id)
    shown = [column for column in resource.columns if column.public and column.type != "geometry"]
    result: dict[str, Any] = {"fields": [records.field(column) for column in shown]}
    if not (args.include_meta or args.include_fields_schema):
        return result
    sizes, schema = call.queries.table_facts(SCHEMA, resource.table or "")
    if args.include_fields_schema:
        result["fields"] = [{**records.field(column), "schema": schema.get(column.name)} for column in shown]
    if args.include_meta:
        result["meta"] = {
            "id": str(resource.id),
            "count": _count(call, resource),
            "table_type": "BASE TABLE",
            "aliases": [],
            **sizes,
        }
    return result


def _count(call: Call, resource: ResourceView) -> int:
    """Stored with the version, since versions never change; counted where it is not."""
    return call.rows.page(resource, RowQuery(limit=0)).total or 0


ACTIONS = (
    Action("datastore_search", SearchArguments, datastore_search),
    Action("datastore_info", InfoArguments, datastore_info),
)
