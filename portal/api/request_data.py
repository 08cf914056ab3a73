"""What a call says, read as CKAN reads it: address, JSON, form, a form type with a JSON body (`curl -d`), multipart.

Read actions take at most 1 MiB and 200 keys: no honest question is longer, and every longer one costs memory. What a
write may bring is a setting; files beside it go up to the upload limit and are never read whole. Everything too large
is refused by its length before it is read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast

import orjson
from flask import Request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from portal.api.envelope import CALLBACK
from portal.api.errors import BadRequest, BodyTooLarge
from portal.api.uploads import Upload, clean_name
from portal.web.i18n import LANGUAGES

MOST_BYTES = 1024 * 1024
MOST_KEYS = 200
MOST_KEYS_WRITTEN = 2_000
#: Levels of JSON that anything here is able to store and send back; orjson itself writes 254.
DEEPEST = 100
#: Every figure made a nought: so many of them in a row are then looked for as one text, much quicker than a pattern.
_NOUGHTS = bytes.maketrans(b"123456789", b"0" * 9)
_LONG_NUMBER = b"0" * 19
_EXACT = 2**63
_DEEPER = {dict, list}
#: Names under which programs put secrets into addresses, where logs and referrers carry them on.
_SECRETS = frozenset(
    {"apikey", "api_key", "api-key", "api_token", "access_token", "token", "authorization", "x-ckan-api-key"}
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes that a call may have: `body` of JSON or a form, `upload` of a multipart body with files."""

    body: int = MOST_BYTES
    upload: int = MOST_BYTES


@dataclass(frozen=True, slots=True)
class CallData:
    """The arguments as given; with a `callback` the caller is nobody (another site's page may be asking)."""

    values: dict[str, Any]
    callback: str | None = None
    anonymous: bool = False


def read(request: Request, *, writes: bool = False, limits: Limits | None = None) -> CallData:
    """The data of one call; files of a write are `Upload`s under their field's name.

    Raises BadRequest for what cannot be read, BodyTooLarge (413) for what is too large.
    """
    refuse_secrets(request)
    if writes and request.method != "POST":
        raise BadRequest("JSON Error: Invalid request. Please use POST method for your request")
    bounds = limits if writes and limits is not None else Limits()
    multipart = request.mimetype == "multipart/form-data"
    request.max_content_length = bounds.upload if multipart else bounds.body
    try:
        values = _values(request, writes=writes)
    except RequestEntityTooLarge as error:
        raise BodyTooLarge(f"the body is too large; this action takes {request.max_content_length} bytes") from error
    _bounded(values, MOST_KEYS_WRITTEN if writes else MOST_KEYS)
    if values.get("lang") in LANGUAGES and not writes:
        del values["lang"]  # ours: the language of messages
    anonymous = "callback" in values
    values.pop("callback", None)
    return CallData(values, _callback(request), anonymous)


def refuse_secrets(request: Request) -> None:
    """Raises BadRequest when the address carries a token: it would stand in logs, histories and referrers."""
    if any(name.lower() in _SECRETS for name in request.args):
        raise BadRequest("tokens are not accepted in the address; send the header Authorization")


def _bounded(values: dict[str, Any], most: int) -> None:
    if len(values) > most:
        raise BadRequest(f"JSON Error: more than {most} keys")
    level: list[Any] = [values]
    for _depth in range(DEEPEST):
        inner = list(chain.from_iterable(outer.values() if type(outer) is dict else outer for outer in level))
        if not _DEEPER & set(map(type, inner)):
            return
        level = [item for item in inner if type(item) in _DEEPER]
    raise BadRequest(f"JSON Error: nested deeper than {DEEPEST} levels")


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
        if request.mimetype == "multipart/form-data":
            return _multipart(request, writes=writes)
        # cached, so that a form can still be read from it
        body = request.get_data().removeprefix(b"\xef\xbb\xbf")
        if not writes and _asked_in_address(request):
            return _mixed(request.args)  # as in CKAN, which then does not look at a body that is no form
        if body and (request.mimetype != "application/x-www-form-urlencoded" or body.lstrip()[:1] == b"{"):
            return _json(body, exact=writes)
        if request.form:
            # text without a sign between key and value is no form: JSON that was sent as one, or nothing
            return _form(request.form, exact=writes) if b"=" in body else _text(request.form, exact=writes)
    return {} if writes else _mixed(request.args)


def _asked_in_address(request: Request) -> bool:
    """Whether the address of a POST says anything but our own language and CKAN's callback, and the body is no form."""
    said = set(request.args) - {"callback"} - ({"lang"} if request.args.get("lang") in LANGUAGES else set())
    return bool(said) and not request.form


def _multipart(request: Request, *, writes: bool) -> dict[str, Any]:
    """Fields and, for a write, files; a body that was cut off gives nothing at all, so it is refused."""
    if not request.form and not request.files:
        if request.content_length or request.environ.get("wsgi.input_terminated"):
            raise BadRequest("JSON Error: the multipart body is empty or was cut off")
        return {}
    values = _form(request.form, exact=writes) if request.form else {}
    for name, file in request.files.items() if writes else ():
        stream = cast("Any", file.stream)
        values[name] = Upload(clean_name(file.filename), (file.content_type or "")[:200], stream)
    return values


def _form(form: MultiDict[str, str], *, exact: bool) -> dict[str, Any]:
    """A form; a single key without a value is JSON that a client sent as a form."""
    if len(form) == 1:
        key, value = next(iter(form.items()))
        if value in {"", "1"} and key.lstrip()[:1] in {"{", "["}:
            return _json(key.encode("utf-8", "surrogatepass"), exact=exact)
    return _mixed(form)


def _text(form: MultiDict[str, str], *, exact: bool) -> dict[str, Any]:
    return _json(next(iter(form)).encode("utf-8", "surrogatepass"), exact=exact)


def _mixed(pairs: MultiDict[str, str]) -> dict[str, Any]:
    """Values given once as texts, given more often as lists."""
    if len(pairs) > MOST_KEYS_WRITTEN:
        raise BadRequest(f"JSON Error: more than {MOST_KEYS_WRITTEN} keys")
    return {key: values[0] if len(values) == 1 else values for key, values in pairs.lists()}


def _json(body: bytes, *, exact: bool) -> dict[str, Any]:
    """A JSON object; NaN, lone surrogates, broken UTF-8 and nesting without end are no JSON.

    `exact`: refuse whole numbers beyond 64 bits, which would be stored rounded.
    """
    try:
        found = orjson.loads(body)
        if exact and _LONG_NUMBER in body.translate(_NOUGHTS):
            json.loads(body, parse_int=_whole)
    except (ValueError, RecursionError) as error:
        message = str(error) if isinstance(error, _TooLong) else "Error decoding JSON data."
        raise BadRequest(f"JSON Error: {message}") from error
    if not isinstance(found, dict):
        raise BadRequest("JSON Error: Request data JSON decoded but it needs to be a dictionary.")
    return found


class _TooLong(ValueError):
    """A whole number that 64 bits do not hold."""


def _whole(text: str) -> int:
    if len(text) > 20 or not -_EXACT <= int(text) < 2 * _EXACT:
        raise _TooLong("a whole number is larger than 64 bits; send it as text")
    return 0
