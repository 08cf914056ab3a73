"""What a plugin brings beside pages: jobs, events, permissions, settings, commands; each wired by the house."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from config.settings import SettingsError, load_plugin
from portal.cli.commands import add_plugins
from portal.contract import events
from portal.contract.loader import PluginError, check
from portal.contract.plugin import Job, Plugin
from portal.contract.work import Event, Jobs, Services, Work
from portal.kernel.decisions import add_rows, decide
from portal.kernel.identity import Identity, Role, RoleAt
from portal.kernel.permissions import Permission, Row, Subject, Where
from portal.operations import plugin_work, progress
from portal.operations.plugin_work import SqlJobs, job_names
from portal.operations.worker import WorkerPlan, run_pending_once
from portal.web.request import Runtime
from tests.apps import dispose, make_worker
from tests.support import Databases


@dataclass
class Diary:
    """What the plugin's functions were given."""

    jobs: list[dict[str, Any]]
    told: list[Event]
    fail: int = 0


def plugin_of(diary: Diary) -> Plugin:
    """A plugin that uses every field of the manifest that is work."""

    def count(work: Work) -> None:
        work.report(50.0, "setengah jalan")
        diary.jobs.append(dict(work.arguments))

    def hear(event: Event, services: Services) -> None:
        if diary.fail:
            diary.fail -= 1
            raise RuntimeError("sedang terganggu")
        diary.told.append(event)
        services.service(Jobs).defer("uji.hitung", "s", {"event": event.id})  # type: ignore[type-abstract]

    return Plugin(
        name="uji",
        label="Uji",
        version="1.0",
        jobs=(Job("uji.hitung", count),),
        events={events.RELEASED: hear},
        permissions={"uji:lihat": (Row(Role.WALIDATA, Where.OWN),)},
    )


@pytest.fixture
def diary() -> Diary:
    return Diary([], [])


@pytest.fixture
def runtime(databases: Databases, tmp_path: Path, diary: Diary) -> Iterator[Runtime]:
    made = make_worker(databases, tmp_path)
    names = job_names([plugin_of(diary)])
    made.factories[Jobs] = lambda scope: SqlJobs(scope.session("office"), names)
    yield made
    dispose(made)


def work(databases: Databases, runtime: Runtime, diary: Diary) -> int:
    """Run what is queued; the number of runs."""
    tasks = plugin_work.tasks(runtime, (plugin_of(diary),))
    return run_pending_once(WorkerPlan(databases.addresses.office, tasks))


def emit(runtime: Runtime, kind: str, subject: UUID) -> None:
    """An event, and the job that takes events."""
    from portal.operations.jobs import JobOrder, defer

    with runtime.sessions["office"].begin() as session:
        events.emit(session, kind, subject, {"version": 1})
        defer(session, JobOrder(plugin_work.EVENTS, "peristiwa"))


def test_a_job_of_a_plugin_runs_and_shows_its_progress(databases: Databases, runtime: Runtime, diary: Diary) -> None:
    scope = runtime.scope()
    number = scope.service(Jobs).defer("uji.hitung", "s-1", {"angka": 7})  # type: ignore[type-abstract]
    scope.commit()
    assert work(databases, runtime, diary) == 1
    assert diary.jobs == [{"angka": 7}]
    shown = progress.read(scope.session("office"), number)
    scope.close()
    assert shown is not None
    assert (shown.state, shown.message) == ("succeeded", "setengah jalan")


def test_only_jobs_of_plugins_can_be_queued(runtime: Runtime) -> None:
    scope = runtime.scope()
    with pytest.raises(ValueError, match=r"ingest\.release"):
        scope.service(Jobs).defer("ingest.release", "x")  # type: ignore[type-abstract]
    scope.close()


