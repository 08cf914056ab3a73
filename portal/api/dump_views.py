"""The address of the dump. Its refusals are plain lines of text, since no page and no envelope stands around it."""

from __future__ import annotations

from flask import Blueprint, Response, request

from portal.api import arguments
from portal.api.dump import MEDIA_TYPES, Dump, DumpArguments
from portal.api.tables import PublishedTables
from portal.catalog.reader import CatalogReader
from portal.kernel.errors import Invalid, NotFound
from portal.tables.copying import CopiedRows
from portal.web.headers import OFFICE, PUBLIC_DATA, PUBLIC_PAGE
from portal.web.request import runtime, service
from portal.web.streaming import streamed

blueprint = Blueprint("datastore", __name__)


@blueprint.errorhandler(Invalid)
def refused(error: Invalid) -> Response:
    """What does not hold, a line per field (400 as in CKAN)."""
    lines = [f"{name}: {' '.join(texts)}" for name, texts in error.fields.items()] or [error.message]
    return Response("\n".join(lines) + "\n", status=400, content_type="text/plain; charset=utf-8")


@blueprint.get("/datastore/dump/<resource_id>")
def dump(resource_id: str) -> Response:
    """A whole table as CSV, TSV, JSON or XML."""
    resource = PublishedTables(service(CatalogReader))(resource_id)
    if resource.table is None:
        raise NotFound
    made = Dump.of(resource, arguments.parse(DumpArguments, request.args.to_dict()))
    response = streamed(
        lambda scope: made.pieces(CopiedRows(scope.session("public"))),
        content_type=MEDIA_TYPES[made.format],
        filename=f"{resource.id}.{made.format}",
        etag=made.etag,
    )
    # versions never change, so the question and the version are all that the ETag needs (I5); a live table is asked
    # for anew each time (I5a)
    kept = PUBLIC_PAGE if resource.live else PUBLIC_DATA
    response.headers["Cache-Control"] = kept if runtime().audience == "public" else OFFICE
    return response
