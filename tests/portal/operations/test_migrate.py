"""Alembic trees: heads, pending revisions, plugins, both ways, and nothing left of a failed revision."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from portal.operations import migrate
from portal.operations.migrate import PluginTree
from portal.operations.provision import Kind
from tests.support import Databases

REVISION = """
from migrations import roles, run
revision, down_revision, branch_labels, depends_on = "{revision}", {down}, None, None

def upgrade():
    run("{up}", office=roles().office)

def downgrade():
    run("{back}")
"""


@pytest.fixture
def plugin(tmp_path: Path) -> PluginTree:
    folder = tmp_path / "office"
    folder.mkdir()
    write(
        folder,
        "0001",
        "CREATE SCHEMA trial; GRANT USAGE ON SCHEMA trial TO {office}",
        "DROP SCHEMA trial CASCADE",
    )
    write(
        folder,
        "0002",
        "CREATE TABLE trial.a (a int); GRANT SELECT ON trial.a TO {office}",
        "DROP TABLE trial.a",
    )
    return PluginTree("trial", tmp_path)


def write(folder: Path, revision: str, up: str, back: str = "SELECT 1") -> None:
    number = int(revision)
    down = repr(f"{number - 1:04d}") if number > 1 else None
    text = REVISION.replace("{revision}", revision).replace("{down}", str(down))
    (folder / f"{revision}_step.py").write_text(text.replace("{up}", up).replace("{back}", back))


def test_plugin_tree_goes_up_and_down(empty_databases: Databases, plugin: PluginTree) -> None:
    url, roles = empty_databases.addresses.migrator_office, empty_databases.roles
    before = migrate.check("office", url, roles, [plugin])[1]
    assert (before.current, before.head, before.pending, before.good) == (
        None,
        "0002",
        ("0001", "0002"),
        False,
    )
    migrate.upgrade("office", url, roles, [plugin])
    assert migrate.check("office", url, roles, [plugin])[1].good
    with psycopg.connect(empty_databases.addresses.office) as connection:
        assert connection.execute("SELECT count(*) FROM trial.a").fetchone() == (0,)
    migrate.downgrade("office", url, roles, "0001", [plugin], tree="trial")
    assert migrate.check("office", url, roles, [plugin])[1].pending == ("0002",)
    migrate.downgrade("office", url, roles, "base", [plugin], tree="trial")
    assert migrate.check("office", url, roles, [plugin])[1].pending == ("0001", "0002")


def test_plugin_without_tables_on_this_side_has_no_tree(empty_databases: Databases, plugin: PluginTree) -> None:
    states = migrate.check("public", empty_databases.addresses.migrator_public, empty_databases.roles, [plugin])
    assert [state.tree for state in states] == ["core"]


def test_failed_revision_leaves_nothing_and_keeps_the_one_before(
    empty_databases: Databases, plugin: PluginTree
) -> None:
    write(plugin.location / "office", "0003", "CREATE TABLE trial.b (a int); SELECT 1/0 FROM {office}")
    url, roles = empty_databases.addresses.migrator_office, empty_databases.roles
    with pytest.raises((DBAPIError, psycopg.Error)):
        migrate.upgrade("office", url, roles, [plugin])
    state = migrate.check("office", url, roles, [plugin])[1]
    assert (state.current, state.pending) == ("0002", ("0003",))
    with psycopg.connect(empty_databases.superuser("office")) as connection:
        assert connection.execute("SELECT to_regclass('trial.b')").fetchone() == (None,)


def test_check_compares_the_model(empty_databases: Databases, plugin: PluginTree) -> None:
    url, roles = empty_databases.addresses.migrator_office, empty_databases.roles
    migrate.upgrade("office", url, roles, [plugin])
    same, other = sa.MetaData(), sa.MetaData()
    sa.Table("a", same, sa.Column("a", sa.Integer), schema="trial")
    sa.Table("a", other, sa.Column("a", sa.Integer), sa.Column("more", sa.Text), schema="trial")
    assert migrate.check("office", url, roles, metadata=same)[0].differences == ()
    assert "more" in migrate.check("office", url, roles, metadata=other)[0].differences[0]


@pytest.mark.parametrize("kind", ["public", "office"])
def test_core_trees_are_one_line_and_run_down_to_nothing(empty_databases: Databases, kind: Kind) -> None:
    url, roles = empty_databases.addresses.migrator(kind), empty_databases.roles
    states = migrate.upgrade(kind, url, roles)
    assert [state.good for state in states] == [True]
    migrate.downgrade(kind, url, roles, "base")
    assert migrate.check(kind, url, roles)[0].current is None
    assert migrate.upgrade(kind, url, roles)[0].good
