"""Calls that every action gets: nothing, wrong types, unknown and odd ids, and callers without rights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tests.differential.sides import Call

UNKNOWN = "00000000-0000-4000-8000-000000000000"
ODD_IDS: tuple[Any, ...] = (
    "tidak-ada-§",
    UNKNOWN,
    "",
    None,
    5,
    True,
    [],
    ["a"],
    {},
    {"a": 1},
    "rupa-rupa é 水 🌾",
    "x" * 5000,
    "../../etc/passwd",
    "'; DROP TABLE package; --",
    "a b/c?d#e",
)
NOBODIES = ("nobody", "outsider", "member", "other_admin")


def ids(action: str, key: str = "id", who: str = "sysadmin", **more: Any) -> Iterator[Call]:
    """The call with nothing, then with every odd id; `more` is the rest of good data."""
    yield Call(action, {}, who)
    for odd in ODD_IDS:
        yield Call(action, {key: odd, **more}, who, values=False)


def without_rights(action: str, data: dict[str, Any], callers: Iterable[str] = NOBODIES) -> Iterator[Call]:
    """The same good data from people who may not."""
    for who in callers:
        yield Call(action, data, who, note=f"no rights: {who}")


def wrong(
    action: str, good: dict[str, Any], key: str, odd: Iterable[Any], who: str = "sysadmin", *, values: bool = True
) -> Iterator[Call]:
    """Good data with one argument replaced by each odd value; without any good data the whole site answers."""
    for value in odd:
        yield Call(action, {**good, key: value}, who, note=f"{key}={value!r}"[:140], values=values and bool(good))


def ways(action: str, data: dict[str, Any], who: str = "nobody") -> Iterator[Call]:
    """The same question as JSON, address and form."""
    for how in ("json", "get", "form"):
        yield Call(action, data, who, how)
