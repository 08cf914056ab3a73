"""The query tree as SQL: composed of fixed text and placeholders only, every value a bound parameter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg import sql

from search.analysis import analyzer, tokens
from search.documents import LEVELS
from search.fields import SEPARATOR, fold_key, key, printable
from search.query import (
    All,
    And,
    AtLeast,
    Boost,
    Fuzzy,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Range,
    Term,
    Wildcard,
    Words,
)
from search.ranges import bounds

#: Weight labels of a tsvector for the levels of text.
LABELS = dict(zip(LEVELS, "ABCD", strict=True))
#: Weights {D, C, B, A} of ts_rank, in the proportions of search.null.WEIGHTS.
RANK = "{0.125,0.25,0.5,1.0}"
EXPANSIONS = 500
MOST_SCORED = 64
MOST_WORDS = 64

FALSE = sql.SQL("false")
TRUE = sql.SQL("true")


def lexeme(word: str, level: str | None = None, *, prefix: bool = False) -> str:
    """One word in the input syntax of tsquery, quoted."""
    quoted = word.replace("\\", "\\\\").replace("'", "''")
    marks = ("*" if prefix else "") + ("" if level is None else LABELS[level])
    return f"'{quoted}'" + (f":{marks}" if marks else "")


def vector(levels: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    """Segments by level in the input syntax of tsvector; a gap of 100 keeps phrases inside their segment."""
    places: dict[str, list[str]] = {}
    position = 1
    for level, segments in levels:
        for segment in segments:
            for word in segment.split(" "):
                if word:
                    places.setdefault(word, []).append(f"{min(position, 16_383)}{LABELS[level]}")
                    position += 1
            position += 100
    return " ".join(f"{lexeme(word)}:{','.join(found[:250])}" for word, found in places.items())


class Compiler:
    """Compiles nodes for one statement; `params` collects the values of its placeholders."""

    def __init__(self, schema: str, trigrams: str) -> None:
        self.params: dict[str, object] = {}
        self._schema = sql.Identifier(schema)
        self._trigrams = sql.Identifier(trigrams)

    def bind(self, value: object) -> sql.Composable:
        """A placeholder for the value."""
        name = f"p{len(self.params)}"
        self.params[name] = value
        return sql.Placeholder(name)

    def condition(self, node: Node) -> sql.Composable:
        """The node as a condition over a row of `document`."""
        if isinstance(node, And):
            return self._joined(" AND ", node.nodes, TRUE)
        if isinstance(node, Or):
            return self._or(node)
        if isinstance(node, AtLeast):
            return self._at_least(node)
        if isinstance(node, Not):
            return sql.SQL("(NOT {})").format(self.condition(node.node))
        if isinstance(node, Boost):
            return self.condition(node.node)
        return TRUE if isinstance(node, All) else self._leaf(node)

    def _joined(self, operator: str, nodes: tuple[Node, ...], empty: sql.SQL) -> sql.Composable:
        parts = [self.condition(node) for node in nodes]
        return sql.SQL("({})").format(sql.SQL(operator).join(parts)) if parts else empty

    def _or(self, node: Or) -> sql.Composable:
        """Terms of an Or are one array, so `id:(a OR b …)` is one look into the index."""
        terms = [child for child in node.nodes if isinstance(child, Term)]
        if len(terms) < 2:
            return self._joined(" OR ", node.nodes, FALSE)
        overlap = sql.SQL("keys && {}::text[]").format(self.bind([key(term.field, term.value) for term in terms]))
        rest = [self.condition(child) for child in node.nodes if not isinstance(child, Term)]
        return sql.SQL("({})").format(sql.SQL(" OR ").join([overlap, *rest]))

    def _at_least(self, node: AtLeast) -> sql.Composable:
        parts = [self.condition(child) for child in node.nodes]
        if not parts:
            return TRUE if node.count <= 0 else FALSE
        number = sql.SQL(" + ").join(sql.SQL("({})::int").format(part) for part in parts)
        return sql.SQL("(({}) AND {} >= {})").format(sql.SQL(" OR ").join(parts), number, self.bind(node.count))

    def _leaf(self, node: Words | Phrase | Term | Prefix | Wildcard | Fuzzy | Range) -> sql.Composable:
        if isinstance(node, Term):
            return sql.SQL("keys @> ARRAY[{}]::text[]").format(self.bind(key(node.field, node.value)))
        if isinstance(node, Range):
            return self._range(node)
        if isinstance(node, (Prefix, Wildcard)) and node.field is not None:
            return self._keyword_like(node.field, node.value if isinstance(node, Prefix) else node.pattern, node)
        query = self._tsquery(node)
        if query is None:
            return FALSE
        column, text = query
        return sql.SQL("{} @@ {}").format(sql.Identifier(column), text)

    def _tsquery(
        self, node: Words | Phrase | Prefix | Wildcard | Fuzzy, operator: str = " & "
    ) -> tuple[str, sql.Composable] | None:
        """The column and the tsquery of a node of text; None when it holds no word."""
        if isinstance(node, (Words, Phrase)):
            phrase = isinstance(node, Phrase)
            stems = analyzer().stems(node.text)[:MOST_WORDS] if phrase else analyzer().query_stems(node.text)
            text = (" <-> " if phrase else operator).join(lexeme(stem, node.level) for stem in stems)
            return ("terms", sql.SQL("{}::tsquery").format(self.bind(text))) if stems else None
        if isinstance(node, Prefix):
            word = "".join(tokens(node.value)[:1])
            text = lexeme(word, node.level, prefix=True)
            return ("surface", sql.SQL("{}::tsquery").format(self.bind(text))) if word else None
        return "surface", self._expanded(node)

    def _expanded(self, node: Wildcard | Fuzzy) -> sql.Composable:
        """Words of the vocabulary that fit, joined by OR; the words are our own, without quotes or signs."""
        suffix = "" if node.level is None else f":{LABELS[node.level]}"
        if isinstance(node, Wildcard):
            fits: sql.Composable = sql.SQL("word LIKE {}").format(self.bind(like(node.pattern, keyword=False)))
            first: sql.Composable = sql.SQL("word")
        else:
            word = "".join(tokens(node.word)[:1])
            fits = sql.SQL("word OPERATOR({}.%%) {} AND abs(length(word) - {}) <= {}").format(
                self._trigrams, self.bind(word), self.bind(len(word)), self.bind(node.distance)
            )
            first = sql.SQL("{}.similarity(word, {}) DESC, word").format(self._trigrams, self.bind(word))
        return sql.SQL(
            "(SELECT coalesce(string_agg('''' || word || '''' || {}, ' | '), '')::tsquery FROM"
            " (SELECT word FROM {}.vocabulary WHERE {} ORDER BY {} LIMIT {}) fitting)"
        ).format(self.bind(suffix), self._schema, fits, first, self.bind(EXPANSIONS))

    def _keyword_like(self, field: str, text: str, node: Prefix | Wildcard) -> sql.Composable:
        pattern = like(text, keyword=True) if isinstance(node, Wildcard) else escape(fold_key(text)) + "%"
        full = escape(printable(field) + SEPARATOR) + pattern
        return sql.SQL("EXISTS (SELECT FROM unnest(keys) item WHERE item LIKE {})").format(self.bind(full))

    def _range(self, node: Range) -> sql.Composable:
        limits = bounds(node)
        low = sql.SQL(">=" if limits.include_low else ">")
        high = sql.SQL("<=" if limits.include_high else "<")
        if limits.column is None:
            name = printable(node.field)
            start = name + SEPARATOR + str(limits.low if limits.low is not None else "")
            end = name + (SEPARATOR + str(limits.high) if limits.high is not None else chr(0x20))
            return sql.SQL("EXISTS (SELECT FROM unnest(keys) item WHERE item {} {} AND item {} {})").format(
                low, self.bind(start), high, self.bind(end)
            )
        column = sql.SQL("item") if limits.column == "years" else sql.Identifier(limits.column)
        parts = [
            sql.SQL("{} {} {}").format(column, sign, self.bind(limit))
            for sign, limit in ((low, limits.low), (high, limits.high))
            if limit is not None
        ]
        inside = sql.SQL(" AND ").join(parts) if parts else TRUE
        if limits.column == "years":
            return sql.SQL("EXISTS (SELECT FROM unnest(years) item WHERE {})").format(inside)
        return sql.SQL("({})").format(inside)

    def score(self, node: Node, exact: str) -> sql.Composable:
        """The weight of a row: title over labels over names over notes; the exact title before all."""
        parts = list(self._scores(node, 1.0))[:MOST_SCORED]
        if exact:
            parts.append(sql.SQL("CASE WHEN title_words = {} THEN 1000 ELSE 0 END::float8").format(self.bind(exact)))
        return sql.SQL(" + ").join(parts) if parts else sql.SQL("0::float8")

    def _scores(self, node: Node, factor: float) -> Iterable[sql.Composable]:
        if isinstance(node, (And, Or, AtLeast)):
            for child in node.nodes:
                yield from self._scores(child, factor)
        elif isinstance(node, Boost):
            yield from self._scores(node.node, factor * node.factor)
        elif isinstance(node, (Words, Phrase)) or (isinstance(node, Prefix) and node.field is None):
            query = self._tsquery(node, " | ")
            if query is not None:
                yield sql.SQL("ts_rank({}::real[], {}, {})::float8 * {}::float8").format(
                    sql.Literal(RANK), sql.Identifier(query[0]), query[1], self.bind(factor)
                )


def escape(text: str) -> str:
    """Text that LIKE takes literally."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def like(pattern: str, *, keyword: bool) -> str:
    """`*` and `?` as LIKE's signs, the rest folded and literal; runs of `*` count once."""
    folded = fold_key(pattern) if keyword else fold_key(pattern).replace(" ", "")
    out = escape(folded).replace("*", "%").replace("?", "_")
    while "%%" in out:
        out = out.replace("%%", "%")
    return out


def near(schema: sql.Identifier, trigrams: str, words: sql.Composable) -> sql.Composable:
    """JSON of the words like each of `words` (a placeholder) that the vocabulary lacks; see `near_words`."""
    return sql.SQL(
        "(SELECT jsonb_agg(jsonb_build_array(asked.word, like_it.word, like_it.audible))"
        " FROM unnest({w}::text[]) AS asked (word), LATERAL (SELECT v.word, v.audible"
        " FROM {s}.vocabulary v WHERE v.word OPERATOR({t}.%%) asked.word AND v.audible > 0"
        " ORDER BY {t}.similarity(v.word, asked.word) DESC, v.word LIMIT 20) AS like_it"
        " WHERE NOT EXISTS (SELECT FROM {s}.vocabulary k WHERE k.word = asked.word AND k.audible > 0))"
    ).format(s=schema, t=sql.Identifier(trigrams), w=words)


def near_words(found: list[list[Any]] | None) -> dict[str, list[tuple[str, int]]]:
    """What `near` gave, by the word asked."""
    by_word: dict[str, list[tuple[str, int]]] = {}
    for asked, word, documents in found or ():
        by_word.setdefault(asked, []).append((word, documents))
    return by_word
