"""One function decides, for page, API, file, tile, export, search and feed alike (design.md I6, I7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.kernel.errors import Forbidden, NotFound
from portal.kernel.identity import Identity, Role
from portal.kernel.permissions import NO_SUBJECT, TABLE, Permission, Row, Subject, Where

#: Rows of the plugins, by permission; filled once at the start of a process.
_plugins: dict[str, tuple[Row, ...]] = {}


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer and the row that gave it (None when denied)."""

    allowed: bool
    permission: str
    row: Row | None = None

    def __bool__(self) -> bool:
        return self.allowed


def add_rows(rows: Mapping[str, tuple[Row, ...]]) -> None:
    """The plugins' part of the table, set once at the start of a process. The house's own rows stand: a permission of
    the house raises ValueError."""
    taken = sorted(set(rows) & {str(name) for name in TABLE})
    if taken:
        raise ValueError(f"permissions of the house: {', '.join(taken)}")
    _plugins.clear()
    _plugins.update(rows)


def decide(
    identity: Identity,
    permission: Permission | str,
    subject: Subject = NO_SUBJECT,
    table: Mapping[Permission, tuple[Row, ...]] = TABLE,
) -> Decision:
    """Whether `identity` may do `permission` on `subject`. An unlisted permission or an empty rule is nobody."""
    name = str(permission)
    if identity.scopes is not None and name not in identity.scopes:
        return Decision(allowed=False, permission=name)
    rules = table.get(permission, ()) if isinstance(permission, Permission) else _plugins.get(name, ())
    for row in rules:
        if _holds(identity, row, subject) and all(condition(identity, subject) for condition in row.conditions):
            return Decision(allowed=True, permission=name, row=row)
    return Decision(allowed=False, permission=name)


def _holds(identity: Identity, row: Row, subject: Subject) -> bool:
    if row.role == Role.PUBLIK:
        return True
    if row.where == Where.OWN:
        return subject.agency_id is not None and identity.has(row.role, subject.agency_id)
    return identity.has(row.role)


def require(identity: Identity, permission: Permission | str, subject: Subject = NO_SUBJECT) -> Decision:
    """The decision, if it allows; raises Forbidden otherwise. For acts on what the caller may already see."""
    decision = decide(identity, permission, subject)
    if not decision:
        raise Forbidden(rule=str(permission))
    return decision


def require_visible(identity: Identity, permission: Permission | str, subject: Subject) -> Decision:
    """As `require`, but a refusal is NotFound: what the caller may not see does not exist for him (I7)."""
    decision = decide(identity, permission, subject)
    if not decision:
        raise NotFound
    return decision
