"""The express lane: the release verb run at once by the office, for a caller who may publish (decision 0016).

It is the same verb as the worker's, with the same order row and the same steps (I4): office rows and order in one
transaction, then one public transaction that flips the pointer, then the index, then the office's marks. It takes only
versions without files to copy; those go the worker's way under the same kind of order. Killed anywhere, the sweeper
finishes the order or takes it back by its id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
from psycopg.errors import UniqueViolation
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access.rows import DatasetRow, OpenVault, ResourceRow, Stale, storable
from portal.catalog import documents, store
from portal.catalog.published import PublishedDataset, PublishedResource
from portal.contract import events
from portal.contract.metadata import DatasetMetadata
from portal.ingest import lifecycle
from portal.ingest.desk import ACTOR, WHY, Desk, plain
from portal.ingest.frozen import Moment, freeze
from portal.ingest.indexing import Indexer
from portal.ingest.lifecycle import State
from portal.ingest.loading import Checkpoint, no_stop
from portal.ingest.orders import Step
from portal.ingest.people import AgencyFacts
from portal.ingest.publicrows import live_table, public_entries
from portal.kernel.errors import Conflict
from portal.kernel.proofs import VAULT_WRITTEN
from portal.kernel.texts import gettext as _

_MARK = text(
    "SELECT set_config('synchronous_commit', 'off', true),"
    " vault.end_release(:order, :dataset, :version, :person, :at, CAST(:detail AS jsonb))"
)


def no_reading() -> None:
    """For callers who read nothing of what is published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a version is to hold. `resources` in their order; ids and positions are already given."""

    name: str
    metadata: DatasetMetadata
    resources: tuple[ResourceRow, ...]
    notes: str = ""

    @property
    def plain(self) -> bool:
        """Whether nothing in it has bytes or rows to copy."""
        return all(row.kind == "tautan" and not row.table_name for row in self.resources)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the content goes: a version under an opening. `dataset` None: a dataset that is not there yet.

    `before` is the state that the version has; None: a new version, which begins as planned, or, of a dataset that was
    out before, as due for an update (domain.md 5). `created` is the dataset's first release.
    """

    vault: OpenVault
    dataset_id: UUID
    agency: AgencyFacts
    version: int
    dataset: DatasetRow | None = None
    before: State | None = None
    created: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A version as it stands after the call. `ckan` is the ready document of a released one."""

    published: PublishedDataset
    state: State
    ckan: str = ""
    order_id: UUID | None = None


@dataclass(kw_only=True)
class Express:
    """Writes versions in few statements, and releases them at once. Commits by itself; one a scope."""

    desk: Desk
    public: Session
    indexer: Indexer
    site_url: str
    #: ends the reading of what is published: its role may not leave a transaction idle for long, and a release waits
    #: for others and for the search engine
    end_reading: Callable[[], None] = no_reading
    checkpoint: Checkpoint = no_stop

    def write(
        self,
        place: Place,
        content: Content,
        target: State,
        known: Mapping[UUID, PublishedResource] | None = None,
    ) -> tuple[PublishedDataset, UUID | None]:
        """Store the content and walk the version to `target`, in the caller's transaction.

        With target `tervalidasi` the version is classified as `publik` and ordered out, by the caller's right. Raises
        Conflict (`nama_dipakai`) for a name that the agency has, (`I4.perintah_terbuka`) while another order of the
        dataset is open, Stale when somebody changed the dataset since it was read; after a Conflict the transaction
        has been rolled back.
        """
        order_id = uuid4() if target is State.VALIDATED else None
        now, person = self.desk.clock(), place.vault.proof.person_id
        steps = steps_to(place, target)
        value = {
            "dataset": place.dataset_id,
            "agency": place.agency.id,
            "name": content.name,
            "version": place.version,
            "revision": None if place.dataset is None else place.dataset.revision,
            "fresh": place.before is None,
            "state": str(target),
            "metadata": plain(content.metadata),
            "notes": content.notes,
            "person": person,
            "at": now,
            "resources": [_row(row, place) for row in content.resources],
            "transitions": [[before, after, ACTOR] for before, after in steps],
            "why": WHY,
            "order": order_id,
        }
        if self._put(value) is None and place.dataset is not None:
            fresh = place.vault.datasets.get(place.dataset_id)
            raise Stale(fresh.modified_by, fresh.modified, fresh.revision)
        moment = Moment(created=place.created or now, released=now, order_id=order_id or UUID(int=0))
        frozen = freeze(
            self.desk.people,
            (place.dataset_id, content.name, place.version),
            content.metadata,
            place.agency,
            [(known or {}).get(row.id) or published_resource(row, now) for row in content.resources],
            moment,
            content.notes,
        )
        return frozen, order_id

    def _put(self, value: Mapping[str, Any]) -> int | None:
        session = self.desk.session
        statement = text("SELECT vault.put_version(CAST(:value AS jsonb))")
        json = orjson.dumps(value).decode()
        if "\\u0000" in json:
            json = orjson.dumps(storable(orjson.loads(json))).decode()
        try:
            made = session.execute(statement, {"value": json}).scalar()
        except IntegrityError as error:
            session.rollback()
            name = error.orig.diag.constraint_name if isinstance(error.orig, UniqueViolation) else None
            if name == "dataset_agency_id_name_key":
                message = _("Instansi Anda sudah memiliki dataset dengan nama ini.")
                raise Conflict(message, rule="nama_dipakai") from error
            if name == "release_order_one":
                message = _("Perintah lain untuk dataset ini sedang dikerjakan. Tunggu sampai selesai.")
                raise Conflict(message, rule="I4.perintah_terbuka") from error
            raise
        session.info[VAULT_WRITTEN] = True
        return None if made is None else int(made)

    def release(self, place: Place, content: Content, known: Mapping[UUID, PublishedResource] | None = None) -> Done:
        """Store the content and publish it now; readers and searches find it when this returns.

        `known` are resources with bytes or rows that are out already, unchanged.

        Raises what `write` raises, and Conflict (`nama_dipakai`) when another dataset took the public name meanwhile
        (the version then stays in the vault and its order is cancelled). An index that does not answer holds nothing
        up: the document is marked as behind and follows.
        """
        with self.indexer.coming():
            frozen, order_id, ready, was_draft = self._flip(place, content, known)
        self.indexer.try_settle()
        self.checkpoint("api:terindeks")
        self.desk.session.info[VAULT_WRITTEN] = was_draft
        self._mark(place, order_id, frozen)
        return Done(published=frozen, state=State.RELEASED, ckan=ready.ckan, order_id=order_id)

    def _flip(
        self, place: Place, content: Content, known: Mapping[UUID, PublishedResource] | None
    ) -> tuple[PublishedDataset, UUID, documents.Documents, bool]:
        """Office rows with the order, then the public side's pointer, each committed; whether a draft went out."""
        frozen, order_id = self.write(place, content, State.VALIDATED, known)
        # what is out at once never was a draft: only one that was must leave the office index, and after the marks
        was_draft = self.desk.session.info.pop(VAULT_WRITTEN, False) and place.before is not None
        if order_id is None:
            raise ValueError("a release has an order")
        self.desk.session.commit()
        self.end_reading()
        self.checkpoint("api:dipesan")
        ready = documents.build(frozen, self.site_url)
        try:
            store.write_version(self.public, frozen, self.site_url, ready)
        except IntegrityError as error:
            self.public.rollback()
            self.desk.orders.step(order_id, Step.CANCELLED)
            self.desk.session.commit()
            raise Conflict(_("Nama itu sudah dipakai dataset lain."), rule="nama_dipakai") from error
        self.checkpoint("api:ditulis")
        self.public.commit()
        self.checkpoint("api:diterbitkan")
        return frozen, order_id, ready, was_draft

    def _mark(self, place: Place, order_id: UUID, frozen: PublishedDataset) -> None:
        """The office's side of what is out. Lost in a crash it is done again by the order's id, so it needs no wait."""
        session = self.desk.session
        self.desk.access.enter(place.vault.proof)
        session.execute(
            _MARK,
            {
                "order": order_id,
                "dataset": frozen.id,
                "version": frozen.version,
                "person": place.vault.proof.person_id,
                "at": frozen.released,
                "detail": orjson.dumps({**ACTOR, "order_id": order_id}).decode(),
            },
        )
        events.emit(session, events.RELEASED, frozen.id, {"version": frozen.version})
        session.commit()
        self.checkpoint("api:ditandai")


