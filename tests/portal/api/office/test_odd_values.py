"""No value of any kind in any argument of a write breaks the office: a refusal, never a 500 (I11)."""

from __future__ import annotations

from typing import Any

import pytest

from portal.api.office.registry import ACTIONS
from tests.portal.api.office.world import OfficeWorld

ODD: tuple[Any, ...] = ([], {}, "", None, 5, -1, 1.5, True, "a\x00b", "x" * 300, ["a", 1], {"a": {"b": []}}, "'; --")
#: What would end the caller's own account or token, or everybody's queue.
SPARED = frozenset({"user_delete", "user_update", "user_patch", "api_token_revoke", "job_clear", "job_cancel"})


@pytest.mark.long
@pytest.mark.parametrize("action", sorted(set(ACTIONS) - SPARED))
def test_odd_values_in_one_argument_at_a_time(ckan: OfficeWorld, action: str) -> None:
    names = [field.alias or name for name, field in ACTIONS[action].arguments.model_fields.items()]
    broken = []
    for name in names or ["id"]:
        for value in ODD:
            for others in ({}, dict.fromkeys(names, "siti")):
                status, body = ckan.call(action, {**others, name: value}, "siti" if others else "admin")
                if status >= 500:
                    broken.append((name, value, body))
    assert broken == []
