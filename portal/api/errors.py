"""CKAN's error table: which refusal becomes which `__type` and HTTP code (measured on CKAN 2.12, issue texts aside).

Before an action runs, a fault is a bare JSON string with 400 and no envelope. A refusal never shows internals: what
is not in the table is a 500 with a number that the log holds too.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from typing import Any

import psycopg
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException

from portal.kernel import errors
from portal.kernel.texts import gettext as _
from search.errors import EngineUnavailable, QuerySyntaxError

log = logging.getLogger(__name__)
Body = dict[str, Any]

#: PostgreSQL's code for a statement that took longer than the public side allows.
QUERY_CANCELED = "57014"


class BadRequest(Exception):
    """The call cannot be read, or names no action: 400 with a bare JSON string, in words that programs look for."""


class BodyTooLarge(BadRequest):
    """The body is larger than the action takes: 413 with a bare JSON string that says how much it takes."""


class SearchQueryError(Exception):
    """`package_search` was given a parameter that it does not have, or an order that it cannot make (400)."""


class IntegrityError(Exception):
    """A part of the input has the wrong shape altogether (400); CKAN gives back the `data` that it was sent."""

    def __init__(self, message: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.data = data


class Shaped(errors.Invalid):
    """CKAN's Validation Error with members of any shape: lists of messages, lists of objects, single texts."""

    def __init__(self, body: Body, *, rule: str = "api.argumen") -> None:
        super().__init__(rule=rule)
        self.body = dict(body)


class FieldText(Shaped):
    """One field is wrong, and CKAN says so with a text where it elsewhere has a list (`resource_search`)."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__({field: message})


def answer(error: Exception) -> tuple[int, Body | str]:
    """The status, and the `error` member of the envelope (or a bare string where there is no envelope)."""
    if isinstance(error, BadRequest):
        return 413 if isinstance(error, BodyTooLarge) else 400, f"Bad request: {error}"
    if isinstance(error, HTTPException):
        return error.code or 500, f"Bad request: {error.name}"
    for row in (_input, _unstorable, _rights, _searching, _failing):
        found = row(error)
        if found is not None:
            return found
    number = secrets.token_hex(4)
    log.error("galat %s: %s", number, type(error).__name__, exc_info=error)
    return 500, _typed("Internal Server Error", _("Server gagal menjawab. Nomor kesalahan: %(number)s", number=number))


def _typed(kind: str, message: str) -> Body:
    return {"__type": kind, "message": message}


def _input(error: Exception) -> tuple[int, Body] | None:
    """What was asked does not hold."""
    if isinstance(error, Shaped):
        return 409, {**error.body, "__type": "Validation Error"}
    if isinstance(error, errors.Invalid):
        fields: Body = {name: list(texts) for name, texts in error.fields.items()}
        if isinstance(error, errors.RowInvalid):
            fields["records_row"] = error.row
        # clients take `message` for a text, whatever the other fields are
        shown = {**fields, "message": " ".join(fields["message"])} if "message" in fields else fields
        return 409, {**(shown or {"message": error.message}), "__type": "Validation Error"}
    if isinstance(error, errors.Conflict):
        return 409, {"message": error.message, "__type": "Validation Error"}
    if isinstance(error, errors.TooLarge):
        return 413, _typed("Validation Error", error.message)
    if isinstance(error, IntegrityError):
        sent = {} if error.data is None else {"data": dict(error.data)}
        return 400, {**_typed("Integrity Error", str(error)), **sent}
    return None


def _unstorable(error: Exception) -> tuple[int, Body] | None:
    """The net under the models: a value that the database cannot hold is the caller's fault; it names no column."""
    if isinstance(error, DataError | psycopg.DataError):
        log.warning("nilai yang tidak dapat disimpan: %s", type(error).__name__, exc_info=error)
        return 409, _typed("Validation Error", _("Ada nilai yang tidak dapat disimpan"))
    return None


def _rights(error: Exception) -> tuple[int, Body] | None:
    """Withdrawn, unknown and unpublished are one and the same answer (I7)."""
    if isinstance(error, errors.NotFound | errors.Gone):
        detail = error.message if isinstance(error, errors.NotFound) else ""
        text = _("Tidak ditemukan: %(what)s", what=detail) if detail else _("Tidak ditemukan")
        return 404, _typed("Not Found Error", text)
    if isinstance(error, errors.Forbidden | errors.SignInRequired):
        text = _("Akses ditolak: %(why)s", why=error.message) if error.message else _("Akses ditolak")
        return 403, _typed("Authorization Error", text)
    if isinstance(error, errors.TooMany):
        return 429, {**_typed("Too Many Requests", error.message), "retry_after": error.retry_after}
    return None


def _searching(error: Exception) -> tuple[int, Body] | None:
    if isinstance(error, SearchQueryError):
        return 400, _typed("Search Query Error", _("Parameter pencarian tidak sah: %(why)s", why=str(error)))
    if isinstance(error, QuerySyntaxError):
        return 409, _typed("Search Error", _("Galat pencarian: %(why)s", why=str(error)))
    return None


def _failing(error: Exception) -> tuple[int, Body] | None:
    """Parts that do not answer: told as such, never as a fault of the caller."""
    if isinstance(error, EngineUnavailable):
        return 503, _typed("Search Connection Error", _("Mesin pencari sedang tidak dapat dihubungi"))
    if isinstance(error, OperationalError) and getattr(error.orig, "sqlstate", None) == QUERY_CANCELED:
        return 409, {"query": [_("Pencarian terlalu lama; persempit saringannya")], "__type": "Validation Error"}
    if isinstance(error, errors.Unavailable | OperationalError | psycopg.OperationalError):
        return 503, _typed("Service Unavailable", _("Bagian ini sedang tidak tersedia. Coba lagi sebentar lagi."))
    return None
