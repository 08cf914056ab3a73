"""Addresses of the action API, CKAN's: `/api/3/action/<action>`, `/api/action/<action>`, `/api/3`."""

from __future__ import annotations

from flask import Blueprint, Response, request

from portal.api import envelope, request_data
from portal.api.answers import dumps
from portal.api.service import ActionApi
from portal.kernel.identity import ANONYMOUS
from portal.web.request import identity, runtime, service

#: The office's guard leaves this name open: actions ask the permission table themselves.
blueprint = Blueprint("api", __name__)
blueprint.register_error_handler(Exception, envelope.refusal)


@blueprint.route("/api/3/action/<name>", methods=["GET", "POST"])
@blueprint.route("/api/action/<name>", methods=["GET", "POST"])
def action(name: str) -> Response:
    """One action."""
    api = service(ActionApi)
    found = api.find(name)
    data = request_data.read(request, writes=found.writes)
    who = ANONYMOUS if data.anonymous else identity()
    return envelope.success(name, api.run(who, found, data.values), data.callback)


@blueprint.get("/api/<int(min=1, max=3):version>")
def version(version: int) -> Response:
    """The version of the API."""
    return Response(dumps({"version": version}), content_type=envelope.JSON)


@blueprint.after_request
def allow_preflight(response: Response) -> Response:
    """Let pages of other sites send JSON to the public side; it knows no credentials that could be misused."""
    if request.method == "OPTIONS" and runtime().audience == "public":
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type"
        response.headers["Access-Control-Max-Age"] = "86400"
    return response
