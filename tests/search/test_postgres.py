"""The Postgres engine on a real server keeps the contract."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from search.engine import Engine
from tests.search.contract import EngineContract
from tests.search.contract_writing import WritingContract
from tests.search.corpus import corpus


@pytest.fixture(scope="module")
def loaded(postgres_engine: Callable[[], Engine]) -> Engine:
    engine = postgres_engine()
    engine.upsert(corpus())
    return engine


@pytest.fixture
def empty(postgres_engine: Callable[[], Engine]) -> Engine:
    return postgres_engine()


class TestReads(EngineContract):
    """Every question of the contract."""


class TestWrites(WritingContract):
    """Every change of the contract."""
