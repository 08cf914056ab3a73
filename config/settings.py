"""Settings of each kind of process, read from the environment once at start and frozen.

The public process's type has no field for the office database, the vault or the office index (design.md I2): what
cannot be named cannot leak. Every variable carries the prefix `PORTAL_`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar, get_type_hints
from urllib.parse import urlsplit

PREFIX = "PORTAL_"


class SettingsError(Exception):
    """A setting is missing or wrong; the message names the variable, never its value."""


@dataclass(frozen=True, kw_only=True)
class PublicSettings:
    """All that the internet side knows."""

    public_database_url: str
    public_storage_url: str
    public_search_url: str = "postgresql:"
    inbox_public_key: str = ""
    site_url: str = "http://127.0.0.1:8000"
    office_url: str = "http://localhost:8001"
    trusted_proxies: int = 0
    accel_prefix: str = ""
    profile: str = "brebes"
    development: bool = False
    log_folder: str = ""
    #: SQL of callers over published tables (`datastore_search_sql`)
    datastore_sql: bool = False
    rate_per_second: int = 200
    rate_burst: int = 20_000


@dataclass(frozen=True, kw_only=True)
class OfficeSettings:
    """The officers' side: both databases, the vault, and the publisher's address for the release verb."""

    public_database_url: str
    office_database_url: str
    publisher_database_url: str
    public_storage_url: str
    vault_storage_url: str
    vault_key_file: Path
    session_key_file: Path
    public_search_url: str = "postgresql:"
    office_search_url: str = "postgresql:"
    site_url: str = "http://127.0.0.1:8000"
    office_url: str = "http://localhost:8001"
    trusted_proxies: int = 0
    profile: str = "brebes"
    smtp_url: str = ""
    mail_from: str = ""
    secure_cookies: bool = True
    development: bool = False
    log_folder: str = ""
    #: SQL of callers over published tables (`datastore_search_sql`)
    datastore_sql: bool = False
    upload_limit: int = 2_147_483_648
    api_body_limit: int = 67_108_864
    rate_per_second: int = 200
    rate_burst: int = 20_000
    #: networks of our own that the outgoing fetcher may ask beside the internet (`10.20.0.0/16, 192.168.7.0/24`)
    fetch_allow: str = ""


@dataclass(frozen=True, kw_only=True)
class WorkerSettings(OfficeSettings):
    """The worker opens uploads and releases; it serves no page."""

    sandbox_memory: int = 3_221_225_472
    sandbox_seconds: int = 1800
    poll_seconds: float = 1.0


S = TypeVar("S", PublicSettings, OfficeSettings, WorkerSettings)
P = TypeVar("P")


def load(kind: type[S], environment: Mapping[str, str]) -> S:
    """Read the settings of `kind` from `environment`; raises SettingsError naming every wrong variable at once."""
    settings = _read(kind, PREFIX, environment)
    _check(settings)
    if isinstance(settings, OfficeSettings):
        _check_networks(settings)
    return settings


def _read(kind: type[P], prefix: str, environment: Mapping[str, str]) -> P:
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    faults: list[str] = []
    for field in fields(kind):  # type: ignore[arg-type]  # a dataclass, by the contract of the callers
        name = prefix + field.name.upper()
        text = environment.get(name)
        if text is None or text == "":
            if field.default is MISSING:
                faults.append(f"{name}: wajib diisi")
            continue
        try:
            values[field.name] = _convert(text, hints[field.name])
        except ValueError as error:
            faults.append(f"{name}: {error}")
    if faults:
        raise SettingsError("; ".join(faults))
    return kind(**values)


def load_plugin(kind: type[P], name: str, environment: Mapping[str, str]) -> P:
    """The settings of a plugin: a frozen dataclass, from variables `PORTAL_<NAME>_<FIELD>`. Raises SettingsError."""
    return _read(kind, f"{PREFIX}{name.upper()}_", environment)


def _convert(text: str, kind: type) -> Any:
    if kind is bool:
        if text.lower() not in {"1", "0", "true", "false", "yes", "no"}:
            raise ValueError("bukan ya/tidak (1 atau 0)")
        return text.lower() in {"1", "true", "yes"}
    if kind is int:
        return int(text)
    if kind is float:
        return float(text)
    if kind is Path:
        return Path(text)
    return text


def _check(settings: PublicSettings | OfficeSettings) -> None:
    """Refuse what would put both sides under one host: cookies do not know ports (design.md section 3)."""
    hosts = []
    for name in ("site_url", "office_url"):
        parts = urlsplit(getattr(settings, name))
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise SettingsError(f"{PREFIX}{name.upper()}: bukan alamat http(s)")
        hosts.append(parts.hostname.lower())
    if hosts[0] == hosts[1]:
        raise SettingsError(f"{PREFIX}SITE_URL dan {PREFIX}OFFICE_URL harus memakai nama host yang berbeda")


def _check_networks(settings: OfficeSettings) -> None:
    for part in settings.fetch_allow.split(","):
        try:
            ipaddress.ip_network(part.strip() or "::1/128", strict=False)
        except ValueError as error:
            raise SettingsError(f"{PREFIX}FETCH_ALLOW: bukan daftar jaringan seperti 10.20.0.0/16") from error


def is_loopback(url: str) -> bool:
    """Whether `url` names this machine only (used to allow plain cookies in a demo)."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
