"""Usage tallies: counted in memory, put in but never read back, rolled up the next day, shown from ten on (I1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.catalog import models, store
from portal.catalog.published import PublishedDataset
from portal.catalog.usage import UsageTally
from portal.ingest.usage import UsageRoller
from portal.kernel.db import open_engine, session_factory
from tests.apps import dispose, make_public, publishing
from tests.factories import published as factory
from tests.support import Databases

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def tally(databases: Databases) -> Iterator[UsageTally]:
    engine = open_engine(databases.addresses.public)
    yield UsageTally(session_factory(engine), lambda: MONDAY)
    engine.dispose()


def rows(databases: Databases) -> list[tuple[object, ...]]:
    with psycopg.connect(databases.superuser("public")) as connection:
        return connection.execute("SELECT kind, version, day, sum(count) FROM inbox.usage GROUP BY 1, 2, 3").fetchall()


def test_uses_are_added_up_and_put_in_once(databases: Databases, tally: UsageTally) -> None:
    dataset_id = uuid4()
    for _ in range(3):
        tally.note("unduh", dataset_id, 1)
    assert tally.flush() == 1
    assert tally.flush() == 0
    assert rows(databases) == [("unduh", 1, date(2026, 3, 2), 3)]


def test_the_public_role_never_reads_them_back(databases: Databases, tally: UsageTally) -> None:
    tally.note("lihat", uuid4(), 1)
    tally.flush()
    engine = open_engine(databases.addresses.public)
    with Session(engine) as session, pytest.raises(DBAPIError, match="permission denied"):
        session.execute(text("SELECT * FROM inbox.usage"))
    engine.dispose()


def test_counts_are_kept_when_the_database_is_away(databases: Databases) -> None:
    engine = open_engine(databases.addresses.public.replace("://", "://tidak_ada_"))
    tally = UsageTally(session_factory(engine), lambda: MONDAY)
    tally.note("api", uuid4(), 1)
    assert tally.flush() == 0
    tally._sessions = session_factory(open_engine(databases.addresses.public))
    assert tally.flush() == 1
    tally._sessions.kw["bind"].dispose()
    engine.dispose()


def published(session: Session) -> PublishedDataset:
    item = factory.dataset()
    store.write_version(session, item, "http://127.0.0.1:8000")
    session.commit()
    return item


@pytest.mark.parametrize(("count", "shown"), [(9, 0), (10, 10), (25, 25)])
def test_past_days_are_rolled_up_and_small_counts_are_not_shown(
    databases: Databases, tally: UsageTally, count: int, shown: int
) -> None:
    with publishing(databases) as session:
        item = published(session)
        before = session.scalar(select(models.dataset.c.revision))
        for _ in range(count):
            tally.note("unduh", item.id, 1)
        tally.flush()
        roller = UsageRoller(session)
        assert roller.roll(date(2026, 3, 2)) == 0, "today's counts wait"
        assert roller.roll(date(2026, 3, 3)) == 1
        session.commit()
        row = session.execute(select(models.dataset)).one()
        assert row.search["downloads"] == shown
        assert (row.revision > before) is bool(shown)
        assert roller.roll(date(2026, 3, 4)) == 0
    assert rows(databases) == []


def test_downloads_are_counted_by_the_pages(databases: Databases, tmp_path: Path) -> None:
    with publishing(databases) as session:
        item = published(session)
    app, runtime = make_public(databases, tmp_path)
    app.test_client().get(f"/dataset/{item.name}")
    runtime.scope().service(UsageTally).flush()
    assert [(kind, count) for kind, _v, _d, count in rows(databases)] == [("lihat", 1)]
    dispose(runtime)
