"""Single reads of the published side on connections of their own, outside transactions (public side only).

A session begins, asks, ends and forgets: four more ways to the server than the one that matters. What is read here is
one statement by itself, on a connection of the public role that holds no setting, and the server keeps its plan.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.abc import Buffer
from psycopg.adapt import Loader

#: Connections that one process keeps open while nobody uses them.
MOST_KEPT = 8


class Raw(Loader):
    """A text of the database as the bytes that came."""

    def load(self, data: Buffer) -> bytes:
        """The bytes."""
        return bytes(data)


class Direct:
    """Statements that only read; texts come as bytes (UTF-8), other values as psycopg makes them."""

    def __init__(self, url: str) -> None:
        """Nothing is opened before the first statement."""
        self._url = url
        self._free: deque[psycopg.Connection[Any]] = deque()
        self._closed = False

    def rows(
        self, query: LiteralString | sql.Composed, values: Sequence[Any] | Mapping[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """All rows of one statement. Raises psycopg.Error; a connection that the server had closed is made anew."""
        while True:
            try:
                connection, kept = self._free.pop(), True
            except IndexError:
                connection, kept = self._connect(), False
            try:
                found = connection.execute(query, values).fetchall()
            except BaseException as error:
                lost = connection.closed
                connection.close()
                if kept and lost and isinstance(error, psycopg.OperationalError):
                    continue
                raise
            if self._closed or len(self._free) >= MOST_KEPT:
                connection.close()
            else:
                self._free.append(connection)
            return found

    def _connect(self) -> psycopg.Connection[Any]:
        made = psycopg.connect(
            self._url, autocommit=True, prepare_threshold=0, connect_timeout=2, application_name="portal-direct"
        )
        made.adapters.register_loader("text", Raw)
        return made

    def close(self) -> None:
        """Let the connections go."""
        self._closed = True
        while self._free:
            self._free.pop().close()
