"""One site for all plugins; nobody writes into it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.plugins.site import Site, made_site
from tests.support import DatabaseFactory, Databases


@pytest.fixture(scope="session")
def site(
    database_factory: DatabaseFactory, database_templates: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A public application over released data."""
    databases = database_factory.clone(database_templates)
    with made_site(databases, tmp_path_factory.mktemp("situs")) as made:
        yield made
    database_factory.drop(databases)
