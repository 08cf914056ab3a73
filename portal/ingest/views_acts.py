"""Acts on a dataset after its draft: submit, check, consent, classify, release, withdraw, restore."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from portal.ingest import forms
from portal.ingest import views_show as show
from portal.ingest.acts import Act
from portal.ingest.lifecycle import EDITABLE, State
from portal.ingest.queries import DatasetView
from portal.ingest.service import Ingest
from portal.ingest.views import (
    REFUSED,
    Answer,
    blueprint,
    dataset_page,
    done,
    labels,
    public_parts,
    require_act,
    status_of,
    undo,
    view_of,
)
from portal.kernel.errors import Conflict, Invalid
from portal.kernel.texts import gettext as _
from portal.web.rendering import render
from portal.web.request import identity, runtime, scope, service

AT = "/data/<uuid:dataset_id>"
Refusal = Invalid | Conflict | None


def _page(template: str, view: DatasetView, refusal: Refusal = None, **more: Any) -> Answer:
    """A decision page: the question, the facts beside it, what was typed when it comes back."""
    names = labels()
    context = {
        "view": view,
        "refusal": refusal,
        "errors": forms.first(refusal) if isinstance(refusal, Invalid) else {},
        "old": request.form,
        "labels": names,
        "show": show,
        "steps": show.steps(view),
        "owed": show.owed_list(view, names),
        "checklist": show.checklist(view),
        "spoken": show.spoken(view),
        "licence": show.licence_words(view),
        "today": scope().now().astimezone(runtime().profile.time_zone).date(),
    }
    page = render(f"ingest/{template}.html", **context, **more)
    return page, status_of(refusal) if refusal else 200


def _attempt(act: Callable[[], object], again: Callable[[Refusal], Answer]) -> Answer | None:
    """Do an act; None when it went well, else its page with the refusal."""
    try:
        act()
    except REFUSED as refusal:
        undo()
        return again(refusal)
    return None


@blueprint.route(AT + "/ajukan", methods=["GET", "POST"])
def submit(dataset_id: UUID) -> Answer:
    """Hand in, with what will be public."""
    checking = service(Ingest).checking
    if request.method == "GET":
        return _submit_page(dataset_id)
    refused = _attempt(lambda: checking.submit(identity(), dataset_id), lambda why: _submit_page(dataset_id, why))
    people = {} if refused else view_of(dataset_id).people
    return refused or done(dataset_id, _("Diajukan. Pemeriksanya: %(name)s.", name=people.get("pemeriksa", "–")))


def _submit_page(dataset_id: UUID, refusal: Refusal = None) -> Answer:
    if State(view_of(dataset_id).line.state) in EDITABLE:
        service(Ingest).checking.check(identity(), dataset_id)
    view = view_of(dataset_id)
    return _page("submit", view, refusal, public=public_parts(view), can=view.readiness.ready)


@blueprint.get(AT + "/periksa")
def check(dataset_id: UUID) -> Answer:
    """Check and release: findings, checklist, what people said, the answers open to this person."""
    view = view_of(dataset_id)
    require_act(view, Act.CHECK, Act.BPS_OPINION, Act.RELEASE)
    return _check_page(dataset_id)


def _check_page(dataset_id: UUID, refusal: Refusal = None, part: str = "") -> Answer:
    view = view_of(dataset_id)
    if isinstance(refusal, Invalid):
        require_act(view, Act.CHECK, Act.BPS_OPINION, Act.RELEASE)
    said = show.findings([*view.findings, *(row for item in view.resources for row in item.findings)])
    return _page("check", view, refusal, part=part, findings=said[:200], more=max(0, len(said) - 200),
                 public=public_parts(view))  # fmt: skip


@blueprint.post(AT + "/periksa/kembalikan")
def send_back(dataset_id: UUID) -> Answer:
    """Return with reasons and a due date."""
    checking = service(Ingest).checking
    refused = _attempt(
        lambda: checking.send_back(identity(), dataset_id, forms.return_note(request.form)),
        lambda why: _check_page(dataset_id, why, "kembalikan"),
    )
    return refused or done(dataset_id, _("Dikembalikan kepada produsen dengan alasan Anda."))


@blueprint.post(AT + "/periksa/validasi")
def validate(dataset_id: UUID) -> Answer:
    """All checks pass: the minutes."""
    checking = service(Ingest).checking
    refused = _attempt(
        lambda: checking.validate(identity(), dataset_id, forms.validation(request.form)),
        lambda why: _check_page(dataset_id, why, "validasi"),
    )
    return refused or done(dataset_id, _("Dinyatakan lolos pemeriksaan."))


@blueprint.post(AT + "/periksa/bps")
def bps_opinion(dataset_id: UUID) -> Answer:
    """The opinion of BPS, or that it was invited and silent."""
    checking = service(Ingest).checking
    silent = request.form.get("outcome") == "tanpa_jawaban"
    refused = _attempt(
        lambda: checking.bps_opinion(
            identity(), dataset_id, forms.opinion(request.form, "tanpa_jawaban" if silent else "pendapat")
        ),
        lambda why: _check_page(dataset_id, why, "bps"),
    )
    return refused or done(dataset_id, _("Pendapat dicatat."))


@blueprint.route(AT + "/persetujuan", methods=["GET", "POST"])
def consent(dataset_id: UUID) -> Answer:
    """The owner's consent."""
    if request.method == "GET":
        return _consent_page(dataset_id)
    deciding = service(Ingest).deciding
    refused = _attempt(
        lambda: deciding.give_consent(identity(), dataset_id, forms.consent(request.form, runtime().profile)),
        lambda why: _consent_page(dataset_id, why),
    )
    return refused or done(dataset_id, _("Persetujuan dicatat. Dapat dicabut di halaman yang sama."))


