"""Odd values in every field of every act on people: a clear refusal or CKAN's answer, never a 500."""

from __future__ import annotations

from typing import Any

import pytest

from portal.api.office.registry import ACTIONS
from tests.portal.api.office.test_people_empty import ROWS
from tests.portal.api.office.world import OfficeWorld

ODD: tuple[Any, ...] = (
    None, "", [], {}, [1], [{}], {"a": 1}, 5, -1, 1.5, True, 2**70, "x" * 5000, "a\x00b", "é水", "' OR 1=1 --",
    "../../etc/passwd", "*:*", [["a"]], "00000000-0000-0000-0000-000000000001",
)  # fmt: skip
NAMES = sorted({row["action"] for row in ROWS} - {"job_clear", "dashboard_mark_activities_old"})


@pytest.mark.parametrize("action", NAMES)
def test_odd_values_are_answered_clearly(ckan: OfficeWorld, action: str) -> None:
    fields = [name for name in ACTIONS[action].arguments.model_fields if name != "with_apitoken"]
    before = ckan.scalar("SELECT count(*) FROM accounts.role_at")
    for value in ODD:
        status, body = ckan.call(action, dict.fromkeys(fields, value), "admin")
        assert status in {200, 400, 403, 404, 409}, (value, body)
    assert ckan.scalar("SELECT count(*) FROM accounts.role_at") == before


@pytest.mark.long
@pytest.mark.parametrize("action", NAMES)
def test_each_field_alone_is_answered_clearly(ckan: OfficeWorld, action: str) -> None:
    for field in ACTIONS[action].arguments.model_fields:
        for value in (None, [], {"a": 1}, [["a"]], 2**70, "a\x00b"):
            status, body = ckan.call(action, {field: value}, "admin")
            assert status in {200, 400, 403, 404, 409}, (field, value, body)
