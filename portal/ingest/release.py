"""The one door out (design.md I4): orders carried out step by step, each step repeatable by the order's id.

Files and rows are put where nobody points at them; one public transaction flips the pointer and writes the order's
id; then index and office follow. A worker that dies anywhere leaves an order that runs again: before the flip it
starts anew with the same names and hashes, after it only the rest is done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from portal.access.rows import FileDamaged
from portal.catalog import bulk, store
from portal.contract import events
from portal.ingest import gate, lifecycle, live_drafts
from portal.ingest.assembling import Assembler
from portal.ingest.bulk_copy import queue_copy
from portal.ingest.desk import ACTOR, WHY, Desk, OpenDataset, move
from portal.ingest.indexing import Indexer
from portal.ingest.lifecycle import State
from portal.ingest.live_tables import LiveTables
from portal.ingest.loading import Checkpoint, no_stop
from portal.ingest.orders import REVERSIBLE, TRACELESS, Order, Step
from portal.ingest.publicrows import PublicRows
from portal.ingest.reading import OnProgress, Refused
from portal.kernel.errors import Conflict, Invalid, NotFound, PortalError
from portal.kernel.identity import Identity
from portal.kernel.storage import FileRoot, content_key
from portal.kernel.texts import gettext as _

#: Facts public by nature (I4): the closed list of what may leave by `notice`.
NoticeKind = Literal["organisasi", "kelompok", "wilayah", "angka_situs", "kosakata", "teks_situs", "kegiatan"]


@dataclass
class Releaser:
    """Carries out orders as the worker, committing by itself."""

    desk: Desk
    public: Session
    files: FileRoot
    assembler: Assembler
    indexer: Indexer
    worker: Identity
    site_url: str
    queue_index: Callable[[Session], object]
    checkpoint: Checkpoint = no_stop

    def run(self, order_id: UUID, progress: OnProgress) -> None:
        """Carry an order out to its end. A finished order changes nothing.

        Raises PortalError or Refused when the order cannot be carried out (it is cancelled and cleaned up then).
        """
        order = self.desk.orders.get(order_id)
        self.desk.session.rollback()
        if order is None or order.finished is not None:
            return
        if order.step in REVERSIBLE and store.applied(self.public, order.id):
            self._step(order, Step.FLIPPED)
        self.public.rollback()
        order = self._fresh(order)
        steps: dict[str, Callable[[Order, OnProgress], None]] = {
            "rilis": self._release,
            "tarik": self._withdraw,
            "kembali": self._restore,
        }
        if order.step in REVERSIBLE:
            try:
                steps[order.kind](order, progress)
            except (Conflict, Invalid, NotFound, FileDamaged, Refused) as refusal:
                self.desk.session.rollback()
                self.public.rollback()
                self.cancel(order)
                raise refusal from None
        self._finish(self._fresh(order))

    def _fresh(self, order: Order) -> Order:
        found = self.desk.orders.get(order.id)
        self.desk.session.rollback()
        return found or order

    def _step(self, order: Order, step: Step) -> None:
        self.desk.orders.step(order.id, step)
        self.desk.session.commit()
        self.checkpoint(f"{order.kind}:{step}")

    def _release(self, order: Order, progress: OnProgress) -> None:
        """Steps 2 to 4 of I4."""
        opened = self.desk.open_job(self.worker, order.dataset_id, "rilis")
        if opened.version.version != order.version:
            raise Conflict(_("Versi kerja sudah berganti sejak perintah rilis."), rule="I4.versi")
        express = order.lane == "api"
        if express and opened.state in lifecycle.EDITABLE:
            opened = self._stand_in(opened)
        gate.require_release(self.desk, opened, express=express)
        progress(0.05, _("Menyalin berkas"))
        opened, originals = self.assembler.originals(order, opened)
        self._step(order, Step.FILES)
        progress(0.2, _("Menyalin baris"))
        opened = self.assembler.rows(order, self.desk.reopen(opened))
        self.checkpoint("rilis:disalin")
        progress(0.5, _("Menyiapkan unduhan dan peta"))
        resources = self.assembler.resources(order, opened, originals, lambda _share, words: progress(0.6, words))
        self._step(order, Step.ROWS)
        progress(0.9, _("Menerbitkan"))
        # decisions write the dataset's row: whoever changes consent or classification now waits for the flip, and
        # what was changed before is seen by the second look
        opened = self.desk.reopen(opened)
        opened.vault.datasets.touch(order.dataset_id)
        gate.require_release(self.desk, self.desk.again(opened), express=express)
        published = self.assembler.dataset(order, opened, resources)
        store.write_version(self.public, published, self.site_url)
        self.checkpoint("rilis:ditulis")
        self.public.commit()
        self.checkpoint("rilis:diterbitkan")
        self._step(order, Step.FLIPPED)

    def _stand_in(self, opened: OpenDataset) -> OpenDataset:
        """Walk an order's version of the API's lane to `tervalidasi`, once its files are loaded and nothing blocks."""
        gate.check_version(self.desk, opened, express=True).require()
        self.desk.walk(opened, State.VALIDATED, why=WHY, details=dict.fromkeys(State, ACTOR))
        self.desk.session.commit()
        return self.desk.reopen(opened)

    def awaits_files(self, order_id: UUID) -> bool:
        """Whether a file of the order's version is still to be loaded: a later job then goes on with the order."""
        order = self.desk.orders.get(order_id)
        if order is None or order.finished is not None:
            return False
        opened = self.desk.open_job(self.worker, order.dataset_id, "rilis")
        rows = opened.vault.resources.of_version(order.dataset_id, order.version)
        self.desk.session.rollback()
        return any(row.state in {"diterima", "diperiksa_berkas"} for row in rows)

    def _restore(self, order: Order, progress: OnProgress) -> None:
        progress(0.5, _("Mengembalikan versi"))
        try:
            store.restore_version(self.public, order.dataset_id, order.version, order.id)
        except NoResultFound:
            raise NotFound from None
        self.public.commit()
        self.checkpoint("kembali:diterbitkan")
        self._step(order, Step.FLIPPED)

    def _withdraw(self, order: Order, progress: OnProgress) -> None:
        """Pointer first; what may be removed is noted before, cleaned up after (`_finish`)."""
        progress(0.2, _("Menarik dari sisi publik"))
        self._recall(order)
        tables, hashes = self._published_parts(order)
        self.public.rollback()
        self.desk.orders.note(order.id, "tabel", tables)
        self.desk.orders.note(order.id, "berkas", hashes)
        self.desk.session.commit()
        self.checkpoint("tarik:dicatat")
        tombstone = order.reason not in TRACELESS
        store.withdraw(
            self.public, order.dataset_id, order.version or None, order.reason, order.id, tombstone=tombstone
        )
        self.public.commit()
        self.checkpoint("tarik:diterbitkan")
        self._step(order, Step.FLIPPED)

    def _recall(self, order: Order) -> None:
        """Rows that went on entering live tables come back into the vault first; no more enter from here on (I5a)."""
        opened = self._reach(order)
        if opened is not None and order.version in {0, opened.dataset.live_version}:
            live_drafts.recall(self.desk, self.public, opened)
            self.desk.session.commit()
            self.public.commit()
        self.desk.session.rollback()

    def _published_parts(self, order: Order) -> tuple[list[str], list[str]]:
        values: dict[str, Any] = {"id": order.dataset_id, "version": order.version}
        tables = self.public.scalars(
            text(
                "SELECT DISTINCT table_name FROM catalog.resource WHERE dataset_id = :id AND table_name IS NOT NULL"
                " AND (:version = 0 OR version = :version)"
            ),
            values,
        )
        hashes = self.public.scalars(
            text(
                "SELECT DISTINCT sha256 FROM catalog.file WHERE dataset_id = :id"
                " AND (:version = 0 OR version = :version)"
            ),
            values,
        )
        return list(tables), list(hashes)

    def _finish(self, order: Order) -> None:
        """Steps 5 and 6: clean up, index, office. Only ever forward."""
        if order.step is Step.FLIPPED:
            if order.kind == "tarik":
                self.clean(order)
                self._thaw(order)
                self._renew_copy()
                self.checkpoint("tarik:dibersihkan")
            self._index(order)
            self._step(order, Step.INDEXED)
        self._mark(order)
        self.checkpoint(f"{order.kind}:ditandai")

    def _renew_copy(self) -> None:
        """The dump of the catalogue was closed with the pointer; its file goes, and a new one is ordered."""
        bulk.sweep(self.public, self.files)
        self.public.commit()
        queue_copy(self.desk.session)
        self.desk.session.commit()

    def _thaw(self, order: Order) -> None:
        """Live tables that an earlier version still shows take rows again."""
        LiveTables(self.public).thaw(order.dataset_id)
        self.public.commit()

    def _index(self, order: Order) -> None:
        """The index follows. A document that is behind is marked so in the database and waits for a job of its own;
        one that must go is not marked anywhere, so the order itself waits (raises EngineUnavailable)."""
        gone = self._live_version(order.dataset_id) is None
        self.public.rollback()
        if gone:
            self.indexer.forget(str(order.dataset_id))
        elif not self.indexer.try_drain():
            self.queue_index(self.desk.session)
            self.desk.session.commit()

    def _live_version(self, dataset_id: UUID) -> int | None:
        return self.public.execute(
            text("SELECT version FROM catalog.dataset WHERE id = :id"), {"id": dataset_id}
        ).scalar()

    def _mark(self, order: Order) -> None:
        """The office side: states, live version, duties; and the order is done, in one transaction."""
        live = self._live_version(order.dataset_id)
        self.public.rollback()
        opened = self._reach(order)
        if opened is not None:
            vault = opened.vault
            if order.kind == "rilis":
                self._mark_released(opened, order)
            elif order.kind == "tarik":
                self._mark_withdrawn(opened, order)
            if opened.dataset.live_version != live:
                vault.datasets.set_live(order.dataset_id, live)
            if order.kind == "kembali":
                self.desk.note_edit(opened, "kembali_versi", {"version": order.version}, order.reason)
        events.emit(self.desk.session, f"dataset.{order.kind}", order.dataset_id, {"version": order.version})
        self.desk.orders.step(order.id, Step.DONE)
        self.desk.orders.forget(order.id)
        self.desk.session.commit()

    def _reach(self, order: Order) -> OpenDataset | None:
        """The dataset, or None when it was classified as dikecualikan meanwhile: its states were set in that act."""
        try:
            return self.desk.open_job(self.worker, order.dataset_id, order.kind)
        except NotFound:
            self.desk.session.rollback()
            return None

    def _mark_released(self, opened: OpenDataset, order: Order) -> None:
        row = opened.vault.datasets.version(order.dataset_id, order.version)
        if State(row.state) is not State.VALIDATED:
            return
        decision = gate.public_decision(opened)
        detail = {"order_id": str(order.id), "classification_id": str(decision.id) if decision else ""}
        move(opened.vault, opened.id, order.version, State.VALIDATED, State.RELEASED, detail=detail)
        fresh = opened.vault.datasets.get(opened.id)
        opened.vault.datasets.update_version(opened.id, order.version, fresh.revision, released=order.created)
        self.desk.people.finish_assignments(opened.id, order.version)
        live_drafts.published(opened, order.version)

    def _mark_withdrawn(self, opened: OpenDataset, order: Order) -> None:
        for row in opened.vault.datasets.versions(opened.id):
            state = State(row.state)
            if state in lifecycle.PUBLISHED and order.version in {0, row.version}:
                detail = {"order_id": str(order.id)}
                move(
                    opened.vault, opened.id, row.version, state, State.WITHDRAWN, why=order.reason, detail=detail
                )  # fmt: skip

    def cancel(self, order: Order) -> bool:
        """Give an order up and remove what it made; False when it has been flipped (then it can only go on)."""
        if store.applied(self.public, order.id):
            self.public.rollback()
            return False
        self.clean(order)
        self._thaw(order)
        self.desk.orders.step(order.id, Step.CANCELLED)
        self.desk.orders.forget(order.id)
        self.desk.session.commit()
        return True

    def clean(self, order: Order) -> None:
        """Remove the noted tables and files that nothing published needs; repeatable."""
        tables, hashes = self.desk.orders.items(order.id, "tabel"), self.desk.orders.items(order.id, "berkas")
        self.desk.session.rollback()
        rows = PublicRows(self.public)
        rows.drop(rows.unused(tables))
        used = set(
            self.public.scalars(text("SELECT sha256 FROM catalog.file WHERE sha256 = ANY(:names)"), {"names": hashes})
        )
        self.public.commit()
        self.desk.orders.lock_files()
        for sha256 in hashes:
            if sha256 not in used and not self._wanted(order, sha256):
                self.files.delete(content_key(sha256))
        self.desk.session.commit()

    def _wanted(self, order: Order, sha256: str) -> bool:
        """Whether another open order has put the same bytes there."""
        found = self.desk.session.execute(
            text(
                "SELECT EXISTS (SELECT FROM ingest.release_item i JOIN ingest.release_order o ON o.id = i.order_id"
                " WHERE i.kind = 'berkas' AND i.name = :name AND o.id <> :order AND o.finished IS NULL)"
            ),
            {"name": sha256, "order": order.id},
        ).scalar()
        return bool(found)


def refusal_findings(refusal: PortalError) -> list[dict[str, Any]]:
    """Reasons of a refused order for its progress row: rules and places, no content."""
    if not isinstance(refusal, Invalid):
        return [{"rule": refusal.rule, "message": refusal.message}]
    found = [
        {"rule": "V1.metadata_wajib", "column": name, "message": " ".join(texts)}
        for name, texts in refusal.fields.items()
    ]
    for item in refusal.findings:
        rule, place = getattr(item, "rule", ""), getattr(item, "place", {})
        found.append({"rule": rule, "column": str(dict(place).get("column", "")), "message": ""})
    return found
