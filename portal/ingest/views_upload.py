"""Files come in: dropped first, in chunks that can be resumed, or as one plain form. A new dataset or one more file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from flask import flash, jsonify, redirect, request, url_for
from flask import session as cookie
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from portal.access.rows import UploadRow, WrongOffset
from portal.contract.metadata import STAR_FIELDS, DatasetMetadata
from portal.ingest import formats, forms
from portal.ingest.acts import Act
from portal.ingest.permitted import own_agencies
from portal.ingest.schemas import MetadataEdit, NewDraft, Received, UploadStart
from portal.ingest.service import Ingest
from portal.ingest.views import REFUSED, Answer, blueprint, labels, require_act, status_of, undo, view_of
from portal.ingest.views_fields import specs
from portal.ingest.views_guesses import starting
from portal.kernel.errors import Conflict, Forbidden, Invalid, NotFound, PortalError
from portal.kernel.permissions import Permission
from portal.kernel.texts import gettext as _
from portal.web.errors import default_message
from portal.web.errors import status_of as http_status
from portal.web.rendering import render
from portal.web.request import identity, runtime, scope, service

KEY = "<string(length=32):key>"
DRAFTS = "unggah"


@dataclass
class Outcome:
    """What became of the files of one post: receipts, and refusals by file name."""

    received: list[Received] = field(default_factory=list)
    refused: list[tuple[str, PortalError]] = field(default_factory=list)


def _today() -> Any:
    return scope().now().astimezone(runtime().profile.time_zone).date()


@blueprint.get("/unggah")
def new_dataset() -> Answer:
    """A new dataset begins with its file; who works for several agencies says first for which."""
    agencies = own_agencies(identity())
    if not agencies:
        raise Forbidden(_("Hanya produsen data dan petugas GIS yang mengunggah."), rule=Permission.DATASET_CREATE.value)
    if len(agencies) == 1:
        return _new_page(agencies[0])
    titles = [(str(key), service(Ingest).drafts.template(identity(), key).instansi_penerbit) for key in agencies]
    return render("ingest/choose_agency.html", agencies=titles)


@blueprint.get("/unggah/<uuid:agency_id>")
def new_for(agency_id: UUID) -> Answer:
    """The upload page of one agency."""
    return _new_page(agency_id)


def _new_page(agency_id: UUID, status: int = 200, **more: Any) -> Answer:
    template = service(Ingest).drafts.template(identity(), agency_id)
    fields = [specs(runtime().profile)[name] for name in STAR_FIELDS]
    values = forms.shown(starting(template, "", _today()), request.form if request.method == "POST" else None)
    base = {"agency_id": agency_id, "agency": template.instansi_penerbit, "fields": fields, "values": values}
    draft = _draft_of(agency_id)
    context = {**base, "accept": ",".join(formats.accepted()), "errors": {}, "refused": (), "draft": draft}
    return render("ingest/upload.html", **{**context, **more}), status


@blueprint.post("/unggah/<uuid:agency_id>")
def start_dataset(agency_id: UUID) -> Answer:
    """Take the files with the five fields; then say what was found."""
    try:
        dataset_id = _with_stars(agency_id)
    except REFUSED as refusal:
        undo()
        errors = forms.first(refusal) if isinstance(refusal, Invalid) else {"berkas": refusal.message}
        return _new_page(agency_id, status_of(refusal), errors=errors)
    outcome = _take(dataset_id)
    if not outcome.received:
        return _new_page(agency_id, 422, refused=outcome.refused)
    cookie[DRAFTS] = {k: v for k, v in cookie.get(DRAFTS, {}).items() if k != str(agency_id)}
    return _onwards(dataset_id, outcome)


def _with_stars(agency_id: UUID) -> UUID:
    """The draft that waits for these files, or a new one; with the five fields as they were posted."""
    drafts = service(Ingest).drafts
    names = [file.filename or "" for file in request.files.getlist("berkas")]
    draft_id = _draft_of(agency_id)
    if draft_id is None:
        base = starting(drafts.template(identity(), agency_id), next(iter(names), ""), _today())
        made = drafts.create(identity(), NewDraft(agency_id=agency_id, metadata=_stars(base)))
        scope().commit()
        return made
    view = view_of(draft_id)
    drafts.edit(identity(), draft_id, MetadataEdit(token=view.token, metadata=_stars(view.metadata)))
    scope().commit()
    return draft_id


def _stars(base: DatasetMetadata) -> DatasetMetadata:
    known = [name for name in STAR_FIELDS if name in request.form]
    return forms.metadata(request.form, base, known)


def _draft_of(agency_id: UUID) -> UUID | None:
    """The draft that an upload from this browser began and did not end, if it still takes files."""
    kept = cookie.get(DRAFTS, {}).get(str(agency_id))
    if kept is None:
        return None
    try:
        service(Ingest).receiving.unfinished(identity(), UUID(kept))
    except (NotFound, Forbidden, Conflict):
        return None
    return UUID(kept)


@blueprint.route(f"/unggah/<uuid:agency_id>/berkas/{KEY}", methods=["HEAD", "PUT"])
def first_chunk(agency_id: UUID, key: str) -> Response:
    """Chunks of a file whose dataset is made when its first byte comes."""
    try:
        draft_id = _draft_of(agency_id)
        if draft_id is None and request.method == "PUT":
            draft_id = _draft_for(agency_id)
        if draft_id is None:
            return Response(status=404)
        return _chunk(draft_id, key)
    except PortalError as refusal:
        return _refusal(refusal)


def _draft_for(agency_id: UUID) -> UUID:
    drafts = service(Ingest).drafts
    base = starting(drafts.template(identity(), agency_id), _filename(), _today())
    formats.file_type(formats.clean_filename(_filename()))
    made = drafts.create(identity(), NewDraft(agency_id=agency_id, metadata=base))
    scope().commit()
    cookie[DRAFTS] = {**cookie.get(DRAFTS, {}), str(agency_id): str(made)}
    return made


@blueprint.route(f"/data/<uuid:dataset_id>/unggahan/{KEY}", methods=["HEAD", "PUT"])
def chunk(dataset_id: UUID, key: str) -> Response:
    """Chunks of one more file of a dataset."""
    try:
        return _chunk(dataset_id, key)
    except PortalError as refusal:
        return _refusal(refusal)


def _filename() -> str:
    from urllib.parse import unquote

    return unquote(request.headers.get("Upload-Name", ""))


def _number(name: str) -> int:
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Invalid(_("Kepala %(name)s tidak terbaca.", name=name), rule="unggahan.kepala")
    return int(text)


def _chunk(dataset_id: UUID, key: str) -> Response:
    """HEAD: how much is there. PUT: one chunk more. The browser names the upload; the dataset makes it unique."""
    receiving, upload_id = service(Ingest).receiving, uuid5(dataset_id, key)
    if request.method == "HEAD":
        return _offset(receiving.status(identity(), dataset_id, upload_id))
    try:
        row = receiving.status(identity(), dataset_id, upload_id)
    except NotFound:
        start = UploadStart(filename=_filename(), length=_number("Upload-Length"), upload_id=upload_id)
        row = receiving.start(identity(), dataset_id, start)
    offset = _number("Upload-Offset")
    if offset == row.received == row.length:
        return _offset(row)
    return _offset(receiving.append(identity(), dataset_id, upload_id, offset, iter(_pieces())))


def _pieces() -> Any:
    while piece := request.stream.read(1 << 16):
        yield piece


def _offset(row: UploadRow) -> Response:
    return Response(status=204, headers={"Upload-Offset": str(row.received), "Upload-Length": str(row.length)})


def _refusal(refusal: PortalError) -> Response:
    """As the page's script reads it; only a wrong offset is 409, everything else it must not try again."""
    status = http_status(refusal)
    if status == 409 and not isinstance(refusal, WrongOffset):
        status = 422
    answer = jsonify(message=refusal.message or default_message(status), rule=refusal.rule)
    answer.status_code = status
    if isinstance(refusal, WrongOffset):
        answer.headers["Upload-Offset"] = str(refusal.offset)
    return answer


