"""CKAN's envelope: `help`, `success`, `result` or `error`, as JSON, JSONP or XML."""

from __future__ import annotations

import re
from urllib.parse import quote

from flask import Response, request

from portal.api import errors, xml_format
from portal.api.answers import dumps
from portal.web.headers import UNCOMPRESSED
from portal.web.request import Runtime, runtime

JSON = "application/json;charset=utf-8"
JAVASCRIPT = "application/javascript;charset=utf-8"
#: Bytes of an answer from which on this process leaves compression to the proxy.
MOST_COMPRESSED = 512 * 1024
#: What may stand before the bracket of a JSONP answer: a dotted name, nothing that could be a program of its own.
CALLBACK = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]{0,63}(\.[A-Za-z_$][A-Za-z0-9_$]{0,63}){0,4}")


def base_url(made: Runtime | None = None) -> str:
    """The address that this process is known by, without a slash at its end."""
    made = made or runtime()
    url = made.settings.site_url if made.audience == "public" else made.settings.office_url
    return url.rstrip("/")


def action_name(said: str) -> str:
    """The action that an address names: `package_show` of `package_show.xml`."""
    return said.removesuffix(xml_format.SUFFIX)


def help_url(action: str, made: Runtime | None = None) -> str:
    """Where the action's help is."""
    return f"{base_url(made)}/api/3/action/help_show?name={quote(action, safe='')}"


def success(action: str, result: object, callback: str | None = None) -> Response:
    """The good answer: JSONP with a callback, else XML for who asks for it, else JSON."""
    body = dumps({"help": help_url(action), "success": True, "result": result})
    if callback is None:
        return plain(body)
    return Response(callback.encode() + b"(" + body + b");", content_type=JAVASCRIPT)


def plain(body: bytes, status: int = 200) -> Response:
    """A JSON text as JSON or XML, by what the caller asks for."""
    if xml_format.wanted(request):
        response = Response(xml_format.from_json(body, base_url()), status=status, content_type=xml_format.XML)
    else:
        response = Response(body, status=status, content_type=JSON)
        if len(body) > MOST_COMPRESSED:
            # compressing it here would cost several times what making it did; the proxy in front may
            response.headers["Content-Encoding"] = UNCOMPRESSED
    if runtime().audience == "office":  # the public side says so on every answer
        response.vary.add("Accept")
    return response


def refusal(error: Exception) -> Response:
    """The refusal, by the error table; in the envelope unless the call was not even an action's."""
    status, member = errors.answer(error)
    named = action_name((request.view_args or {}).get("name", ""))
    whole = member if isinstance(member, str) else {"help": help_url(named), "success": False, "error": member}
    response = plain(dumps(whole), status)
    if status == 429 and isinstance(member, dict):
        response.headers["Retry-After"] = str(member["retry_after"])
    return response
