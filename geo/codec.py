"""Dataclasses to JSON and back: the wire between the portal and the sandboxed child."""

from __future__ import annotations

from typing import Any, TypeVar

import pydantic_core
from pydantic import TypeAdapter, ValidationError

from geo.errors import bad

T = TypeVar("T")


def encode(value: object) -> Any:
    """A dataclass (or list, dict, scalar) as plain JSON values; NaN and infinity become null."""
    return pydantic_core.to_jsonable_python(value, inf_nan_mode="null", bytes_mode="base64")


def decode(cls: type[T], value: object) -> T:
    """Plain JSON values as `cls`. Raises `BadInputError` when malformed."""
    try:
        decoded: T = TypeAdapter(cls).validate_python(value)
        return decoded
    except ValidationError as failure:
        first = failure.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise bad(
            "wire.bentuk",
            "Permintaan ke pembaca berkas tidak sesuai bentuknya: {place}: {reason}",
            place=place,
            reason=str(first["msg"]),
        ) from None
