"""Runs a revision's SQL file with the role names of this deployment put in as quoted identifiers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

ROLE_MARK = re.compile(r"@(migrator|public|publisher|sql|office|auditor|vault_owner|backup)@")


def quoted(identifier: str) -> str:
    """The identifier as PostgreSQL's quoted form."""
    return '"' + identifier.replace('"', '""') + '"'


def render(text: str, roles: Any) -> str:
    """`text` with each `@role@` mark replaced by that role's quoted name; `roles` has one attribute a role."""
    return ROLE_MARK.sub(lambda match: quoted(getattr(roles, match.group(1))), text)


def execute(op: Any, revision_file: str, name: str) -> None:
    """Execute the SQL file `name` that lies in the `sql` folder beside the revision's `versions` folder."""
    path = Path(revision_file).resolve().parent.parent / "sql" / name
    roles = op.get_context().config.attributes["roles"]
    # the driver's own connection: the text holds several statements, colons and percent signs, all for the server
    op.get_bind().connection.driver_connection.execute(render(path.read_text(encoding="utf-8"), roles))
