"""What plugins need to make pages: services of the request, rendering, identity, guards and cache rules."""

from __future__ import annotations

from geo.layers.types import FieldType
from portal.contract.work import Services
from portal.kernel.decisions import require, require_visible
from portal.web.headers import PUBLIC_DATA
from portal.web.i18n import current_lang, with_lang
from portal.web.rendering import render
from portal.web.request import identity, runtime, scope, service
from portal.web.streaming import streamed

__all__ = [
    "PUBLIC_DATA",
    "current_lang",
    "field_type",
    "identity",
    "render",
    "require",
    "require_visible",
    "runtime",
    "service",
    "services",
    "streamed",
    "with_lang",
]


def services() -> Services:
    """All services of this request, for what a plugin runs in jobs too."""
    return scope()


_TYPES = {
    "numeric": FieldType.NUMBER,
    "double precision": FieldType.NUMBER,
    "bigint": FieldType.INTEGER,
    "year": FieldType.INTEGER,
}


def field_type(name: str) -> FieldType:
    """The layer engine's type for a type word of the column dictionary; text for any other."""
    if name in _TYPES:
        return _TYPES[name]
    return next((kind for kind in FieldType if kind.value == name), FieldType.TEXT)
