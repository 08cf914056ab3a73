"""A demo of our own: started in a folder and on ports of its own, timed, and ended by Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.measure import family_seconds
from portal.operations.cluster import free_port
from portal.operations.demo_settings import read_environment
from portal.operations.supervisor import answers

START_SECONDS = 1800


@dataclass(frozen=True)
class Demo:
    """A running demo: its folder, its public address, its top process, and how long it took to serve, by the clock
    and in processor time of what then runs (the sandbox's children have gone)."""

    folder: Path
    url: str
    pid: int
    seconds: float
    cpu: float


def attached(folder: Path) -> Demo:
    """A demo that somebody else runs in `folder`. Raises RuntimeError when none answers."""
    environment = read_environment(folder)
    url = environment.get("PORTAL_SITE_URL", "")
    if not url or not answers(f"{url}/health"):
        raise RuntimeError(f"no demo runs in {folder}")
    return Demo(folder, url, int((folder / "lock").read_text(encoding="ascii")), 0.0, 0.0)


@contextmanager
def started(folder: Path) -> Iterator[Demo]:
    """Runs `portal demo` in `folder`; the clock stops when the public side answers. Raises RuntimeError."""
    port, office = free_port(), free_port()
    environment = dict(os.environ, DEMO_DIR=str(folder), PORT=str(port), OFFICE_PORT=str(office))
    command = [str(Path(sys.executable).with_name("portal")), "demo"]
    begin = time.perf_counter()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "bench.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        while not answers(f"{url}/health"):
            if process.poll() is not None or time.perf_counter() - begin > START_SECONDS:
                tail = (folder / "bench.log").read_text(encoding="utf-8", errors="replace")[-2000:]
                raise RuntimeError(f"the demo did not start:\n{tail}")
            time.sleep(0.05)
        yield Demo(folder, url, process.pid, time.perf_counter() - begin, family_seconds(process.pid))
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(60)


@contextmanager
def fresh() -> Iterator[Path]:
    """An empty folder for a demo, removed at the end (the cluster's own folder too)."""
    from portal.operations.cluster import Cluster

    with TemporaryDirectory(prefix="portal-bench-demo-") as name:
        try:
            yield Path(name)
        finally:
            made = Cluster(Path(name))
            if made.pid is None:
                made.remove()


@contextmanager
def running(folder: Path | None) -> Iterator[Demo]:
    """The demo of `folder`, or a new one."""
    if folder is not None:
        yield attached(folder)
        return
    with fresh() as made, started(made) as demo:
        yield demo


def get(url: str) -> str:
    """The text of a page of this machine."""
    from urllib.request import ProxyHandler, build_opener

    if not url.startswith("http://"):
        raise ValueError("only plain addresses of this machine are asked")
    with build_opener(ProxyHandler({})).open(url, timeout=60) as answer:
        return str(answer.read().decode("utf-8"))


def links(text: str, pattern: str) -> list[str]:
    """Addresses in a page that match, each once, in their order."""
    return list(dict.fromkeys(re.findall(f'href="({pattern})"', text)))
