"""`portal search`: rebuild without downtime, check and repair."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from uuid import UUID

import click
from sqlalchemy import select

from portal.catalog import models
from portal.web.request import Scope
from search.documents import SearchDocument
from search.engine import Engine

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


def engines(scope: Scope) -> list[tuple[str, Engine]]:
    """Both indexes by name."""
    runtime = scope.runtime
    found = [("publik", runtime.search)]
    if runtime.office_search is not None:
        found.append(("kantor", runtime.office_search))
    return found


@click.group()
def search() -> None:
    """The search indexes."""


@search.command()
def rebuild() -> None:
    """Fill both indexes anew while they answer."""
    from portal.cli.commands import opened

    with opened() as (_runtime, scope):
        for name, engine in engines(scope):
            engine.prepare()
            click.echo(f"{name}: {engine.rebuild(documents(scope))} dokumen")


@search.command()
@click.option("--repair/--no-repair", default=True, show_default=True)
def check(*, repair: bool) -> None:
    """Compare the public index with the database and repair it; exit 1 when differences stay."""
    from portal.cli.commands import opened

    with opened() as (_runtime, scope):
        engine = scope.runtime.search
        found = engine.check(expected(scope))
        click.echo(f"kurang {len(found.missing)}, basi {len(found.stale)}, lebih {len(found.surplus)}")
        if found and repair:
            engine.repair(found, lambda ids: load(scope, ids))
            found = engine.check(expected(scope))
            click.echo("diperbaiki" if not found else "belum sama")
        sys.exit(1 if found else 0)
