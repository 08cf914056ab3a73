"""Consent, classification, and the orders to the release verb: out, back, to an earlier version (domain.md 5, 8.2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import text

from portal.access.rows import ConsentRow
from portal.ingest import gate, lifecycle
from portal.ingest.desk import Desk, OpenDataset, move
from portal.ingest.lifecycle import State
from portal.ingest.orders import EXEMPT_REASON, Kind, Order
from portal.ingest.schemas import Classification, Consent
from portal.kernel.errors import Conflict, Invalid, NotFound
from portal.kernel.identity import Identity
from portal.kernel.permissions import Permission
from portal.kernel.texts import gettext as _
from search.engine import Engine

RELEASE = "ingest.release"
WITHDRAW = "ingest.withdraw"
_TASKS: dict[Kind, str] = {"rilis": RELEASE, "tarik": WITHDRAW, "kembali": RELEASE}
_GROUND = re.compile(r"^17[a-j]$")


class Deciding:
    """What owner, PPID and walidata decide. Each order is a row and a job in the caller's transaction."""

    def __init__(
        self,
        desk: Desk,
        office_search: Engine | None = None,
        recall: Callable[[OpenDataset], None] | None = None,
    ) -> None:
        """`recall` brings the rows of live tables back into the vault (`live_drafts.recall`)."""
        self._desk = desk
        self._office_search = office_search
        self._recall = recall

    def give_consent(self, identity: Identity, dataset_id: UUID, consent: Consent) -> ConsentRow:
        """The head of the owning agency agrees (PW 21(2), T06)."""
        opened = self._desk.open(identity, dataset_id, "ubah", Permission.DATASET_CONSENT)
        if not consent.acts:
            message = _("Sebutkan perbuatan yang disetujui.")
            raise Invalid(message, fields={"acts": (message,)}, rule="T06.perbuatan")
        given = opened.vault.consents.give(dataset_id, consent.acts, consent.ends)
        self._desk.note_edit(
            opened, "persetujuan", {"acts": list(consent.acts), "consent_id": str(given.id)}, consent.document
        )
        return given

    def withdraw_consent(self, identity: Identity, dataset_id: UUID, consent_id: UUID, why: str = "") -> None:
        """Future acts fail from now on; published versions stay (domain.md 12). Raises NotFound."""
        opened = self._desk.open(identity, dataset_id, "ubah", Permission.DATASET_CONSENT)
        opened.vault.consents.withdraw(dataset_id, consent_id)
        self._desk.note_edit(opened, "persetujuan_dicabut", {"consent_id": str(consent_id)}, why)

    def classify(self, identity: Identity, dataset_id: UUID, decision: Classification) -> None:
        """The PPID's decision.

        `publik` opens the way to release. `dikecualikan` (number, grounds, reason and the head's approval reference
        are required; the full form of 8.2 is another room's) takes effect in this transaction: work passes end,
        published versions are ordered off the public side without a tombstone, the office index forgets it first.
        """
        exempt = decision.sifat == "dikecualikan"
        permission = Permission.DATASET_CLASSIFY_EXEMPT if exempt else Permission.DATASET_CLASSIFY_PUBLIC
        if exempt:
            _require_grounds(decision)
        opened = self._desk.open(identity, dataset_id, "tetapkan", permission)
        ready = {State.CHECKED, State.VALIDATED, *lifecycle.PUBLISHED, *((State.WITHDRAWN,) if exempt else ())}
        if opened.state not in ready:
            raise Conflict(
                _("Penetapan dilakukan setelah dataset diajukan."),
                allowed=(str(State.CHECKED), str(State.VALIDATED)),
                rule="klasifikasi.keadaan",
            )
        self._desk.note_edit(
            opened, "klasifikasi",
            {"sifat": decision.sifat, "number": decision.number, "approval": decision.approval}, decision.reason,
        )  # fmt: skip
        if exempt:
            self._before_exempt(opened, identity)
        else:
            self._desk.people.finish(opened.id, opened.version.version, "ppid", opened.vault.proof.person_id)
        opened.vault.classifications.set(
            dataset_id,
            opened.version.version,
            decision.sifat,
            number=decision.number,
            grounds=decision.grounds,
            reason=decision.reason,
            ends=decision.ends,
        )

    def _before_exempt(self, opened: OpenDataset, identity: Identity) -> None:
        """What must be written while the pass still opens: states, the order off the public side, the office index."""
        if self._desk.orders.open_of(opened.id) is not None:
            raise Conflict(
                _("Perintah lain untuk dataset ini sedang dikerjakan. Tunggu sampai selesai."),
                rule="I4.perintah_terbuka",
            )
        if self._recall is not None and opened.dataset.live_version is not None:
            self._recall(opened)
        for row in opened.vault.datasets.versions(opened.id):
            state = State(row.state)
            if state is State.RELEASED or (state is State.VALIDATED and opened.subject.consented):
                move(opened.vault, opened.id, row.version, state, State.RELEASED_RESTRICTED, why="dikecualikan")
        known_outside = any(State(row.state) is State.WITHDRAWN for row in opened.vault.datasets.versions(opened.id))
        if opened.dataset.live_version is not None or known_outside:  # tombstones go too
            opened.vault.datasets.set_live(opened.id, None)
            self._order(opened, "tarik", 0, identity, EXEMPT_REASON)
        self._desk.people.finish_assignments(opened.id, opened.version.version)
        # the card goes first: whoever is sending it is awaited, and nobody will send it again
        entry = self._desk.session.scalar(text("SELECT audit.index_drop(:dataset)"), {"dataset": opened.id})
        if self._office_search is not None:
            self._office_search.delete([str(item) for item in (opened.id, entry) if item is not None])

    def release(self, identity: Identity, dataset_id: UUID) -> tuple[UUID, int]:
        """Order the working version out (I4); (order id, job number).

        Raises Conflict: `T25.transisi` when it is not validated, `klasifikasi` without the PPID's decision,
        `T06.persetujuan` without the owner's consent, `I4.perintah_terbuka`; Invalid while something is owed.
        """
        opened = self._desk.open(identity, dataset_id, "rilis", Permission.DATASET_RELEASE)
        gate.require_release(self._desk, opened)
        return self._order(opened, "rilis", opened.version.version, identity, "")

    def withdraw(
        self, identity: Identity, dataset_id: UUID, reason: str, version: int | None = None
    ) -> tuple[UUID, int]:
        """Order one version, or the whole dataset, off the public side; (order id, job number). Reason is public.

        Raises Invalid without a reason, NotFound for a version that is not out, Conflict when nothing is out.
        """
        if not reason.strip():
            message = _("Alasan penarikan wajib ditulis; alasan ini tampil untuk umum.")
            raise Invalid(message, fields={"reason": (message,)}, rule="tarik.alasan")
        opened = self._desk.open(identity, dataset_id, "tarik", Permission.DATASET_WITHDRAW)
        out = [row for row in opened.vault.datasets.versions(dataset_id) if State(row.state) in lifecycle.PUBLISHED]
        if not out:
            lifecycle.check(opened.state, State.WITHDRAWN)
        if version is not None and version not in {row.version for row in out}:
            raise NotFound
        return self._order(opened, "tarik", version or 0, identity, reason.strip())

    def restore(self, identity: Identity, dataset_id: UUID, version: int, why: str = "") -> tuple[UUID, int]:
        """Order readers back to an earlier published version, in one act; (order id, job number).

        Raises NotFound for a version that is not out, Conflict when it is the one that readers see.
        """
        opened = self._desk.open(identity, dataset_id, "rilis", Permission.DATASET_RESTORE)
        row = opened.vault.datasets.version(dataset_id, version)
        if State(row.state) not in lifecycle.PUBLISHED:
            raise NotFound
        if opened.dataset.live_version == version:
            raise Conflict(_("Versi ini sudah yang tampil."), rule="kembali.sama")
        if self._desk.profile.consent_required("publik") and not opened.subject.consented:
            raise Conflict(_("Persetujuan pemilik data untuk publikasi belum ada (PW 21(2))."), rule="T06.persetujuan")
        return self._order(opened, "kembali", version, identity, why)

    def archive(self, identity: Identity, dataset_id: UUID, why: str, place: str = "") -> None:
        """Retention reached (BR 15(5)); what is out must be withdrawn before. Raises Conflict, Invalid."""
        opened = self._desk.open(identity, dataset_id, "rilis", Permission.DATASET_ARCHIVE)
        if opened.state in lifecycle.PUBLISHED or opened.dataset.live_version is not None:
            raise Conflict(_("Tarik dahulu versi yang terbit."), allowed=(str(State.WITHDRAWN),), rule="arsip.terbit")
        if not why.strip():
            message = _("Sebutkan aturan retensinya.")
            raise Invalid(message, fields={"why": (message,)}, rule="arsip.alasan")
        self._desk.walk(opened, State.ARCHIVED, why=why, details={State.ARCHIVED: {"place": place}})

    def _order(
        self, opened: OpenDataset, kind: Kind, version: int, identity: Identity, reason: str
    ) -> tuple[UUID, int]:
        if identity.person_id is None:
            raise NotFound
        order: Order = self._desk.orders.place(kind, opened.id, version, identity.person_id, reason)
        arguments: dict[str, Any] = {"order_id": str(order.id)}
        return order.id, self._desk.queue(opened, _TASKS[kind], opened.id, arguments)


def _require_grounds(decision: Classification) -> None:
    """Number, letters of KIP Ps.17, reason and the head's approval; Invalid names what is missing (8.2, T09)."""
    missing = {
        "number": decision.number,
        "grounds": decision.grounds,
        "reason": decision.reason,
        "approval": decision.approval,
    }
    fields = {name: (_("Wajib diisi untuk data dikecualikan."),) for name, value in missing.items() if not value}
    wrong = [ground for ground in decision.grounds if not _GROUND.match(ground)]
    if wrong:
        fields["grounds"] = (_("Dasar harus huruf Pasal 17 UU KIP (17a sampai 17j)."),)
    if fields:
        raise Invalid(_("Penetapan belum lengkap."), fields=fields, rule="T09.penetapan")
