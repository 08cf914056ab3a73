"""CKAN's small addresses for forms that suggest while one types: `/api/2/util/…`, GET only, and `/api/i18n/<lang>`."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from portal.api import envelope, request_data
from portal.api.answers import dumps
from portal.api.errors import BadRequest
from portal.api.limits import ActionLimits
from portal.api.service import ActionApi
from portal.web.i18n import LANGUAGES
from portal.web.request import identity, service

#: The office's guard leaves the name open, as that of the actions: they ask the permission table themselves.
blueprint = Blueprint("api_util", __name__)
blueprint.register_error_handler(Exception, envelope.refusal)

ADDRESSES = ("/api/util/", "/api/1/util/", "/api/2/util/")
#: What stands before `/autocomplete` → the action, the key of what is typed, how many, the name of a hit in the set.
KINDS = {
    "dataset": ("package_autocomplete", "incomplete", 10, ""),
    "tag": ("tag_autocomplete", "incomplete", 10, "Name"),
    "format": ("format_autocomplete", "incomplete", 5, "Format"),
    "group": ("group_autocomplete", "q", 20, None),
    "organization": ("organization_autocomplete", "q", 20, None),
    "user": ("user_autocomplete", "q", 20, None),
}


def suggest(kind: str) -> Response:
    """What an autocomplete action gives, in the shape that CKAN's own forms read; nothing typed finds nothing."""
    request_data.refuse_secrets(request)
    action, key, limit, member = KINDS[kind]
    api = service(ActionApi)
    typed = request.args.get(key, "")
    asked = {"q": typed, "limit": request.args.get("limit", limit)}
    found: Any = []
    if typed and action in api.actions:
        service(ActionLimits).charge(request, identity(), api.actions[action], asked)
        found = api.run(identity(), api.actions[action], asked)
    if member is not None:
        found = {"ResultSet": {"Result": [{member: item} for item in found] if member else found}}
    return Response(dumps(found), content_type=envelope.JSON)


for _address in ADDRESSES:
    for _kind in KINDS:
        _path = f"{_address}resource/format_autocomplete" if _kind == "format" else f"{_address}{_kind}/autocomplete"
        # an endpoint each: Werkzeug would send the later ones to the first
        blueprint.add_url_rule(_path, _path.strip("/").replace("/", "_"), suggest, defaults={"kind": _kind})


@blueprint.get("/api/i18n/<lang>")
@blueprint.get("/api/1/i18n/<lang>")
@blueprint.get("/api/2/i18n/<lang>")
def texts(lang: str) -> Response:
    """CKAN's texts for its own scripts: there are none here."""
    if lang not in LANGUAGES:
        raise BadRequest("Unknown locale")
    return Response(b"{}", content_type=envelope.JSON)
