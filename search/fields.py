"""The fields a query may name (CKAN's names and ours), and the keys and facets that a document answers to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
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
    "tags": "tags", "res_format": "res_format", "license_id": "license_id", "license": "license",
    "state": "state", "private": "private", "type": "type", "dataset_type": "type", "agency": "agency",
    "data_type": "jenis_data", "jenis_data": "jenis_data", "level": "tingkat", "tingkat": "tingkat",
    "tingkat_penyajian": "tingkat", "kind": "kind", "region": "wilayah", "wilayah": "wilayah",
    "title_string": "title_string", "author": "author", "author_email": "author_email",
    "maintainer": "maintainer", "maintainer_email": "maintainer_email", "url": "url", "version": "version",
    "site_id": "site_id", "entity_type": "entity_type", "res_name": "res_name",
    "res_description": "res_description", "res_url": "res_url", "res_type": "res_type",
    "frequency": "extras_frequency", "frekuensi": "extras_frequency", "capacity": "capacity",
    "permission_labels": "permission_labels", "num_tags": "num_tags", "num_resources": "num_resources",
    "isopen": "isopen", "license_title": "license",
}  # fmt: skip
_DATES = {
    "metadata_modified": "modified", "metadata_created": "created", "issued": "issued",
    "modified": "modified", "created": "created", "indexed_ts": "modified",
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
_FACET_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
#: Solr's way from a field's value into another parser.
MAGIC = frozenset({"_query_", "_val_"})
#: Words of one value of a field that are keys of their own; what a longer value says is found in the text.
MOST_VALUE_WORDS = 40
#: Values that are all different, or too long to be counted by.
LONGEST_COUNTED = 100
_NEVER_COUNTED = frozenset({"res_url", "url", "res_name", "res_description", "id", "dataset"})

#: Facet names in requests → names in the index.
FACET_ALIASES = {"data_type": "jenis_data", "level": "tingkat", "year": "tahun", "license": "license_id"}
FACETS = ("organization", "groups", "tags", "res_format", "license_id", "jenis_data", "tingkat", "tahun", "kind")
#: Values of one facet that one document may have; what is beyond is not counted.
MOST_VALUES = 100


def field(name: str, extra: frozenset[str] = frozenset(), *, lenient: bool = False) -> Field | None:
    """The field of that name, or None when no query may ask for it; `extra` names facets of plugins.

    `lenient`: any other name is that of an extra field of a dataset, as in CKAN's Solr, save the magic ones.
    """
    known = FIELDS.get(name)
    if known is not None:
        return known
    if name in extra or _OPEN.fullmatch(name):
        return Field("keyword", name)
    if lenient and _NAME.fullmatch(name) and name not in MAGIC:
        return Field("keyword", f"extras_{name}")
    return None


def facet_name(name: str, *, other: bool = False) -> str:
    """The facet's name in the index; `other`: of any keyword field. Raises QuerySyntaxError for what can be none."""
    if other and _NAME.fullmatch(name):
        return name
    if not _FACET_NAME.fullmatch(name):
        raise QuerySyntaxError("nama faset tidak dikenal")
    return FACET_ALIASES.get(name, name)


def counted_name(name: str, extra: frozenset[str] = frozenset()) -> str | None:
    """Under which name the values of a field are counted: a facet's, a keyword field's, or an extra field's.

    None for text, dates, numbers, and what is no name. `extra` names facets of plugins.
    """
    if name in FACETS or name in FACET_ALIASES or name in extra:
        return name
    known = field(name, lenient=True)
    return known.target if known is not None and known.kind == "keyword" else None


def fold_key(value: str) -> str:
    """A keyword as it is compared: NFKC, lower case, no control characters, at most 256 characters."""
    return printable(unicodedata.normalize("NFKC", value[: 4 * LONGEST_KEY]).lower())


def printable(text: str) -> str:
    """Text that an index key and a label can hold: no control characters or lone surrogates, 256 characters."""
    return _UNPRINTABLE.sub(" ", text[: 4 * LONGEST_KEY]).strip()[:LONGEST_KEY]


def key(name: str, value: str) -> str:
    """The index key of a keyword field's value."""
    return f"{printable(name)}{SEPARATOR}{fold_key(value)}"


@lru_cache(maxsize=20_000)
def _kept_key(name: str, value: str) -> str:
    return f"{printable(name)}{SEPARATOR}{fold_key(value)}"


@lru_cache(maxsize=20_000)
def _kept_printable(text: str) -> str:
    return printable(text)


def _document_key(name: str, value: str) -> str:
    """As `key`, for what documents say: most values stand in many documents, and are folded once."""
    return key(name, value) if len(value) > LONGEST_COUNTED else _kept_key(name, value)


def _document_text(text: str) -> str:
    return printable(text) if len(text) > LONGEST_COUNTED else _kept_printable(text)


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
    found = {_document_key(name, value) for name, value in _key_pairs(document)}
    return tuple(sorted(item for item in found if item[-1] != SEPARATOR))


def _key_pairs(document: SearchDocument) -> Iterator[tuple[str, str]]:
    yield from (
        ("id", document.id), ("name", document.name), ("title_string", document.title),
        ("state", document.state), ("private", "true" if document.private else "false"),
        ("type", document.dataset_type), ("agency", document.agency), ("entity_type", "package"),
        ("capacity", "private" if document.private else "public"), ("site_id", "default"),
    )  # fmt: skip
    if not document.private:
        yield "permission_labels", "public"
    if document.license:
        yield "license", document.license.label
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
    for name, values in document.marks.items():
        yield from ((name, value) for value in values)
    for name, values in document.extras.items():
        for value in values:
            yield name, value
            yield from ((name, word) for word in value.split()[:MOST_VALUE_WORDS])


def document_others(document: SearchDocument) -> tuple[str, ...]:
    """Further values that can be counted on demand (`name`, separator, value), sorted: CKAN facets on any field."""
    found = {
        ("owner_org", document.organization.id if document.organization else ""), ("state", document.state),
        ("private", "true" if document.private else "false"), ("type", document.dataset_type),
        ("capacity", "private" if document.private else "public"), ("entity_type", "package"),
        ("license", document.license.label if document.license else ""), ("site_id", "default"),
    }  # fmt: skip
    found |= {("wilayah", code) for code in document.region_codes}
    for fields in (document.extras, document.marks):
        found |= {(name, value) for name, values in fields.items() for value in values if name not in _NEVER_COUNTED}
    ready = {(_document_text(name), _document_text(value)) for name, value in found if len(value) <= LONGEST_COUNTED}
    return tuple(sorted(f"{name}{SEPARATOR}{value}" for name, value in ready if value))


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
        value, label = _document_text(item.value), _document_text(item.label)
        if value == item.value and label == item.label:
            yield item
        elif value:
            yield Coded(value, label or value)
