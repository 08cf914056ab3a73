"""Files of published versions: by content hash (never changing) and by CKAN's "latest" address (I5)."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, Response, redirect, request, send_file, stream_with_context
from werkzeug.wrappers import Response as BaseResponse

from config.settings import PublicSettings
from portal.catalog import addresses, images
from portal.catalog.published import PublishedFile
from portal.catalog.reader import CatalogReader, FileRow
from portal.catalog.usage import UsageTally
from portal.kernel.errors import NotFound
from portal.kernel.storage import StorageError, content_key
from portal.web.headers import PUBLIC_DATA
from portal.web.request import runtime, service

blueprint = Blueprint("downloads", __name__)

#: What a browser may show by itself; everything else is saved. Uploaded markup is never shown from our origin.
INLINE = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp"})


@blueprint.get("/berkas/<dataset_id>/<int:version>/<sha256>/<filename>")
def file(dataset_id: str, version: int, sha256: str, filename: str) -> BaseResponse:
    """One stored file of one version; its bytes never change under this address."""
    found = service(CatalogReader).file(dataset_id, version, sha256)
    if found.filename != filename:
        raise NotFound
    if request.method == "GET" and not request.range:
        service(UsageTally).note("unduh", UUID(dataset_id), version)
    return send(found)


@blueprint.get("/dataset/<dataset_id>/resource/<resource_id>/download/<path:filename>")
@blueprint.get("/dataset/<dataset_id>/resource/<resource_id>/download")
def latest(dataset_id: str, resource_id: str, filename: str = "") -> BaseResponse:
    """CKAN's address: leads to the file as received of the latest version."""
    reader = service(CatalogReader)
    resource = reader.resource(resource_id)
    if str(resource.dataset_id) != dataset_id and resource.dataset_name != dataset_id:
        raise NotFound
    files = [item for item in reader.files(resource.dataset_id, resource.version, resource.id) if item.role == "asli"]
    if not files:
        raise NotFound
    answer = redirect(addresses.file(resource.dataset_id, resource.version, _published(files[0])), 302)
    answer.headers["Cache-Control"] = "public, max-age=60"
    return answer


@blueprint.get("/uploads/group/<name>")
def picture(name: str) -> BaseResponse:
    """A picture of an organisation or group, at CKAN's address; its bytes never change under it."""
    known = images.NAME.fullmatch(name)
    if known is None:
        raise NotFound
    try:
        size = runtime().public_files.size(images.key(name))
    except StorageError as error:
        raise NotFound from error
    return send_stored(images.key(name), size, known[1], images.MEDIA_TYPES[known[2]], name)


def _published(row: FileRow) -> PublishedFile:
    return PublishedFile(
        role="asli",
        format=row.format,
        filename=row.filename,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
    )


def send(found: FileRow) -> Response:
    """A file of a version, found by its hash."""
    return send_stored(content_key(found.sha256), found.size, found.sha256, found.media_type, found.filename)


def send_stored(key: str, size: int, sha256: str, media_type: str, filename: str) -> Response:
    """The bytes, by the proxy where there is one (X-Accel-Redirect), else by us; ranges and ETag are kept."""
    settings = runtime().settings
    prefix = settings.accel_prefix if isinstance(settings, PublicSettings) else ""
    path = runtime().public_files.local_path(key)
    if prefix:
        answer = Response(mimetype=media_type)
        answer.headers["X-Accel-Redirect"] = f"{prefix.rstrip('/')}/{key}"
    elif path is not None:
        if not path.is_file():
            raise NotFound
        answer = send_file(path, mimetype=media_type, etag=sha256, conditional=True, max_age=3600)
    else:
        answer = _stream(key, size, sha256, media_type)
    disposition = "inline" if media_type in INLINE else "attachment"
    answer.headers["Content-Disposition"] = f"{disposition}; filename*=UTF-8''{quote(filename)}"
    answer.headers["Cache-Control"] = PUBLIC_DATA
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def _stream(key: str, size: int, sha256: str, media_type: str) -> Response:
    """From S3: whole, or the one range asked for."""
    start, end, status = 0, size, 200
    wanted = request.range
    if wanted is not None and wanted.units == "bytes" and len(wanted.ranges) == 1:
        limits = wanted.range_for_length(size)
        if limits is not None:
            (start, end), status = limits, 206
    body = runtime().public_files.stream(key, start, end)
    answer = Response(stream_with_context(body), status=status, mimetype=media_type)
    answer.set_etag(sha256)
    answer.headers["Accept-Ranges"] = "bytes"
    answer.content_length = end - start
    if status == 206:
        answer.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return answer
