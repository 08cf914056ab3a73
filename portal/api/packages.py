"""Actions on datasets ("packages"), save the search itself: ready documents are sent as they are stored."""

from __future__ import annotations

from typing import Any

import orjson
from pydantic import model_validator

from portal.api.action import Action, Call
from portal.api.answers import MOST_ROWS, ROWS, spliced
from portal.api.arguments import Arguments, Natural, Positive, Text
from portal.api.package_search import SearchArguments, package_search
from portal.kernel.errors import NotFound

MOST_SUGGESTIONS = 50


class Page(Arguments):
    """`limit` 0 or absent is everything."""

    limit: Natural = 0
    offset: Natural = 0


class ShowArguments(Arguments):
    """A dataset by name or id; CKAN misses `name_or_id` when neither key has a value."""

    name_or_id: Text

    @model_validator(mode="before")
    @classmethod
    def _either(cls, data: Any) -> Any:
        given = data.get("id") if isinstance(data, dict) else None
        named = data.get("name_or_id") if isinstance(data, dict) else None
        found = next((value for value in (given, named) if value is not None and value != ""), None)
        return {} if found is None else {"name_or_id": found}


class ListArguments(Arguments):
    """One page of whole datasets; `page` (from 1) is the old way of saying `offset`."""

    limit: Natural = ROWS
    offset: Natural | None = None
    page: Positive = 1


class AutocompleteArguments(Arguments):
    """What is being typed."""

    q: Text
    limit: Natural = 10


def package_list(call: Call, args: Page) -> object:
    """Return the names of the published datasets, sorted. `limit` and `offset` (optional) make pages of them."""
    return orjson.Fragment(call.queries.names(args.limit or None, args.offset))


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
    """Return datasets whose title begins like `q`, most downloaded first. `limit`: 10, at most 50."""
    typed = args.q.lower()
    limit = min(args.limit, MOST_SUGGESTIONS)
    found = call.engine.suggest(args.q, limit) if args.q.strip() and limit else ()
    return [_suggestion(item.name, item.text, typed) for item in found]


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
