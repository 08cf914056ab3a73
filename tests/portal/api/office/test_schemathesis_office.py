"""The office against its own OpenAPI document, asked by somebody who may nearly everything; no answer is a 500."""

from __future__ import annotations

import pytest

from portal.api import registry
from portal.api.office.registry import ACTIONS
from portal.kernel.identity import Role
from tests.portal.api.conformance import run
from tests.portal.api.office.world import OfficeWorld

#: What would take the caller's own account or token away stays out of it.
OWN = frozenset({"user_delete", "user_update", "user_patch", "api_token_revoke"})
NAMES = sorted(name for name in ACTIONS if ACTIONS[name] is not registry.ACTIONS.get(name) and name not in OWN)


@pytest.fixture(scope="module")
def world(ckan: OfficeWorld) -> OfficeWorld:
    """With one more person, who holds every role that writes."""
    ckan.person("serba", "dinas-kesehatan", Role.ADMIN, Role.PRODUSEN, Role.WALIDATA, Role.KEPALA_OPD, Role.PPID)
    return ckan


@pytest.mark.parametrize("action", NAMES)
def test_the_office(world: OfficeWorld, action: str) -> None:
    assert run(world.office.app, [action], 2, world.headers("serba")) == (1 if ACTIONS[action].writes else 2)


@pytest.mark.long
@pytest.mark.parametrize("action", NAMES)
def test_the_office_for_long(world: OfficeWorld, action: str) -> None:
    assert run(world.office.app, [action], 100, world.headers("serba")) >= 1
