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
from portal.ingest.looking import Looking
from portal.ingest.office_search import OfficeResults, OfficeSearch
from portal.ingest.packages import Packages
from search.query import Or, Term
from search.settling import show


def package_search(call: OfficeCall, args: SearchArguments) -> object:
    """Search datasets. As on the public side; with `include_private` or `include_drafts` also those of your own
    agencies that are not published. `q`, `fq`, `fq_list`, `sort`, `rows` (at most 1,000), `start`, `facet.field` …"""
    wanted = (args.include_private or args.include_drafts) and not args.abort_search and not args.fl
    if not wanted or not call.identity.signed_in or call.runtime.office_search is None:
        return published_search(call, args)
    query = checked_query(call, args)
    # the copy of what was published just now is there, but not yet in sight: who asks pays for it, not every writer
    show(call.runtime.office_search)
    # CKAN's drafts are public or private themselves, and only who asks for private ones gets those
    wished = _ACTIVE if args.include_private else Or((Term("private", "false"), Term("konsep", "true")))
    found = call.service(OfficeSearch).search(call.identity, replace(query, filters=(*query.filters, _ACTIVE, wished)))
    return composed(call, args, found.results, _documents(call, found))


_ACTIVE = Term("state", "active")


def _documents(call: OfficeCall, found: OfficeResults) -> list[object]:
    """Published documents as they are stored, drafts as they are opened, the page at once; what is gone meanwhile is
    left out."""
    ids = found.results.ids
    ready = call.queries.documents(ids)
    looking, packages = call.service(Looking), call.service(Packages)
    wanted = [UUID(key) for key in ids if key.encode() not in ready and key in found.drafts]
    drafts = looking.look(call.identity, wanted)
    groups = looking.groups(drafts.values()) if drafts else None
    made: list[object] = []
    for key in ids:
        if (document := ready.get(key.encode())) is not None:
            made.append(orjson.Fragment(document))
        elif (current := drafts.get(UUID(key))) is not None:
            made.append(draft_document(packages, current, groups))
    return made


ACTIONS = (Action("package_search", SearchArguments, package_search),)
