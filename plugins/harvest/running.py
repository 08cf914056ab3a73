"""A job in the worker: gather, then import one dataset after another, then withdraw what vanished.

Every step is committed before the next, so a worker that dies loses nothing and repeats at most one dataset: what a
remote dataset becomes is written down (`reserved`) before it is made. A run takes a limited number of datasets and then
queues itself again, so that a large source does not hold a worker while others wait.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from plugins.harvest.importing import Importer
from plugins.harvest.remote import Remote, RemoteError
from plugins.harvest.schemas import BadConfig, Config
from plugins.harvest.service import RUN, Harvest
from plugins.harvest.store import Job, Object, Source
from portal.contract.actions import Office
from portal.contract.work import Services, Work
from portal.kernel.errors import Conflict, Forbidden, NotFound
from portal.kernel.fetch import Fetcher, FetchError
from portal.kernel.ids import as_uuid
from portal.kernel.texts import gettext as _

logger = logging.getLogger(__name__)

#: Datasets of one run; then the job goes to the end of the queue.
BATCH = 200
#: A job whose worker has said nothing for this long is given up.
SILENCE = timedelta(hours=1)
#: Fewer than this may vanish at once without a question.
FEW = 5
SHOWN_IN_TRIAL = 5


def run(work: Work) -> None:
    """`harvest.run`: job_id. Repeatable."""
    Runner(work).run()


class Runner:
    """One run of one job."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._services: Services = work.services
        self._office: Office = work.services.service(Office)  # type: ignore[type-abstract]
        self._fetcher = work.services.service(Fetcher)
        self._harvest = Harvest(work.services)
        self._store = self._harvest.store

    def run(self) -> None:
        """Go on with the job from where it stands."""
        key = as_uuid(str(self._work.arguments.get("job_id", "")))
        job = self._store.job(key) if key else None
        source = self._store.source(job.source_id) if job else None
        if job is None or source is None or job.status != "Running":
            return
        try:
            config = Config.parse(source.config)
            self._require(source)
        except (BadConfig, Forbidden, NotFound) as error:
            self._fault(job, str(error) or _("Orang yang menjalankan sumber ini tidak aktif lagi."))
            self._finish(job, source)
            return
        remote = Remote(self._fetcher, source.url, config)
        if job.gather_finished is None and not self._gather(job, source, remote):
            self._finish(job, source)
            return
        fresh = self._store.job(job.id) or job
        if self._import(fresh, source, config, remote):
            self._finish(fresh, source)

    def _require(self, source: Source) -> None:
        """The person behind the source is active and manages it still; the regency's rules take what comes."""
        if not self._harvest.allowed_here():
            raise Forbidden(_("aturan daerah ini tidak mengizinkan data dari peladen lain (izinkan_harvest_opd)"))
        with self._office.acting(source.acting_id) as services:
            who = services.service(Office).identity  # type: ignore[type-abstract]
            if not self._harvest.may(who, source.agency_id):
                raise Forbidden(_("Orang yang menjalankan sumber ini tidak lagi mengelola panen instansinya."))

    # gather

    def _gather(self, job: Job, source: Source, remote: Remote) -> bool:
        """Find what there is; False when nothing can be had. A gathering that was cut off begins anew."""
        since = None if remote.config.force_all else self._since(job, source)
        self._store.run(
            "UPDATE harvest.job SET gather_started = :now, heartbeat = :now, whole = :whole WHERE id = :id",
            id=job.id, now=_now(), whole=since is None,
        )  # fmt: skip
        self._office.commit()
        job = replace(job, whole=since is None)
        try:
            found = self._gather_pages(job, remote, since)
            vanished = self._vanished(job, source, remote)
        except (RemoteError, FetchError) as error:
            self._store.session.rollback()
            self._store.run("DELETE FROM harvest.object WHERE job_id = :id AND state = 'WAITING'", id=job.id)
            self._fault(job, error.message)
            return False
        if self._ended(job):
            return False
        if found == 0 and since is None:
            self._fault(job, _("Tidak ada dataset yang ditemukan di %(url)s.", url=source.url))
        self._store.run(
            "UPDATE harvest.job SET gather_finished = :now, heartbeat = :now, total = :total WHERE id = :id",
            id=job.id, now=_now(), total=found + vanished,
        )  # fmt: skip
        self._office.commit()
        return True

    def _since(self, job: Job, source: Source) -> datetime | None:
        """When the last job without a fault began to gather; None: all is asked for, as after a change of options."""
        rows = self._store.rows(
            "SELECT max(j.gather_started) AS at FROM harvest.job j WHERE j.source_id = :source AND j.id <> :job"
            " AND j.status = 'Finished' AND NOT j.stopped AND j.gather_finished IS NOT NULL"
            " AND NOT EXISTS (SELECT FROM harvest.gather_error e WHERE e.job_id = j.id)"
            " AND NOT EXISTS (SELECT FROM harvest.object o WHERE o.job_id = j.id AND o.report_status = 'errored')",
            source=source.id, job=job.id,
        )  # fmt: skip
        at: datetime | None = rows[0]["at"]
        return at if at is not None and at > source.config_changed else None

    def _gather_pages(self, job: Job, remote: Remote, since: datetime | None) -> int:
        """Objects of every page, committed page by page; how many the job has."""
        fq = remote.filters(since)
        done = 0
        for page in remote.pages(fq):
            done += len(page.datasets)
            self._store.add_objects(job, (_object_of(row) for row in page.datasets), _now())
            self._store.run(
                "UPDATE harvest.job SET heartbeat = :now, total = :total WHERE id = :id",
                id=job.id, now=_now(), total=page.total,
            )  # fmt: skip
            self._office.commit()
            self._work.report(None, _("Ditemukan %(done)s dari %(total)s dataset", done=done, total=page.total))
            if self._ended(job):
                break
        rows = self._store.rows(
            "SELECT count(*) AS n FROM harvest.object WHERE job_id = :id AND act = 'simpan'", id=job.id
        )
        return int(rows[0]["n"])

    def _vanished(self, job: Job, source: Source, remote: Remote) -> int:
        """Objects that withdraw what the remote has no more; how many. Never on a doubtful list."""
        links = self._store.links(source.id)
        if not links or not remote.config.delete_missing:
            return 0
        there = remote.ids()
        if there is None:
            self._fault(job, _("Daftar id sumber tidak lengkap; tidak ada dataset yang ditarik."))
            return 0
        gone = [link for link in links if link.guid not in there]
        if len(gone) >= FEW and len(gone) * 2 > len(links) and not remote.config.allow_mass_delete:
            message = _(
                "%(gone)s dari %(all)s dataset tidak ada lagi di sumber. Karena lebih dari separuh, tidak ada yang"
                " ditarik. Jika memang benar, beri allow_mass_delete: true pada pengaturan.",
                gone=len(gone),
                all=len(links),
            )
            self._fault(job, message)
            return 0
        rows = [
            {"guid": link.guid, "act": "hapus", "package": str(link.package_id), "title": link.name} for link in gone
        ]
        self._store.add_objects(job, rows, _now())
        return len(rows)

    # import

    def _import(self, job: Job, source: Source, config: Config, remote: Remote) -> bool:
        """Take in what waits; True when nothing waits any more."""
        importer = Importer(self._office, self._store, source, config, remote)
        for done, item in enumerate(self._waiting(job)):
            if self._ended(job):
                return False
            if done == BATCH:
                self._harvest.defer(RUN, str(source.id), {"job_id": str(job.id)})
                self._office.commit()
                return False
            importer.take(item, job)
            self._store.run("UPDATE harvest.job SET heartbeat = :now WHERE id = :id", id=job.id, now=_now())
            self._office.commit()
            self._work.report(None, _("Dimasukkan %(done)s dataset", done=done + 1))
        return not self._ended(job)

    def _waiting(self, job: Job) -> Iterator[Object]:
        """Objects that are not done, one at a time with fresh rows."""
        while True:
            found = self._store.objects("job_id = :id AND state IN ('WAITING', 'FETCH', 'IMPORT')", limit=1, id=job.id)
            if not found:
                return
            yield found[0]

    # the end

    def _ended(self, job: Job) -> bool:
        """Whether somebody stopped the job, or its source, meanwhile."""
        rows = self._store.rows("SELECT status, stopped FROM harvest.job WHERE id = :id", id=job.id)
        if not rows or rows[0]["status"] != "Running":
            return True
        if rows[0]["stopped"]:
            self._harvest.stop(job)
            self._office.commit()
            return True
        return False

    def _fault(self, job: Job, message: str) -> None:
        self._store.gather_error(job.id, message, _now())

    def _finish(self, job: Job, source: Source) -> None:
        """The job is done; the source runs again when its frequency says."""
        now = _now()
        self._store.run(
            "UPDATE harvest.job SET status = 'Finished', finished = :now, heartbeat = :now,"
            " gather_started = coalesce(gather_started, :now) WHERE id = :id AND status = 'Running'",
            id=job.id, now=now,
        )  # fmt: skip
        # the whole text of what has been taken in is of no more use; of what failed it helps to see why
        self._store.run(
            "UPDATE harvest.object SET content = NULL WHERE source_id = :id AND NOT current AND state = 'COMPLETE'",
            id=source.id,
        )
        self._store.run(
            "UPDATE harvest.source SET next_run = :next WHERE id = :id",
            id=source.id,
            next=Harvest(self._services, now).next_run(source),
        )
        self._office.commit()


