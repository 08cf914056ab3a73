"""The two portals of `bench ckan`: ours as it is served, profile `ckan`, and a CKAN that runs already."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from bench.house import Base, cluster
from bench.measure import descendants, family_seconds
from portal.accounts.secrets import key_hash
from portal.kernel.identity import Role
from portal.kernel.permissions import Permission
from portal.operations.cluster import free_port
from portal.operations.demo_settings import DemoOptions, children, compose_environment, worker_command
from portal.operations.search_roles import SearchAddresses
from portal.operations.supervisor import Supervisor, gunicorn

ROOT = Path(__file__).resolve().parents[1]
KIT = ROOT / "tests" / "services" / "elasticsearch"
WORKERS = 2
#: A benchmark asks more than any honest caller; the limits stay on, high.
LIMITS = {"PORTAL_RATE_PER_SECOND": "100000", "PORTAL_RATE_BURST": "10000000"}
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)
CKAN_VARIABLES = """\
bench ckan measures this portal beside a running CKAN 2.12. It needs to know:
  CKAN_REFERENCE_URL      its address, http://127.0.0.1:5000
  CKAN_REFERENCE_TOKEN    a sysadmin's API token
  CKAN_REFERENCE_PIDS     process ids of its web server (first), database, Solr and Redis, with commas: whose
                          processor time is counted (and below them)
and, to load a large catalogue by SQL and an index rebuild instead of by its API:
  CKAN_REFERENCE_DATABASE_URL   postgresql://... of its database
  CKAN_REFERENCE_COMMAND        its command line: "/path/to/ckan -c /path/to/ckan.ini"
  CKAN_REFERENCE_SOLR_URL       its Solr core, http://host:port/solr/ckan: documents go in there, equal to those of
                                CKAN's own indexer, in minutes; its rebuild of 100,000 takes an hour
docs/ckan.md tells more."""


@dataclass
class Site:
    """A portal: where it is read and written, by whose token, which processes serve it (`web` answers reads)."""

    name: str
    read: str
    write: str
    token: str
    families: Sequence[int]
    web: int
    search: str = "Elasticsearch"
    database_url: str = ""
    command: Sequence[str] = ()
    environment: dict[str, str] = field(default_factory=dict)
    solr: str = ""

    def processor(self) -> float:
        """Seconds of processor of every server process so far."""
        return sum(family_seconds(pid) for pid in self.families)

    def worker_memory(self) -> list[float]:
        """MiB (proportional set size) of each web worker, the largest first."""
        sizes = []
        for pid in descendants(self.web)[1:]:
            try:
                found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii"))
            except (FileNotFoundError, ProcessLookupError):
                continue
            if found:
                sizes.append(int(found[1]) / 1024)
        return sorted(sizes, reverse=True)

    def rebuild(self) -> None:
        """Rebuild the search index by the portal's own command line."""
        arguments = ["search", "rebuild"] if self.name == "ours" else ["search-index", "rebuild", "-q", "-i"]
        environment = self.environment or dict(os.environ)
        subprocess.run([*self.command, *arguments], check=True, stdout=subprocess.DEVNULL, env=environment)


def reference() -> Site:
    """The CKAN that the environment names. Raises SystemExit with what to set."""
    url, token = os.environ.get("CKAN_REFERENCE_URL", ""), os.environ.get("CKAN_REFERENCE_TOKEN", "")
    if not url or not token:
        raise SystemExit(CKAN_VARIABLES)
    pids = [int(item) for item in os.environ.get("CKAN_REFERENCE_PIDS", "").replace(",", " ").split()]
    return Site(
        "CKAN",
        url.rstrip("/"),
        url.rstrip("/"),
        token,
        pids,
        pids[0] if pids else 0,
        "Solr",
        os.environ.get("CKAN_REFERENCE_DATABASE_URL", ""),
        os.environ.get("CKAN_REFERENCE_COMMAND", "").split(),
        solr=os.environ.get("CKAN_REFERENCE_SOLR_URL", ""),
    )