@blueprint.route("/data/<uuid:dataset_id>/unggah", methods=["GET", "POST"])
def more_files(dataset_id: UUID) -> Answer:
    """More files for a dataset, or another file in the place of one."""
    if request.method == "GET":
        return _more_page(dataset_id)
    outcome = _take(dataset_id)
    if outcome.received:
        return _onwards(dataset_id, outcome)
    require_act(view_of(dataset_id), Act.UPLOAD)
    return _more_page(dataset_id, 422, outcome.refused)


def _more_page(dataset_id: UUID, status: int = 200, refused: Any = ()) -> Answer:
    view = view_of(dataset_id)
    replaced = request.values.get("ganti", type=UUID)
    replaced_name = next((item.row.name for item in view.resources if item.row.id == replaced), "")
    context = {"replaces": replaced if replaced_name else None, "replaced_name": replaced_name, "labels": labels()}
    accept = ",".join(formats.accepted())
    return render("ingest/more_files.html", view=view, accept=accept, refused=refused, **context), status


def _take(dataset_id: UUID) -> Outcome:
    """Every file of the post, each for itself: one that is refused leaves the others in."""
    outcome = Outcome()
    replaces = request.form.get("ganti", type=UUID)
    keys = [key for key in request.form.getlist("upload_id") if len(key) == 32]
    files = [file for file in request.files.getlist("berkas") if file.filename]
    if not keys and not files:
        outcome.refused.append(("", Invalid(_("Pilih sedikitnya satu berkas."), rule="berkas.tidak_ada")))
    items: list[str | FileStorage] = [*keys, *files]
    for item in items:
        _take_one(outcome, dataset_id, item, replaces)
        replaces = None
    return outcome


