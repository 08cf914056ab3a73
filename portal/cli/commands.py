"""`portal`: serving, working, databases, search, accounts, the record, the demo."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from config.settings import OfficeSettings, SettingsError, WorkerSettings, load
from portal.accounts.schemas import PersonInput, TokenInput
from portal.accounts.service import Accounts
from portal.accounts.shell import ShellAccounts
from portal.accounts.tokens import Tokens
from portal.app import service_runtime
from portal.audit import chain
from portal.cli import agencies
from portal.cli import api as api_commands
from portal.cli import search as search_commands
from portal.contract.loader import PluginError, discover
from portal.contract.plugin import Plugin
from portal.contract.work import Services
from portal.ingest.tasks import periodic, tasks
from portal.kernel.db import open_engine
from portal.kernel.permissions import Permission
from portal.operations import migrate, plugin_work
from portal.operations.demo_settings import read_environment
from portal.operations.health import look, probes_of
from portal.operations.mail import Mailer, mail_task
from portal.operations.provision import KINDS, Roles
from portal.operations.supervisor import gunicorn
from portal.operations.worker import WorkerPlan, run_worker
from portal.web.request import Runtime, Scope


def environment() -> Mapping[str, str]:
    """The environment, with the settings of a demo in this folder beneath it."""
    return {**read_environment(Path(os.environ.get("DEMO_DIR", ".run"))), **os.environ}


def worker_settings() -> WorkerSettings:
    """Settings of office and worker commands; ends with a plain sentence when one is wrong."""
    try:
        return load(WorkerSettings, environment())
    except SettingsError as error:
        raise click.ClickException(f"Pengaturan: {error}") from error


@contextmanager
def opened() -> Iterator[tuple[Runtime, Scope]]:
    """A runtime with every service and one scope, committed at a good end."""
    runtime = service_runtime(worker_settings())
    scope = runtime.scope()
    try:
        yield runtime, scope
        scope.commit()
    finally:
        scope.close()
        runtime.close()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Portal data kabupaten: satu produk untuk katalog, peta dan data tertutup."""


@main.command()
@click.argument("side", type=click.Choice(["public", "office"]))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True)
def serve(side: str, host: str, port: int, workers: int) -> None:
    """Serve one side with gunicorn; settings come from the environment."""
    arguments = gunicorn(f"portal.cli.wsgi:{side}()", host, port, workers=workers)
    os.execvpe(arguments[0], arguments, dict(environment()))  # noqa: S606 - an argument list, no shell


@main.command()
@click.option("--concurrency", default=2, show_default=True)
def worker(concurrency: int) -> None:
    """Run the jobs: uploads, releases, index work, mail."""
    settings = worker_settings()
    runtime = service_runtime(settings)
    mailer = Mailer.from_settings(settings.smtp_url, settings.mail_from, settings.site_url, settings.office_url)
    plugins = discover()
    known = (*tasks(runtime), *plugin_work.tasks(runtime, plugins), mail_task(mailer))
    clocked = (*periodic(runtime), *plugin_work.periodic(runtime, plugins))
    run_worker(WorkerPlan(settings.office_database_url, known, clocked, concurrency, settings.poll_seconds))


@main.group()
def db() -> None:
    """Databases: migrations of both sides and of the plugins."""


def _migrator(kind: str) -> str:
    name = f"PORTAL_MIGRATOR_{kind.upper()}_DATABASE_URL"
    url = environment().get(name)
    if not url:
        raise click.ClickException(f"{name}: wajib diisi")
    return url


@db.command()
def upgrade() -> None:
    """Bring both databases to the newest revision."""
    for kind in KINDS:
        for state in migrate.upgrade(kind, _migrator(kind), Roles(), migrate.plugin_trees(discover())):
            click.echo(f"{kind} {state.tree}: {state.current}")


