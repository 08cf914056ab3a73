"""The request wrapper: what a process has (Runtime), what a request has (Scope), and the one commit.

Views are a few lines: parse, ask a service for a result, render. Services come from `service(Type)`; a room offers
its services in `wiring.py` by `runtime.offer(Type, factory)`. A request that ends well commits the office session
once; any other end rolls it back. The public session only reads, save what goes to the inbox.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Any, Literal, TypeVar, cast

from flask import Flask, Request, Response, current_app, g, has_request_context, request
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.routing import IntegerConverter, Map

from config.profile import Profile
from config.settings import OfficeSettings, PublicSettings
from portal.kernel.errors import NotFound
from portal.kernel.identity import ANONYMOUS, Identity
from portal.kernel.storage import FileRoot
from search.engine import Engine

Audience = Literal["public", "office"]
Side = Literal["public", "office", "publisher"]
T = TypeVar("T")


@dataclass
class Scope:
    """One unit of work: a request, a job step or a command. Sessions open on first use."""

    runtime: Runtime
    identity: Identity = ANONYMOUS
    _sessions: dict[Side, Session] = field(default_factory=dict)
    _services: dict[type, Any] = field(default_factory=dict)

    def session(self, side: Side) -> Session:
        """The session of this scope on one side; KeyError where the process has no credentials for it."""
        if side not in self._sessions:
            self._sessions[side] = self.runtime.sessions[side]()
        return self._sessions[side]

    def service(self, kind: type[T]) -> T:
        """The service of this scope, made once from the factory its room offered."""
        if kind not in self._services:
            self._services[kind] = self.runtime.factories[kind](self)
        return cast("T", self._services[kind])

    def now(self) -> datetime:
        """The time, from the runtime's clock (UTC)."""
        return self.runtime.clock()

    def commit(self) -> None:
        """The one commit: office first, whose rows order everything else."""
        for side in ("office", "publisher", "public"):
            if side in self._sessions:
                self._sessions[side].commit()

    def start_over(self) -> None:
        """Roll back what was not committed and forget every service, so that the work begins anew on what stands."""
        for session in self._sessions.values():
            session.rollback()
        self._services.clear()

    def close(self) -> None:
        """Roll back what was not committed and give the connections back."""
        for session in self._sessions.values():
            session.close()
        self._sessions.clear()
        self._services.clear()


Factory = Callable[[Scope], Any]


@dataclass
class Runtime:
    """What one process has: settings, profile, sessions, file roots, engines and the rooms' service factories."""

    audience: Audience
    settings: PublicSettings | OfficeSettings
    profile: Profile
    sessions: dict[Side, sessionmaker[Session]]
    public_files: FileRoot
    search: Engine
    office_search: Engine | None = None
    vault_files: FileRoot | None = None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    factories: dict[type, Factory] = field(default_factory=dict)
    closers: list[Callable[[], None]] = field(default_factory=list)

    def now(self) -> datetime:
        """The time (UTC) by the clock that is set when it is asked."""
        return self.clock()

    def close(self) -> None:
        """Let every connection go (commands and tests; a server's end with their process)."""
        for closer in self.closers:
            closer()
        for factory in self.sessions.values():
            factory.kw["bind"].dispose()
        for engine in (self.search, self.office_search):
            if engine is not None:
                engine.close()

    def offer(self, kind: type[T], factory: Callable[[Scope], T]) -> None:
        """Offer the service `kind`; offering one twice is a programming error."""
        if kind in self.factories:
            raise ValueError(f"{kind.__name__} is offered twice")
        self.factories[kind] = factory

    def scope(self, identity: Identity = ANONYMOUS) -> Scope:
        """A scope outside a request (jobs, commands); the caller commits and closes it."""
        return Scope(self, identity)


class NumberPart(IntegerConverter):
    """A figure in an address: what no `integer` column can hold names nothing, so it is a 404 and not a fault (I11)."""

    def __init__(self, map_: Map, *arguments: Any, **named: Any) -> None:
        """As Werkzeug's own, with an upper bound."""
        super().__init__(map_, *arguments, **{"max": 2**31 - 1, **named})


def runtime() -> Runtime:
    """The runtime of this process's application."""
    return cast("Runtime", current_app.extensions["portal"])


def scope() -> Scope:
    """The scope of this request."""
    if "scope" not in g:
        g.scope = Scope(runtime(), Identity(address=request.remote_addr or "") if has_request_context() else ANONYMOUS)
    return cast("Scope", g.scope)


def service(kind: type[T]) -> T:
    """The service of this request."""
    return scope().service(kind)


def identity() -> Identity:
    """Who asks."""
    return scope().identity


def set_identity(who: Identity) -> None:
    """Set by the sign-in of the office before any view runs; services made before would hold the old one."""
    scope().identity = who


class TidyRequest(Request):
    """A request that closes the temporary files of its uploads also where the body ended in the middle of one."""

    def _get_file_stream(self, *args: Any, **more: Any) -> IO[bytes]:
        stream = super()._get_file_stream(*args, **more)
        self.__dict__.setdefault("_begun", []).append(stream)
        return stream

    def close(self) -> None:
        """As every request is closed at its end, by Flask."""
        for stream in self.__dict__.pop("_begun", ()):
            stream.close()
        super().close()


def install(app: Flask, made: Runtime) -> None:
    """Put the runtime and the one commit into an application."""
    app.request_class = TidyRequest
    app.extensions["portal"] = made
    app.url_map.converters["int"] = NumberPart
    app.before_request(_refuse_nul)
    app.after_request(_commit)
    app.teardown_request(_close)


def _refuse_nul() -> None:
    """No name holds a NUL, which no database takes: a page of such an address is not there. The API says so itself."""
    if "\x00" in request.path and not request.path.startswith("/api/"):
        raise NotFound


def _commit(response: Response) -> Response:
    """Commit when the answer is good; a streamed answer has done its writing before its first byte."""
    if "scope" in g and response.status_code < 400:
        g.scope.commit()
    return response


def _close(_error: BaseException | None) -> None:
    if "scope" in g:
        g.pop("scope").close()