def _object_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """A remote dataset as an object of the job."""
    text = orjson.dumps(row).decode().replace("\\u0000", "")
    return {
        "guid": str(row["id"])[:1000].replace("\x00", ""),
        "title": str(row.get("title") or row.get("name") or "").replace("\x00", ""),
        "modified": str(row.get("metadata_modified") or "").replace("\x00", "") or None,
        "content": text,
    }


def schedule(work: Work) -> None:
    """`harvest.schedule`: start the sources whose time has come, and give up jobs whose worker fell silent."""
    harvest = Harvest(work.services)
    store = harvest.store
    for job in store.jobs("status = 'Running' AND heartbeat < :old", old=harvest.now - SILENCE):
        store.gather_error(job.id, _("Pekerja berhenti di tengah jalan dan tidak melanjutkan."), harvest.now)
        store.run(
            "UPDATE harvest.job SET status = 'Finished', stopped = true, finished = :now WHERE id = :id",
            id=job.id, now=harvest.now,
        )  # fmt: skip
    if not harvest.allowed_here():
        return
    due = store.sources(
        "state = 'active' AND next_run <= :now AND NOT EXISTS"
        " (SELECT FROM harvest.job j WHERE j.source_id = source.id AND j.status <> 'Finished')",
        now=harvest.now,
    )
    for source in due:
        harvest.send(store.add_job(source.id, None, harvest.now))


