"""One published world for all tests of a module; nobody writes into it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.apps import dispose
from tests.portal.api.world import World, publish
from tests.support import Databases


@pytest.fixture(scope="module")
def world(module_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = publish(module_databases, tmp_path_factory.mktemp("files"))
    yield made
    dispose(made.runtime)
