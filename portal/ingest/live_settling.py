"""Settles live tables: full text for new rows, ready JSON, indexes worth having, and documents that tell the change.

Works in short transactions, each under the table's lock, so that batches wait moments and a kill loses nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.contract.metadata import ColumnEntry
from portal.ingest import live_documents
from portal.ingest.live_documents import Facts
from portal.ingest.live_tables import LiveTables, shape_of
from portal.kernel.errors import Conflict

#: A table whose order to be settled was lost is found by the sweeper after this many minutes.
LOST = 5


def settle(public: Session, table_name: str) -> bool:
    """Settle one table, committing by itself; False where it is gone, frozen or no longer shown to readers."""
    tables = LiveTables(public)
    while True:
        shown: Any = public.execute(
            text(
                "SELECT r.columns::text AS columns FROM catalog.resource r JOIN catalog.dataset d"
                " ON d.id = r.dataset_id AND d.version = r.version WHERE r.table_name = :name"
            ),
            {"name": table_name},
        ).one_or_none()
        try:
            live = tables.lock(table_name)
        except Conflict:
            shown = None
        if shown is None:
            public.rollback()
            return False
        columns = [ColumnEntry.model_validate(item) for item in orjson.loads(shown.columns)]
        shape = shape_of(table_name, columns)
        if not tables.read_words(shape):
            break
        public.commit()
    tables.index_columns(table_name, columns, live.row_count)
    tables.fill_blocks(shape, live)
    changed = public.scalar(
        text("SELECT changed FROM catalog.live_table WHERE table_name = :name"), {"name": table_name}
    ) or datetime.now(UTC)
    facts = Facts(table=table_name, row_count=live.row_count, when=changed)
    live_documents.follow(public, live.dataset_id, live.resource_id, facts)
    public.commit()
    return True


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
