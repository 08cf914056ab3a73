"""The published side: pointer, versions, withdrawal, restoration; each act repeatable by its order's id (I4, I5)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from portal.catalog import models, store
from portal.kernel.db import open_engine
from tests.apps import publishing
from tests.factories import published as factory
from tests.support import Databases

SITE = "https://data.brebes.contoh"


@pytest.fixture
def publisher(databases: Databases) -> Iterator[Session]:
    with publishing(databases) as session:
        yield session


@pytest.fixture
def reader(databases: Databases) -> Iterator[Session]:
    engine = open_engine(databases.addresses.public)
    with Session(engine) as session:
        yield session
    engine.dispose()


def test_a_written_version_is_what_readers_see(publisher: Session, reader: Session) -> None:
    item = factory.dataset()
    assert store.write_version(publisher, item, SITE)
    publisher.commit()
    row = reader.execute(select(models.dataset)).one()
    document = json.loads(row.doc)
    assert (row.id, row.name, row.version) == (item.id, item.name, 1)
    assert document["title"] == item.metadata.judul
    assert document["resources"][0]["url"].startswith(f"{SITE}/dataset/{item.id}/resource/")
    assert {extra["key"] for extra in document["extras"]} >= {"source", "collection_method", "publisher", "collected"}


def test_an_order_applied_twice_writes_once(publisher: Session) -> None:
    item = factory.dataset()
    assert store.write_version(publisher, item, SITE)
    publisher.commit()
    assert not store.write_version(publisher, item, SITE)
    assert publisher.scalar(select(text("count(*)")).select_from(models.version)) == 1


def test_a_new_version_moves_the_pointer_and_keeps_the_old(publisher: Session) -> None:
    first = factory.dataset()
    store.write_version(publisher, first, SITE)
    second = replace(
        first, version=2, order_id=uuid4(), metadata=factory.metadata(judul="Judul baru", kata_kunci=("gizi",))
    )
    store.write_version(publisher, second, SITE)
    publisher.commit()
    row = publisher.execute(select(models.dataset)).one()
    assert (row.version, row.title) == (2, "Judul baru")
    assert list(publisher.scalars(select(models.dataset_tag.c.tag))) == ["gizi"]
    documents = dict(publisher.execute(select(models.version.c.version, models.version.c.doc)).all())
    assert json.loads(documents[1])["title"] == first.metadata.judul


def test_going_back_is_one_act(publisher: Session) -> None:
    first = factory.dataset()
    store.write_version(publisher, first, SITE)
    store.write_version(
        publisher, replace(first, version=2, order_id=uuid4(), metadata=factory.metadata(judul="Salah")), SITE
    )
    before = publisher.scalar(select(models.dataset.c.revision))
    order = uuid4()
    assert store.restore_version(publisher, first.id, 1, order)
    assert not store.restore_version(publisher, first.id, 1, order)
    row = publisher.execute(select(models.dataset)).one()
    assert (row.version, row.title) == (1, first.metadata.judul)
    assert row.revision > before


def test_withdrawing_a_dataset_leaves_only_a_tombstone(publisher: Session) -> None:
    resource = factory.table_resource(table="t_1")
    item = factory.dataset(resources=(resource,))
    store.write_version(publisher, item, SITE)
    order = uuid4()
    left = store.withdraw(publisher, item.id, None, "Angka keliru", order)
    publisher.commit()
    assert left == store.Withdrawn(("t_1",), ("a" * 64,), dataset_gone=True)
    for table in (models.dataset, models.version, models.resource, models.file):
        assert publisher.execute(select(table)).all() == []
    stones = publisher.execute(select(models.tombstone).order_by(models.tombstone.c.version)).all()
    assert [(stone.version, stone.reason) for stone in stones] == [(0, "Angka keliru"), (1, "Angka keliru")]
    assert publisher.scalar(select(models.tombstone_resource.c.resource_id)) == resource.id
    assert store.withdraw(publisher, item.id, None, "Angka keliru", order).dataset_gone


def test_a_reclassified_dataset_leaves_no_tombstone(publisher: Session) -> None:
    item = factory.dataset()
    store.write_version(publisher, item, SITE)
    store.withdraw(publisher, item.id, None, "", uuid4(), tombstone=False)
    assert publisher.execute(select(models.tombstone)).all() == []


def test_withdrawing_the_live_version_shows_the_one_before(publisher: Session) -> None:
    first = factory.dataset()
    store.write_version(publisher, first, SITE)
    changed = replace(
        first,
        version=2,
        order_id=uuid4(),
        resources=(replace(first.resources[0], files=(factory.file(), factory.file("c" * 64, role="unduhan"))),),
    )
    store.write_version(publisher, changed, SITE)
    left = store.withdraw(publisher, first.id, 2, "Salah ketik", uuid4())
    assert left.hashes == ("c" * 64,)  # the other file is still version 1's
    assert not left.dataset_gone
    assert publisher.scalar(select(models.dataset.c.version)) == 1
    assert [row.version for row in publisher.execute(select(models.tombstone))] == [2]


def test_a_public_name_belongs_to_one_dataset(publisher: Session) -> None:
    store.write_version(publisher, factory.dataset(name="penduduk"), SITE)
    with pytest.raises(IntegrityError):
        store.write_version(publisher, factory.dataset(name="penduduk"), SITE)


def test_index_work_is_marked_by_revision(publisher: Session) -> None:
    item = factory.dataset()
    store.write_version(publisher, item, SITE)
    behind = store.unindexed(publisher)
    assert [document.id for document in behind] == [str(item.id)]
    assert behind[0].terms.words()
    store.mark_indexed(publisher, behind)
    assert store.unindexed(publisher) == []


def test_the_box_is_the_layers_or_the_regions(publisher: Session) -> None:
    store.write_version(publisher, factory.dataset(resources=(factory.layer_resource(),)), SITE)
    store.write_version(publisher, factory.dataset(), SITE)
    boxes = publisher.execute(text("SELECT ST_XMin(bbox), ST_YMax(bbox) FROM catalog.dataset ORDER BY 1")).all()
    assert len(boxes) == 2
    assert all(108 < west < 109.3 and -7.5 < north < -6.5 for west, north in boxes)


def test_the_public_role_cannot_write(reader: Session) -> None:
    with pytest.raises(DBAPIError, match=r"read-only|permission denied"):
        reader.execute(models.dataset.delete())
