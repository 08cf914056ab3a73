"""Jobs: deferred with the caller's commit, run, refused, retried, and recovered from a killed worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from procrastinate.schema import SchemaManager
from sqlalchemy import Engine, text

from portal.kernel.db import open_engine
from portal.operations import progress
from portal.operations.jobs import JobOrder, JobRefused, JobRun, Periodic, Task, defer, recover, tidy
from portal.operations.worker import WorkerPlan, run_pending_once
from tests.support import Databases


@pytest.fixture
def engine(databases: Databases) -> Iterator[Engine]:
    made = open_engine(databases.addresses.office)
    yield made
    made.dispose()


def plan(databases: Databases, *tasks: Task) -> WorkerPlan:
    return WorkerPlan(databases.addresses.office, tasks, poll_seconds=0.05)


def queue(engine: Engine, order: JobOrder) -> int:
    with engine.begin() as connection:
        return defer(connection, order)


def shown(engine: Engine, job_id: int) -> progress.Progress:
    with engine.connect() as connection:
        found = progress.read(connection, job_id)
    assert found is not None
    return found


def test_job_exists_only_if_its_transaction_was_committed(databases: Databases, engine: Engine) -> None:
    with engine.connect() as connection:
        defer(connection, JobOrder("echo", "s-1"))
        connection.rollback()
    assert run_pending_once(plan(databases, Task("echo", lambda run: None))) == 0
    job_id = queue(engine, JobOrder("echo", "s-1"))
    assert shown(engine, job_id).state == "queued"
    assert run_pending_once(plan(databases, Task("echo", lambda run: None))) == 1
    done = shown(engine, job_id)
    assert (done.state, done.percent, done.open, done.attempt) == ("succeeded", 100, False, 1)
    assert done.started is not None
    assert done.finished is not None


def test_progress_is_seen_while_the_job_runs(databases: Databases, engine: Engine) -> None:
    seen: list[tuple[str, int, str]] = []

    def handler(run: JobRun) -> None:
        run.report(41.7, f"Membaca {run.arguments['file']}")
        found = shown(engine, run.job_id)
        seen.append((found.state, found.percent, found.message))
        run.report(findings=[{"rule": "angka", "row": 3}])

    job_id = queue(engine, JobOrder("read", "s-1", {"file": "padi.csv"}))
    run_pending_once(plan(databases, Task("read", handler)))
    assert seen == [("running", 41, "Membaca padi.csv")]
    assert shown(engine, job_id).findings == ({"rule": "angka", "row": 3},)


def test_report_writes_only_news(databases: Databases, engine: Engine, statements: Any) -> None:
    counts: list[int] = []

    def handler(run: JobRun) -> None:
        with statements() as log:
            for step in range(1000):
                run.report(step / 1000, "Memuat")
        counts.append(len(log))

    queue(engine, JobOrder("many", "s-1"))
    run_pending_once(plan(databases, Task("many", handler)))
    assert counts == [1]


def test_refusal_is_final_and_names_its_reasons(databases: Databases, engine: Engine) -> None:
    def handler(run: JobRun) -> None:
        raise JobRefused("Berkas kosong.", [{"rule": "kosong", "file": "a.csv"}])

    job_id = queue(engine, JobOrder("refuse", "s-1"))
    assert run_pending_once(plan(databases, Task("refuse", handler))) == 1
    assert run_pending_once(plan(databases, Task("refuse", handler))) == 0
    done = shown(engine, job_id)
    assert (done.state, done.message) == ("refused", "Berkas kosong.")
    assert done.findings == ({"rule": "kosong", "file": "a.csv"},)


def test_failure_is_tried_again_up_to_its_attempts(databases: Databases, engine: Engine) -> None:
    states: list[str] = []

    def handler(run: JobRun) -> None:
        states.append(shown(engine, run.job_id).state)
        raise ValueError("broken")

    job_id = queue(engine, JobOrder("fail", "s-1"))
    assert run_pending_once(plan(databases, Task("fail", handler, attempts=3, wait=0))) == 3
    assert states == ["running"] * 3
    done = shown(engine, job_id)
    assert (done.state, done.attempt) == ("failed", 3)
    assert str(job_id) in done.message
    assert "broken" not in done.message


def test_a_later_attempt_may_succeed(databases: Databases, engine: Engine) -> None:
    def handler(run: JobRun) -> None:
        if run.attempt == 1:
            raise ValueError("the database was away")

    job_id = queue(engine, JobOrder("second", "s-1"))
    assert run_pending_once(plan(databases, Task("second", handler, wait=0))) == 2
    assert shown(engine, job_id).state == "succeeded"


def test_job_of_the_future_waits(databases: Databases, engine: Engine) -> None:
    later = datetime.now(UTC) + timedelta(days=1)
    queue(engine, JobOrder("later", "s-1", not_before=later))
    assert run_pending_once(plan(databases, Task("later", lambda run: None))) == 0


def test_queueing_lock_coalesces_waiting_jobs_only(databases: Databases, engine: Engine) -> None:
    order = JobOrder("index", "all", queueing_lock="index")
    first = queue(engine, order)
    assert queue(engine, order) == first
    assert run_pending_once(plan(databases, Task("index", lambda run: None))) == 1
    assert queue(engine, order) != first


def test_waiting_job_does_not_start_before_the_second_caller_commits(databases: Databases, engine: Engine) -> None:
    order = JobOrder("index", "all", queueing_lock="index")
    first = queue(engine, order)
    runs = plan(databases, Task("index", lambda run: None))
    with engine.connect() as connection:
        assert defer(connection, order) == first
        assert run_pending_once(runs) == 0
        connection.commit()
    assert run_pending_once(runs) == 1


def test_same_lock_runs_in_order(databases: Databases, engine: Engine) -> None:
    order: list[int] = []
    for number in range(3):
        queue(engine, JobOrder("step", "d-1", {"number": number}, lock="d-1"))
    run_pending_once(plan(databases, Task("step", lambda run: order.append(run.arguments["number"]))))
    assert order == [0, 1, 2]


def test_jobs_of_a_subject_newest_first(databases: Databases, engine: Engine) -> None:
    ids = [queue(engine, JobOrder(kind, "s-1")) for kind in ("inspect", "load", "inspect")]
    queue(engine, JobOrder("inspect", "s-2"))
    with engine.connect() as connection:
        assert [item.job_id for item in progress.of_subject(connection, "s-1")] == ids[::-1]
        assert [item.job_id for item in progress.of_subject(connection, "s-1", "inspect")] == [ids[2], ids[0]]
        assert progress.read(connection, 0) is None


def test_unknown_task_fails_without_ending_the_worker(databases: Databases, engine: Engine) -> None:
    gone = queue(engine, JobOrder("gone", "s-1"))
    queue(engine, JobOrder("echo", "s-1"))
    tasks = plan(databases, Task("echo", lambda run: None))
    assert run_pending_once(tasks) == 1
    assert run_pending_once(tasks) == 0
    assert shown(engine, gone).state == "failed"


WORKER = """
import os, sys, time
from pathlib import Path
from portal.operations.jobs import Task
from portal.operations.worker import WorkerPlan, run_worker

