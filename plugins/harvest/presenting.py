"""What the pages say of sources, jobs and faults: plain words; nothing is decided here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from plugins.harvest.schemas import FREQUENCIES
from plugins.harvest.service import Harvest
from plugins.harvest.shapes import statistics
from plugins.harvest.store import Job, Source
from portal.contract.actions import Office
from portal.contract.pages import services
from portal.kernel.errors import Invalid, PortalError
from portal.kernel.identity import Identity
from portal.kernel.texts import gettext as _

FIELDS = ("title", "name", "url", "owner_org", "frequency", "config", "notes")
JOBS_SHOWN = 20
FAULTS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Line:
    """A source in the list, or on its page: its words, its last job, how many datasets it has here."""

    source: Source
    last: Job | None
    stats: Mapping[str, int]
    datasets: int
    state: str
    tone: str
    frequency: str


def frequencies() -> dict[str, str]:
    """Each frequency in words."""
    return {
        "MANUAL": _("Hanya bila dijalankan"),
        "ALWAYS": _("Terus-menerus (tiap lima menit)"),
        "DAILY": _("Tiap hari"),
        "WEEKLY": _("Tiap pekan"),
        "BIWEEKLY": _("Tiap dua pekan"),
        "MONTHLY": _("Tiap bulan"),
    }


def frequency_choices() -> list[tuple[str, str]]:
    """The frequencies in their order."""
    words = frequencies()
    return [(key, words[key]) for key in FREQUENCIES]


def _state(source: Source, job: Job | None, stats: Mapping[str, int]) -> tuple[str, str]:
    """How a source stands, and the tone of it."""
    if source.state == "paused":
        return _("Dijeda"), "warn"
    if job is None:
        return _("Belum pernah dijalankan"), ""
    if job.open:
        return (_("Menunggu dijalankan"), "") if job.status == "New" else (_("Sedang dipanen"), "accent")
    if job.stopped:
        return _("Dihentikan"), "warn"
    if stats["errored"]:
        return _("Selesai dengan %(count)s galat", count=stats["errored"]), "bad"
    return _("Selesai"), "good"


def lines(harvest: Harvest, found: list[Source]) -> list[Line]:
    """Sources with their last jobs, in three statements."""
    store, words = harvest.store, frequencies()
    last = store.last_jobs(source.id for source in found)
    here = store.here(source.id for source in found)
    counts = store.statistics(job.id for job in last.values())
    made = []
    for source in found:
        job = last.get(source.id)
        stats = statistics(counts[job.id] if job else {})
        state, tone = _state(source, job, stats)
        frequency = words[source.frequency or "MANUAL"]
        made.append(Line(source, job, stats, here.get(source.id, 0), state, tone, frequency))
    return made


def source_page(harvest: Harvest, source: Source) -> dict[str, Any]:
    """One source: its line, its jobs with their figures, its owner's title."""
    jobs = harvest.store.jobs("source_id = :id", limit=JOBS_SHOWN, id=source.id)
    counts = harvest.store.statistics(job.id for job in jobs)
    owner = harvest.organization(str(source.agency_id))
    return {
        "line": lines(harvest, [source])[0],
        "source": source,
        "jobs": [(job, statistics(counts[job.id]), job_words(job)) for job in jobs],
        "owner": owner.get("title") or owner.get("name") or "",
        "running": next((job for job in jobs if job.open), None),
    }


def job_words(job: Job) -> str:
    """How a job stands."""
    if job.status == "New":
        return _("Menunggu dijalankan")
    if job.status == "Running":
        return _("Sedang berjalan")
    return _("Dihentikan") if job.stopped else _("Selesai")


def report_words() -> list[tuple[str, str]]:
    """(key of the statistics, words), in the order of a report."""
    return [
        ("added", _("Ditambahkan")),
        ("updated", _("Diperbarui")),
        ("not modified", _("Tidak berubah")),
        ("deleted", _("Ditarik")),
        ("errored", _("Galat")),
    ]


def stage_words() -> dict[str, str]:
    """The stages in words."""
    return {"Gather": _("mengumpulkan"), "Fetch": _("mengambil"), "Import": _("memasukkan")}


def job_page(harvest: Harvest, job: Job) -> dict[str, Any]:
    """The report of one job."""
    store = harvest.store
    counts = store.statistics([job.id])[job.id]
    faults = store.faults(job.id, FAULTS_SHOWN + 1)
    return {
        "job": job,
        "source": store.source(job.source_id),
        "stats": statistics(counts),
        "words": report_words(),
        "state": job_words(job),
        "gather_faults": store.gather_faults(job.id),
        "faults": faults[:FAULTS_SHOWN],
        "more": len(faults) > FAULTS_SHOWN,
        "stages": stage_words(),
        "progress": progress(harvest, job, ""),
    }


def progress(harvest: Harvest, job: Job, address: str) -> dict[str, Any]:
    """How far a job is, for the page's meter: what is done of what was found."""
    counts = harvest.store.statistics([job.id])[job.id]
    waiting = counts.get("waiting", 0)
    done = sum(counts.get(word, 0) for word in ("added", "updated", "not modified", "errored", "deleted"))
    if not job.open:
        return {"state": "done", "percent": 100, "message": job_words(job), "next_url": address}
    if job.gather_started is None:
        return {"state": "running", "percent": 0, "message": _("Menunggu giliran…"), "findings_count": 0}
    if job.gather_finished is None:
        message = _("Mengumpulkan daftar dataset: %(count)s dari %(total)s", count=done + waiting, total=job.total)
        return {"state": "running", "percent": 0, "message": message, "findings_count": counts.get("errored", 0)}
    message = _("%(done)s dari %(all)s dataset sudah diolah", done=done, all=done + waiting)
    percent = 100 * done // max(1, done + waiting)
    return {"state": "running", "percent": percent, "message": message, "findings_count": counts.get("errored", 0)}


# the form


def empty_form() -> dict[str, Any]:
    """A form that nobody filled in yet."""
    return {"frequency": "WEEKLY", "source_type": "ckan"}


def sent_form(form: Mapping[str, str]) -> dict[str, Any]:
    """What a form sends, as an action would."""
    found: dict[str, Any] = {name: form.get(name, "").strip() or None for name in FIELDS}
    found["source_type"] = "ckan"
    return found


def errors_of(error: PortalError | None) -> dict[str, Any]:
    """What is wrong, by field, and in one sentence where it is of no field."""
    if not isinstance(error, Invalid):
        return {"errors": {}, "refusal": error.message if error else ""}
    return {"errors": {name: texts[0] for name, texts in error.fields.items()}, "refusal": error.message}


def agency_choices(harvest: Harvest, identity: Identity) -> list[tuple[str, str]]:
    """(id, title) of the agencies whose sources the person manages."""
    office: Office = services().service(Office)  # type: ignore[type-abstract]
    return [(str(key), title) for key, title in office.agencies() if harvest.may(identity, key)]


def form_address(source: Source | None) -> str:
    """Where the form of a source is sent to."""
    return url_for("harvest.edit", source_id=source.id) if source else url_for("harvest.new")


def state_wanted(sent: str | None) -> str:
    """The state that a button asks for. Raises Invalid for none of them."""
    if sent not in {"active", "paused", "deleted"}:
        raise Invalid(_("Keadaan itu tidak ada."))
    return sent


def state_said(state: str) -> str:
    """What was done."""
    return {
        "active": _("Sumber panen berjalan lagi."),
        "paused": _("Sumber panen dijeda. Dataset yang sudah masuk tetap ada."),
        "deleted": _("Sumber panen dihapus. Dataset yang sudah masuk tetap ada."),
    }[state]
