"""The plugin's tables as values: statements on the office database, nothing decided. No commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

_SOURCE = (
    "id, name, title, notes, url, source_type, agency_id, frequency, config, state, creator_id, acting_id, created,"
    " modified, config_changed, next_run"
)
_JOB = (
    "id, source_id, status, created, gather_started, gather_finished, finished, heartbeat, stopped, whole, total,"
    " started_by"
)
_OBJECT = (
    "id, job_id, source_id, guid, act, current, state, report_status, gathered, fetch_started, fetch_finished,"
    " import_started, import_finished, metadata_modified, retry_times, package_id, title, content, extras"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A row of harvest.source."""

    id: UUID
    name: str
    title: str
    notes: str | None
    url: str
    source_type: str
    agency_id: UUID
    frequency: str | None
    config: str
    state: str
    creator_id: UUID
    acting_id: UUID
    created: datetime
    modified: datetime
    config_changed: datetime
    next_run: datetime | None

    @property
    def active(self) -> bool:
        """Whether it may run."""
        return self.state == "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A row of harvest.job."""

    id: UUID
    source_id: UUID
    status: str
    created: datetime
    gather_started: datetime | None
    gather_finished: datetime | None
    finished: datetime | None
    heartbeat: datetime
    stopped: bool
    whole: bool
    total: int
    started_by: UUID | None

    @property
    def open(self) -> bool:
        """Whether it is not done."""
        return self.status != "Finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """A row of harvest.object: one remote dataset in one job. `act`: kept, or withdrawn since it vanished."""

    id: UUID
    job_id: UUID
    source_id: UUID
    guid: str
    act: str
    current: bool
    state: str
    report_status: str | None
    gathered: datetime
    fetch_started: datetime | None
    fetch_finished: datetime | None
    import_started: datetime | None
    import_finished: datetime | None
    metadata_modified: str | None
    retry_times: int
    package_id: UUID | None
    title: str
    content: str | None
    extras: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a remote dataset became here."""

    source_id: UUID
    guid: str
    package_id: UUID
    name: str
    state: str
    metadata_modified: str | None
    sent: str
    #: ids of its resources there and here
    resources: Mapping[str, str]


