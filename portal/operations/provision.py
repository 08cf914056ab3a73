"""Make the two databases and the cluster roles with exactly the rights of the design (I2, I3, I3a).

Only what needs a superuser happens here: roles, databases, extensions, and taking away what PostgreSQL
gives to PUBLIC by default. Schemas, tables and the grants on them are made by the Alembic trees, which run
as the migrator. Everything is repeatable: running it on a finished cluster changes nothing but the
passwords to those given.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields, replace
from typing import Literal, LiteralString, cast
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

Kind = Literal["public", "office"]
KINDS: tuple[Kind, Kind] = ("public", "office")

# One number for every portal: two provisioning runs on one cluster would trip over each other's catalogue
# rows.
PROVISION_LOCK = 7_317_329

EXTENSIONS: dict[Kind, tuple[str, ...]] = {
    "public": ("postgis", "pg_trgm", "unaccent"),
    "office": ("postgis", "pg_trgm", "unaccent", "pgcrypto"),
}

# Functions of pg_catalog by which any role could write (large objects) although it owns no table.
LARGE_OBJECT_WRITERS: tuple[LiteralString, ...] = (
    "lo_creat(integer)",
    "lo_create(oid)",
    "lo_from_bytea(oid, bytea)",
    "lo_put(oid, bigint, bytea)",
    "lowrite(integer, bytea)",
    "lo_unlink(oid)",
    "lo_truncate(integer, integer)",
    "lo_truncate64(integer, bigint)",
)


@dataclass(frozen=True)
class Roles:
    """Names of the cluster roles. Roles are cluster-wide, so tests give theirs a suffix."""

    migrator: str = "portal_migrator"
    public: str = "portal_public"
    publisher: str = "portal_publisher"
    office: str = "portal_office"
    auditor: str = "portal_auditor"
    vault_owner: str = "portal_vault_owner"
    backup: str = "portal_backup"
    sql: str = "portal_sql"

    @classmethod
    def suffixed(cls, suffix: str) -> Roles:
        """Give every role name the suffix `_<suffix>` (lower case letters and digits)."""
        return cls(**{field.name: f"{field.default}_{suffix}" for field in fields(cls)})

    def all(self) -> tuple[str, ...]:
        """Return every role name."""
        return cast(tuple[str, ...], astuple(self))


@dataclass(frozen=True)
class Passwords:
    """Passwords of the roles that may log in."""

    migrator: str
    public: str
    publisher: str
    office: str
    backup: str

    @classmethod
    def random(cls) -> Passwords:
        """Make a fresh password of 192 bits for each role."""
        return cls(**{field.name: secrets.token_urlsafe(24) for field in fields(cls)})


@dataclass(frozen=True)
class Names:
    """Names of the two databases."""

    public: str = "portal_public"
    office: str = "portal_office"

    @classmethod
    def prefixed(cls, prefix: str) -> Names:
        """Return `<prefix>_public` and `<prefix>_office`."""
        return cls(public=f"{prefix}_public", office=f"{prefix}_office")

    def of(self, kind: Kind) -> str:
        """Return the name of one database."""
        return self.public if kind == "public" else self.office


@dataclass(frozen=True)
class Addresses:
    """Where each process connects: plain `postgresql://role:password@host:port/database` addresses."""

    migrator_public: str
    migrator_office: str
    public: str
    publisher: str
    office: str
    backup: str

    def migrator(self, kind: Kind) -> str:
        """Return the migrator's address of one database."""
        return self.migrator_public if kind == "public" else self.migrator_office


def database_url(url: str, *, database: str, user: str | None = None, password: str | None = None) -> str:
    """Return the address with another database and, if given, another user; host, port and options stay."""
    parts = urlsplit(url)
    netloc = parts.netloc
    if user is not None:
        host = parts.netloc.rpartition("@")[2]
        netloc = f"{quote(user, safe='')}:{quote(password or '', safe='')}@{host}"
    return urlunsplit((parts.scheme, netloc, f"/{database}", parts.query, ""))


