"""The fields a query may name (CKAN's names and ours), and the keys and facets that a document answers to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from search.documents import LEVELS, Coded, SearchDocument
from search.errors import QuerySyntaxError

SEPARATOR = "\x1f"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNPRINTABLE = re.compile("[\x00-\x1f\ud800-\udfff]")
#: Longest value kept of a keyword; both engines limit the size of an index key.
LONGEST_KEY = 256

Kind = Literal["text", "keyword", "date", "number"]


@dataclass(frozen=True, slots=True)
class Field:
    """Where a field of a query leads: `target` is a level of text (or "" for all), a key, or a column."""

    kind: Kind
    target: str


_KEYWORDS = {
    "id": "id", "name": "name", "organization": "organization", "owner_org": "owner_org", "groups": "groups",
    "tags": "tags", "res_format": "res_format", "license_id": "license_id", "license": "license_id",
    "state": "state", "private": "private", "type": "type", "dataset_type": "type", "agency": "agency",
    "data_type": "jenis_data", "jenis_data": "jenis_data", "level": "tingkat", "tingkat": "tingkat",
    "tingkat_penyajian": "tingkat", "kind": "kind", "region": "wilayah", "wilayah": "wilayah",
    "title_string": "title_string", "author": "author", "author_email": "author_email",
    "maintainer": "maintainer", "maintainer_email": "maintainer_email", "url": "url", "version": "version",
    "site_id": "site_id", "entity_type": "entity_type", "res_name": "res_name",
    "res_description": "res_description", "res_url": "res_url", "res_type": "res_type",
    "frequency": "frequency", "frekuensi": "frequency",
}  # fmt: skip
_DATES = {
    "metadata_modified": "modified", "metadata_created": "created", "issued": "issued",
    "modified": "modified", "created": "created",
}  # fmt: skip
_NUMBERS = {
    "downloads": "downloads", "views_recent": "downloads", "views_total": "downloads",
    "year": "years", "tahun": "years",
}  # fmt: skip
_TEXTS = {"title": "title", "notes": "notes", "text": "", "columns": "labels", "tags_text": "labels"}

#: Every field that a query may name, beside `extras_…`, `vocab_…` and the facets of plugins.
FIELDS: dict[str, Field] = {
    **{name: Field("text", target) for name, target in _TEXTS.items()},
    **{name: Field("keyword", target) for name, target in _KEYWORDS.items()},
    **{name: Field("date", target) for name, target in _DATES.items()},
    **{name: Field("number", target) for name, target in _NUMBERS.items()},
}
_OPEN = re.compile(r"(extras|vocab|res_extras)_[A-Za-z0-9_.-]{1,64}")

#: Facet names in requests → names in the index.
FACET_ALIASES = {"data_type": "jenis_data", "level": "tingkat", "year": "tahun", "license": "license_id"}
FACETS = ("organization", "groups", "tags", "res_format", "license_id", "jenis_data", "tingkat", "tahun", "kind")
#: Values of one facet that one document may have; what is beyond is not counted.
MOST_VALUES = 100
_FACET_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


def field(name: str, extra: frozenset[str] = frozenset()) -> Field | None:
    """The field of that name, or None when no query may ask for it; `extra` names facets of plugins."""
    known = FIELDS.get(name)
    if known is not None:
        return known
    if name in extra or _OPEN.fullmatch(name):
        return Field("keyword", name)
    return None


def facet_name(name: str) -> str:
    """The facet's name in the index. Raises QuerySyntaxError for what can be no facet's name."""
    if not _FACET_NAME.fullmatch(name):
        raise QuerySyntaxError("nama faset tidak dikenal")
    return FACET_ALIASES.get(name, name)


def fold_key(value: str) -> str:
    """A keyword as it is compared: NFKC, lower case, no control characters, at most 256 characters."""
    return printable(unicodedata.normalize("NFKC", value[: 4 * LONGEST_KEY]).lower())


def printable(text: str) -> str:
    """Text that an index key and a label can hold: no control characters or lone surrogates, 256 characters."""
    return _UNPRINTABLE.sub(" ", text[: 4 * LONGEST_KEY]).strip()[:LONGEST_KEY]


def key(name: str, value: str) -> str:
    """The index key of a keyword field's value."""
    return f"{printable(name)}{SEPARATOR}{fold_key(value)}"


def micros(moment: datetime) -> int:
    """Microseconds since 1970-01-01 UTC, the form of every date in the indexes."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def whole_title(words: str) -> str:
    """The plain words of a title as the key that the same words find it by; a longer title is cut."""
    return words[:1_000]


def sort_title(title: str) -> str:
    """A title as it is ordered by: without case and accents, first 256 characters."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", title) if not unicodedata.combining(char))
    return fold_key(plain)


def document_keys(document: SearchDocument) -> tuple[str, ...]:
    """Every key that a keyword field's query may meet, sorted; fields with text also by their single words."""
    return tuple(sorted({key(name, value) for name, value in _key_pairs(document) if fold_key(value)}))


def _key_pairs(document: SearchDocument) -> Iterator[tuple[str, str]]:
    yield from (
        ("id", document.id), ("name", document.name), ("title_string", document.title),
        ("state", document.state), ("private", "true" if document.private else "false"),
        ("type", document.dataset_type), ("agency", document.agency),
    )  # fmt: skip
    if document.organization:
        yield "organization", document.organization.name
        yield "owner_org", document.organization.id
    for group in document.groups:
        yield "groups", group.name
    for name, items in document_facets(document).items():
        if name not in ("organization", "groups", "tahun"):
            yield from ((name, item.value) for item in items)
    yield from (("has", level) for level in LEVELS if document.surface.level(level))
    for code in document.region_codes:
        yield "wilayah", code
    for name, values in document.extras.items():
        for value in values:
            yield name, value
            yield from ((name, word) for word in value.split())


def document_facets(document: SearchDocument) -> dict[str, tuple[Coded, ...]]:
    """The facets of a document by their names in the index; a plugin's facet never replaces one of ours."""
    found: dict[str, tuple[Coded, ...]] = dict(document.facets)
    if document.organization:
        found["organization"] = (Coded(document.organization.name, document.organization.title),)
    found["groups"] = tuple(Coded(group.name, group.title) for group in document.groups)
    found["tags"] = tuple(Coded(tag, tag) for tag in document.tags)
    found["res_format"] = tuple(Coded(value, value) for value in document.formats)
    found["license_id"] = (document.license,) if document.license else ()
    found["jenis_data"] = (document.data_type,) if document.data_type else ()
    found["tingkat"] = (document.level,) if document.level else ()
    found["tahun"] = tuple(Coded(str(year), str(year)) for year in document.years)
    found["kind"] = document.kinds
    return {name: tuple(dict.fromkeys(_clean(items)))[:MOST_VALUES] for name, items in found.items() if items}


def _clean(items: tuple[Coded, ...]) -> Iterator[Coded]:
    """Values that an index key can hold."""
    for item in items:
        value, label = printable(item.value), printable(item.label)
        if value:
            yield Coded(value, label or value)
