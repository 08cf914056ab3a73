"""Independent Alembic trees (public, office, plugins) and what their revisions share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, LiteralString, cast

import psycopg
from alembic import op
from psycopg import sql

if TYPE_CHECKING:
    from portal.operations.provision import Roles

ROOT = Path(__file__).parent


def roles() -> Roles:
    """Return the names of the cluster roles that the running migration grants to."""
    config = op.get_context().config
    if config is None:
        raise RuntimeError("migrations run through portal.operations.migrate only")
    return cast("Roles", config.attributes["roles"])


def run(statement: LiteralString, **names: str) -> None:
    """Execute SQL in which `{name}` stands for a quoted identifier; without names it is taken as it is.

    The statement goes to the server without parameters, so `%` and `:` need no doubling and several
    statements may stand in one text. Example: `run("GRANT USAGE ON SCHEMA vault TO {office}",
    office=roles().office)`.
    """
    query: sql.SQL | sql.Composed = sql.SQL(statement)
    if names:
        query = sql.SQL(statement).format(**{key: sql.Identifier(name) for key, name in names.items()})
    driver: object = op.get_bind().connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError("migrations run on psycopg connections only")
    driver.execute(query)
