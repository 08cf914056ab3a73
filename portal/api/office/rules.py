"""CKAN's validators of single values, with CKAN's refusals. Each returns the clean value or raises Fault."""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from pydantic_core import PydanticCustomError, PydanticUseDefault

from config import vocabularies
from portal.api.arguments import as_text, as_whole
from portal.api.errors import IntegrityError
from portal.kernel.errors import Invalid
from portal.kernel.texts import gettext as _

_NAME = re.compile(r"[a-z0-9_-]*")
_TAG = re.compile(r"[\w \-.]*")
#: CKAN's e-mail rule (the HTML standard's, without dots at the wrong place).
EMAIL = re.compile(
    r"(?!\.)(?!.*\.\.)[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*"
)
_RESERVED = frozenset({"new", "edit", "search"})
SHORTEST, LONGEST = 2, 100


class Fault(Invalid):
    """A value does not hold; the messages are for its field. Where nobody gathers it, it refuses the call by itself."""

    def __init__(self, *messages: str) -> None:
        super().__init__(" ".join(messages), rule="api.argumen")
        self.messages = list(messages)


def text(value: Any) -> str:
    """CKAN's `unicode_safe`: a text as it is, anything else as text."""
    if not isinstance(value, str):
        value = json.dumps(value, ensure_ascii=False)
    try:
        return as_text(value)
    except PydanticCustomError as fault:
        raise Fault(fault.message()) from None


def missing() -> Fault:
    """The refusal of a field without which nothing goes on."""
    return Fault(_("Nilai wajib diisi"))


def name(value: Any) -> str:
    """CKAN's `name_validator`, for the part of an address."""
    if value is None or value == "":
        raise missing()
    found = text(value)
    if found in _RESERVED:
        raise Fault(_("Nama itu tidak dapat dipakai"))
    if len(found) < SHORTEST:
        raise Fault(_("Paling sedikit %(number)s huruf", number=SHORTEST))
    if len(found) > LONGEST:
        raise Fault(_("Nama paling banyak %(number)s huruf", number=LONGEST))
    if not _NAME.fullmatch(found):
        raise Fault(_("Hanya huruf kecil, angka (ascii) dan tanda ini: -_"))
    return found


def package_name(value: Any) -> str:
    """The same for a dataset, whose second validator in CKAN says its own of a name too short or too long."""
    try:
        return name(value)
    except Fault as fault:
        found = text(value)
        if 0 < len(found) < SHORTEST:
            fault.messages.append(_('Nama "%(name)s" lebih pendek dari %(number)s', name=found, number=SHORTEST))
        if len(found) > LONGEST:
            shown = found[:200]
            fault.messages.append(_('Nama "%(name)s" lebih panjang dari %(number)s', name=shown, number=LONGEST))
        raise


def email(value: Any) -> str:
    """CKAN's `email_validator`; an empty one is none."""
    found = text(value).strip()
    if found and not EMAIL.fullmatch(found):
        raise Fault(_("Surel %(email)s tidak sah", email=found[:200]))
    return found


def version(value: Any) -> str:
    """A version's name, at most 100 characters."""
    found = text(value)
    if len(found) > LONGEST:
        raise Fault(_("Versi paling banyak %(number)s huruf", number=LONGEST))
    return found


def tag(value: Any) -> str:
    """CKAN's tag rules: 2 to 100 characters, letters, digits, spaces, hyphens, underscores, dots."""
    if value is None or value == "":
        raise missing()
    found = text(value)
    shown = found[:200]
    messages = []
    if len(found) < SHORTEST:
        messages.append(_('Label "%(tag)s" lebih pendek dari %(number)s', tag=shown, number=SHORTEST))
    if len(found) > LONGEST:
        messages.append(_('Label "%(tag)s" lebih panjang dari %(number)s', tag=shown, number=LONGEST))
    if not _TAG.fullmatch(found):
        messages.append(
            _(
                'Label "%(tag)s" hanya boleh memuat huruf, angka, spasi (" "), tanda hubung ("-"), garis bawah ("_")'
                ' atau titik (".")',
                tag=shown,
            )
        )
    if messages:
        raise Fault(*messages)
    return found


def key(value: Any) -> UUID:
    """An id."""
    try:
        return UUID(text(value))
    except ValueError:
        raise Fault(_("Id tidak sah")) from None


def whole(value: Any) -> int:
    """CKAN's `int_validator`."""
    try:
        return as_whole(value)
    except (PydanticCustomError, PydanticUseDefault):
        raise Fault(_("Bilangan bulat tidak sah")) from None


def moment(value: Any) -> str:
    """CKAN's `isodate`, as CKAN writes it back: without zone, in UTC."""
    try:
        found = datetime.fromisoformat(text(value).strip())
    except ValueError:
        raise Fault(_("Bentuk tanggal tidak benar")) from None
    if found.tzinfo is not None:
        found = found.astimezone(UTC).replace(tzinfo=None)
    return found.isoformat()


def rows(data: Mapping[str, Any], field: str) -> list[dict[str, Any]]:
    """A sub-list of objects; empty objects say nothing. Raises IntegrityError for any other shape, as CKAN does."""
    found = data.get(field, [])
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        shown = type(found).__name__ if found is not None else "NoneType"
        raise IntegrityError(
            f"Only lists of dicts can be placed against subschema ('{field}',), not <class '{shown}'>",
            {"type": "dataset", **data},
        )
    return [row for row in found if row]


def resource_format(given: Any, url: str, *, guess: bool) -> str:
    """CKAN's name of a format, guessed from the address when none is given."""
    found = text(given) if given is not None else ""
    if not found and guess and url:
        with suppress(ValueError):  # an address that is none says nothing of a format
            parts = urlsplit(url) if "://" in url else None
            if parts is None or parts.path:
                found = mimetypes.guess_type(url)[0] or ""
    return vocabularies.resource_formats().get(found.lower(), found)


def geometry(value: Any) -> str:
    """GeoJSON of an extent, as CKAN's spatial plugin asks for."""
    try:
        found = json.loads(text(value))
    except (ValueError, RecursionError) as fault:
        raise Fault(_("Bukan objek JSON yang sah: %(why)s", why=str(fault)[:200])) from fault
    if not isinstance(found, dict) or "type" not in found or not ({"coordinates", "geometries"} & found.keys()):
        raise Fault(_("Geometri tidak sah"))
    return str(value)


def collect(faults: dict[str, Any], field: str, rule: Callable[[Any], Any], value: Any) -> Any:
    """The clean value, or None with the messages noted under `field`."""
    try:
        return rule(value)
    except Fault as fault:
        faults.setdefault(field, []).extend(fault.messages)
        return None
