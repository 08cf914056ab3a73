"""`portal search`: rebuild without downtime, check and repair."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from uuid import UUID

import click
from sqlalchemy import select

from portal.catalog import models
from portal.web.request import Scope
from search.documents import SearchDocument
from search.engine import Engine
from search.rebuilding import Target
from search.rebuilding import rebuild as rebuild_all

BATCH = 500


def documents(scope: Scope) -> Iterator[SearchDocument]:
    """Every live document, read in batches."""
    result = scope.session("publisher").execute(
        select(models.dataset.c.search).order_by(models.dataset.c.id), execution_options={"yield_per": BATCH}
    )
    for row in result:
        yield SearchDocument.from_json(row.search)


def expected(scope: Scope) -> Iterator[tuple[str, int]]:
    """(id, revision) of every live dataset."""
    table = models.dataset
    for row in scope.session("publisher").execute(select(table.c.id, table.c.revision).order_by(table.c.id)):
        yield str(row.id), int(row.revision)


def load(scope: Scope, ids: Sequence[str]) -> list[SearchDocument]:
    """Documents by id."""
    query = select(models.dataset.c.search).where(models.dataset.c.id.in_([UUID(item) for item in ids]))
    return [SearchDocument.from_json(row) for row in scope.session("publisher").scalars(query)]


@dataclass(frozen=True, slots=True)
class Index:
    """One index: its name, its engine, and what the databases say that it should hold; `drafts` beside the public."""

    name: str
    engine: Engine
    documents: Callable[[], Iterator[SearchDocument]]
    drafts: Callable[[], Iterable[SearchDocument]]
    expected: Callable[[], Iterator[tuple[str, int]]]
    load: Callable[[Sequence[str]], list[SearchDocument]]


def indexes(scope: Scope) -> list[Index]:
    """Both: the office's holds a copy of every public document, and the drafts (design.md I9)."""
    from portal.ingest.office_feed import OfficeFeed

    def public_documents() -> Iterator[SearchDocument]:
        return documents(scope)

    def public_expected() -> Iterator[tuple[str, int]]:
        return expected(scope)

    runtime = scope.runtime
    found = [Index("publik", runtime.search, public_documents, tuple, public_expected, lambda ids: load(scope, ids))]
    if runtime.office_search is not None:
        feed = scope.service(OfficeFeed)
        found.append(
            Index(
                "kantor",
                runtime.office_search,
                lambda: chain(documents(scope), feed.documents()),
                feed.documents,
                lambda: chain(expected(scope), feed.expected()),
                lambda ids: [*load(scope, ids), *feed.load(ids)],
            )
        )
    return found


def told(scope: Scope) -> None:
    """Readers forget what they kept of the index."""
    from portal.ingest.indexing import moved

    moved(scope.session("publisher"))
    scope.session("publisher").commit()


@click.group()
def search() -> None:
    """The search indexes."""


@search.command()
def rebuild() -> None:
    """Fill both indexes anew while they answer."""
    from portal.cli.commands import opened

    with opened() as (_runtime, scope):
        found = indexes(scope)
        for index in found:
            index.engine.prepare()
        targets = [Target(index.engine, index.drafts) for index in found]
        for index, count in zip(found, rebuild_all(lambda: documents(scope), targets), strict=True):
            click.echo(f"{index.name}: {count} dokumen")
        told(scope)


@search.command()
@click.option("--repair/--no-repair", default=True, show_default=True)
def check(*, repair: bool) -> None:
    """Compare both indexes with the databases and repair them; exit 1 when differences stay."""
    from portal.cli.commands import opened

    with opened() as (_runtime, scope):
        left = [index.name for index in indexes(scope) if compare(scope, index, repair=repair)]
        sys.exit(1 if left else 0)


def compare(scope: Scope, index: Index, *, repair: bool) -> bool:
    """Whether differences stay after the comparison of one index (and its repair)."""
    found = index.engine.check(index.expected())
    click.echo(f"{index.name}: kurang {len(found.missing)}, basi {len(found.stale)}, lebih {len(found.surplus)}")
    if found and repair:
        index.engine.repair(found, index.load)
        told(scope)
        found = index.engine.check(index.expected())
        click.echo("diperbaiki" if not found else "belum sama")
    return bool(found)
