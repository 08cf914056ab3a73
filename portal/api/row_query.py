"""The datastore's questions: CKAN's `filters`, `q`, `sort` and `fields` as the house's `RowQuery`.

Names are looked up in the column dictionary here, so that a refusal bears CKAN's key; `Rows` checks them again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, cast

import orjson
from pydantic import BeforeValidator, ConfigDict

from portal.api.arguments import Arguments, LaxFlag, Text, Whole, as_text, as_whole, refused
from portal.contract.metadata import ColumnEntry
from portal.contract.protocols import Operator, ResourceView, RowFilter, RowQuery, RowSort
from portal.kernel.errors import Invalid
from portal.kernel.texts import gettext as _
from portal.tables.rows import ID_COLUMN, MAX_OFFSET

MOST_VALUES = 5_000
MOST_CONDITIONS = 100
MOST_NAMES = 1_700
_COMPARISONS = frozenset({"eq", "gt", "gte", "lt", "lte"})
#: What `to_tsquery` (plain=false) knows beside words side by side and beginnings of words.
_TSQUERY = re.compile(r"[|!()<>\\'\"]")


def as_json(value: Any) -> Any:
    """CKAN's `json_validator`: objects and lists as they are, texts parsed."""
    if isinstance(value, dict | list):
        return value
    try:
        return orjson.loads(as_text(value))
    except orjson.JSONDecodeError as error:
        raise refused(_("Bukan JSON yang sah")) from error


def as_words(value: Any) -> str | dict[str, str]:
    """CKAN's `q`: words for all columns, or an object of words per column (also as JSON text)."""
    if isinstance(value, str) and value.lstrip()[:1] == "{":
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return as_text(value)
    if isinstance(value, dict):
        if len(value) > MOST_CONDITIONS:
            raise refused(_("Terlalu banyak nama"))
        return {as_text(key): as_text(word) for key, word in value.items()}
    return as_text(value)


def as_columns(value: Any) -> tuple[str, ...]:
    """Names in a list, or in one text with commas between them."""
    if not isinstance(value, str | list):
        raise refused(_("Bukan daftar"))
    parts = [as_text(item) for item in value] if isinstance(value, list) else as_text(value).split(",")
    if len(parts) > MOST_NAMES:
        raise refused(_("Terlalu banyak nama"))
    return tuple(part.strip() for part in parts if part.strip())


def as_offset(value: Any) -> int:
    """A whole number from 0 to what no table reaches."""
    number = as_whole(value)
    if number < 0:
        raise refused(_('nilai "%(value)s" tidak sah', value=number))
    return number


Columns = Annotated[tuple[str, ...], BeforeValidator(as_columns)]
Json = Annotated[Any, BeforeValidator(as_json)]
Offset = Annotated[int, BeforeValidator(as_offset)]


class RowArguments(Arguments):
    """What `datastore_search` and the dump have in common."""

    model_config = ConfigDict(extra="allow", frozen=True)

    filters: Json = None
    q: Annotated[str | dict[str, str], BeforeValidator(as_words)] = ""
    full_text: Text = ""
    plain: LaxFlag = True
    language: Text = ""
    distinct: LaxFlag = False
    fields: Columns = ()
    sort: Columns = ()
    offset: Offset = 0
    limit: Whole | None = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """Filters for `Rows`, and CKAN's own account of them (`filterops`)."""

    filters: tuple[RowFilter, ...] = ()
    operations: list[dict[str, Any]] = field(default_factory=list)

    @property
    def filterops(self) -> dict[str, Any] | None:
        """CKAN's tree: one operation by itself, several under `$and`."""
        if not self.operations:
            return None
        if len(self.operations) == 1:
            return self.operations[0]
        return {"op": "$and", "field": None, "value": self.operations}


@dataclass(frozen=True, slots=True)
class Columnar:
    """The public columns of a table by name, `_id` first."""

    known: Mapping[str, ColumnEntry]

    @classmethod
    def of(cls, resource: ResourceView) -> Columnar:
        """Columns that anyone may see; geometry is no column of rows."""
        shown = [item for item in resource.columns if item.public and item.type != "geometry"]
        return cls({ID_COLUMN.name: ID_COLUMN, **{item.name: item for item in shown}})

    def checked(self, names: tuple[str, ...], key: str) -> tuple[str, ...]:
        """The names, if every one is a column's; raises Invalid on `key` as CKAN does."""
        for name in names:
            if name not in self.known:
                raise invalid(key, name)
        return names


