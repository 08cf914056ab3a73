"""The private cluster starts, keeps its data, ends exactly itself and dies with its starter."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from portal.operations import cluster as module
from portal.operations.cluster import Cluster, ClusterError, find_programs


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path / "a folder", durable=False)
    yield made
    made.stop()
    made.remove()


def test_cluster_keeps_data_over_a_restart_and_hides_its_password(cluster: Cluster) -> None:
    cluster.start()
    with psycopg.connect(cluster.superuser_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS seven")
        shown = connection.execute(
            "SELECT current_setting('listen_addresses'), current_setting('shared_buffers'),"
            " current_setting('unix_socket_directories'), current_setting('wal_level'),"
            " (SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256')"
        ).fetchone()
    assert shown == ("127.0.0.1", "128MB", "", "replica", 0)
    note = cluster.folder / "cluster.json"
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    pid = cluster.pid
    cluster.stop()
    assert pid is not None
    assert not Path(f"/proc/{pid}").exists()
    again = Cluster(cluster.folder, durable=False)
    again.start()
    try:
        with psycopg.connect(again.superuser_url) as connection:
            assert connection.execute("SELECT seven FROM kept").fetchone() == (7,)
        wrong = again.superuser_url.replace("postgres:", "postgres:x")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(wrong)
    finally:
        again.stop()


STARTER = """
import sys, time
from pathlib import Path
from portal.operations.cluster import Cluster
cluster = Cluster(Path(sys.argv[1]), durable=False)
cluster.start()
print(cluster.pid, flush=True)
time.sleep(600)
"""


def test_server_ends_when_its_starter_is_killed_and_data_is_usable_after(cluster: Cluster) -> None:
    starter = subprocess.Popen([sys.executable, "-c", STARTER, str(cluster.folder)], stdout=subprocess.PIPE, text=True)
    with starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        starter.send_signal(signal.SIGKILL)
    end = time.monotonic() + 60
    while Path(f"/proc/{pid}").exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not Path(f"/proc/{pid}").exists()
    again = Cluster(cluster.folder, durable=False)
    again.start()
    again.stop()


def test_port_taken_by_another_is_left_to_him(cluster: Cluster) -> None:
    import socket

    cluster.start()
    cluster.stop()
    old = cluster.superuser_url
    port = int(old.rpartition(":")[2].partition("/")[0])
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        cluster.start()
        assert cluster.superuser_url != old
        psycopg.connect(cluster.superuser_url).close()


def test_missing_programs_are_named(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match=r"postgresql-<versi>-postgis-3"):
        find_programs(root=tmp_path)
    with pytest.raises(ClusterError, match="PostgreSQL 99"):
        find_programs(99)


def test_data_lies_where_the_server_can_reach_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    made = Cluster(closed / "run", durable=False)
    made.start()
    try:
        # only root runs the server as another user, who cannot enter a closed folder of root's
        expected = module.OUTSIDE if os.geteuid() == 0 else made.folder
        assert made.data.is_relative_to(expected)
        assert made.data.parent.stat().st_mode & 0o077 == 0
    finally:
        made.stop()
        made.remove()
    assert not made.folder.joinpath("cluster.json").exists()
    if os.geteuid() == 0:
        monkeypatch.setattr(module, "OUTSIDE", closed / "nowhere" / "else")
        with pytest.raises(ClusterError, match="pilih DEMO_DIR lain"):
            made.start()


def test_server_that_cannot_start_says_why(cluster: Cluster) -> None:
    cluster.start()
    cluster.stop()
    with (cluster.data / "postgresql.conf").open("a", encoding="utf-8") as settings:
        settings.write("\nnonsense = 1\n")
    with pytest.raises(ClusterError, match="nonsense"):
        cluster.start()
