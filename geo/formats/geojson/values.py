"""Attribute values of GeoJSON: the type of a column over all its values, and COPY text of each."""

from __future__ import annotations

import json
import math
from typing import Any

import orjson

from geo.layers.types import FieldType

_BIGINT = 2**63


def parse(raw: bytes) -> tuple[dict[str, Any] | None, str]:
    """A feature as a dict and what was wrong with its text: `` (nothing), `nan` (NaN or Infinity stands in
    it, which JSON forbids), `huruf` (bytes that aren't UTF-8 were replaced) or `rusak` (not JSON, or not an
    object: then the dict is None)."""
    try:
        value = orjson.loads(raw)
        return (value, "") if isinstance(value, dict) else (None, "rusak")
    except orjson.JSONDecodeError:
        pass
    fault = ""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text, fault = raw.decode("utf-8", "replace"), "huruf"
    constants: list[str] = []

    def constant(name: str) -> float:
        constants.append(name)
        return math.nan

    try:
        value = json.loads(text, parse_constant=constant)
    except (ValueError, RecursionError):
        return None, "rusak"
    if not isinstance(value, dict):
        return None, "rusak"
    return value, "nan" if constants or not fault else fault


def kind_of(value: Any) -> FieldType | None:
    """The narrowest type of one JSON value; None for null. Text stays text: a code in quotes is a code."""
    if value is None:
        return None
    if isinstance(value, bool):
        return FieldType.BOOLEAN
    if isinstance(value, int):
        return FieldType.INTEGER if -_BIGINT <= value < _BIGINT else FieldType.NUMBER
    if isinstance(value, float):
        return FieldType.NUMBER if math.isfinite(value) else None
    return FieldType.TEXT


def widen(known: FieldType | None, found: FieldType | None) -> FieldType | None:
    """The type that holds both: numbers widen to number, everything else to text."""
    if known is None or found is None or known is found:
        return known or found
    if {known, found} == {FieldType.INTEGER, FieldType.NUMBER}:
        return FieldType.NUMBER
    return FieldType.TEXT


def copy_text(value: Any) -> str | None:
    """The text of one value for COPY; None is null. Lists and objects become JSON text."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, (int, float)):
        return repr(value)
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return str(value)