def invalid(key: str, value: str) -> Invalid:
    """CKAN's refusal of a value that names nothing."""
    return Invalid(fields={key: [_('nilai "%(value)s" tidak sah', value=value[:80])]})


def row_query(resource: ResourceView, args: RowArguments) -> tuple[RowQuery, Conditions]:
    """The query without limit and offset checked against a ceiling; raises Invalid for what does not fit."""
    columns = Columnar.of(resource)
    conditions = parse_filters(args.filters, columns)
    words = [] if isinstance(args.q, dict) else [args.q]
    per_column = args.q if isinstance(args.q, dict) else {}
    columns.checked(tuple(per_column), "q")
    searched = [
        RowFilter(name, "contains", (word,))
        for name, text in per_column.items()
        for word in _words(text, plain=args.plain).split()
    ]
    names = columns.checked(args.fields, "fields")
    query = RowQuery(
        filters=(*conditions.filters, *searched[:MOST_CONDITIONS]),
        sort=tuple(_sort(clause, columns) for clause in args.sort),
        q=" ".join(_words(text, plain=args.plain) for text in (*words, args.full_text) if text),
        columns=tuple(dict.fromkeys(names)) or (tuple(columns.known) if not args.distinct else None),
        offset=min(args.offset, MAX_OFFSET),
        distinct=args.distinct,
    )
    return query, conditions


def _words(text: str, *, plain: bool) -> str:
    """Words side by side; of PostgreSQL's query language `&` and `:*` mean what is meant here anyhow."""
    if plain:
        return text
    if _TSQUERY.search(text):
        raise Invalid(fields={"query": [_("Hanya kata, & dan :* yang diterima dengan plain=false")]})
    return text.replace(":*", "").replace("&", " ")


def _sort(clause: str, columns: Columnar) -> RowSort:
    """`name`, `name desc`, `"a name" asc nulls last`; nulls come last whatever is said."""
    match = re.fullmatch(r'("(?:[^"]|"")+"|\S+)(?:\s+(asc|desc))?(?:\s+nulls\s+(?:first|last))?', clause, re.IGNORECASE)
    name = clause if match is None else match[1]
    if name[:1] == '"':
        name = name[1:-1].replace('""', '"')
    if match is None or name not in columns.known:
        raise invalid("sort", clause)
    return RowSort(name, descending=(match[2] or "").lower() == "desc")


def parse_filters(filters: Any, columns: Columnar) -> Conditions:
    """CKAN's `filters`: a value, a list of values, or ranges (`{"gte": 2, "lt": 4}`) per column. Raises Invalid."""
    if filters is None:
        return Conditions()
    if not isinstance(filters, dict):
        raise Invalid(fields={"filters": [_("Saringan harus berupa objek")]})
    found: list[RowFilter] = []
    operations: list[dict[str, Any]] = []
    for name, wanted in filters.items():
        if name not in columns.known:
            raise Invalid(fields={"filters": [_("Kolom tidak dikenal: %(name)s", name=str(name)[:80])]})
        for operator, value in _operations(wanted):
            found.append(_filter(name, operator, value))
            operations.append({"op": operator, "field": name, "value": value})
    if len(found) > MOST_CONDITIONS:
        raise Invalid(fields={"filters": [_("Terlalu banyak saringan")]})
    return Conditions(tuple(found), operations)


def _operations(wanted: Any) -> list[tuple[str, Any]]:
    if isinstance(wanted, dict):
        for operator in wanted:
            if operator not in _COMPARISONS | {"in"}:
                raise Invalid(fields={"filters": [_("Operasi saringan tidak dikenal: %(op)s", op=operator[:80])]})
        return list(wanted.items())
    return [("in" if isinstance(wanted, list) else "eq", wanted)]


def _filter(name: str, operator: str, value: Any) -> RowFilter:
    values = value if operator == "in" and isinstance(value, list) else [value]
    if len(values) > MOST_VALUES or any(isinstance(item, dict | list) for item in values):
        raise Invalid(fields={"filters": [_("Nilai saringan harus teks, bilangan, atau daftarnya")]})
    if operator != "in" and value is None:
        return RowFilter(name, "empty")
    texts = tuple(_text(item) for item in values if item is not None)
    return RowFilter(name, cast("Operator", operator), texts)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
