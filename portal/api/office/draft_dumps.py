"""Dumps on the office: of what is published as everywhere, and of drafts' tables for those whose duties cover them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.access.service import AccessService
from portal.api.dump_sources import DumpSource, DumpSources
from portal.api.office import datastore_reads
from portal.api.office.call import OfficeCall
from portal.ingest import live_drafts
from portal.kernel.errors import NotFound
from portal.kernel.identity import Identity
from portal.kernel.ids import as_uuid
from portal.kernel.proofs import Proof
from portal.web.request import Scope


@dataclass(frozen=True, slots=True)
class DraftDumps(DumpSources):
    """As `DumpSources`, with the vault behind it; every opening is recorded, as for a search of the same table."""

    call_of: Callable[[Identity], OfficeCall]

    def find(self, identity: Identity, name: str) -> DumpSource:
        """The published table, else a draft's under an opening. Raises NotFound or Gone."""
        try:
            return DumpSources.find(self, identity, name)
        except NotFound:
            key = as_uuid(name)
            if key is None or not identity.signed_in:
                raise
        opened, row = datastore_reads.draft(self.call_of(identity), key)
        if row is None:
            raise NotFound
        return DumpSource(live_drafts.view_of(opened, row), live_drafts.VAULT, _under(opened.vault.proof))


def _under(proof: Proof) -> Callable[[Scope], Session]:
    """The session of the stream's own scope, with the opening entered for its one transaction."""

    def session(scope: Scope) -> Session:
        scope.service(AccessService).enter(proof)
        return scope.session("office")

    return session
