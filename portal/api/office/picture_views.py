"""The address of a person's picture, on the office only."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.accounts.people import People
from portal.api.office import pictures
from portal.catalog import images
from portal.kernel.errors import NotFound
from portal.web.request import identity, runtime, service

#: The guard leaves its one endpoint open: whom the caller may see is asked here.
blueprint = Blueprint("pictures", __name__)


@blueprint.get("/uploads/user/<name>")
def person(name: str) -> Response:
    """A person's picture, for who may see the person; to everybody else none is there."""
    if not service(People).pictured(identity(), f"{pictures.ADDRESS}{name}"):
        raise NotFound
    data = pictures.of_person(runtime(), name)
    answer = Response(data, mimetype=images.MEDIA_TYPES[name.rpartition(".")[2]])
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
