"""The two databases and their roles have exactly the rights of the design (I2, I3, I3a)."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import errors

from portal.operations.provision import Names, Passwords, Roles, addresses, database_url, provision
from tests.support import Databases


def test_provision_is_repeatable_and_sets_the_passwords_given(module_empty_databases: Databases) -> None:
    again = provision(
        module_empty_databases.cluster_url,
        module_empty_databases.passwords,
        module_empty_databases.names,
        module_empty_databases.roles,
    )
    assert again == module_empty_databases.addresses
    with psycopg.connect(again.office) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (module_empty_databases.roles.office,)


@pytest.mark.parametrize(
    ("role", "database"),
    [
        ("public", "office"),
        ("publisher", "office"),
        ("office", "public"),
        ("backup", "office"),
        ("backup", "public"),
    ],
)
def test_no_role_reaches_the_other_side(module_empty_databases: Databases, role: str, database: str) -> None:
    url = database_url(
        getattr(module_empty_databases.addresses, role),
        database=getattr(module_empty_databases.names, database),
    )
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(url)


@pytest.mark.parametrize("role", ["public", "publisher", "office", "migrator_public"])
def test_no_role_reaches_the_maintenance_databases(module_empty_databases: Databases, role: str) -> None:
    url = database_url(getattr(module_empty_databases.addresses, role), database="postgres")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(url)


def test_public_reader_is_read_only_limited_and_makes_nothing(module_empty_databases: Databases) -> None:
    with psycopg.connect(module_empty_databases.addresses.public, autocommit=True) as connection:
        shown = {
            name: connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
            for name in (
                "default_transaction_read_only",
                "statement_timeout",
                "lock_timeout",
                "temp_file_limit",
            )
        }
        assert shown == {
            "default_transaction_read_only": ("on",),
            "statement_timeout": ("5s",),
            "lock_timeout": ("2s",),
            "temp_file_limit": ("64MB",),
        }
        connection.execute("SET default_transaction_read_only = off")
        for forbidden in (
            "CREATE TABLE public.mine (id int)",
            "CREATE TEMPORARY TABLE mine (id int)",
            "CREATE SCHEMA mine",
            "SELECT lo_create(0)",
            "SET temp_file_limit = '1GB'",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(forbidden)


@pytest.mark.parametrize("role", ["public", "publisher", "office"])
def test_extensions_work_for_the_roles_named(module_empty_databases: Databases, role: str) -> None:
    with psycopg.connect(getattr(module_empty_databases.addresses, role)) as connection:
        row = connection.execute(
            "SELECT ST_AsText(ST_Transform(ST_SetSRID(ST_MakePoint(109, -7), 4326), 3857)) IS NOT NULL,"
            " similarity('brebes', 'berebes') > 0.3, unaccent('é')"
        ).fetchone()
    assert row == (True, True, "e")


def test_no_role_bypasses_row_security_or_creates_roles(module_empty_databases: Databases) -> None:
    roles = module_empty_databases.roles
    with psycopg.connect(module_empty_databases.cluster_url) as connection:
        rows = connection.execute(
            "SELECT rolname, rolcanlogin, rolreplication FROM pg_roles WHERE rolname = ANY(%s)"
            " AND NOT (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolinherit)",
            (list(roles.all()),),
        ).fetchall()
    found = {name: (login, replication) for name, login, replication in rows}
    assert found == {
        roles.migrator: (True, False),
        roles.public: (True, False),
        roles.publisher: (True, False),
        roles.office: (True, False),
        roles.auditor: (False, False),
        roles.vault_owner: (False, False),
        roles.backup: (True, True),
        roles.sql: (False, False),
    }


def test_only_the_migrator_may_become_an_owner(module_empty_databases: Databases) -> None:
    roles = module_empty_databases.roles
    with psycopg.connect(module_empty_databases.addresses.migrator_office, autocommit=True) as connection:
        connection.execute(f"SET ROLE {roles.vault_owner}")
        connection.execute(f"SET ROLE {roles.auditor}")
    with psycopg.connect(module_empty_databases.addresses.office, autocommit=True) as connection:
        for owner in (roles.vault_owner, roles.auditor, roles.migrator):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(f"SET ROLE {owner}")


@pytest.mark.parametrize("kind", ["public", "office"])
def test_public_holds_nothing(module_empty_databases: Databases, kind: str) -> None:
    url = module_empty_databases.superuser("public" if kind == "public" else "office")
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            """
            SELECT 'database', datname::text FROM pg_database, aclexplode(datacl) a
             WHERE datname = current_database() AND a.grantee = 0
            UNION ALL
            SELECT 'schema', nspname::text FROM pg_namespace, aclexplode(nspacl) a
             WHERE nspname NOT IN ('pg_catalog', 'information_schema') AND a.grantee = 0
            UNION ALL
            SELECT 'table', c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace,
                   aclexplode(relacl) a
             WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND a.grantee = 0
            UNION ALL
            SELECT 'function', p.oid::regprocedure::text
              FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace,
                   aclexplode(coalesce(proacl, acldefault('f', proowner))) a
             WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND a.grantee = 0
            """
        ).fetchall()
    assert rows == []


def test_a_new_function_of_the_migrator_is_nobodys(module_empty_databases: Databases) -> None:
    with psycopg.connect(module_empty_databases.addresses.migrator_office, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA trial")
        connection.execute(f"GRANT USAGE ON SCHEMA trial TO {module_empty_databases.roles.office}")
        connection.execute("CREATE FUNCTION trial.one() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    with psycopg.connect(module_empty_databases.addresses.office) as connection:  # noqa: SIM117
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("SELECT trial.one()")


def test_clones_are_restricted_like_their_template(databases: Databases) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(database_url(databases.addresses.public, database=databases.names.office))
    with psycopg.connect(databases.addresses.public) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == (databases.names.public,)


def test_addresses_quote_passwords_and_keep_host_and_options() -> None:
    passwords = Passwords("a/b@c:d", "p", "q", "r", "s")
    found = addresses("postgresql://postgres:x@127.0.0.1:5599/postgres?sslmode=prefer", passwords, Names(), Roles())
    assert found.migrator_office == (
        "postgresql://portal_migrator:a%2Fb%40c%3Ad@127.0.0.1:5599/portal_office?sslmode=prefer"
    )
