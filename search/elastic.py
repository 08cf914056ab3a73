"""The engine on Elasticsearch: one `_search` a page, bulk writes, a second index behind the alias to rebuild."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from elastic_transport import TransportError
from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError, helpers
from elasticsearch.serializer import OrjsonSerializer

from search import elastic_query as eq
from search.analysis import analysed
from search.base import BaseEngine, Found, Request, batches
from search.documents import SearchDocument
from search.elastic_schema import MAPPINGS, SETTINGS, stored
from search.errors import EngineUnavailable, QuerySyntaxError, RebuildRunning
from search.results import Suggestion

log = logging.getLogger(__name__)

_READ_SECONDS = 5
_WRITE_SECONDS = 120
_TRIES = 5
#: What is read of an answer to a search.
_PARTS = ["took", "timed_out", "hits.total", "hits.hits.sort", "aggregations", "suggest"]
#: A rebuild that has not ended after this time has died; its half index may go.
_DEAD_AFTER_MS = 6 * 3_600_000


class ElasticEngine(BaseEngine):
    """An alias over one of two indexes, `<alias>-a` and `<alias>-b`; the other is where a rebuild happens."""

    def __init__(self, url: str, index_name: str) -> None:
        super().__init__()
        self._alias = index_name
        self._building = f"{index_name}-building"
        address, auth = _split(url)
        self._client = Elasticsearch(
            address,
            basic_auth=auth,
            request_timeout=_READ_SECONDS,
            max_retries=1,
            retry_on_timeout=False,
            serializer=OrjsonSerializer(),
        )
        self._bulk = self._client.options(request_timeout=_WRITE_SECONDS)

    @contextmanager
    def _call(self, name: str) -> Iterator[None]:
        """One call; every failure of the server becomes EngineUnavailable, without its text."""
        self._called(name)
        try:
            yield
        except (ApiError, TransportError) as error:
            # texts of the client may repeat the query or the address: only the kind is kept
            log.warning("search: %s %s", type(error).__name__, getattr(error, "status_code", ""))
            raise EngineUnavailable from None

    def _search(self, request: Request) -> Found:
        body = eq.body(request)
        with self._call("search"):
            try:
                answer = self._client.search(index=self._alias, filter_path=_PARTS, **body).body
            except BadRequestError:
                raise QuerySyntaxError("kueri terlalu rumit") from None
        if answer["timed_out"]:
            raise EngineUnavailable
        return eq.found(answer)

    def _near(self, words: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
        with self._call("near"):
            answer = self._client.search(index=self._alias, size=0, suggest=eq.near(words)).body
        near = eq.near_words(answer)
        listed = sorted({word for options in near.values() for word, _ in options})
        if not listed:
            return {}
        with self._call("alive"):
            answer = self._client.search(index=self._alias, size=0, aggs={"alive": eq.alive(listed)}).body
        alive = eq.alive_words(answer) or ()
        return {word: [item for item in options if item[0] in alive] for word, options in near.items()}

    def _suggest(self, words: Sequence[str], limit: int) -> tuple[Suggestion, ...]:
        filters: list[dict[str, Any]] = [{"term": {"audible": True}}]
        filters += [{"term": {"surface.title": word}} for word in words[:-1]]
        filters.append({"prefix": {"surface.title": words[-1]}})
        with self._call("suggest"):
            hits = self._client.search(
                index=self._alias,
                query={"bool": {"filter": filters, "must_not": [{"term": {"deleted": True}}]}},
                sort=[{"downloads": "desc"}, {"title_order": "asc"}, {"id": "asc"}],
                collapse={"field": "title_words"},
                size=limit,
                stored_fields="_none_",
                docvalue_fields=[{"field": "title"}, {"field": "name"}],
                track_total_hits=False,
                filter_path="hits.hits.fields",
            ).body.get("hits", {"hits": ()})["hits"]
        return tuple(Suggestion(hit["fields"]["title"][0], hit["fields"]["name"][0]) for hit in hits)

    def _revisions(self) -> Iterator[tuple[str, int]]:
        with self._call("revisions"):
            for hit in self._scan(self._alias, {"bool": {"must_not": [{"term": {"deleted": True}}]}}, ["revision"]):
                yield hit["_id"], int(hit["_source"]["revision"])

    def _scan(self, index: str, query: dict[str, Any], fields: list[str] | bool) -> Iterator[dict[str, Any]]:
        body = {"query": query, "_source": fields}
        yield from helpers.scan(self._bulk, index=index, query=body, size=2_000, request_timeout=_WRITE_SECONDS)

    def upsert(self, documents: Iterable[SearchDocument], *, refresh: bool = True) -> int:
        """See `search.engine.Engine.upsert`; every batch is sent with `refresh`, never left to the interval."""
        return sum(self._upsert(batch, refresh=refresh) for batch in batches(documents))

    def _upsert(self, documents: Sequence[SearchDocument], *, refresh: bool) -> int:
        """Write a batch; a document that another writer changes meanwhile is looked at again."""
        left = {document.id: stored(analysed(document), _now()) for document in documents}
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
                    mark = {"id": identity, "deleted": True, "revision": 0, "written": _now()}
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

    def rebuild(self, documents: Iterable[SearchDocument]) -> int:
        """See `search.engine.Engine.rebuild`: the other index is filled, then the alias moves in one step."""
        self.prepare()
        started = _now()
        old = self._current()
        new = f"{self._alias}-b" if old.endswith("-a") else f"{self._alias}-a"
        self._begin(new)
        mark = self._last_write(old)
        try:
            for batch in batches(documents):
                operations: list[dict[str, Any]] = []
                for document in batch:
                    operations += [{"create": {"_id": document.id}}, stored(analysed(document), started)]
                with self._call("rebuild"):
                    answer = self._bulk.bulk(index=new, operations=operations).body
                if any(item["create"]["status"] not in (201, 409) for item in answer["items"]):
                    raise EngineUnavailable
            with self._call("rebuild"):
                self._catch_up(old, new, mark)
                self._swap(old, new)
        except BaseException:
            with self._call("rebuild"):
                self._bulk.options(ignore_status=404).indices.delete(index=new)
            raise
        with self._call("rebuild"):
            self._bulk.options(ignore_status=404).indices.delete(index=old)
        return self.count()

    def _begin(self, new: str) -> None:
        """Make the other index; its name is the lock against a second rebuild."""
        with self._call("rebuild"):
            for _ in range(2):
                try:
                    self._create(new, self._building)
                    return
                except BadRequestError:
                    meta = self._client.indices.get_mapping(index=new).body[new]["mappings"].get("_meta", {})
                    if int(meta.get("started", 0)) > _now() - _DEAD_AFTER_MS:
                        raise RebuildRunning from None
                    self._bulk.indices.delete(index=new)
        raise RebuildRunning

    def _create(self, index: str, alias: str) -> None:
        mappings = {**MAPPINGS, "_meta": {"started": _now()}}
        self._bulk.indices.create(index=index, settings=SETTINGS, mappings=mappings, aliases={alias: {}})

    def _last_write(self, index: str) -> int:
        """The number of the last write; what a writer did before it, the source of a rebuild already has."""
        with self._call("rebuild"):
            shards = self._client.indices.stats(index=index, level="shards").body["indices"][index]["shards"]
        return max(int(copy["seq_no"]["max_seq_no"]) for copies in shards.values() for copy in copies)

    def _catch_up(self, old: str, new: str, mark: int) -> None:
        """Copy what was written into the old index by those who did not yet know of the new one."""
        self._bulk.indices.refresh(index=f"{old},{new}")
        recent = {"range": {"_seq_no": {"gt": mark}}}
        for batch in batches(self._scan(old, recent, True)):  # noqa: FBT003 - the whole source
            there = self._client.mget(index=new, ids=[hit["_id"] for hit in batch], source=["written"]).body["docs"]
            operations: list[dict[str, Any]] = []
            for hit, item in zip(batch, there, strict=True):
                source = hit["_source"]
                if not item.get("found") or item["_source"]["written"] < source["written"]:
                    operations += [{"index": {"_id": hit["_id"]}}, source]
            if operations:
                self._bulk.bulk(index=new, operations=operations)

    def _swap(self, old: str, new: str) -> None:
        self._bulk.indices.refresh(index=new)
        self._bulk.delete_by_query(index=new, query={"term": {"deleted": True}}, refresh=True, conflicts="proceed")
        self._bulk.indices.update_aliases(
            actions=[
                {"add": {"index": new, "alias": self._alias}},
                {"remove": {"index": new, "alias": self._building}},
                {"remove": {"index": old, "alias": self._alias}},
            ]
        )

    def _current(self) -> str:
        with self._call("alias"):
            try:
                names = list(self._client.indices.get_alias(name=self._alias).body)
            except NotFoundError:
                return ""
        return str(names[0]) if names else ""

    def count(self) -> int:
        """See `search.engine.Engine.count`."""
        with self._call("count"):
            query = {"bool": {"must_not": [{"term": {"deleted": True}}]}}
            return int(self._client.count(index=self._alias, query=query).body["count"])

    def ping(self) -> None:
        """See `search.engine.Engine.ping`."""
        with self._call("ping"):
            if not self._client.indices.exists_alias(name=self._alias):
                raise EngineUnavailable

    def prepare(self) -> None:
        """Make the first index and the alias when they are absent."""
        if self._current():
            return
        with self._call("prepare"):
            try:
                self._create(f"{self._alias}-a", self._alias)
            except BadRequestError:
                # another process made it in this moment
                if not self._client.indices.exists_alias(name=self._alias):
                    raise

    def close(self) -> None:
        """See `search.engine.Engine.close`."""
        self._client.close()


def _now() -> int:
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