def steps_to(place: Place, target: State) -> list[tuple[str | None, str]]:
    """Every step of the version to `target`, its making included, for the record (T25). Raises Conflict."""
    found: list[tuple[str | None, str]] = []
    here = place.before
    if here is None:
        here = State.PLANNED if place.dataset is None else State.DUE
        found.append((None, str(here)))
    way = (
        lifecycle.path(here, target) if here is not State.DUE else (State.EDITED, *lifecycle.path(State.EDITED, target))
    )
    for state in way:
        found.append((str(here), str(state)))
        here = state
    return found


def published_resource(row: ResourceRow, now: datetime) -> PublishedResource:
    """A resource without files, as a document shows it."""
    return PublishedResource(
        id=row.id,
        position=row.position,
        name=row.name,
        kind=row.kind,
        format=row.format,
        description=row.description,
        created=now,
        modified=now,
        ckan=row.ckan,
        # a live table is where it is; only its name goes along
        table=live_table(row),
        row_count=row.row_count,
        columns=public_entries(row),
    )


def _row(row: ResourceRow, place: Place) -> dict[str, Any]:
    """The row as vault.put_version takes it."""
    placed = replace(row, dataset_id=place.dataset_id, version=place.version)
    return {name: getattr(placed, name) for name in placed.__dataclass_fields__}


__all__ = ["ACTOR", "Content", "Done", "Express", "Place", "published_resource", "steps_to"]