@contextmanager
def ours(engine: str) -> Iterator[Site]:
    """Our public, office and worker processes on a cluster of their own; `engine`: elasticsearch or postgresql."""
    with cluster() as base, _engine(engine) as (search_url, node), tempfile.TemporaryDirectory() as log:
        options = DemoOptions(
            "portal.cli.wsgi:public()",
            "portal.cli.wsgi:office()",
            worker_command(),
            base.folder,
            free_port(),
            free_port(),
            "ckan",
            elasticsearch=engine == "elasticsearch",
        )
        search = SearchAddresses(search_url, search_url)
        environment = compose_environment(options, base.folder, base.addresses, search) | LIMITS
        supervisor = Supervisor(Path(log))
        pids = []
        for child in children(options, environment, search):
            command, target = list(child.command), {"public": options.public_target, "office": options.office_target}
            if child.name in target:
                port = options.port if child.name == "public" else options.office_port
                command = gunicorn(target[child.name], "127.0.0.1", port, workers=WORKERS)
            at = {**child.environment, "PYTHONPATH": str(ROOT), **LIMITS}
            pids.append(supervisor.start(replace(child, command=command, environment=at)))
        try:
            supervisor.wait_healthy()
            made = Site(
                "ours",
                options.site_url,
                options.office_url,
                administrator(base),
                [*pids, base.pid, *node],
                pids[0],
                engine,
                base.superuser("public"),
                [worker_command()[0]],
                dict(os.environ) | environment,
            )
            made.rebuild()  # makes the indexes, as a deployment does: no write makes one
            yield made
        finally:
            supervisor.stop()


def administrator(base: Base) -> str:
    """A person who administers, and his token; and the worker's account, without which its jobs fail."""
    key = secrets.token_urlsafe(24)
    with psycopg.connect(base.superuser("office")) as office:
        agency = office.execute(
            "INSERT INTO accounts.agency (name, title, abbreviation, tingkat, region_code, contact)"
            " VALUES ('pengelola', 'Pengelola', 'PGL', 'daerah', '33.29', '{}') RETURNING id"
        ).fetchone()
        person = office.execute(
            "INSERT INTO accounts.person (email, name, service) VALUES ('admin@contoh.id', 'Admin', false) RETURNING id"
        ).fetchone()
        worker = office.execute(
            "INSERT INTO accounts.person (email, name, service) VALUES ('pekerja@contoh.id', 'Pekerja portal', true)"
            " RETURNING id"
        ).fetchone()
        if agency is None or person is None or worker is None:
            raise RuntimeError("no row came back")
        for key_of, role in ((person[0], Role.ADMIN), (worker[0], Role.PEJABAT)):
            office.execute(
                "INSERT INTO accounts.role_at (person_id, agency_id, role) VALUES (%s, %s, %s)",
                (key_of, agency[0], role.value),
            )
        office.execute(
            "INSERT INTO accounts.token (person_id, name, token_hash, scopes, expires)"
            " VALUES (%s, 'bench', %s, %s, %s)",
            (
                person[0],
                key_hash(key),
                sorted(item.value for item in Permission),
                datetime.now(UTC) + timedelta(days=7),
            ),
        )
    return key


@contextmanager
def _engine(engine: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The search setting, and the process of a node of this run's own with a heap of 1 GB."""
    if engine == "postgresql":
        yield "postgresql:", ()
        return
    port, folder = free_port(), tempfile.mkdtemp(prefix="portal-elasticsearch-")
    environment = dict(os.environ, ES_DATA=folder, ES_PORT=str(port), ES_HEAP="1g", ES_PASSWORD="")
    subprocess.run([KIT / "start"], env=environment, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        pids = [int(path.read_text("ascii")) for path in Path(folder).rglob("*pid") if path.is_file()]
        yield f"http://127.0.0.1:{port}", tuple(pids)
    finally:
        subprocess.run([KIT / "stop", "--purge"], env=environment, check=True, stdin=subprocess.DEVNULL)
