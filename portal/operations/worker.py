"""`portal worker`: fetches and runs jobs, recovers those of dead workers, defers what the clock asks for."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.job_context import JobContext

from portal.operations.jobs import Backoff, JobRun, Periodic, Task, execute, recover, tidy

logger = logging.getLogger(__name__)

QUEUE_PATH = "-c search_path=jobs,pg_catalog"
RECOVERY_SECONDS = 5.0
STOP_SECONDS = 15.0
TIDY_AT = "17 19 * * *"  # 02.17 in western Indonesia


@dataclass(frozen=True)
class WorkerPlan:
    """All that a worker needs: the office database, what it can do and what it does by the clock."""

    database_url: str
    tasks: Sequence[Task]
    periodic: Sequence[Periodic] = ()
    concurrency: int = 2
    poll_seconds: float = 1.0


def run_worker(plan: WorkerPlan) -> None:
    """Work until SIGTERM or SIGINT; a running job gets 15 seconds to end, else it runs again after the
    restart.

    Raises psycopg.OperationalError when the database is out of reach at the start.
    """
    complete = WorkerPlan(
        plan.database_url,
        (*plan.tasks, _tidy_task(plan.database_url)),
        (*plan.periodic, Periodic(_tidy_task(plan.database_url), TIDY_AT)),
        plan.concurrency,
        plan.poll_seconds,
    )
    with psycopg.connect(plan.database_url, autocommit=True) as connection:
        recover(connection, complete.tasks)
    ended = threading.Event()
    sweeper = threading.Thread(target=_sweep, args=(complete, ended), name="recovery", daemon=True)
    sweeper.start()
    try:
        asyncio.run(_work(complete, wait=True))
    finally:
        ended.set()
        sweeper.join(RECOVERY_SECONDS)


def run_pending_once(plan: WorkerPlan, concurrency: int = 1) -> int:
    """Run every job that is due, in this process, until none is left; return how many runs that took.

    For tests and command lines: jobs left by dead workers are recovered at once, jobs of the future stay.
    Works in a thread of its own, since the caller may sit in another event loop (Playwright's, for one).
    """
    with psycopg.connect(plan.database_url, autocommit=True) as connection:
        recover(connection, plan.tasks, grace=0)
    runs: list[str] = []
    once = WorkerPlan(plan.database_url, plan.tasks, (), concurrency, plan.poll_seconds)
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _work(once, wait=False, note=runs.append)).result()
    return len(runs)


def build_app(plan: WorkerPlan, note: Callable[[str], object] | None = None) -> App:
    """Return procrastinate's application with the plan's tasks; `note` hears each run's task name."""
    connector = PsycopgConnector(
        conninfo=plan.database_url,
        kwargs={"options": QUEUE_PATH, "application_name": "portal-worker"},
        min_size=1,
        max_size=plan.concurrency + 3,
    )
    app = App(connector=connector)
    known: dict[str, Any] = {}
    for task in plan.tasks:
        known[task.name] = app.task(name=task.name, queue=task.queue, pass_context=True, retry=Backoff(task))(
            _runner(plan.database_url, task, note)
        )
    for item in plan.periodic:
        app.periodic(cron=item.cron)(known[item.task.name])
    return app


def _runner(url: str, task: Task, note: Callable[[str], object] | None) -> Callable[..., None]:
    def run(context: JobContext, **arguments: Any) -> None:
        if note is not None:
            note(task.name)
        execute(url, task, context, arguments)

    return run


async def _work(plan: WorkerPlan, *, wait: bool, note: Callable[[str], object] | None = None) -> None:
    app = build_app(plan, note)
    async with app.open_async():
        await app.run_worker_async(
            concurrency=plan.concurrency,
            wait=wait,
            listen_notify=wait,
            install_signal_handlers=wait,
            fetch_job_polling_interval=plan.poll_seconds,
            shutdown_graceful_timeout=STOP_SECONDS,
        )


def _sweep(plan: WorkerPlan, ended: threading.Event) -> None:
    """Recover the jobs of workers that died since; a database that is away is no reason to stop."""
    while not ended.wait(RECOVERY_SECONDS):
        try:
            with psycopg.connect(plan.database_url, autocommit=True) as connection:
                recover(connection, plan.tasks)
        except psycopg.Error as error:
            logger.warning("recovery of jobs put off: %s", error)


def _tidy_task(url: str) -> Task:
    def handler(_run: JobRun) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            tidy(connection)

    return Task("operations.tidy", handler, attempts=1)