def try_out(work: Work) -> None:
    """`harvest.try`: trial_id. The first datasets that a source would give; nothing is taken in."""
    harvest = Harvest(work.services)
    key = as_uuid(str(work.arguments.get("trial_id", "")))
    trial = harvest.read_trial(key) if isinstance(key, UUID) else None
    if trial is None or trial.state != "waiting":
        return
    found: list[dict[str, Any]] = []
    total: int | None = None
    try:
        remote = Remote(
            work.services.service(Fetcher), str(trial.form["url"]), Config.parse(str(trial.form.get("config") or ""))
        )
        page = remote.page(0, SHOWN_IN_TRIAL, remote.filters())
        total = page.total
        found = [_seen(row) for row in page.datasets[:SHOWN_IN_TRIAL]]
        state, message = "done", ""
    except (RemoteError, FetchError, BadConfig, Conflict) as error:
        state, message = "failed", getattr(error, "message", "") or str(error)
    harvest.store.run(
        "UPDATE harvest.trial SET state = :state, message = :message, total = :total, found = CAST(:found AS jsonb)"
        " WHERE id = :id",
        id=trial.id, state=state, message=message[:2000], total=total, found=orjson.dumps(found).decode(),
    )  # fmt: skip


def _seen(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a trial shows of a dataset."""
    owner = row.get("organization")
    said = _object_of(row)
    return {
        "title": said["title"][:300],
        "name": str(row.get("name") or "")[:200],
        "organization": str(owner.get("title") or owner.get("name") or "")[:200] if isinstance(owner, dict) else "",
        "resources": len(row["resources"]) if isinstance(row.get("resources"), list) else 0,
        "modified": (said["modified"] or "")[:10],
    }


def _now() -> datetime:
    return datetime.now(UTC)
