"""The addresses of the dumps: of a table, and of the whole catalogue.

The refusals of a table's are plain lines of text, since no page and no envelope stands around it. Both sides have them,
for anyone (I9): what is in them is published. The office also dumps a draft's table for those whose duties cover it.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from portal.api import arguments
from portal.api.dump import MEDIA_TYPES, Dump, DumpArguments
from portal.api.dump_sources import DumpSources
from portal.api.limits import ActionLimits, cost_of_dump
from portal.catalog import bulk
from portal.catalog.downloads import send_stored
from portal.kernel.errors import Invalid, TooMany, Unavailable
from portal.kernel.texts import gettext as _
from portal.web.headers import OFFICE, PUBLIC_DATA, PUBLIC_PAGE
from portal.web.request import identity, runtime, scope, service
from portal.web.streaming import streamed

#: The office's guard leaves the name open: whoever asks gets what the public side answers.
blueprint = Blueprint("datastore", __name__)
#: No proxy may send an old dump while a new one is made, not even in need: it may hold what was withdrawn.
FRESH = "public, max-age=0, must-revalidate"


@blueprint.errorhandler(Invalid)
def refused(error: Invalid) -> Response:
    """What does not hold, a line per field (400 as in CKAN)."""
    lines = [f"{name}: {' '.join(texts)}" for name, texts in error.fields.items()] or [error.message]
    return Response("\n".join(lines) + "\n", status=400, content_type="text/plain; charset=utf-8")


@blueprint.errorhandler(TooMany)
def too_many(error: TooMany) -> Response:
    """The caller asks too much; when to come again."""
    answer = Response(error.message + "\n", status=429, content_type="text/plain; charset=utf-8")
    answer.headers["Retry-After"] = str(error.retry_after)
    return answer


@blueprint.get("/datastore/dump/<resource_id>")
def dump(resource_id: str) -> Response:
    """A whole table as CSV, TSV, JSON or XML."""
    found = service(DumpSources).find(identity(), resource_id)
    resource = found.resource
    made = Dump.of(resource, arguments.parse(DumpArguments, request.args.to_dict()), found.schema)
    service(ActionLimits).take(request, identity(), cost_of_dump(made.format, made.most_rows))
    response = streamed(
        lambda scope: made.pieces(found.session(scope)),
        content_type=MEDIA_TYPES[made.format],
        filename=f"{resource.id}.{made.format}",
        etag=made.etag,
    )
    # versions never change, so the question and the version are all that the ETag needs (I5); a live table is asked
    # for anew each time (I5a)
    kept = PUBLIC_PAGE if resource.live else PUBLIC_DATA
    response.headers["Cache-Control"] = kept if runtime().audience == "public" else OFFICE
    return response


@blueprint.get(bulk.ADDRESS)
def catalogue() -> Response:
    """Every published dataset, a JSON object a line; 503 for the moments in which it is made anew."""
    found = bulk.current(scope().session("public"))
    if found is None:
        raise Unavailable(_("Salinan katalog sedang dibuat ulang. Coba lagi beberapa menit lagi."), part="salinan")
    answer = send_stored(found.key, found.size, found.sha256, "application/gzip", bulk.FILENAME)
    answer.headers["Cache-Control"] = FRESH if runtime().audience == "public" else OFFICE
    return answer
