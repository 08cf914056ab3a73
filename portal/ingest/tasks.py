"""Jobs of this room, run by `portal worker` under the worker's service account. Every handler is repeatable."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.access.rows import FileDamaged
from portal.catalog import bulk
from portal.ingest import live_settling
from portal.ingest.bulk_copy import COPY, BulkCopy, queue_copy
from portal.ingest.findings import as_json
from portal.ingest.live import SETTLE
from portal.ingest.office_feed import held
from portal.ingest.orders import REVERSIBLE, Order
from portal.ingest.reading import OnProgress, Refused
from portal.ingest.receiving import EXPIRE, INSPECT, STAGE, UPLOAD_LIFE
from portal.ingest.release import refusal_findings
from portal.ingest.sending import PUBLISH
from portal.ingest.usage import UsageRoller
from portal.ingest.workshop import Workshop
from portal.kernel.errors import Conflict, Invalid, NotFound, PortalError
from portal.operations import progress
from portal.operations.jobs import JobOrder, JobRefused, JobRun, Periodic, Task, defer
from portal.web.request import Runtime

logger = logging.getLogger(__name__)

RELEASE, WITHDRAW, INDEX, SWEEP = "ingest.release", "ingest.withdraw", "ingest.index", "ingest.sweep"
USAGE = "ingest.usage"
#: An order that nobody touched for this long and that no job works on is the sweeper's.
ABANDONED = timedelta(minutes=15)


def queue_index(session: Session) -> int:
    """Queue one drain of the index in the caller's transaction; a waiting one is enough."""
    return defer(session, JobOrder(task=INDEX, subject="indeks", queueing_lock=INDEX))


@dataclass(frozen=True)
class Handlers:
    """Handlers over one runtime; each run has a scope of its own."""

    runtime: Runtime
    checkpoint: Callable[[str], None] | None = None

    @contextmanager
    def _workshop(self) -> Iterator[Workshop]:
        scope = self.runtime.scope()
        try:
            yield Workshop.of(scope, queue_index, self.checkpoint)
        finally:
            scope.close()

    def inspect(self, run: JobRun) -> None:
        """`ingest.inspect`: dataset_id, version, resource_id."""
        with self._workshop() as shop, refusing():
            shop.loader.inspect(*_resource(run), _share(run))

    def stage(self, run: JobRun) -> None:
        """`ingest.stage`: dataset_id, version, resource_id."""
        with self._workshop() as shop, refusing():
            shop.loader.stage(*_resource(run), _share(run))

    def publish(self, run: JobRun) -> None:
        """`ingest.publish`: order_id; releases a version whose files came through the API, once all are loaded."""
        order_id = UUID(str(run.arguments["order_id"]))
        with self._workshop() as shop, refusing(), held(shop.desk.session, shop.feed):
            if not shop.releaser.awaits_files(order_id):
                shop.releaser.run(order_id, _share(run))

    def release(self, run: JobRun) -> None:
        """`ingest.release` and `ingest.withdraw`: order_id."""
        with self._workshop() as shop, refusing(), held(shop.desk.session, shop.feed):
            shop.releaser.run(UUID(str(run.arguments["order_id"])), _share(run))

    def index(self, _run: JobRun) -> None:
        """`ingest.index`: drain what is behind; an engine that is away is tried again."""
        with self._workshop() as shop:
            shop.indexer.drain()
            shop.feed.drain()

    def expire_upload(self, run: JobRun) -> None:
        """`ingest.expire_upload`: give up an upload that nobody went on with; look again later otherwise."""
        dataset_id, upload_id = UUID(str(run.arguments["dataset_id"])), UUID(str(run.arguments["upload_id"]))
        with self._workshop() as shop:
            try:
                opened = shop.desk.open_job(shop.worker, dataset_id, "unggahan kedaluwarsa")
                upload = opened.vault.uploads.get(upload_id)
                if upload.finished is None and upload.touched <= shop.desk.clock() - UPLOAD_LIFE:
                    opened.vault.uploads.cancel(upload_id)
                elif upload.finished is None:
                    later = JobOrder(
                        task=EXPIRE,
                        subject=str(upload_id),
                        arguments=dict(run.arguments),
                        not_before=upload.touched + UPLOAD_LIFE,
                    )
                    defer(shop.desk.session, later)
            except (NotFound, Conflict):
                shop.desk.session.rollback()
                return
            shop.desk.session.commit()

    def usage(self, _run: JobRun) -> None:
        """`ingest.usage`: yesterday's tallies into the public totals, then into the index."""
        with self._workshop() as shop:
            today = shop.desk.clock().astimezone(self.runtime.profile.time_zone).date()
            UsageRoller(shop.releaser.public).roll(today)
            shop.releaser.public.commit()
            shop.indexer.try_drain()

    def copy(self, _run: JobRun) -> None:
        """`ingest.salinan`: the dump of the whole public catalogue."""
        with self._workshop() as shop:
            BulkCopy(shop.releaser.public, shop.releaser.files, shop.desk.clock).build()

    def settle(self, run: JobRun) -> None:
        """`ingest.endapkan`: table. Full text, blocks and documents of a live table that is quiet."""
        scope = self.runtime.scope()
        try:
            name, since = str(run.arguments["table"]), str(run.arguments.get("since", ""))
            later = live_settling.not_yet(scope.session("publisher"), name, since, self.runtime.clock())
            if later is None:
                live_settling.settle(scope.session("publisher"), name)
            else:
                defer(scope.session("office"), later)
                scope.session("office").commit()
        finally:
            scope.close()

    def sweep(self, _run: JobRun) -> None:
        """`ingest.sweep`: finish or remove what orders without a job have left; clean; index what is behind."""
        with self._workshop() as shop:
            session = shop.desk.session
            orders, leftovers = shop.desk.orders.open_orders(), shop.desk.orders.leftovers()
            session.rollback()
            for order in orders:
                if order.touched <= shop.desk.clock() - ABANDONED and not _working(session, order):
                    self._settle(shop, order)
            for order_id in leftovers:
                left = shop.desk.orders.get(order_id)
                session.rollback()
                if left is not None:
                    shop.releaser.clean(left)
                    shop.desk.orders.forget(order_id)
                    session.commit()
            if bulk.current(shop.releaser.public) is None:
                queue_copy(session)
                session.commit()
            for name in live_settling.lost(shop.releaser.public):
                live_settling.settle(shop.releaser.public, name)
            shop.releaser.public.rollback()
            shop.indexer.try_drain()
            shop.feed.try_drain()

    def _settle(self, shop: Workshop, order: Order) -> None:
        """Before the flip an abandoned order is cancelled, after it finished; one that fails stops no other."""
        try:
            if order.step in REVERSIBLE and shop.releaser.cancel(order):
                return
            shop.releaser.run(order.id, _quiet)
        except Exception:
            logger.exception("order %s could not be settled", order.id)
            shop.desk.session.rollback()
            shop.releaser.public.rollback()


