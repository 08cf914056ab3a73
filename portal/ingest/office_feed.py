"""The office index follows the drafts (design.md I9): cards that triggers write become entries, after each commit.

A card holds title, description, tags and facets of a dataset that is not exempt and not published as it stands; the
database makes and takes cards away in the transaction that changes the dataset. Whoever commits such a transaction
sends what is behind, his own and others' together; what an engine that is away leaves behind a job picks up.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

from config import regions, vocabularies
from portal.catalog import documents
from portal.catalog.ckan_document import shipped_groups
from portal.contract.metadata import DatasetMetadata
from portal.ingest.lifecycle import State
from portal.kernel.proofs import VAULT_WRITTEN
from search.analysis import analysed
from search.documents import Bounds, Coded, Named, SearchDocument
from search.engine import Engine
from search.errors import EngineUnavailable

log = logging.getLogger(__name__)

BATCH = 500
_HELD, _DUE = "portal.office_index.held", "portal.office_index.due"
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('portal.office_index', 0))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One row of the auditor's functions. Without `metadata` the index must hold no entry of it."""

    entry_id: UUID
    dataset_id: UUID
    agency_id: UUID
    agency_name: str
    agency_title: str
    name: str
    version: int
    live_version: int | None
    state: str
    metadata: Mapping[str, Any] | None
    parts: Mapping[str, Sequence[str]]
    created: datetime
    modified: datetime
    revision: int
    indexed: bool


#: What CKAN calls deleted.
_GONE = frozenset({str(State.WITHDRAWN), str(State.ARCHIVED)})


def entry(card: Card) -> SearchDocument:
    """The index entry of a draft: never told to anybody as a suggestion (`private`); `id:` finds its dataset.

    `keadaan` is the state of its lifecycle, `terbit` whether another version of the dataset is published, `konsep`
    whether a program called it a draft.
    """
    meta = DatasetMetadata.model_validate(dict(card.metadata or {}))
    licence = vocabularies.licences().get(meta.lisensi)
    kind = vocabularies.jenis_data().get(meta.jenis_data or "")
    level = vocabularies.tingkat_penyajian().get(meta.tingkat_penyajian or "")
    known = [region for code in meta.cakupan_wilayah if (region := regions.region(code))]
    box = documents.region_box(meta.cakupan_wilayah)
    kinds = dict.fromkeys(part[0] for part in card.parts.values())
    return analysed(
        SearchDocument(
            id=str(card.entry_id),
            name=card.name,
            title=meta.judul,
            notes=meta.deskripsi,
            revision=card.revision,
            created=card.created,
            modified=card.modified,
            tags=tuple(sorted(set(meta.kata_kunci))),
            organization=Named(str(card.agency_id), card.agency_name, card.agency_title),
            groups=tuple(Named(str(item.id), item.name, item.title) for item in shipped_groups(meta)),
            license=Coded(meta.lisensi, licence.title if licence else meta.lisensi) if meta.lisensi else None,
            formats=tuple(dict.fromkeys(str(part[1]).upper() for part in card.parts.values())),
            data_type=Coded(kind.code, kind.label) if kind else None,
            kinds=tuple(Coded(name, documents.KIND_LABELS[name]) for name in kinds if name in documents.KIND_LABELS),
            level=Coded(level.code, level.label) if level else None,
            region_codes=meta.cakupan_wilayah,
            region_names=tuple(region.name for region in known),
            years=meta.periode.years,
            bbox=Bounds(*box) if box else None,
            state="deleted" if card.state in _GONE or meta.ckan.get("state") == "deleted" else "active",
            private=True,
            agency=str(card.agency_id),
            marks={
                "id": (str(card.dataset_id),),
                "keadaan": (card.state,),
                "konsep": ("true" if meta.ckan.get("state") == "draft" else "false",),
                "terbit": ("true" if card.live_version is not None else "false",),
            },
        )
    )


