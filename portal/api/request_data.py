"""What a call says, read as CKAN reads it: address, JSON, form, a form type with a JSON body (`curl -d`), multipart.

Read actions take at most 1 MiB and 200 keys: no honest question is longer, and every longer one costs memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from flask import Request
from werkzeug.datastructures import MultiDict

from portal.api.envelope import CALLBACK
from portal.api.errors import BadRequest
from portal.web.i18n import LANGUAGES

MOST_BYTES = 1024 * 1024
MOST_KEYS = 200


@dataclass(frozen=True, slots=True)
class CallData:
    """The arguments as given; with a `callback` the caller is nobody (another site's page may be asking)."""

    values: dict[str, Any]
    callback: str | None = None
    anonymous: bool = False


def read(request: Request, *, writes: bool = False) -> CallData:
    """The data of one call. Raises BadRequest for what cannot be read; a body too large is a 413 of Werkzeug's."""
    if writes and request.method != "POST":
        raise BadRequest("JSON Error: Invalid request. Please use POST method for your request")
    if not writes:
        request.max_content_length = MOST_BYTES
    values = _values(request, writes=writes)
    if len(values) > MOST_KEYS:
        raise BadRequest(f"JSON Error: more than {MOST_KEYS} keys")
    if values.get("lang") in LANGUAGES:
        del values["lang"]  # ours: the language of messages
    anonymous = "callback" in values
    values.pop("callback", None)
    return CallData(values, _callback(request), anonymous)


def _callback(request: Request) -> str | None:
    """The name to wrap the answer in (JSONP, GET only)."""
    name = request.args.get("callback")
    if name is None or request.method == "POST":
        return None
    if not CALLBACK.fullmatch(name):
        raise BadRequest("the callback must be the name of a JavaScript function")
    return name


def _values(request: Request, *, writes: bool) -> dict[str, Any]:
    if request.method == "POST":
        multipart = request.mimetype == "multipart/form-data"
        # cached, so that a form can still be read from it
        body = b"" if multipart else request.get_data()
        if body and (request.mimetype != "application/x-www-form-urlencoded" or body.lstrip()[:1] == b"{"):
            return _json(body)
        if request.form:
            return _form(request.form)
    return {} if writes else _mixed(request.args)


def _form(form: MultiDict[str, str]) -> dict[str, Any]:
    """A form; a single key without a value is JSON that a client sent as a form."""
    if len(form) == 1:
        key, value = next(iter(form.items()))
        if value in {"", "1"} and key.lstrip()[:1] in {"{", "["}:
            return _json(key.encode("utf-8", "surrogatepass"))
    return _mixed(form)


def _mixed(pairs: MultiDict[str, str]) -> dict[str, Any]:
    """Values given once as texts, given more often as lists."""
    if len(pairs) > MOST_KEYS:
        raise BadRequest(f"JSON Error: more than {MOST_KEYS} keys")
    return {key: values[0] if len(values) == 1 else values for key, values in pairs.lists()}


def _json(body: bytes) -> dict[str, Any]:
    """A JSON object; NaN, lone surrogates, broken UTF-8 and nesting without end are no JSON."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest("JSON Error: Error decoding JSON data.") from error
    if not isinstance(found, dict):
        raise BadRequest("JSON Error: Request data JSON decoded but it needs to be a dictionary.")
    return found
