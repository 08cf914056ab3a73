"""A private PostgreSQL cluster: what `make demo` and the tests run on where nobody gave them one.

It uses the system's PostgreSQL programs but nothing of the system's clusters: own data folder, own port on
127.0.0.1, no Unix socket, SCRAM passwords. PostgreSQL refuses to run as root, so root starts it as user
`postgres`. The server ends with the process that started it, however that ends (parent-death signal).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

MINIMUM_VERSION = 15
SERVER_USER = "postgres"
# Where root puts data that user `postgres` could not reach under a closed parent folder such as /root.
OUTSIDE = Path("/var/lib/portal-kabupaten")
START_SECONDS = 60
STOP_SECONDS = 60

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "max_connections": "60",
    "max_wal_size": "1GB",
    "min_wal_size": "80MB",
    "wal_level": "replica",
    "max_wal_senders": "3",
    # compiling a plan costs more than it saves at the size of our queries
    "jit": "off",
    "logging_collector": "off",
    "log_parameter_max_length_on_error": "0",
    "cluster_name": "portal",
}
# For tests: the data need not outlive a power cut.
FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
}


class ClusterError(RuntimeError):
    """The cluster cannot be made or started; the text says why and what to do."""


@dataclass(frozen=True)
class Programs:
    """The folder of one major version's programs."""

    version: int
    folder: Path


