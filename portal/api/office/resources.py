"""Writes on resources in CKAN's words: links and files of a dataset, made, shown, changed, deleted, put in order."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import text

from portal.access.rows import ResourceRow
from portal.api.action import Action
from portal.api.arguments import IdArguments
from portal.api.errors import Shaped
from portal.api.office import rules, wishes
from portal.api.office.call import OfficeCall
from portal.api.office.known import PortalKnows
from portal.api.office.packages import Document, as_document, changed, named_thing, opened, patched, required
from portal.api.office.raw import Raw
from portal.api.office.resource_input import parse_resource
from portal.api.office.rules import collect
from portal.api.office.shown import draft_document
from portal.api.uploads import Upload
from portal.catalog import addresses
from portal.catalog.ckan_document import timestamp
from portal.ingest.packages import Current, Packages
from portal.ingest.sending import Sending, Sent
from portal.kernel.errors import NotFound
from portal.kernel.ids import as_uuid
from portal.kernel.texts import gettext as _

#: What a client sends beside the resource itself.
_BESIDE = frozenset({"upload", "package_id", "clear_upload", "position"})


def resource_create(call: OfficeCall, args: Raw) -> object:
    """Add a resource to a dataset and return it. `package_id`, and `url` (a link) or `upload` (a file, multipart);
    CKAN's other fields and fields of your own are kept. A table or map is loaded by a job: see task_status_show."""
    if "package_id" in args.values and args.text("package_id") is None:
        raise Shaped({"name_or_id": [_("Nilai wajib diisi")]})
    upload = args.values.get("upload")
    sends = isinstance(upload, Upload) and bool(upload.filename)
    current, before = opened(call, required(args, "package_id"))
    fields = {name: value for name, value in args.values.items() if name not in _BESIDE}
    if isinstance(upload, Upload) and sends:
        own = _with_own_id(call, current, before, fields)
        row = _row(call, _of_file(call, current, own, upload), None, len(before["resources"]))
        return _received(call, current, upload, row, replaces=False)
    _require_new(before, fields)
    sent = {"url": "", **fields}
    with _faults_of(len(before["resources"])):
        made = changed(call, current, before, {**patched(before), "resources": [*before["resources"], sent]})
    return as_document(made)["resources"][-1]


def _require_new(before: Document, fields: Mapping[str, Any]) -> None:
    if fields.get("id") and any(row["id"] == str(fields["id"]).lower() for row in before["resources"]):
        raise Shaped({"id": [_("Id sumber daya sudah ada.")]})


