"""The query tree as Elasticsearch's JSON: values stand as values, and names are our own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from search.analysis import analyzer, tokens
from search.base import Found, Request
from search.cursors import Key
from search.documents import LEVELS
from search.elastic_schema import envelope
from search.fields import SEPARATOR, fold_key, key, printable
from search.null import WEIGHTS
from search.query import (
    All,
    And,
    AtLeast,
    Boost,
    FacetRequest,
    Fuzzy,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Range,
    Sort,
    SortKey,
    Term,
    Wildcard,
    Words,
    children,
)
from search.ranges import bounds
from search.results import Facet, FacetItem

Json = dict[str, Any]
_SORT: dict[SortKey, str] = {
    "score": "_score", "modified": "modified", "created": "created", "issued": "issued",
    "downloads": "downloads", "title": "title_order", "name": "name", "id": "id",
}  # fmt: skip
_NOTHING: Json = {"match_none": {}}
MOST_WORDS = 64


def compiled(node: Node) -> Json:
    """The node as a query; what matches is the same as in every other engine."""
    if isinstance(node, (And, Or, AtLeast)):
        return _several(node)
    if isinstance(node, Not):
        return {"bool": {"must_not": [compiled(node.node)]}}
    if isinstance(node, Boost):
        return {"bool": {"must": [compiled(node.node)], "boost": node.factor}}
    if isinstance(node, All):
        return {"constant_score": {"filter": {"match_all": {}}, "boost": 0}}
    return _leaf(node)


def _several(node: And | Or | AtLeast) -> Json:
    if isinstance(node, And):
        return {"bool": {"must": [compiled(child) for child in node.nodes]}} if node.nodes else compiled(All())
    least = node.count if isinstance(node, AtLeast) else 1
    if not node.nodes:
        return compiled(All()) if least <= 0 else _NOTHING
    terms = [child for child in node.nodes if isinstance(child, Term)]
    if isinstance(node, Or) and len(terms) > 1:
        # `id:(a OR b …)` is one look into the index
        several: Json = {"terms": {"keys": [key(term.field, term.value) for term in terms], "boost": 0}}
        rest = [compiled(child) for child in node.nodes if not isinstance(child, Term)]
        return {"bool": {"should": [several, *rest], "minimum_should_match": 1}}
    return {"bool": {"should": [compiled(child) for child in node.nodes], "minimum_should_match": least}}


def _leaf(node: Words | Phrase | Term | Prefix | Wildcard | Fuzzy | Range) -> Json:
    if isinstance(node, Term):
        return _unscored({"term": {"keys": key(node.field, node.value)}})
    if isinstance(node, Range):
        return _unscored(_range(node))
    if isinstance(node, (Words, Phrase)):
        return _text(node)
    if isinstance(node, Fuzzy):
        word = "".join(tokens(node.word)[:1])
        if not word:
            return _NOTHING
        return _levels("surface", node.level, "fuzzy", {"value": word, "fuzziness": node.distance})
    return _beginning(node)


def _text(node: Words | Phrase) -> Json:
    """Analysed words, all of them; or in this order."""
    if isinstance(node, Words):
        stems = analyzer().query_stems(node.text)
        each = [_levels("terms", node.level, "term", stem) for stem in stems]
        return {"bool": {"must": each}} if each else _NOTHING
    words = analyzer().stems(node.text)[:MOST_WORDS]
    return _levels("terms", node.level, "match_phrase", " ".join(words)) if words else _NOTHING


def _beginning(node: Prefix | Wildcard) -> Json:
    """Beginnings and wildcards of keywords and of plain words."""
    if node.field is not None:
        start = printable(node.field) + SEPARATOR
        if isinstance(node, Prefix):
            return _unscored({"prefix": {"keys": {"value": start + fold_key(node.value)}}})
        pattern = _escape(start) + _wild(fold_key(node.pattern))
        return _unscored({"wildcard": {"keys": {"value": pattern}}})
    if isinstance(node, Prefix):
        word = "".join(tokens(node.value)[:1])
        return _levels("surface", node.level, "prefix", {"value": word}) if word else _NOTHING
    pattern = _wild(fold_key(node.pattern).replace(" ", ""))
    return _levels("surface", node.level, "wildcard", {"value": pattern})


def _escape(text: str) -> str:
    return "".join("\\" + char if char in "\\*?" else char for char in text)


def _wild(pattern: str) -> str:
    """Keeps `*` (runs of it once) and `?` as signs; a backslash is a backslash."""
    out = pattern.replace("\\", "\\\\")
    while "**" in out:
        out = out.replace("**", "*")
    return out


def _unscored(query: Json) -> Json:
    return {"constant_score": {"filter": query, "boost": 0}}


def _levels(group: str, level: str | None, kind: str, value: Any) -> Json:
    """The levels that hold it, each with its weight; frequency and rarity don't count, as in PostgreSQL."""
    chosen = LEVELS if level is None else (level,)
    should = [
        {"constant_score": {"filter": {kind: {f"{group}.{name}": value}}, "boost": WEIGHTS[name]}} for name in chosen
    ]
    return should[0] if len(should) == 1 else {"bool": {"should": should, "minimum_should_match": 1}}


def _range(node: Range) -> Json:
    limits = bounds(node)
    low, high = ("gte" if limits.include_low else "gt"), ("lte" if limits.include_high else "lt")
    if limits.column is not None:
        ends = {sign: limit for sign, limit in ((low, limits.low), (high, limits.high)) if limit is not None}
        return {"range": {limits.column: ends}} if ends else {"exists": {"field": limits.column}}
    start = printable(node.field) + SEPARATOR
    first = start + str(limits.low) if limits.low is not None else start
    last = start + str(limits.high) if limits.high is not None else printable(node.field) + chr(0x20)
    return {"range": {"keys": {low: first, high: last}}}


