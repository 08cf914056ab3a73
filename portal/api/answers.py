"""What actions answer with: plain values, and stored documents spliced in as they are; JSON is made once."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import orjson

#: Datasets in an answer that does not say how many, and the most of any answer.
ROWS = 10
MOST_ROWS = 1_000


def spliced(documents: Iterable[str]) -> list[orjson.Fragment]:
    """Stored JSON texts as members of an answer; they are never parsed."""
    return [orjson.Fragment(text) for text in documents]


def dumps(value: object) -> bytes:
    """JSON of an answer: exact decimals, times in ISO form, stored documents as they are."""
    return orjson.dumps(value, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f")) if value.is_finite() else None
    raise TypeError(type(value).__name__)
