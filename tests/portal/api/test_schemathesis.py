"""The public side against its own OpenAPI document: every call is answered as the document says, none with a 500."""

from __future__ import annotations

import pytest

from portal.api import registry
from tests.portal.api.conformance import run
from tests.portal.api.world import World


@pytest.mark.parametrize("action", sorted(registry.ACTIONS))
def test_the_public_side(world: World, action: str) -> None:
    assert run(world.app, [action], 2) == 2


@pytest.mark.long
@pytest.mark.parametrize("action", sorted(registry.ACTIONS))
def test_the_public_side_for_long(world: World, action: str) -> None:
    assert run(world.app, [action], 150) == 2
