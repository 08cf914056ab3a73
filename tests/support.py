"""What tests/conftest.py is made of: databases by cloning, a counter of statements, services of one run."""

from __future__ import annotations

import ipaddress
import os
import secrets
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from portal.kernel.db import FORGET
from portal.operations.cluster import free_port
from portal.operations.provision import (
    Addresses,
    Kind,
    Names,
    Passwords,
    Roles,
    addresses,
    database_url,
    drop,
    provision,
    restrict_database,
)

KIT = Path(__file__).parent / "services" / "elasticsearch"


@dataclass(frozen=True)
class Databases:
    """A pair of databases, the roles that may use them and their addresses."""

    cluster_url: str
    names: Names
    roles: Roles
    passwords: Passwords
    addresses: Addresses

    def superuser(self, kind: Kind) -> str:
        """Return a superuser's address of one of the two databases: what a test looks through walls with."""
        return database_url(self.cluster_url, database=self.names.of(kind))


@dataclass
class DatabaseFactory:
    """Makes pairs of databases in one cluster under one set of roles and drops what it made."""

    cluster_url: str
    token: str
    passwords: Passwords = field(default_factory=Passwords.random)
    made: list[Databases] = field(default_factory=list)

    @property
    def roles(self) -> Roles:
        """Return the roles of this run."""
        return Roles.suffixed(self.token)

    def provision(self, label: str = "") -> Databases:
        """Make a pair with extensions and rights but without tables."""
        names = self._names(label)
        made = Databases(
            self.cluster_url,
            names,
            self.roles,
            self.passwords,
            provision(self.cluster_url, self.passwords, names, self.roles),
        )
        self.made.append(made)
        return made

    def clone(self, template: Databases) -> Databases:
        """Copy a pair; nobody may be connected to the template."""
        names = self._names()
        with psycopg.connect(self.cluster_url, autocommit=True) as connection:
            kinds: tuple[Kind, Kind] = ("public", "office")
            for kind in kinds:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                        sql.Identifier(names.of(kind)), sql.Identifier(template.names.of(kind))
                    )
                )
                restrict_database(connection, names.of(kind), kind, self.roles)
        found = addresses(self.cluster_url, self.passwords, names, self.roles)
        made = Databases(self.cluster_url, names, self.roles, self.passwords, found)
        self.made.append(made)
        return made

    def drop(self, databases: Databases) -> None:
        """Drop one pair."""
        drop(self.cluster_url, (databases.names.public, databases.names.office))
        self.made.remove(databases)

    def drop_all(self) -> None:
        """Drop what is left and the roles."""
        names = [name for made in self.made for name in (made.names.public, made.names.office)]
        drop(self.cluster_url, names, self.roles)
        self.made.clear()

    def _names(self, label: str = "") -> Names:
        return Names.prefixed(f"t{self.token}_{label or secrets.token_hex(4)}")


@dataclass
class StatementLog:
    """The statements that went to PostgreSQL, as text, in order."""

    texts: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.texts)

    def add(self, statement: object, cursor: psycopg.Cursor[Any] | None = None) -> None:
        """Note a statement; what a pool asks or resets is none."""
        if isinstance(statement, sql.Composable):
            text = statement.as_string(cursor)
        elif isinstance(statement, bytes):
            text = statement.decode()
        else:
            text = str(statement)
        if text.strip().rstrip(";").upper() not in {"", "SELECT 1", FORGET.upper()}:
            self.texts.append(text)


@contextmanager
def counted_statements() -> Iterator[StatementLog]:
    """Note every statement of this process inside the block.

    Counted where psycopg sends them, since SQLAlchemy's dialect uses the same cursors: nothing counts twice.
    """
    log = StatementLog()
    kept = {name: getattr(psycopg.Cursor, name) for name in ("execute", "executemany", "copy")}

    def noting(name: str) -> Any:
        def method(self: psycopg.Cursor[Any], query: object, *args: Any, **kwargs: Any) -> Any:
            log.add(query, self)
            return kept[name](self, query, *args, **kwargs)

        return method

    for name in kept:
        setattr(psycopg.Cursor, name, noting(name))
    try:
        yield log
    finally:
        for name, original in kept.items():
            setattr(psycopg.Cursor, name, original)


def is_loopback(address: object) -> bool:
    """Tell whether a socket address of AF_INET or AF_INET6 is this machine's."""
    if not isinstance(address, tuple) or not address:
        return False
    host = address[0].decode() if isinstance(address[0], bytes) else str(address[0])
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


@contextmanager
def private_elasticsearch(password: str = "") -> Iterator[str]:
    """Start one node with a heap of 512 MB and end exactly it; with security if a password is given."""
    port = free_port()
    # directly under /tmp: where user namespaces are refused, root starts the server as nobody
    folder = tempfile.mkdtemp(prefix="portal-elasticsearch-")
    environment = dict(os.environ, ES_DATA=folder, ES_PORT=str(port), ES_HEAP="512m", ES_PASSWORD=password)
    subprocess.run([KIT / "start"], env=environment, check=True, stdin=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        subprocess.run([KIT / "stop", "--purge"], env=environment, check=True, stdin=subprocess.DEVNULL)
