"""CKAN's relationships between datasets: which depends on, derives from, links to or belongs to which. Reads."""

from __future__ import annotations

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
    rel = None if args.rel == "relationships" else args.rel
    facts = Facts(call.queries.session)
    found = [
        *((row["type"], row["object"], row) for row in facts.matching(RELATIONSHIP, {"subject": subject["id"]})),
        *(
            (FORWARD[row["type"]], row["subject"], row)
            for row in facts.matching(RELATIONSHIP, {"object": subject["id"]})
        ),
    ]
    # by the names that they bear now; one that is not public any more is related to nothing
    names = call.queries.names_of({key for _kind, key, _row in found}) if found else {}
    related = [
        {"subject": subject["name"], "type": kind, "object": names[key], "comment": row["comment"]}
        for kind, key, row in found
        if key in names and (other is None or key == other["id"]) and (rel is None or kind == rel)
    ]
    if rel and not related:
        raise NotFound
    return related


def named(call: Call, ref: str) -> dict[str, str]:
    """Id and name of a published dataset. Raises NotFound."""
    found = call.queries.package(ref)
    if found is None:
        raise NotFound
    document = orjson.loads(found)
    return {"id": document["id"], "name": document["name"]}


ACTIONS = (Action("package_relationships_list", ListArguments, package_relationships_list, rights_first=False),)
