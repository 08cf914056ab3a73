"""One house a module, on databases of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.portal.ingest.house import House, made_house
from tests.support import Databases


@pytest.fixture(scope="module")
def house(module_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with made_house(module_databases, tmp_path_factory.mktemp("rumah")) as made:
        yield made
