"""The compose file keeps the two sides apart; the public edge passes no credentials on."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.settings import OfficeSettings, PublicSettings, WorkerSettings, load


@pytest.fixture(scope="module")
def compose(repository: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((repository / "docker/compose.yaml").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("other", ["db-office", "office", "worker", "setup", "nginx-office"])
def test_public_container_shares_no_network_with_the_office(compose: dict[str, Any], other: str) -> None:
    services = compose["services"]
    for service in ("public", "nginx-public"):
        assert not set(services[service]["networks"]) & set(services[other]["networks"])


def test_public_container_gets_only_its_own_settings_and_files(compose: dict[str, Any]) -> None:
    public = compose["services"]["public"]
    allowed = {f"PORTAL_{field.name.upper()}" for field in fields(PublicSettings)}
    assert set(public["environment"]) <= allowed
    assert "secrets" not in public
    assert public["volumes"] == ["files-public:/srv/files/public:ro"]
    assert load(PublicSettings, filled(public["environment"])).accel_prefix == "/_files"


def test_settings_of_office_and_worker_are_complete(compose: dict[str, Any]) -> None:
    assert load(OfficeSettings, filled(compose["services"]["office"]["environment"])).trusted_proxies == 1
    assert load(WorkerSettings, filled(compose["services"]["worker"]["environment"])).profile == "x"


def filled(environment: dict[str, str]) -> dict[str, str]:
    """The environment with its variables filled in: defaults where there are, addresses, else x."""
    urls = {"SITE_URL": "https://data.example", "OFFICE_URL": "https://kantor.example"}

    def value(match: re.Match[str]) -> str:
        name, default = match.group(1), match.group(3)
        return default if default is not None else urls.get(name, "x")

    return {key: re.sub(r"\$\{(\w+)(:-([^}]*))?\}", value, text) for key, text in environment.items()}


def test_every_network_of_data_is_closed_to_the_outside(compose: dict[str, Any]) -> None:
    open_ones = {name for name, network in compose["networks"].items() if not network.get("internal")}
    assert open_ones == {"internet", "intranet"}
    for name, service in compose["services"].items():
        assert name.startswith("nginx-") == bool(open_ones & set(service["networks"]))
        assert name.startswith("nginx-") == ("ports" in service)


def test_public_edge_strips_credentials_and_limits_bodies(repository: Path) -> None:
    text = (repository / "docker/nginx.conf").read_text(encoding="utf-8")
    for line in (
        'proxy_set_header Cookie "";',
        'proxy_set_header Authorization "";',
        "proxy_hide_header Set-Cookie;",
        "client_max_body_size 6m;",
        "internal;",
    ):
        assert line in text
    log_format = re.search(r"log_format quiet '([^']*)'", text)
    assert log_format is not None
    for telling in ("remote_addr", "http_user_agent", "http_referer", "request_uri", "args"):
        assert telling not in log_format.group(1)


def test_prepare_makes_private_secrets_once(repository: Path, tmp_path: Path) -> None:
    script = tmp_path / "prepare"
    script.write_bytes((repository / "docker/prepare").read_bytes())
    words = ["bash", str(script), "brebes", "https://data.example", "https://kantor.example"]
    subprocess.run(words, check=True, capture_output=True)
    made = [tmp_path / ".env", *(tmp_path / "secrets").iterdir()]
    assert len(made) == 4
    for file in made:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    environment = dict(line.split("=", 1) for line in made[0].read_text().splitlines())
    passwords = [value for name, value in environment.items() if name.startswith("PASSWORD_")]
    assert len(set(passwords)) == len(passwords) == 7
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{32}", password) for password in passwords)
    keys = json.loads((tmp_path / "secrets/vault.json").read_text())
    assert keys["active"] in keys["keys"]
    again = subprocess.run(words, check=False, capture_output=True, env=dict(os.environ))
    assert again.returncode == 1
