"""The address of the dump. Its refusals are plain lines of text, since no page and no envelope stands around it."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, request

from portal.api import arguments
from portal.api.dump import MEDIA_TYPES, Dump, DumpArguments
from portal.api.tables import PublishedTables
from portal.catalog.reader import CatalogReader
from portal.kernel.errors import Invalid, NotFound
from portal.tables.copying import CopiedRows
from portal.web.headers import OFFICE, PUBLIC_DATA, PUBLIC_PAGE
from portal.web.request import runtime, service

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
    if made.etag in request.if_none_match:
        return _headed(Response(status=304), made)
    response = Response(content_type=MEDIA_TYPES[made.format])
    if request.method == "GET":
        pieces = Pieces(made)
        response.response = pieces
        response.call_on_close(pieces.close)
    response.headers["Content-Disposition"] = f'attachment; filename="{resource.id}.{made.format}"'
    return _headed(response, made)


def _headed(response: Response, made: Dump) -> Response:
    """Versions never change, so the question and the version are all that the ETag needs (I5); a live table is asked
    for anew each time (I5a)."""
    response.set_etag(made.etag)
    kept = PUBLIC_PAGE if made.resource.live else PUBLIC_DATA
    response.headers["Cache-Control"] = kept if runtime().audience == "public" else OFFICE
    return response


class Pieces:
    """The stream with a scope of its own, since it outlives the request's. A fault in the first piece is a refusal."""

    def __init__(self, made: Dump) -> None:
        self.scope = runtime().scope()
        try:
            self.stream = made.pieces(CopiedRows(self.scope.session("public")))
            self.first: bytes | None = next(self.stream, b"")
        except BaseException:
            self.scope.close()
            raise

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        first, self.first = self.first, None
        piece = next(self.stream, None) if first is None else first
        if piece is None:
            self.close()
            raise StopIteration
        return piece

    def close(self) -> None:
        """Give the connection back, also when the reader left in the middle."""
        self.stream.close()
        self.scope.close()
