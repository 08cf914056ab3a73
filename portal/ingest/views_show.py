"""What pages say of states, acts, findings and checks: plain words, the law's in brackets. Nothing is decided here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import url_for

from config.vocabularies import licences
from geo.findings import render as fill
from portal.access.rows import FindingRow
from portal.ingest.acts import Act
from portal.ingest.findings import SPOKEN_RULES
from portal.ingest.lifecycle import EDITABLE, State
from portal.ingest.queries import DatasetView, TaskLine
from portal.kernel.texts import gettext as _
from portal.operations.progress import Progress

#: Rules of domain.md section 7 as the checklist shows them, by the beginning of a finding's rule.
CHECKLIST = ("V1", "V2", "V3", "V4", "V8", "V9", "V11")


def state_words() -> dict[str, str]:
    """Every state in plain words."""
    return {
        "direncanakan": _("Draf, belum ada berkas"),
        "dikumpulkan": _("Draf, sedang dikumpulkan"),
        "diterima": _("Draf, berkas diterima"),
        "dikelompokkan": _("Draf, berkas diterima"),
        "disunting": _("Draf, sedang disunting"),
        "dikodekan": _("Draf, berkas siap"),
        "direkam": _("Diajukan"),
        "diperiksa": _("Sedang diperiksa"),
        "dikembalikan": _("Dikembalikan untuk diperbaiki"),
        "tervalidasi": _("Lolos pemeriksaan (tervalidasi)"),
        "terbit": _("Terbit"),
        "terbit_terbatas": _("Terbit terbatas"),
        "perlu_pemutakhiran": _("Perlu diperbarui"),
        "ditarik": _("Ditarik"),
        "diarsipkan": _("Diarsipkan"),
    }


def state_filters() -> list[tuple[str, str, frozenset[str]]]:
    """(key, words, states) of the list's filter."""
    return [
        ("draf", _("Draf"), frozenset(str(state) for state in EDITABLE if state is not State.RETURNED)),
        ("dikembalikan", _("Dikembalikan"), frozenset({"dikembalikan"})),
        ("diperiksa", _("Sedang diperiksa"), frozenset({"direkam", "diperiksa"})),
        ("tervalidasi", _("Lolos pemeriksaan"), frozenset({"tervalidasi"})),
        ("terbit", _("Terbit"), frozenset({"terbit"})),
        ("perlu", _("Perlu diperbarui"), frozenset({"perlu_pemutakhiran"})),
        ("ditarik", _("Ditarik"), frozenset({"ditarik", "diarsipkan"})),
    ]


@dataclass(frozen=True, slots=True)
class ActLink:
    """An act as a button: its words, where it leads, whether it is done by a post at once."""

    act: Act
    label: str
    href: str
    post: bool = False


def _act_table() -> dict[Act, tuple[str, str]]:
    """Act → words of its button and the page behind it, the likeliest next step first."""
    return {
        Act.RELEASE: (_("Rilis"), "ingest.release"),
        Act.CHECK: (_("Periksa"), "ingest.check"),
        Act.BPS_OPINION: (_("Beri pendapat BPS"), "ingest.check"),
        Act.CLASSIFY_PUBLIC: (_("Tetapkan sifat"), "ingest.classify"),
        Act.CONSENT: (_("Setujui publikasi"), "ingest.consent"),
        Act.SUBMIT: (_("Ajukan pemeriksaan"), "ingest.submit"),
        Act.UPLOAD: (_("Tambah berkas"), "ingest.more_files"),
        Act.EDIT: (_("Ubah keterangan"), "ingest.metadata"),
        Act.NEW_VERSION: (_("Buat versi baru"), "ingest.new_version"),
        Act.CLASSIFY_EXEMPT: (_("Tetapkan sifat"), "ingest.classify"),
        Act.WITHDRAW_CONSENT: (_("Persetujuan pemilik"), "ingest.consent"),
        Act.WITHDRAW: (_("Tarik dari publik"), "ingest.withdraw"),
        Act.ARCHIVE: (_("Arsipkan"), "ingest.archive"),
    }


def act_links(view: DatasetView) -> list[ActLink]:
    """The acts that the service allows this person, next step first, each page once."""
    found: list[ActLink] = []
    seen: set[str] = set()
    for act, (label, endpoint) in _act_table().items():
        if act in view.acts and endpoint not in seen:
            seen.add(endpoint)
            href = url_for(endpoint, dataset_id=view.line.id)
            found.append(ActLink(act, label, href, post=act is Act.NEW_VERSION))
    return found


