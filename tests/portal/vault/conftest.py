"""The world of these tests: one a module, on databases of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.portal.access.world import World, made_world
from tests.support import Databases


@pytest.fixture(scope="module")
def world(module_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with made_world(module_databases, tmp_path_factory.mktemp("brankas")) as made:
        yield made