def _consent_page(dataset_id: UUID, refusal: Refusal = None) -> Answer:
    view = view_of(dataset_id)
    require_act(view, Act.CONSENT, Act.WITHDRAW_CONSENT)
    return _page("consent", view, refusal, public=public_parts(view))


@blueprint.post(AT + "/persetujuan/<uuid:consent_id>/cabut")
def withdraw_consent(dataset_id: UUID, consent_id: UUID) -> Answer:
    """Future acts fail from now on."""
    deciding = service(Ingest).deciding
    why = request.form.get("why", "").strip()[:500]
    refused = _attempt(
        lambda: deciding.withdraw_consent(identity(), dataset_id, consent_id, why),
        lambda refusal: _consent_page(dataset_id, refusal),
    )
    return refused or done(dataset_id, _("Persetujuan dicabut. Dapat diberikan lagi kapan saja."))


@blueprint.route(AT + "/tetapkan", methods=["GET", "POST"])
def classify(dataset_id: UUID) -> Answer:
    """The PPID's decision."""
    if request.method == "GET":
        return _classify_page(dataset_id)
    deciding, profile = service(Ingest).deciding, runtime().profile
    refused = _attempt(
        lambda: deciding.classify(identity(), dataset_id, forms.classification(request.form, profile)),
        lambda why: _classify_page(dataset_id, why),
    )
    if refused is None and request.form.get("sifat") == "dikecualikan":
        return redirect(url_for("ingest.tasks", ditetapkan=1), 303)
    return refused or done(dataset_id, _("Ditetapkan terbuka untuk umum."))


def _classify_page(dataset_id: UUID, refusal: Refusal = None) -> Answer:
    view = view_of(dataset_id)
    require_act(view, Act.CLASSIFY_PUBLIC, Act.CLASSIFY_EXEMPT)
    return _page("classify", view, refusal, public=public_parts(view), grounds=grounds())


def grounds() -> list[tuple[str, str]]:
    """The letters of KIP Ps.17 in short words."""
    words = (
        _("menghambat penegakan hukum"),
        _("mengganggu hak kekayaan intelektual dan persaingan usaha"),
        _("membahayakan pertahanan dan keamanan negara"),
        _("mengungkap kekayaan alam Indonesia"),
        _("merugikan ketahanan ekonomi nasional"),
        _("merugikan hubungan luar negeri"),
        _("akta autentik yang bersifat pribadi dan wasiat"),
        _("rahasia pribadi seseorang"),
        _("memorandum atau surat antar badan publik yang dirahasiakan"),
        _("tidak boleh diungkap menurut undang-undang"),
    )
    return [(code, f"{code[:2]} {code[2]}: {text}") for code, text in zip(forms.GROUNDS, words, strict=True)]