def addresses(url: str, passwords: Passwords, names: Names, roles: Roles) -> Addresses:
    """Compose the addresses of a provisioned cluster without touching it."""

    def of(kind: Kind, role: str, password: str) -> str:
        return database_url(url, database=names.of(kind), user=role, password=password)

    return Addresses(
        migrator_public=of("public", roles.migrator, passwords.migrator),
        migrator_office=of("office", roles.migrator, passwords.migrator),
        public=of("public", roles.public, passwords.public),
        publisher=of("public", roles.publisher, passwords.publisher),
        office=of("office", roles.office, passwords.office),
        backup=of("office", roles.backup, passwords.backup),
    )


def provision(
    superuser_url: str,
    passwords: Passwords,
    names: Names | None = None,
    roles: Roles | None = None,
    kinds: Sequence[Kind] = KINDS,
) -> Addresses:
    """Make roles, databases and extensions as a superuser and return the addresses; repeatable.

    `kinds` limits it to one database, for two servers apart (then `addresses_apart` composes the addresses).
    Raises psycopg.Error if the cluster is out of reach, the address is not a superuser's or PostGIS is
    missing.
    """
    names, roles = names or Names(), roles or Roles()
    with psycopg.connect(superuser_url, autocommit=True) as connection, _locked(connection):
        _make_roles(connection, passwords, roles)
        for database in ("postgres", "template1"):
            _execute(connection, "REVOKE ALL ON DATABASE {} FROM PUBLIC", database)
        for kind in kinds:
            name = names.of(kind)
            if not _exists(connection, "pg_database", "datname", name):
                _execute(connection, "CREATE DATABASE {} OWNER {} TEMPLATE template0", name, roles.migrator)
            restrict_database(connection, name, kind, roles)
        for kind in kinds:
            url = database_url(superuser_url, database=names.of(kind))
            with psycopg.connect(url) as inside:
                _prepare_database(inside, kind, roles)
    return addresses(superuser_url, passwords, names, roles)


def addresses_apart(
    public_url: str, office_url: str, passwords: Passwords, names: Names | None = None, roles: Roles | None = None
) -> Addresses:
    """Compose the addresses where the two databases lie on two servers."""
    names, roles = names or Names(), roles or Roles()
    public = addresses(public_url, passwords, names, roles)
    office = addresses(office_url, passwords, names, roles)
    return replace(public, migrator_office=office.migrator_office, office=office.office, backup=office.backup)


def restrict_database(
    connection: psycopg.Connection[tuple[object, ...]], database: str, kind: Kind, roles: Roles
) -> None:
    """Let only the roles of this side connect; also needed on a clone, which copies no rights.

    Nobody but the owner gets TEMPORARY: without temporary objects no caller can put one in front of the names
    that a SECURITY DEFINER function looks up.
    """
    _execute(connection, "ALTER DATABASE {} OWNER TO {}", database, roles.migrator)
    _execute(connection, "REVOKE ALL ON DATABASE {} FROM PUBLIC", database)
    for role in _clients(kind, roles):
        _execute(connection, "GRANT CONNECT ON DATABASE {} TO {}", database, role)


def drop(superuser_url: str, databases: Sequence[str], roles: Roles | None = None) -> None:
    """Drop the databases (ending their sessions) and, if given, the roles. For tests and for tearing down."""
    with psycopg.connect(superuser_url, autocommit=True) as connection, _locked(connection):
        for database in databases:
            _execute(connection, "DROP DATABASE IF EXISTS {} WITH (FORCE)", database)
        for role in roles.all() if roles else ():
            _execute(connection, "DROP ROLE IF EXISTS {}", role)


def _clients(kind: Kind, roles: Roles) -> tuple[str, ...]:
    return (roles.public, roles.publisher) if kind == "public" else (roles.office,)


