"""Actions on datasets ("packages"), save the search itself: ready documents are sent as they are stored."""

from __future__ import annotations

import re
from typing import Any, ClassVar
from uuid import UUID

import orjson
from pydantic import model_validator
from sqlalchemy import select

from portal.api.action import Action, Call
from portal.api.answers import MOST_ROWS, ROWS, Spliced, spliced
from portal.api.arguments import Arguments, LaxFlag, Natural, Positive, Text, Typed
from portal.api.package_search import SearchArguments, package_search
from portal.api.references import Referring
from portal.catalog import models
from portal.kernel.errors import NotFound
from search.analysis import tokens
from search.base import LONGEST_PREFIX, MOST_WORDS
from search.lucene_text import refuse_local_params
from search.query import TITLE, Or, SearchQuery, Wildcard

MOST_SUGGESTIONS = 50
#: Parts of one word that are looked for inside names and titles; CKAN keeps parts of two to ten letters.
_PART = re.compile(r"[\w-]{2,40}")


class Page(Arguments):
    """`limit` 0 or absent is everything."""

    limit: Natural = 0
    offset: Natural = 0


class ShowArguments(Arguments):
    """A dataset by name or id; CKAN misses `name_or_id` when neither key has a value."""

    name_or_id: Text
    include_plugin_data: LaxFlag = False

    @model_validator(mode="before")
    @classmethod
    def _either(cls, data: Any) -> Any:
        given = data.get("id") if isinstance(data, dict) else None
        named = data.get("name_or_id") if isinstance(data, dict) else None
        found = next((value for value in (given, named) if value is not None and value != ""), None)
        rest = {"include_plugin_data": data["include_plugin_data"]} if data.get("include_plugin_data") else {}
        return rest if found is None else {"name_or_id": found, **rest}


class ListArguments(Arguments):
    """One page of whole datasets; `page` (from 1) is the old way of saying `offset`."""

    limit: Natural = ROWS
    offset: Natural | None = None
    page: Positive = 1


class AutocompleteArguments(Referring):
    """What is being typed."""

    REFERENCES: ClassVar[frozenset[str]] = frozenset({"q"})

    q: Typed
    limit: Natural = 10


def package_list(call: Call, args: Page) -> object:
    """Return the names of the published datasets, sorted. `limit` and `offset` (optional) make pages of them."""
    return Spliced([call.queries.names(args.limit or None, args.offset)])


def package_show(call: Call, args: ShowArguments) -> object:
    """Return a published dataset with its resources. `id`: its name or id."""
    found = call.queries.package(args.name_or_id)
    if found is None:
        raise NotFound
    return orjson.Fragment(found)


def current_package_list_with_resources(call: Call, args: ListArguments) -> object:
    """Return published datasets with their resources, last changed first. `limit` (10, at most 1,000), `offset`."""
    limit = min(args.limit, MOST_ROWS)
    offset = args.offset if args.offset is not None else (args.page - 1) * limit
    return spliced(call.queries.newest(limit, offset))


def package_autocomplete(call: Call, args: AutocompleteArguments) -> object:
    """Return datasets whose title begins like `q`, most downloaded first, then those whose name or title holds it.
    `limit`: 10, at most 50."""
    refuse_local_params(args.q)
    typed = args.q.strip().lower()
    limit = min(args.limit, MOST_SUGGESTIONS)
    if not typed or not limit:
        return []
    words = tokens(args.q[:LONGEST_PREFIX])[:MOST_WORDS]
    pairs = call.queries.suggested(words, limit) if words else None
    if pairs is None:
        pairs = [(item.text, item.name) for item in call.engine.suggest(args.q, limit)]
    found = [_suggestion(name, title, typed) for title, name in pairs]
    if len(found) < limit and _PART.fullmatch(typed):
        known = {item["name"] for item in found}
        found += [item for item in _holding(call, typed) if item["name"] not in known][: limit - len(found)]
    return found


def _holding(call: Call, typed: str) -> list[dict[str, str]]:
    """Datasets whose name, or a word of whose title, holds the part; found twice first, then the shorter names."""
    tree = Or((Wildcard("name", f"*{typed}*"), Wildcard(None, f"*{typed}*", "title")))
    hits = call.engine.search(SearchQuery(tree=tree, sort=TITLE, rows=MOST_SUGGESTIONS, relax=False, totals=False))
    table = models.dataset
    query = select(table.c.name, table.c.title).where(table.c.id.in_([UUID(key) for key in hits.ids]))
    found = [_suggestion(name, title, typed) for name, title in call.queries.session.execute(query)]
    held = {item["name"]: (typed in item["name"]) + (typed in item["title"].lower()) for item in found}
    return sorted(found, key=lambda item: (-held[item["name"]], len(item["name"]), item["name"]))


def _suggestion(name: str, title: str, typed: str) -> dict[str, str]:
    by_name = typed in name
    return {
        "name": name,
        "title": title,
        "match_field": "name" if by_name else "title",
        "match_displayed": name if by_name else f"{title} ({name})",
    }


ACTIONS = (
    Action("package_list", Page, package_list),
    Action("package_show", ShowArguments, package_show),
    Action("package_search", SearchArguments, package_search),
    Action("current_package_list_with_resources", ListArguments, current_package_list_with_resources),
    Action("package_autocomplete", AutocompleteArguments, package_autocomplete),
)
