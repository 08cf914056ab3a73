"""SQL of the datastore's questions. Names come from the dictionary as identifiers, values are bound by the server,
casts come from the closed list of `portal.tables.types`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import sql

from portal.contract.metadata import ColumnEntry
from portal.tables import types
from portal.tables.questions import ID, Condition, Group, Match, Question, Shape, Sort, Words

FULL_TEXT = "_full_text"
#: Rows of a live table whose words were read, and those that a batch wrote since.
SETTLED = sql.SQL("_full_text IS NOT NULL")
FRESH = sql.SQL("_full_text IS NULL")
NOTHING = sql.SQL("")
#: Rows from which on a table gets indexes of its columns (`portal.ingest.live_tables`).
WORTH_INDEXES = 1_000
#: Words as they are written, marked A, beside their Indonesian stems: "imunisasinya" finds "imunisasi".
PLAIN, STEMS = "simple", "indonesian"
#: A rank counts written words only, as CKAN's does; 32 maps it into 0 to 1.
_RANK: LiteralString = "ts_rank('{{0,0,0,0.1}}', {}, {}, 32)"
_RANK_OTHER: LiteralString = "ts_rank({}, {}, 32)"
_OPERATORS: dict[str, LiteralString] = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_WHOLE = re.compile(r"\s*[+-]?[0-9]{1,40}\s*")
_NUMBER = re.compile(r"\s*[+-]?([0-9]{1,400}\.?[0-9]{0,400}|\.[0-9]{1,400})([eE][+-]?[0-9]{1,3})?\s*")
_NUMBERS = frozenset({"integer", "bigint", "numeric"})
_TEXT_LIMIT = 100_000
#: Types whose values have words that bend.
_SPOKEN = frozenset({"text", "text[]", "jsonb"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a statement with the values of its placeholders, in order."""

    text: sql.Composable
    values: tuple[Any, ...] = ()


def name(column: str) -> sql.Identifier:
    """The identifier in a statement with placeholders, where the driver reads a single % as one."""
    return sql.Identifier(column.replace("%", "%%"))


def table(shape: Shape) -> sql.Identifier:
    """The table, with its schema."""
    return sql.Identifier(shape.schema, shape.table)


def source(shape: Shape, question: Question) -> sql.Composable:
    """What matching rows are counted in, alias `t`. Settled and fresh rows of a live table are looked for apart, since
    its indexes of columns hold settled rows only, so that a batch need not write them; words look for both themselves.
    """
    if not shape.live or question.words:
        return sql.SQL("{} t").format(table(shape))
    return sql.SQL("(SELECT * FROM {0} WHERE {1} UNION ALL SELECT * FROM {0} WHERE {2}) t").format(
        table(shape), SETTLED, FRESH
    )


def first_rows(shape: Shape, question: Question, matching: Piece, ordered: Piece) -> Piece:
    """The rows of a page and all before it, alias `t`: of settled and of fresh rows as many, each in order, so that an
    index is read only as far as the page goes."""
    most = question.offset + (question.limit or 0)
    arms = [
        Piece(
            sql.SQL("(SELECT * FROM {} t {} {} {} LIMIT %s)").format(
                table(shape), matching.text, sql.SQL("AND {}" if matching.text != NOTHING else "WHERE {}").format(kind),
                ordered.text,
            ),
            (*matching.values, *ordered.values, most),
        )
        for kind in (SETTLED, FRESH)
    ]  # fmt: skip
    return join(arms, "({} UNION ALL {}) t")


