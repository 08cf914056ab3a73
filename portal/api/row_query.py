"""The datastore's questions: CKAN's `filters`, `q`, `sort` and `fields`, read once into `portal.tables.questions`.

Names are looked up in the column dictionary here, so that a refusal bears CKAN's key.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, cast

import orjson
from pydantic import BeforeValidator, ConfigDict

from portal.api.arguments import Arguments, LaxFlag, Text, Whole, as_text, as_whole, refused
from portal.api.row_filters import FilterParser
from portal.contract.protocols import Operator, ResourceView, RowFilter, RowQuery, RowSort
from portal.kernel.errors import Invalid
from portal.kernel.texts import gettext as _
from portal.tables.questions import Group, Match, Question, Shape, Sort, Words
from portal.tables.rows import MAX_OFFSET
from portal.tables.statements import value_text

MOST_WORDS, MOST_NAMES = 100, 1_700
_CLAUSE = re.compile(r"^(.+?)( +(asc|desc))?( +nulls +(first|last) *)?$", re.IGNORECASE | re.DOTALL)


def as_json(value: Any) -> Any:
    """CKAN's `json_validator`: objects and lists as they are, texts parsed."""
    if isinstance(value, dict | list):
        return value
    if not isinstance(value, str):
        raise refused(_("Bukan JSON yang sah"))
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
        if len(value) > MOST_WORDS:
            raise refused(_("Terlalu banyak nama"))
        for key, word in value.items():
            if not isinstance(word, str):
                raise refused(_('nilai "%(value)s" tidak sah', value=str(key)[:80]))
        return {as_text(key): as_text(word) for key, word in value.items()}
    return as_text(orjson.dumps(value).decode() if isinstance(value, list) else value)


def as_columns(value: Any) -> tuple[str, ...]:
    """Names in a list, or in one text with commas between them."""
    if not isinstance(value, str | list):
        raise refused(_("Bukan daftar"))
    parts = [as_text(item) for item in value] if isinstance(value, list) else as_text(value).split(",")
    if len(parts) > MOST_NAMES:
        raise refused(_("Terlalu banyak nama"))
    return tuple(part.strip() for part in parts if part.strip())


def as_clauses(value: Any) -> tuple[str, ...]:
    """Keys of an order; one that is empty is kept, and refused where the columns are known."""
    if value == "":
        return ()
    if not isinstance(value, str | list):
        raise refused(_("Bukan daftar"))
    parts = [as_text(item) for item in value] if isinstance(value, list) else as_text(value).split(",")
    if len(parts) > MOST_NAMES:
        raise refused(_("Terlalu banyak nama"))
    return tuple(part.strip() for part in parts)


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
    sort: Annotated[tuple[str, ...], BeforeValidator(as_clauses)] = ()
    offset: Offset = 0
    limit: Whole | None = None


def invalid(key: str, value: str) -> Invalid:
    """CKAN's refusal of a value that names nothing."""
    return Invalid(fields={key: [_('nilai "%(value)s" tidak sah', value=value[:80])]})


def question(shape: Shape, args: RowArguments) -> Question:
    """What is asked of a table; limit as said. Raises Invalid under CKAN's keys for what does not fit its columns."""
    fields = tuple(dict.fromkeys(_known(shape, args.fields, "fields")))
    if isinstance(args.q, dict):
        _known(shape, tuple(args.q), "q")
    return Question(
        where=FilterParser(shape.known).parse(args.filters),
        words=_words(args),
        fields=fields or None,
        sort=tuple(_sort(shape, clause) for clause in args.sort),
        distinct=args.distinct,
        limit=args.limit,
        offset=args.offset,
    )


def _known(shape: Shape, names: tuple[str, ...], key: str) -> tuple[str, ...]:
    plain = tuple(_unquoted(name) for name in names)
    for name in plain:
        if name not in shape.known:
            raise invalid(key, name)
    return plain


def _unquoted(name: str) -> str:
    return name[1:-1] if len(name) > 1 and name[0] == name[-1] == '"' else name


def _words(args: RowArguments) -> tuple[Words, ...]:
    """`full_text` stands before `q`, and a `q` of one text gives way to it, as in CKAN."""
    found: list[Words] = []
    if args.full_text:
        found.append(Words(args.full_text, None, args.plain, args.language))
    if isinstance(args.q, dict):
        found += [Words(text, column, args.plain, args.language) for column, text in args.q.items()]
    elif args.q and not args.full_text:
        found.append(Words(args.q, None, args.plain, args.language))
    return tuple(found)


def _sort(shape: Shape, clause: str) -> Sort:
    """`name`, `name desc`, `"a name" asc nulls last`. Raises Invalid on `sort`."""
    match = _CLAUSE.match(clause)
    name = _unquoted(match[1]) if match else ""
    if match is None or name not in shape.known:
        raise invalid("sort", clause)
    nulls = (match[5] or "").lower()
    return Sort(
        name, (match[3] or "").lower() == "desc", "first" if nulls == "first" else "last" if nulls == "last" else None
    )  # fmt: skip


def row_query(resource: ResourceView, args: RowArguments) -> tuple[RowQuery, Question]:
    """The question as the house's `RowQuery`, as far as that can say it, and the question itself."""
    shape = Shape.of(resource)
    asked = question(shape, args)
    parts = asked.where.members if isinstance(asked.where, Group) and asked.where.op == "$and" else (asked.where,)
    filters = tuple(_row_filter(part) for part in parts if isinstance(part, Match))
    query = RowQuery(
        filters=filters,
        sort=tuple(RowSort(key.column, key.descending) for key in asked.sort),
        columns=asked.fields or (tuple(shape.known) if not asked.distinct else None),
        offset=min(asked.offset, MAX_OFFSET),
        distinct=asked.distinct,
    )
    return query, asked


def _row_filter(test: Match) -> RowFilter:
    values = test.value if isinstance(test.value, list) else [test.value]
    texts = tuple(value_text(item) for item in values if item is not None)
    # nothing equals nothing, as in SQL
    return RowFilter(test.field, cast("Operator", test.op if texts else "in"), texts)
