"""One page of the PostgreSQL engine as one statement: ids in order, total, facets and near words together."""

from __future__ import annotations

from typing import Any, LiteralString

from psycopg import sql

from search.base import Found, Request
from search.cursors import TYPES
from search.documents import Bounds
from search.postgres_query import Compiler, near, near_words
from search.query import All, And, FacetRequest, Relation, Sort, SortKey
from search.results import Facet, FacetItem

_COLUMNS: dict[SortKey, LiteralString] = {
    "score": "score", "modified": "modified", "created": "created", "issued": "issued",
    "downloads": "downloads", "title": "title_order", "name": "name", "id": "id",
}  # fmt: skip

_HITS = """
WITH hit AS MATERIALIZED (
    SELECT id, shape, span, loose, {others} AS others, {score} AS score, {columns} FROM {s}.document WHERE {condition}
)
SELECT (SELECT count(*) FROM hit),
    (SELECT json_agg(json_build_array(id, {keys})) FROM
        (SELECT * FROM hit WHERE {after} ORDER BY {order} LIMIT {rows} OFFSET {start}) page),
    {facets},
    {near},
    {counted_others}
"""
#: Every document in an order that an index keeps: totals and facets are counted when documents are written.
_ALL = """
SELECT (SELECT documents FROM {s}.state),
    (SELECT json_agg(json_build_array(id, {keys})) FROM
        (SELECT id, 0::float8 AS score, {columns} FROM {s}.document
         WHERE {after} ORDER BY {order} LIMIT {rows} OFFSET {start}) page),
    {facets},
    NULL,
    NULL
"""
#: Most documents share their agency, format, … with many others: such sets are counted, then taken apart.
_COUNTED = """
SELECT item, sum(number)::bigint AS number FROM (
    SELECT item, number FROM (
        SELECT shape AS id, count(*) AS number FROM hit GROUP BY shape
        UNION ALL SELECT span, count(*) FROM hit GROUP BY span
    ) counted JOIN {s}.facet_set USING (id), unnest(members) AS item
    UNION ALL SELECT item, count(*) FROM hit, unnest(loose) AS item GROUP BY item
) counted GROUP BY item
"""
_KEPT = "SELECT id AS item, documents AS number FROM {s}.facet_value WHERE documents > 0"
_FACETS = """
(SELECT json_agg(json_build_array(field, value, label, number) ORDER BY field, place) FROM
    (SELECT v.field, v.value, v.label, c.number,
        row_number() OVER (PARTITION BY v.field ORDER BY c.number DESC, v.value) AS place
     FROM ({counted}) c JOIN {s}.facet_value v ON v.id = c.item WHERE v.field = ANY({names})) ranked
    JOIN unnest({names}, {limits}::bigint[], {least}::bigint[]) AS asked (field, most, least) USING (field)
    WHERE place <= most AND number >= least)
"""
#: Values of further fields: read only when asked for, since they lie beside the row.
_OTHERS = """
(SELECT json_agg(json_build_array(field, value, number) ORDER BY field, place) FROM
    (SELECT asked.field, substr(item, length(asked.field) + 2) AS value, count(*) AS number,
        row_number() OVER (PARTITION BY asked.field ORDER BY count(*) DESC, item) AS place
     FROM unnest({names}::text[]) AS asked (field), hit, unnest(hit.others) AS item
     WHERE starts_with(item, asked.field || chr(31)) GROUP BY asked.field, item) ranked
    JOIN unnest({names}::text[], {limits}::bigint[], {least}::bigint[]) AS asked (field, most, least) USING (field)
    WHERE place <= most AND number >= least)
"""


