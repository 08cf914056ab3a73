"""Is everything there that the portal needs? Behind `/health` (short) and `portal health` (in full).

A probe answers with a state and an Indonesian sentence for the person who runs the machine. The public page
shows states only: paths, addresses and numbers of jobs are nobody's business there.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from config.settings import OfficeSettings
from portal.kernel import sandbox
from portal.kernel.storage import FileRoot
from portal.web.request import Runtime
from search.engine import Engine

logger = logging.getLogger(__name__)

State = Literal["good", "warning", "bad"]
MIB = 1 << 20
DISK_WARNING, DISK_BAD = 2048 * MIB, 256 * MIB
# procrastinate's workers say that they live every ten seconds
WORKER_SECONDS = 60
WAITING_SECONDS = 600
STRONG_SANDBOX = {sandbox.Mode.BUBBLEWRAP, sandbox.Mode.BUBBLEWRAP_NO_PROC}


@dataclass(frozen=True)
class Check:
    """One answer: `warning` still serves, `bad` does not."""

    state: State
    message: str = ""


Probe = Callable[[], Check]


@dataclass(frozen=True)
class Report:
    """All answers of one look."""

    checks: Mapping[str, Check]

    @property
    def state(self) -> State:
        """Return the worst state."""
        found = {check.state for check in self.checks.values()}
        return "bad" if "bad" in found else "warning" if "warning" in found else "good"

    def public(self) -> dict[str, object]:
        """Return what may be shown to anybody: names and states."""
        return {"status": self.state, "checks": {name: check.state for name, check in self.checks.items()}}

    def lines(self) -> list[str]:
        """Return the report for a terminal."""
        words = {"good": "baik", "warning": "perhatian", "bad": "RUSAK"}
        width = max(map(len, self.checks), default=0)
        return [
            f"{name:<{width}}  {words[check.state]:<9}  {check.message}".rstrip() for name, check in self.checks.items()
        ]


def look(probes: Mapping[str, Probe]) -> Report:
    """Ask every probe; one that breaks is bad, and the log says why."""
    found: dict[str, Check] = {}
    for name, probe in probes.items():
        try:
            found[name] = probe()
        except Exception as error:  # noqa: BLE001 - whatever breaks a part is what we are here to report
            logger.warning("health: %s: %s", name, error)
            found[name] = Check("bad", f"Tidak menjawab ({type(error).__name__})")
    return Report(found)


def probes_of(runtime: Runtime, *, full: bool = False) -> dict[str, Probe]:
    """Return the probes that fit a process; `full` adds the slow ones of `portal health` (sandbox, mail)."""
    found: dict[str, Probe] = {
        "database": lambda: database(runtime.sessions["public"]),
        "search": lambda: search(runtime.search),
        "storage": lambda: storage(runtime.public_files),
    }
    settings, vault, index = runtime.settings, runtime.vault_files, runtime.office_search
    if not isinstance(settings, OfficeSettings) or vault is None or index is None:
        return found
    found |= {
        "office_database": lambda: database(runtime.sessions["office"]),
        "publisher": lambda: database(runtime.sessions["publisher"]),
        "office_search": lambda: search(index),
        "vault_storage": lambda: storage(vault),
        "queue": lambda: queue(runtime.sessions["office"]),
    }
    if full:
        found["sandbox"] = walls
        found["mail"] = lambda: mail_server(settings.smtp_url)
    return found


def database(sessions: sessionmaker[Session]) -> Check:
    """Ask a database whether it answers."""
    with sessions() as session:
        session.execute(text("SELECT 1")).one()
    return Check("good")


def search(engine: Engine) -> Check:
    """Ask a search engine whether it answers; search may be away while everything else serves."""
    engine.ping()
    return Check("good")


def storage(root: FileRoot) -> Check:
    """Ask a file root whether it answers, and a local one how much room is left."""
    root.exists("health")
    return Check("good") if root.folder is None else disk(root.folder)


def disk(folder: Path) -> Check:
    """Tell how much room is left where a folder lies."""
    free = shutil.disk_usage(folder).free
    message = f"Sisa ruang {free // MIB} MiB"
    if free < DISK_BAD:
        return Check("bad", message)
    return Check("warning" if free < DISK_WARNING else "good", message)


def queue(sessions: sessionmaker[Session]) -> Check:
    """Tell whether a worker lives, how long jobs have been waiting, and how many were given up in a day."""
    with sessions() as session:
        row = session.execute(
            text("""
                SELECT (SELECT count(*) FROM jobs.procrastinate_workers
                         WHERE last_heartbeat > now() - make_interval(secs => :alive)) AS workers,
                       (SELECT count(*) FROM jobs.procrastinate_jobs
                         WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())) AS waiting,
                       (SELECT count(*) FROM operations.progress
                         WHERE state = 'queued' AND heartbeat < now() - make_interval(secs => :late)) AS late,
                       (SELECT count(*) FROM operations.progress
                         WHERE state = 'failed' AND finished > now() - interval '1 day') AS failed
            """),
            {"alive": WORKER_SECONDS, "late": WAITING_SECONDS},
        ).one()
    message = f"{row.workers} pekerja, {row.waiting} menunggu, {row.failed} gagal dalam sehari"
    troubled = row.workers == 0 or row.late > 0 or row.failed > 0
    return Check("warning" if troubled else "good", message)


def walls() -> Check:
    """Tell behind which walls uploads are opened on this machine."""
    found = sandbox.mode()
    if found in STRONG_SANDBOX:
        return Check("good", f"Berkas dibuka di balik {found.value}")
    return Check("warning", f"Berkas dibuka di balik {found.value}; pasang bubblewrap dan izinkan user namespace")


def mail_server(url: str) -> Check:
    """Sign in to the mail server without sending anything."""
    # the office's alone: the public process sends no letters and holds no queue
    from portal.operations import mail

    server = mail.parse_smtp_url(url)
    if server is None:
        return Check("good", "Surel tidak dipakai")
    mail.check(server)
    return Check("good", f"Surel lewat {server.host}")


@dataclass
class Board:
    """Keeps the last report for a few seconds, so that `/health` costs little however often it is asked."""

    probes: Mapping[str, Probe]
    keep_seconds: float = 2.0
    clock: Callable[[], float] = time.monotonic
    _report: Report | None = None
    _until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def report(self) -> Report:
        """Return a report that is at most `keep_seconds` old."""
        with self._lock:
            if self._report is None or self.clock() >= self._until:
                self._report = look(self.probes)
                self._until = self.clock() + self.keep_seconds
            return self._report