class Store:
    """Statements over one session."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def rows(self, sql: str, **values: Any) -> list[Mapping[str, Any]]:
        """Rows of a statement of this plugin."""
        return [dict(row) for row in self.session.execute(text(sql), values).mappings()]

    def run(self, sql: str, **values: Any) -> int:
        """Execute a statement of this plugin; how many rows it touched."""
        return int(self.session.execute(text(sql), values).rowcount)  # type: ignore[attr-defined]

    # sources

    def sources(self, where: str = "true", **values: Any) -> list[Source]:
        """Sources under a constant condition, newest first."""
        sql = f"SELECT {_SOURCE} FROM harvest.source WHERE {where} ORDER BY created DESC, id"  # noqa: S608 - constant text
        return [Source(**row) for row in self.rows(sql, **values)]

    def source(self, key: UUID) -> Source | None:
        """One source, deleted ones too."""
        return next(iter(self.sources("id = :id", id=key)), None)

    def put_source(self, source: Source, address: str) -> None:
        """Insert it, or replace the one of its id."""
        values = {name: getattr(source, name) for name in source.__dataclass_fields__}
        names = ", ".join([*values, "address"])
        marks = ", ".join(f":{name}" for name in [*values, "address"])
        changes = ", ".join(f"{name} = excluded.{name}" for name in [*values, "address"] if name != "id")
        # the names are this dataclass's own
        sql = f"INSERT INTO harvest.source ({names}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {changes}"  # noqa: S608
        self.run(sql, **values, address=address)

    def taken(self, column: str, value: str, config: str | None, but: UUID | None) -> bool:
        """Whether another source has this name, or this address with this configuration."""
        if column == "name":
            found = self.rows(
                "SELECT 1 FROM harvest.source WHERE name = :value AND id IS DISTINCT FROM :but", value=value, but=but
            )
        else:
            found = self.rows(
                "SELECT 1 FROM harvest.source WHERE address = :value AND config = :config AND state <> 'deleted'"
                " AND id IS DISTINCT FROM :but",
                value=value,
                config=config,
                but=but,
            )
        return bool(found)

    # jobs

    def jobs(self, where: str, limit: int = 1_000, **values: Any) -> list[Job]:
        """Jobs under a constant condition, newest first."""
        sql = f"SELECT {_JOB} FROM harvest.job WHERE {where} ORDER BY created DESC, id LIMIT :limit"  # noqa: S608 - constant text
        return [Job(**row) for row in self.rows(sql, limit=limit, **values)]

    def job(self, key: UUID) -> Job | None:
        """One job."""
        return next(iter(self.jobs("id = :id", id=key)), None)

    def last_jobs(self, sources: Iterable[UUID]) -> dict[UUID, Job]:
        """The newest job of each source, in one statement."""
        sql = (
            f"SELECT DISTINCT ON (source_id) {_JOB} FROM harvest.job WHERE source_id = ANY (:ids)"  # noqa: S608 - constant
            " ORDER BY source_id, created DESC, id"
        )
        return {row["source_id"]: Job(**row) for row in self.rows(sql, ids=list(sources))}

    def add_job(self, source_id: UUID, by: UUID | None, now: datetime) -> Job:
        """A new job. Raises IntegrityError while another is open."""
        key = uuid4()
        self.run(
            "INSERT INTO harvest.job (id, source_id, created, heartbeat, started_by)"
            " VALUES (:id, :source, :now, :now, :by)",
            id=key,
            source=source_id,
            now=now,
            by=by,
        )
        return self.jobs("id = :id", id=key)[0]

    def counts(self, sources: Iterable[UUID]) -> dict[UUID, int]:
        """How many jobs each source has had."""
        rows = self.rows(
            "SELECT source_id, count(*) AS n FROM harvest.job WHERE source_id = ANY (:ids) GROUP BY 1",
            ids=list(sources),
        )
        return {row["source_id"]: row["n"] for row in rows}

    def here(self, sources: Iterable[UUID]) -> dict[UUID, int]:
        """How many datasets each source has here."""
        rows = self.rows(
            "SELECT source_id, count(*) AS n FROM harvest.link WHERE source_id = ANY (:ids) AND state = 'here'"
            " GROUP BY 1",
            ids=list(sources),
        )
        return {row["source_id"]: row["n"] for row in rows}

    def statistics(self, jobs: Iterable[UUID]) -> dict[UUID, dict[str, int]]:
        """Objects of each job by report status; `waiting` are not done, `gather` are faults of the gathering."""
        keys = list(jobs)
        found: dict[UUID, dict[str, int]] = {key: {} for key in keys}
        rows = self.rows(
            "SELECT job_id, coalesce(report_status, 'waiting') AS word, count(*) AS n FROM harvest.object"
            " WHERE job_id = ANY (:ids) GROUP BY 1, 2"
            " UNION ALL SELECT job_id, 'gather', count(*) FROM harvest.gather_error WHERE job_id = ANY (:ids)"
            " GROUP BY 1",
            ids=keys,
        )
        for row in rows:
            found[row["job_id"]][row["word"]] = row["n"]
        return found

    # objects

    def add_objects(self, job: Job, rows: Iterable[Mapping[str, Any]], now: datetime) -> int:
        """Objects of a job; one whose guid the job has already is passed over. How many were added."""
        made = [
            {"id": str(uuid4()), "job": str(job.id), "source": str(job.source_id), "now": now.isoformat(), **row}
            for row in rows
        ]
        return self.run(
            "INSERT INTO harvest.object (id, job_id, source_id, guid, act, gathered, metadata_modified, package_id,"
            " title, content, extras) SELECT (r->>'id')::uuid, (r->>'job')::uuid, (r->>'source')::uuid, r->>'guid',"
            " coalesce(r->>'act', 'simpan'), (r->>'now')::timestamptz, r->>'modified', (r->>'package')::uuid,"
            " coalesce(left(r->>'title', 500), ''), r->>'content', coalesce(r->'extras', '{}')"
            " FROM jsonb_array_elements(CAST(:rows AS jsonb)) WITH ORDINALITY AS t(r, n) ORDER BY n"
            " ON CONFLICT (job_id, guid) DO NOTHING",
            rows=orjson.dumps(made).decode(),
        )

    def objects(self, where: str, limit: int = 1_000, **values: Any) -> list[Object]:
        """Objects under a constant condition, in the order they were found."""
        sql = f"SELECT {_OBJECT} FROM harvest.object WHERE {where} ORDER BY seq LIMIT :limit"  # noqa: S608 - constant text
        return [Object(**row) for row in self.rows(sql, limit=limit, **values)]

    def begin(self, key: UUID, now: datetime) -> None:
        """An object is being taken in."""
        self.run(
            "UPDATE harvest.object SET state = 'IMPORT', retry_times = retry_times + (state = 'IMPORT')::int,"
            " fetch_started = coalesce(fetch_started, :now), fetch_finished = coalesce(fetch_finished, :now),"
            " import_started = :now WHERE id = :id",
            id=key,
            now=now,
        )

    def end(self, item: Object, status: str, now: datetime, package_id: UUID | None) -> None:
        """An object is done; of a dataset that is here it becomes the current one."""
        state = "ERROR" if status == "errored" else "COMPLETE"
        if status in {"added", "updated"}:
            self.run(
                "UPDATE harvest.object SET current = false WHERE source_id = :source AND guid = :guid AND current",
                source=item.source_id,
                guid=item.guid,
            )
        self.run(
            "UPDATE harvest.object SET state = :state, report_status = :status, import_finished = :now,"
            " current = :status IN ('added', 'updated'), package_id = coalesce(:package, package_id) WHERE id = :id",
            id=item.id,
            state=state,
            status=status,
            now=now,
            package=package_id,
        )

    # faults

    def object_error(self, key: UUID, stage: str, message: str, now: datetime, line: int | None = None) -> None:
        """Note what is wrong with an object."""
        self.run(
            "INSERT INTO harvest.object_error (object_id, stage, message, line, created)"
            " VALUES (:id, :stage, :message, :line, :now)",
            id=key,
            stage=stage,
            message=message[:4000],
            line=line,
            now=now,
        )

    def gather_error(self, job_id: UUID, message: str, now: datetime) -> None:
        """Note what is wrong with the gathering."""
        self.run(
            "INSERT INTO harvest.gather_error (job_id, message, created) VALUES (:id, :message, :now)",
            id=job_id,
            message=message[:4000],
            now=now,
        )

    def faults(self, job_id: UUID, limit: int = 500) -> list[Mapping[str, Any]]:
        """Faults of a job's objects: object_id, guid, title, stage, message, line."""
        return self.rows(
            "SELECT e.object_id, o.guid, o.title, e.stage, e.message, e.line FROM harvest.object_error e"
            " JOIN harvest.object o ON o.id = e.object_id WHERE o.job_id = :id ORDER BY o.seq, e.id LIMIT :limit",
            id=job_id,
            limit=limit,
        )

    def gather_faults(self, job_id: UUID) -> list[str]:
        """Messages of the gathering, newest first."""
        return [
            row["message"]
            for row in self.rows(
                "SELECT message FROM harvest.gather_error WHERE job_id = :id ORDER BY id DESC LIMIT 500", id=job_id
            )
        ]

    # links

    def link(self, source_id: UUID, guid: str) -> Link | None:
        """What a remote dataset became."""
        rows = self.rows(
            "SELECT * FROM harvest.link WHERE source_id = :source AND guid = :guid", source=source_id, guid=guid
        )
        return Link(**rows[0]) if rows else None

    def put_link(self, link: Link) -> None:
        """Write it; raises IntegrityError where the dataset is another source's."""
        self.run(
            "INSERT INTO harvest.link (source_id, guid, package_id, name, state, metadata_modified, sent, resources)"
            " VALUES (:source_id, :guid, :package_id, :name, :state, :metadata_modified, :sent,"
            " CAST(:resources AS jsonb))"
            " ON CONFLICT (source_id, guid) DO UPDATE SET package_id = excluded.package_id, name = excluded.name,"
            " state = excluded.state, metadata_modified = excluded.metadata_modified, sent = excluded.sent,"
            " resources = excluded.resources",
            **{
                **{name: getattr(link, name) for name in link.__dataclass_fields__},
                "resources": orjson.dumps(dict(link.resources)).decode(),
            },
        )

    def held_elsewhere(self, link: Link) -> bool:
        """Whether another remote dataset has become the dataset of that id."""
        return bool(
            self.rows(
                "SELECT 1 FROM harvest.link WHERE package_id = :package AND (source_id, guid) <> (:source, :guid)",
                package=link.package_id,
                source=link.source_id,
                guid=link.guid,
            )
        )

    def links(self, source_id: UUID) -> list[Link]:
        """Everything of a source that is here."""
        return [
            Link(**row)
            for row in self.rows("SELECT * FROM harvest.link WHERE source_id = :id AND state = 'here'", id=source_id)
        ]
