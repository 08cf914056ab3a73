"""A resource as a CKAN client sends it: known fields checked, unknown ones kept as they are."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson

from portal.api.office import rules
from portal.api.office.rules import Fault, collect
from portal.kernel.texts import gettext as _

_FIELDS: Mapping[str, Callable[[Any], Any]] = {
    "description": rules.text,
    "hash": rules.text,
    "name": rules.text,
    "resource_type": rules.text,
    "url_type": rules.text,
    "mimetype": rules.text,
    "mimetype_inner": rules.text,
    "cache_url": rules.text,
    "size": rules.whole,
    "created": rules.moment,
    "last_modified": rules.moment,
    "cache_last_updated": rules.moment,
}
#: What the portal says of a resource; whatever a client says of it is not listened to. `unduhan` is our own addition.
_OURS = frozenset({"id", "package_id", "position", "state", "datastore_active", "unduhan", "upload", "clear_upload"})
LARGEST_EXTRA = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceInput:
    """One resource. `sent` are the fields to keep (CKAN's and the client's own); `unchanged`: as it stood before.

    `clear_upload` asks that an uploaded file gives way to the address.
    """

    id: UUID | None
    url: str
    sent: Mapping[str, Any]
    unchanged: bool = False
    clear_upload: bool = False


def parse_resource(
    row: Mapping[str, Any],
    known: Mapping[str, Mapping[str, Any]],
    faults: dict[str, list[str]],
    *,
    guess: bool = False,
) -> ResourceInput:
    """The input; faults are noted by field. `known` are the resources as they stand, by id.

    `guess`: a link's media type follows from its address where the client says none (CKAN does so on a change).
    """
    key = collect(faults, "id", rules.key, row["id"]) if row.get("id") else None
    before = known.get(str(key)) if key is not None else None
    same = (
        before is not None and all(row.get(name) == value for name, value in before.items()) and len(row) == len(before)
    )
    url = collect(faults, "url", _words, row["url"]) if row.get("url") else ""
    sent: dict[str, Any] = {}
    for name, value in row.items():
        if name in _OURS or name in {"url", "format", "metadata_modified"} or value is None:
            continue
        rule = _FIELDS.get(name)
        sent[name] = collect(faults, name, rule, value) if rule else _own(name, value, faults)
    url = (url or "").strip()
    if url and not row.get("url_type") and not _has_scheme(url):
        url = "http://" + url.lstrip("/")
    if guess and not same and "mimetype" not in row and not row.get("url_type"):
        sent["mimetype"] = mimetypes.guess_type(url)[0]
    given = row.get("format")
    sent["format"] = collect(
        faults, "format", lambda value: rules.resource_format(_words(value), url, guess=key is None), given
    )
    return ResourceInput(
        id=key, url=url, sent={**sent, "url": url}, unchanged=same, clear_upload=bool(row.get("clear_upload"))
    )


def _words(value: Any) -> str:
    """A text. A number is none: CKAN fails at it, and so nothing is made of it there either."""
    if isinstance(value, bool | int | float):
        raise Fault(_("Harus berupa teks"))
    return "" if value is None else rules.text(value)


def _has_scheme(url: str) -> bool:
    try:
        return bool(urlsplit(url).scheme)
    except ValueError:
        return True


def _own(name: str, value: Any, faults: dict[str, list[str]]) -> Any:
    """A field of the client's own, as long as it can be kept."""
    try:
        text = orjson.dumps(value)
    except (TypeError, orjson.JSONEncodeError):
        faults[name] = [_("Nilai tidak sah")]
        return None
    if len(text) > LARGEST_EXTRA or b"\\u0000" in text or len(name) > 200:
        faults[name] = [_("Teks terlalu panjang")]
    return value
