"""Patterns and flattened keys of package_revise, as values."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.api.office import revising

DATA: dict[str, Any] = {
    "id": "1", "title": "T", "resources": [{"id": "aaaaa1", "name": "A"}, {"id": "bbbbb2", "name": "B"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("patterns", "left"),
    [
        (["-title"], {"id": "1", "resources": DATA["resources"]}),
        (["+title", "-*"], {"title": "T"}),
        (["-resources__1"], {**DATA, "resources": DATA["resources"][:1]}),
        (["-resources__-1"], {**DATA, "resources": DATA["resources"][:1]}),
        (["-resources__aaaaa"], {**DATA, "resources": DATA["resources"][1:]}),
        (
            ["+resources__aaaaa__id", "-resources__aaaaa__*"],
            {**DATA, "resources": [{"id": "aaaaa1"}, DATA["resources"][1]]},
        ),
        (["-nothing", "-resources__9"], DATA),
    ],
)
def test_patterns_take_away(patterns: list[str], left: Any) -> None:
    data = copy.deepcopy(DATA)
    revising.remove(data, patterns)
    assert data == left


def test_keys_lead_to_values_and_put_them_in() -> None:
    data = copy.deepcopy(DATA)
    assert revising.resolve(data, "resources__bbbbb__name") == ("B", ("resources", 1, "name"))
    revising.merge(data, "resources__-1__name", "C")
    revising.merge(data, "resources__extend", [{"id": "c"}])
    revising.merge(data, "title", "N")
    assert (data["resources"][1]["name"], len(data["resources"]), data["title"]) == ("C", 3, "N")
    for key, value in (("resources__9__name", "x"), ("title__x", "y"), ("resources__extend", "z")):
        with pytest.raises(revising.Unmatched):
            revising.merge(data, key, value)


def test_differences_name_their_paths() -> None:
    assert revising.differences(DATA, {"title": "T", "resources": [{"name": "A"}]}) == []
    assert revising.differences(DATA, {"title": "X", "resources": [{"name": "B"}, {}, {}]}) == [
        ("resources", 0, "name"), ("resources", 2), ("title",),
    ]  # fmt: skip


@given(st.lists(st.text("+-*_ab1", max_size=12), max_size=4))
def test_no_pattern_breaks_it(patterns: list[str]) -> None:
    data = copy.deepcopy(DATA)
    revising.remove(data, patterns)
    assert isinstance(data, dict)
