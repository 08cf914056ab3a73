"""`make demo`: a private cluster, its databases, real data at the first start, and the three processes."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from config.settings import WorkerSettings, load
from portal.operations import migrate
from portal.operations import provision as provision_module
from portal.operations.cluster import Cluster, ClusterError, free_port
from portal.operations.demo_settings import (
    ENVIRONMENT_FILE,
    PUBLIC_HOST,
    DemoOptions,
    children,
    compose_environment,
    format_environment,
    write_private,
)
from portal.operations.provision import KINDS, Addresses, Names, Passwords, Roles
from portal.operations.search_roles import SearchAddresses, secure
from portal.operations.supervisor import (
    StartError,
    Supervisor,
    interruptible,
    port_taken,
)

KIT = Path(__file__).resolve().parents[2] / "tests" / "services" / "elasticsearch"


@dataclass(frozen=True)
class Account:
    """A demo account as it is printed."""

    role: str
    name: str
    username: str
    password: str


@dataclass(frozen=True)
class DemoContext:
    """What the seed is given: all settings, the addresses and the folder."""

    settings: WorkerSettings
    environment: Mapping[str, str]
    addresses: Addresses
    folder: Path
    profile: str


Seed = Callable[[DemoContext], Sequence[Account]]
Say = Callable[[str], object]


def _say(text: str) -> None:
    """Write a line at once, also into a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def run_demo(
    options: DemoOptions, seed: Seed, prepare: Callable[[DemoContext], None] | None = None, say: Say = _say
) -> int:
    """Run the demo until Ctrl-C, SIGTERM or the death of a part; return the exit code.

    `seed` fills the first start and returns the accounts; a start that was broken off is seeded again, so
    it must bear repetition. `prepare` is called at each start before the processes (a new index, for one).
    """
    folder = options.folder.absolute()
    try:
        with interruptible(), ExitStack() as stack:
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(_only_one(folder))
            _check_ports(options)
            _run(options, folder, stack, seed, prepare, say)
    except KeyboardInterrupt:
        say("Demo dihentikan; data disimpan di " + str(folder))
        return 0
    except (StartError, ClusterError) as error:
        say(str(error))
        return 1
    return 0


