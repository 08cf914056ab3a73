"""One regency for the whole folder: released data, what citizens were answered, then the secrets."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.functional.questions import questions
from tests.functional.visits import Answer, Visitor
from tests.functional.world import Indexes, World, add_secrets, open_world
from tests.support import DatabaseFactory, Databases


@dataclass
class Told:
    """The world with its secrets in, and the answers from before they were."""

    world: World
    before: dict[str, Answer]
    visitor: Visitor


@contextmanager
def logged(lines: list[str]) -> Iterator[None]:
    """Keep what is logged as a process in production logs it (INFO and above)."""
    root = logging.getLogger()
    handler = logging.Handler()
    formatter = logging.Formatter("%(levelname)s %(name)s %(message)s")
    handler.emit = lambda record: lines.append(formatter.format(record))  # type: ignore[method-assign]
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@contextmanager
def told_world(
    factory: DatabaseFactory, templates: Databases, folder: pytest.TempPathFactory, indexes: Indexes | None = None
) -> Iterator[Told]:
    """Open, ask, add the secrets."""
    databases = factory.clone(templates)
    try:
        with open_world(databases, folder.mktemp("dunia"), indexes) as world:
            visitor = Visitor(world.app)
            asked = questions(world)
            for path in asked:  # connections, caches and templates are warm when statements are counted
                visitor.ask(path)
            before = {path: Visitor(world.app, asked=number).ask(path) for number, path in enumerate(asked)}
            with logged(world.logs):
                add_secrets(world)
            yield Told(world, before, Visitor(world.app))
    finally:
        factory.drop(databases)


@pytest.fixture(scope="session")
def told(
    database_factory: DatabaseFactory, database_templates: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Told]:
    """With both indexes in PostgreSQL."""
    with told_world(database_factory, database_templates, tmp_path_factory) as made:
        yield made


@pytest.fixture(scope="session")
def world(told: Told) -> World:
    """The regency with its secrets in."""
    return told.world
