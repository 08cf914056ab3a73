"""Typed refusals of the engines: each carries the finding that a page shows to the officer."""

from __future__ import annotations

from geo.findings import Finding, error


class GeoError(Exception):
    """Base of every refusal of the engines; `finding` says which rule, where, in Indonesian."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.text)
        self.finding = finding


class BadInputError(GeoError):
    """The file can't be read as what it claims to be; nothing was written."""


class NeedsChoiceError(GeoError):
    """The file is readable, but the officer must choose something first (layer, encoding, CRS, sheet)."""


def bad(rule: str, message: str, /, **params: str | int | float | None) -> BadInputError:
    """A `BadInputError` with a `galat` without a place."""
    return BadInputError(error(rule, message, **params))


def ask(rule: str, message: str, /, **params: str | int | float | None) -> NeedsChoiceError:
    """A `NeedsChoiceError` with a `galat` without a place."""
    return NeedsChoiceError(error(rule, message, **params))