def _working(session: Session, order: Order) -> bool:
    """Whether a job on the order's dataset is queued or running."""
    jobs = progress.of_subject(session, str(order.dataset_id))
    session.rollback()
    return any(job.open for job in jobs if job.kind in {RELEASE, WITHDRAW, PUBLISH})


def _quiet(_share: float, _message: str) -> None:
    return


def _share(run: JobRun) -> OnProgress:
    def report(share: float, message: str) -> None:
        run.report(percent=min(99.0, 100 * share), message=message or None)

    return report


def _resource(run: JobRun) -> tuple[UUID, int, UUID]:
    given = run.arguments
    return UUID(str(given["dataset_id"])), int(given["version"]), UUID(str(given["resource_id"]))


@contextmanager
def refusing() -> Iterator[None]:
    """An answer about the input ends the job for good, with its reasons in the progress row."""
    try:
        yield
    except Refused as refusal:
        raise JobRefused(str(refusal), [as_json(finding) for finding in refusal.findings[:100]]) from refusal
    except (Conflict, Invalid, NotFound, FileDamaged) as refusal:
        raise JobRefused(_sentence(refusal), refusal_findings(refusal)) from refusal


def _sentence(refusal: PortalError) -> str:
    return refusal.message or "Dataset tidak lagi dapat dikerjakan."


def tasks(runtime: Runtime, checkpoint: Callable[[str], None] | None = None) -> tuple[Task, ...]:
    """The tasks for a WorkerPlan. `checkpoint` is called between the steps (tests stop a job there)."""
    handlers = Handlers(runtime, checkpoint)
    return (
        Task(INSPECT, handlers.inspect, attempts=3),
        Task(STAGE, handlers.stage, attempts=3),
        Task(RELEASE, handlers.release),
        Task(PUBLISH, handlers.publish),
        Task(WITHDRAW, handlers.release),
        Task(INDEX, handlers.index, attempts=20),
        Task(EXPIRE, handlers.expire_upload),
        Task(SWEEP, handlers.sweep, attempts=1),
        Task(USAGE, handlers.usage, attempts=3),
        Task(COPY, handlers.copy, attempts=3),
        Task(SETTLE, handlers.settle, attempts=5),
    )


def periodic(runtime: Runtime, checkpoint: Callable[[str], None] | None = None) -> tuple[Periodic, ...]:
    """What runs by the clock: the sweeper every ten minutes, the index every minute, the tallies after midnight."""
    named: dict[str, Any] = {task.name: task for task in tasks(runtime, checkpoint)}
    return (
        Periodic(named[SWEEP], "*/10 * * * *"),
        Periodic(named[INDEX], "* * * * *"),
        Periodic(named[USAGE], "23 17 * * *"),  # 00.23 in western Indonesia
        Periodic(named[COPY], "41 17 * * *"),
    )


__all__ = ["INDEX", "RELEASE", "SWEEP", "USAGE", "WITHDRAW", "Handlers", "periodic", "queue_index", "tasks"]
