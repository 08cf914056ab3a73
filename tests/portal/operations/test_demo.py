"""`make demo`: starts, says where, keeps its data, stands no second one beside it, stops exactly its own."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from portal.operations.cluster import Cluster, free_port
from portal.operations.demo_settings import (
    DemoOptions,
    format_environment,
    options_from_environment,
    read_environment,
)
from portal.operations.supervisor import Child, StartError, Supervisor, answers

BASE = DemoOptions("a:b()", "a:c()", ["worker"])


@dataclass
class Running:
    """A demo in a process of its own."""

    folder: Path
    port: int = field(default_factory=free_port)
    office_port: int = field(default_factory=free_port)
    said: list[str] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "DEMO_DIR": str(self.folder),
            "PORT": str(self.port),
            "OFFICE_PORT": str(self.office_port),
            "PROFILE": "purwakarta",
            "SECRET_OF_THE_CALLER": "1",
        }

    def spawn(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.portal.operations.demo_program"],
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @contextmanager
    def started(self) -> Iterator[subprocess.Popen[str]]:
        with self.spawn() as process:
            assert process.stdout is not None
            for line in process.stdout:
                self.said.append(line.rstrip())
                if "Hentikan dengan Ctrl-C" in line:
                    break
            assert "Hentikan dengan Ctrl-C" in self.said[-1], "\n".join(self.said)
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.send_signal(signal.SIGINT)
                self.said += process.stdout.read().splitlines()

    def text(self) -> str:
        return "\n".join(self.said)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Running]:
    made = Running(tmp_path / "demo dir")
    yield made
    Cluster(made.folder).remove()


def group(leader: int) -> set[int]:
    """Process ids of all descendants of a process."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = {leader}
    while True:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        if not more:
            return found
        found |= more


def fetch(port: int) -> list[str]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as answer:
        found: list[str] = json.load(answer)
        return found


def test_demo_from_first_start_to_restart(demo: Running) -> None:
    with demo.started() as process:
        assert f"http://127.0.0.1:{demo.port}" in demo.text()
        assert f"http://localhost:{demo.office_port}" in demo.text()
        assert "SEED purwakarta" in demo.said
        assert "kata-sandi" in demo.text()
        for name in ("portal.env", "roles.json", "cluster.json", "accounts.json", "keys/vault.json"):
            assert stat.S_IMODE((demo.folder / name).stat().st_mode) == 0o600, name
        public, office = fetch(demo.port), fetch(demo.office_port)
        assert "PORTAL_PUBLIC_DATABASE_URL" in public
        for secret in ("OFFICE_DATABASE", "PUBLISHER", "VAULT", "SESSION", "MIGRATOR", "SECRET", "OFFICE_SEARCH"):
            assert not [name for name in public if secret in name], secret
        assert "PORTAL_OFFICE_DATABASE_URL" in office
        assert not [name for name in office if "MIGRATOR" in name or "SECRET" in name]

        second = subprocess.run(
            [sys.executable, "-m", "tests.portal.operations.demo_program"],
            env=demo.environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert second.returncode == 1
        assert f"Demo sudah berjalan di {demo.folder} (proses {process.pid})" in second.stdout
        family = group(process.pid)
        assert len(family) > 6
    assert process.returncode == 0
    assert [pid for pid in family if Path(f"/proc/{pid}").exists()] == []
    again = Running(demo.folder, demo.port, demo.office_port)
    with again.started():
        assert "SEED purwakarta" not in again.said
        assert "kata-sandi" in again.text()
        with psycopg.connect(read_environment(demo.folder)["PORTAL_PUBLIC_DATABASE_URL"]) as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("portal_public",)


def test_death_of_a_part_is_said_and_stops_the_rest(demo: Running) -> None:
    with demo.started() as process:
        family = group(process.pid)
        worker = next(pid for pid in family if b"time.sleep(600)" in Path(f"/proc/{pid}/cmdline").read_bytes())
        os.kill(worker, signal.SIGKILL)
        assert process.wait(60) == 1
    assert "worker berhenti sendiri (sinyal SIGKILL)" in demo.text()
    assert [pid for pid in family if Path(f"/proc/{pid}").exists()] == []


def test_broken_off_seed_is_run_again(demo: Running) -> None:
    demo.folder.mkdir()
    (demo.folder / "seed-fails").touch()
    with demo.spawn() as process:
        said, _ = process.communicate(timeout=120)
    assert "Demo dihentikan" in said
    assert not (demo.folder / "accounts.json").exists()
    with demo.started():
        assert "SEED purwakarta" in demo.said


def test_taken_port_is_named_with_the_way_out(demo: Running) -> None:
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", demo.office_port))
        other.listen()
        with demo.spawn() as process:
            said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"Port {demo.office_port} sedang dipakai program lain" in said
    assert f"OFFICE_PORT={demo.office_port + 100}" in said
    assert not (demo.folder / "cluster.json").exists()


def test_options_come_from_the_environment() -> None:
    found = options_from_environment(
        {"DEMO_DIR": "/x", "PORT": "9000", "OFFICE_PORT": "", "PROFILE": "barru", "SEARCH": "elasticsearch"}, BASE
    )
    assert (found.folder, found.port, found.office_port, found.profile, found.elasticsearch) == (
        Path("/x"), 9000, 8001, "barru", True,
    )  # fmt: skip
    assert found.office_url == "http://localhost:8001"


@pytest.mark.parametrize("wrong", [{"PORT": "x"}, {"OFFICE_PORT": "70000"}, {"SEARCH": "solr"}])
def test_wrong_options_are_named(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        options_from_environment(wrong, BASE)


def test_environment_file_keeps_every_character(tmp_path: Path) -> None:
    values = {"PORTAL_A": "it's a 'quoted' # value = 1", "PORTAL_B": ""}
    (tmp_path / "portal.env").write_text(format_environment(values), encoding="utf-8")
    assert read_environment(tmp_path) == values
    assert read_environment(tmp_path / "none") == {}


def test_child_that_never_answers_is_named(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)
    url = f"http://127.0.0.1:{free_port()}/health"
    code = "import time; print('I am here', flush=True); time.sleep(60)"
    pid = supervisor.start(Child("deaf", [sys.executable, "-c", code], {}, url))
    try:
        with pytest.raises(StartError, match="deaf belum menjawab"):
            supervisor.wait_healthy(1)
    finally:
        supervisor.stop()
    assert not Path(f"/proc/{pid}").exists()
    assert not answers(url)
    with pytest.raises(ValueError, match="this machine"):
        answers("file:///etc/passwd")


def test_child_that_ends_at_once_shows_its_last_words(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)
    supervisor.start(
        Child("brief", [sys.executable, "-c", "raise SystemExit('no such table')"], {}, "http://127.0.0.1:9/")
    )
    with pytest.raises(StartError, match=r"(?s)brief berhenti sendiri \(kode 1\).*no such table"):
        supervisor.wait_healthy()
    supervisor.stop()