def _with_own_id(call: OfficeCall, current: Current, before: Document, fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is said of a new file, under the id that it may have. Raises Shaped for an id that is taken or none."""
    _require_new(before, fields)
    faults: dict[str, Any] = {}
    key = collect(faults, "id", rules.key, fields["id"]) if fields.get("id") else None
    if key is not None:
        key = collect(faults, "id", PortalKnows(call, current.dataset.id).resource_id, key)
    if faults:
        raise Shaped(faults)
    return {**fields, "id": None if key is None else str(key)}


def resource_update(call: OfficeCall, args: Raw) -> object:
    """Replace a resource and return it. `id`, then as for resource_create; with `upload` its file is replaced."""
    return _change(call, args, partly=False)


def resource_patch(call: OfficeCall, args: Raw) -> object:
    """Change only the fields that are sent of a resource, and return it. `id`, and `upload` for another file."""
    return _change(call, args, partly=True)


def _change(call: OfficeCall, args: Raw, *, partly: bool) -> object:
    key = named_thing(call, args, "Resource") if partly else required(args, "id")
    upload = args.values.get("upload")
    sends = isinstance(upload, Upload) and bool(upload.filename)
    current, before = _opened(call, key)
    old = _find(before, key)
    fields = {name: value for name, value in args.values.items() if name not in _BESIDE}
    sent = {**(old if partly else {"url": ""}), **fields, "id": old["id"]}
    if isinstance(upload, Upload) and sends:
        known = next((row for row in current.resources if str(row.id) == old["id"]), None)
        row = _row(call, _of_file(call, current, sent, upload), known, old["position"], old)
        return _received(call, current, upload, row, replaces=True)
    if args.values.get("clear_upload") in {True, "true", "True", "1"}:
        sent |= {"clear_upload": True, "url_type": ""}
    position = old["position"]
    rows = [sent if row["id"] == old["id"] else row for row in before["resources"]]
    with _faults_of(position):
        made = changed(call, current, before, {**patched(before), "resources": rows})
    return _find(as_document(made), old["id"])


def resource_delete(call: OfficeCall, args: Raw) -> object:
    """Take a resource off its dataset. `id`."""
    key = required(args, "id")
    current, before = _opened(call, key)
    rows = [row for row in before["resources"] if row["id"] != key.lower()]
    if len(rows) < len(before["resources"]):
        changed(call, current, before, {**patched(before), "resources": rows})
    return None


def resource_show(call: OfficeCall, args: IdArguments) -> object:
    """Return a resource. `id`: the resource's id. One that is not published is shown to who works on it."""
    found = call.queries.resource(args.id)
    if found is not None:
        return orjson.Fragment(found)
    packages = call.service(Packages)
    dataset_id = _dataset_of(call, args.id)
    if dataset_id is None or not call.identity.signed_in:
        raise _missing()
    with _as_missing():
        current = packages.look(call.identity, dataset_id)
    return _find(draft_document(packages, current), args.id)


def package_resource_reorder(call: OfficeCall, args: Raw) -> object:
    """Put a dataset's resources into an order. `id` of the dataset, `order`: ids of resources; the rest follow."""
    if "id" not in args.values:
        raise Shaped({"id": [_("Nilai wajib diisi")]})
    if "order" not in args.values and "id" in args.values:
        raise Shaped({"order": [_("Nilai wajib diisi")]})
    if "id" not in args.values:
        raise Shaped({"id": [_("Nilai wajib diisi")]})
    order = args.values["order"]
    if not isinstance(order, list):
        raise Shaped({"order": _("Harus berupa daftar sumber daya")})
    if "id" in args.values and args.text("id") is None:
        raise Shaped({"name_or_id": [_("Nilai wajib diisi")]})
    ref = required(args, "id")
    wanted = [str(item) for item in order]
    if len(set(wanted)) != len(wanted):
        raise Shaped({"order": _("Id sumber daya tidak boleh berulang")})
    current, before = opened(call, ref)
    rows = {row["id"]: row for row in before["resources"]}
    for key in wanted:
        if key not in rows:
            raise Shaped({"order": _("resource_id %(key)s tidak ditemukan", key=key[:80])})
    whole = [*wanted, *(key for key in rows if key not in wanted)]
    changed(call, current, before, {**patched(before), "resources": [rows[key] for key in whole]})
    return {"id": ref, "order": whole}


# the ways to a resource


def _opened(call: OfficeCall, key: str) -> tuple[Current, Document]:
    """The dataset of a resource, opened for a change. Raises NotFound for a resource that nobody knows."""
    dataset_id = _dataset_of(call, key)
    if dataset_id is None:
        raise _missing()
    with _as_missing():
        return opened(call, str(dataset_id))


def _dataset_of(call: OfficeCall, key: str) -> UUID | None:
    """The dataset of a resource; where there is none an id that nothing bears, so that the same statements lead to the
    same refusal (I7). None for what is no id."""
    wanted = as_uuid(key)
    if wanted is None:
        return None
    query = text("SELECT audit.dataset_of_resource(:key)")
    found: UUID | None = call.office.execute(query, {"key": wanted}).scalar()
    return found or uuid4()


def _missing() -> NotFound:
    return NotFound(_("Sumber daya tidak ditemukan"))


@contextmanager
def _as_missing() -> Iterator[None]:
    """A resource of a dataset that the caller may not see is missed in the words of one that never was (I7)."""
    try:
        yield
    except NotFound as error:
        raise _missing() from error


def _find(document: Mapping[str, Any], key: str) -> Document:
    found: Document | None = next((row for row in document["resources"] if row["id"] == key.lower()), None)
    if found is None:
        raise _missing()
    return found


@contextmanager
def _faults_of(position: int) -> Iterator[None]:
    """Faults of the one resource stand at the top, as CKAN has them."""
    try:
        yield
    except Shaped as refusal:
        rows = refusal.body.get("resources")
        if isinstance(rows, list) and len(rows) > position and isinstance(rows[position], dict) and rows[position]:
            raise Shaped(rows[position]) from refusal
        raise


def _of_file(call: OfficeCall, current: Current, fields: Mapping[str, Any], upload: Upload) -> Document:
    """What is sent of a resource, with what CKAN says at once of a file: format, type, size, when it came and where.

    A format that was said before stays, as in CKAN.
    """
    key = str(fields.get("id") or uuid4())
    path = addresses.latest_file(current.dataset.id, key, upload.filename)
    url = addresses.absolute(call.service(Packages).site_url, path)
    found = {
        "id": key,
        "url_type": "upload",
        "mimetype": mimetypes.guess_type(upload.filename)[0],
        "size": upload.size(),
        "last_modified": timestamp(call.scope.now()),
        "url": url,
    }
    said = fields.get("format") or rules.resource_format(None, url, guess=True)
    return {**fields, **found, "format": said}


def _row(
    call: OfficeCall,
    fields: Mapping[str, Any],
    known: ResourceRow | None,
    position: int,
    stood: Mapping[str, Any] | None = None,
) -> ResourceRow:
    """The row that a file becomes, with what the client says of it."""
    faults: dict[str, list[str]] = {}
    item = parse_resource(fields, {}, faults)
    if faults:
        raise Shaped(faults)
    made = wishes.resource_row(replace(item, unchanged=False), position, known, call.scope.now(), stood)
    told = {**made.ckan, **{name: item.sent.get(name) for name in ("url", "size", "last_modified")}}
    return replace(made, ckan={name: value for name, value in told.items() if name not in {"hash", "unduhan"}})


def _received(call: OfficeCall, current: Current, upload: Upload, row: ResourceRow, *, replaces: bool) -> object:
    sent = Sent(filename=upload.filename, stream=upload.stream, size=upload.size(), row=row, replaces=replaces)
    sending = call.service(Sending)
    taken = sending.take(call.identity, current, sent)
    if taken.out or (current.publish and not current.private and sending.settle(current, taken)):
        found = call.queries.resource(str(taken.resource_id))
        if found is not None:
            return orjson.Fragment(found)
    packages = call.service(Packages)
    return _find(draft_document(packages, packages.again(current)), str(taken.resource_id))


ACTIONS = (
    Action("resource_create", Raw, resource_create, permission=None, writes=True, rights_first=False),
    Action("resource_update", Raw, resource_update, permission=None, writes=True, rights_first=False),
    Action("resource_patch", Raw, resource_patch, permission=None, writes=True, rights_first=False),
    Action("resource_delete", Raw, resource_delete, permission=None, writes=True, rights_first=False),
    Action("resource_show", IdArguments, resource_show),
    Action("package_resource_reorder", Raw, package_resource_reorder, permission=None, writes=True, rights_first=False),
)
