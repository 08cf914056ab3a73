"""`package_search`: one engine call, one statement for the stored documents, spliced as they are.

As in CKAN: without a colon `q` is free text that never fails (and here forgives typing errors when nothing matches);
with one, or with `defType=lucene`, it is a query whose faults are told. A field that nobody knows matches nothing.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Annotated, Any

import orjson
from pydantic import BeforeValidator, ConfigDict, Field

from portal.api.action import Call
from portal.api.answers import MOST_ROWS, ROWS, Spliced
from portal.api.arguments import (
    Arguments,
    Flag,
    JsonList,
    LaxFlag,
    Natural,
    Text,
    Texts,
    Whole,
    as_text,
    refused,
)
from portal.api.errors import SearchQueryError
from portal.api.free_words import found_by, spoken, without_loose_end
from portal.api.paging import Pager
from portal.kernel.texts import gettext as _
from search.analysis import tokens
from search.base import MOST_FACET_VALUES, MOST_FACETS
from search.documents import Bounds
from search.errors import QuerySyntaxError
from search.fields import FACET_ALIASES, FACETS, counted_name
from search.lucene import order_of, parse_bbox, parse_fq, parse_q, parse_sort
from search.lucene_text import refuse_local_params
from search.query import All, FacetRequest, Node, Or, SearchQuery, Sort, SortKey, Words
from search.results import FacetItem, Results

DEFAULT_SORT = "score desc, metadata_modified desc"
FACET_LIMIT = 50
MOST_FILTERS = 50

_PARSERS = frozenset({"dismax", "edismax", "lucene"})
#: What Solr takes for yes and no; a number is neither.
_YES, _NO = frozenset({"true", "on", "yes"}), frozenset({"false", "off", "no"})
#: The furthest place that Solr can count to.
FURTHEST_START = 2**31 - 1
_BINARY = frozenset({"AND", "OR", "&&", "||"})
_UNARY = frozenset({"NOT", "!", "+", "-"})
_FIGURE = re.compile(r"[+-]?[0-9]{1,6}(\.[0-9]{0,18})?")
#: Solr's parameters that CKAN lets through and that change nothing here.
_IGNORED = frozenset({"wt", "qf", "bf", "boost", "tie", "mm", "df", "extras"})


def _as_fields(value: Any) -> tuple[str, ...]:
    """`fl`: names in a list or in one text, with commas or spaces between them."""
    parts = [as_text(item) for item in value] if isinstance(value, list) else [as_text(value)]
    names = tuple(name for part in parts for name in re.split(r"[,\s]+", part) if name)
    if len(names) > 100:
        raise refused(_("Terlalu banyak nama"))
    return names


def _as_filters(value: Any) -> Any:
    """`fq`: one text or a list of them. Raises QuerySyntaxError for an object, which no engine takes."""
    if isinstance(value, dict):
        raise QuerySyntaxError("fq bukan teks")
    return value


def _as_q(value: Any) -> str:
    """Words. A list or an object is searched for as it is written, as in CKAN, and seldom found."""
    return as_text(orjson.dumps(value).decode() if isinstance(value, list | dict) else value)


def _as_sort(value: Any) -> str:
    """An order in words. Raises SearchQueryError for what is no text at all, as CKAN does."""
    if isinstance(value, list | dict):
        raise SearchQueryError(_("urutan (sort) tidak dapat dibaca"))
    return as_text(value)


class SearchArguments(Arguments):
    """CKAN's parameters under their names; `ext_relation` (`intersects`, `within`) is ours."""

    model_config = ConfigDict(extra="allow", frozen=True)

    q: Annotated[str, BeforeValidator(_as_q)] = ""
    fq: Annotated[Texts, BeforeValidator(_as_filters)] = ()
    fq_list: Texts = ()
    fl: Annotated[tuple[str, ...], BeforeValidator(_as_fields)] = ()
    rows: Natural = ROWS
    start: Natural = 0
    sort: Annotated[str, BeforeValidator(_as_sort)] = "rank"
    facet: Text = "true"
    facet_mincount: Natural = Field(default=1, alias="facet.mincount")
    facet_limit: Whole = Field(default=FACET_LIMIT, alias="facet.limit")
    facet_field: JsonList = Field(default=(), alias="facet.field")
    def_type: Text = Field(default="dismax", alias="defType")
    use_default_schema: LaxFlag = False
    include_private: Flag = False
    include_drafts: Flag = False
    include_deleted: Flag = False
    abort_search: LaxFlag = False
    ext_bbox: Text = ""
    ext_relation: Text = "intersects"

    def unknown(self) -> list[str]:
        """Keys that CKAN refuses; other extensions' parameters (`ext_…`) are left alone, as there."""
        extra = self.model_extra or {}
        return sorted(name for name in extra if name not in _IGNORED and not name.startswith("ext_"))


