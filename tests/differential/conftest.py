"""Collected only by `make test-ckan` (`--ckan`): it needs a running CKAN, which the suite must not."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave this folder alone without the option."""
    return None if config.getoption("--ckan") else True


@pytest.fixture(scope="session", autouse=True)
def _no_outside_network() -> None:
    """The reference may stand on another machine: here, and only here, tests reach beyond this one."""