def _run(
    options: DemoOptions,
    folder: Path,
    stack: ExitStack,
    seed: Seed,
    prepare: Callable[[DemoContext], None] | None,
    say: Say,
) -> None:
    begin = time.monotonic()
    cluster = Cluster(folder, log=folder / "log" / "postgres.log")
    say("Menyalakan basis data …")
    stack.callback(cluster.stop)
    cluster.start()
    addresses = _provisioned(cluster, folder)
    for kind in KINDS:
        migrate.upgrade(kind, addresses.migrator(kind), Roles(), options.plugins)
    search = SearchAddresses("postgresql:", "postgresql:")
    if options.elasticsearch:
        search = _elasticsearch(folder, stack, say)
    environment = compose_environment(options, folder, addresses, search)
    write_private(folder / ENVIRONMENT_FILE, format_environment(environment))
    context = DemoContext(load(WorkerSettings, environment), environment, addresses, folder, options.profile)
    accounts = _seeded(context, seed, say)
    if prepare is not None:
        prepare(context)
    supervisor = Supervisor(folder / "log")
    stack.callback(supervisor.stop)
    for child in children(options, environment, search):
        supervisor.start(child)
    supervisor.wait_healthy()
    say(_summary(options, folder, accounts, time.monotonic() - begin))

    def cluster_runs() -> None:
        if cluster.poll() is not None:
            raise StartError(f"Basis data berhenti sendiri; lihat {cluster.log}")

    supervisor.watch(cluster_runs)


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise StartError(
                f"Demo sudah berjalan di {folder} (proses {lock.read().strip() or '?'}). "
                "Hentikan dengan Ctrl-C di jendelanya, atau pakai DEMO_DIR, PORT, dan OFFICE_PORT lain."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _check_ports(options: DemoOptions) -> None:
    for name, port in (("PORT", options.port), ("OFFICE_PORT", options.office_port)):
        if port_taken(PUBLIC_HOST, port):
            raise StartError(
                f"Port {port} sedang dipakai program lain (mungkin demo lain). "
                f"Pilih yang lain, misalnya: make demo {name}={port + 100}"
            )


def _provisioned(cluster: Cluster, folder: Path) -> Addresses:
    """Provision once for each release of provision.py: a warm start needs only the addresses."""
    passwords, mark = _passwords(folder), folder / "provisioned"
    release = hashlib.sha256(Path(provision_module.__file__).read_bytes()).hexdigest()
    wanted = f"{release} {cluster.data}"
    if mark.exists() and mark.read_text(encoding="utf-8") == wanted:
        return provision_module.addresses(cluster.superuser_url, passwords, Names(), Roles())
    made = provision_module.provision(cluster.superuser_url, passwords)
    mark.write_text(wanted, encoding="utf-8")
    return made


def _passwords(folder: Path) -> Passwords:
    file = folder / "roles.json"
    if not file.exists():
        write_private(file, json.dumps(asdict(Passwords.random())))
    return Passwords(**json.loads(file.read_text(encoding="utf-8")))


def _seeded(context: DemoContext, seed: Seed, say: Say) -> tuple[Account, ...]:
    file = context.folder / "accounts.json"
    if not file.exists():
        say("Memuat data demo (hanya pada penyalaan pertama) …")
        made = [asdict(account) for account in seed(context)]
        write_private(file, json.dumps(made, ensure_ascii=False, indent=1))
    stored: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return tuple(Account(**item) for item in stored)


def _elasticsearch(folder: Path, stack: ExitStack, say: Say) -> SearchAddresses:
    """Start a node from the kit; a node that a killed run left behind is taken over on its own port."""
    note = folder / "elasticsearch.json"
    if not note.exists():
        words = {name: secrets.token_urlsafe(24) for name in ("admin", "public", "office")}
        write_private(note, json.dumps({"port": free_port(), **words}))
    kept: dict[str, Any] = json.loads(note.read_text(encoding="utf-8"))
    environment = dict(
        os.environ,
        ES_DATA=str(folder / "elasticsearch"),
        ES_PORT=str(kept["port"]),
        ES_HEAP="512m",
        ES_PASSWORD=kept["admin"],
    )
    say("Menyalakan Elasticsearch (unduhan pertama sekitar 0,9 GB) …")
    log = folder / "log" / "elasticsearch.log"

    def kit(verb: str) -> int:
        with log.open("ab") as output:
            return subprocess.run(
                [str(KIT / verb)],
                env=environment,
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            ).returncode

    stack.callback(kit, "stop")
    if kit("start"):
        tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-3:]
        raise StartError("Elasticsearch tidak mau mulai:\n" + "\n".join(tail))
    url = f"http://127.0.0.1:{kept['port']}"
    return secure(url, kept["admin"], kept["public"], kept["office"])


def _summary(options: DemoOptions, folder: Path, accounts: Sequence[Account], seconds: float) -> str:
    lines = [
        "",
        f"Portal menyala ({seconds:.1f} detik).",
        f"  Untuk umum  : {options.site_url}",
        f"  Ruang kerja : {options.office_url}",
        f"  Data demo   : {folder}",
        "",
    ]
    if accounts:
        width = max(len(account.username) for account in accounts)
        lines.append("Akun demo (dibuat di komputer ini, hanya untuk demo):")
        lines += [
            f"  {account.username:<{width}}  {account.password}  {account.role} – {account.name}"
            for account in accounts
        ]
        lines.append("")
    lines.append("Hentikan dengan Ctrl-C; data tetap disimpan.")
    return "\n".join(lines)
