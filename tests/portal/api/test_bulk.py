"""The dump of the whole catalogue: complete, by hash, never with what was withdrawn (I5), and made again."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.catalog import bulk, store
from portal.ingest.bulk_copy import BulkCopy
from portal.kernel.storage import open_root
from tests.apps import dispose, publishing
from tests.portal.api.world import World, publish
from tests.support import Databases

ADDRESS = "/api/3/dump/datasets.jsonl.gz"


@pytest.fixture
def own(databases: Databases, tmp_path: Path) -> Iterator[World]:
    made = publish(databases, tmp_path)
    yield made
    dispose(made.runtime)


@pytest.fixture
def publisher(databases: Databases) -> Iterator[Session]:
    with publishing(databases) as session:
        yield session


def build(world: World, session: Session) -> bulk.BulkFile:
    made = BulkCopy(session, world.runtime.public_files).build()
    assert made is not None
    return made


def get(world: World, **headers: str) -> TestResponse:
    """The answer, its file closed."""
    return world.client.get(ADDRESS, headers=headers, buffered=True)


def lines(world: World) -> list[dict[str, str]]:
    answer = get(world)
    assert (answer.status_code, answer.mimetype) == (200, "application/gzip")
    assert "Content-Encoding" not in answer.headers
    return [json.loads(line) for line in gzip.decompress(answer.data).splitlines()]


def test_a_line_a_dataset(own: World, publisher: Session) -> None:
    assert get(own).status_code == 503, "before the first one"
    made = build(own, publisher)
    found = lines(own)
    assert [row["name"] for row in found] == ["imunisasi", "sebaran-puskesmas", "stunting-kecamatan"]
    assert made.count == 3
    assert found[0] == own.result("package_show", {"id": "imunisasi"})
    assert build(own, publisher).sha256 == made.sha256, "the same catalogue gives the same bytes"
    assert list(own.runtime.public_files.keys(bulk.FOLDER)) == [made.key]
    page = own.client.get("/api", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert "Sekarang berisi 3 dataset" in page
    assert ADDRESS in own.client.get("/robots.txt").get_data(as_text=True)


def test_etag_and_range(own: World, publisher: Session) -> None:
    made = build(own, publisher)
    whole = get(own)
    assert whole.headers["ETag"] == f'"{made.sha256}"'
    assert whole.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert get(own, **{"If-None-Match": whole.headers["ETag"]}).status_code == 304
    part = get(own, Range="bytes=5-14")
    assert (part.status_code, part.data) == (206, whole.data[5:15])


def test_a_withdrawal_is_felt_at_once(own: World, publisher: Session) -> None:
    made = build(own, publisher)
    store.withdraw(publisher, own.first.id, None, "Angka keliru", uuid4())
    publisher.commit()
    assert get(own).status_code == 503
    bulk.sweep(publisher, own.runtime.public_files)
    publisher.commit()
    assert not own.runtime.public_files.exists(made.key), "the bytes go too"
    build(own, publisher)
    assert "stunting-kecamatan" not in [row["name"] for row in lines(own)]


def test_a_withdrawal_while_it_is_built(own: World, publisher: Session, databases: Databases) -> None:
    """What was read before the withdrawal is thrown away, and the file is built again."""

    class Slow(BulkCopy):
        built = 0

        def _write(self, path: Path) -> int:
            count = super()._write(path)
            self.built += 1
            if self.built == 1:
                withdraw(databases, own.first.id)
            return count

    copy = Slow(publisher, own.runtime.public_files)
    made = copy.build()
    assert made is not None
    assert (copy.built, made.count) == (2, 2)
    assert "stunting-kecamatan" not in [row["name"] for row in lines(own)]
    assert list(own.runtime.public_files.keys(bulk.FOLDER)) == [made.key]


def withdraw(databases: Databases, dataset_id: UUID) -> None:
    with publishing(databases) as session:
        store.withdraw(session, dataset_id, None, "Angka keliru", uuid4(), tombstone=False)
        session.commit()


def test_a_withdrawal_that_is_rolled_back_changes_nothing(own: World, publisher: Session) -> None:
    made = build(own, publisher)
    store.withdraw(publisher, own.first.id, None, "Angka keliru", uuid4())
    publisher.rollback()
    assert bulk.current(publisher) == made
    assert len(lines(own)) == 3


def test_an_empty_catalogue(databases: Databases, publisher: Session, tmp_path: Path) -> None:
    made = BulkCopy(publisher, open_root(str(tmp_path / "public"))).build()
    assert made is not None
    assert made.count == 0
