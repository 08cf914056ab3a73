"""Rows as ckanext-harvest answers them: its keys, its two ways of writing a time. Pure, save where a store is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from plugins.harvest.store import Job, Object, Source, Store

#: What a job's statistics always have.
WORDS = ("added", "updated", "not modified", "errored", "deleted")
SUMMARY = 20
#: Members of an organisation that CKAN shows with a dataset.
_ORGANIZATION = (
    "id", "name", "title", "type", "description", "image_url", "created", "is_organization", "approval_status", "state",
)  # fmt: skip


def spaced(moment: datetime | None) -> str | None:
    """A time as the plugin of CKAN writes its own (a blank between day and hour)."""
    return None if moment is None else moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def stamped(moment: datetime) -> str:
    """A time as CKAN writes a dataset's."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def statistics(counts: Mapping[str, int]) -> dict[str, int]:
    """Added, updated, not modified, errored (the gathering's faults too), deleted."""
    found = {word: counts.get(word, 0) for word in WORDS}
    found["errored"] += counts.get("gather", 0)
    return found


def job_document(job: Job, counts: Mapping[str, int]) -> dict[str, Any]:
    """A job without its summaries of faults."""
    return {
        "id": str(job.id),
        "created": spaced(job.created),
        "gather_started": spaced(job.gather_started),
        "gather_finished": spaced(job.gather_finished),
        "finished": spaced(job.finished),
        "source_id": str(job.source_id),
        "status": job.status,
        "stats": statistics(counts),
    }


def whole_job(store: Store, job: Job) -> dict[str, Any]:
    """A job with its commonest faults."""
    counts = store.statistics([job.id])[job.id]
    return {
        **job_document(job, counts),
        "object_error_summary": _summary(store, "object_error e JOIN harvest.object o ON o.id = e.object_id", "o", job),
        "gather_error_summary": _summary(store, "gather_error e", "e", job),
    }


def _summary(store: Store, table: str, alias: str, job: Job) -> list[dict[str, Any]]:
    sql = (
        f"SELECT e.message, count(*) AS error_count FROM harvest.{table} WHERE {alias}.job_id = :id"  # noqa: S608 - constant
        " GROUP BY e.message ORDER BY error_count DESC, e.message LIMIT :limit"
    )
    return [dict(row) for row in store.rows(sql, id=job.id, limit=SUMMARY)]


def jobs_document(store: Store, jobs: Sequence[Job]) -> list[dict[str, Any]]:
    """Jobs in a list."""
    counts = store.statistics([job.id for job in jobs])
    return [job_document(job, counts[job.id]) for job in jobs]


def status_document(store: Store, source: Source) -> dict[str, Any]:
    """How a source stands."""
    last = store.last_jobs([source.id]).get(source.id)
    return {
        "job_count": store.counts([source.id]).get(source.id, 0),
        "last_job": None if last is None else whole_job(store, last),
        "total_datasets": store.here([source.id]).get(source.id, 0),
    }


def source_document(source: Source, organization: Mapping[str, Any]) -> dict[str, Any]:
    """A source as the dataset that it is in CKAN; its options stand beside the text that they came in."""
    found: dict[str, Any] = {
        "creator_user_id": str(source.creator_id),
        "id": str(source.id),
        "metadata_created": stamped(source.created),
        "metadata_modified": stamped(source.modified),
        "name": source.name,
        "notes": source.notes,
        "organization": {name: organization.get(name) for name in _ORGANIZATION} if organization else None,
        "owner_org": str(source.agency_id),
        "private": False,
        "source_type": source.source_type,
        "state": "deleted" if source.state == "deleted" else "active",
        "title": source.title,
        "type": "harvest",
        "url": source.url,
        "resources": [],
        "tags": [],
        "groups": [],
        "relationships_as_subject": [],
        "relationships_as_object": [],
    }
    if source.frequency is not None:
        found["frequency"] = source.frequency
    if source.config:
        found["config"] = source.config
        found = {**_options(source.config), **found}
    return found


def _options(config: str) -> dict[str, Any]:
    value = orjson.loads(config)
    return dict(value) if isinstance(value, dict) else {}


def listed(source: Source, *, jobs: int, last: Job | None, waiting: bool, finished: datetime | None) -> dict[str, Any]:
    """A source as `harvest_source_list` has it."""
    status: dict[str, Any] = {"job_count": jobs, "next_harvest": "", "last_harvest_request": ""}
    if last is None:
        status["msg"] = "No jobs yet"
    else:
        status["next_harvest"] = "Scheduled" if waiting else "Not yet scheduled"
        status["last_harvest_request"] = spaced(finished) or "Not yet harvested"
    return {
        "id": str(source.id),
        "url": source.url,
        "title": source.title,
        "description": source.notes or "",
        "config": source.config,
        "created": spaced(source.created),
        "type": source.source_type,
        "active": source.active,
        "user_id": "",
        "publisher_id": "",
        "frequency": source.frequency or "MANUAL",
        "next_run": spaced(source.next_run),
        "publisher_title": "",
        "status": status,
    }


def object_document(store: Store, item: Object) -> dict[str, Any]:
    """One remote dataset in one job, its content included."""
    faults = store.rows(
        "SELECT id, object_id, stage, message, line, created FROM harvest.object_error WHERE object_id = :id"
        " ORDER BY id",
        id=item.id,
    )
    found: dict[str, Any] = {
        "id": str(item.id),
        "guid": item.guid,
        "current": item.current,
        "gathered": spaced(item.gathered),
        "fetch_started": spaced(item.fetch_started),
        "content": item.content,
        "fetch_finished": spaced(item.fetch_finished),
        "import_started": spaced(item.import_started),
        "import_finished": spaced(item.import_finished),
        "state": item.state,
        "metadata_modified_date": item.metadata_modified,
        "retry_times": item.retry_times,
        "harvest_job_id": str(item.job_id),
        "harvest_source_id": str(item.source_id),
        "package_id": _key(item.package_id),
        "report_status": item.report_status,
        "source": str(item.source_id),
        "job": str(item.job_id),
        "errors": [
            {
                "id": str(UUID(int=row["id"])),
                "harvest_object_id": str(row["object_id"]),
                "message": row["message"],
                "stage": row["stage"],
                "line": row["line"],
                "created": spaced(row["created"]),
            }
            for row in faults
        ],
        "extras": dict(item.extras),
    }
    if item.package_id is not None:
        found["package"] = str(item.package_id)
    return found


def _key(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def report(store: Store, job: Job, site: str) -> dict[str, Any]:
    """Every fault of a job, those of objects by the object; `original_url` where the dataset is."""
    objects: dict[str, Any] = {}
    for row in store.faults(job.id):
        found = objects.setdefault(
            str(row["object_id"]),
            {"guid": row["guid"], "errors": [], "original_url": f"{site.rstrip('/')}/dataset/{row['guid']}"},
        )
        found["errors"].append({"message": row["message"], "line": row["line"], "type": row["stage"]})
    return {"gather_errors": [{"message": text} for text in store.gather_faults(job.id)], "object_errors": objects}
