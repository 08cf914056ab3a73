"""The metadata editor, whole or one question at a time, under an optimistic lock that loses nothing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from config import regions
from portal.contract.metadata import DatasetMetadata
from portal.ingest import forms
from portal.ingest.acts import Act
from portal.ingest.queries import DatasetView
from portal.ingest.schemas import MetadataEdit
from portal.ingest.service import Ingest, TwoEditors
from portal.ingest.views import REFUSED, Answer, blueprint, dataset_page, done, require_act, status_of, undo, view_of
from portal.ingest.views_fields import GEOSPATIAL_QUESTIONS, QUESTIONS, FieldSpec, groups, specs
from portal.ingest.views_guesses import NOTHING, guess
from portal.kernel.errors import Conflict, Invalid, NotFound
from portal.kernel.texts import gettext as _
from portal.web.rendering import render
from portal.web.request import identity, runtime, service


@blueprint.route("/data/<uuid:dataset_id>/keterangan", methods=["GET", "POST"])
def metadata(dataset_id: UUID) -> Answer:
    """All metadata in one form."""
    view = view_of(dataset_id)
    if request.method == "GET":
        return _editor(view, forms.shown(view.metadata) | {"name": view.line.name})
    try:
        # what the form does not show (a CKAN client's own words) stays as it is
        asked = {*specs(runtime().profile), "kugi_versi"}
        shown = [name for name in DatasetMetadata.model_fields if name in asked]
        wanted = forms.metadata(request.form, view.metadata, shown)
        _save(dataset_id, request.form.get("token", ""), wanted)
    except TwoEditors as both:
        return _two(view, both)
    except REFUSED as refusal:
        return _again(view, refusal)
    return done(dataset_id, _("Keterangan tersimpan."), tersimpan=1)


def _save(dataset_id: UUID, token: str, wanted: DatasetMetadata, *, named: bool = True) -> None:
    form = request.form
    name = (form.get("name", "").strip() or None) if named else None
    why = form.get("why", "").strip()[:500]
    service(Ingest).drafts.edit(identity(), dataset_id, MetadataEdit(token=token, metadata=wanted, name=name, why=why))


def _editor(view: DatasetView, values: dict[str, Any], status: int = 200, **more: Any) -> Answer:
    profile = runtime().profile
    shown = groups(profile)
    if not (view.metadata.jenis_data or "").startswith("geospasial"):
        layered = any(item.row.kind == "layer" for item in view.resources)
        shown = shown if layered or not view.metadata.jenis_data else shown[:-1]
    context = {
        "view": view,
        "values": values,
        "groups": shown,
        "token": view.token,
        "base": view.metadata.model_dump_json(),
        "errors": {},
        "both": None,
        "theirs": {},
        "region_names": _region_names(values),
        "labels": {name: field.label for name, field in specs(profile).items()},
        "refusal": None,
    }
    return render("ingest/metadata.html", **{**context, **more}), status


def _region_names(values: dict[str, Any]) -> list[str]:
    found = (regions.region(code) for code in str(values.get("cakupan_wilayah", "")).split())
    return [item.label for item in found if item is not None][:30]


def _again(view: DatasetView, refusal: Invalid | Conflict) -> Answer:
    """What was typed, with what is wrong with it; the lock stays the one that was read."""
    undo()
    if isinstance(refusal, Invalid):
        require_act(view, Act.EDIT)
    errors = forms.first(refusal) if isinstance(refusal, Invalid) else {}
    kept = {"token": request.form.get("token", ""), "base": request.form.get("dasar", "")}
    values = forms.shown(view.metadata, request.form)
    return _editor(view, values, status_of(refusal), errors=errors, refusal=refusal, **kept)


def _two(view: DatasetView, both: TwoEditors) -> Answer:
    """Somebody saved first: what only one of them changed is joined, the rest stands side by side."""
    undo()
    base = forms.base_of(request.form)
    joined = forms.merged(base, both.mine, both.theirs)
    differ = [name for name in both.fields if getattr(joined, name) != getattr(both.theirs, name)]
    theirs = forms.shown(both.theirs)
    contested = [name for name in differ if base is None or getattr(base, name) != getattr(both.theirs, name)]
    more = {"both": both, "theirs": dict.fromkeys(contested, theirs), "base": both.theirs.model_dump_json()}
    values = forms.shown(joined) | {"name": request.form.get("name", view.line.name)}
    return _editor(view, values, 409, token=both.token, **more)


@blueprint.post("/data/<uuid:dataset_id>/keterangan/urungkan")
def undo_edit(dataset_id: UUID) -> Answer:
    """Put the last edit of the metadata back."""
    view = view_of(dataset_id)
    require_act(view, Act.EDIT)
    last = next((line.row for line in reversed(view.history) if line.edit == "metadata"), None)
    if last is None or last.person_id != identity().person_id:
        raise NotFound
    try:
        before = forms.undone(last.detail, view.metadata)
        _save(dataset_id, view.token, before, named=False)
    except REFUSED as refusal:
        undo()
        return dataset_page(view_of(dataset_id), status_of(refusal), refusal)
    return done(dataset_id, _("Perubahan terakhir diurungkan."))


def questions(view: DatasetView) -> tuple[str, ...]:
    """The questions for this dataset, in order."""
    layered = any(item.row.kind == "layer" for item in view.resources)
    geospatial = (view.metadata.jenis_data or "").startswith("geospasial") or layered
    return (*QUESTIONS, *GEOSPATIAL_QUESTIONS) if geospatial else QUESTIONS


@blueprint.get("/data/<uuid:dataset_id>/tanya")
def ask(dataset_id: UUID) -> Response:
    """The first question that has no answer yet; the dataset when all have one."""
    view = view_of(dataset_id)
    name = next((name for name in questions(view) if name in view.readiness.owed), None)
    if name is None:
        return redirect(url_for("ingest.dataset", dataset_id=dataset_id), 303)
    return redirect(url_for("ingest.question", dataset_id=dataset_id, name=name), 303)


@blueprint.route("/data/<uuid:dataset_id>/tanya/<name>", methods=["GET", "POST"])
def question(dataset_id: UUID, name: str) -> Answer:
    """One question with our best guess and why."""
    view = view_of(dataset_id)
    field = specs(runtime().profile).get(name)
    if field is None or name == "name":
        raise NotFound
    if request.method == "GET":
        return _question(view, field)
    try:
        wanted = forms.metadata(request.form, view.metadata, [name])
        _save(dataset_id, view.token, wanted, named=False)
    except REFUSED as refusal:
        return _question(view, field, refusal)
    return _next(view, name)


def _next(view: DatasetView, name: str) -> Response:
    order = questions(view)
    after = order[order.index(name) + 1 :] if name in order else ()
    following = next((other for other in after if other in view.readiness.owed), None)
    if following is None:
        return redirect(url_for("ingest.ask", dataset_id=view.line.id), 303)
    return redirect(url_for("ingest.question", dataset_id=view.line.id, name=following), 303)


def _question(view: DatasetView, field: FieldSpec, refusal: Invalid | Conflict | None = None) -> Answer:
    order = questions(view)
    at = order.index(field.name) if field.name in order else 0
    empty = field.name in view.readiness.owed
    found = guess(field.name, view, runtime().profile) if empty else NOTHING
    values = forms.shown(view.metadata) | found.values
    if refusal is not None:
        undo()
        if isinstance(refusal, Invalid):
            require_act(view, Act.EDIT)
        values = forms.shown(view.metadata, request.form)
    errors = forms.first(refusal) if isinstance(refusal, Invalid) else {}
    context = {
        "view": view, "field": field, "values": values, "why": found.why, "errors": errors, "refusal": refusal,
        "number": at + 1, "total": len(order), "region_names": _region_names(values),
        "previous": order[at - 1] if at else None, "following": order[at + 1] if at + 1 < len(order) else None,
    }  # fmt: skip
    return render("ingest/question.html", **context), status_of(refusal) if refusal else 200
