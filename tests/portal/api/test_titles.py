"""Titles in memory answer what the engine answers, and only while they are those of the moment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.api import titles as room
from portal.api.titles import TitleMemory, Titles
from search.analysis import tokens
from search.engine import counting
from tests.apps import dispose
from tests.factories import published as factory
from tests.portal.api.test_memory import Writer
from tests.portal.api.world import World, publish
from tests.support import Databases

WORD = st.sampled_from(["padi", "panen", "pasar", "desa", "data", "dan", "curah", "33.29", "x"])
TITLES = st.lists(st.lists(WORD, min_size=1, max_size=4).map(" ".join), max_size=30)


def slow(rows: list[tuple[UUID, str, int]], words: list[str], limit: int) -> list[UUID]:
    """The same by looking at every title."""
    found: dict[str, UUID] = {}
    for key, title, _downloads in sorted(rows, key=lambda row: (-row[2], row[1], row[0].bytes)):
        said = tokens(title)
        if set(words[:-1]) <= set(said) and any(word.startswith(words[-1]) for word in said):
            found.setdefault(" ".join(said), key)
    return list(found.values())[:limit]


@given(TITLES, st.lists(WORD, max_size=2), st.sampled_from(["p", "pa", "da", "desa", "33", "zz"]), st.integers(1, 12))
def test_the_same_is_found_as_by_looking_at_every_title(
    titles: list[str], whole: list[str], start: str, limit: int
) -> None:
    rows = [(UUID(int=number), title, number % 3) for number, title in enumerate(titles)]
    assert Titles(rows).find([*whole, start], limit) == slow(rows, [*whole, start], limit)


def test_many_endings_are_looked_up_in_a_set(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(UUID(int=number), f"desa p{number} satu", 0) for number in range(40)]
    expected = slow(rows, ["desa", "p"], 50)
    assert Titles(rows).find(["desa", "p"], 50) == expected
    monkeypatch.setattr(room, "MANY_ENDS", 1_000)
    assert Titles(rows).find(["desa", "p"], 50) == expected


@pytest.fixture
def fresh(databases: Databases, tmp_path: Path) -> Iterator[tuple[World, Writer]]:
    world, writer = publish(databases, tmp_path), Writer(databases)
    yield world, writer
    writer.close()
    dispose(world.runtime)


def made(world: World) -> None:
    """Wait until the titles of this moment are in memory."""
    memory = world.runtime.scope().service(TitleMemory)
    memory._not_before = 0.0
    world.result("package_autocomplete", {"q": "zzz"})
    assert memory.making is not None
    memory.making.join()


def test_titles_answer_as_the_engine_does_and_are_never_stale(fresh: tuple[World, Writer]) -> None:
    world, writer = fresh
    for number in range(12):
        item = factory.metadata(judul=f"Imunisasi dasar {number % 9}")
        writer.publish(id=uuid4(), name=f"imunisasi-{number}", order_id=uuid4(), metadata=item)
    writer.index()
    asked = [{"q": q, "limit": limit} for q in ("im", "imunisasi d", "dasar imunisasi 1", "IMUN") for limit in (3, 12)]
    by_engine = [world.result("package_autocomplete", item) for item in asked]
    made(world)
    with counting(world.runtime.search) as calls:
        assert [world.result("package_autocomplete", {**item, "n": 1}) for item in asked[:3]] == by_engine[:3]
    assert "suggest" not in calls
    assert [world.result("package_autocomplete", {**item, "n": 2}) for item in asked] == by_engine
    writer.publish(name="imunisasi-baru", metadata=factory.metadata(judul="Imunisasi awal"))
    writer.index()
    with counting(world.runtime.search) as calls:
        names = [row["name"] for row in world.result("package_autocomplete", {"q": "imunisasi a"})]
    assert (names[0], "suggest" in calls) == ("imunisasi-baru", True)
    made(world)
    assert world.result("package_autocomplete", {"q": "imunisasi aw"})[0]["name"] == "imunisasi-baru"
