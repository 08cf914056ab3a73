"""Actions of the API that a plugin adds, and the house's own actions as a plugin may call them (decision 0026)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable
from uuid import UUID

from sqlalchemy.orm import Session

from portal.contract.work import Services
from portal.kernel.identity import Identity
from portal.kernel.permissions import Permission


@dataclass(frozen=True, slots=True)
class ActionCall:
    """One call of a plugin's action: who asks, every argument as it came, and the services of this request.

    On the public side there are no services: such an action answers from what the plugin knows by itself.
    """

    identity: Identity
    arguments: Mapping[str, Any]
    services: Services

    def text(self, name: str) -> str | None:
        """An argument as text; None where it is missing, empty or no scalar."""
        value = self.arguments.get(name)
        if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
            return None
        return str(value)


@dataclass(frozen=True, slots=True)
class PluginAction:
    """An action of the API; its help is the docstring of `run`. `writes`: POST only.

    `permission` is what anybody needs to call it at all (None: a signed-in caller); `run` asks for the rest. It raises
    the kernel's exceptions: Invalid with a list of messages a field, Forbidden, NotFound, Conflict. `audiences` are the
    sides that have it; a side without it refuses as for any action of the other side.
    """

    name: str
    run: Callable[[ActionCall], object]
    permission: Permission | None = None
    writes: bool = False
    audiences: frozenset[Literal["public", "office"]] = frozenset({"office"})


class ActionRefused(Exception):
    """An action of the house said no; `status` and `body` are what a client of the API would get."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        """Keep the answer."""
        super().__init__(f"{status}: {body.get('__type', '')}")
        self.status = status
        self.body = dict(body)

    @property
    def text(self) -> str:
        """The refusal in one line: each field with its messages."""
        parts = [f"{name}: {flat(value)}" for name, value in self.body.items() if name not in {"__type", "message"}]
        said = self.body.get("message")
        return "; ".join([*([str(said)] if said else []), *parts]) or str(self.body.get("__type", self.status))


def flat(value: object) -> str:
    """Messages of any shape in one line, without the empty ones."""
    if isinstance(value, Mapping):
        found = [f"{name}: {flat(inner)}" for name, inner in value.items() if inner]
    elif isinstance(value, list | tuple):
        found = [
            f"[{place}] {flat(inner)}" if isinstance(inner, Mapping) else flat(inner)
            for place, inner in enumerate(value, 1)
            if inner
        ]
    else:
        found = [str(value)]
    return ", ".join(found)


@runtime_checkable
class HouseActions(Protocol):
    """The house's actions, called inside the process as this unit of work's identity. Some commit by themselves."""

    def call(self, name: str, data: Mapping[str, Any], *, arrives: bool = False) -> Any:
        """The result as plain JSON values. Raises ActionRefused; what is no refusal is raised as it came.

        `arrives`: the dataset comes in from outside (domain.md 5, `diterima`) and may bring ids of its own.
        """
        ...


@runtime_checkable
class Office(Protocol):
    """What a plugin of the office may ask of its unit of work beside services: tables, people, the regency's rules."""

    @property
    def identity(self) -> Identity:
        """Who this unit of work is for."""
        ...

    @property
    def session(self) -> Session:
        """The office database's session of this unit of work; the plugin's own tables are there."""
        ...

    def commit(self) -> None:
        """Commit what was done so far, for long work that must not begin anew."""
        ...

    def acting(self, person_id: UUID) -> AbstractContextManager[Services]:
        """A unit of work of its own as that person, with the roles he has now. Raises NotFound where he is inactive."""
        ...

    def person(self, name_or_id: str) -> UUID | None:
        """The id of an active person by id, e-mail or username."""
        ...

    def agencies(self) -> list[tuple[UUID, str]]:
        """(id, title) of every active agency, by title."""
        ...

    def allows(self, switch: str) -> bool:
        """A switch of the regency's profile by name (`izinkan_harvest_opd`). Raises AttributeError for no switch."""
        ...