class OfficeFeed:
    """Sends cards to the office index, in transactions of its own."""

    def __init__(self, sessions: Callable[[], Session], engine: Callable[[], Engine | None]) -> None:
        self._sessions = sessions
        self._engine = engine

    def drain(self) -> int:
        """Send everything that is behind; how many cards. Raises EngineUnavailable: the rest stays behind.

        One sends at a time, so those who waited find their own cards sent with the others'.
        """
        done, engine = 0, self._engine()
        if engine is None:
            return done
        with self._sessions() as session:
            while True:
                session.execute(text(_LOCK))
                cards = _cards(session, "SELECT * FROM audit.index_behind(:limit)", limit=BATCH)
                if cards:
                    _send(engine, cards)
                    session.execute(
                        text("SELECT audit.index_done(:entries, :revisions, :indexed)"),
                        {
                            "entries": [card.entry_id for card in cards],
                            "revisions": [card.revision for card in cards],
                            "indexed": [card.metadata is not None for card in cards],
                        },
                    )
                session.commit()
                done += len(cards)
                if len(cards) < BATCH:
                    return done

    def try_drain(self) -> bool:
        """As `drain`; False when engine or database do not answer (the job of every minute sends the rest)."""
        try:
            self.drain()
        except (EngineUnavailable, SQLAlchemyError) as error:
            log.warning("office index: %s", type(error).__name__)
            return False
        return True

    def documents(self) -> Iterator[SearchDocument]:
        """Every entry that the index should hold, for a rebuild."""
        yield from map(entry, self._wanted())

    def expected(self) -> Iterator[tuple[str, int]]:
        """(entry id, revision) of every entry that the index should hold."""
        yield from ((str(card.entry_id), card.revision) for card in self._wanted())

    def load(self, entries: Sequence[str]) -> list[SearchDocument]:
        """Entries by id; what is no draft's is left out."""
        with self._sessions() as session:
            keys = [UUID(item) for item in entries]
            return [entry(card) for card in _page(session, None, len(keys), keys)]

    def _wanted(self) -> Iterator[Card]:
        after: UUID | None = None
        while True:
            with self._sessions() as session:
                cards = _page(session, after, BATCH, None)
            yield from cards
            if len(cards) < BATCH:
                return
            after = cards[-1].entry_id


def _send(engine: Engine, cards: Sequence[Card]) -> None:
    wanted = [entry(card) for card in cards if card.metadata is not None]
    gone = [str(card.entry_id) for card in cards if card.metadata is None and card.indexed]
    if wanted:
        engine.upsert(wanted, refresh=True)
    if gone:
        # a draft's words were never among those that are offered to anybody
        engine.delete(gone, refresh=True, expunge=False)


def _page(session: Session, after: UUID | None, limit: int, entries: list[UUID] | None) -> list[Card]:
    return _cards(
        session,
        "SELECT * FROM audit.index_cards(CAST(:after AS uuid), :limit, CAST(:entries AS uuid[]))",
        after=after,
        limit=limit,
        entries=entries,
    )


def _cards(session: Session, statement: str, **values: Any) -> list[Card]:
    return [Card(**row._mapping) for row in session.execute(text(statement), values)]


def follow(sessions: sessionmaker[Session], feed: OfficeFeed) -> None:
    """Let the feed send after every commit of these sessions that changed a dataset of the vault."""

    def committed(session: Session) -> None:
        if session.info.pop(VAULT_WRITTEN, False):
            session.info[_DUE] = True

    def rolled_back(session: Session) -> None:
        session.info.pop(VAULT_WRITTEN, None)

    def ended(session: Session, transaction: SessionTransaction) -> None:
        # by now the connection is back in the pool, so that sending needs no second one beside it
        if transaction.parent is None and _DUE in session.info and not session.info.get(_HELD):
            del session.info[_DUE]
            feed.try_drain()

    event.listen(sessions, "after_commit", committed)
    event.listen(sessions, "after_rollback", rolled_back)
    event.listen(sessions, "after_transaction_end", ended)


@contextmanager
def held(session: Session, feed: OfficeFeed | None) -> Iterator[None]:
    """Several commits in a row that make one act: the index follows once, at their end."""
    if session.info.get(_HELD):
        yield
        return
    session.info[_HELD] = True
    try:
        yield
    finally:
        del session.info[_HELD]
        if session.info.pop(_DUE, False) and feed is not None:
            feed.try_drain()
