"""What pages read in one statement: never stale, and similar data as the law of the page says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.catalog import store
from portal.catalog.page_reader import (
    COMPARED,
    MOST_THEMES,
    CardRow,
    NewestByTheme,
    PageReader,
    _Near,
    similar,
)
from portal.catalog.published import PublishedDataset
from portal.catalog.schemas import FacetLinks, SearchForm
from portal.kernel.db import open_reader
from tests.apps import publishing
from tests.factories import published as factory
from tests.support import Databases

SITE = "http://127.0.0.1:8000"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def near(number: int, *tags: str) -> _Near:
    """A dataset of a subject group; a higher number is newer."""
    key = UUID(int=number + 1)
    return _Near(CardRow(key, f"d{number}", f"D {number}", {}), BEGIN + timedelta(hours=number), frozenset(tags))


def names(cards: list[CardRow]) -> list[str]:
    return [card.name for card in cards]


def test_most_shared_key_words_first_then_the_newest() -> None:
    group = [near(9), near(8, "a"), near(7, "a", "b"), near(6, "b"), near(5), near(4, "a", "b")]
    assert names(similar(UUID(int=10), frozenset("ab"), [group])) == ["d7", "d4", "d8", "d6"]
    assert names(similar(UUID(int=99), frozenset("z"), [group])) == ["d9", "d8", "d7", "d6"]
    assert names(similar(UUID(int=99), frozenset("a"), [group], limit=6))[3:] == ["d9", "d6", "d5"]
    assert similar(UUID(int=99), frozenset("a"), []) == []


def test_a_dataset_of_two_groups_is_named_once() -> None:
    one, two = [near(9, "a"), near(3)], [near(9, "a"), near(5, "a")]
    assert names(similar(UUID(int=99), frozenset("a"), [one, two])) == ["d9", "d5", "d3"]


def test_only_the_newest_are_compared() -> None:
    group = [near(number) for number in range(COMPARED + 50, 0, -1)]
    old = [*group, near(0, "a")]
    assert "d0" not in names(similar(UUID(int=9_999), frozenset("a"), [old]))


def publish(databases: Databases, *items: PublishedDataset) -> None:
    with publishing(databases) as session:
        for item in items:
            store.write_version(session, item, SITE)
        session.commit()


@pytest.fixture
def reader(databases: Databases) -> Iterator[PageReader]:
    engine = open_reader(databases.addresses.public)
    yield PageReader(engine, NewestByTheme())
    engine.dispose()


def test_similar_data_is_never_older_than_the_page(
    databases: Databases, reader: PageReader, statements: Callable[[], AbstractContextManager[Any]]
) -> None:
    first, second = factory.dataset(name="satu"), factory.dataset(name="dua")
    publish(databases, first, second)
    found = reader.dataset("satu")
    assert found is not None
    assert names(found.similar) == ["dua"]
    assert found.similar[0].card["agency_short"]
    with statements() as log:
        reader.dataset("satu")
    assert len([text for text in log.texts if "catalog." in text and "pg_catalog" not in text]) == 1
    publish(databases, factory.dataset(name="tiga"))
    again = reader.dataset("satu")
    assert again is not None
    assert set(names(again.similar)) == {"dua", "tiga"}
    with publishing(databases) as session:
        store.withdraw(session, second.id, None, "keliru", uuid4())
        session.commit()
    last = reader.dataset("satu")
    assert last is not None
    assert names(last.similar) == ["tiga"]


def test_versions_stand_beside_the_page_newest_first(databases: Databases, reader: PageReader) -> None:
    first = factory.dataset(name="satu", version_notes="Pertama.")
    publish(databases, first)
    publish(databases, factory.dataset(name="satu", id=first.id, version=2, version_notes="Kedua."))
    live, old = reader.dataset(str(first.id)), reader.version("satu", 1)
    assert live is not None
    assert old is not None
    assert (live.row.version, live.row.live) == (2, True)
    assert (old.row.version, old.row.live) == (1, False)
    assert [(item.version, item.notes, item.live) for item in live.versions] == [
        (2, "Kedua.", True),
        (1, "Pertama.", False),
    ]
    assert old.versions == live.versions
    assert live.versions[0].released.tzinfo is not None
    assert reader.dataset("tidak-ada") is None
    assert reader.version(str(first.id), 3) is None


def test_cards_keep_the_order_asked_and_drop_what_is_not_there(databases: Databases, reader: PageReader) -> None:
    items = [factory.dataset(name=name) for name in ("satu", "dua", "tiga")]
    publish(databases, *items)
    asked = [str(items[2].id), str(uuid4()), str(items[0].id)]
    assert names(reader.cards(asked)) == ["tiga", "satu"]
    assert reader.cards([]) == []
    assert len(reader.newest(2)) == 2


def test_no_more_groups_are_kept_than_said() -> None:
    class Empty:
        def execute(self, *_asked: object) -> list[object]:
            return []

    kept = NewestByTheme()
    for number in range(MOST_THEMES + 5):
        kept.of(UUID(int=number), 1, Empty())  # type: ignore[arg-type]
    assert len(kept._held) == MOST_THEMES


VALUES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
FORMS = st.builds(
    SearchForm,
    q=st.one_of(st.just(""), VALUES),
    chosen=st.lists(st.tuples(st.sampled_from(["groups", "tahun", "tags", "organization"]), VALUES), max_size=4).map(
        lambda pairs: tuple(dict.fromkeys(pairs))
    ),
    bbox=st.one_of(st.none(), st.just((108.6, -7.4, 109.3, -6.7))),
    within=st.booleans(),
    sort=st.sampled_from(["relevan", "terbaru", "judul"]),
    page=st.integers(1, 5),
)


@given(FORMS, st.sampled_from(["groups", "tahun", "tags", "kind"]), VALUES)
def test_links_of_facets_are_those_of_the_form(form: SearchForm, name: str, value: str) -> None:
    chosen = value in form.values(name)
    expected = form.without(name, value) if chosen else form.with_value(name, value)
    assert FacetLinks(form).of(name)(value, chosen) == expected.query()
