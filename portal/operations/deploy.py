"""Prepares a production installation: `python -m portal.operations.deploy`, before the processes start.

Reads the superusers' addresses and the roles' passwords from the environment, makes databases and roles,
runs the migrations and, if an Elasticsearch is named, its users. Repeatable; every release runs it first.
No process of the portal itself gets these variables.

PORTAL_SUPERUSER_PUBLIC_URL, PORTAL_SUPERUSER_OFFICE_URL (may be the same server), PORTAL_PASSWORD_MIGRATOR,
PORTAL_PASSWORD_PUBLIC, PORTAL_PASSWORD_PUBLISHER, PORTAL_PASSWORD_OFFICE, PORTAL_PASSWORD_BACKUP; optionally
PORTAL_ELASTICSEARCH_URL with PORTAL_ELASTICSEARCH_PASSWORD, _PUBLIC_PASSWORD and _OFFICE_PASSWORD.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields

from portal.contract.loader import discover
from portal.operations import migrate
from portal.operations.migrate import PluginTree, TreeState
from portal.operations.provision import (
    KINDS,
    Names,
    Passwords,
    Roles,
    addresses_apart,
    provision,
)
from portal.operations.search_roles import secure


class DeployError(RuntimeError):
    """A variable is missing; the text names all that are."""


def deploy(
    environment: Mapping[str, str],
    plugins: Sequence[PluginTree] = (),
    names: Names | None = None,
    roles: Roles | None = None,
) -> tuple[TreeState, ...]:
    """Provision and migrate what the environment names; return every tree's state. Raises DeployError."""
    wanted = [f"PORTAL_PASSWORD_{field.name.upper()}" for field in fields(Passwords)]
    wanted += ["PORTAL_SUPERUSER_PUBLIC_URL", "PORTAL_SUPERUSER_OFFICE_URL"]
    search = environment.get("PORTAL_ELASTICSEARCH_URL")
    if search:
        wanted += [f"PORTAL_ELASTICSEARCH_{name}PASSWORD" for name in ("", "PUBLIC_", "OFFICE_")]
    missing = [name for name in wanted if not environment.get(name)]
    if missing:
        raise DeployError("Belum diisi: " + ", ".join(missing))
    passwords = Passwords(
        **{field.name: environment[f"PORTAL_PASSWORD_{field.name.upper()}"] for field in fields(Passwords)}
    )
    public, office = environment["PORTAL_SUPERUSER_PUBLIC_URL"], environment["PORTAL_SUPERUSER_OFFICE_URL"]
    provision(public, passwords, names, roles, ("public",))
    provision(office, passwords, names, roles, ("office",))
    found = addresses_apart(public, office, passwords, names, roles)
    states: list[TreeState] = []
    for kind in KINDS:
        states += migrate.upgrade(kind, found.migrator(kind), roles or Roles(), plugins)
    if search:
        secure(search, *(environment[name] for name in wanted[-3:]))
    return tuple(states)


def main() -> int:
    """Run on this process's environment; print the state of every tree."""
    try:
        states = deploy(os.environ, migrate.plugin_trees(discover()))
    except DeployError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for state in states:
        sys.stdout.write(f"{state.tree}: {state.current}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
