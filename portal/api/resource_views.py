"""CKAN's resource views: how a published table, map or file is shown. Reads; each view has a page of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.api.action import Action, Call
from portal.api.arguments import IdArguments
from portal.api.facts import VIEW, Facts
from portal.kernel.errors import NotFound


def shown(view: Mapping[str, Any]) -> dict[str, Any]:
    """A view as CKAN answers it: its settings beside its own fields."""
    own = ("id", "resource_id", "title", "description", "view_type", "package_id")
    return {**{name: view.get(name) for name in own}, **view.get("config", {})}


def ordered(views: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """In the order that was asked for; what nobody placed comes last, oldest first."""
    return sorted(views, key=lambda view: view.get("position", 1_000_000))


def resource_view_list(call: Call, args: IdArguments) -> object:
    """Return the views of a published resource. `id`: the resource's id."""
    if call.queries.resource(args.id) is None:
        raise NotFound
    found = Facts(call.queries.session).matching(VIEW, {"resource_id": args.id.lower()})
    return [shown(view) for view in ordered(found)]


def resource_view_show(call: Call, args: IdArguments) -> object:
    """Return a view of a published resource. `id`: the view's id."""
    found = Facts(call.queries.session).get(VIEW, args.id)
    if found is None or call.queries.resource(found["resource_id"]) is None:
        raise NotFound
    return shown(found)


ACTIONS = (
    Action("resource_view_list", IdArguments, resource_view_list, rights_first=False),
    Action("resource_view_show", IdArguments, resource_view_show, rights_first=False),
)
