"""What a person sees of a job: state, percent, message and findings (table operations.progress)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from psycopg import Connection as DriverConnection
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Row, text
from sqlalchemy.orm import Session

State = Literal["queued", "running", "succeeded", "refused", "failed"]
OPEN_STATES: tuple[State, State] = ("queued", "running")

_COLUMNS = "job_id, kind, subject, state, percent, message, findings, attempt, created, started, finished, heartbeat"


@dataclass(frozen=True)
class Progress:
    """One job as its status page shows it; `kind` is the task's name, `subject` the id of what it works on.

    `refused` means that the input was read and turned down for the reasons in `findings`; `failed` that our
    own work broke down after all attempts.
    """

    job_id: int
    kind: str
    subject: str
    state: State
    percent: int
    message: str
    findings: tuple[Mapping[str, Any], ...]
    attempt: int
    created: datetime
    started: datetime | None
    finished: datetime | None
    heartbeat: datetime

    @property
    def open(self) -> bool:
        """Tell whether the page should go on refreshing."""
        return self.state in OPEN_STATES


def read(connection: Connection | Session, job_id: int) -> Progress | None:
    """Return one job's progress, or None if there is no such job."""
    found = connection.execute(
        text(f"SELECT {_COLUMNS} FROM operations.progress WHERE job_id = :job"),  # noqa: S608 - constant columns
        {"job": job_id},
    ).first()
    return _progress(found) if found else None


def of_subject(
    connection: Connection | Session, subject: str, kind: str | None = None, limit: int = 20
) -> tuple[Progress, ...]:
    """Return the jobs of a subject, newest first, of all kinds or one."""
    rows = connection.execute(
        text(
            f"SELECT {_COLUMNS} FROM operations.progress"  # noqa: S608 - constant columns
            " WHERE subject = :subject AND (CAST(:kind AS text) IS NULL OR kind = :kind)"
            " ORDER BY job_id DESC LIMIT :limit"
        ),
        {"subject": subject, "kind": kind, "limit": limit},
    )
    return tuple(_progress(row) for row in rows)


def insert(connection: Connection | Session, job_id: int, kind: str, subject: str) -> None:
    """Note a new job in the caller's transaction."""
    connection.execute(
        text("INSERT INTO operations.progress (job_id, kind, subject) VALUES (:job, :kind, :subject)"),
        {"job": job_id, "kind": kind, "subject": subject},
    )


def update(
    connection: DriverConnection[Any],
    job_id: int,
    *,
    state: State | None = None,
    percent: int | None = None,
    message: str | None = None,
    findings: Sequence[Mapping[str, Any]] | None = None,
    attempt: int | None = None,
) -> None:
    """Change what is given and set the heartbeat; `started` and `finished` follow the state."""
    connection.execute(
        """
        UPDATE operations.progress
           SET state = coalesce(%(state)s, state),
               percent = coalesce(%(percent)s, percent),
               message = coalesce(%(message)s, message),
               findings = coalesce(%(findings)s, findings),
               attempt = coalesce(%(attempt)s, attempt),
               started = CASE WHEN %(state)s = 'running' THEN coalesce(started, now()) ELSE started END,
               finished = CASE WHEN %(state)s IN ('succeeded', 'refused', 'failed') THEN now()
                               WHEN %(state)s IS NULL THEN finished END,
               heartbeat = now()
         WHERE job_id = %(job)s
        """,
        {
            "job": job_id,
            "state": state,
            "percent": percent,
            "message": message,
            "findings": None if findings is None else Jsonb(list(findings)),
            "attempt": attempt,
        },
    )


def _progress(row: Row[Any]) -> Progress:
    values = row._asdict()
    values["state"] = cast(State, values["state"])
    values["findings"] = tuple(values["findings"])
    return Progress(**values)
