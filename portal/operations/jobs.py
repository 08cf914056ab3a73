"""The job queue: deferred inside the caller's transaction, run by `portal worker`, never lost.

procrastinate keeps the queue in schema `jobs` of the office database. `defer` inserts by its own SQL
function in the caller's transaction, so a job exists exactly if the work that wants it was committed. While
a job runs, its worker holds an advisory lock on it: PostgreSQL releases the lock the moment the worker
dies, however it dies, and `recover` then puts the job back (or gives it up after its attempts, so that no
input kills workers for ever). Handlers must be repeatable: a kill after their commit and before the queue's
note runs them again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import psycopg
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.exceptions import JobAborted
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.operations import progress

logger = logging.getLogger(__name__)

DEFAULT_QUEUE = "default"
# First key of the advisory lock that says "this job is being worked on".
LEASE_KEY = 73_175
# A job without a lock counts as dead only this long after it was fetched or last reported: the worker takes
# the lock a moment after it fetched the job and lets go a moment before it writes the result.
GRACE_SECONDS = 5.0


class JobRefused(Exception):
    """Raised by a handler when the input is turned down: shown to the person, not tried again.

    `message` is an Indonesian sentence; each finding is a JSON object (`rule`, `message`, and where: `file`,
    `row`, `column` …).
    """

    def __init__(self, message: str, findings: Sequence[Mapping[str, Any]] = ()) -> None:
        """Keep the sentence and the findings."""
        super().__init__(message)
        self.message = message
        self.findings = tuple(findings)


@dataclass
class JobRun:
    """What a handler is given: its arguments and the way to say how far it is."""

    job_id: int
    attempt: int
    arguments: Mapping[str, Any]
    _lease: psycopg.Connection[Any]
    _should_stop: Callable[[], bool]
    _last_percent: int = -1
    _last_message: str = ""

    def report(
        self,
        percent: float | None = None,
        message: str | None = None,
        findings: Sequence[Mapping[str, Any]] | None = None,
    ) -> None:
        """Write the progress at once, visible to everybody, outside the handler's own transaction.

        Cheap to call often: what says nothing new is not written. Raises JobAborted when the worker is being
        stopped and waits for this job; the job then runs again after the restart.
        """
        if self._should_stop():
            raise JobAborted
        whole = None if percent is None else max(0, min(100, int(percent)))
        if findings is None and whole in (None, self._last_percent) and message in (None, self._last_message):
            return
        self._last_percent = self._last_percent if whole is None else whole
        self._last_message = self._last_message if message is None else message
        progress.update(self._lease, self.job_id, percent=whole, message=message, findings=findings)


@dataclass(frozen=True)
class Task:
    """A kind of job: its name, its handler, and how often and after how long it is tried again.

    The wait doubles with each attempt, starting at `wait` seconds. `attempts` counts the first run too. The
    arguments of a `private` task (a link that opens an account) are wiped from the queue when it ends.
    """

    name: str
    handler: Callable[[JobRun], None]
    attempts: int = 5
    wait: float = 10.0
    queue: str = DEFAULT_QUEUE
    private: bool = False


@dataclass(frozen=True)
class Periodic:
    """A task that the worker defers by the clock (UTC); its handler gets the argument `timestamp`."""

    task: Task
    cron: str


@dataclass(frozen=True)
class JobOrder:
    """What is to be done: the task's name, the id of what it works on, and its arguments (JSON).

    Jobs with the same `lock` run one after another. While a job with the same `queueing_lock` waits, no
    second one is queued.
    """

    task: str
    subject: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    lock: str | None = None
    queueing_lock: str | None = None
    priority: int = 0
    queue: str = DEFAULT_QUEUE
    not_before: datetime | None = None


def defer(connection: Connection | Session, order: JobOrder) -> int:
    """Queue a job in the caller's transaction and return its number; nothing happens before the commit.

    With a `queueing_lock` that already waits, returns the number of the waiting job, which is kept from
    starting until the caller's transaction ends, so that it sees what the caller did.
    """
    if order.queueing_lock is None:
        return _insert(connection, order)
    waiting = _waiting(connection, order.queueing_lock)
    if waiting is not None:
        return waiting
    try:
        with connection.begin_nested():
            return _insert(connection, order)
    except IntegrityError:
        waiting = _waiting(connection, order.queueing_lock)
        return _insert(connection, order) if waiting is None else waiting


def _insert(connection: Connection | Session, order: JobOrder) -> int:
    job_id = connection.execute(
        text(
            "SELECT (jobs.procrastinate_defer_jobs_v1(ARRAY[ROW(:queue, :task, :priority, :lock, :queueing_lock,"
            " CAST(:arguments AS jsonb), :not_before)::jobs.procrastinate_job_to_defer_v1]))[1]"
        ),
        {
            "queue": order.queue,
            "task": order.task,
            "priority": order.priority,
            "lock": order.lock,
            "queueing_lock": order.queueing_lock,
            "arguments": orjson.dumps(dict(order.arguments)).decode(),
            "not_before": order.not_before,
        },
    ).scalar_one()
    progress.insert(connection, int(job_id), order.task, order.subject)
    return int(job_id)


def _waiting(connection: Connection | Session, queueing_lock: str) -> int | None:
    # the worker fetches FOR UPDATE SKIP LOCKED: what we hold here it leaves alone until we are done, and the
    # notification, sent at our commit, tells it to look again
    found = connection.execute(
        text(
            "WITH waiting AS (SELECT id FROM jobs.procrastinate_jobs"
            " WHERE queueing_lock = :lock AND status = 'todo' FOR SHARE)"
            " SELECT id, pg_notify('procrastinate_any_queue_v1',"
            " json_build_object('type', 'job_inserted', 'job_id', id)::text) FROM waiting"
        ),
        {"lock": queueing_lock},
    ).first()
    return int(found.id) if found else None


class Backoff(BaseRetryStrategy):
    """Try again after a wait that doubles, up to the task's number of attempts; a stopped job at once."""

    def __init__(self, task: Task) -> None:
        """Keep the task whose rules apply."""
        self.task = task

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Return when to run the job again, or None to give it up."""
        if isinstance(exception, JobAborted):
            return RetryDecision()
        if job.attempts + 1 >= self.task.attempts:
            return None
        wait = timedelta(seconds=self.task.wait * 2**job.attempts)
        return RetryDecision(retry_at=datetime.now(UTC) + wait)


def execute(url: str, task: Task, context: JobContext, arguments: Mapping[str, Any]) -> None:
    """Run a task's handler under the job's lock and write down how it ended.

    Raises what the handler raised, so that the queue tries again; a refusal is an ordinary end.
    """
    job = context.job
    if job.id is None:
        raise ValueError("a fetched job has a number")
    with psycopg.connect(url, autocommit=True, application_name="portal-job") as lease:
        held = lease.execute("SELECT pg_try_advisory_lock(%s, %s)", (LEASE_KEY, _lease_key(job.id))).fetchone()
        if held != (True,):
            raise RuntimeError(f"job {job.id} is being worked on by another worker")
        run = JobRun(job.id, job.attempts + 1, arguments, lease, context.should_abort)
        progress.update(lease, job.id, state="running", attempt=run.attempt, message="")
        try:
            ended = _attempt(lease, task, run)
        except BaseException:
            ended = run.attempt >= task.attempts
            raise
        finally:
            if ended and task.private:
                lease.execute("UPDATE jobs.procrastinate_jobs SET args = '{}' WHERE id = %s", (job.id,))


def _attempt(lease: psycopg.Connection[Any], task: Task, run: JobRun) -> bool:
    """Call the handler once and write down how it ended; True when the job needs no further attempt."""
    try:
        task.handler(run)
    except JobRefused as refusal:
        progress.update(lease, run.job_id, state="refused", message=refusal.message, findings=refusal.findings)
    except JobAborted:
        progress.update(lease, run.job_id, state="queued", message="Dilanjutkan setelah layanan menyala lagi.")
        raise
    except Exception:
        logger.exception("job %s (%s) failed in attempt %s", run.job_id, task.name, run.attempt)
        _note_failure(lease, run.job_id, final=run.attempt >= task.attempts)
        raise
    else:
        progress.update(lease, run.job_id, state="succeeded", percent=100)
    return True


def recover(connection: psycopg.Connection[Any], tasks: Sequence[Task], grace: float = GRACE_SECONDS) -> int:
    """Put back the jobs whose worker is gone (nobody holds their lock) and return how many there were.

    A job that has used up its attempts is given up. `connection` is in autocommit mode.
    """
    attempts = {task.name: task.attempts for task in tasks}
    dead = connection.execute(
        """
        SELECT j.id, j.task_name, j.attempts
          FROM jobs.procrastinate_jobs j
         WHERE j.status = 'doing'
           AND NOT EXISTS (
               SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                WHERE l.locktype = 'advisory' AND d.datname = current_database() AND l.granted
                  AND l.classid = %(key)s AND l.objid = (j.id %% 2147483648)::oid AND l.objsubid = 2)
           AND greatest(
               (SELECT max(e.at) FROM jobs.procrastinate_events e WHERE e.job_id = j.id AND e.type = 'started'),
               (SELECT p.heartbeat FROM operations.progress p WHERE p.job_id = j.id)
               ) <= clock_timestamp() - make_interval(secs => %(grace)s)
         ORDER BY j.id
        """,
        {"key": LEASE_KEY, "grace": grace},
    ).fetchall()
    for job_id, name, used in dead:
        if used + 1 >= attempts.get(name, 1):
            connection.execute("SELECT jobs.procrastinate_finish_job_v1(%s, 'failed', false)", (job_id,))
            _note_failure(connection, job_id, final=True)
        else:
            connection.execute(
                "SELECT jobs.procrastinate_retry_job_v2(%s, now(), NULL::int, NULL::varchar, NULL::varchar)",
                (job_id,),
            )
            message = "Dilanjutkan setelah pekerja berhenti di tengah jalan."
            progress.update(connection, job_id, state="queued", message=message)
        logger.warning("job %s (%s) lost its worker in attempt %s", job_id, name, used + 1)
    _close_ended(connection, grace)
    return len(dead)


def _close_ended(connection: psycopg.Connection[Any], grace: float) -> None:
    """Say "failed" where the queue gave a job up without a run of ours (a task that this release lacks)."""
    ended = connection.execute(
        """
        SELECT p.job_id FROM operations.progress p JOIN jobs.procrastinate_jobs j ON j.id = p.job_id
         WHERE p.state IN ('queued', 'running') AND j.status IN ('failed', 'cancelled', 'aborted')
           AND p.heartbeat <= clock_timestamp() - make_interval(secs => %s)
        """,
        (grace,),
    ).fetchall()
    for (job_id,) in ended:
        _note_failure(connection, job_id, final=True)


def tidy(connection: psycopg.Connection[Any], days: int = 90) -> int:
    """Delete what ended or was told more than `days` days ago; how many progress rows went. Autocommit."""
    connection.execute(
        "DELETE FROM jobs.procrastinate_jobs j USING operations.progress p"
        " WHERE p.job_id = j.id AND p.finished < now() - make_interval(days => %s)",
        (days,),
    )
    # jobs by the clock have no progress row; one of them a minute is half a million a year
    connection.execute(
        "DELETE FROM jobs.procrastinate_jobs j WHERE status IN ('succeeded', 'failed', 'cancelled', 'aborted')"
        " AND NOT EXISTS (SELECT FROM operations.progress p WHERE p.job_id = j.id)"
        " AND NOT EXISTS (SELECT FROM jobs.procrastinate_events e WHERE e.job_id = j.id"
        "                 AND e.at > now() - make_interval(days => 2))"
    )
    connection.execute("DELETE FROM contract.event WHERE taken < now() - make_interval(days => %s)", (days,))
    return connection.execute(
        "DELETE FROM operations.progress WHERE finished < now() - make_interval(days => %s)", (days,)
    ).rowcount


def _note_failure(connection: psycopg.Connection[Any], job_id: int, *, final: bool) -> None:
    if final:
        message = f"Pekerjaan nomor {job_id} gagal dan dihentikan; data yang lama tetap berlaku."
        progress.update(connection, job_id, state="failed", message=message)
    else:
        progress.update(connection, job_id, state="queued", message="Ada gangguan; akan dicoba lagi sendiri.")


def _lease_key(job_id: int) -> int:
    return job_id % 2_147_483_648
