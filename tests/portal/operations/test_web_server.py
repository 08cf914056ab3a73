"""The web server for real: its workers share what they count."""

from __future__ import annotations

from pathlib import Path
from urllib.request import ProxyHandler, build_opener

from portal.operations.cluster import free_port
from portal.operations.supervisor import Child, Supervisor, gunicorn
from tests.portal.operations.counting_program import MOST


def test_workers_of_a_server_count_together(tmp_path: Path) -> None:
    """Two workers, one bucket of 40 units, until both have answered and the bucket is empty."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    command = gunicorn("tests.portal.operations.counting_program:program()", "127.0.0.1", port, threads=2, workers=2)
    supervisor = Supervisor(tmp_path)
    supervisor.start(Child("hitung", command, {}, url))
    try:
        supervisor.wait_healthy()
        opener = build_opener(ProxyHandler({}))
        taken, pids, asked = 0, set(), 0
        while (len(pids) < 2 or asked < 2 * MOST) and asked < 2_000:
            with opener.open(url, timeout=30) as answer:
                pid, had = answer.read().split()
            pids.add(pid)
            taken += int(had)
            asked += 1
    finally:
        supervisor.stop()
    assert len(pids) == 2
    # the question whether it is up took some
    assert 0 < taken < MOST
