"""An id that is there but empty finds nothing where CKAN looks for it; one that is absent is a validation error."""

from __future__ import annotations

from typing import Any

import pytest

from portal.api.empty_ids import LOOKED_FOR
from portal.api.registry import ACTIONS
from tests.portal.api.world import World


@pytest.mark.parametrize("empty", ["", None, [], {}])
@pytest.mark.parametrize("action", ["group_show", "organization_show", "resource_show", "tag_show"])
def test_an_empty_id_finds_nothing(world: World, action: str, empty: Any) -> None:
    status, error = world.error(action, {"id": empty})
    assert (status, error["__type"]) == (404, "Not Found Error")


@pytest.mark.parametrize("empty", ["", None])
def test_where_ckan_judges_it_as_absent_we_do(world: World, empty: Any) -> None:
    status, error = world.error("package_show", {"id": empty})
    assert (status, error["__type"]) == (409, "Validation Error")


def test_an_absent_id_is_always_a_validation_error(world: World) -> None:
    for action in ("group_show", "resource_show", "help_show"):
        assert world.error(action, {})[0] == 409


def test_the_arguments_that_are_looked_for_are_the_actions_own() -> None:
    assert all(key in ACTIONS[action].arguments.model_fields for action, key in LOOKED_FOR.items() if action in ACTIONS)


def test_an_id_is_one_value(world: World) -> None:
    assert world.result("package_show", {"id": ["imunisasi"]})["name"] == "imunisasi"
    for odd in (["a", "b"], [["a"]], {"a": 1}, [5]):
        status, error = world.error("package_show", {"id": odd})
        assert status in (404, 409)
        assert error["__type"] in ("Validation Error", "Not Found Error")