def package_search(call: Call, args: SearchArguments) -> object:
    """Search the published datasets. `q`, `fq`, `fq_list`, `sort`, `rows` (10, at most 1,000), `start`, `fl`, `facet`,
    `facet.field` (a JSON list), `facet.limit`, `facet.mincount`, `ext_bbox` (west,south,east,north in degrees), and,
    beyond CKAN, `ext_relation`; `did_you_mean` comes with results found by forgiving typing errors."""
    query = checked_query(call, args)
    found = (
        Results((), 0)
        if args.abort_search
        else Pager(call.engine, call.queries.memory, call.queries.browse, call.queries.ladder).page(query)
    )
    return composed(call, args, found, _rows(call, args, found))


def checked_query(call: Call, args: SearchArguments) -> SearchQuery:
    """The request to the engine. Raises QuerySyntaxError, SearchQueryError for a parameter that CKAN has not."""
    if args.unknown():
        names = ", ".join(name[:80] for name in args.unknown()[:10])
        raise SearchQueryError(_("parameter tidak dikenal: %(names)s", names=names))
    return query_of(args, _asked_sort(args), call.portal.facets)


def _asked_sort(args: SearchArguments) -> str:
    return DEFAULT_SORT if args.sort == "rank" else args.sort


def composed(call: Call, args: SearchArguments, found: Results, rows: object) -> object:
    """CKAN's answer to what an engine found; `rows` are the documents of the page."""
    facets = _facets(args, found, call.portal.facets)
    result: dict[str, Any] = {
        "count": found.total,
        "facets": {name: {item.value: item.count for item in items} for name, items in facets.items()},
        "results": rows,
        "sort": _asked_sort(args),
        "search_facets": {name: _restructured(name, items) for name, items in facets.items()},
    }
    if found.suggestion:
        result["did_you_mean"] = found.suggestion
    return result


def query_of(args: SearchArguments, sort: str, plugin_facets: frozenset[str]) -> SearchQuery:
    """The request to the engine. Raises QuerySyntaxError or SearchQueryError."""
    if args.def_type not in _PARSERS:
        raise QuerySyntaxError("defType tidak dikenal")
    if args.ext_relation not in ("intersects", "within"):
        raise QuerySyntaxError("ext_relation harus intersects atau within")
    free = args.def_type != "lucene" and (":" not in args.q or args.def_type == "edismax")
    filters = [text for text in map(without_loose_end, (*args.fq, *args.fq_list)) if text.strip()]
    if len(filters) > MOST_FILTERS:
        raise QuerySyntaxError("terlalu banyak fq")
    if args.start > FURTHEST_START:
        raise QuerySyntaxError("start terlalu jauh")
    box = _box(args.ext_bbox)
    nowhere = (Or(()),) if args.ext_bbox.strip() and box is None else ()
    return SearchQuery(
        tree=_tree(args.q, plugin_facets, free=free),
        filters=(*(parse_fq(text, extra_fields=plugin_facets, lenient=True) for text in filters), *nowhere),
        bbox=box,
        relation="within" if args.ext_relation == "within" else "intersects",
        facets=_asked(args, plugin_facets),
        sort=_order(sort),
        start=args.start,
        rows=min(args.rows, MOST_ROWS),
        relax=free,
    )


def _tree(q: str, plugin_facets: frozenset[str], *, free: bool) -> Node:
    if q in ('""', "''"):
        return All()
    if free and not q.lstrip().startswith("{!"):
        _refuse_dangling(q)
    parse = parse_q if free or not q.strip() else parse_fq
    tree = parse(spoken(q) if free else q, extra_fields=plugin_facets, lenient=True)
    # signs without a word find nothing, as in CKAN; the engines take no words for no wish
    if isinstance(tree, Words) and not tokens(tree.text):
        return Or(())
    return found_by(q, tree) if free else tree


def _refuse_dangling(q: str) -> None:
    """Operators without a word to work on are a fault in free text too, as in CKAN. Raises QuerySyntaxError."""
    words = q.split()
    if not words or '"' in q:
        return
    twice = any(one in _BINARY | _UNARY and other in _BINARY for one, other in pairwise(words))
    if twice or words[0] in _BINARY or words[-1] in _BINARY | {"NOT"} or words in (["-"], ["+"]):
        raise QuerySyntaxError("operator tanpa kata")


