"""One office a module under each profile; tests of a module share it and take names of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.portal.api.office.world import OfficeWorld, made_world, own_world
from tests.support import DatabaseFactory, Databases


@pytest.fixture(scope="module")
def ckan(module_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeWorld]:
    """Profile `ckan`: what may be published is published at once."""
    with made_world(module_databases, tmp_path_factory.mktemp("ckan"), "ckan") as made:
        yield made


@pytest.fixture(scope="module")
def brebes(
    database_factory: DatabaseFactory, database_templates: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OfficeWorld]:
    """A regency: the API makes drafts, officers release them."""
    with own_world(database_factory, database_templates, tmp_path_factory.mktemp("brebes"), "brebes") as world:
        yield world


@pytest.fixture(params=["terbit", "draf"])
def private(request: pytest.FixtureRequest) -> bool:
    """Every verb of the datastore works on published tables and on drafts."""
    return bool(request.param == "draf")
