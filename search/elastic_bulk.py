"""Bulk writes of documents that are known to be the newest: one request, its answer cut down to what is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from http.client import HTTPException
from typing import Any
from urllib.parse import quote

import orjson

from search.analysis import analysed
from search.documents import SearchDocument
from search.elastic_http import Searcher, Unanswered
from search.elastic_schema import stored


def lines(documents: Sequence[SearchDocument], written: int) -> bytes:
    """The documents as the body of a bulk request, which no index's name stands in; each replaces what there was."""
    parts = []
    for document in documents:
        parts += [b'{"index":{"_id":"%b"}}' % document.id.encode(), orjson.dumps(stored(analysed(document), written))]
    return b"\n".join((*parts, b""))


class Sender(Searcher):
    """Sends bulk requests over the connections of its thread."""

    def bulk(self, alias: str, body: bytes, *, refresh: bool) -> dict[str, Any]:
        """`errors` and the items' status and kind of error. An index that is absent is never made.

        Raises Refused and Unanswered; a request is sent a second time when the connection had grown stale, which
        changes nothing, since each document is replaced by itself.
        """
        kept = "filter_path=errors,items.*.status,items.*.error.type"
        path = f"{self._path}/{quote(alias, safe='')}/_bulk?require_alias=true&{kept}" + "&refresh=true" * refresh
        for stale in (getattr(self._held, "connection", None) is not None, False):
            try:
                return self._ask(path, body)
            except (HTTPException, OSError) as error:
                self._drop()
                if not stale or isinstance(error, TimeoutError):
                    break
        raise Unanswered
