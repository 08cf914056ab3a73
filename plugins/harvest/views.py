"""Office pages of harvest: sources, one source, its form with a look before saving, the report of a job."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from plugins.harvest import presenting as show
from plugins.harvest.service import Harvest
from plugins.harvest.store import Job, Source
from portal.contract.pages import identity, render, services
from portal.kernel.errors import Conflict, Forbidden, Invalid
from portal.kernel.texts import gettext as _

Answer = str | BaseResponse | tuple[str, int]
REFUSED = 422


def make_blueprint() -> Blueprint:
    """The blueprint of the office."""
    blueprint = Blueprint("harvest", __name__, template_folder=str(Path(__file__).with_name("templates")))
    for rule, view, methods in (
        ("/panen", sources, ["GET"]),
        ("/panen/baru", new, ["GET", "POST"]),
        ("/panen/coba/<uuid:trial_id>", trial, ["GET"]),
        ("/panen/coba/<uuid:trial_id>/kemajuan.json", trial_progress, ["GET"]),
        ("/panen/sumber/<uuid:source_id>", source, ["GET"]),
        ("/panen/sumber/<uuid:source_id>/ubah", edit, ["GET", "POST"]),
        ("/panen/sumber/<uuid:source_id>/jalankan", start, ["POST"]),
        ("/panen/sumber/<uuid:source_id>/keadaan", set_state, ["POST"]),
        ("/panen/tugas/<uuid:job_id>", job, ["GET"]),
        ("/panen/tugas/<uuid:job_id>/kemajuan.json", job_progress, ["GET"]),
        ("/panen/tugas/<uuid:job_id>/hentikan", stop, ["POST"]),
    ):
        blueprint.add_url_rule(rule, view_func=view, methods=methods)
    return blueprint


def _harvest() -> Harvest:
    made = Harvest(services(), strict=True)
    made.require_any(identity())
    return made


def _source(harvest: Harvest, source_id: UUID) -> Source:
    return harvest.find(identity(), str(source_id))


def sources() -> str:
    """Every source that the person manages."""
    harvest = _harvest()
    found = [item for item in harvest.list(identity()) if item.state != "deleted"]
    return render("harvest/sources.html", lines=show.lines(harvest, found), allowed=harvest.allowed_here())


def new() -> Answer:
    """A new source: the form, saved or looked at first."""
    harvest = _harvest()
    if request.method == "POST":
        return _posted(harvest, None)
    return _form(harvest, None, show.empty_form())


def edit(source_id: UUID) -> Answer:
    """The form of a source that is there."""
    harvest = _harvest()
    found = _source(harvest, source_id)
    if request.method == "POST":
        return _posted(harvest, found)
    return _form(harvest, found, harvest.values_of(found))


def _posted(harvest: Harvest, found: Source | None) -> Answer:
    """What the form's two buttons do. What is wrong is said at its field, and everything stays as it was typed."""
    sent = show.sent_form(request.form)
    try:
        if request.form.get("aksi") == "coba":
            key = harvest.try_out(identity(), sent, found.id if found else None)
            return redirect(url_for("harvest.trial", trial_id=key), code=303)
        made = harvest.update(identity(), found, sent) if found else harvest.create(identity(), sent)
    except (Invalid, Forbidden) as error:
        return _form(harvest, found, sent, error), REFUSED
    flash(_("Sumber panen disimpan."), "good")
    return redirect(url_for("harvest.source", source_id=made.id), code=303)


def _form(harvest: Harvest, found: Source | None, values: Any, error: Any = None, **more: Any) -> str:
    choices = show.agency_choices(harvest, identity())
    context = {"source": found, "values": values, "agencies": choices, "frequencies": show.frequency_choices()}
    return render("harvest/form.html", **context, **show.errors_of(error), allowed=harvest.allowed_here(), **more)


def trial(trial_id: UUID) -> str:
    """The form as it was filled in, with the first datasets that the source would give."""
    harvest = _harvest()
    look = harvest.trial(identity(), trial_id)
    found = _source(harvest, look.source_id) if look.source_id else None
    return _form(harvest, found, look.form, trial=look, action=show.form_address(found))


def trial_progress(trial_id: UUID) -> Response:
    """How far the look is, as the page asks for it."""
    look = _harvest().trial(identity(), trial_id)
    state = {"waiting": "running", "done": "done", "failed": "failed"}[look.state]
    return jsonify({"state": state, "percent": 0, "message": _("Menghubungi sumber…"), "next_url": request.path[:-14]})


def source(source_id: UUID) -> str:
    """One source: how it stands, its jobs, what can be done."""
    harvest = _harvest()
    found = _source(harvest, source_id)
    return render("harvest/source.html", **show.source_page(harvest, found), allowed=harvest.allowed_here())


def start(source_id: UUID) -> BaseResponse:
    """Run it now."""
    harvest = _harvest()
    try:
        made = harvest.start(identity(), _source(harvest, source_id))
    except (Conflict, Forbidden) as error:
        flash(error.message, "bad")
        return redirect(url_for("harvest.source", source_id=source_id), code=303)
    return redirect(url_for("harvest.job", job_id=made.id), code=303)


def set_state(source_id: UUID) -> BaseResponse:
    """Pause, resume, delete."""
    harvest = _harvest()
    wanted = show.state_wanted(request.form.get("keadaan"))
    harvest.set_state(_source(harvest, source_id), wanted)
    flash(show.state_said(wanted), "good")
    target = url_for("harvest.sources") if wanted == "deleted" else url_for("harvest.source", source_id=source_id)
    return redirect(target, code=303)


def _job(job_id: UUID) -> tuple[Harvest, Job]:
    harvest = _harvest()
    return harvest, harvest.job(identity(), str(job_id))


def job(job_id: UUID) -> str:
    """The report of one job: what came of each dataset, and every fault."""
    harvest, found = _job(job_id)
    return render("harvest/job.html", **show.job_page(harvest, found))


def job_progress(job_id: UUID) -> Response:
    """How far a job is, as the page asks for it."""
    return jsonify(show.progress(*_job(job_id), url_for("harvest.job", job_id=job_id)))


def stop(job_id: UUID) -> BaseResponse:
    """End a job; what is in stays."""
    harvest, found = _job(job_id)
    harvest.stop(found)
    flash(_("Tugas panen dihentikan. Yang sudah masuk tetap ada."), "good")
    return redirect(url_for("harvest.job", job_id=job_id), code=303)
