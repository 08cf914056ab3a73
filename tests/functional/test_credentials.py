"""I1–I3a: what each database role cannot do with exactly its credentials, whatever SQL it sends."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors, sql

from portal.operations.provision import database_url
from tests.functional.world import World

DENIED = errors.InsufficientPrivilege


@pytest.fixture
def public(world: World) -> Iterator[psycopg.Connection]:
    """The public role, with its read-only default taken off: it may do that, and gains nothing."""
    with psycopg.connect(world.databases.addresses.public, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute("SET statement_timeout = '10s'")
        yield connection


ANYWHERE = (
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_read_binary_file('postgresql.conf')",
    "SELECT pg_ls_dir('.')",
    "SELECT pg_stat_file('postgresql.conf')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_creat(-1)",
    "SELECT lo_from_bytea(0, 'x')",
    "COPY (SELECT 1) TO '/tmp/keluar'",
    "COPY (SELECT 1) TO PROGRAM 'cat'",
    "CREATE EXTENSION dblink",
    "CREATE EXTENSION postgres_fdw",
    "CREATE EXTENSION file_fdw",
    "CREATE SCHEMA milik",
    "CREATE TABLE public.milik (a int)",
    "CREATE TEMPORARY TABLE milik (a int)",
    "CREATE ROLE milik",
    "CREATE DATABASE milik",
    "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE LANGUAGE plperlu",
    "CREATE PUBLICATION p FOR ALL TABLES",
    "ALTER SYSTEM SET port = 1",
    "SET session_replication_role = replica",
    "SET SESSION AUTHORIZATION postgres",
    "SET ROLE postgres",
    "SET ROLE pg_read_all_data",
    "SELECT rolpassword FROM pg_authid",
    "SELECT passwd FROM pg_shadow",
    "SELECT pg_reload_conf()",
    "SELECT * FROM pg_hba_file_rules",
    "SELECT * FROM pg_file_settings",
    "SELECT pg_switch_wal()",
    "LOAD 'dblink'",
    "SELECT pg_create_logical_replication_slot('s', 'test_decoding')",
)
PUBLIC_SIDE = (
    "SELECT * FROM inbox.box",
    "SELECT count(*) FROM inbox.usage",
    "SELECT * FROM inbox.export_order",
    "DELETE FROM inbox.box",
    "UPDATE inbox.usage SET count = 9",
    "TRUNCATE inbox.usage",
    "COPY inbox.box TO STDOUT",
    "SELECT * FROM catalog.applied_order",
    "SELECT * FROM search.tombstone",
    "UPDATE catalog.dataset SET title = 'x'",
    "DELETE FROM catalog.version",
    "INSERT INTO catalog.notice (kind, key, value) VALUES ('a', 'b', '{}')",
    "TRUNCATE catalog.file",
    "DROP TABLE catalog.dataset",
    "ALTER TABLE catalog.dataset ADD x int",
    "BEGIN; LOCK TABLE catalog.dataset IN ACCESS EXCLUSIVE MODE",
    "SELECT id FROM catalog.dataset FOR UPDATE",
    "DELETE FROM search.document",
    "UPDATE search.vocabulary SET documents = 0",
    "CREATE TABLE rows.milik (a int)",
    "CREATE TABLE catalog.milik (a int)",
    "CREATE TABLE inbox.milik (a int)",
    "SELECT rows.open_table('x')",
    "CREATE TRIGGER t BEFORE INSERT ON inbox.box EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE RULE r AS ON INSERT TO inbox.box DO ALSO SELECT 1",
    "CREATE VIEW catalog.v AS SELECT * FROM inbox.box",
)


@pytest.mark.parametrize("statement", [*ANYWHERE, *PUBLIC_SIDE])
def test_the_public_role_is_refused(public: psycopg.Connection, statement: str) -> None:
    with pytest.raises((DENIED, errors.UndefinedFile, errors.FeatureNotSupported)):
        public.execute(statement)


def test_the_public_role_puts_in_and_never_reads_back(public: psycopg.Connection) -> None:
    values = "(dataset_id, version, kind, day, count) VALUES (gen_random_uuid(), 1, 'api', '2000-01-01', 1)"
    with public.transaction(force_rollback=True):
        public.execute(f"INSERT INTO inbox.usage {values}")
    with pytest.raises(errors.InsufficientPrivilege):
        public.execute(f"INSERT INTO inbox.usage {values} RETURNING count")
    with pytest.raises(errors.InsufficientPrivilege):
        public.execute("INSERT INTO inbox.box (id, kind, sealed) SELECT id, kind, sealed FROM inbox.box")
    with pytest.raises(errors.InsufficientPrivilege):
        public.execute("INSERT INTO inbox.export_order SELECT * FROM inbox.export_order")


def test_the_public_role_is_read_only_by_default(world: World) -> None:
    with psycopg.connect(world.databases.addresses.public) as connection, pytest.raises(errors.ReadOnlySqlTransaction):
        connection.execute(
            "INSERT INTO inbox.usage (dataset_id, version, kind, day, count)"
            " VALUES (gen_random_uuid(), 1, 'api', '2000-01-01', 1)"
        )


def test_a_table_that_is_not_released_yet_is_closed(world: World, public: psycopg.Connection) -> None:
    """Step 3 of the release: rows in new tables that nobody points at."""
    name = sql.Identifier("rows", f"t_{uuid4().hex}_1")
    with psycopg.connect(world.databases.addresses.publisher, autocommit=True) as publisher:
        publisher.execute(sql.SQL("CREATE TABLE {} (a int)").format(name))
        try:
            with pytest.raises(errors.InsufficientPrivilege):
                public.execute(sql.SQL("SELECT * FROM {}").format(name))
        finally:
            publisher.execute(sql.SQL("DROP TABLE {}").format(name))


def test_the_public_role_sees_what_others_do_as_little_as_their_passwords(
    world: World, public: psycopg.Connection
) -> None:
    with psycopg.connect(world.databases.addresses.publisher) as publisher:
        publisher.execute("SELECT 'tersembunyi' FROM inbox.usage")
        seen = public.execute(
            "SELECT query FROM pg_stat_activity WHERE pid = %s", (publisher.info.backend_pid,)
        ).fetchall()
        assert all("tersembunyi" not in str(query) for (query,) in seen)
        with pytest.raises(errors.InsufficientPrivilege):
            public.execute("SELECT pg_terminate_backend(%s)", (publisher.info.backend_pid,))


@pytest.mark.parametrize("role", ["public", "publisher", "office"])
def test_no_role_becomes_another_or_connects_elsewhere(world: World, role: str) -> None:
    databases = world.databases
    url = getattr(databases.addresses, role)
    # the public role may step down to the one that answers SQL: see below
    down = {getattr(databases.roles, role), *([databases.roles.sql] if role == "public" else [])}
    for other in databases.roles.all():
        if other not in down:
            with psycopg.connect(url, autocommit=True) as connection, pytest.raises(errors.InsufficientPrivilege):
                connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(other)))
    elsewhere = {databases.names.public, databases.names.office, "postgres", "template1"}
    elsewhere.discard(databases.names.office if role == "office" else databases.names.public)
    for database in elsewhere:
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(database_url(url, database=database)).close()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count(*) FROM catalog.dataset",
        "SELECT count(*) FROM catalog.version",
        "INSERT INTO inbox.usage DEFAULT VALUES",
    ],
)
def test_the_role_that_answers_sql_has_less_than_the_public_one(world: World, statement: str) -> None:
    with psycopg.connect(world.databases.addresses.public, autocommit=True) as connection:
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(world.databases.roles.sql)))
        with pytest.raises((errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)):
            connection.execute(statement)


@pytest.mark.parametrize("role", ["publisher", "office"])
@pytest.mark.parametrize("statement", ANYWHERE)
def test_publisher_and_office_are_held_to_their_rows(world: World, role: str, statement: str) -> None:
    with psycopg.connect(getattr(world.databases.addresses, role), autocommit=True) as connection:  # noqa: SIM117
        with pytest.raises((DENIED, errors.UndefinedFile, errors.FeatureNotSupported)):
            connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE catalog.milik (a int)",
        "DROP TABLE catalog.dataset",
        "ALTER TABLE inbox.box ADD x int",
        "UPDATE inbox.box SET kind = 'keberatan'",
        "ALTER SCHEMA rows OWNER TO postgres",
        "ALTER TABLE search.document ADD x int",
    ],
)
def test_the_publisher_changes_rows_only(world: World, statement: str) -> None:
    with psycopg.connect(world.databases.addresses.publisher, autocommit=True) as connection, pytest.raises(DENIED):
        connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO vault.opening (id, person_id, basis, act, ends)"
        " VALUES (gen_random_uuid(), gen_random_uuid(), 'tugas', 'lihat', now() + interval '1 hour')",
        "UPDATE vault.opening SET ends = now() + interval '1 year'",
        "DELETE FROM audit.record",
        "UPDATE audit.record SET act = 'x'",
        "ALTER TABLE vault.dataset DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE vault.dataset NO FORCE ROW LEVEL SECURITY",
        "CREATE TABLE vault.milik (a int)",
        "CREATE POLICY p ON vault.dataset USING (true)",
        "TRUNCATE vault.dataset",
        "SET row_security = off; SELECT * FROM vault.dataset",
    ],
)
def test_the_office_role_does_not_loosen_the_vault(world: World, statement: str) -> None:
    with (
        psycopg.connect(world.databases.addresses.office, autocommit=True) as connection,
        pytest.raises(DENIED),
    ):
        connection.execute(statement)


def test_the_office_role_reads_no_row_of_the_vault_without_an_opening(world: World) -> None:
    """Every table that holds content, the exempt dataset's sealed rows and what the planner knows of them."""
    secret = world.secrets["exempt"]
    with psycopg.connect(world.databases.addresses.office, autocommit=True) as connection:
        for table in ("dataset", "version", "resource", *secret.tables):
            found = connection.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("vault", table))
            ).fetchone()
            assert found == (0,), table
        stats = connection.execute(
            "SELECT count(*) FROM pg_stats WHERE schemaname = 'vault' AND tablename = ANY(%s)", (list(secret.tables),)
        )
        assert stats.fetchone() == (0,)


@pytest.mark.parametrize(
    ("role", "table"), [("public", "inbox.box"), ("publisher", "inbox.box"), ("office", "vault.dataset")]
)
def test_nobody_gives_away_what_he_may(world: World, role: str, table: str) -> None:
    """PostgreSQL answers a GRANT by one who is no owner with a warning only: look at what came of it."""
    with psycopg.connect(getattr(world.databases.addresses, role), autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(f"GRANT SELECT, INSERT ON {table} TO PUBLIC")
        found = connection.execute("SELECT has_table_privilege('public', %s, 'SELECT, INSERT')", (table,)).fetchone()
        assert found == (False,)
