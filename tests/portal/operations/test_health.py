"""Health: what is asked, what is shown to whom, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from portal.kernel.db import open_engine, session_factory
from portal.kernel.storage import FileRoot, open_root
from portal.operations import health
from portal.operations.cluster import free_port
from portal.operations.health import Board, Check, Report, look
from portal.operations.jobs import JobOrder, JobRun, Task, defer
from portal.operations.views import health_blueprint
from portal.operations.worker import WorkerPlan, run_pending_once
from tests.support import Databases


@pytest.fixture
def office(databases: Databases) -> Iterator[sessionmaker[Session]]:
    engine = open_engine(databases.addresses.office)
    yield session_factory(engine)
    engine.dispose()


def test_database_that_answers_and_one_that_does_not(office: sessionmaker[Session]) -> None:
    assert health.database(office) == Check("good")
    away = session_factory(open_engine(f"postgresql://x:geheim@127.0.0.1:{free_port()}/x"))
    report = look({"database": lambda: health.database(away)})
    assert report.state == "bad"
    assert "geheim" not in "".join(report.lines())


def test_queue_without_a_worker_is_a_warning_and_counts(databases: Databases, office: sessionmaker[Session]) -> None:
    assert health.queue(office) == Check("warning", "0 pekerja, 0 menunggu, 0 gagal dalam sehari")
    with office.begin() as session:
        defer(session, JobOrder("fail", "s-1"))
    assert health.queue(office).message == "0 pekerja, 1 menunggu, 0 gagal dalam sehari"

    def fail(_run: JobRun) -> None:
        raise ValueError

    run_pending_once(WorkerPlan(databases.addresses.office, [Task("fail", fail, attempts=1)]))
    assert health.queue(office).message == "0 pekerja, 0 menunggu, 1 gagal dalam sehari"


def test_storage_says_how_much_room_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root: FileRoot = open_root(str(tmp_path / "files"))
    assert health.storage(root).message.startswith("Sisa ruang ")
    for free, state in ((10 << 30, "good"), (1 << 30, "warning"), (1 << 20, "bad")):
        usage = type("Usage", (), {"free": free})()
        monkeypatch.setattr(health.shutil, "disk_usage", lambda _folder, found=usage: found)
        assert health.storage(root).state == state


def test_sandbox_and_mail_say_what_is_in_force() -> None:
    assert "Berkas dibuka di balik " in health.walls().message
    assert health.mail_server("") == Check("good", "Surel tidak dipakai")
    report = look({"mail": lambda: health.mail_server(f"smtp://127.0.0.1:{free_port()}")})
    assert report.checks["mail"].state == "bad"


def test_worst_state_counts_and_lines_are_aligned() -> None:
    report = Report({"a": Check("good"), "long": Check("warning", "Sisa ruang 3 MiB")})
    assert report.state == "warning"
    assert report.lines() == ["a     baik", "long  perhatian  Sisa ruang 3 MiB"]
    assert Report({}).state == "good"


def test_page_shows_states_only_and_asks_once_in_a_while() -> None:
    asked: list[str] = []
    now = [0.0]
    state = {"database": Check("good"), "search": Check("bad", "http://10.0.0.1:9200")}

    def probe(name: str) -> Check:
        asked.append(name)
        return state[name]

    board = Board({"database": lambda: probe("database"), "search": lambda: probe("search")}, clock=lambda: now[0])
    app = Flask("trial")
    app.register_blueprint(health_blueprint(board))
    client = app.test_client()
    for _ in range(50):
        answer = client.get("/health")
    assert answer.status_code == 200, "search may be away while the rest serves"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.get_json() == {"status": "bad", "checks": {"database": "good", "search": "bad"}}
    assert asked == ["database", "search"]
    now[0] = 3.0
    state["database"] = Check("bad", "away")
    assert client.get("/health").status_code == 503
    assert len(asked) == 4
