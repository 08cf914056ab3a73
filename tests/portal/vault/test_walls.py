"""The walls of the vault from inside: what the office role itself can't do, and a walk over the catalogue (I3a)."""

from __future__ import annotations

import io
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors, sql
from sqlalchemy.exc import ProgrammingError

from portal.access.rows import BulkColumn
from portal.kernel.identity import Role
from portal.operations.provision import database_url
from tests.portal.access.world import World

COLUMNS = [BulkColumn("_id", "bigint"), BulkColumn("nama", "text")]


@pytest.fixture(scope="module")
def filled(world: World):
    """An agency, its producer, a dataset with a sealed table of two rows."""
    agency = world.agency()
    maker = world.person(agency, Role.PRODUSEN)
    dataset = world.dataset(maker, agency)
    with world.opened(maker, dataset, "ubah") as vault:
        name, count = vault.tables.load(dataset, uuid4(), 1, COLUMNS, io.BytesIO(b"1,KENARI\n2,KUTILANG\n"))
    assert count == 2
    return maker, dataset, name


@pytest.fixture
def office(world: World):
    """A bare connection as the office role, without SQLAlchemy and without an opening."""
    with psycopg.connect(world.databases.addresses.office) as connection:
        yield connection


def vault_tables(world: World) -> list[str]:
    return [
        row[0]
        for row in world.root.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'vault'::regnamespace AND relkind IN ('r', 'p')"
        )
    ]


def test_every_table_is_forced_and_owned_by_a_role_that_cannot_log_in(world: World, filled) -> None:
    rows = world.root.execute(
        "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, r.rolname, r.rolcanlogin,"
        " EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid)"
        " FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner"
        " WHERE c.relnamespace = 'vault'::regnamespace AND c.relkind IN ('r', 'p', 'f', 'm', 'v')"
    ).fetchall()
    assert len(rows) > 14
    owner = world.databases.roles.vault_owner
    assert [row for row in rows if row[1:] != (True, True, owner, False, True)] == []


def test_no_login_role_passes_by_the_policies(world: World) -> None:
    roles = world.databases.roles
    rows = world.root.execute(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY (%s) AND (rolbypassrls OR rolsuper)", (list(roles.all()),)
    ).fetchall()
    assert rows == []
    for role in (roles.public, roles.publisher, roles.office, roles.backup):
        for right in ("vault", "audit"):
            made = world.root.execute("SELECT has_schema_privilege(%s, %s, 'CREATE')", (role, right)).fetchone()
            assert made == (False,), (role, right)
        member = world.root.execute(
            "SELECT pg_has_role(%s, %s, 'MEMBER') OR pg_has_role(%s, %s, 'MEMBER')",
            (role, roles.vault_owner, role, roles.auditor),
        ).fetchone()
        assert member == (False,), role


def test_functions_of_the_walls_pin_their_path_and_belong_to_nobody_who_logs_in(world: World) -> None:
    rows = world.root.execute(
        "SELECT p.proname, p.proconfig, r.rolcanlogin, has_function_privilege('public', p.oid, 'EXECUTE')"
        " FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner"
        " WHERE p.pronamespace IN ('vault'::regnamespace, 'audit'::regnamespace) AND p.prosecdef"
    ).fetchall()
    assert len(rows) > 15
    for name, config, login, public in rows:
        assert [item for item in config if item.startswith("search_path=")], name
        assert not login, name
        assert not public, name


def test_nothing_is_readable_without_an_opening(world: World, filled, office) -> None:
    _, dataset, name = filled
    readable = 0
    for table in vault_tables(world):
        try:
            row = office.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("vault", table))).fetchone()
        except errors.InsufficientPrivilege:
            office.rollback()
            continue
        readable += 1
        assert row == (0,), table
    assert readable >= 11
    assert office.execute("SELECT audit.scope(false), audit.scope(true), audit.content()").fetchone() == ([], [], [])
    assert office.execute("SELECT count(*) FROM audit.sifat()").fetchone() == (0,)
    assert office.execute("SELECT count(*) FROM audit.duties()").fetchone() == (0,)
    assert office.execute("SELECT audit.classify(%s, 'publik')", (dataset,)).fetchone() == (False,)
    assert office.execute("SELECT vault.drop_table(%s)", (name,)).fetchone() == (False,)


