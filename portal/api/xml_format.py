"""JSON answers as XML with equal content (T43), in the W3C's own form for it (XPath Functions 3.1, section 17.5).

`map`, `array`, `string`, `number`, `boolean`, `null`, names in the attribute `key`: nothing is lost whatever a key is,
one schema holds for every action (`portal.api.xml_schema`), and `xml-to-json()` of XSLT 3 and XQuery gives the JSON
back. Numbers keep their digits. Characters that XML 1.0 cannot hold stand as JSON escapes in texts marked `escaped`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from flask import Request
from werkzeug.datastructures import MIMEAccept

from portal.web.svg import NOT_XML

NAMESPACE = "http://www.w3.org/2005/xpath-functions"
XML = "application/xml;charset=utf-8"
SUFFIX = ".xml"
#: Where the schema is, below the site's address.
SCHEMA_PATH = "/api/3/action.xsd"
_TYPES = ("application/xml", "text/xml")
#: Characters of which a parser would make something else, or that XML 1.0 cannot hold.
_SPECIAL = re.compile('[&<>"\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]')
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


class Number(str):
    """A number as it was written: no digit is lost on the way through."""

    __slots__ = ()


def wanted(request: Request) -> bool:
    """Whether the caller asks for XML: by `.xml`, or by an Accept that names it and prefers nothing to it.

    A browser's Accept names XML beside HTML; who has HTML in it gets JSON, as from CKAN.
    """
    return request.path.endswith(SUFFIX) or _accepted(request.accept_mimetypes)


def _accepted(accept: MIMEAccept) -> bool:
    named = {value.lower(): quality for value, quality in accept}
    best = max((named.get(kind, 0.0) for kind in _TYPES), default=0.0)
    if not best or "text/html" in named:
        return False
    return best > named.get("application/json", 0.0) and best >= accept["application/json"]


def from_json(body: bytes, site_url: str) -> bytes:
    """The XML of a JSON text. `site_url`: without a slash at its end; the answer names the schema there."""
    value = json.loads(body, parse_float=Number, parse_int=Number)
    space = (
        f' xmlns="{NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        f' xsi:schemaLocation="{NAMESPACE} {_escaped(site_url + SCHEMA_PATH)}"'
    )
    out = ['<?xml version="1.0" encoding="UTF-8"?>\n']
    _write(out.append, value, space, {})
    return "".join(out).encode()


def _write(write: Callable[[str], object], value: Any, attributes: str, keys: dict[str, str]) -> None:
    """One value. `keys` remembers what names have become: an answer of a thousand rows has few."""
    kind = type(value)
    if kind is str:
        if _SPECIAL.search(value):
            mark, text = _text(value, "escaped")
            write(f"<string{attributes}{mark}>{text}</string>")
        else:
            write(f"<string{attributes}>{value}</string>")
    elif kind is dict:
        write(f"<map{attributes}>")
        for name, item in value.items():
            known = keys.get(name)
            if known is None:
                mark, text = _text(name, "escaped-key")
                known = keys[name] = f' key="{text}"{mark}'
            _write(write, item, known, keys)
        write("</map>")
    elif kind is list:
        write(f"<array{attributes}>")
        for item in value:
            _write(write, item, "", keys)
        write("</array>")
    elif kind is Number:
        write(f"<number{attributes}>{value}</number>")
    elif value is None:
        write(f"<null{attributes}/>")
    else:
        write(f"<boolean{attributes}>{'true' if value else 'false'}</boolean>")


def _text(value: str, marking: str) -> tuple[str, str]:
    """(the mark of a text with escapes, or nothing; the text, lawful in an element and in an attribute)."""
    if not NOT_XML.search(value):
        return "", _escaped(value)
    plain = NOT_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", value.replace("\\", "\\\\"))
    return f' {marking}="true"', _escaped(plain)


def _escaped(value: str) -> str:
    return _SPECIAL.sub(lambda found: _ENTITIES.get(found[0]) or f"&#{ord(found[0])};", value)
