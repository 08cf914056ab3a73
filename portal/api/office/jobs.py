"""The job queue in CKAN's shape: what waits, what it is, and taking it out again. Administrators only.

A job's id is its number written as a UUID, since clients expect one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from portal.api.action import Action
from portal.api.arguments import Arguments, IdArguments, TextList
from portal.api.office.call import OfficeCall
from portal.api.people import JobsArguments
from portal.audit.service import AuditService
from portal.catalog.ckan_document import timestamp
from portal.kernel.errors import NotFound
from portal.kernel.ids import as_uuid
from portal.kernel.permissions import Permission

MOST_JOBS = 1_000
_WAITING = (
    "SELECT j.id, j.task_name, j.queue_name, p.created FROM jobs.procrastinate_jobs j"
    " LEFT JOIN operations.progress p ON p.job_id = j.id WHERE j.status = 'todo'"
)


class QueuesArguments(Arguments):
    """Queues by name; none named means all."""

    queues: TextList = ()


def _document(row: Any) -> dict[str, Any]:
    """CKAN's job: what it does is told by its kind alone, never by its arguments."""
    return {
        "id": str(UUID(int=row.id)),
        "title": row.task_name,
        "created": timestamp(row.created),
        "queue": row.queue_name,
    }


def _queues(names: Sequence[str]) -> list[str] | None:
    return [name for name in names if name] or None


def job_list(call: OfficeCall, args: JobsArguments) -> object:
    """Return the waiting jobs, oldest first. `queues`, `limit` (200), `ids_only`. Administrators only."""
    query = f"{_WAITING} AND (CAST(:queues AS text[]) IS NULL OR j.queue_name = ANY (CAST(:queues AS text[])))"
    limit = min(args.limit, MOST_JOBS) if args.limit > 0 else MOST_JOBS
    rows = call.office.execute(
        text(f"{query} ORDER BY j.id LIMIT :limit"), {"queues": _queues(args.queues), "limit": limit}
    )
    found = [_document(row) for row in rows]
    return [item["id"] for item in found] if args.ids_only else found


def _number(text_: str) -> int:
    key = as_uuid(text_)
    if key is None or key.int >= 2**63:
        raise NotFound
    return key.int


def job_show(call: OfficeCall, args: IdArguments) -> object:
    """Return a waiting job. `id`. Administrators only."""
    row = call.office.execute(text(f"{_WAITING} AND j.id = :id"), {"id": _number(args.id)}).one_or_none()
    if row is None:
        raise NotFound
    return _document(row)


def job_cancel(call: OfficeCall, args: IdArguments) -> object:
    """Take a waiting job out of the queue. `id`. Administrators only."""
    if not _cancel(call, number=_number(args.id)):
        raise NotFound
    return None


def job_clear(call: OfficeCall, args: QueuesArguments) -> object:
    """Take every waiting job out of the queues; their names. `queues`: by default all. Administrators only."""
    queues = _queues(args.queues)
    names = call.office.scalars(text("SELECT DISTINCT queue_name FROM jobs.procrastinate_jobs ORDER BY 1")).all()
    wanted = [name for name in names if queues is None or name in queues]
    _cancel(call, queues=wanted)
    return wanted


def _cancel(call: OfficeCall, *, number: int | None = None, queues: list[str] | None = None) -> int:
    """Cancel waiting jobs, one or those of some queues; how many."""
    rows = call.office.execute(
        text(
            "UPDATE jobs.procrastinate_jobs SET status = 'cancelled' WHERE status = 'todo'"
            " AND (id = :number OR queue_name = ANY (CAST(:queues AS text[]))) RETURNING id"
        ),
        {"number": number, "queues": queues},
    ).all()
    numbers = [row.id for row in rows]
    call.office.execute(
        text("UPDATE operations.progress SET state = 'failed', finished = now() WHERE job_id = ANY (:ids)"),
        {"ids": numbers},
    )
    call.service(AuditService).note(call.identity, "pekerjaan_dibatalkan", detail={"jobs": numbers})
    return len(numbers)


ACTIONS = (
    Action("job_list", JobsArguments, job_list, Permission.JOB_MANAGE),
    Action("job_show", IdArguments, job_show, Permission.JOB_MANAGE),
    Action("job_cancel", IdArguments, job_cancel, Permission.JOB_MANAGE, writes=True),
    Action("job_clear", QueuesArguments, job_clear, Permission.JOB_MANAGE, writes=True),
)
