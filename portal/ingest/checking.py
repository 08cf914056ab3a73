"""Submission and verification: who checks is named, findings stop, reasons go back, minutes are kept (BR 17)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, time
from typing import Any
from uuid import UUID

from portal.access.rows import FindingRow
from portal.access.service import WorkAct
from portal.ingest import gate, lifecycle
from portal.ingest.desk import Desk, OpenDataset
from portal.ingest.findings import BPS_RULE, BPS_SILENT_RULE, CHECK_RULE
from portal.ingest.gate import Readiness
from portal.ingest.lifecycle import State
from portal.ingest.people import Duty
from portal.ingest.schemas import BpsOpinion, ReturnNote, Validation
from portal.kernel.errors import Conflict, Invalid
from portal.kernel.identity import Identity
from portal.kernel.permissions import Permission
from portal.kernel.texts import gettext as _


class Checking:
    """Acts from `submit` to `validate`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def check(self, identity: Identity, dataset_id: UUID) -> Readiness:
        """Run the checks of the version now and tell what submission would ask for."""
        opened = self._desk.open(identity, dataset_id, "ubah", Permission.DATASET_EDIT)
        return gate.check_version(self._desk, opened)

    def submit(self, identity: Identity, dataset_id: UUID) -> dict[Duty, UUID]:
        """Hand the working version in: `direkam`, then `diperiksa`; who is named for which duty.

        Raises Invalid listing owed fields, unloaded files and blocking findings; Conflict when nobody eligible is
        there to check or classify, or the version is past editing.
        """
        opened = self._desk.open(identity, dataset_id, "ubah", Permission.DATASET_SUBMIT)
        lifecycle.require_editable(opened.state)
        gate.check_version(self._desk, opened).require()
        named = self._choose(opened, opened.subject.producer_ids | {_person(identity)})
        names = self._desk.people.names(named.values())
        details: dict[State, dict[str, Any]] = {
            State.RECORDED: {"version": opened.version.version, "sha256": self._manifest(opened)},
            State.CHECKED: {duty: names.get(person, "") for duty, person in named.items()},
        }
        self._desk.walk(opened, State.CHECKED, details=details)
        self._name(opened, named)
        return named

    def _choose(self, opened: OpenDataset, producers: Iterable[UUID]) -> dict[Duty, UUID]:
        """One person a duty: who has it already if he still may, else the least loaded; never a producer (T31)."""
        wanted: list[Duty] = ["pemeriksa"]
        if gate.public_decision(opened) is None:
            wanted.append("ppid")
        if opened.metadata.jenis_data == "statistik_sektoral" and self._desk.profile.policy.bps_wajib_sektoral:
            wanted.append("bps")
        exclude = set(producers)
        held: dict[str, list[UUID]] = {}
        for row in opened.vault.duties.of_dataset(opened.id):
            held.setdefault(row.duty, []).append(row.person_id)
        chosen: dict[Duty, UUID] = {}
        for duty in wanted:
            keeps = [p for p in held.get(duty, []) if p not in exclude and self._desk.people.eligible(duty, p)]
            person = keeps[0] if keeps else self._desk.people.least_loaded(duty, exclude)
            if person is not None:
                chosen[duty] = person
            elif duty != "bps":
                raise Conflict(
                    _("Belum ada petugas yang dapat ditunjuk sebagai %(duty)s.", duty=duty), rule="penunjukan.tidak_ada"
                )
        return chosen

    def _name(self, opened: OpenDataset, named: dict[Duty, UUID]) -> None:
        held = {(row.duty, row.person_id) for row in opened.vault.duties.of_dataset(opened.id)}
        for duty, person in named.items():
            if (duty, person) not in held:
                if any(other == duty for other, _person_id in held):
                    opened.vault.duties.end(opened.id, duty)
                opened.vault.duties.name(opened.id, person, duty)
            self._desk.people.assign(opened.id, opened.version.version, duty, person)

    def _manifest(self, opened: OpenDataset) -> str:
        """One checksum over the files of the version, in order (BR 16(7))."""
        digest = hashlib.sha256()
        for row in opened.vault.resources.of_version(opened.id, opened.version.version):
            digest.update(f"{row.position}:{row.sha256}:{row.size}\n".encode())
        return digest.hexdigest()

    def send_back(self, identity: Identity, dataset_id: UUID, note: ReturnNote) -> None:
        """Return the submission with reasons and a due date; Invalid without a reason. Raises Conflict (T25)."""
        reasons = [reason.strip() for reason in note.reasons if reason.strip()]
        if not reasons:
            message = _("Tulis sedikitnya satu alasan.")
            raise Invalid(message, fields={"reasons": (message,)}, rule="kembali.alasan")
        opened = self._desk.open(identity, dataset_id, "periksa", Permission.DATASET_CHECK)
        lifecycle.check(opened.state, State.RETURNED)
        for reason in reasons:
            self._say(opened, CHECK_RULE, reason, {"by": str(identity.person_id)}, severity="peringatan")
        due = datetime.combine(note.due, time(23, 59, 59), self._desk.profile.time_zone)
        fresh = opened.vault.datasets.get(opened.id)
        opened.vault.datasets.update_version(opened.id, opened.version.version, fresh.revision, due=due)
        self._desk.walk(
            opened, State.RETURNED, why="; ".join(reasons),
            details={State.RETURNED: {"reasons": reasons, "due": note.due.isoformat()}},
        )  # fmt: skip

    def bps_opinion(self, identity: Identity, dataset_id: UUID, opinion: BpsOpinion) -> None:
        """Record what BPS said (its member), or that it was invited and silent (the checker, after the deadline).

        Raises Invalid without a text or, for silence, before the deadline; Conflict outside `diperiksa`.
        """
        silent = opinion.outcome == "tanpa_jawaban"
        permission = Permission.DATASET_CHECK if silent else Permission.DATASET_BPS_OPINION
        act: WorkAct = "periksa"
        if not opinion.text.strip():
            message = _("Isi pendapat wajib ditulis.")
            raise Invalid(message, fields={"text": (message,)}, rule="T31.teks")
        today = self._desk.clock().astimezone(self._desk.profile.time_zone).date()
        if silent and (opinion.invited is None or opinion.deadline is None or opinion.deadline >= today):
            message = _("BPS tanpa jawaban baru dapat dicatat setelah diundang dan batas waktunya lewat.")
            raise Invalid(message, fields={"deadline": (message,)}, rule="T31.batas")
        opened = self._desk.open(identity, dataset_id, act, permission)
        self._require_checked(opened)
        place = {"by": str(identity.person_id), "at": self._desk.clock().isoformat()}
        if silent:
            place |= {"invited": str(opinion.invited), "deadline": str(opinion.deadline)}
        self._say(opened, BPS_SILENT_RULE if silent else BPS_RULE, opinion.text, place)
        if not silent:
            self._desk.people.finish(opened.id, opened.version.version, "bps", _person(identity))

    def validate(self, identity: Identity, dataset_id: UUID, minutes: Validation) -> None:
        """All mandatory checks pass: `tervalidasi` with minutes, method and names (T31).

        Raises Forbidden for a producer of the data, Conflict without the BPS entry, Invalid while something is owed.
        """
        opened = self._desk.open(identity, dataset_id, "periksa", Permission.DATASET_VALIDATE)
        lifecycle.check(opened.state, State.VALIDATED)
        if not minutes.minutes.strip() or not minutes.method.strip():
            message = _("Berita acara dan cara pemeriksaan wajib diisi.")
            raise Invalid(message, fields={"minutes": (message,)}, rule="validasi.berita_acara")
        gate.require_bps(self._desk, opened)
        gate.check_version(self._desk, opened).require()
        detail = {"minutes": minutes.minutes, "method": minutes.method, "names": list(minutes.names)}
        self._desk.walk(opened, State.VALIDATED, why=minutes.minutes, details={State.VALIDATED: detail})

    def _require_checked(self, opened: OpenDataset) -> None:
        if opened.state is not State.CHECKED:
            raise Conflict(_("Versi ini tidak sedang diperiksa."), allowed=(str(State.CHECKED),), rule="T25.transisi")

    def _say(
        self, opened: OpenDataset, rule: str, text: str, place: dict[str, Any], *, severity: Any = "catatan"
    ) -> None:
        """Add what a person said to the findings of the version."""
        vault, version = opened.vault, opened.version.version
        rows = [row for row in vault.findings.of_version(opened.id, version, limit=20_000) if row.resource_id is None]
        said = FindingRow(
            dataset_id=opened.id,
            version=version,
            rule=rule,
            severity=severity,
            message=text.strip()[:4000],
            place=place,
        )
        vault.findings.replace(opened.id, version, None, [*rows, said])


def _person(identity: Identity) -> UUID:
    if identity.person_id is None:
        raise Conflict(_("Perlu masuk."), rule="perlu_masuk")
    return identity.person_id
