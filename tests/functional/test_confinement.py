"""I2: the public process for real, with exactly its credentials; and what each database role cannot do."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest

from config.settings import PREFIX, PublicSettings
from portal.operations.cluster import free_port
from portal.operations.demo_settings import INHERITED, DemoOptions, children, compose_environment
from portal.operations.search_roles import SearchAddresses
from portal.operations.supervisor import Child, Supervisor
from tests.functional.world import World

FORBIDDEN_ROOMS = ("access", "accounts", "vault", "ingest", "audit", "quality", "ppid")


@dataclass(frozen=True)
class Running:
    """The public child of the demo, its processes and the whole demo's environment."""

    child: Child
    pids: tuple[int, ...]
    environment: dict[str, str]

    def get(self, path: str) -> tuple[int, bytes]:
        """Ask it over the network."""
        address = str(self.child.health_url).removesuffix("/health")
        with build_opener(ProxyHandler({})).open(address + path, timeout=30) as answer:
            return answer.status, answer.read()


@pytest.fixture(scope="module")
def running(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Composed as `make demo` composes it, on the world's databases."""
    folder = tmp_path_factory.mktemp("demo")
    options = DemoOptions(
        "portal.cli.wsgi:public()", "portal.cli.wsgi:office()", ["false"], folder, free_port(), free_port()
    )
    search = SearchAddresses("postgresql:", "postgresql:")
    environment = compose_environment(options, folder, world.databases.addresses, search)
    environment[PREFIX + "PUBLIC_STORAGE_URL"] = str(world.folder / "public")
    child, _office, _worker = children(options, environment, search)
    supervisor = Supervisor(folder / "log")
    pid = supervisor.start(child)
    try:
        supervisor.wait_healthy()
        workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        yield Running(child, (pid, *map(int, workers)), environment)
    finally:
        supervisor.stop()


def test_settings_of_the_public_side_have_no_field_for_the_other() -> None:
    names = {field.name for field in fields(PublicSettings)}
    assert not [
        name
        for name in names
        if any(word in name for word in ("vault", "office_d", "office_s", "publisher", "session", "smtp", "migrator"))
    ]
    assert names == {
        "public_database_url", "public_storage_url", "public_search_url", "inbox_public_key", "site_url", "office_url",
        "trusted_proxies", "accel_prefix", "profile", "development", "log_folder", "rate_per_second", "rate_burst",
        "datastore_sql",
    }  # fmt: skip


def test_no_process_of_the_public_side_holds_another_credential(running: Running, world: World) -> None:
    """What the kernel says of their environment, for gunicorn's master and its workers."""
    addresses, passwords = world.databases.addresses, world.databases.passwords
    foreign = {
        value
        for value in (*astuple(addresses), *astuple(passwords), *running.environment.values())
        if value
        and value not in running.child.environment.values()
        and value not in {addresses.public, passwords.public}
    }
    assert len(running.pids) >= 2
    for pid in running.pids:
        raw = Path(f"/proc/{pid}/environ").read_bytes() + Path(f"/proc/{pid}/cmdline").read_bytes()
        assert [value for value in foreign if len(value) > 3 and value.encode() in raw] == []
        names = {
            item.split(b"=")[0].decode() for item in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0") if item
        }
        allowed = {PREFIX + field.name.upper() for field in fields(PublicSettings)} | set(INHERITED)
        assert {name for name in names if name.startswith(PREFIX)} <= allowed
        assert passwords.public.encode() in raw


def test_the_running_process_serves_and_knows_no_secret(running: Running, world: World) -> None:
    status, body = running.get("/dataset?q=rumah")
    assert status == 200
    assert world.name_of("Korban kekerasan yang dilayani").encode() in body
    assert not [word for word in world.words if word.encode() in body.lower()]


def test_the_public_process_loads_no_room_of_the_office(running: Running) -> None:
    """A whole application that has answered pages, an API call and tiles."""
    script = (
        "import json, sys, portal.cli.wsgi as w\n"
        "app = w.public()\n"
        "client = app.test_client()\n"
        "paths = ('/', '/dataset?q=a', '/api/3/action/package_search', '/sitemap.xml')\n"
        "codes = [client.get(path).status_code for path in paths]\n"
        "print(json.dumps([codes, sorted(m for m in sys.modules if m.startswith('portal.'))]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=dict(running.child.environment), capture_output=True, text=True, check=True
    )
    codes, modules = json.loads(done.stdout.splitlines()[-1])
    assert codes == [200] * 4
    assert [name for name in modules if name.split(".")[1] in FORBIDDEN_ROOMS] == []


def test_the_public_process_cannot_be_made_an_office(running: Running) -> None:
    """Its environment does not suffice for the office's settings, nor for a worker's."""
    script = "import os\nfrom config.settings import *\nload(OfficeSettings, os.environ)"
    done = subprocess.run(
        [sys.executable, "-c", script], env=dict(running.child.environment), capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "PORTAL_OFFICE_DATABASE_URL" in done.stderr
