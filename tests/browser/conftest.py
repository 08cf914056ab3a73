"""One filled world for the whole folder: filling it takes far longer than looking at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.world import World, made_world
from tests.support import DatabaseFactory, Databases


@pytest.fixture(scope="session")
def world(
    database_factory: DatabaseFactory, database_templates: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A portal with a handful of released datasets, both sides served on loopback."""
    databases = database_factory.clone(database_templates)
    with made_world(databases, tmp_path_factory.mktemp("world")) as made:
        yield made
    database_factory.drop(databases)
