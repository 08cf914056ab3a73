"""`portal agency`: the first agencies of an installation, before anybody can sign in to make more."""

from __future__ import annotations

from typing import Any

import click
from pydantic import ValidationError

from portal.accounts.schemas import AgencyInput, PersonInput
from portal.accounts.service import Accounts
from portal.accounts.shell import ShellAccounts
from portal.ingest.notices import Notices
from portal.ingest.people import People
from portal.kernel.identity import Role
from portal.web.request import Scope

WORKER_NAME = "Pekerja portal"


@click.group()
def agency() -> None:
    """Agencies."""


@agency.command("create")
@click.argument("name")
@click.argument("title")
@click.option("--abbreviation", default="", help="As people say it: Dinkes.")
@click.option("--region", "region_code", help="Region code; the profile's territory by default.")
@click.option("--tingkat", default="daerah", show_default=True, help="pusat, provinsi, daerah, kecamatan, desa …")
@click.option("--walidata", "is_walidata", is_flag=True, help="This agency is the walidata.")
def create(**values: Any) -> None:
    """Make an agency or change the one of this NAME; the first one also gets the worker's account."""
    from portal.cli.commands import opened

    with opened() as (runtime, scope):
        territory = runtime.profile.territory
        values["region_code"] = values["region_code"] or (territory.code if territory else "")
        try:
            wanted = AgencyInput.model_validate(values)
        except ValidationError as error:
            faults = "; ".join(f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors())
            raise click.ClickException(faults) from error
        click.echo(str(make(scope, wanted)))


def make(scope: Scope, wanted: AgencyInput) -> str:
    """The agency's id, its facts told to the public side, and a service account for the worker where none is."""
    shell = ShellAccounts(scope.service(Accounts), scope.session("office"))
    agency_id = shell.agency(wanted)
    if People(scope.session("office")).service_account() is None:
        roles = [{"agency_id": agency_id, "role": Role.PEJABAT}]
        email = f"pekerja@{scope.runtime.profile.domain}"
        shell.person(PersonInput.model_validate({"email": email, "name": WORKER_NAME, "service": True, "roles": roles}))
    scope.session("office").flush()
    notices = scope.service(Notices)
    for kind in ("organisasi", "kelompok", "wilayah"):
        notices.notice(kind)
    return str(agency_id)