class Page:
    """Builds the statement of one request and reads its single row."""

    def __init__(self, request: Request, schema: str, trigrams: str) -> None:
        self._request = request
        self._schema = sql.Identifier(schema)
        self._trigrams = trigrams
        self._compiler = Compiler(schema, trigrams)

    @property
    def params(self) -> dict[str, object]:
        """The values of the placeholders; complete after `statement`."""
        return self._compiler.params

    def statement(self) -> sql.Composed:
        """The statement; it holds the schema's name and placeholders, never a value."""
        request, query = self._request, self._request.query
        others = [facet for facet in request.facets if facet.other]
        plain = isinstance(query.tree, All) and not request.filters and query.bbox is None and not others
        # without a score every row weighs the same, and an index may give the order
        sort = tuple(part for part in query.sort if (request.scored and not plain) or part.key != "score")
        columns: list[sql.Composable] = [
            sql.Identifier(_COLUMNS[part.key]) for part in query.sort if part.key not in ("score", "id")
        ]
        bind = self._compiler.bind
        after = self._after(sort)
        order = [
            sql.SQL("{} DESC" if part.descending else "{}").format(sql.Identifier(_COLUMNS[part.key])) for part in sort
        ]
        scored = request.scored and not plain
        return sql.SQL(_ALL if plain else _HITS).format(
            s=self._schema,
            score=self._compiler.score(query.tree, request.exact) if scored else sql.SQL("0::float8"),
            columns=sql.SQL(", ").join(columns or [sql.SQL("revision")]),
            condition=sql.SQL("true") if plain else self._condition(),
            keys=sql.SQL(", ").join(sql.Identifier(_COLUMNS[part.key]) for part in query.sort),
            after=after,
            order=sql.SQL(", ").join([*order, sql.SQL("id")]),
            rows=bind(request.fetch),
            start=bind(0 if request.cursor else query.start),
            facets=self._facets(sql.SQL(_KEPT if plain else _COUNTED).format(s=self._schema)),
            others=sql.SQL("others" if others else "NULL::text[]"),
            counted_others=self._counted_others(others),
            near=self._near(),
        )

    def _condition(self) -> sql.Composable:
        query = self._request.query
        condition = self._compiler.condition(And((query.tree, *self._request.filters)))
        if query.bbox is None:
            return condition
        return sql.SQL("{} AND {}").format(condition, self._box(query.bbox, query.relation))

    def _box(self, box: Bounds, relation: Relation) -> sql.Composable:
        text = f"(({box.west!r},{box.south!r}),({box.east!r},{box.north!r}))"
        operator = sql.SQL("<@" if relation == "within" else "&&")
        return sql.SQL("bbox {} {}::box").format(operator, self._compiler.bind(text))

    def _after(self, sort: tuple[Sort, ...]) -> sql.Composable:
        """The rows after the cursor: later in the first key, or equal there and later in the next, …"""
        cursor = self._request.cursor
        if cursor is None:
            return sql.SQL("true")
        bind = self._compiler.bind
        keys = {part.key: value for part, value in zip(self._request.query.sort, cursor.keys, strict=True)}
        condition: sql.Composable = sql.SQL("id > {}::uuid").format(bind(cursor.id))
        for part in reversed(sort):
            column, value = sql.Identifier(_COLUMNS[part.key]), bind(keys[part.key])
            if TYPES[part.key] is float:
                value = sql.SQL("{}::float8").format(value)
            elif part.key == "id":
                value = sql.SQL("{}::uuid").format(value)
            sign = sql.SQL("<" if part.descending else ">")
            # the first comparison repeats what the rest says, so that an index can start there
            condition = sql.SQL("({c} {s}= {v} AND ({c} {s} {v} OR {rest}))").format(
                c=column, s=sign, v=value, rest=condition
            )
        return condition

    def _facets(self, counted: sql.Composable) -> sql.Composable:
        facets = [facet for facet in self._request.facets if not facet.other]
        if not facets:
            return sql.SQL("NULL")
        by_name = {facet.name: facet for facet in facets}
        bind = self._compiler.bind
        return sql.SQL(_FACETS).format(
            s=self._schema,
            counted=counted,
            names=sql.SQL("{}::text[]").format(bind(list(by_name))),
            limits=bind([facet.limit for facet in by_name.values()]),
            least=bind([facet.mincount for facet in by_name.values()]),
        )

    def _counted_others(self, facets: list[FacetRequest]) -> sql.Composable:
        if not facets:
            return sql.SQL("NULL")
        by_name = {facet.name: facet for facet in facets}
        bind = self._compiler.bind
        return sql.SQL(_OTHERS).format(
            names=bind(list(by_name)),
            limits=bind([facet.limit for facet in by_name.values()]),
            least=bind([facet.mincount for facet in by_name.values()]),
        )

    def _near(self) -> sql.Composable:
        if not self._request.unknown:
            return sql.SQL("NULL")
        return sql.SQL("CASE WHEN NOT EXISTS (SELECT FROM hit) THEN {} END").format(
            near(self._schema, self._trigrams, self._compiler.bind(list(self._request.unknown)))
        )

    def found(self, row: tuple[Any, ...] | None) -> Found:
        """What the row of the statement says."""
        if row is None:
            return Found((), 0)
        total, page, facets, near_found, others = row
        kinds = [TYPES[part.key] for part in self._request.query.sort]
        rows = tuple(
            (identity, tuple(kind(value) for kind, value in zip(kinds, keys, strict=True)))
            for identity, *keys in page or ()
        )
        counted: dict[str, list[FacetItem]] = {}
        for field, value, label, number in facets or ():
            counted.setdefault(field, []).append(FacetItem(value, label, number))
        for field, value, number in others or ():
            counted.setdefault(field, []).append(FacetItem(value, value, number))
        found = tuple(Facet(name, tuple(items)) for name, items in counted.items())
        return Found(rows, int(total), found, near_words(near_found))
