"""The dump of the whole public catalogue: a file of the public root, and the row that points at it.

A withdrawal closes the pointer in its own transaction (I5), so that no reader gets the withdrawn dataset from the dump
a moment longer than from its page; whoever has built a file from an older state finds the row changed and starts again.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.catalog import models
from portal.kernel.storage import FileRoot

FILENAME = "datasets.jsonl.gz"
ADDRESS = f"/api/3/dump/{FILENAME}"
#: The kind and key of the pointer among the facts that leave without a release (I4): it names no dataset.
KIND, KEY = "salinan", "katalog"
#: Where the files lie in the public root.
FOLDER = "salinan/"
_LOCK = 73_177


@dataclass(frozen=True, slots=True)
class BulkFile:
    """One file: its hash (hex), bytes, datasets in it, and when it was made (ISO 8601, UTC)."""

    sha256: str
    size: int
    count: int
    made: str

    @property
    def key(self) -> str:
        """Its place in the public root."""
        return f"{FOLDER}{self.sha256}.jsonl.gz"


def state(session: Session) -> dict[str, Any] | None:
    """The row as it is, to be compared later; None before the first dump."""
    query = select(models.notice.c.value).where(models.notice.c.kind == KIND, models.notice.c.key == KEY)
    found: dict[str, Any] | None = session.scalar(query)
    return found


def current(session: Session) -> BulkFile | None:
    """The file that readers get; None while there is none."""
    found = state(session)
    return BulkFile(**found["file"]) if found and found.get("file") else None


def close(session: Session, order_id: UUID) -> None:
    """Take the dump away, in the caller's transaction; `order_id` makes the row another than any before."""
    value = {"file": None, "order": str(order_id)}
    statement = insert(models.notice).values(kind=KIND, key=KEY, value=value)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["kind", "key"], set_={"value": statement.excluded["value"], "published": func.now()}
        )
    )


def point(session: Session, seen: dict[str, Any] | None, made: BulkFile) -> bool:
    """Point readers at a file that was built after `seen` was read; False when the row has changed since."""
    value = {"file": asdict(made), "order": (seen or {}).get("order")}
    if seen is None:
        first = insert(models.notice).values(kind=KIND, key=KEY, value=value).on_conflict_do_nothing()
        return session.execute(first.returning(models.notice.c.key)).first() is not None
    own = (models.notice.c.kind == KIND) & (models.notice.c.key == KEY) & (models.notice.c.value == seen)
    changed = update(models.notice).where(own).values(value=value, published=func.now())
    return session.execute(changed.returning(models.notice.c.key)).first() is not None


def lock(session: Session) -> None:
    """Until the transaction ends, nobody else brings files into the folder or sweeps it."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def sweep(session: Session, files: FileRoot) -> int:
    """Remove every file of the folder that readers are not pointed at; how many. The caller ends the transaction."""
    lock(session)
    found = current(session)
    kept = found.key if found else ""
    gone = [key for key in files.keys(FOLDER) if key != kept]
    for key in gone:
        files.delete(key)
    return len(gone)
