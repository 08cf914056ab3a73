"""The worker's bench: everything one job needs, made from a scope."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from config.settings import OfficeSettings, WorkerSettings
from portal.access.service import AccessService
from portal.ingest.assembling import Assembler, Stock
from portal.ingest.derived import Derived
from portal.ingest.desk import Desk
from portal.ingest.indexing import Indexer
from portal.ingest.loading import Loader, no_stop
from portal.ingest.office_feed import OfficeFeed
from portal.ingest.orders import Orders
from portal.ingest.people import People
from portal.ingest.publicrows import PublicRows
from portal.ingest.reading import Reader
from portal.ingest.release import Releaser
from portal.kernel.errors import Unavailable
from portal.kernel.identity import Identity
from portal.kernel.sandbox import Limits
from portal.kernel.texts import gettext as _
from portal.web.request import Scope


def desk_of(scope: Scope) -> Desk:
    """The desk of a scope of an office or worker process. Raises TypeError in any other."""
    settings = scope.runtime.settings
    if not isinstance(settings, OfficeSettings):
        raise TypeError("only office and worker processes have this room")
    session = scope.session("office")
    return Desk(
        access=scope.service(AccessService),
        session=session,
        people=People(session),
        orders=Orders(session),
        profile=scope.runtime.profile,
        clock=scope.now,
        upload_limit=settings.upload_limit,
    )


@dataclass(frozen=True)
class Workshop:
    """Desk, loader, releaser and indexer of one job run, under the worker's service account."""

    desk: Desk
    worker: Identity
    loader: Loader
    releaser: Releaser
    indexer: Indexer
    feed: OfficeFeed

    @classmethod
    def of(
        cls,
        scope: Scope,
        queue_index: Callable[[Session], object],
        checkpoint: Callable[[str], None] | None = None,
        work_root: Path | None = None,
    ) -> Workshop:
        """Make it. Raises Unavailable where no service account exists."""
        runtime, desk, public = scope.runtime, desk_of(scope), scope.session("publisher")
        worker = desk.people.service_account()
        if worker is None:
            raise Unavailable(_("Akun pekerja belum dibuat."), part="pekerja")
        desk.session.rollback()
        stop = checkpoint or no_stop
        settings = runtime.settings
        limits = None
        if isinstance(settings, WorkerSettings):
            limits = Limits(memory_bytes=settings.sandbox_memory, wall_seconds=float(settings.sandbox_seconds))
        reader = Reader(runtime.profile, limits)
        indexer = Indexer(public, runtime.search, runtime.office_search)
        assembler = Assembler(
            desk,
            public,
            Stock(desk, runtime.public_files),
            Derived(PublicRows(public), reader, runtime.profile),
            work_root,
        )
        releaser = Releaser(
            desk=desk,
            public=public,
            files=runtime.public_files,
            assembler=assembler,
            indexer=indexer,
            worker=worker,
            site_url=settings.site_url,
            queue_index=queue_index,
            checkpoint=stop,
        )
        return cls(
            desk, worker, Loader(desk, reader, worker, work_root, stop), releaser, indexer, scope.service(OfficeFeed)
        )
