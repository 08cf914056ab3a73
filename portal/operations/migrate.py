"""Run the Alembic trees: `migrations/public`, `migrations/office` and those of the plugins.

Every tree is independent and keeps its revision in a table of its own in schema `migration` (`core` for the
two main trees, `plugin_<name>` for a plugin's). Revisions run as the migrator role, one transaction each,
with short lock waits, so that a busy site is never stopped by a migration that queues for a lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, create_engine, pool, text
from sqlalchemy.engine import make_url
from sqlalchemy.schema import CreateSchema

from portal.contract.plugin import Plugin
from portal.operations.provision import Kind, Roles

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
VERSION_SCHEMA = "migration"
MIGRATION_LOCK = 7_317_330
LOCK_TIMEOUT = "10s"
STATEMENT_TIMEOUT = "30min"


@dataclass(frozen=True)
class PluginTree:
    """The migrations of a plugin: `location/public/*.py` and `location/office/*.py`, each folder optional, or in
    `versions` below these."""

    name: str
    location: Path


def plugin_trees(plugins: Iterable[Plugin]) -> tuple[PluginTree, ...]:
    """Return the trees of the plugins that have migrations (`Plugin.migrations` names the folder)."""
    return tuple(PluginTree(item.name, item.migrations) for item in plugins if item.migrations is not None)


@dataclass(frozen=True)
class TreeState:
    """Where one tree of one database stands; `differences` is filled only when a model was given."""

    tree: str
    current: str | None
    head: str | None
    pending: tuple[str, ...]
    differences: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Tell whether the database is at the head and, where compared, equal to the model."""
        return not self.pending and not self.differences and self.current == self.head


@dataclass(frozen=True)
class _Tree:
    name: str
    table: str
    versions: Path


def upgrade(
    kind: Kind, url: str, roles: Roles, plugins: Sequence[PluginTree] = (), revision: str = "head"
) -> tuple[TreeState, ...]:
    """Bring the database to the head (or `revision` of the core tree), then the plugins' trees.

    `url` is the migrator's address. Two runs at once wait for each other. Returns the state of every tree;
    raises sqlalchemy.exc.DBAPIError when a revision fails, which then has left nothing behind.
    """
    with _connected(url) as connection:
        for tree in _trees(kind, plugins):
            command.upgrade(_config(tree, connection, roles), revision if tree.name == "core" else "head")
        return tuple(_state(tree, connection, roles) for tree in _trees(kind, plugins))


def downgrade(
    kind: Kind, url: str, roles: Roles, revision: str, plugins: Sequence[PluginTree] = (), tree: str = "core"
) -> None:
    """Take one tree (`core` or a plugin's name) back to `revision` (`base` is empty)."""
    with _connected(url) as connection:
        found = next(item for item in _trees(kind, plugins) if item.name == tree)
        command.downgrade(_config(found, connection, roles), revision)


def check(
    kind: Kind,
    url: str,
    roles: Roles,
    plugins: Sequence[PluginTree] = (),
    metadata: MetaData | None = None,
) -> tuple[TreeState, ...]:
    """Report every tree's revision, head and pending revisions, oldest first; changes nothing.

    With `metadata` the tables named in it are compared with the database (`portal db check`).
    """
    with _connected(url) as connection:
        return tuple(
            _state(tree, connection, roles, metadata if tree.name == "core" else None) for tree in _trees(kind, plugins)
        )


def new_revision(kind: Kind, message: str, tree: PluginTree | None = None) -> Path:
    """Write an empty revision file after the head of a tree, numbered by four digits, and return its path."""
    found = _trees(kind, (tree,) if tree else ())[-1]
    script = ScriptDirectory.from_config(_config(found, None, Roles()))
    number = f"{sum(1 for _ in script.walk_revisions()) + 1:04d}"
    made = script.generate_revision(number, message, head="head", version_path=str(found.versions))
    if made is None:
        raise FileExistsError(found.versions)
    return Path(made.path)


def _trees(kind: Kind, plugins: Sequence[PluginTree]) -> tuple[_Tree, ...]:
    core = _Tree("core", "core", MIGRATIONS / kind / "versions")
    own = (_Tree(item.name, f"plugin_{item.name}", _versions(item.location / kind)) for item in plugins)
    return (core, *(tree for tree in own if tree.versions.is_dir()))


def _versions(folder: Path) -> Path:
    """The folder's `versions` where it has one, as the trees of the house; else the folder."""
    inner = folder / "versions"
    return inner if inner.is_dir() else folder


def _config(tree: _Tree, connection: Connection | None, roles: Roles) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("version_locations", str(tree.versions).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes.update(
        connection=connection, roles=roles, version_table=tree.table, version_schema=VERSION_SCHEMA
    )
    return config


def _state(tree: _Tree, connection: Connection, roles: Roles, metadata: MetaData | None = None) -> TreeState:
    script = ScriptDirectory.from_config(_config(tree, connection, roles))
    options = {"version_table": tree.table, "version_table_schema": VERSION_SCHEMA}
    context = MigrationContext.configure(connection, opts=options)
    current, head = context.get_current_revision(), script.get_current_head()
    if current == head:
        pending: tuple[str, ...] = ()
    else:
        pending = tuple(item.revision for item in script.iterate_revisions("head", current or "base"))[::-1]
    found = _differences(connection, metadata) if metadata is not None else ()
    connection.rollback()
    return TreeState(tree.name, current, head, pending, found)


def _differences(connection: Connection, metadata: MetaData) -> tuple[str, ...]:
    """Compare only the tables that the model names: bulk tables of versions are made at run time.

    Other schemas aren't even read, since the migrator has no rights in some of them.
    """
    named = {(table.schema, table.name) for table in metadata.tables.values()}
    schemas = {schema for schema, _ in named}

    def included(name: str | None, kind: str, parents: Mapping[str, str | None]) -> bool:
        if kind == "schema":
            return name in schemas
        return kind != "table" or (parents.get("schema_name"), name) in named

    options = {"include_schemas": True, "include_name": included, "compare_type": True}
    context = MigrationContext.configure(connection, opts=options)
    return tuple(repr(item) for item in compare_metadata(context, metadata))


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=pool.NullPool)
    with engine.connect() as connection:
        # the lock comes first: waiting for another run may take longer than lock_timeout
        connection.execute(text("SELECT pg_advisory_lock(:number)"), {"number": MIGRATION_LOCK})
        for name, value in (("lock_timeout", LOCK_TIMEOUT), ("statement_timeout", STATEMENT_TIMEOUT)):
            connection.execute(text("SELECT set_config(:name, :value, false)"), {"name": name, "value": value})
        connection.execute(CreateSchema(VERSION_SCHEMA, if_not_exists=True))
        # a session lock outlives the commit; the transaction must end before Alembic begins its own
        connection.commit()
        yield connection
