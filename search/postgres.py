"""The engine on PostgreSQL's own full text: one statement a page, rows written behind one lock."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

import psycopg
from psycopg import Connection, sql
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from search.base import BATCH, BaseEngine, Found, Request, batches
from search.documents import SearchDocument
from search.errors import EngineUnavailable, RebuildRunning
from search.postgres_page import Page
from search.postgres_query import lexeme, near, near_words
from search.postgres_write import Writer, rebuild_lock
from search.results import Suggestion

log = logging.getLogger(__name__)

#: Settings of each connection: no compiling of plans for short statements, room to sort in memory, and a time
#: limit where the role has none of its own.
_SETTINGS = (
    "SELECT set_config('jit', 'off', false)",
    "SELECT set_config('work_mem', '32MB', false)",
    # the planner does not see that reading every row also fetches each one's words and keys from the side
    "SELECT set_config('enable_seqscan', 'off', false)",
    "SELECT set_config('statement_timeout', '5s', false) WHERE current_setting('statement_timeout') = '0'",
)
#: Hits looked at for suggestions; the first letters of a common word fit half the catalogue.
_SUGGEST_FROM = 500
_CONNECT_SECONDS = 2


class PostgresEngine(BaseEngine):
    """Tables of `search.postgres_schema` in one schema of one database."""

    def __init__(self, url: str, *, schema: str = "search", connections: int = 8) -> None:
        super().__init__()
        self._schema = schema
        self._name = sql.Identifier(schema)
        self._writer = Writer(schema)
        self._trigrams: str | None = None
        self._lock = Lock()
        scheme, _, rest = url.partition("://")
        self._pool = ConnectionPool(
            f"{scheme.partition('+')[0]}://{rest}",
            min_size=0,
            max_size=connections,
            open=False,
            timeout=_CONNECT_SECONDS,
            max_idle=120,
            kwargs={"autocommit": True, "prepare_threshold": None, "connect_timeout": _CONNECT_SECONDS},
            configure=_configure,
        )

    @contextmanager
    def _connection(self, name: str) -> Iterator[Connection[Any]]:
        """A connection for one call; every failure of the server becomes EngineUnavailable."""
        self._called(name)
        try:
            with self._lock:
                if self._pool.closed:
                    self._pool.open(wait=False)
            with self._pool.connection() as connection:
                yield connection
        except (psycopg.Error, PoolTimeout, PoolClosed) as error:
            # texts of the driver may repeat the query or the address: only the kind is kept
            log.warning("search: %s %s", type(error).__name__, getattr(error, "sqlstate", None) or "")
            raise EngineUnavailable from None

    def _trigram_schema(self, connection: Connection[Any]) -> str:
        """The schema that pg_trgm was made in; asked once."""
        if self._trigrams is None:
            row = connection.execute(
                "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
                " WHERE e.extname = 'pg_trgm'"
            ).fetchone()
            if row is None:
                log.error("search: the extension pg_trgm is absent")
                raise EngineUnavailable
            self._trigrams = str(row[0])
        return self._trigrams

    def _search(self, request: Request) -> Found:
        with self._connection("search") as connection:
            page = Page(request, self._schema, self._trigram_schema(connection))
            row = connection.execute(page.statement(), page.params).fetchone()
        return page.found(row)

    def _near(self, words: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
        with self._connection("near") as connection:
            listed = near(self._name, self._trigram_schema(connection), sql.Placeholder("words"))
            row = connection.execute(sql.SQL("SELECT {}").format(listed), {"words": list(words)}).fetchone()
        return near_words(row[0] if row else None)

    def _suggest(self, words: Sequence[str], limit: int) -> tuple[Suggestion, ...]:
        query = " & ".join(lexeme(word, prefix=place == len(words) - 1) for place, word in enumerate(words))
        text = sql.SQL(
            "SELECT title, name FROM (SELECT DISTINCT ON (title) title, name, downloads, title_order, id FROM"
            " (SELECT * FROM {}.document WHERE heading @@ %s::tsquery AND audible LIMIT %s) hits"
            " ORDER BY title, downloads DESC, id) titles ORDER BY downloads DESC, title_order, id LIMIT %s"
        ).format(self._name)
        with self._connection("suggest") as connection:
            rows = connection.execute(text, (query, _SUGGEST_FROM, limit)).fetchall()
        return tuple(Suggestion(title, name) for title, name in rows)

    def _revisions(self) -> Iterator[tuple[str, int]]:
        with self._connection("revisions") as connection, connection.transaction():
            connection.execute("SELECT set_config('statement_timeout', '0', true)")
            with connection.cursor(name="revisions") as cursor:
                cursor.itersize = 10_000
                yield from cursor.execute(sql.SQL("SELECT id::text, revision FROM {}.document").format(self._name))

    def upsert(self, documents: Iterable[SearchDocument], *, refresh: bool = True) -> int:
        """See `search.engine.Engine.upsert`; a commit is seen at once, so `refresh` changes nothing."""
        written = 0
        for batch in batches(documents):
            with self._connection("upsert") as connection:
                written += self._writer.write(connection, batch)
        return written

    def delete(self, ids: Iterable[str], *, refresh: bool = True, expunge: bool = True) -> int:
        """See `search.engine.Engine.delete`."""
        removed = 0
        for batch in batches(ids):
            with self._connection("delete") as connection:
                removed += self._writer.delete(connection, batch)
        return removed

    def rebuild(self, documents: Iterable[SearchDocument]) -> int:
        """See `search.engine.Engine.rebuild`.

        Rows are replaced in place, batch by batch: readers see the old or the new row and never an empty
        index, and no role needs the right to make tables.
        """
        lock = ("SELECT pg_try_advisory_lock(hashtextextended(%s, 2))", (rebuild_lock(self._schema),))
        with self._connection("rebuild") as connection:
            row = connection.execute(*lock).fetchone()
            if row is None or not row[0]:
                raise RebuildRunning
            try:
                generation = self._writer.begin_rebuild(connection)
                for batch in batches(documents):
                    self._writer.write(connection, batch, rebuilding=True)
                while ids := self._writer.outdated(connection, generation, BATCH):
                    self._writer.delete(connection, ids, mark=False)
                self._writer.end_rebuild(connection)
                return self._writer.recount(connection)
            finally:
                if not connection.closed:
                    connection.execute("SELECT pg_advisory_unlock_all()")

    def count(self) -> int:
        """See `search.engine.Engine.count`."""
        with self._connection("count") as connection:
            row = connection.execute(sql.SQL("SELECT count(*) FROM {}.document").format(self._name)).fetchone()
        return int(row[0]) if row else 0

    def ping(self) -> None:
        """See `search.engine.Engine.ping`."""
        with self._connection("ping") as connection:
            connection.execute(sql.SQL("SELECT documents FROM {}.state").format(self._name)).fetchone()

    def prepare(self) -> None:
        """The tables come by migration (`search.postgres_schema.ddl`), so there is nothing to make."""

    def close(self) -> None:
        """See `search.engine.Engine.close`."""
        self._pool.close()


def _configure(connection: Connection[Any]) -> None:
    for statement in _SETTINGS:
        connection.execute(statement)