@blueprint.route(AT + "/rilis", methods=["GET", "POST"])
def release(dataset_id: UUID) -> Answer:
    """Out to the public, with exactly what will happen."""
    if request.method == "GET":
        return _release_page(dataset_id)
    deciding = service(Ingest).deciding
    refused = _attempt(lambda: deciding.release(identity(), dataset_id), lambda why: _release_page(dataset_id, why))
    return refused or done(dataset_id, _("Perintah rilis diterima dan sedang dikerjakan."))


def _release_page(dataset_id: UUID, refusal: Refusal = None) -> Answer:
    view = view_of(dataset_id)
    require_act(view, Act.RELEASE, Act.CHECK)
    return _page("release", view, refusal, public=public_parts(view), site_url=runtime().settings.site_url.rstrip("/"))


@blueprint.route(AT + "/tarik", methods=["GET", "POST"])
def withdraw(dataset_id: UUID) -> Answer:
    """Off the public side, with a reason that stays."""
    if request.method == "GET":
        return _withdraw_page(dataset_id)
    deciding = service(Ingest).deciding
    version, reason = request.form.get("version", type=int) or None, request.form.get("reason", "")
    refused = _attempt(
        lambda: deciding.withdraw(identity(), dataset_id, reason, version), lambda why: _withdraw_page(dataset_id, why)
    )
    return refused or done(dataset_id, _("Perintah penarikan diterima dan sedang dikerjakan."))


def _withdraw_page(dataset_id: UUID, refusal: Refusal = None) -> Answer:
    view = view_of(dataset_id)
    require_act(view, Act.WITHDRAW)
    out = [number for number, state, _at in view.versions if state in {State.RELEASED, State.DUE}]
    options = [(number, _("Hanya versi %(number)s", number=number)) for number in out]
    return _page("withdraw", view, refusal, out=out, version_options=options)


@blueprint.route(AT + "/arsipkan", methods=["GET", "POST"])
def archive(dataset_id: UUID) -> Answer:
    """Out of use for good, under the retention rule, with where it is kept."""
    if request.method == "GET":
        return _archive_page(dataset_id)
    deciding = service(Ingest).deciding
    why, place = (request.form.get(name, "").strip()[:500] for name in ("why", "place"))
    refused = _attempt(
        lambda: deciding.archive(identity(), dataset_id, why, place), lambda refusal: _archive_page(dataset_id, refusal)
    )
    return refused or done(dataset_id, _("Diarsipkan."))


def _archive_page(dataset_id: UUID, refusal: Refusal = None) -> Answer:
    view = view_of(dataset_id)
    require_act(view, Act.ARCHIVE)
    return _page("archive", view, refusal)


@blueprint.post(AT + "/versi-baru")
def new_version(dataset_id: UUID) -> Answer:
    """A working version with copies of everything."""
    drafts, notes = service(Ingest).drafts, request.form.get("notes", "").strip()[:2000]
    refused = _attempt(
        lambda: drafts.new_version(identity(), dataset_id, notes), lambda why: _act_page(dataset_id, why)
    )
    return refused or done(dataset_id, _("Versi baru dibuat. Versi yang terbit tetap tampil sampai yang baru dirilis."))


@blueprint.post(AT + "/versi/<int:version>/kembalikan")
def restore(dataset_id: UUID, version: int) -> Answer:
    """Readers back to an earlier version, in one act."""
    deciding, why = service(Ingest).deciding, request.form.get("why", "").strip()[:500]
    refused = _attempt(
        lambda: deciding.restore(identity(), dataset_id, version, why), lambda refusal: _act_page(dataset_id, refusal)
    )
    text = _("Kembali ke versi %(number)s: sedang dikerjakan.", number=version)
    return refused or done(dataset_id, text)


def _act_page(dataset_id: UUID, refusal: Refusal) -> Answer:
    return dataset_page(view_of(dataset_id), status_of(refusal) if refusal else 200, refusal)


@blueprint.post(AT + "/unggahan/<uuid:upload_id>/batal")
def give_up(dataset_id: UUID, upload_id: UUID) -> Response:
    """Give an unfinished upload up."""
    service(Ingest).receiving.cancel(identity(), dataset_id, upload_id)
    return done(dataset_id, _("Unggahan yang belum selesai dibuang."))