def value_text(value: Any) -> str:
    """A JSON value as PostgreSQL reads it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "{" + ",".join(_item(item) for item in value) + "}"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _item(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, list):
        return value_text(value)
    return '"' + value_text(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def bound(column: ColumnEntry, value: Any) -> Piece:
    """One value for comparison with a column; what does not fit the type fails in the server (DataError)."""
    kind = types.of(column)
    if value is None:
        return Piece(sql.SQL("NULL"))
    if kind.textual:
        return Piece(sql.SQL("%s::text"), (str(value)[:_TEXT_LIMIT],))
    cast: LiteralString = kind.sql
    text = value_text(value)
    if kind.sql in _NUMBERS:
        cast = _number_cast(text, kind.sql)
    return Piece(sql.SQL("%s::" + cast), (text,))


def _number_cast(text: str, own: LiteralString) -> LiteralString:
    """A cast that keeps an index usable where the number fits, and compares exactly where it does not."""
    if _WHOLE.fullmatch(text):
        size = abs(int(text))
        return "bigint" if own != "numeric" and size < 2**63 else "numeric"
    return "numeric" if _NUMBER.fullmatch(text) else own


def condition(shape: Shape, wanted: Condition) -> Piece:
    """A tree of conditions."""
    if isinstance(wanted, Group):
        parts = [condition(shape, member) for member in wanted.members]
        joint: LiteralString = " AND " if wanted.op == "$and" else " OR "
        empty: LiteralString = "true" if wanted.op == "$and" else "false"
        text = sql.SQL(joint).join([part.text for part in parts]) if parts else sql.SQL(empty)
        return Piece(sql.SQL("({})").format(text), tuple(value for part in parts for value in part.values))
    return _test(shape, wanted)


def _test(shape: Shape, wanted: Match) -> Piece:
    column = shape.known[wanted.field]
    if wanted.op == "in":
        parts = [bound(column, item) for item in wanted.value]
        if not parts:
            return Piece(sql.SQL("false"))
        listed = sql.SQL(", ").join([part.text for part in parts])
        return Piece(
            sql.SQL("{} IN ({})").format(name(wanted.field), listed),
            tuple(value for part in parts for value in part.values),
        )
    part = bound(column, wanted.value)
    operator = _OPERATORS[wanted.op]
    return Piece(sql.SQL("{} " + operator + " {}").format(name(wanted.field), part.text), part.values)


def spoken(shape: Shape, column: str | None = None) -> sql.Composable:
    """What is read of a row: one column as text, or all of them with spaces between."""
    if column is not None:
        return sql.SQL("coalesce({}::text, '')").format(name(column))
    parts = sql.SQL(", ").join([sql.SQL("{}::text").format(name(item.name)) for item in shape.columns])
    # a function takes at most 100 arguments, so a list of any length goes as one array
    return sql.SQL("array_to_string(ARRAY[{}]::text[], ' ')").format(parts)


def vector(shape: Shape, column: str | None = None) -> sql.Composable:
    """The full text of a row, or of one column: words as written, and the stems of what is text."""
    columns = shape.columns if column is None else [shape.known[column]]
    written = sql.SQL("setweight(to_tsvector('simple', {}), 'A')").format(spoken(shape, column))
    texts = [item for item in columns if types.of(item).sql in _SPOKEN]
    if not texts:
        return written
    parts = sql.SQL(", ").join([sql.SQL("{}::text").format(name(item.name)) for item in texts])
    return sql.SQL("({} || to_tsvector('indonesian', array_to_string(ARRAY[{}]::text[], ' ')))").format(written, parts)


def row_words(shape: Shape) -> sql.Composable:
    """The words of a row (tsvector): those kept with it, else made of its values. Without a placeholder."""
    if not shape.words:
        return vector(shape)
    kept = sql.SQL("t.{}").format(sql.Identifier(FULL_TEXT))
    return sql.SQL("coalesce({}, {})").format(kept, vector(shape)) if shape.live else kept


def _vector(shape: Shape, words: Words) -> Piece:
    """What the words are looked for in, as cheap as the table allows."""
    if words.language and words.language not in {PLAIN, STEMS}:
        text = spoken(shape, words.column)
        return Piece(sql.SQL("to_tsvector(%s::regconfig, {})").format(text), (words.language,))
    if words.column is None and shape.words:
        whole = sql.Identifier(FULL_TEXT)
        return Piece(sql.SQL("coalesce({}, {})").format(whole, vector(shape)) if shape.live else whole)
    return Piece(vector(shape, words.column))


def _query(words: Words, language: str) -> Piece:
    function: LiteralString = "plainto_tsquery" if words.plain else "to_tsquery"
    return Piece(sql.SQL(function + "(%s::regconfig, %s)"), (language, words.text[:_TEXT_LIMIT]))


def _asked(words: Words) -> Piece:
    if words.language:
        return _query(words, words.language)
    first, second = _query(words, PLAIN), _query(words, STEMS)
    return Piece(sql.SQL("({} || {})").format(first.text, second.text), (*first.values, *second.values))


def found(shape: Shape, words: Words) -> Piece:
    """Whether a row holds the words; the index of the whole row narrows the search in one column too."""
    asked = _asked(words)
    stored = shape.words and (not words.language or words.language in {PLAIN, STEMS})
    whole = sql.Identifier(FULL_TEXT)
    if words.column is None and stored:
        test = Piece(sql.SQL("{} @@ {}").format(whole, asked.text), asked.values)
        return _with_unsettled(shape, test, asked)
    searched = _vector(shape, words)
    exact = Piece(sql.SQL("{} @@ {}").format(searched.text, asked.text), (*searched.values, *asked.values))
    if not stored:
        return exact
    near = _with_unsettled(shape, Piece(sql.SQL("{} @@ {}").format(whole, asked.text), asked.values), asked)
    return Piece(sql.SQL("({} AND {})").format(near.text, exact.text), (*near.values, *exact.values))


def _with_unsettled(shape: Shape, test: Piece, asked: Piece) -> Piece:
    """Rows of a live table that have no full text yet are read one by one: a search is never stale."""
    if not shape.live:
        return test
    fresh = sql.SQL("({} IS NULL AND {} @@ {})").format(
        sql.Identifier(FULL_TEXT), vector(shape), asked.text
    )  # fmt: skip
    return Piece(sql.SQL("({} OR {})").format(test.text, fresh), (*test.values, *asked.values))


def rank(shape: Shape, words: Words) -> Piece:
    """How well a row matches, as CKAN counts it."""
    searched = _vector(shape, words)
    asked = _query(words, words.language or PLAIN)
    form = _RANK_OTHER if words.language and words.language != PLAIN else _RANK
    return Piece(sql.SQL(form).format(searched.text, asked.text), (*searched.values, *asked.values))


def where(shape: Shape, question: Question) -> Piece:
    """`WHERE …`, or nothing."""
    parts = [condition(shape, question.where)] if question.where is not None else []
    parts += [found(shape, words) for words in question.words]
    if not parts:
        return Piece(NOTHING)
    text = sql.SQL("WHERE {}").format(sql.SQL(" AND ").join([part.text for part in parts]))
    return Piece(text, tuple(value for part in parts for value in part.values))


def order(shape: Shape, question: Question) -> Piece:
    """`ORDER BY …`: as asked, else best match first, else `_id`; `_id` decides between equals, so pages never mix."""
    # qualified: `ORDER BY "a"` would mean the text that is shown of a time, not the time
    parts = [Piece(key(item, sql.SQL("t.{}").format(name(item.column)))) for item in question.sort]
    if not parts:
        ranks = [rank(shape, words) for words in question.words]
        parts = [Piece(sql.SQL("{} DESC").format(one.text), one.values) for one in ranks]
    if all(item.column != ID for item in question.sort):
        # a large table has indexes of (column, _id): read backwards they give both falling
        falling = bool(question.sort) and question.sort[-1].descending and (shape.row_count or 0) >= WORTH_INDEXES
        parts.append(Piece(sql.SQL("t._id DESC") if falling else sql.SQL("t._id")))
    text = sql.SQL("ORDER BY {}").format(sql.SQL(", ").join([part.text for part in parts]))
    return Piece(text, tuple(value for part in parts for value in part.values))


def key(wanted: Sort, source: sql.Composable) -> sql.Composable:
    """One key of an order."""
    direction: LiteralString = " DESC" if wanted.descending else " ASC"
    nulls: LiteralString = ""
    if wanted.nulls is not None:
        nulls = " NULLS FIRST" if wanted.nulls == "first" else " NULLS LAST"
    return sql.SQL("{}" + direction + nulls).format(source)


def window(question: Question) -> Piece:
    """`LIMIT … OFFSET …`."""
    if question.limit is None:
        return Piece(sql.SQL("OFFSET %s"), (question.offset,)) if question.offset else Piece(sql.SQL(""))
    return Piece(sql.SQL("LIMIT %s OFFSET %s"), (question.limit, question.offset))


def shown(column: ColumnEntry, source: sql.Composable | None = None) -> sql.Composable:
    """A column as the datastore shows it: times with milliseconds and no zone, as CKAN gives them."""
    kind, value = types.of(column), source or name(column.name)
    if kind.sql == "timestamp":
        return sql.SQL("to_char({}, 'YYYY-MM-DD\"T\"HH24:MI:SS.MS')").format(value)
    return value


def join(parts: Sequence[Piece], pattern: LiteralString) -> Piece:
    """Pieces put into the `{}` places of a pattern."""
    text = sql.SQL(pattern).format(*[part.text for part in parts])
    return Piece(text, tuple(value for part in parts for value in part.values))
