"""Keyset cursors: where a page ended, as an opaque text that is read back with distrust."""

from __future__ import annotations

import base64
import binascii
import json
import math
from dataclasses import dataclass
from uuid import UUID

from search.errors import QuerySyntaxError
from search.query import Sort, SortKey

Key = int | float | str
#: Types of the sort keys: dates are microseconds since 1970.
TYPES: dict[SortKey, type[int] | type[float] | type[str]] = {
    "score": float, "modified": int, "created": int, "issued": int, "downloads": int,
    "title": str, "name": str, "id": str,
}  # fmt: skip
_LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Cursor:
    """The sort keys and the id of the last document of a page."""

    keys: tuple[Key, ...]
    id: str


def _signature(sort: tuple[Sort, ...]) -> list[str]:
    return [f"{'-' if part.descending else '+'}{part.key}" for part in sort]


def encode(cursor: Cursor, sort: tuple[Sort, ...]) -> str:
    """The cursor as text for an address."""
    data = [_signature(sort), list(cursor.keys), cursor.id]
    return base64.urlsafe_b64encode(json.dumps(data, separators=(",", ":")).encode()).decode().rstrip("=")


def decode(text: str, sort: tuple[Sort, ...]) -> Cursor:
    """Read a cursor made for the same sort. Raises QuerySyntaxError for anything else."""
    wrong = QuerySyntaxError("penanda halaman tidak sah")
    if len(text) > _LONGEST:
        raise wrong
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        signature, keys, identity = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if signature != _signature(sort) or len(keys) != len(sort):
            raise wrong
        checked = tuple(_checked(value, TYPES[part.key]) for value, part in zip(keys, sort, strict=True))
        return Cursor(checked, str(UUID(identity)))
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError, binascii.Error) as error:
        raise wrong from error


def _checked(value: object, kind: type[int] | type[float] | type[str]) -> Key:
    """A sort key of the right kind, finite and within 64 bits."""
    if kind is str and isinstance(value, str) and "\x00" not in value:
        value.encode()
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError("a key of another kind")
    if kind is float:
        number = float(value)
        if not math.isfinite(number):
            raise ValueError("no number")
        return number
    if not isinstance(value, int) or abs(value) >= 2**63:
        raise ValueError("no number of 64 bits")
    return value
