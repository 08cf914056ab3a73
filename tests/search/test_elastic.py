"""The Elastic engine on a real server keeps the contract."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from search.engine import Engine
from tests.search.contract import EngineContract
from tests.search.contract_writing import WritingContract
from tests.search.corpus import corpus


@pytest.fixture(scope="module")
def loaded(elastic_engine: Callable[[], Engine]) -> Engine:
    engine = elastic_engine()
    engine.upsert(corpus())
    return engine


@pytest.fixture
def empty(elastic_engine: Callable[[], Engine]) -> Engine:
    return elastic_engine()


class TestReads(EngineContract):
    """Every question of the contract."""


class TestWrites(WritingContract):
    """Every change of the contract."""