@pytest.mark.parametrize("table", ["register", "duty", "grant_record", "opening", "bulk"])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM {}",
        "DELETE FROM {}",
        "TRUNCATE {}",
        "ALTER TABLE {} NO FORCE ROW LEVEL SECURITY",
        "DROP TABLE {}",
    ],
)
def test_the_auditors_tables_are_closed_to_the_office(office, table: str, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        office.execute(sql.SQL(statement).format(sql.Identifier("vault", table)))


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE {} DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE {} NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY opened ON {}",
        "CREATE POLICY mine ON {} USING (true)",
        "TRUNCATE {}",
        "DROP TABLE {}",
        "CREATE INDEX ON {} (nama)",
        "CREATE VIEW vault.pandangan AS SELECT * FROM {}",
        "CREATE TRIGGER t AFTER INSERT ON {} EXECUTE FUNCTION vault.refuse_unsealed()",
        "GRANT SELECT ON {} TO PUBLIC",
        "LOCK TABLE {} IN ACCESS EXCLUSIVE MODE",
    ],
)
def test_the_office_cannot_change_a_sealed_table(filled, office, statement: str) -> None:
    _, _, name = filled
    try:
        office.execute(sql.SQL(statement).format(sql.Identifier("vault", name)))
    except errors.InsufficientPrivilege:
        return
    # GRANT without the right to grant warns and grants nothing
    assert statement.startswith("GRANT")
    office.commit()
    assert office.execute("SELECT has_table_privilege('public', %s, 'SELECT')", (f"vault.{name}",)).fetchone() == (
        False,
    )


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE {owner}",
        "SET ROLE {auditor}",
        "SET SESSION AUTHORIZATION {owner}",
        "SET session_replication_role = replica",
        "ALTER ROLE {office} BYPASSRLS",
        "CREATE TEMPORARY TABLE x (a int)",
        "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA mine",
        "SELECT * FROM audit.record",
        "DELETE FROM audit.record",
        "SELECT * FROM audit.pending",
        "SELECT audit.append(NULL, NULL, 'a', NULL, NULL, NULL, '', '', 'b', '{{}}')",
        "SELECT last_value FROM vault.receipt_number",
        "SELECT pg_read_file('pg_hba.conf')",
        "COPY (SELECT 1) TO PROGRAM 'cat'",
        "SELECT * FROM pg_statistic",
        "SELECT * FROM pg_authid",
    ],
)
def test_the_office_role_has_no_way_up(world: World, office, statement: str) -> None:
    roles = world.databases.roles
    text = statement.format(owner=roles.vault_owner, auditor=roles.auditor, office=roles.office)
    with pytest.raises(errors.InsufficientPrivilege):
        office.execute(text)


def test_row_security_off_is_an_error_not_a_door(filled, office) -> None:
    _, _, name = filled
    office.execute("SET row_security = off")
    with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
        office.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier("vault", name)))


def test_statistics_tell_nothing(world: World, filled, office) -> None:
    _, _, name = filled
    world.root.execute(sql.SQL("ANALYZE {}").format(sql.Identifier("vault", name)))
    assert world.root.execute("SELECT count(*) FROM pg_stats WHERE tablename = %s", (name,)).fetchone() == (2,)
    for view in ("pg_stats", "pg_stats_ext", "pg_stats_ext_exprs"):
        row = office.execute(
            sql.SQL("SELECT count(*) FROM {} WHERE schemaname IN ('vault', 'audit')").format(sql.Identifier(view))
        ).fetchone()
        assert row == (0,), view
    # a cheap function of the caller's own is not there to be pushed below the policy, and operators must wait for it
    plan = office.execute(
        sql.SQL("EXPLAIN ANALYZE SELECT * FROM {} WHERE 1 / (length(nama) - 6) > 0").format(
            sql.Identifier("vault", name)
        )
    ).fetchall()
    assert plan


def test_keys_of_other_datasets_cannot_be_tried_out(world: World, filled) -> None:
    maker, dataset, _ = filled
    other = world.agency()
    stranger = world.person(other, Role.PRODUSEN)
    with world.opened(maker, dataset) as vault:
        name = vault.datasets.get(dataset).name
        agency = vault.datasets.get(dataset).agency_id
    with world.session() as session:
        access = world.access(session)
        mine, proof = access.new_dataset(stranger, other)
        vault = access.enter(proof)
        # a row that names the other agency fails by the policy, whether or not the name is taken there
        for tried in (name, "tak-ada-di-sana"):
            with pytest.raises(ProgrammingError, match="violates row-level security policy"):
                vault.datasets.create(mine, agency, tried, {})
        driver = vault.tables._opened.connection()
        for target in (dataset, uuid4()):
            with pytest.raises(errors.InsufficientPrivilege), driver.transaction():
                driver.execute(
                    "INSERT INTO vault.finding (dataset_id, version, rule, severity, message)"
                    " VALUES (%s, 1, 'x', 'galat', 'x')",
                    (target,),
                )
        session.rollback()


def test_the_public_side_cannot_even_connect(world: World) -> None:
    for role in ("public", "publisher"):
        url = database_url(getattr(world.databases.addresses, role), database=world.databases.names.office)
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(url)
