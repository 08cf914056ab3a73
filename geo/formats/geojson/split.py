"""Splits a GeoJSON file into its features without parsing the document as a whole (RFC 7946, RFC 8142).

Braces outside strings are counted in one pass over a memory map, so memory stays flat and a cut file is
known as cut. It takes a FeatureCollection, one feature, one geometry, and features by line or record.

Counting every brace is slow, so within the array of features a guess goes first: a feature ends where
something like `}, {"type":` follows. A guess that is one whole JSON object by itself is right by that; any
other is thrown away and the braces are counted.
"""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

# Possessive, so that neither a long string nor an unfinished one makes the expression go back.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|\{|\}', re.DOTALL)
_ARRAY = re.compile(rb"\s*:\s*\[")
_BOUNDARY = re.compile(rb'\}\s*,\s*(\{)\s*"(?:type|id|properties|geometry|bbox)"\s*:')
_REACH = 8 << 20  # a guess looks so far
_MISSES = 8  # after so many wrong guesses in a row nothing is guessed any more
_NEXT = re.compile(rb"[\s,]*(.?)", re.DOTALL)
_OPEN, _CLOSE = 0x7B, 0x7D
Bytes = bytes | mmap.mmap


@dataclass(frozen=True, slots=True)
class Span:
    """One feature's bytes: from `start` up to `stop`; `value` is the feature where it was parsed already."""

    start: int
    stop: int
    value: dict[str, Any] | None = None


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
        self._misses = 0
        self._ended = False

    def run(self) -> Iterator[Span]:
        place: int | None = 0
        while place is not None:
            place = yield from self._count(place)

    def _count(self, place: int) -> Generator[Span, None, int | None]:
        """Counts braces from a place on; returns where to go on after guesses that were right, else None."""
        for match in _TOKEN.finditer(self._data, place):
            first = self._data[match.start()]
            found: Span | None = None
            if first == _OPEN:
                self._open(match.start())
            elif first == _CLOSE:
                self._depth -= 1
                if self._depth < 0:
                    break
                found = self._close(match.end())
                if found is not None:
                    yield found
                elif self._ended:
                    return None
            elif self._depth == 1 and not self._document.collection and match.group() == b'"features"':
                self._enter(match.end())
            if self._inside and self._depth == 1 and self._misses < _MISSES:
                place = yield from self._guess(self._frame_from)
                if place > match.end():
                    return place
        self._document.complete = self._depth == 0 and not self._document.collection
        return None

    def _close(self, stop: int) -> Span | None:
        if self._depth == 1 and self._inside:
            self._frame_from = stop
            self._inside = self._object_follows(stop)
            return Span(self._start, stop)
        if self._depth != 0:
            return None
        if self._document.collection:
            self._finish(stop)
            self._ended = True
            return None
        return Span(self._start, stop)

    def _guess(self, place: int) -> Generator[Span, None, int]:
        """Yields features from a place right before one, as long as guesses are right; returns the place
        after the last."""
        following = _NEXT.match(self._data, place)
        start = place if following is None else following.start(1)
        last = place
        while (found := _BOUNDARY.search(self._data, start, start + _REACH)) is not None:
            stop = found.start() + 1
            try:
                value = orjson.loads(self._data[start:stop])
            except orjson.JSONDecodeError:
                break
            if not isinstance(value, dict):
                break
            yield Span(start, stop, value)
            self._misses = 0
            self._frame_from = last = stop
            start = found.start(1)
        self._misses += 1
        return last

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
