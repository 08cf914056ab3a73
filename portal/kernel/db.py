"""Database engines. One place decides driver, pool and reset, so that no session inherits another's opening."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker


def open_engine(url: str, *, size: int = 5, name: str = "portal") -> Engine:
    """An engine on psycopg 3 for a `postgresql://` address; `size` connections kept.

    A connection that goes back to the pool gets DISCARD ALL (I3a): settings, prepared statements and temporary
    tables of one request never meet another.
    """
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=size,
        max_overflow=size,
        pool_pre_ping=False,
        pool_recycle=1800,
        pool_reset_on_return=None,
        # what was asked for may be a secret: no error text, and so no log, quotes it
        hide_parameters=True,
        # no statements prepared by the driver: DISCARD ALL drops them on the server, and the driver would not know
        connect_args={"application_name": name, "connect_timeout": 5, "prepare_threshold": None},
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
    )
    event.listen(engine, "reset", _discard)
    return engine


def _discard(connection: Any, _record: Any, state: Any) -> None:
    """Roll back, then DISCARD ALL outside a transaction; a connection that is being thrown away needs neither."""
    if state.terminate_only:
        return
    connection.rollback()
    before = connection.autocommit
    connection.autocommit = True
    connection.execute("DISCARD ALL")
    connection.autocommit = before


def session_factory(engine: Engine) -> sessionmaker[Session]:
    """Sessions that neither commit by themselves nor expire what they loaded."""
    return sessionmaker(engine, expire_on_commit=False, autoflush=True)
