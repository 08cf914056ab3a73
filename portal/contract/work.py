"""What a plugin's jobs, event handlers and commands are given, and how a plugin queues a job of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar, runtime_checkable
from uuid import UUID

T = TypeVar("T")


class Services(Protocol):
    """The services of one unit of work by their type (`Rows`, `Jobs`, the plugin's own settings); committed at a
    good end."""

    def service(self, kind: type[T]) -> T:
        """The service of that type. Raises KeyError where no room offers it."""
        ...


@dataclass(frozen=True, slots=True)
class Work:
    """One run of a plugin's job: its arguments, services, and the way to say how far it is.

    A job must be repeatable: a worker that dies after the commit runs it again.
    """

    arguments: Mapping[str, Any]
    services: Services
    report: Callable[[float | None, str | None], None]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in the house. `payload` is plain JSON without content of datasets."""

    id: int
    kind: str
    subject: UUID | None
    payload: Mapping[str, Any]
    at: datetime


@runtime_checkable
class Jobs(Protocol):
    """The queue, as plugins may use it."""

    def defer(
        self, job: str, subject: str, arguments: Mapping[str, Any] | None = None, not_before: datetime | None = None
    ) -> int:
        """Queue a job of a plugin in this unit of work's transaction; its number. Nothing runs before the commit."""
        ...


#: What a command of a plugin gets as click's `obj`: a unit of work to enter, committed at a good end.
Opened = Callable[[], AbstractContextManager[Services]]
