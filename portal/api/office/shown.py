"""How the office answers with datasets that are not out: as CKAN would, with `private` and the steps owed."""

from __future__ import annotations

from typing import Any

import orjson

from portal.api.office.call import OfficeCall
from portal.catalog import ckan_document
from portal.catalog.published import PublishedDataset
from portal.ingest.lifecycle import State
from portal.ingest.packages import Current, Outcome, Packages
from portal.ingest.people import KnowsGroups
from portal.kernel.errors import NotFound

Document = dict[str, Any]


def answer(outcome: Outcome, site_url: str) -> object:
    """The dataset after a write: its ready document, or the draft with the steps that are owed."""
    if outcome.ckan:
        return orjson.Fragment(outcome.ckan)
    return draft(outcome.published, outcome.state, outcome.owed, site_url)


def draft(published: PublishedDataset, state: State, owed: tuple[str, ...], site_url: str) -> Document:
    """A version of the vault in CKAN's shape. Not released is `private`; deleted is CKAN's state `deleted`."""
    said = published.metadata.ckan.get("state")
    gone = state in {State.WITHDRAWN, State.ARCHIVED} or said == "deleted"
    return {
        **ckan_document.package(published, site_url),
        "private": not gone,
        "state": "deleted" if gone else (said or "active"),
        "keadaan": str(state),
        "langkah_terutang": list(owed),
    }


def draft_document(packages: Packages, current: Current, groups: KnowsGroups | None = None) -> Document:
    """The working version of an opened dataset; `groups` of a whole page, where they are at hand."""
    frozen, owed = packages.view(current, groups)
    return draft(frozen, current.state, owed, packages.site_url)


def drafted(call: OfficeCall, ref: str) -> Document:
    """The working version of a dataset that is not out, for who may see it. Raises NotFound for everyone else."""
    if not call.identity.signed_in:
        raise NotFound
    packages = call.service(Packages)
    key = packages.find(call.identity, ref)
    if key is None:
        raise NotFound
    return draft_document(packages, packages.look(call.identity, key))
