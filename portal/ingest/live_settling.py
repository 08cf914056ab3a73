"""Settles live tables: full text for new rows, ready JSON, indexes worth having, and documents that tell the change.

Works in short transactions, each under the table's lock, so that batches wait moments and a kill loses nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.contract.metadata import ColumnEntry
from portal.ingest import live_documents
from portal.ingest.live import QUIET, order_of
from portal.ingest.live_documents import Facts
from portal.ingest.live_tables import LiveRow, LiveTables, shape_of, vacuum
from portal.kernel.errors import Conflict
from portal.operations.jobs import JobOrder

#: A table whose order to be settled was lost is found by the sweeper after this many minutes.
LOST = 5
#: How long a table that never is quiet waits.
PATIENCE = timedelta(minutes=1)


def not_yet(public: Session, table_name: str, since: str, now: datetime) -> JobOrder | None:
    """The order to come again, while batches keep coming: a stream of them costs a table once. None: it is time."""
    begun = datetime.fromisoformat(since) if since else now
    row = public.execute(
        text(
            "SELECT dataset_id, clock_timestamp() - changed AS quiet FROM catalog.live_table WHERE table_name = :name"
        ),
        {"name": table_name},
    ).one_or_none()
    public.rollback()
    if row is None or row.quiet >= QUIET or now - begun >= PATIENCE:
        return None
    return order_of(table_name, row.dataset_id, begun, now)


def settle(public: Session, table_name: str) -> bool:
    """Settle one table, committing by itself; False where it is gone, frozen or no longer shown to readers."""
    while True:
        found = _locked(public, table_name)
        if found is None:
            public.rollback()
            return False
        live, columns = found
        if _step(LiveTables(public), live, columns):
            public.commit()
            continue
        changed = public.scalar(
            text("SELECT changed FROM catalog.live_table WHERE table_name = :name"), {"name": table_name}
        ) or datetime.now(UTC)
        facts = Facts(table=table_name, row_count=live.row_count, when=changed)
        live_documents.follow(public, live.dataset_id, live.resource_id, facts)
        public.commit()
        vacuum(public, table_name)
        return True


def _step(tables: LiveTables, live: LiveRow, columns: list[ColumnEntry]) -> bool:
    """One piece of the work; False when nothing is left to do."""
    shape = shape_of(live.table_name, columns)
    if tables.read_words(shape) or tables.index_columns(live.table_name, columns, live.row_count):
        return True
    if live.settled:
        return False
    tables.fill_blocks(shape, live)
    return True


def _locked(public: Session, table_name: str) -> tuple[LiveRow, list[ColumnEntry]] | None:
    """The table under its lock, with the columns that readers see."""
    try:
        live = LiveTables(public).lock(table_name)
    except Conflict:
        return None
    shown: Any = public.execute(
        text(
            "SELECT r.columns::text AS columns FROM catalog.resource r JOIN catalog.dataset d"
            " ON d.id = r.dataset_id AND d.version = r.version WHERE r.table_name = :name"
        ),
        {"name": table_name},
    ).one_or_none()
    if shown is None:
        return None
    return live, [ColumnEntry.model_validate(item) for item in orjson.loads(shown.columns)]


def lost(public: Session) -> list[str]:
    """Tables that wait longer than any order does."""
    return list(
        public.scalars(
            text(
                "SELECT table_name FROM catalog.live_table WHERE NOT settled AND NOT frozen"
                " AND changed < clock_timestamp() - make_interval(mins => :minutes) ORDER BY changed LIMIT 50"
            ),
            {"minutes": LOST},
        )
    )
