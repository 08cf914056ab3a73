"""One regency for the whole folder: released data, what citizens were answered, then the secrets."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from flask import Flask

from tests.functional.questions import questions, searches
from tests.functional.visits import Answer, Visitor
from tests.functional.world import Node, World, add_secrets, open_world
from tests.support import DatabaseFactory, Databases


@dataclass
class Told:
    """The world with its secrets in, and the answers from before they were."""

    world: World
    before: dict[str, Answer]
    before_elastic: dict[str, Answer]
    visitor: Visitor
    elastic: Visitor


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


@pytest.fixture(scope="session")
def told(
    database_factory: DatabaseFactory,
    database_templates: Databases,
    tmp_path_factory: pytest.TempPathFactory,
    elasticsearch_url: str,
) -> Iterator[Told]:
    """Open, ask, add the secrets."""
    databases = database_factory.clone(database_templates)
    node = Node(elasticsearch_url, f"bocor-{secrets.token_hex(4)}")
    try:
        with open_world(databases, tmp_path_factory.mktemp("dunia"), node) as world:
            before, before_elastic = answers(world.app, questions(world)), answers(world.elastic_app, searches(world))
            with logged(world.logs):
                add_secrets(world)
            yield Told(world, before, before_elastic, Visitor(world.app), Visitor(world.elastic_app))
    finally:
        database_factory.drop(databases)


def answers(app: Flask, paths: Sequence[str]) -> dict[str, Answer]:
    """What is answered, once connections, caches and templates are warm and statements can be counted."""
    for path in paths:
        Visitor(app).ask(path)
    return {path: Visitor(app, asked=number).ask(path) for number, path in enumerate(paths)}


@pytest.fixture(scope="session")
def world(told: Told) -> World:
    """The regency with its secrets in."""
    return told.world