def _box(text: str) -> Bounds | None:
    """The box; None where there is none, or where it is turned inside out, lies beyond the world or has no numbers,
    and so holds nothing."""
    if not text.strip():
        return None
    parts = text[:200].split(",")
    figures = [float(part) for part in parts if _FIGURE.fullmatch(part.strip())]
    if len(parts) == 4 and all(part.strip().lower() == "nan" for part in parts):
        return None
    if len(parts) == len(figures) == 4:
        west, south, east, north = figures
        if west > east or south > north or west > 180 or east < -180 or south > 90 or north < -90:
            return None
    return parse_bbox(text)


def _order(text: str) -> tuple[Sort, ...]:
    """Keys that we can order by; others are ignored as CKAN's empty fields are, and what they leave equal comes in
    the order in which it was written. Raises SearchQueryError."""
    refuse_local_params(text)
    kept: dict[SortKey, Sort] = {}
    for words in (part.split() for part in text.split(",")) if text.strip() else ():
        if len(words) != 2 or words[1].lower() not in ("asc", "desc"):
            raise SearchQueryError(_("urutan (sort) tidak dapat dibaca"))
        if words[0] == "relevance":
            continue  # CKAN has no such field, and leaves it out
        try:
            key = parse_sort(" ".join(words))[0]
        except QuerySyntaxError:
            continue
        kept.setdefault(key.key, key)
    if not kept or set(kept) == {"downloads"}:
        kept["modified"] = Sort("modified")
    return order_of(kept.values())


def _asked(args: SearchArguments, plugin_facets: frozenset[str]) -> tuple[FacetRequest, ...]:
    """Facets that the index has; at most 50 names at all."""
    if not _faceted(args) or args.facet_limit == 0:
        return ()
    names = list(dict.fromkeys(args.facet_field))
    if len(names) > MOST_FACETS:
        raise QuerySyntaxError("terlalu banyak faset")
    limit = MOST_FACET_VALUES if args.facet_limit < 0 else min(args.facet_limit, MOST_FACET_VALUES)
    asked: dict[str, FacetRequest] = {}
    for name in names:
        counted = counted_name(name, plugin_facets)
        if counted is not None:
            own = counted in plugin_facets or counted in FACETS or counted in FACET_ALIASES
            asked[counted] = FacetRequest(counted, limit, max(1, args.facet_mincount), other=not own)
    return tuple(asked.values())


def _faceted(args: SearchArguments) -> bool:
    """Whether facets are wanted. Raises QuerySyntaxError for what is neither yes nor no."""
    word = args.facet.strip().lower()
    if word not in _YES | _NO | {""}:
        raise QuerySyntaxError("facet harus true atau false")
    return word not in _NO


def _facets(args: SearchArguments, found: Results, plugin_facets: frozenset[str]) -> dict[str, tuple[FacetItem, ...]]:
    """Every facet that was asked for, empty where the index has none of that name."""
    if not _faceted(args):
        return {}
    names = {name: counted_name(name, plugin_facets) or name for name in args.facet_field}
    return {name: found.facet(counted).items for name, counted in names.items()}


def _restructured(name: str, items: tuple[FacetItem, ...]) -> dict[str, Any]:
    """CKAN's `search_facets`: by label, in falling order (sic)."""
    listed = [{"name": item.value, "display_name": item.label, "count": item.count} for item in items]
    return {"title": name, "items": sorted(listed, key=lambda item: str(item["display_name"]), reverse=True)}


def _rows(call: Call, args: SearchArguments, found: Results) -> object:
    """The documents of the page; a hit that the database does not have is dropped (I9). With `fl`, parts of them."""
    if args.fl:
        return [_parts(orjson.loads(text), args.fl) for text in call.queries.catalog.documents(found.ids)]
    return Spliced(call.queries.document_parts(found.ids))


def _parts(package: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The named fields of a dataset as Solr would give them: lists of names rather than of things."""
    resources = package["resources"]
    solr: dict[str, Any] = {
        "organization": (package["organization"] or {}).get("name"),
        "groups": [group["name"] for group in package["groups"]],
        "tags": [tag["name"] for tag in package["tags"]],
        "res_format": [item["format"] for item in resources],
        "res_name": [item["name"] for item in resources],
        "res_url": [item["url"] for item in resources],
        **{f"extras_{row['key']}": row["value"] for row in package["extras"]},
    }
    whole = {**{key: value for key, value in package.items() if key not in ("extras", "resources")}, **solr}
    wanted = whole if "*" in names else {name: whole[name] for name in names if name in whole}
    return {name: value for name, value in wanted.items() if value not in (None, [])}
