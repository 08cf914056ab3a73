"""Event rows: what must go up the floors, written in the transaction that it tells about (design.md section 4).

The list of kinds is closed: a plugin that waits for a kind that nobody writes is refused at the start.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from portal.contract.work import Event

RELEASED = "dataset.rilis"
WITHDRAWN = "dataset.tarik"
RESTORED = "dataset.kembali"
KINDS = frozenset({RELEASED, WITHDRAWN, RESTORED})


def emit(connection: Connection | Session, kind: str, subject: UUID, payload: Mapping[str, Any]) -> None:
    """Write an event in the caller's transaction. Raises ValueError for a kind that is not in the list."""
    if kind not in KINDS:
        raise ValueError(f"not a kind of event: {kind!r}")
    connection.execute(
        text("INSERT INTO contract.event (kind, subject, payload) VALUES (:kind, :subject, CAST(:payload AS jsonb))"),
        {"kind": kind, "subject": subject, "payload": orjson.dumps(dict(payload)).decode()},
    )


def take(connection: Connection | Session, limit: int = 500) -> list[Event]:
    """Events that nobody took yet, oldest first, marked as taken in the caller's transaction.

    Two workers never take the same one; what is not committed is there again.
    """
    rows = connection.execute(
        text(
            "UPDATE contract.event SET taken = clock_timestamp() WHERE id IN (SELECT id FROM contract.event"
            " WHERE taken IS NULL ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED)"
            " RETURNING id, kind, subject, payload, created"
        ),
        {"limit": limit},
    )
    return sorted((Event(*row) for row in rows), key=lambda event: event.id)


def find(connection: Connection | Session, event_id: int) -> Event | None:
    """One event, or None when it has been tidied away."""
    row = connection.execute(
        text("SELECT id, kind, subject, payload, created FROM contract.event WHERE id = :id"), {"id": event_id}
    ).one_or_none()
    return None if row is None else Event(*row)