def task_words(line: TaskLine) -> tuple[str, str, str]:
    """(sentence before the title, label of the button, address) of one waiting thing."""
    words = {
        Act.EDIT: (_("Lengkapi"), _("Lanjutkan"), "ingest.dataset"),
        Act.FIX: (_("Perbaiki"), _("Lihat alasannya"), "ingest.dataset"),
        Act.NEW_VERSION: (_("Perbarui"), _("Buka"), "ingest.dataset"),
        Act.CHECK: (_("Periksa"), _("Periksa"), "ingest.check"),
        Act.BPS_OPINION: (_("Beri pendapat"), _("Beri pendapat"), "ingest.check"),
        Act.CLASSIFY_PUBLIC: (_("Tetapkan sifat"), _("Tetapkan"), "ingest.classify"),
        Act.CONSENT: (_("Setujui publikasi"), _("Buka"), "ingest.consent"),
        Act.RELEASE: (_("Rilis"), _("Rilis"), "ingest.release"),
    }
    verb, label, endpoint = words[line.act]
    return verb, label, url_for(endpoint, dataset_id=line.dataset.id)


def steps(view: DatasetView) -> list[dict[str, str]]:
    """The line of steps from draft to public."""
    state = view.line.state
    order = [
        (_("Isi dan berkas"), state not in EDITABLE),
        (_("Diperiksa"), state not in {*EDITABLE, State.RECORDED, State.CHECKED}),
        (_("Disetujui pemilik"), view.consented or not view.consent_needed),
        (_("Ditetapkan PPID"), view.public_decision is not None),
        (_("Terbit"), state in {State.RELEASED, State.DUE, State.RELEASED_RESTRICTED}),
    ]
    shown: list[dict[str, str]] = []
    found = False
    for label, done in order:
        now = not done and not found
        found = found or now
        word = "done" if done else "now" if now else "todo"
        shown.append({"label": label, "state": "late" if now and state is State.RETURNED else word})
    return shown


def waiting_for(view: DatasetView) -> str:
    """One sentence: what has to happen next, and by whom."""
    state, people = view.line.state, view.people
    if state is State.RETURNED:
        return _("Dikembalikan. Perbaiki yang disebut di bawah, lalu ajukan lagi.")
    if state in EDITABLE:
        return _("Siap diajukan.") if view.readiness.ready else _("Masih ada yang perlu dilengkapi sebelum diajukan.")
    if state is State.CHECKED:
        return _("Menunggu pemeriksaan oleh %(name)s.", name=people.get("pemeriksa") or _("petugas pemeriksa"))
    if state is State.VALIDATED:
        return _before_release(view)
    if state is State.RELEASED:
        return _("Versi %(number)s tampil untuk umum.", number=view.line.live_version or view.line.version)
    return state_words()[str(state)]


def _before_release(view: DatasetView) -> str:
    if view.consent_needed and not view.consented:
        return _("Menunggu persetujuan kepala instansi pemilik.")
    if view.public_decision is None:
        return _("Menunggu penetapan sifat oleh %(name)s.", name=view.people.get("ppid") or "PPID")
    return _("Siap dirilis oleh %(name)s.", name=view.people.get("pemeriksa") or "walidata")


