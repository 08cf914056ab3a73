"""Settings of the demo: options out of make's variables, the environment of each process, keys, portal.env."""

from __future__ import annotations

import base64
import json
import os
import secrets
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from config.settings import PREFIX, OfficeSettings, PublicSettings, WorkerSettings
from portal.operations.migrate import PluginTree
from portal.operations.provision import Addresses
from portal.operations.search_roles import SearchAddresses
from portal.operations.supervisor import Child, gunicorn

PUBLIC_HOST, OFFICE_HOST = "127.0.0.1", "localhost"
INHERITED = ("PATH", "HOME", "LANG", "TZ")
ENVIRONMENT_FILE = "portal.env"


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
