"""CKAN's relationships between datasets: which depends on, derives from, links to or belongs to which. Reads."""

from __future__ import annotations

from typing import Any

import orjson

from portal.api.action import Action, Call
from portal.api.arguments import Arguments, Text
from portal.api.facts import RELATIONSHIP, Facts
from portal.kernel.errors import NotFound

#: Each way of saying it, with the same said from the other side; the first of a pair is the one that is kept.
FORWARD = {
    "depends_on": "dependency_of",
    "derives_from": "has_derivation",
    "links_to": "linked_from",
    "child_of": "parent_of",
}
REVERSE = {back: forth for forth, back in FORWARD.items()}
TYPES = tuple(name for pair in FORWARD.items() for name in pair)


class ListArguments(Arguments):
    """The relationships of a dataset, with another or of one type only."""

    id: Text
    id2: Text | None = None
    rel: Text | None = None


def package_relationships_list(call: Call, args: ListArguments) -> object:
    """Return the relationships of a published dataset. `id`; `id2`: only those with this one; `rel`: only of a type."""
    subject = named(call, args.id)
    other = named(call, args.id2) if args.id2 else None
    facts = Facts(call.queries.session)
    forth = facts.matching(RELATIONSHIP, {"subject": subject["id"]})
    back = facts.matching(RELATIONSHIP, {"object": subject["id"]})
    found = [
        *(_said(row, row["type"], "subject", "object") for row in forth),
        *(_said(row, FORWARD[row["type"]], "object", "subject") for row in back),
    ]
    return [
        row
        for row in found
        if (other is None or row["object"] == other["name"]) and (args.rel is None or row["type"] == args.rel)
    ]


def _said(row: dict[str, Any], kind: str, one: str, two: str) -> dict[str, Any]:
    return {
        "subject": row[f"{one}_name"],
        "type": kind,
        "object": row[f"{two}_name"],
        "comment": row["comment"],
    }


def named(call: Call, ref: str) -> dict[str, str]:
    """Id and name of a published dataset. Raises NotFound."""
    found = call.queries.package(ref)
    if found is None:
        raise NotFound
    document = orjson.loads(found)
    return {"id": document["id"], "name": document["name"]}


ACTIONS = (Action("package_relationships_list", ListArguments, package_relationships_list, rights_first=False),)
