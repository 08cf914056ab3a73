"""Findings: what a check of a table or a layer has to say, numbered by place, in Indonesian.

A finding carries its message as a gettext msgid (the Indonesian template itself) beside its parameters, so
the web rooms can translate it and the engines stay free of Flask. Nothing here knows a request.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

Param = str | int | float | None


class Severity(StrEnum):
    """How much a finding weighs (domain.md 7): `galat` blocks, `peringatan` warns, `catatan` only tells."""

    GALAT = "galat"
    PERINGATAN = "peringatan"
    CATATAN = "catatan"


class _Lenient(string.Formatter):
    """Formats `{name}` only: no attributes, no indexes, and a parameter that is missing shows as itself."""

    def get_field(self, field_name: str, args: object, kwargs: Mapping[str, object]) -> tuple[object, str]:
        return kwargs.get(field_name, "{" + field_name + "}"), field_name


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    `rule` is a stable code (`V8.geometri_tidak_valid`), `message` an Indonesian template whose `{names}` are
    filled from `params`. Places are what a person counts: `row` and `feature` start at 1 (`row` is the row
    of the sheet or file, header included), `column` is the name as it stands in the file, `value` the
    offending text cut to 200 characters, `lonlat` a place in EPSG:4326, longitude first. `count` says how
    many places share the finding when only the first ones are listed.
    """

    rule: str
    severity: Severity
    message: str
    params: Mapping[str, Param] = field(default_factory=dict)
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    feature: int | None = None
    lonlat: tuple[float, float] | None = None
    count: int = 1

    def __post_init__(self) -> None:
        if isinstance(self.params, MappingProxyType):
            object.__setattr__(self, "params", dict(self.params))
        if self.value is not None and len(self.value) > 200:
            object.__setattr__(self, "value", self.value[:199] + "…")

    @property
    def text(self) -> str:
        """The Indonesian sentence."""
        return render(self.message, self.params)

    @property
    def blocks(self) -> bool:
        """Whether this finding stops the load."""
        return self.severity is Severity.GALAT


def render(template: str, params: Mapping[str, Param]) -> str:
    """Fills `{name}` fields of a (translated) template; never raises on a missing or odd parameter."""
    try:
        return _Lenient().vformat(template, (), dict(params))
    except (ValueError, KeyError, IndexError):
        return template


def error(rule: str, message: str, /, **params: Param) -> Finding:
    """A `galat` without a place."""
    return Finding(rule, Severity.GALAT, message, params)


def warning(rule: str, message: str, /, **params: Param) -> Finding:
    """A `peringatan` without a place."""
    return Finding(rule, Severity.PERINGATAN, message, params)


def note(rule: str, message: str, /, **params: Param) -> Finding:
    """A `catatan` without a place."""
    return Finding(rule, Severity.CATATAN, message, params)


def blocking(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those findings that stop the load."""
    return tuple(finding for finding in findings if finding.blocks)
