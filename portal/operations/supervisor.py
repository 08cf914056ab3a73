"""Starts and watches child processes, and stops exactly what it started, in order.

Nothing is restarted silently: when a child ends by itself the supervisor says which, how and what it wrote
last, and the whole is stopped. Children run in sessions of their own, so that Ctrl-C reaches only us;
should we be killed outright, the kernel ends them (parent-death signal).
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

POLL_SECONDS = 0.25
STOP_SECONDS = 20
GUNICORN_THREADS = 8


class StartError(RuntimeError):
    """Something does not start or has ended; the text says what, and shows the end of its log."""


@dataclass(frozen=True)
class Child:
    """A process to run: its whole environment is `environment`, nothing is inherited."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    health_url: str | None = None


@dataclass
class Supervisor:
    """Runs children and keeps watch over them; `log_folder`/NAME.log holds what each writes."""

    log_folder: Path
    _running: list[tuple[Child, subprocess.Popen[bytes]]] = field(default_factory=list)

    def start(self, child: Child) -> int:
        """Start a child and return its process id."""
        self.log_folder.mkdir(parents=True, exist_ok=True)
        with self._log(child).open("ab") as log:
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *child.command],
                env=dict(child.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._running.append((child, process))
        return process.pid

    def wait_healthy(self, seconds: float = 60) -> None:
        """Wait until every child with a health address answers it. Raises StartError."""
        end = time.monotonic() + seconds
        for child, _ in tuple(self._running):
            while child.health_url is not None and not answers(child.health_url):
                self.raise_if_ended()
                if time.monotonic() > end:
                    raise StartError(f"{child.name} belum menjawab setelah {seconds:.0f} detik.\n{self._tail(child)}")
                time.sleep(POLL_SECONDS / 2)

    def raise_if_ended(self) -> None:
        """Raise StartError naming the first child that has ended by itself."""
        for child, process in self._running:
            code = process.poll()
            if code is not None:
                how = f"sinyal {signal.Signals(-code).name}" if code < 0 else f"kode {code}"
                raise StartError(f"{child.name} berhenti sendiri ({how}).\n{self._tail(child)}")

    def watch(self, also: Callable[[], None] | None = None) -> None:
        """Stay until a child ends (StartError) or `also`, called at each look, raises."""
        while True:
            self.raise_if_ended()
            if also is not None:
                also()
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """End every child in the order of starting: asked first, killed after 20 seconds. Harmless twice."""
        running, self._running = self._running, []
        for _, process in running:
            if process.poll() is None:
                process.terminate()
        for _, process in running:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                # its own session: gunicorn's workers go with it
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _log(self, child: Child) -> Path:
        return self.log_folder / f"{child.name}.log"

    def _tail(self, child: Child, lines: int = 12) -> str:
        log = self._log(child)
        text = log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
        return "\n".join((f"Akhir {log}:", *(f"  {line}" for line in text)))


def gunicorn(target: str, host: str, port: int, threads: int = GUNICORN_THREADS, workers: int = 1) -> list[str]:
    """Return the command that serves a WSGI application (`module:factory()`) with gthread workers."""
    return [
        sys.executable,
        "-m",
        "gunicorn",
        target,
        "--config=python:portal.operations.web_server",
        f"--bind={host}:{port}",
        "--worker-class=gthread",
        f"--workers={workers}",
        f"--threads={threads}",
        "--timeout=120",
        "--graceful-timeout=10",
        "--keep-alive=5",
        # the heartbeat file must not wait for a disk
        *(["--worker-tmp-dir=/dev/shm"] if Path("/dev/shm").is_dir() else []),  # noqa: S108 - fixed by gunicorn
        "--no-control-socket",
    ]


def answers(url: str) -> bool:
    """Tell whether an address of this machine answers without a server's error; no proxy is asked."""
    if not url.startswith("http://"):
        raise ValueError("only plain addresses of this machine are asked")
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=5) as answer:
            return 200 <= int(answer.status) < 400
    except HTTPError as error:
        error.close()
        return False
    except (URLError, OSError):
        return False


def port_taken(host: str, port: int) -> bool:
    """Tell whether somebody listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((socket.gethostbyname(host), port))
        except OSError:
            return True
    return False


@contextmanager
def interruptible() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into KeyboardInterrupt; no second signal disturbs what follows the first."""

    def stop(_number: int, _frame: object) -> None:
        for number in caught:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    caught = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, stop) for number in caught}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
