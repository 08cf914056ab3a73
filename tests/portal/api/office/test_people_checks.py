"""CKAN's validators for what account writes take: never another exception, and what passes can be stored."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from portal.api.errors import IntegrityError
from portal.api.office.checks import Checks, objects
from portal.kernel.errors import Invalid

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(ANYTHING)
def test_a_value_is_taken_or_named(value: Any) -> None:
    for check in ("name", "email", "tag", "id"):
        checks = Checks()
        found = getattr(checks, check)("isian", value)
        if checks.faults:
            assert set(checks.faults) == {"isian"}
            assert all(isinstance(text, str) and text for text in checks.faults["isian"])
        elif isinstance(found, str):
            assert "\x00" not in found
            found.encode()


@given(st.from_regex(r"[a-z0-9_-]{2,100}", fullmatch=True))
def test_every_name_of_ckan_is_a_name(name: str) -> None:
    checks = Checks()
    assert checks.name("name", name) == name
    assert not checks.faults or name in {"new", "edit", "search"}


@given(ANYTHING)
def test_extras_come_out_as_key_and_text(value: Any) -> None:
    checks = Checks()
    try:
        found = checks.extras(value, frozenset({"title"}), {})
        checks.stop()
    except (IntegrityError, Invalid):
        return
    assert len({item["key"] for item in found}) == len(found)
    assert all(isinstance(item["value"], str) for item in found)


@given(ANYTHING)
def test_a_list_of_objects_is_one(value: Any) -> None:
    try:
        assert all(isinstance(item, dict) for item in objects("x", value, {}))
    except IntegrityError as error:
        shown = error.data
    else:
        shown = {}
    assert shown == {}
