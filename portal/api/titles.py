"""Titles by the words they hold, in memory: `package_autocomplete` answers from them while the catalogue stands still.

Made in the background by a thread of its own, seldom, and used only while the catalogue's counter (decision 0023) is
the one that was read before the titles were: else the engine answers. Numbers in arrays, some 100 bytes a dataset.
"""

from __future__ import annotations

import logging
import threading
import time
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from uuid import UUID

import psycopg

from search.analysis import tokens
from search.fields import sort_title, whole_title

log = logging.getLogger(__name__)

#: Behind every word that begins like a prefix.
_LAST = chr(0x10FFFF)
#: A pause between two makings: seconds at least, and times what the last one took.
PAUSE, SHARE = 5.0, 50.0
BATCH = 5_000
MANY_ENDS = 16


Row = tuple[int, str, bytes, str]


def ordered(rows: Iterable[tuple[UUID, str, int]]) -> list[Row]:
    """Rows (id, title, downloads) in the order of suggestions."""
    return sorted((-downloads, sort_title(title), key.bytes, title) for key, title, downloads in rows)


class Titles:
    """Datasets in the order of suggestions: most downloaded first, then by title, then by id."""

    def __init__(self, rows: Iterable[tuple[UUID, str, int]]) -> None:
        """`rows`: id, title, downloads, in any order."""
        self._fill(ordered(rows))

    @classmethod
    def of(cls, listed: list[Row]) -> Titles:
        """From rows that `ordered` made; the list is emptied on the way."""
        made = cls(())
        made._fill(listed)
        return made

    def _fill(self, listed: list[Row]) -> None:
        self._ids = b"".join(row[2] for row in listed)
        self._groups = array("I")
        words: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        groups: dict[str, int] = {}
        for rank, row in enumerate(listed):
            said = tokens(row[3])
            self._groups.append(groups.setdefault(whole_title(" ".join(said)), len(groups)))
            for word in set(said):
                words[word].append(rank)
        listed.clear()
        groups.clear()
        self._words = sorted(words)
        self._ranks, self._starts = array("I"), array("I", [0])
        for word in self._words:
            self._ranks.extend(words[word])
            self._starts.append(len(self._ranks))

    def __len__(self) -> int:
        return len(self._groups)

    def find(self, words: Sequence[str], limit: int) -> list[UUID]:
        """Ids of datasets whose title holds every word, the last as a beginning; of equal titles the first alone."""
        *whole, start = words
        spans = [self._span(word, word + "\x00") for word in whole]
        last = self._span(start, start + _LAST)
        if any(low == high for low, high in (*spans, last)):
            return []
        found: list[UUID] = []
        seen: set[int] = set()
        for rank in self._holding(spans, last):
            group = self._groups[rank]
            if group not in seen:
                seen.add(group)
                found.append(UUID(bytes=self._ids[16 * rank : 16 * rank + 16]))
                if len(found) == limit:
                    break
        return found

    def _span(self, low: str, high: str) -> tuple[int, int]:
        """The words from `low` to before `high`, by their numbers."""
        return bisect_left(self._words, low), bisect_left(self._words, high)

    def _holding(self, spans: list[tuple[int, int]], last: tuple[int, int]) -> Iterator[int]:
        """Ranks that stand in every span, rising; walked along the shortest, looked up in the rest."""
        lists = sorted((self._list(low) for low, _high in spans), key=len)
        ends = [self._list(number) for number in range(*last)]
        if not lists:
            yield from _distinct(merge(*ends))
            return
        total = sum(map(len, ends))
        if total < len(lists[0]):
            yield from (rank for rank in _distinct(merge(*ends)) if all(_holds(item, rank) for item in lists))
            return
        # many endings of a beginning are quicker found in a set than one by one
        held = {rank for item in ends for rank in item} if len(ends) > MANY_ENDS else None
        for rank in lists[0]:
            ended = rank in held if held is not None else any(_holds(item, rank) for item in ends)
            if ended and all(_holds(item, rank) for item in lists[1:]):
                yield rank

    def _list(self, number: int) -> memoryview[int]:
        return memoryview(self._ranks)[self._starts[number] : self._starts[number + 1]]


def _distinct(ranks: Iterable[int]) -> Iterator[int]:
    """Rising numbers, each once."""
    before = -1
    for rank in ranks:
        if rank != before:
            yield rank
        before = rank


def _holds(ranks: memoryview[int], rank: int) -> bool:
    place = bisect_left(ranks, rank)
    return place < len(ranks) and ranks[place] == rank


class TitleMemory:
    """The titles of one catalogue, made in the background when they are asked for and are not those of the moment."""

    def __init__(self, url: str) -> None:
        """`url` of the public role."""
        self._url = url
        self._lock = threading.Lock()
        self._kept: tuple[int, Titles] | None = None
        self._not_before = 0.0
        self.making: threading.Thread | None = None

    def of(self, number: int) -> Titles | None:
        """The titles as they stood under the catalogue's counter `number`; None while there are none of them."""
        kept = self._kept
        if kept is not None and kept[0] == number:
            return kept[1]
        with self._lock:
            if (self.making is None or not self.making.is_alive()) and time.monotonic() >= self._not_before:
                self.making = threading.Thread(target=self._make, name="titles", daemon=True)
                self.making.start()
        return None

    def _make(self) -> None:
        started = time.monotonic()
        try:
            # the counter first: what is read after it can be newer, never older
            with psycopg.connect(self._url, connect_timeout=2, application_name="portal-titles") as connection:
                row = connection.execute("SELECT number FROM catalog.change WHERE kind = 'katalog'").fetchone()
                connection.execute("SELECT set_config('statement_timeout', '0', true)")
                with connection.cursor(name="titles") as cursor:
                    cursor.itersize = BATCH
                    cursor.execute("SELECT id, title, CAST(search ->> 'downloads' AS integer) FROM catalog.dataset")
                    listed = ordered(cursor)
            # the server waits for nobody who thinks inside a transaction: the rest comes after it
            if row is not None:
                self._kept = int(row[0]), Titles.of(listed)
        except psycopg.Error as error:
            # the engine goes on answering; asked again after the pause
            log.warning("titles: %s", type(error).__name__)
        finally:
            now = time.monotonic()
            self._not_before = now + max(PAUSE, SHARE * (now - started))