@db.command()
def check() -> None:
    """Say where both databases stand; exit 1 when something is pending."""
    good = True
    for kind in KINDS:
        for state in migrate.check(kind, _migrator(kind), Roles(), migrate.plugin_trees(discover())):
            good = good and state.good
            click.echo(f"{kind} {state.tree}: {state.current} / {state.head} {'baik' if state.good else 'TERTINGGAL'}")
    sys.exit(0 if good else 1)


@main.group()
def user() -> None:
    """People and tokens."""


@user.command("create")
@click.argument("email")
@click.argument("name")
@click.option("--agency", required=True, help="Name of the agency.")
@click.option("--role", required=True, help="Role at that agency.")
@click.password_option("--password", help="Asked for when not given.")
def user_create(email: str, name: str, agency: str, role: str, password: str) -> None:
    """Make a person with one role who can sign in at once."""
    with opened() as (_runtime, scope):
        accounts = scope.service(Accounts)
        found = next((row for row in accounts.all_agencies() if row.name == agency), None)
        if found is None:
            raise click.ClickException(f"instansi “{agency}” tidak dikenal")
        wanted = PersonInput.model_validate(
            {"email": email, "name": name, "roles": [{"agency_id": found.id, "role": role}]}
        )
        person_id = ShellAccounts(accounts, scope.session("office")).person(wanted, password)
    click.echo(str(person_id))


@user.command("token")
@click.argument("email")
@click.option("--days", default=90, show_default=True)
@click.option("--scope", "scopes", multiple=True, help="Permission; all by default.")
def user_token(email: str, days: int, scopes: tuple[str, ...]) -> None:
    """Print an API token of a person, by e-mail."""
    with opened() as (_runtime, scope):
        who = ShellAccounts(scope.service(Accounts), scope.session("office")).identity(email.lower())
        wanted = TokenInput.model_validate({"name": "perintah", "scopes": list(scopes or Permission), "days": days})
        _token_id, key = scope.service(Tokens).make_token(who, wanted)
    click.echo(key)


@main.group()
def audit() -> None:
    """The chained record."""


@audit.command()
@click.option("--head", help="Sequence:hash kept elsewhere; without it a cut end cannot be seen.")
def verify(head: str | None) -> None:
    """Recompute the chain; exit 1 when a record was changed, removed or reordered."""
    kept = None
    if head:
        seq, _sep, digest = head.partition(":")
        kept = chain.Head(int(seq), digest)
    engine = open_engine(load(OfficeSettings, environment()).office_database_url, size=1)
    try:
        with engine.connect() as connection:
            verdict = chain.verify(connection, kept)
    finally:
        engine.dispose()
    for fault in verdict.faults:
        click.echo(str(fault))
    state = "utuh" if verdict.sound else "RUSAK"
    click.echo(f"{state}: {verdict.lines} baris, ujung {verdict.head.seq}:{verdict.head.hash}")
    sys.exit(0 if verdict.sound else 1)


@main.command()
def health() -> None:
    """Say how every part does; exit 1 when one is away."""
    with opened() as (runtime, _scope):
        report = look(probes_of(runtime, full=True))
    for line in report.lines():
        click.echo(line)
    sys.exit(0 if all(item.state != "bad" for item in report.checks.values()) else 1)


main.add_command(search_commands.search)
main.add_command(api_commands.api)
main.add_command(agencies.agency)


@contextmanager
def _unit() -> Iterator[Services]:
    """What a plugin's command gets: the services of one unit of work."""
    with opened() as (_runtime, scope):
        yield scope


def add_plugins(group: click.Group, plugins: Sequence[Plugin]) -> None:
    """A group of commands for each plugin that brings some; none takes the place of one of the house."""
    for plugin in plugins:
        if plugin.cli:
            if plugin.name in group.commands:
                raise PluginError(f"perintah {plugin.name} sudah ada")
            own = click.Group(plugin.name, help=plugin.label, context_settings={"obj": _unit})
            for command in plugin.cli:
                own.add_command(command)
            group.add_command(own)


add_plugins(main, discover())


@main.command()
def demo() -> None:
    """Run the demo: private cluster, real data at the first start, the three processes."""
    from portal.cli.demo.run import run

    sys.exit(run(os.environ))