def _make_roles(connection: psycopg.Connection[tuple[object, ...]], passwords: Passwords, roles: Roles) -> None:
    logins = {
        roles.migrator: passwords.migrator,
        roles.public: passwords.public,
        roles.publisher: passwords.publisher,
        roles.office: passwords.office,
        roles.backup: passwords.backup,
    }
    for role in roles.all():
        if not _exists(connection, "pg_roles", "rolname", role):
            _execute(connection, "CREATE ROLE {}", role)
        # NOINHERIT: the migrator has the rights of the two owners only after an explicit SET ROLE
        _execute(
            connection,
            "ALTER ROLE {} NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOBYPASSRLS NOLOGIN",
            role,
        )
        replication: LiteralString = "REPLICATION" if role == roles.backup else "NOREPLICATION"
        _execute(connection, "ALTER ROLE {} " + replication, role)
    for role, password in logins.items():
        # only the SCRAM verifier travels, so the password can stand in no server log
        verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
        statement = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}")
        connection.execute(statement.format(sql.Identifier(role), sql.Literal(verifier.decode())))
    for owner in (roles.auditor, roles.vault_owner):
        _execute(connection, "GRANT {} TO {}", owner, roles.migrator)
    # what SQL of callers runs as: the public side becomes it for one transaction, and it may read rows only
    _execute(connection, "GRANT {} TO {}", roles.sql, roles.public)
    _limit(connection, roles.public, read_only=True, statement_timeout="5s", lock_timeout="2s", temp="64MB")
    _limit(
        connection,
        roles.publisher,
        read_only=False,
        statement_timeout="15min",
        lock_timeout="10s",
        temp="4GB",
    )
    _limit(connection, roles.office, read_only=False, statement_timeout="15min", lock_timeout="10s", temp="4GB")


def _limit(
    connection: psycopg.Connection[tuple[object, ...]],
    role: str,
    *,
    read_only: bool,
    statement_timeout: str,
    lock_timeout: str,
    temp: str,
) -> None:
    settings = {
        "default_transaction_read_only": "on" if read_only else "off",
        "statement_timeout": statement_timeout,
        "lock_timeout": lock_timeout,
        "temp_file_limit": temp,
        "idle_in_transaction_session_timeout": "10s" if read_only else "10min",
    }
    for name, value in settings.items():
        connection.execute(
            sql.SQL("ALTER ROLE {} SET {} = {}").format(sql.Identifier(role), sql.Identifier(name), sql.Literal(value))
        )


def _prepare_database(connection: psycopg.Connection[tuple[object, ...]], kind: Kind, roles: Roles) -> None:
    for extension in EXTENSIONS[kind]:
        _execute(connection, "CREATE EXTENSION IF NOT EXISTS {} SCHEMA public", extension)
    # the schema of the extensions belongs to the superuser: nobody else may change what PostGIS put there
    connection.execute("ALTER SCHEMA public OWNER TO CURRENT_USER")
    _execute(connection, "REVOKE ALL ON SCHEMA public FROM PUBLIC")
    _execute(connection, "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC")
    _execute(connection, "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC")
    for writer in LARGE_OBJECT_WRITERS:
        _execute(connection, "REVOKE ALL ON FUNCTION pg_catalog." + writer + " FROM PUBLIC")
    owners = (roles.migrator,) if kind == "public" else (roles.migrator, roles.auditor, roles.vault_owner)
    for role in (*owners, *_clients(kind, roles)):
        _execute(connection, "GRANT USAGE ON SCHEMA public TO {}", role)
        _execute(connection, "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {}", role)
        _execute(connection, "GRANT SELECT ON public.spatial_ref_sys, public.geometry_columns TO {}", role)
    for role in owners:
        # a new function may be called by nobody until a migration grants it by name (I3a)
        _execute(connection, "ALTER DEFAULT PRIVILEGES FOR ROLE {} REVOKE ALL ON FUNCTIONS FROM PUBLIC", role)
    # EPSG:9470 (SRGI2013) is missing from PostGIS 3.3; a migration inserts it
    _execute(connection, "GRANT INSERT, UPDATE, DELETE ON public.spatial_ref_sys TO {}", roles.migrator)


def _exists(
    connection: psycopg.Connection[tuple[object, ...]],
    table: LiteralString,
    column: LiteralString,
    value: str,
) -> bool:
    query = sql.SQL("SELECT 1 FROM pg_catalog.{} WHERE {} = %s").format(sql.Identifier(table), sql.Identifier(column))
    return connection.execute(query, (value,)).fetchone() is not None


def _execute(connection: psycopg.Connection[tuple[object, ...]], statement: LiteralString, *identifiers: str) -> None:
    connection.execute(sql.SQL(statement).format(*(sql.Identifier(name) for name in identifiers)))


@contextmanager
def _locked(connection: psycopg.Connection[tuple[object, ...]]) -> Iterator[None]:
    connection.execute("SELECT pg_advisory_lock(%s)", (PROVISION_LOCK,))
    try:
        yield
    finally:
        connection.execute("SELECT pg_advisory_unlock(%s)", (PROVISION_LOCK,))
