"""The in-memory twin keeps the contract, so that other rooms may test with it."""

from __future__ import annotations

import pytest

from search.engine import Engine, open_engine
from tests.search.contract import EngineContract
from tests.search.contract_writing import WritingContract
from tests.search.corpus import corpus


@pytest.fixture(scope="module")
def loaded() -> Engine:
    engine = open_engine("null:", "uji")
    engine.upsert(corpus())
    return engine


@pytest.fixture
def empty() -> Engine:
    return open_engine("null:", "uji")


class TestReads(EngineContract):
    """Every question of the contract."""


class TestWrites(WritingContract):
    """Every change of the contract."""
