"""`make demo`: a private cluster, its databases, real data at the first start, and the three processes."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import secrets
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from config.settings import PREFIX, OfficeSettings, PublicSettings, WorkerSettings, load
from portal.operations import migrate
from portal.operations import provision as provision_module
from portal.operations.cluster import Cluster, ClusterError, free_port
from portal.operations.migrate import PluginTree
from portal.operations.provision import KINDS, Addresses, Names, Passwords, Roles
from portal.operations.search_roles import SearchAddresses, secure
from portal.operations.supervisor import (
    Child,
    StartError,
    Supervisor,
    gunicorn,
    interruptible,
    port_taken,
)

KIT = Path(__file__).resolve().parents[2] / "tests" / "services" / "elasticsearch"
PUBLIC_HOST, OFFICE_HOST = "127.0.0.1", "localhost"
INHERITED = ("PATH", "HOME", "LANG", "TZ")
ENVIRONMENT_FILE = "portal.env"


@dataclass(frozen=True)
class Account:
    """A demo account as it is printed."""

    role: str
    name: str
    username: str
    password: str


@dataclass(frozen=True)
class DemoOptions:
    """What the demo is made of. Targets are gunicorn's `module:factory()`; the worker is a whole command."""

    public_target: str
    office_target: str
    worker_command: Sequence[str]
    folder: Path = Path(".run")
    port: int = 8000
    office_port: int = 8001
    profile: str = "brebes"
    elasticsearch: bool = False
    plugins: Sequence[PluginTree] = ()

    @property
    def site_url(self) -> str:
        """Return the public address."""
        return f"http://{PUBLIC_HOST}:{self.port}"

    @property
    def office_url(self) -> str:
        """Return the officers' address: another host name, since cookies ignore ports."""
        return f"http://{OFFICE_HOST}:{self.office_port}"


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


def options_from_environment(environment: Mapping[str, str], base: DemoOptions) -> DemoOptions:
    """Read DEMO_DIR, PORT, OFFICE_PORT, PROFILE and SEARCH over `base`; ValueError names a wrong one."""
    search = environment.get("SEARCH", "postgresql")
    if search not in {"postgresql", "elasticsearch"}:
        raise ValueError("SEARCH harus postgresql atau elasticsearch")
    ports = []
    for name, default in (("PORT", base.port), ("OFFICE_PORT", base.office_port)):
        text = environment.get(name) or str(default)
        if not text.isdecimal() or not 0 < int(text) < 65536:
            raise ValueError(f"{name} harus nomor port 1 sampai 65535")
        ports.append(int(text))
    return DemoOptions(
        base.public_target,
        base.office_target,
        base.worker_command,
        Path(environment.get("DEMO_DIR") or base.folder),
        ports[0],
        ports[1],
        environment.get("PROFILE") or base.profile,
        search == "elasticsearch",
        base.plugins,
    )


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


def compose_environment(
    options: DemoOptions, folder: Path, addresses: Addresses, search: SearchAddresses
) -> dict[str, str]:
    """Return every PORTAL_ variable of the demo and make the keys they name (files of mode 0600)."""
    keys = folder / "keys"
    keys.mkdir(mode=0o700, exist_ok=True)
    for name in ("session.key", "inbox.key"):
        if not (keys / name).exists():
            _write_new(keys / name, secrets.token_bytes(32))
    if not (keys / "vault.json").exists():
        fresh = base64.b64encode(secrets.token_bytes(32)).decode()
        _write_new(keys / "vault.json", json.dumps({"active": "demo-1", "keys": {"demo-1": fresh}}).encode())
    inbox = X25519PrivateKey.from_private_bytes((keys / "inbox.key").read_bytes()).public_key()
    values = {
        "PUBLIC_DATABASE_URL": addresses.public,
        "OFFICE_DATABASE_URL": addresses.office,
        "PUBLISHER_DATABASE_URL": addresses.publisher,
        "MIGRATOR_PUBLIC_DATABASE_URL": addresses.migrator_public,
        "MIGRATOR_OFFICE_DATABASE_URL": addresses.migrator_office,
        "PUBLIC_STORAGE_URL": str(folder / "files" / "public"),
        "VAULT_STORAGE_URL": str(folder / "files" / "vault"),
        # office and worker write the public index too; the public process gets an address that only reads
        "PUBLIC_SEARCH_URL": search.office,
        "OFFICE_SEARCH_URL": search.office,
        "VAULT_KEY_FILE": str(keys / "vault.json"),
        "SESSION_KEY_FILE": str(keys / "session.key"),
        "INBOX_PUBLIC_KEY": base64.b64encode(inbox.public_bytes_raw()).decode(),
        "SITE_URL": options.site_url,
        "OFFICE_URL": options.office_url,
        "PROFILE": options.profile,
        "SECURE_COOKIES": "0",
        "LOG_FOLDER": str(folder / "log"),
    }
    for name in ("SMTP_URL", "MAIL_FROM"):
        if os.environ.get(PREFIX + name):
            values[name] = os.environ[PREFIX + name]
    return {PREFIX + name: value for name, value in values.items()}


def children(
    options: DemoOptions, environment: Mapping[str, str], search: SearchAddresses
) -> tuple[Child, Child, Child]:
    """Return the three processes, each with the settings of its own kind and no other (I2)."""
    shared = {name: os.environ[name] for name in INHERITED if name in os.environ}

    def only(kind: type[PublicSettings] | type[OfficeSettings]) -> dict[str, str]:
        names = {PREFIX + field.name.upper() for field in fields(kind)}
        return shared | {name: value for name, value in environment.items() if name in names}

    return (
        Child(
            "public",
            gunicorn(options.public_target, PUBLIC_HOST, options.port),
            only(PublicSettings) | {PREFIX + "PUBLIC_SEARCH_URL": search.public},
            options.site_url + "/health",
        ),
        Child(
            "office",
            gunicorn(options.office_target, PUBLIC_HOST, options.office_port),
            only(OfficeSettings),
            options.office_url + "/health",
        ),
        Child("worker", options.worker_command, only(WorkerSettings)),
    )


def format_environment(environment: Mapping[str, str]) -> str:
    """Return lines `NAME='value'` that a shell and `read_environment` understand."""
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in environment.items())


def read_environment(folder: Path) -> dict[str, str]:
    """Read DEMO_DIR/portal.env: how `portal` finds the settings of the demo. Empty if there is none."""
    file = folder / ENVIRONMENT_FILE
    if not file.exists():
        return {}
    words = shlex.split(file.read_text(encoding="utf-8"), comments=True)
    return dict(word.split("=", 1) for word in words)


def worker_command() -> list[str]:
    """Return the console script's `worker` of this very environment."""
    return [str(Path(sys.executable).with_name("portal")), "worker"]


def write_private(path: Path, text: str) -> None:
    """Replace a file by one that only its owner may read."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    _write_new(fresh, text.encode())
    fresh.replace(path)


def _write_new(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


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
