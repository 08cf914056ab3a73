"""The vault under one opening: a store for each kind of thing in it. Made by `AccessService.enter` only.

Every read and write goes through row security: what the opening does not cover is not there (NotFound), and what
it may not write is refused by the database. No Flask, no decisions by role: those are `AccessService.require`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from typing import cast
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.kernel.errors import NotFound
from portal.kernel.permissions import COLLABORATOR, Subject
from portal.kernel.proofs import Proof
from portal.vault.bulk import BulkTables
from portal.vault.datasets import DatasetStore
from portal.vault.duties import ClassificationStore, ConsentStore, DutyStore
from portal.vault.files import VaultFiles
from portal.vault.filestore import FileStore
from portal.vault.opened import Opened
from portal.vault.records import FindingStore, ReceiptStore, TransitionStore
from portal.vault.resources import ResourceStore
from portal.vault.rows import Sifat
from portal.vault.uploads import UploadStore

SUBJECT = text("""
    SELECT d.id, d.agency_id, v.state, s.sifat, v.metadata->>'jenis_data' AS jenis_data,
        ARRAY(SELECT DISTINCT p FROM (SELECT d.created_by UNION SELECT v.created_by
            UNION SELECT r.person_id FROM vault.receipt r WHERE r.dataset_id = d.id AND r.version = v.version
        ) AS x (p)) AS producers,
        ARRAY(SELECT u.duty FROM audit.duties() u WHERE u.dataset_id = d.id AND u.person_id = :person) AS named,
        EXISTS (SELECT 1 FROM vault.consent c WHERE c.dataset_id = d.id AND 'publikasi' = ANY (c.acts)
            AND c.withdrawn IS NULL AND (c.ends IS NULL OR c.ends > :now)) AS consented
    FROM vault.dataset d
    JOIN vault.version v ON v.dataset_id = d.id AND v.version = d.working_version
    JOIN audit.sifat() s ON s.dataset_id = d.id
    WHERE d.id = ANY (:datasets)
""")


class OpenVault:
    """All stores on one session under one proof, until its transaction ends."""

    def __init__(
        self,
        session: Session,
        proof: Proof,
        files: VaultFiles,
        clock: Callable[[], datetime],
        zone: tzinfo,
        ignored: frozenset[str] = COLLABORATOR,
    ) -> None:
        #: duties that count for nothing here: those of collaborators where the profile has none
        self._ignored = ignored
        opened = Opened(session, proof, clock, zone)
        opened.enter()
        self._opened = opened
        self.proof = proof
        self.datasets = DatasetStore(opened)
        self.resources = ResourceStore(opened)
        self.files = FileStore(opened, files)
        self.uploads = UploadStore(opened, files, self.files)
        self.receipts = ReceiptStore(opened)
        self.findings = FindingStore(opened)
        self.transitions = TransitionStore(opened)
        self.duties = DutyStore(opened)
        self.classifications = ClassificationStore(opened)
        self.consents = ConsentStore(opened)
        self.tables = BulkTables(opened)

    def subject(self, dataset_id: UUID) -> Subject:
        """What rules ask of an open dataset: agency, state, sifat, producers, this person's duties, consent.

        One statement. Raises NotFound when the opening does not cover it.
        """
        found = self.subjects((dataset_id,)).get(dataset_id)
        if found is None:
            raise NotFound
        return found

    def subjects(self, dataset_ids: Sequence[UUID]) -> dict[UUID, Subject]:
        """The same of several datasets in one statement; what the opening does not cover is left out."""
        values = {"datasets": list(dataset_ids), "person": self.proof.person_id, "now": self._opened.clock()}
        return {
            row.id: Subject(
                agency_id=row.agency_id,
                state=row.state,
                sifat=row.sifat,
                jenis_data=row.jenis_data,
                producer_ids=frozenset(row.producers),
                named=frozenset(row.named) - self._ignored,
                consented=row.consented,
            )
            for row in self._opened.run(SUBJECT, values)
        }

    def sifat(self, dataset_id: UUID) -> Sifat:
        """The classification in the register. Raises NotFound when the opening does not cover the dataset."""
        statement = text("SELECT sifat FROM audit.sifat() WHERE dataset_id = :dataset")
        found = self._opened.run(statement, {"dataset": dataset_id}).scalar_one_or_none()
        if found is None:
            raise NotFound
        return cast("Sifat", found)
