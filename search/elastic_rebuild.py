"""A rebuild on Elasticsearch: the other index is filled while the first answers, then the alias moves in one step."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

import orjson
from elasticsearch import BadRequestError, Elasticsearch, NotFoundError, helpers

from search.analysis import analysed
from search.base import batches
from search.documents import SearchDocument
from search.elastic_schema import BUILDING, BUILT, MAPPINGS, SETTINGS, stored
from search.errors import EngineUnavailable, RebuildRunning

#: Documents of one request; requests that are on their way at once.
DOCUMENTS = 1_000
MOST_SENT = 2
#: A rebuild that has not ended after this time has died; its half index may go.
_DEAD_AFTER_MS = 6 * 3_600_000
_WRITE_SECONDS = 120

Call = Callable[[str], AbstractContextManager[None]]
Clock = Callable[[], int]


def lines(documents: Sequence[SearchDocument], written: int) -> bytes:
    """The documents as the body of a bulk request, which no index's name stands in."""
    parts = []
    for document in documents:
        parts += [b'{"create":{"_id":"%b"}}' % document.id.encode(), orjson.dumps(stored(analysed(document), written))]
    return b"\n".join((*parts, b""))


def alias_of(client: Elasticsearch, alias: str) -> str:
    """The index behind an alias, or "" when there is none."""
    try:
        names = list(client.indices.get_alias(name=alias).body)
    except NotFoundError:
        return ""
    return str(names[0]) if names else ""


def create(client: Elasticsearch, index: str, alias: str, started: int, settings: dict[str, Any]) -> None:
    """Make an index behind an alias. Raises BadRequestError when its name is taken."""
    mappings = {**MAPPINGS, "_meta": {"started": started}}
    client.indices.create(index=index, settings=settings, mappings=mappings, aliases={alias: {}})


class ElasticRebuild:
    """One rebuild: `add` what is read, then `finish`; a `with` that ends otherwise leaves the first index as it was.

    `call` turns failures of the server into EngineUnavailable; `now` is the time in milliseconds. Entering raises
    RebuildRunning when another rebuild is under way.
    """

    def __init__(self, client: Elasticsearch, alias: str, building: str, call: Call, now: Clock) -> None:
        self._client = client.options(request_timeout=_WRITE_SECONDS)
        self._alias = alias
        self._building = building
        self._call = call
        self._now = now
        self._sent: deque[Future[None]] = deque()
        self._pool = ThreadPoolExecutor(MOST_SENT, thread_name_prefix="rebuild")
        self._old = self._new = ""
        self._mark = 0
        self._finished = False

    def __enter__(self) -> ElasticRebuild:
        with self._call("rebuild"):
            self._old = alias_of(self._client, self._alias)
        self._new = f"{self._alias}-b" if self._old.endswith("-a") else f"{self._alias}-a"
        self.begin(self._new)
        self._mark = self._last_write(self._old)
        return self

    def __exit__(self, *_error: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        gone = self._old if self._finished else self._new
        with self._call("rebuild"):
            self._client.options(ignore_status=404).indices.delete(index=gone)

    def add(self, body: bytes) -> None:
        """Send what `lines` made; waits while as much as may be is on its way. Raises EngineUnavailable."""
        while len(self._sent) >= MOST_SENT:
            self._sent.popleft().result()
        self._sent.append(self._pool.submit(self._send, body))

    def _send(self, body: bytes) -> None:
        with self._call("rebuild"):
            answer = self._client.perform_request(
                "POST",
                f"/{self._new}/_bulk",
                params={"filter_path": "errors,items.create.status"},
                headers={"content-type": "application/x-ndjson", "accept": "application/json"},
                body=body,
            ).body
        # 409: a writer or a deletion was here before us, and knows better
        if answer["errors"] and any(item["create"]["status"] not in (201, 409) for item in answer["items"]):
            raise EngineUnavailable

    def finish(self) -> None:
        """Carry over what writers wrote meanwhile and let readers in."""
        while self._sent:
            self._sent.popleft().result()
        with self._call("rebuild"):
            again = self._last_write(self._old)
            self._catch_up(self._mark)
            self._swap()
        self._finished = True
        with self._call("rebuild"):
            # who writes without asking for rebuilds may have done so while the alias moved
            self._catch_up(again)
            self._client.indices.refresh(index=self._new)

    def begin(self, new: str) -> None:
        """Make the other index; its name is the lock against a second rebuild. Raises RebuildRunning."""
        with self._call("rebuild"):
            for _ in range(2):
                try:
                    create(self._client, new, self._building, self._now(), SETTINGS | BUILDING)
                    return
                except BadRequestError:
                    meta = self._client.indices.get_mapping(index=new).body[new]["mappings"].get("_meta", {})
                    if int(meta.get("started", 0)) > self._now() - _DEAD_AFTER_MS:
                        raise RebuildRunning from None
                    self._client.indices.delete(index=new)
        raise RebuildRunning

    def _last_write(self, index: str) -> int:
        """The number of the last write; what a writer did before it, the source of a rebuild already has."""
        with self._call("rebuild"):
            shards = self._client.indices.stats(index=index, level="shards").body["indices"][index]["shards"]
        return max(int(copy["seq_no"]["max_seq_no"]) for copies in shards.values() for copy in copies)

    def _catch_up(self, mark: int) -> None:
        """Copy what was written into the old index after `mark` by those who did not know of the new one."""
        self._client.indices.refresh(index=f"{self._old},{self._new}")
        body = {"query": {"range": {"_seq_no": {"gt": mark}}}}
        hits: Iterable[dict[str, Any]] = helpers.scan(
            self._client, index=self._old, query=body, size=2_000, request_timeout=_WRITE_SECONDS
        )
        for batch in batches(hits):
            ids = [hit["_id"] for hit in batch]
            there = self._client.mget(index=self._new, ids=ids, source=["written"]).body["docs"]
            operations: list[dict[str, Any]] = []
            for hit, item in zip(batch, there, strict=True):
                source = hit["_source"]
                # equal too: a writer may write in the millisecond in which the rebuild began
                if not item.get("found") or item["_source"]["written"] <= source["written"]:
                    operations += [{"index": {"_id": hit["_id"]}}, source]
            if operations:
                self._client.bulk(index=self._new, operations=operations)

    def _swap(self) -> None:
        new = self._new
        self._client.indices.refresh(index=new)
        self._client.delete_by_query(index=new, query={"term": {"deleted": True}}, refresh=True, conflicts="proceed")
        self._client.indices.put_settings(index=new, settings=BUILT)
        self._client.indices.update_aliases(
            actions=[
                {"add": {"index": new, "alias": self._alias}},
                {"remove": {"index": new, "alias": self._building}},
                {"remove": {"index": self._old, "alias": self._alias}},
            ]
        )