def owed_list(view: DatasetView, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is owed before submission, each with where to mend it."""
    at = view.line.id
    found: list[tuple[str, str]] = []
    if view.readiness.no_resource:
        found.append((_("Unggah sedikitnya satu berkas"), url_for("ingest.more_files", dataset_id=at)))
    for item in view.resources:
        if item.row.state != "dimuat":
            href = url_for("ingest.resource", dataset_id=at, resource_id=item.row.id)
            found.append((_("Pastikan isi berkas: %(name)s", name=item.row.name), href))
    if view.readiness.owed:
        names = [labels.get(name, name) for name in view.readiness.owed]
        text = _("Jawab %(count)s pertanyaan: %(fields)s", count=len(names), fields=", ".join(names))
        found.append((text, url_for("ingest.ask", dataset_id=at)))
    blocking = Counter(row.resource_id for row in view.readiness.blocking)
    files = {item.row.id: item.row.name for item in view.resources}
    for resource_id, count in blocking.items():
        href = url_for("ingest.dataset", dataset_id=at) + "#temuan"
        if resource_id is not None:
            href = url_for("ingest.resource", dataset_id=at, resource_id=resource_id) + "#temuan"
        name = files.get(resource_id, _("keterangan")) if resource_id else _("keterangan")
        found.append((_("Perbaiki %(count)s temuan: %(name)s", count=count, name=name), href))
    return found


@dataclass(frozen=True, slots=True)
class Said:
    """A finding as a page shows it."""

    tone: str
    word: str
    text: str
    place: str
    rule: str


def findings(rows: Iterable[FindingRow]) -> list[Said]:
    """Findings in words: worst first, with their place; what people said stands elsewhere."""
    tones = {
        "galat": ("bad", _("Harus diperbaiki")),
        "peringatan": ("warn", _("Perhatikan")),
        "catatan": ("", _("Catatan")),
    }
    order = list(tones)
    kept = sorted((row for row in rows if row.rule not in SPOKEN_RULES), key=lambda row: order.index(row.severity))
    return [_said(row, *tones[row.severity]) for row in kept]


def _said(row: FindingRow, tone: str, word: str) -> Said:
    """The place is said apart only where the sentence does not name it already."""
    text = _message(row)
    unsaid = {name: value for name, value in row.place.items() if str(value) not in text}
    return Said(tone, word, text, place_words(unsaid), row.rule)


def _message(row: FindingRow) -> str:
    template = row.place.get("template")
    return fill(_(str(template)), row.place.get("params", {})) if template else _(row.message)


def place_words(place: Mapping[str, Any]) -> str:
    """Sheet, row, column, feature and value, as far as they are known."""
    parts = [
        _("lembar %(name)s", name=place["sheet"]) if place.get("sheet") else "",
        _("baris %(number)s", number=place["row"]) if place.get("row") else "",
        _("unsur nomor %(number)s", number=place["feature"]) if place.get("feature") else "",
        _("kolom %(name)s", name=place["column"]) if place.get("column") else "",
        _("isi “%(value)s”", value=place["value"]) if place.get("value") else "",
        _("%(count)s kali", count=place["count"]) if place.get("count") else "",
    ]
    return ", ".join(part for part in parts if part)


def checklist(view: DatasetView) -> list[tuple[str, str, str]]:
    """(tone, check, outcome) of the automatic checks of domain.md section 7."""
    names = {
        "V1": _("Keterangan wajib lengkap"),
        "V2": _("Sumber data sah untuk jenisnya (SR-1)"),
        "V3": _("Kode wilayah berlaku pada periodenya"),
        "V4": _("Isi sel sesuai jenis kolomnya"),
        "V8": _("Bentuk peta sah, letak dan sistem koordinat diketahui"),
        "V9": _("Tidak memuat NIK, NIP atau nomor KK"),
        "V11": _("Kamus data sama dengan kolomnya"),
    }
    kinds = {item.row.kind for item in view.resources}
    idle = (set() if "layer" in kinds else {"V8"}) | (set() if kinds & {"tabel", "layer"} else {"V4", "V9", "V11"})
    rows = [*view.findings, *(row for item in view.resources for row in item.findings)]
    blocked = {row.id for row in view.readiness.blocking}
    shown = []
    for check in (check for check in CHECKLIST if check not in idle):
        mine = [row for row in rows if row.rule.startswith(f"{check}.")]
        stops = sum(row.id in blocked for row in mine) + (len(view.readiness.owed) if check == "V1" else 0)
        if stops:
            shown.append(("bad", names[check], _("%(count)s harus diperbaiki", count=stops)))
        elif mine:
            shown.append(("warn", names[check], _("%(count)s catatan", count=len(mine))))
        else:
            shown.append(("good", names[check], _("lolos")))
    return shown


def licence_words(view: DatasetView) -> str:
    """The licence's title."""
    found = licences().get(view.metadata.lisensi)
    return (found.title_id or found.title) if found else view.metadata.lisensi


def spoken(view: DatasetView) -> list[FindingRow]:
    """What people said about this version: reasons of a return, the opinion of BPS."""
    return [row for row in view.findings if row.rule in SPOKEN_RULES]


def history_words(view: DatasetView) -> list[dict[str, Any]]:
    """The history as a timeline, newest first."""
    edits = {
        "metadata": _("Keterangan diubah"),
        "sumber_daya": _("Nama atau kamus berkas diubah"),
        "ganti_berkas": _("Berkas diganti"),
        "hapus_berkas": _("Berkas dihapus"),
        "urutan": _("Urutan berkas diubah"),
        "persetujuan": _("Pemilik menyetujui publikasi"),
        "persetujuan_dicabut": _("Persetujuan dicabut"),
        "klasifikasi": _("Sifat ditetapkan"),
    }
    words = state_words()
    return [
        {
            "at": line.row.at,
            "text": edits.get(line.edit, line.edit) if line.edit else words.get(line.row.to_state, line.row.to_state),
            "note": " · ".join(part for part in (line.person, line.row.why) if part),
        }
        for line in reversed(view.history)
    ]


def resource_words(state: str) -> tuple[str, str]:
    """(tone, words) of a resource's state."""
    return {
        "diterima": ("", _("Sedang dibaca")),
        "diperiksa_berkas": ("", _("Sedang dimuat")),
        "menunggu_pilihan": ("warn", _("Menunggu Anda pastikan")),
        "dimuat": ("good", _("Siap")),
        "gagal": ("bad", _("Tidak dapat dibaca")),
    }[state]


def job_json(job: Progress, next_url: str | None = None) -> dict[str, Any]:
    """A job as the page's script expects it."""
    states = {"queued": "antre", "running": "berjalan", "succeeded": "selesai", "refused": "gagal", "failed": "gagal"}
    body: dict[str, Any] = {"state": states[job.state], "percent": job.percent, "message": job_words(job)}
    return body | {"findings_count": len(job.findings), **({"next_url": next_url} if next_url else {})}


def job_words(job: Progress) -> str:
    """What the job is doing now."""
    if job.message:
        return _(job.message)
    return _("Menunggu giliran") if job.state == "queued" else _("Sedang dikerjakan")


def job_url(dataset_id: UUID, job: Progress) -> str:
    """Address of a job's progress."""
    return url_for("ingest.job", dataset_id=dataset_id, job_id=job.job_id)
