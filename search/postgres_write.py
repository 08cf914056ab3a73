"""Writing the PostgreSQL index: rows, the counts of facet values and words, one writer at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, Cursor, sql

from search.analysis import analysed
from search.base import audible
from search.documents import LEVELS, Coded, SearchDocument
from search.fields import (
    document_facets,
    document_keys,
    document_others,
    micros,
    printable,
    sort_title,
    whole_title,
)
from search.postgres_query import vector

_COLUMNS = (
    "id", "revision", "generation", "audible", "name", "title", "title_words", "title_order", "modified",
    "created", "issued", "downloads", "years", "bbox", "facets",
    "shape", "span", "loose", "keys", "others", "heading", "terms", "surface",
)  # fmt: skip


@dataclass
class _Change:
    """How the counts move: facet values by id, words by all documents and by those that may be told."""

    facets: Counter[int]
    words: Counter[str]
    audible: Counter[str]
    documents: int = 0

    def add(self, sign: int, facets: Iterable[int], words: Iterable[str], heard: bool) -> None:
        for item in facets:
            self.facets[item] += sign
        for word in words:
            self.words[word] += sign
            if heard:
                self.audible[word] += sign
        self.documents += sign


#: Facets that few values and combinations share: their sets are counted once each, not once a document.
_SHAPE = ("organization", "groups", "res_format", "license_id", "jenis_data", "tingkat", "kind")
_SPAN = ("tahun",)


@dataclass(frozen=True)
class _Facets:
    """The facet values of a document by id, cut into two shared sets and the rest."""

    shape: tuple[int, ...]
    span: tuple[int, ...]
    loose: tuple[int, ...]

    @classmethod
    def of(cls, facets: Mapping[str, tuple[Coded, ...]], known: Mapping[tuple[str, str], int]) -> _Facets:
        """The ids of the values, each part sorted."""
        rest = [name for name in facets if name not in _SHAPE + _SPAN]
        parts = (
            tuple(sorted({known[name, item.value] for name in names for item in facets.get(name, ())}))
            for names in (_SHAPE, _SPAN, rest)
        )
        return cls(*parts)

    @property
    def every(self) -> list[int]:
        """All of them."""
        return [*self.shape, *self.span, *self.loose]


#: Whether somebody holds the session lock of a rebuild (a key of 64 bits is shown in two halves).
REBUILDING = (
    "EXISTS (SELECT FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_database d ON d.oid = l.database"
    " WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted"
    " AND (l.classid::bigint << 32) | l.objid::bigint = hashtextextended(%s, 2))"
)


def rebuild_lock(schema: str) -> str:
    """Name of the lock that one rebuild of a schema holds from its beginning to its end."""
    return f"search.rebuild.{schema}"


class Writer:
    """The statements of one schema; every verb is one transaction, behind a lock that other writers await."""

    def __init__(self, schema: str) -> None:
        self.schema = schema
        self._name = sql.Identifier(schema)

    def execute(self, cursor: Cursor[Any], text: str, params: Sequence[object] = ()) -> Cursor[Any]:
        """Run a fixed statement with the schema's name put in."""
        return cursor.execute(sql.SQL(text).format(s=self._name), params or None)

    def lock(self, cursor: Cursor[Any]) -> None:
        """Wait for other writers of this schema, to the end of the transaction; so counts never deadlock."""
        cursor.execute("SELECT set_config('statement_timeout', '0', true)")
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", (f"search.write.{self.schema}",))

    def write(
        self, connection: Connection[Any], documents: Sequence[SearchDocument], *, rebuilding: bool = False
    ) -> int:
        """Put a batch in, the higher revision winning; a rebuild never overwrites what was written meanwhile."""
        fresh = {document.id: analysed(document) for document in documents}
        with connection.transaction(), connection.cursor() as cursor:
            self.lock(cursor)
            generation = self.execute(cursor, "SELECT generation FROM {s}.state").fetchone()[0]  # type: ignore[index]
            held = self.execute(
                cursor, "SELECT id::text, revision, generation FROM {s}.document WHERE id = ANY(%s::uuid[])",
                (list(fresh),),
            ).fetchall()  # fmt: skip
            for identity, revision, written in held:
                if revision > fresh[identity].revision or (rebuilding and written == generation):
                    del fresh[identity]
            if rebuilding:
                gone = self.execute(
                    cursor, "SELECT id::text FROM {s}.tombstone WHERE id = ANY(%s::uuid[])", (list(fresh),)
                ).fetchall()
                for (identity,) in gone:
                    del fresh[identity]
            else:
                self.execute(cursor, "DELETE FROM {s}.tombstone WHERE id = ANY(%s::uuid[])", (list(fresh),))
            change = self._removed(cursor, list(fresh))
            self._insert(cursor, list(fresh.values()), generation, change)
            self._count(cursor, change, words=not rebuilding)
        return len(fresh)

    def delete(self, connection: Connection[Any], ids: Sequence[str], *, mark: bool = True) -> int:
        """Take rows out with their counts; with `mark` a rebuild under way will not bring them back.

        Ids are kept only while one is: what was taken out for good must not be named here.
        """
        with connection.transaction(), connection.cursor() as cursor:
            self.lock(cursor)
            change = self._removed(cursor, ids)
            removed = -change.documents
            self._count(cursor, change, words=mark)
            if mark:
                self.execute(
                    cursor,
                    f"INSERT INTO {{s}}.tombstone SELECT unnest(%s::uuid[]) WHERE {REBUILDING} ON CONFLICT DO NOTHING",
                    (list(ids), rebuild_lock(self.schema)),
                )
        return removed

    def _removed(self, cursor: Cursor[Any], ids: Sequence[str]) -> _Change:
        change = _Change(Counter(), Counter(), Counter())
        rows = self.execute(
            cursor,
            "DELETE FROM {s}.document WHERE id = ANY(%s::uuid[]) RETURNING facets, tsvector_to_array(surface), audible",
            (list(ids),),
        )
        for facets, words, heard in rows:
            change.add(-1, facets, words, heard)
        return change

    def _insert(
        self, cursor: Cursor[Any], documents: Sequence[SearchDocument], generation: int, change: _Change
    ) -> None:
        values = [document_facets(document) for document in documents]
        known = self._facet_ids(cursor, values)
        facets = [_Facets.of(found, known) for found in values]
        sets = self._set_ids(cursor, {members for item in facets for members in (item.shape, item.span)})
        copy_text = sql.SQL("COPY {}.document ({}) FROM STDIN").format(
            self._name, sql.SQL(", ").join(map(sql.Identifier, _COLUMNS))
        )
        with cursor.copy(copy_text) as copy:
            for document, found in zip(documents, facets, strict=True):
                heard = audible(document)
                counted = (found.every, sets[found.shape], sets[found.span], list(found.loose))
                copy.write_row(_row(document, (generation, heard), counted))
                change.add(1, found.every, document.surface.words(), heard)

    def _facet_ids(
        self, cursor: Cursor[Any], documents: Iterable[Mapping[str, tuple[Coded, ...]]]
    ) -> dict[tuple[str, str], int]:
        labels = {
            (name, item.value): item.label for facets in documents for name, items in facets.items() for item in items
        }
        rows = self.execute(
            cursor,
            "INSERT INTO {s}.facet_value AS held (field, value, label)"
            " SELECT * FROM unnest(%s::text[], %s::text[], %s::text[])"
            " ON CONFLICT (field, value) DO UPDATE SET label = excluded.label RETURNING id, field, value",
            ([name for name, _ in labels], [value for _, value in labels], list(labels.values())),
        )
        return {(field, value): identity for identity, field, value in rows}

    def _set_ids(self, cursor: Cursor[Any], wanted: Iterable[tuple[int, ...]]) -> dict[tuple[int, ...], int]:
        """Ids of sets of facet values, made where they are new."""
        rows = self.execute(
            cursor,
            "INSERT INTO {s}.facet_set AS held (members) SELECT item::integer[] FROM unnest(%s::text[]) AS item"
            " ON CONFLICT (members) DO UPDATE SET members = excluded.members RETURNING id, members",
            ([f"{{{','.join(map(str, members))}}}" for members in sorted(wanted)],),
        )
        return {tuple(members): identity for identity, members in rows}

    def _count(self, cursor: Cursor[Any], change: _Change, *, words: bool) -> None:
        """Move the counts; a word or a value that no document has any more is forgotten.

        A rebuild leaves the words alone: it counts them once, at its end.
        """
        if words:
            self._count_words(cursor, change)
        moved = [item for item, number in change.facets.items() if number]
        self.execute(
            cursor,
            "UPDATE {s}.facet_value AS held SET documents = held.documents + moved.number"
            " FROM unnest(%s::int[], %s::bigint[]) AS moved (id, number) WHERE held.id = moved.id",
            (moved, [change.facets[item] for item in moved]),
        )
        self.execute(cursor, "DELETE FROM {s}.facet_value WHERE id = ANY(%s) AND documents <= 0", (moved,))
        self.execute(cursor, "UPDATE {s}.state SET documents = documents + %s", (change.documents,))

    def _count_words(self, cursor: Cursor[Any], change: _Change) -> None:
        words = [word for word, number in change.words.items() if number or change.audible[word]]
        self.execute(
            cursor,
            "INSERT INTO {s}.vocabulary AS held (word, documents, audible)"
            " SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[])"
            " ON CONFLICT (word) DO UPDATE SET documents = held.documents + excluded.documents,"
            " audible = held.audible + excluded.audible",
            (words, [change.words[word] for word in words], [change.audible[word] for word in words]),
        )
        self.execute(cursor, "DELETE FROM {s}.vocabulary WHERE word = ANY(%s) AND documents <= 0", (words,))

    def begin_rebuild(self, connection: Connection[Any]) -> int:
        """Start a generation: what is not written in it will be swept away at the end."""
        with connection.transaction(), connection.cursor() as cursor:
            self.lock(cursor)
            self.execute(cursor, "DELETE FROM {s}.tombstone")
            row = self.execute(cursor, "UPDATE {s}.state SET generation = generation + 1 RETURNING generation")
            generation: int = row.fetchone()[0]  # type: ignore[index]
            return generation

    def end_rebuild(self, connection: Connection[Any]) -> None:
        """Forget what was deleted meanwhile; the caller still holds the rebuild's lock."""
        with connection.transaction(), connection.cursor() as cursor:
            self.lock(cursor)
            self.execute(cursor, "DELETE FROM {s}.tombstone")

    def outdated(self, connection: Connection[Any], generation: int, limit: int) -> list[str]:
        """Ids of rows that an earlier generation left, at most `limit`."""
        with connection.cursor() as cursor:
            rows = self.execute(
                cursor, "SELECT id::text FROM {s}.document WHERE generation < %s LIMIT %s", (generation, limit)
            )
            return [row[0] for row in rows]

    def recount(self, connection: Connection[Any]) -> int:
        """Count words, facet values and documents anew from the rows; returns the number of documents."""
        with connection.transaction(), connection.cursor() as cursor:
            self.lock(cursor)
            self.execute(cursor, "DELETE FROM {s}.vocabulary")
            self.execute(
                cursor,
                "INSERT INTO {s}.vocabulary (word, documents, audible)"
                " SELECT word, count(*), count(*) FILTER (WHERE audible)"
                " FROM {s}.document, unnest(tsvector_to_array(surface)) AS word GROUP BY word",
            )
            self.execute(
                cursor,
                "UPDATE {s}.facet_value AS held SET documents = coalesce(counted.number, 0) FROM {s}.facet_value every"
                " LEFT JOIN (SELECT item, count(*) AS number FROM {s}.document, unnest(facets) AS item GROUP BY item)"
                " AS counted ON counted.item = every.id WHERE held.id = every.id",
            )
            self.execute(cursor, "DELETE FROM {s}.facet_value WHERE documents <= 0")
            self.execute(
                cursor,
                "DELETE FROM {s}.facet_set WHERE id NOT IN"
                " (SELECT shape FROM {s}.document UNION SELECT span FROM {s}.document)",
            )
            row = self.execute(
                cursor,
                "UPDATE {s}.state SET documents = (SELECT count(*) FROM {s}.document) RETURNING documents",
            )
            documents: int = row.fetchone()[0]  # type: ignore[index]
            return documents


def _row(
    document: SearchDocument, state: tuple[int, bool], facets: tuple[list[int], int, int, list[int]]
) -> tuple[object, ...]:
    box = document.bbox
    return (
        document.id,
        document.revision,
        *state,
        printable(document.name),
        printable(document.title),
        whole_title(" ".join(document.surface.title)),
        sort_title(document.title),
        micros(document.modified),
        micros(document.created),
        micros(document.issued or document.created),
        document.downloads,
        list(document.years),
        f"(({box.west!r},{box.south!r}),({box.east!r},{box.north!r}))" if box else None,
        *facets,
        list(document_keys(document)),
        list(document_others(document)),
        vector([("title", document.surface.title)]),
        vector((level, document.terms.level(level)) for level in LEVELS),
        vector((level, document.surface.level(level)) for level in LEVELS),
    )
