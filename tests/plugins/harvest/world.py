"""Two portals of ours: a provider (profile ckan) that is harvested by its public API, and an office that harvests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask import Flask, Response, request

from portal.contract.loader import discover
from portal.ingest import wiring
from portal.operations import plugin_work
from portal.operations.worker import WorkerPlan, run_pending_once
from tests.portal.api.office.world import OfficeWorld, made_world
from tests.serving import served
from tests.support import DatabaseFactory, Databases

LOOPBACK = "127.0.0.0/8"


@dataclass
class Remote:
    """A small CKAN of a test's own: datasets by id, every call noted; `broken` answers instead when it is set."""

    datasets: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    broken: Callable[[], Response] | None = None
    url: str = ""

    def put(self, name: str, modified: str = "2026-01-01T00:00:00.000000", **more: Any) -> str:
        """A dataset; its id."""
        key = str(more.pop("id", None) or uuid4())
        self.datasets[key] = {
            "id": key,
            "name": name,
            "title": name.title(),
            "notes": "Dari jauh",
            "metadata_modified": modified,
            "tags": [{"name": "padi", "vocabulary_id": None}],
            "extras": [{"key": "sumber", "value": "lapangan"}],
            "resources": [
                {
                    "id": str(uuid4()),
                    "name": "Tabel",
                    "url": "http://contoh.go.id/a.csv",
                    "format": "CSV",
                    "url_type": "upload",
                }
            ],
            "organization": {"id": str(uuid4()), "name": "dinas-jauh", "title": "Dinas Jauh"},
            "groups": [],
            "type": "dataset",
            "state": "active",
            **more,
        }
        return key

    def app(self) -> Flask:
        """The application."""
        app = Flask("jauh", static_folder=None)
        app.add_url_rule("/api/3/action/<action>", view_func=self.answer)
        return app

    def answer(self, action: str) -> Response:
        """package_search in the order of ids, by its range of times; everything else is not there."""
        self.calls.append((action, request.args.to_dict()))
        if self.broken is not None:
            return self.broken()
        if action != "package_search":
            return Response(
                '{"success": false, "error": {"message": "tidak ada"}}', 404, content_type="application/json"
            )
        rows = sorted(self.datasets.values(), key=lambda row: row["id"])
        fq = request.args.get("fq", "")
        if "metadata_modified:[" in fq:
            since = fq.split("metadata_modified:[")[1].split("Z TO")[0]
            rows = [row for row in rows if row["metadata_modified"] >= since]
        start, size = int(request.args.get("start", 0)), int(request.args.get("rows", 10))
        page = rows[start : start + size]
        if request.args.get("fl"):
            page = [{"id": row["id"]} for row in page]
        from flask import jsonify

        return jsonify({"success": True, "result": {"count": len(rows), "results": page}})


@dataclass
class Fields:
    """The harvesting office under a profile, and the remote that it harvests."""

    office: OfficeWorld
    remote: Remote

    def source(self, who: str = "siti", **changes: Any) -> dict[str, Any]:
        """A source of the remote."""
        made: dict[str, Any] = self.office.result("harvest_source_create", self.wanted(**changes), who)
        return made

    def wanted(self, **changes: Any) -> dict[str, Any]:
        """What a source is made of; each has an address of its own."""
        name = self.office.name("sumber")
        return {
            "name": name,
            "title": "Katalog Jauh",
            "url": self.remote.url,
            "source_type": "ckan",
            "owner_org": "dinas-kesehatan",
            "config": f'{{"default_extras": {{"uji": "{name}"}}}}',
            **changes,
        }

    def harvest(self, source: dict[str, Any], who: str = "siti") -> dict[str, Any]:
        """Start a job and let the worker finish it; the job as it ended."""
        job = self.office.result("harvest_job_create", {"source_id": source["id"]}, who)
        self.work()
        done: dict[str, Any] = self.office.result("harvest_job_show", {"id": job["id"]}, who)
        assert done["status"] == "Finished", done
        return done

    def work(self) -> int:
        """Run what waits in the queue, as the worker does; how many runs."""
        tasks = (*wiring.tasks(self.office.runtime), *plugin_work.tasks(self.office.runtime, discover()))
        return run_pending_once(WorkerPlan(self.office.databases.addresses.office, tasks))

    def job_key(self, source: dict[str, Any]) -> UUID:
        """The id of the newest job of a source."""
        return UUID(self.office.result("harvest_job_list", {"source_id": source["id"]})[0]["id"])

    def package(self, key: str, who: str = "siti") -> Any:
        """A dataset as the office shows it."""
        return self.office.result("package_show", {"id": key}, who)


@contextmanager
def made_fields(
    factory: DatabaseFactory, template: Databases, folder: Path, profile: str, **settings: Any
) -> Iterator[Fields]:
    """The office on databases of its own, and the remote on a port."""
    databases = factory.clone(template)
    remote = Remote()
    with (
        served(remote.app()) as url,
        made_world(databases, folder, profile, fetch_allow=LOOPBACK, **settings) as office,
    ):
        remote.url = url
        yield Fields(office, remote)
    factory.drop(databases)
