"""Splits a GeoJSON file into its features without parsing the document as a whole (RFC 7946, RFC 8142).

Braces outside strings are counted in one pass over a memory map, so memory stays flat and a cut file is
known as cut. It takes a FeatureCollection, one feature, one geometry, and features by line or record.
"""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

# Possessive, so that neither a long string nor an unfinished one makes the expression go back.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|\{|\}', re.DOTALL)
_ARRAY = re.compile(rb"\s*:\s*\[")
_NEXT = re.compile(rb"[\s,]*(.?)", re.DOTALL)
_OPEN, _CLOSE = 0x7B, 0x7D
Bytes = bytes | mmap.mmap


@dataclass(frozen=True, slots=True)
class Span:
    """One feature's bytes: from `start` up to `stop`."""

    start: int
    stop: int


@dataclass(slots=True)
class Document:
    """What surrounds the features, final once the last span has been taken.

    `members` are those of a collection with its features taken out (empty for single objects). `complete`
    is False for a file that ends too early, `sound` False where what surrounds the features isn't JSON
    (something that isn't an object stands among them, or more follows after the end)."""

    members: dict[str, Any] = field(default_factory=dict)
    complete: bool = True
    sound: bool = True
    collection: bool = False


def spans(data: Bytes, document: Document) -> Iterator[Span]:
    """Yields the features in file order and fills `document` while doing so."""
    yield from _Splitter(data, document).run()


class _Splitter:
    """The state of one pass: `depth` of braces; `inside` while within the array of features."""

    def __init__(self, data: Bytes, document: Document) -> None:
        self._data, self._document = data, document
        self._depth = 0
        self._inside = False
        self._start = 0
        self._frame: list[bytes] = []
        self._frame_from = 0

    def run(self) -> Iterator[Span]:
        for match in _TOKEN.finditer(self._data):
            first = self._data[match.start()]
            if first == _OPEN:
                self._open(match.start())
            elif first == _CLOSE:
                self._depth -= 1
                if self._depth < 0:
                    break
                if self._depth == 1 and self._inside:
                    yield Span(self._start, match.end())
                    self._frame_from = match.end()
                    self._inside = self._object_follows(match.end())
                elif self._depth == 0:
                    if self._document.collection:
                        self._finish(match.end())
                        return
                    yield Span(self._start, match.end())
            elif self._depth == 1 and not self._document.collection and match.group() == b'"features"':
                self._enter(match.end())
        self._document.complete = self._depth == 0 and not self._document.collection

    def _open(self, place: int) -> None:
        if self._depth == 0:
            self._start = self._frame_from = place
        elif self._depth == 1 and self._inside:
            self._start = place
        self._depth += 1

    def _enter(self, place: int) -> None:
        array = _ARRAY.match(self._data, place)
        if array is not None:
            self._document.collection = True
            self._frame.append(bytes(self._data[self._frame_from : array.end()]))
            self._frame_from = array.end()
            self._inside = self._object_follows(array.end())

    def _object_follows(self, place: int) -> bool:
        found = _NEXT.match(self._data, place)
        return found is not None and found.group(1) == b"{"

    def _finish(self, stop: int) -> None:
        self._frame.append(bytes(self._data[self._frame_from : stop]))
        try:
            members = json.loads(b"".join(self._frame).decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            self._document.sound = False
            return
        self._document.members = members if isinstance(members, dict) else {}
        rest = _NEXT.match(self._data, stop)
        ends = rest is None or rest.group(1) in {b"", b"\x1e"}
        self._document.sound = ends and self._document.members.get("features") == []