def test_an_event_is_told_once_and_what_the_handler_orders_is_done(
    databases: Databases, runtime: Runtime, diary: Diary
) -> None:
    dataset = uuid4()
    emit(runtime, events.RELEASED, dataset)
    emit(runtime, events.WITHDRAWN, dataset)  # nobody waits for it
    assert work(databases, runtime, diary) == 4  # taken twice, told once, counted once
    assert [(event.kind, event.subject, event.payload) for event in diary.told] == [
        (events.RELEASED, dataset, {"version": 1})
    ]
    assert diary.jobs == [{"event": diary.told[0].id}]
    with runtime.sessions["office"].begin() as session:
        assert session.scalar(text("SELECT count(*) FROM contract.event WHERE taken IS NULL")) == 0


def test_a_handler_that_fails_is_told_again_and_leaves_nothing_half_done(
    databases: Databases, runtime: Runtime, diary: Diary
) -> None:
    diary.fail = 1
    emit(runtime, events.RELEASED, uuid4())
    work(databases, runtime, diary)
    assert (diary.told, diary.jobs) == ([], [])
    with runtime.sessions["office"].begin() as session:
        session.execute(text("UPDATE jobs.procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'"))
    work(databases, runtime, diary)
    assert len(diary.told) == len(diary.jobs) == 1


def test_an_unknown_event_is_refused_on_both_ends(runtime: Runtime) -> None:
    with pytest.raises(ValueError, match="no such event"):
        Plugin(name="uji", label="Uji", version="1.0", events={"zzz": lambda _event, _services: None})
    with runtime.sessions["office"].begin() as session, pytest.raises(ValueError, match="not a kind"):
        events.emit(session, "zzz", uuid4(), {})


def test_permissions_of_plugins_are_asked_of_the_same_function() -> None:
    agency = uuid4()
    who = Identity(person_id=uuid4(), roles=frozenset({RoleAt(Role.WALIDATA, agency)}))
    try:
        add_rows(plugin_of(Diary([], [])).permissions)
        assert decide(who, "uji:lihat", Subject(agency_id=agency))
        assert not decide(who, "uji:lihat", Subject(agency_id=uuid4()))
        assert not decide(who, "uji:ubah", Subject(agency_id=agency))
        limited = Identity(person_id=who.person_id, roles=who.roles, scopes=frozenset({"dataset:lihat"}))
        assert not decide(limited, "uji:lihat", Subject(agency_id=agency))
        with pytest.raises(ValueError, match="house"):
            add_rows({Permission.AUDIT_READ.value: (Row(Role.PUBLIK, Where.ANY),)})
    finally:
        add_rows({})
    assert not decide(who, "uji:lihat", Subject(agency_id=agency))


@dataclass(frozen=True)
class UjiSettings:
    """Settings of the plugin."""

    batas: int
    nama: str = "uji"


def test_settings_come_from_variables_with_the_plugins_name() -> None:
    assert load_plugin(UjiSettings, "uji", {"PORTAL_UJI_BATAS": "7"}) == UjiSettings(7)
    with pytest.raises(SettingsError, match="PORTAL_UJI_BATAS"):
        load_plugin(UjiSettings, "uji", {"PORTAL_BATAS": "7"})


def test_commands_stand_in_a_group_of_the_plugin() -> None:
    seen: list[str] = []

    @click.command()
    @click.argument("kata")
    @click.pass_obj
    def sapa(opened: Any, kata: str) -> None:
        """Menyapa."""
        with opened() as services:
            seen.append(f"{kata} {services}")

    @contextmanager
    def unit() -> Iterator[str]:
        yield "layanan"

    plugin = Plugin(name="uji", label="Uji", version="1.0", cli=(sapa,))
    root = click.Group("portal")
    add_plugins(root, [plugin])
    root.commands["uji"].context_settings["obj"] = unit
    answer = CliRunner().invoke(root, ["uji", "sapa", "halo"])
    assert (answer.exit_code, seen) == (0, ["halo layanan"])
    with pytest.raises(PluginError, match="sudah ada"):
        add_plugins(root, [plugin])


def test_two_plugins_cannot_bring_one_job() -> None:
    rival = Plugin(name="uji", label="Uji", version="1.0", jobs=(Job("uji.hitung", lambda _work: None),))
    with pytest.raises(PluginError, match="dipakai oleh"):
        check([plugin_of(Diary([], [])), rival])
