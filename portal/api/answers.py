"""What actions answer with: plain values, and stored documents spliced in as they are; JSON is made once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
    return b"".join(pieces(value))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f")) if value.is_finite() else None
    raise TypeError(type(value).__name__)


class Spliced:
    """A JSON list that stands ready in parts; as a member of an answer it is never joined before it is sent."""

    def __init__(self, parts: Sequence[bytes]) -> None:
        """`parts` one behind the other are the list."""
        self.parts = parts


#: Stands for a `Spliced` while the rest is written; no JSON text holds these signs outside a string, nor a string them.
_PLACE = b"\x00\x00"
#: Bytes of one part of an answer, about.
_PART = 256 * 1024


def pieces(value: object) -> list[bytes]:
    """JSON of an answer in parts of about a quarter of a megabyte: what is spliced in is copied once."""
    held: list[Spliced] = []

    def made(item: Any) -> Any:
        if isinstance(item, Spliced):
            held.append(item)
            return orjson.Fragment(_PLACE)
        return _plain(item)

    first, *rest = orjson.dumps(value, default=made).split(_PLACE)
    flat = [first]
    for item, after in zip(held, rest, strict=True):
        flat += [*item.parts, after]
    return list(_grouped(flat))


def _grouped(parts: Iterable[bytes]) -> Iterator[bytes]:
    group: list[bytes] = []
    size = 0
    for part in parts:
        group.append(part)
        size += len(part)
        if size >= _PART:
            yield b"".join(group)
            group, size = [], 0
    if group:
        yield b"".join(group)
