"""Settings, mapping and the stored form of a document for Elasticsearch 8.19 and 9."""

from __future__ import annotations

from typing import Any

from search.base import audible
from search.documents import LEVELS, SearchDocument
from search.fields import (
    SEPARATOR,
    document_facets,
    document_keys,
    document_others,
    micros,
    printable,
    sort_title,
    whole_title,
)

#: Words come analysed, so the server only cuts at spaces; segments stand 100 positions apart.
_WORDS: dict[str, Any] = {"type": "text", "analyzer": "whitespace", "position_increment_gap": 100, "norms": False}
#: Words that are only looked up, never in an order.
_SPELLED: dict[str, Any] = {**_WORDS, "index_options": "docs"}
_KEYWORD: dict[str, Any] = {"type": "keyword"}
_LONG: dict[str, Any] = {"type": "long"}
#: Read back from the document alone.
_NOTED: dict[str, Any] = {"type": "long", "index": False, "doc_values": False}

SETTINGS: dict[str, Any] = {
    "number_of_shards": 1,
    "auto_expand_replicas": "0-1",
    "max_result_window": 11_001,
    # so that expunging really leaves no deleted document behind, however few they are in a segment
    "merge": {"policy": {"expunge_deletes_allowed": 0}},
    "mapping": {"total_fields": {"limit": 300}},
}

#: While a rebuild fills an index nobody reads it, and a crash only means to begin again.
BUILDING: dict[str, Any] = {"refresh_interval": "-1", "translog": {"durability": "async"}}
BUILT: dict[str, Any] = {"index": {"refresh_interval": None, "translog": {"durability": "request"}}}

MAPPINGS: dict[str, Any] = {
    "dynamic": False,
    "dynamic_templates": [{"facets": {"path_match": "facet.*", "mapping": _KEYWORD}}],
    "properties": {
        "id": _KEYWORD,
        "revision": _NOTED,
        "written": _NOTED,
        "deleted": {"type": "boolean"},
        "audible": {"type": "boolean"},
        "name": _KEYWORD,
        "title": {"type": "keyword", "index": False},
        "title_words": _KEYWORD,
        "title_order": _KEYWORD,
        "modified": _LONG,
        "created": _LONG,
        "issued": _LONG,
        "downloads": _LONG,
        "years": {"type": "integer"},
        "keys": {"type": "keyword", "doc_values": False},
        "others": {"type": "keyword", "index": False},
        "facet": {"type": "object", "dynamic": True},
        "terms": {"properties": dict.fromkeys(LEVELS, _WORDS)},
        "surface": {"properties": dict.fromkeys(LEVELS, _SPELLED)},
        "spell": _SPELLED,
        "bbox": {"type": "geo_shape"},
    },
}


def stored(document: SearchDocument, written: int) -> dict[str, Any]:
    """The JSON that is sent for a document; `written` is the time of writing in milliseconds."""
    heard = audible(document)
    data: dict[str, Any] = {
        "id": document.id,
        "revision": document.revision,
        "written": written,
        "audible": heard,
        "name": printable(document.name),
        "title": printable(document.title),
        "title_words": whole_title(" ".join(document.surface.title)),
        "title_order": sort_title(document.title),
        "modified": micros(document.modified),
        "created": micros(document.created),
        "issued": micros(document.issued or document.created),
        "downloads": document.downloads,
        "years": list(document.years),
        "keys": list(document_keys(document)),
        "others": list(document_others(document)),
        "facet": {
            name: [f"{item.value}{SEPARATOR}{item.label}" for item in items]
            for name, items in document_facets(document).items()
        },
        "terms": {level: list(document.terms.level(level)) for level in LEVELS},
        "surface": {level: list(document.surface.level(level)) for level in LEVELS},
    }
    if heard:
        data["spell"] = sorted(document.surface.words())
    box = document.bbox
    if box:
        data["bbox"] = envelope(box.west, box.south, box.east, box.north)
    return data


def envelope(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """A box as Elasticsearch takes it; one without width or height becomes a line or a point."""
    if west == east and south == north:
        return {"type": "point", "coordinates": [west, south]}
    if west == east or south == north:
        return {"type": "linestring", "coordinates": [[west, south], [east, north]]}
    return {"type": "envelope", "coordinates": [[west, north], [east, south]]}
