"""Database engines. One place decides driver, pool and reset, so that no session inherits another's opening."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker


def open_engine(url: str, *, size: int = 5, name: str = "portal", idle_minutes: int = 0) -> Engine:
    """An engine on psycopg 3 for a `postgresql://` address; `size` connections kept.

    `idle_minutes`: how long a transaction may be idle, where that is not what the role is held to.

    A connection that goes back to the pool forgets everything (I3a): settings, prepared statements, locks and
    temporary tables of one request never meet another.
    """
    connect: dict[str, Any] = {"application_name": name, "connect_timeout": 5, "prepare_threshold": None}
    if idle_minutes:
        connect["options"] = f"-c idle_in_transaction_session_timeout={idle_minutes}min"
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=size,
        max_overflow=size,
        pool_pre_ping=False,
        pool_recycle=1800,
        pool_reset_on_return=None,
        # what was asked for may be a secret: no error text, and so no log, quotes it
        hide_parameters=True,
        # no statements prepared by the driver: the reset drops them on the server, and the driver would not know
        connect_args=connect,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
    )
    event.listen(engine, "reset", _discard)
    return engine


def open_reader(url: str, *, size: int = 5, name: str = "portal-read") -> Engine:
    """An engine for public pages, each of which asks one statement of what is published: no transaction, plans kept.

    Only for a role that can read nothing but what anyone may have (I1): there is no opening, no setting and no
    temporary table that one request could leave to the next, and nothing here makes any (decision 0006).
    """
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=size,
        max_overflow=size,
        pool_recycle=1800,
        pool_reset_on_return=None,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        connect_args={"application_name": name, "connect_timeout": 5, "prepare_threshold": 0},
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
    )


#: Every part of DISCARD ALL but DISCARD PLANS: plans of the database's own functions hold nothing of a caller, and
#: making those of a write anew each time was most of what it cost the server (decision 0006).
FORGET = (
    "CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; DEALLOCATE ALL; UNLISTEN *;"
    " SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES"
)


def _discard(connection: Any, _record: Any, state: Any) -> None:
    """Roll back, then forget outside a transaction; a connection that is being thrown away needs neither."""
    if state.terminate_only:
        return
    connection.rollback()
    before = connection.autocommit
    connection.autocommit = True
    connection.execute(FORGET)
    connection.autocommit = before


def session_factory(engine: Engine) -> sessionmaker[Session]:
    """Sessions that neither commit by themselves nor expire what they loaded."""
    return sessionmaker(engine, expire_on_commit=False, autoflush=True)
