"""One harvesting office a module under each profile; each test clears the remote."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.plugins.harvest.world import Fields, made_fields
from tests.support import DatabaseFactory, Databases


@pytest.fixture(scope="module")
def ckan_fields(
    database_factory: DatabaseFactory, database_templates: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fields]:
    """Profile `ckan`: what is harvested is published at once."""
    with made_fields(database_factory, database_templates, tmp_path_factory.mktemp("ckan"), "ckan") as made:
        yield made


@pytest.fixture(scope="module")
def regency_fields(
    database_factory: DatabaseFactory, database_templates: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fields]:
    """A regency that lets agencies run servers of their own: what is harvested is a draft."""
    with made_fields(database_factory, database_templates, tmp_path_factory.mktemp("pwk"), "purwakarta") as made:
        yield made


@pytest.fixture
def fields(ckan_fields: Fields) -> Fields:
    """The office of profile `ckan` with an empty remote."""
    return cleared(ckan_fields)


@pytest.fixture
def regency(regency_fields: Fields) -> Fields:
    """The regency's office with an empty remote."""
    return cleared(regency_fields)


def cleared(fields: Fields) -> Fields:
    fields.remote.datasets.clear()
    fields.remote.calls.clear()
    fields.remote.broken = None
    return fields
