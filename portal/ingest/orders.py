"""Orders of the release verb and what they make, in the office database (I4): ids, steps, names; no content."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.kernel.errors import Conflict
from portal.kernel.texts import gettext as _

Kind = Literal["rilis", "tarik", "kembali"]
ItemKind = Literal["berkas", "tabel"]
Lane = Literal["petugas", "api"]


class Step(StrEnum):
    """How far an order is. `dibalik`: the public transaction is committed, so the order can only go on."""

    ORDERED = "dipesan"
    FILES = "berkas"
    ROWS = "baris"
    FLIPPED = "dibalik"
    INDEXED = "terindeks"
    DONE = "selesai"
    CANCELLED = "batal"


#: Steps before the public transaction: here an order may still be cancelled.
REVERSIBLE = frozenset({Step.ORDERED, Step.FILES, Step.ROWS})


#: Reason of a withdrawal because the dataset became dikecualikan: no tombstone is left (I5).
EXEMPT_REASON = "klasifikasi: dikecualikan"
#: Reason of a withdrawal before everything of a dataset is removed: nothing is left to tell either.
PURGE_REASON = "dihapus permanen"
#: Withdrawals after which an address answers as one that never was.
TRACELESS = frozenset({EXEMPT_REASON, PURGE_REASON})


@dataclass(frozen=True, slots=True)
class Order:
    """One order. `version` 0 means the whole dataset (withdrawal).

    `lane` `api`: the caller of the API may publish at once, and his right stands for the decisions of others.
    """

    id: UUID
    kind: Kind
    dataset_id: UUID
    version: int
    step: Step
    ordered_by: UUID
    reason: str
    created: datetime
    touched: datetime
    finished: datetime | None
    lane: Lane = "petugas"


_COLUMNS = "id, kind, dataset_id, version, step, ordered_by, reason, created, touched, finished, lane"


class Orders:
    """The order book, in the office session of this scope."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def place(
        self,
        kind: Kind,
        dataset_id: UUID,
        version: int,
        ordered_by: UUID,
        reason: str = "",
        lane: Lane = "petugas",
    ) -> Order:
        """A new order. Raises Conflict while another order of the same dataset is open."""
        try:
            with self._session.begin_nested():
                row = self._session.execute(
                    text(
                        "INSERT INTO ingest.release_order (kind, dataset_id, version, ordered_by, reason, lane)"  # noqa: S608
                        f" VALUES (:kind, :dataset, :version, :person, :reason, :lane) RETURNING {_COLUMNS}"
                    ),
                    {
                        "kind": kind,
                        "dataset": dataset_id,
                        "version": version,
                        "person": ordered_by,
                        "reason": reason,
                        "lane": lane,
                    },
                ).one()
        except IntegrityError as error:
            raise Conflict(
                _("Perintah lain untuk dataset ini sedang dikerjakan. Tunggu sampai selesai."),
                rule="I4.perintah_terbuka",
            ) from error
        return _order(row._asdict())

    def get(self, order_id: UUID, *, lock: bool = False) -> Order | None:
        """The order, or None; with `lock` nobody else works on it until this transaction ends."""
        row = self._session.execute(
            text(
                f"SELECT {_COLUMNS} FROM ingest.release_order WHERE id = :id"  # noqa: S608 - constant columns
                + (" FOR UPDATE" if lock else "")
            ),
            {"id": order_id},
        ).one_or_none()
        return None if row is None else _order(row._asdict())

    def of_dataset(self, dataset_id: UUID, limit: int = 20) -> list[Order]:
        """Orders of a dataset, newest first."""
        rows = self._session.execute(
            text(
                f"SELECT {_COLUMNS} FROM ingest.release_order WHERE dataset_id = :id"  # noqa: S608 - constant columns
                " ORDER BY created DESC LIMIT :limit"
            ),
            {"id": dataset_id, "limit": limit},
        )
        return [_order(row._asdict()) for row in rows]

    def open_of(self, dataset_id: UUID) -> Order | None:
        """The unfinished order of a dataset, or None."""
        return next((order for order in self.of_dataset(dataset_id) if order.finished is None), None)

    def lock_files(self) -> None:
        """Until this transaction ends nobody else notes or cleans files: a file is not removed while it is wanted."""
        self._session.execute(text("SELECT pg_advisory_xact_lock(hashtext('ingest.release_item'))"))

    def open_orders(self) -> list[Order]:
        """Every unfinished order, oldest first: the sweeper's list."""
        rows = self._session.execute(
            text(
                f"SELECT {_COLUMNS} FROM ingest.release_order WHERE finished IS NULL ORDER BY created"  # noqa: S608
            )
        )
        return [_order(row._asdict()) for row in rows]

    def step(self, order_id: UUID, step: Step) -> None:
        """Note how far the order is; `selesai` and `batal` finish it."""
        self._session.execute(
            text(
                "UPDATE ingest.release_order SET step = :step, touched = clock_timestamp(),"
                " finished = CASE WHEN :step IN ('selesai', 'batal') THEN clock_timestamp() END WHERE id = :id"
            ),
            {"id": order_id, "step": str(step)},
        )

    def note(self, order_id: UUID, kind: ItemKind, names: Iterable[str]) -> None:
        """Write down what the order is about to make or remove; noting it again changes nothing."""
        for name in names:
            self._session.execute(
                text(
                    "INSERT INTO ingest.release_item (order_id, kind, name) VALUES (:order, :kind, :name)"
                    " ON CONFLICT DO NOTHING"
                ),
                {"order": order_id, "kind": kind, "name": name},
            )

    def items(self, order_id: UUID, kind: ItemKind) -> list[str]:
        """What was noted."""
        return list(
            self._session.scalars(
                text("SELECT name FROM ingest.release_item WHERE order_id = :order AND kind = :kind ORDER BY name"),
                {"order": order_id, "kind": kind},
            )
        )

    def forget(self, order_id: UUID) -> None:
        """The order's items are settled."""
        self._session.execute(text("DELETE FROM ingest.release_item WHERE order_id = :order"), {"order": order_id})

    def leftovers(self) -> list[UUID]:
        """Finished or cancelled orders whose items were not settled."""
        return list(
            self._session.scalars(
                text(
                    "SELECT DISTINCT o.id FROM ingest.release_order o JOIN ingest.release_item i ON i.order_id = o.id"
                    " WHERE o.finished IS NOT NULL"
                )
            )
        )


def _order(values: dict[str, object]) -> Order:
    return Order(**{**values, "step": Step(str(values["step"]))})  # type: ignore[arg-type]