def slow(run):
    run.report(10, "bekerja")
    Path(sys.argv[2]).write_text(str(run.attempt))
    while sys.argv[3] == "hang":
        time.sleep(0.05)
        run.report()

run_worker(WorkerPlan(sys.argv[1], [Task("slow", slow, attempts=3)], poll_seconds=0.1))
"""


def start_worker(databases: Databases, mark: Path, mode: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, databases.addresses.office, str(mark), mode], stderr=subprocess.DEVNULL
    )


def wait_for(condition: Any) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_killed_workers_job_runs_again_at_once_in_the_next_worker(
    databases: Databases, engine: Engine, tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    job_id = queue(engine, JobOrder("slow", "s-1"))
    with start_worker(databases, mark, "hang") as worker:
        wait_for(lambda: mark.exists() and mark.read_text() == "1")
        with psycopg.connect(databases.addresses.office, autocommit=True) as connection:
            assert recover(connection, [Task("slow", lambda run: None)], grace=0) == 0, "it is alive"
        os.kill(worker.pid, signal.SIGKILL)
    assert shown(engine, job_id).state == "running"
    with start_worker(databases, mark, "end") as worker:
        wait_for(lambda: shown(engine, job_id).state == "succeeded")
        worker.terminate()
    assert worker.returncode == 0
    assert mark.read_text() == "2"


def test_job_that_kills_every_worker_is_given_up(databases: Databases, engine: Engine) -> None:
    job_id = queue(engine, JobOrder("slow", "s-1"))
    tasks = [Task("slow", lambda run: None, attempts=2)]
    with psycopg.connect(databases.addresses.office, autocommit=True) as connection:
        for expected in ("queued", "failed"):
            connection.execute("UPDATE jobs.procrastinate_jobs SET status = 'doing' WHERE id = %s", (job_id,))
            assert recover(connection, tasks) == 0, "within its grace"
            assert recover(connection, tasks, grace=0) == 1
            assert shown(engine, job_id).state == expected
        assert recover(connection, tasks, grace=0) == 0


def test_stopped_worker_gives_its_job_back(databases: Databases, engine: Engine, tmp_path: Path) -> None:
    from portal.operations import worker as module

    mark = tmp_path / "mark"
    job_id = queue(engine, JobOrder("slow", "s-1"))
    code = WORKER.replace("run_worker(", f"import {module.__name__} as w; w.STOP_SECONDS = 0.1; run_worker(")
    with subprocess.Popen(
        [sys.executable, "-c", code, databases.addresses.office, str(mark), "hang"], stderr=subprocess.DEVNULL
    ) as worker:
        wait_for(mark.exists)
        worker.terminate()
    assert worker.returncode == 0
    assert shown(engine, job_id).state == "queued"


def test_tidy_removes_only_what_is_old(databases: Databases, engine: Engine) -> None:
    old, new = queue(engine, JobOrder("echo", "a")), queue(engine, JobOrder("echo", "b"))
    run_pending_once(plan(databases, Task("echo", lambda run: None)))
    with psycopg.connect(databases.addresses.office, autocommit=True) as connection:
        connection.execute(
            "UPDATE operations.progress SET finished = now() - interval '91 days' WHERE job_id = %s", (old,)
        )
        assert tidy(connection) == 1
    with engine.connect() as connection:
        assert [row.id for row in connection.execute(text("SELECT id FROM jobs.procrastinate_jobs"))] == [new]


def test_periodic_tasks_are_registered_with_their_clock(databases: Databases) -> None:
    from portal.operations.worker import build_app

    task = Task("tick", lambda run: None)
    app = build_app(WorkerPlan(databases.addresses.office, [task], [Periodic(task, "*/5 * * * *")]))
    assert [item.cron for item in app.periodic_registry.periodic_tasks.values()] == ["*/5 * * * *"]


def test_frozen_schema_is_the_installed_releases(repository: Path) -> None:
    frozen = (repository / "migrations/office/sql/0002_procrastinate.sql").read_text(encoding="utf-8")
    assert frozen.partition("search_path = jobs.\n")[2] == SchemaManager.get_schema(), (
        "procrastinate changed its schema: add a revision with its own migration scripts"
    )
