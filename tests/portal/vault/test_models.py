"""The tables as the code knows them are the tables that the migration made."""

from __future__ import annotations

from sqlalchemy import inspect

from portal.kernel.db import open_engine
from portal.vault import models
from tests.portal.access.world import World

AUDITORS = {"register", "duty", "grant_record", "opening", "index_card"}


def test_models_and_migration_agree(world: World) -> None:
    engine = open_engine(world.databases.superuser("office"), size=1)
    found = inspect(engine)
    names = {name for name in found.get_table_names("vault") if not name.startswith(("t_", "l_"))}
    assert names - AUDITORS == {table.name for table in models.metadata.tables.values()}
    for table in models.metadata.tables.values():
        made = {
            column["name"]: (column["type"].compile(engine.dialect), column["nullable"])
            for column in found.get_columns(table.name, "vault")
        }
        known = {column.name: (column.type.compile(engine.dialect), bool(column.nullable)) for column in table.columns}
        assert {name: (kind.split(" WITH")[0], null) for name, (kind, null) in known.items()} == {
            name: (kind.split(" WITH")[0], null) for name, (kind, null) in made.items()
        }, table.name
        key = found.get_pk_constraint(table.name, "vault")["constrained_columns"]
        assert set(key) == {column.name for column in table.primary_key}, table.name
    engine.dispose()