def body(request: Request) -> Json:
    """The whole request for one page."""
    query = request.query
    main: Json = {
        "must": [compiled(query.tree)],
        "filter": [compiled(node) for node in request.filters],
        "must_not": [{"term": {"deleted": True}}],
    }
    if query.bbox:
        box = query.bbox
        shape = envelope(box.west, box.south, box.east, box.north)
        main["filter"].append({"geo_shape": {"bbox": {"shape": shape, "relation": query.relation}}})
    if request.exact and request.scored:
        exact = {"constant_score": {"filter": {"term": {"title_words": request.exact}}, "boost": 1_000}}
        main["should"] = [exact]
    sort: list[Json] = [
        {_SORT[part.key]: {"order": "desc" if part.descending else "asc"}}
        for part in query.sort
        if _orders(part, request)
    ]
    out: Json = {
        "query": {"bool": main},
        "size": request.fetch,
        "sort": [*sort, {"id": {"order": "asc"}}],
        # the last sort value is the id: nothing stored is read
        "stored_fields": "_none_",
        "track_total_hits": query.totals,
        "timeout": "4s",
    }
    if request.cursor:
        keys = zip(query.sort, request.cursor.keys, strict=True)
        out["search_after"] = [*(value for part, value in keys if _orders(part, request)), request.cursor.id]
    elif query.start:
        out["from"] = query.start
    aggregations: Json = {
        f"{'other' if facet.other else 'facet'}.{facet.name}": _counted(facet) for facet in request.facets
    }
    if request.verify:
        aggregations["alive"] = alive(request.verify)
    if aggregations:
        out["aggs"] = aggregations
    if request.unknown:
        out["suggest"] = near(request.unknown)
    return out


def _weighed(node: Node) -> bool:
    """Whether some document may get another score than the rest: words do that, values of fields do not."""
    return isinstance(node, (Words, Phrase, Fuzzy)) or (
        node.field is None if isinstance(node, (Prefix, Wildcard)) else any(map(_weighed, children(node)))
    )


def _orders(part: Sort, request: Request) -> bool:
    """Whether a key of the order tells documents apart; a score that they all have is not even computed."""
    return part.key != "score" or bool(request.exact) or _weighed(request.query.tree)


def _counted(facet: FacetRequest) -> Json:
    """The aggregation of one facet; `others` holds the values of many fields, each behind its field's name."""
    asked: Json = {"size": facet.limit, "min_doc_count": facet.mincount}
    if not facet.other:
        return {"terms": {**asked, "field": f"facet.{facet.name}"}}
    start = "".join(char if char.isalnum() else "\\" + char for char in facet.name)
    return {"terms": {**asked, "field": "others", "include": f"{start}{SEPARATOR}.*"}}


def near(words: Iterable[str]) -> Json:
    """Ask for known words near each one that the vocabulary lacks; see `near_words`."""
    term = {
        "field": "spell", "analyzer": "whitespace", "suggest_mode": "missing", "size": 20, "max_edits": 2,
        "prefix_length": 0, "min_word_length": 4,
    }  # fmt: skip
    return {"near": {"text": " ".join(words), "term": term}}


def alive(words: Iterable[str]) -> Json:
    """Ask which words a document still holds: the suggester also knows those of documents just replaced."""
    return {"global": {}, "aggs": {word: {"filter": {"term": {"spell": word}}} for word in words}}


def alive_words(answer: Json) -> frozenset[str] | None:
    """What `alive` gave; None when it was not asked."""
    counted = answer.get("aggregations", {}).get("alive")
    if counted is None:
        return None
    return frozenset(word for word, found in counted.items() if isinstance(found, dict) and found["doc_count"])


def near_words(answer: Json) -> dict[str, list[tuple[str, int]]]:
    """What `near` gave, by the word asked."""
    entries = answer.get("suggest", {}).get("near", ())
    return {
        entry["text"]: [(option["text"], option["freq"]) for option in entry["options"]]
        for entry in entries
        if entry["options"]
    }


def found(answer: Json, request: Request) -> Found:
    """What the answer to that request says; a score that it did not ask for is 0."""
    said = [_orders(part, request) for part in request.query.sort]
    rows = tuple(_row(hit["sort"], said) for hit in answer["hits"].get("hits", ()))
    facets = tuple(
        Facet(name.partition(".")[2], tuple(_items(name, aggregation["buckets"])))
        for name, aggregation in answer.get("aggregations", {}).items()
        if name != "alive"
    )
    total = answer["hits"].get("total", {"value": len(rows)})["value"]
    return Found(rows, int(total), facets, near_words(answer), alive_words(answer))


def _row(sort: list[Key], said: list[bool]) -> tuple[str, tuple[Key, ...]]:
    """Id and sort keys of a hit."""
    *keys, identity = sort
    if all(said):
        return str(identity), tuple(keys)
    left = iter(keys)
    return str(identity), tuple(next(left) if item else 0.0 for item in said)


def _items(name: str, buckets: Iterable[Json]) -> list[FacetItem]:
    """Values with labels; two labels of one value (a rename half indexed) are added up under the larger."""
    merged: dict[str, FacetItem] = {}
    for bucket in buckets:
        value, _, label = bucket["key"].partition(SEPARATOR)
        if name.startswith("other."):
            value = label
        before = merged.get(value)
        count = bucket["doc_count"] + (before.count if before else 0)
        merged[value] = FacetItem(value, before.label if before else label, count)
    return sorted(merged.values(), key=lambda item: (-item.count, item.value))