def find_programs(version: int | None = None, root: Path = Path("/usr/lib/postgresql")) -> Programs:
    """Return the newest installed PostgreSQL that has PostGIS, or exactly the version asked for.

    Raises ClusterError naming the packages when there is none.
    """
    found = [
        Programs(int(folder.parent.name), folder)
        for folder in root.glob("*/bin")
        if folder.parent.name.isdigit() and (folder / "postgres").exists() and (folder / "initdb").exists()
    ]
    extensions = Path("/usr/share/postgresql")
    fitting = [
        item
        for item in found
        if item.version >= MINIMUM_VERSION
        and (extensions / str(item.version) / "extension" / "postgis.control").exists()
        and version in (None, item.version)
    ]
    if not fitting:
        wanted = version or f"{MINIMUM_VERSION} atau lebih baru"
        raise ClusterError(
            f"PostgreSQL {wanted} dengan PostGIS tidak ditemukan di {root}. "
            "Pasang paket postgresql, postgis, dan postgresql-<versi>-postgis-3."
        )
    return max(fitting, key=lambda item: item.version)


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Cluster:
    """One private cluster whose password and port are kept in `folder`/cluster.json (0600)."""

    def __init__(self, folder: Path, *, durable: bool = True, log: Path | None = None) -> None:
        """Describe the cluster; nothing is made before `start`. `durable=False` is for tests."""
        self.folder = folder.absolute()
        self.durable = durable
        self.log = (log or self.folder / "postgres.log").absolute()
        self._process: subprocess.Popen[bytes] | None = None
        self._note = self.folder / "cluster.json"
        self._state: dict[str, str | int] = {}
        self._read_note()

    @property
    def data(self) -> Path:
        """Return the data folder (known after the first start)."""
        return Path(str(self._state["data"]))

    @property
    def superuser_url(self) -> str:
        """Return the superuser's address."""
        state = self._state
        return f"postgresql://{SERVER_USER}:{state['password']}@127.0.0.1:{state['port']}/postgres"

    @property
    def pid(self) -> int | None:
        """Return the process id of the server that this object started, if it runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def poll(self) -> int | None:
        """Return the exit code of the server if it ended by itself, else None."""
        return self._process.poll() if self._process is not None else None

    def start(self) -> None:
        """Make the cluster if it is new, start it and wait until it answers.

        A server that a killed earlier run left on the same data is ended first. Raises ClusterError.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self._read_note()
        if not self._note.exists() or not (self.data / "PG_VERSION").exists():
            self._create()
        self._end_leftover()
        programs = find_programs(int((self.data / "PG_VERSION").read_text(encoding="ascii")))
        port = int(self._state["port"])
        if _answers(port):
            port = free_port()
            self._remember(port=port)
        settings = SETTINGS | ({} if self.durable else FORGETFUL) | {"port": str(port)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            # a session of its own: Ctrl-C in the terminal reaches us, and we stop things in their order
            self._process = subprocess.Popen(
                [*_as_server("INT"), programs.folder / "postgres", "-D", self.data, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )
        self._wait()

    def stop(self) -> None:
        """Stop exactly the server that `start` started; sessions are ended, data is safe. Harmless twice."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait(STOP_SECONDS)

    def remove(self) -> None:
        """Delete the data of a stopped cluster."""
        if self.pid is not None:
            raise ClusterError("Basis data masih berjalan; hentikan dahulu.")
        self._read_note()
        if "data" in self._state:
            shutil.rmtree(self.data.parent, ignore_errors=True)
        self._note.unlink(missing_ok=True)
        self._state = {}

    def _create(self) -> None:
        programs = find_programs()
        home = self._home()
        password = secrets.token_urlsafe(24)
        pwfile = home / "password"
        _write_private(pwfile, password)
        _give_to_server(pwfile)
        made = subprocess.run(
            [
                *_as_server(None),
                programs.folder / "initdb",
                f"--pgdata={home / 'data'}",
                f"--username={SERVER_USER}",
                f"--pwfile={pwfile}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--data-checksums",
                *([] if self.durable else ["--no-sync"]),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
        )
        pwfile.unlink()
        if made.returncode:
            raise ClusterError(f"initdb gagal: {made.stderr.strip() or made.stdout.strip()}")
        (home / "data" / "pg_hba.conf").write_text(
            "# loopback only, passwords only; there is no Unix socket\n"
            "host all all 127.0.0.1/32 scram-sha-256\n"
            "host replication all 127.0.0.1/32 scram-sha-256\n",
            encoding="ascii",
        )
        self._remember(password=password, port=free_port(), data=str(home / "data"))

    def _home(self) -> Path:
        """Make the folder that holds `data`, where the server's user can reach it, and give it to him."""
        home = self.folder / "postgres"
        if os.geteuid() == 0 and not _server_reaches(self.folder):
            if not OUTSIDE.parent.exists() or not _server_reaches(OUTSIDE.parent):
                raise ClusterError(
                    f"Pengguna {SERVER_USER} tidak dapat memasuki {self.folder} maupun {OUTSIDE.parent}; "
                    "pilih DEMO_DIR lain."
                )
            OUTSIDE.mkdir(mode=0o711, exist_ok=True)
            home = OUTSIDE / hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
        if home.exists():
            # its cluster.json is gone, and with it the only password: nobody can use this data any more
            _end_server(home / "data")
            shutil.rmtree(home)
        home.mkdir(mode=0o700)
        _give_to_server(home)
        return home

    def _read_note(self) -> None:
        if self._note.exists():
            self._state = json.loads(self._note.read_text(encoding="utf-8"))

    def _remember(self, **values: str | int) -> None:
        self._state |= values
        _write_private(self._note, json.dumps(self._state))

    def _end_leftover(self) -> None:
        _end_server(self.data)

    def _wait(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self.poll() is not None:
                break
            try:
                psycopg.connect(self.superuser_url, connect_timeout=5).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        self.stop()
        tail = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:]
        raise ClusterError("PostgreSQL tidak mau mulai:\n" + "\n".join(tail))


def _as_server(death_signal: str | None) -> list[str]:
    """Words before a command that drop root's rights and tie the command's life to ours."""
    words = ["setpriv"]
    if os.geteuid() == 0:
        words += [f"--reuid={SERVER_USER}", f"--regid={SERVER_USER}", "--init-groups"]
    if death_signal:
        words += ["--pdeathsig", death_signal]
    return words if len(words) > 1 else []


def _server_reaches(folder: Path) -> bool:
    words = [*_as_server(None), "test", "-x", str(folder)]
    return subprocess.run(words, check=False, cwd="/", capture_output=True).returncode == 0


def _give_to_server(path: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(path, SERVER_USER, SERVER_USER)


def _write_private(path: Path, text: str) -> None:
    """Write through a new file that only we may read, then put it in place whole."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _end_server(data: Path) -> None:
    """End the server that runs on exactly this data folder, if one does (pid file and command line agree)."""
    try:
        pid = int((data / "postmaster.pid").read_text(encoding="ascii").splitlines()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError, IndexError):
        return
    if os.fsencode(data) not in command or not re.search(rb"postgres$", command[0]):
        return
    os.kill(pid, signal.SIGINT)
    end = time.monotonic() + STOP_SECONDS
    while Path(f"/proc/{pid}").exists():
        if time.monotonic() > end:
            raise ClusterError(f"Server basis data lama (proses {pid}) tidak mau berhenti.")
        time.sleep(0.05)
