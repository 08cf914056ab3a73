"""package_search of the office: the published side as everywhere, and drafts for who asks and may see them."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import orjson

from portal.api.action import Action
from portal.api.office.call import OfficeCall
from portal.api.office.shown import draft_document
from portal.api.package_search import SearchArguments, checked_query, composed
from portal.api.package_search import package_search as published_search
from portal.ingest.office_search import OfficeResults, OfficeSearch
from portal.ingest.packages import Packages
from portal.kernel.errors import NotFound
from search.query import Or, Term


def package_search(call: OfficeCall, args: SearchArguments) -> object:
    """Search datasets. As on the public side; with `include_private` or `include_drafts` also those of your own
    agencies that are not published. `q`, `fq`, `fq_list`, `sort`, `rows` (at most 1,000), `start`, `facet.field` …"""
    wanted = (args.include_private or args.include_drafts) and not args.abort_search and not args.fl
    if not wanted or not call.identity.signed_in or call.runtime.office_search is None:
        return published_search(call, args)
    query = checked_query(call, args)
    # CKAN's drafts are public or private themselves, and only who asks for private ones gets those
    wished = _ACTIVE if args.include_private else Or((Term("private", "false"), Term("konsep", "true")))
    found = call.service(OfficeSearch).search(call.identity, replace(query, filters=(*query.filters, _ACTIVE, wished)))
    return composed(call, args, found.results, _documents(call, found))


_ACTIVE = Term("state", "active")


def _documents(call: OfficeCall, found: OfficeResults) -> list[object]:
    """Published documents as they are stored, drafts as each is opened; one that is gone meanwhile is left out."""
    packages = call.service(Packages)
    made: list[object] = []
    for key in found.results.ids:
        text = call.queries.package(key)
        if text is not None:
            made.append(orjson.Fragment(text))
        elif key in found.drafts:
            try:
                made.append(draft_document(packages, packages.look(call.identity, UUID(key))))
            except NotFound:
                continue
    return made


ACTIONS = (Action("package_search", SearchArguments, package_search),)
