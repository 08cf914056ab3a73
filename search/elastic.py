"""The engine on Elasticsearch: one `_search` a page, bulk writes, a second index behind the alias to rebuild."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit, urlunsplit

from search import elastic_query as eq
from search.analysis import analysed
from search.base import BaseEngine, Found, Request, batches
from search.documents import SearchDocument
from search.elastic_http import Refused, Searcher, Unanswered
from search.elastic_schema import SETTINGS, stored
from search.errors import EngineUnavailable, QuerySyntaxError
from search.results import Suggestion

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

    from search.elastic_bulk import Sender
    from search.elastic_rebuild import ElasticRebuild

log = logging.getLogger(__name__)

_READ_SECONDS = 5
_WRITE_SECONDS = 120
_TRIES = 5


class ElasticEngine(BaseEngine):
    """An alias over one of two indexes, `<alias>-a` and `<alias>-b`; the other is where a rebuild happens."""

    def __init__(self, url: str, index_name: str) -> None:
        super().__init__()
        self._alias = index_name
        self._building = f"{index_name}-building"
        self._server = _split(url)
        self._searcher = Searcher(*self._server, _READ_SECONDS)
        self._sender: Sender | None = None

    @cached_property
    def _client(self) -> Elasticsearch:
        """The client of those who write; a process that only reads never loads that large library."""
        from elasticsearch import Elasticsearch
        from elasticsearch.serializer import OrjsonSerializer

        address, auth = self._server
        return Elasticsearch(
            address,
            basic_auth=auth,
            request_timeout=_READ_SECONDS,
            max_retries=1,
            retry_on_timeout=False,
            serializer=OrjsonSerializer(),
        )

    @cached_property
    def _bulk(self) -> Elasticsearch:
        return self._client.options(request_timeout=_WRITE_SECONDS)

    @contextmanager
    def _call(self, name: str) -> Iterator[None]:
        """One call; every failure of the server becomes EngineUnavailable, without its text."""
        from elastic_transport import TransportError
        from elasticsearch import ApiError

        self._called(name)
        try:
            yield
        except (ApiError, TransportError) as error:
            # texts of the client may repeat the query or the address: only the kind is kept
            log.warning("search: %s %s", type(error).__name__, getattr(error, "status_code", ""))
            raise EngineUnavailable from None

    def _search(self, request: Request) -> Found:
        answer = self._asked("search", "_search", eq.body(request))
        if answer["timed_out"]:
            raise EngineUnavailable
        return eq.found(answer, request)

    def _asked(self, name: str, verb: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to a question. Raises QuerySyntaxError when it is beyond the server, EngineUnavailable."""
        self._called(name)
        try:
            return self._searcher.ask(self._alias, verb, body)
        except Refused as error:
            if error.status == 400:
                raise QuerySyntaxError("kueri terlalu rumit") from None
            log.warning("search: %s %s", name, error.status)
        except Unanswered:
            log.warning("search: %s without an answer", name)
        raise EngineUnavailable

    def _near(self, words: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
        answer = self._asked("near", "_search", {"size": 0, "suggest": eq.near(words)})
        near = eq.near_words(answer)
        listed = sorted({word for options in near.values() for word, _ in options})
        if not listed:
            return {}
        answer = self._asked("alive", "_search", {"size": 0, "aggs": {"alive": eq.alive(listed)}})
        alive = eq.alive_words(answer) or ()
        return {word: [item for item in options if item[0] in alive] for word, options in near.items()}

    def _suggest(self, words: Sequence[str], limit: int) -> tuple[Suggestion, ...]:
        filters: list[dict[str, Any]] = [{"term": {"audible": True}}]
        filters += [{"term": {"surface.title": word}} for word in words[:-1]]
        filters.append({"prefix": {"surface.title": words[-1]}})
        body = {
            "query": {"bool": {"filter": filters, "must_not": [{"term": {"deleted": True}}]}},
            "sort": [{"downloads": "desc"}, {"title_order": "asc"}, {"id": "asc"}],
            "collapse": {"field": "title_words"},
            "size": limit,
            "stored_fields": "_none_",
            "docvalue_fields": [{"field": "title"}, {"field": "name"}],
            "track_total_hits": False,
        }
        hits = self._asked("suggest", "_search", body)["hits"]["hits"]
        return tuple(Suggestion(hit["fields"]["title"][0], hit["fields"]["name"][0]) for hit in hits)

    def _revisions(self) -> Iterator[tuple[str, int]]:
        with self._call("revisions"):
            for hit in self._scan(self._alias, {"bool": {"must_not": [{"term": {"deleted": True}}]}}, ["revision"]):
                yield hit["_id"], int(hit["_source"]["revision"])

    def _scan(self, index: str, query: dict[str, Any], fields: list[str] | bool) -> Iterator[dict[str, Any]]:
        from elasticsearch import helpers

        body = {"query": query, "_source": fields}
        yield from helpers.scan(self._bulk, index=index, query=body, size=2_000, request_timeout=_WRITE_SECONDS)

    def upsert(self, documents: Iterable[SearchDocument], *, refresh: bool = True) -> int:
        """See `search.engine.Engine.upsert`; every batch is sent with `refresh`, never left to the interval."""
        return sum(self._upsert(batch, refresh=refresh) for batch in batches(documents))

    def put(self, body: bytes, *, refresh: bool) -> None:
        """Write what `search.elastic_bulk.lines` made, in one call (`search.settling`). Raises EngineUnavailable.

        Whether a rebuild is under way need not be asked: it carries over what was written beside it.
        """
        from search.elastic_bulk import Sender

        self._called("upsert")
        if self._sender is None:
            self._sender = Sender(*self._server, _WRITE_SECONDS)
        try:
            answer = self._sender.bulk(self._alias, body, refresh=refresh)
        except (Refused, Unanswered) as error:
            log.warning("search: bulk %s", getattr(error, "status", "without an answer"))
            raise EngineUnavailable from None
        if answer["errors"]:
            kinds = {item["index"]["error"]["type"] for item in answer["items"] if "error" in item["index"]}
            log.warning("search: bulk items %s", ", ".join(sorted(kinds)))
            raise EngineUnavailable

    def show(self) -> None:
        """Let the next search find what was written without a refresh; costs next to nothing where there is nothing."""
        with self._call("show"):
            self._client.indices.refresh(index=self._alias)

    def _upsert(self, documents: Sequence[SearchDocument], *, refresh: bool) -> int:
        """Write a batch; a document that another writer changes meanwhile is looked at again."""
        left = {document.id: stored(analysed(document), now()) for document in documents}
        building = self._is_building()
        written = 0
        for _ in range(_TRIES):
            if not left:
                return written
            with self._call("upsert"):
                held = self._client.mget(index=self._alias, ids=list(left), source=["revision"]).body["docs"]
                operations: list[dict[str, Any]] = []
                sent = []
                for item in held:
                    data = left[item["_id"]]
                    if item.get("found") and item["_source"]["revision"] > data["revision"]:
                        del left[item["_id"]]
                        continue
                    sent.append(item["_id"])
                    operations += [_operation(item), data]
                    if building:
                        operations += [{"index": {"_index": self._building, "_id": item["_id"]}}, data]
                conflicts = self._send(operations, refresh=refresh)
            for identity in sent:
                if identity not in conflicts:
                    del left[identity]
                    written += 1
        if left:
            raise EngineUnavailable
        return written

    def _send(self, operations: list[dict[str, Any]], *, refresh: bool) -> set[str]:
        """Send a bulk; returns ids that another writer was quicker with. What else fails is unavailable."""
        if not operations:
            return set()
        answer = self._bulk.bulk(index=self._alias, operations=operations, refresh=refresh, require_alias=True).body
        conflicts = set()
        for item in answer["items"] if answer["errors"] else ():
            (result,) = item.values()
            if result["status"] == 409:
                conflicts.add(result["_id"])
            elif result["status"] >= 400 and not self._forgivable(result):
                log.warning("search: bulk item %s %s", result["status"], result["error"]["type"])
                raise EngineUnavailable
        return conflicts

    def _forgivable(self, result: dict[str, Any]) -> bool:
        """A document already gone, or the half index of a rebuild that ended just now."""
        return result["status"] == 404 and (
            result.get("result") == "not_found" or str(result["_index"]) == self._building
        )

    def delete(self, ids: Iterable[str], *, refresh: bool = True, expunge: bool = True) -> int:
        """See `search.engine.Engine.delete`; a rebuild under way is left a mark, so it can't bring them back.

        Lucene keeps the words of deleted documents until it merges, and corrections would still offer them:
        so the words are expunged before this returns, unless the caller says that they were none to be offered.
        """
        removed = 0
        building = self._is_building()
        for batch in batches(ids):
            operations: list[dict[str, Any]] = []
            for identity in batch:
                operations.append({"delete": {"_id": identity}})
                if building:
                    mark = {"id": identity, "deleted": True, "revision": 0, "written": now()}
                    operations += [{"index": {"_index": self._building, "_id": identity}}, mark]
            with self._call("delete"):
                answer = self._bulk.bulk(
                    index=self._alias, operations=operations, refresh=refresh, require_alias=True
                ).body
            for item in answer["items"]:
                result = item.get("delete", {"result": ""})
                removed += result.get("result") == "deleted"
                if result.get("status", 200) >= 400 and not self._forgivable(result):
                    raise EngineUnavailable
        if removed and expunge:
            with self._call("expunge"):
                self._bulk.indices.forcemerge(index=self._alias, only_expunge_deletes=True)
        return removed

    def _is_building(self) -> bool:
        with self._call("building"):
            return bool(self._client.indices.exists_alias(name=self._building))

    def rebuilding(self) -> ElasticRebuild:
        """A rebuild to be filled by the caller. Entering it raises RebuildRunning and EngineUnavailable."""
        from search.elastic_rebuild import ElasticRebuild

        self.prepare()
        return ElasticRebuild(self._client, self._alias, self._building, self._call, now)

    def rebuild(self, documents: Iterable[SearchDocument]) -> int:
        """See `search.engine.Engine.rebuild`: the other index is filled, then the alias moves in one step."""
        from search.elastic_rebuild import DOCUMENTS, lines

        with self.rebuilding() as made:
            started = now()
            for batch in batches(documents, DOCUMENTS):
                made.add(lines(batch, started))
            made.finish()
        return self.count()

    def _current(self) -> str:
        from search.elastic_rebuild import alias_of

        with self._call("alias"):
            return alias_of(self._client, self._alias)

    def count(self) -> int:
        """See `search.engine.Engine.count`."""
        query = {"bool": {"must_not": [{"term": {"deleted": True}}]}}
        return int(self._asked("count", "_count", {"query": query})["count"])

    def ping(self) -> None:
        """See `search.engine.Engine.ping`."""
        self._asked("ping", "_count", {"query": {"match_none": {}}})

    def prepare(self) -> None:
        """Make the first index and the alias when they are absent."""
        from elasticsearch import BadRequestError

        from search.elastic_rebuild import create

        if self._current():
            return
        with self._call("prepare"):
            try:
                create(self._client, f"{self._alias}-a", self._alias, now(), SETTINGS)
            except BadRequestError:
                # another process made it in this moment
                if not self._client.indices.exists_alias(name=self._alias):
                    raise

    def close(self) -> None:
        """See `search.engine.Engine.close`."""
        self._searcher.close()
        if self._sender is not None:
            self._sender.close()
        if "_client" in self.__dict__:
            self._client.close()


def now() -> int:
    """Milliseconds since 1970, the time of writing that documents bear."""
    return time.time_ns() // 1_000_000


def _operation(item: dict[str, Any]) -> dict[str, Any]:
    """Create a document that is not there, or replace exactly the one that was seen."""
    if not item.get("found"):
        return {"create": {"_id": item["_id"]}}
    return {
        "index": {
            "_id": item["_id"], "if_seq_no": item["_seq_no"], "if_primary_term": item["_primary_term"],
        }
    }  # fmt: skip


def _split(url: str) -> tuple[str, tuple[str, str] | None]:
    """The address without its credentials, and the credentials. Raises ValueError for an address without port."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    auth = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    return urlunsplit((parts.scheme, f"{host}:{port}", parts.path, "", "")), auth
