"""`portal api`: what the action API keeps ready."""

from __future__ import annotations

import click

from portal.ingest.bulk_copy import BulkCopy
from portal.web.request import Scope


def build_dump(scope: Scope) -> str:
    """Build the dump of the whole public catalogue now; a sentence on what came of it."""
    made = BulkCopy(scope.session("publisher"), scope.runtime.public_files, scope.now).build()
    return f"{made.count} dataset, {made.size} byte" if made else "penarikan sedang berlangsung; coba lagi"


@click.group()
def api() -> None:
    """The action API."""


@api.command()
def dump() -> None:
    """Build the file of the whole public catalogue now; the worker does it every night."""
    from portal.cli.commands import opened

    with opened() as (_runtime, scope):
        click.echo(build_dump(scope))
