"""Where the rows of a dump are: published ones here, on both sides; the office adds tables of drafts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.api.dump import PUBLISHED
from portal.api.tables import PublishedTables
from portal.contract.protocols import ResourceView
from portal.kernel.errors import NotFound
from portal.kernel.identity import Identity
from portal.web.request import Scope


def _public(scope: Scope) -> Session:
    return scope.session("public")


@dataclass(frozen=True, slots=True)
class DumpSource:
    """A table to be dumped. `session` gives what reads it, in the scope that lives as long as the stream."""

    resource: ResourceView
    schema: str = PUBLISHED
    session: Callable[[Scope], Session] = _public


@dataclass(frozen=True, slots=True)
class DumpSources:
    """Tables that anyone may have."""

    tables: PublishedTables

    def find(self, identity: Identity, name: str) -> DumpSource:
        """The table of a resource for this caller. Raises NotFound or Gone."""
        found = self.tables(name)
        if found.table is None:
            raise NotFound
        return DumpSource(found)
