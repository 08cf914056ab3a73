"""`portal harvest`: what stands, and a run by hand."""

from __future__ import annotations

import click

from plugins.harvest.service import Harvest
from portal.contract.work import Opened
from portal.kernel.errors import PortalError
from portal.kernel.identity import ANONYMOUS


@click.command("list")
@click.pass_obj
def list_sources(opened: Opened) -> None:
    """Sources with their state, frequency and last job."""
    with opened() as services:
        store = Harvest(services).store
        sources = store.sources("state <> 'deleted'")
        last = store.last_jobs(source.id for source in sources)
        for source in sources:
            job = last.get(source.id)
            words = (source.name, source.state, source.frequency or "MANUAL", job.status if job else "-", source.url)
            click.echo("\t".join(words))


@click.command("run")
@click.argument("name")
@click.pass_obj
def run_source(opened: Opened, name: str) -> None:
    """Start a harvest of the source NAME in the worker."""
    with opened() as services:
        harvest = Harvest(services)
        source = next(iter(harvest.store.sources("name = :name", name=name)), None)
        if source is None:
            raise click.ClickException(f"tidak ada sumber panen bernama {name}")
        try:
            job = harvest.start(ANONYMOUS, source)
        except PortalError as error:
            raise click.ClickException(error.message) from error
        click.echo(str(job.id))


COMMANDS = (list_sources, run_source)
