"""Jobs, events and commands of plugins, run by the house: one unit of work each, committed at a good end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.contract import events
from portal.contract.plugin import Job, Plugin
from portal.contract.work import Event, Services, Work
from portal.operations.jobs import JobOrder, JobRun, Periodic, Task, defer
from portal.web.request import Runtime

#: Takes new events and queues one job for each plugin that waits for them.
EVENTS = "operations.events"
#: Tells one event to one plugin; tried again by itself, so that one plugin's fault stops no other.
EVENT = "operations.event"
EVERY_MINUTE = "* * * * *"


class SqlJobs:
    """`portal.contract.work.Jobs` over the office session of one unit of work; plugins' jobs only."""

    def __init__(self, session: Session, names: frozenset[str]) -> None:
        self._session = session
        self._names = names

    def defer(
        self, job: str, subject: str, arguments: Mapping[str, Any] | None = None, not_before: datetime | None = None
    ) -> int:
        """As the protocol says. Raises ValueError for a job that no plugin brings."""
        if job not in self._names:
            raise ValueError(f"no plugin has the job {job!r}")
        return defer(self._session, JobOrder(job, subject, arguments or {}, not_before=not_before))


def job_names(plugins: Sequence[Plugin]) -> frozenset[str]:
    """Names of every plugin's jobs."""
    return frozenset(job.name for plugin in plugins for job in plugin.jobs)


@contextmanager
def unit(runtime: Runtime) -> Iterator[Services]:
    """A unit of work: committed at a good end, rolled back at any other."""
    scope = runtime.scope()
    try:
        yield scope
        scope.commit()
    finally:
        scope.close()


@dataclass(frozen=True)
class Handlers:
    """Handlers over one runtime and the plugins that are there."""

    runtime: Runtime
    plugins: tuple[Plugin, ...]

    def job(self, job: Job) -> Callable[[JobRun], None]:
        """The handler of one plugin's job."""

        def run(made: JobRun) -> None:
            with unit(self.runtime) as services:
                job.run(Work(made.arguments, services, made.report))

        return run

    def take(self, _run: JobRun) -> None:
        """`operations.events`: every new event, told to each plugin that waits for its kind."""
        scope = self.runtime.scope()
        try:
            session = scope.session("office")
            for event in events.take(session):
                for plugin in self.plugins:
                    if event.kind in plugin.events:
                        arguments = {"event_id": event.id, "plugin": plugin.name}
                        defer(session, JobOrder(EVENT, str(event.subject), arguments, lock=f"plugin:{plugin.name}"))
            scope.commit()
        finally:
            scope.close()

    def tell(self, run: JobRun) -> None:
        """`operations.event`: event_id, plugin. A plugin that is gone, or no longer waits, is told nothing."""
        named = next((item for item in self.plugins if item.name == run.arguments["plugin"]), None)
        with unit(self.runtime) as services:
            event = self._event(int(run.arguments["event_id"]))
            handler = named.events.get(event.kind) if named and event else None
            if handler is not None and event is not None:
                handler(event, services)

    def _event(self, event_id: int) -> Event | None:
        scope = self.runtime.scope()
        try:
            return events.find(scope.session("office"), event_id)
        finally:
            scope.close()


def tasks(runtime: Runtime, plugins: tuple[Plugin, ...]) -> tuple[Task, ...]:
    """Tasks of the plugins and of their events, for a WorkerPlan."""
    handlers = Handlers(runtime, plugins)
    own = tuple(Task(job.name, handlers.job(job), attempts=job.attempts) for plugin in plugins for job in plugin.jobs)
    return (*own, Task(EVENTS, handlers.take, attempts=3), Task(EVENT, handlers.tell, attempts=10))


def periodic(runtime: Runtime, plugins: tuple[Plugin, ...]) -> tuple[Periodic, ...]:
    """What runs by the clock: the events every minute, and the plugins' jobs that name a time of their own (UTC)."""
    known = {task.name: task for task in tasks(runtime, plugins)}
    clocked = [(job.name, job.cron) for plugin in plugins for job in plugin.jobs if job.cron]
    return tuple(Periodic(known[name], cron) for name, cron in ((EVENTS, EVERY_MINUTE), *clocked))
