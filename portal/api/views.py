"""Addresses of the action API, CKAN's: `/api/3/action/<action>`, `/api/action/<action>`, `/api/3`; `….xml` is ours."""

from __future__ import annotations

from flask import Blueprint, Response, request

from portal.api import envelope, request_data, xml_schema
from portal.api.answers import dumps
from portal.api.limits import ActionLimits
from portal.api.openapi import OpenApi
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
    api, limits = service(ActionApi), service(ActionLimits)
    found = api.find(envelope.action_name(name))
    data = request_data.read(request, writes=found.writes, limits=limits.bytes)
    who = ANONYMOUS if data.anonymous else identity()
    limits.charge(request, who, found, data.values)
    return envelope.success(found.name, api.run(who, found, data.values), data.callback)


@blueprint.get("/api/<int(min=1, max=3):version>", strict_slashes=False)
@blueprint.get("/api/<int(min=1, max=3):version>/", strict_slashes=False)
def version(version: int) -> Response:
    """The version of the API."""
    return envelope.plain(dumps({"version": version}))


@blueprint.get("/api/3/action.xsd")
def schema() -> Response:
    """The schema of every XML answer."""
    return Response(xml_schema.XSD, content_type="application/xml;charset=utf-8")


@blueprint.get("/api/3/openapi.json")
def openapi() -> Response:
    """The OpenAPI 3.0 document of this side."""
    return Response(service(OpenApi).body(service(ActionApi).actions), content_type=envelope.JSON)


@blueprint.after_request
def allow_preflight(response: Response) -> Response:
    """Let pages of other sites send JSON to the public side; it knows no credentials that could be misused."""
    if request.method == "OPTIONS" and runtime().audience == "public":
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type"
        response.headers["Access-Control-Max-Age"] = "86400"
    return response
