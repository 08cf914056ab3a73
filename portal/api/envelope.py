"""CKAN's envelope: `help`, `success`, `result` or `error`, as JSON or JSONP."""

from __future__ import annotations

import re
from urllib.parse import quote

from flask import Response, request

from portal.api import errors
from portal.api.answers import dumps
from portal.web.request import runtime

JSON = "application/json;charset=utf-8"
JAVASCRIPT = "application/javascript;charset=utf-8"
#: What may stand before the bracket of a JSONP answer: a dotted name, nothing that could be a program of its own.
CALLBACK = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]{0,63}(\.[A-Za-z_$][A-Za-z0-9_$]{0,63}){0,4}")


def base_url() -> str:
    """The address that this process is known by, without a slash at its end."""
    made = runtime()
    url = made.settings.site_url if made.audience == "public" else made.settings.office_url
    return url.rstrip("/")


def help_url(action: str) -> str:
    """Where the action's help is."""
    return f"{base_url()}/api/3/action/help_show?name={quote(action, safe='')}"


def success(action: str, result: object, callback: str | None = None) -> Response:
    """The good answer, as JSON or as JSONP."""
    body = dumps({"help": help_url(action), "success": True, "result": result})
    if callback is None:
        return Response(body, content_type=JSON)
    return Response(callback.encode() + b"(" + body + b");", content_type=JAVASCRIPT)


def refusal(error: Exception) -> Response:
    """The refusal, by the error table; in the envelope unless the call was not even an action's."""
    status, member = errors.answer(error)
    named = (request.view_args or {}).get("name", "")
    whole = member if isinstance(member, str) else {"help": help_url(named), "success": False, "error": member}
    response = Response(dumps(whole), status=status, content_type=JSON)
    if status == 429 and isinstance(member, dict):
        response.headers["Retry-After"] = str(member["retry_after"])
    return response