def _take_one(outcome: Outcome, dataset_id: UUID, item: str | FileStorage, replaces: UUID | None) -> None:
    receiving, who = service(Ingest).receiving, identity()
    name = "" if isinstance(item, str) else item.filename or ""
    try:
        if isinstance(item, str):
            row = receiving.status(who, dataset_id, uuid5(dataset_id, item))
            name = row.filename
            if row.finished is None:
                outcome.received.append(receiving.finish(who, dataset_id, row.id, replaces=replaces))
        else:
            outcome.received.append(receiving.receive(who, dataset_id, name, item.stream, replaces=replaces))
    except PortalError as refusal:
        undo()
        outcome.refused.append((name, refusal))
        return
    scope().commit()


def _onwards(dataset_id: UUID, outcome: Outcome) -> Response:
    """One file: straight to what was found in it; several: to the list of them."""
    for name, refusal in outcome.refused[:3]:
        flash(_("%(name)s ditolak: %(reason)s", name=name[:80], reason=refusal.message[:300]), "bad")
    for got in outcome.received[:3]:
        flash(_received_words(got), "info" if got.same_as else "good")
    if len(outcome.received) == 1:
        return redirect(
            url_for("ingest.resource", dataset_id=dataset_id, resource_id=outcome.received[0].resource_id), 303
        )
    return redirect(url_for("ingest.dataset", dataset_id=dataset_id), 303)


def _received_words(got: Received) -> str:
    if got.same_as:
        return _(
            "Berkas %(name)s sudah ada di sini (tanda terima %(receipt)s).", name=got.filename, receipt=got.receipt
        )
    if got.seen_in_version:
        text = _("Tanda terima %(receipt)s. Isinya sama dengan berkas pada versi %(version)s.")
        return text % {"receipt": got.receipt, "version": got.seen_in_version}
    return _("Diterima: %(name)s, tanda terima %(receipt)s.", name=got.filename, receipt=got.receipt)
