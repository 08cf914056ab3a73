"""What every service of this room shares: opening a dataset for an act, and moving a version through its states."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from config.profile import Profile
from portal.access.rows import DatasetRow, OpenVault, VersionRow
from portal.access.service import AccessService, WorkAct
from portal.contract.metadata import DatasetMetadata
from portal.ingest import lifecycle
from portal.ingest.lifecycle import State
from portal.ingest.orders import Orders
from portal.ingest.people import People
from portal.kernel.decisions import decide
from portal.kernel.errors import Forbidden, NotFound, Unavailable
from portal.kernel.identity import Identity
from portal.kernel.permissions import Permission, Subject
from portal.kernel.texts import gettext as _
from portal.operations.jobs import JobOrder, defer

#: How long the worker's duty on a dataset lasts when an act queues a job; a release that is done ends it.
JOB_DUTY = timedelta(days=14)

#: How the record names the actor and the reason of a step of the API's lane, which no officer took.
ACTOR: Mapping[str, Any] = {"aktor": "api"}
WHY = "api_terbit_langsung"


@dataclass(frozen=True, slots=True)
class OpenDataset:
    """A dataset opened for one act: the stores, what rules know of it, its rows."""

    vault: OpenVault
    subject: Subject
    dataset: DatasetRow
    version: VersionRow

    @property
    def id(self) -> UUID:
        """The dataset's id."""
        return self.dataset.id

    @property
    def state(self) -> State:
        """State of the working version."""
        return State(self.version.state)

    @property
    def metadata(self) -> DatasetMetadata:
        """Metadata of the working version."""
        return parse(self.version.metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Collaborators of the services, all in one scope: one office session, one commit by its owner."""

    access: AccessService
    session: Session
    people: People
    orders: Orders
    profile: Profile
    clock: Callable[[], datetime]
    upload_limit: int = 2_147_483_648

    def open(
        self, identity: Identity, dataset_id: UUID, act: WorkAct, permission: Permission,
        *, otherwise: Permission | None = None,
    ) -> OpenDataset:  # fmt: skip
        """Open a dataset's working version for an act, asking duty and permission table both (`otherwise` is as good).

        Raises NotFound where the caller may not see the dataset, Forbidden where he may see but not do this (I7).
        """
        try:
            proof = self.access.work_pass(identity, dataset_id, act)
        except NotFound:
            if act == "lihat":
                raise
            self.access.work_pass(identity, dataset_id, "lihat")
            raise Forbidden(rule=permission.value) from None
        opened = self._enter(proof, dataset_id)
        if otherwise is None or not decide(identity, otherwise, opened.subject):
            self.access.require(identity, permission, opened.subject)
        return opened

    def open_job(self, worker: Identity, dataset_id: UUID, purpose: str) -> OpenDataset:
        """Open a dataset for a job that an officer's act named before. Raises NotFound otherwise."""
        return self._enter(self.access.job_pass(worker, dataset_id, purpose), dataset_id)

    def reopen(self, opened: OpenDataset) -> OpenDataset:
        """The same proof again after a commit, with fresh rows."""
        return self._enter(opened.vault.proof, opened.id)

    def again(self, opened: OpenDataset) -> OpenDataset:
        """Fresh rows in the transaction that is open."""
        vault = opened.vault
        return OpenDataset(
            vault, vault.subject(opened.id), vault.datasets.get(opened.id), vault.datasets.version(opened.id)
        )

    def _enter(self, proof: Any, dataset_id: UUID) -> OpenDataset:
        vault = self.access.enter(proof)
        return OpenDataset(
            vault, vault.subject(dataset_id), vault.datasets.get(dataset_id), vault.datasets.version(dataset_id)
        )

    def queue(self, opened: OpenDataset, task: str, subject: UUID, arguments: Mapping[str, Any]) -> int:
        """Name the worker on this dataset and queue a job, both in the caller's transaction; the job's number.

        Jobs on one dataset run one after another. Raises Unavailable where no service account exists.
        """
        self.name_worker(opened)
        order = JobOrder(task=task, subject=str(subject), arguments=dict(arguments), lock=f"dataset:{opened.id}")
        return defer(self.session, order)

    def name_worker(self, opened: OpenDataset) -> None:
        """Give the worker's service account the duty `pekerjaan` on this dataset."""
        worker = self.people.service_account()
        if worker is None or worker.person_id is None:
            raise Unavailable(_("Akun pekerja belum dibuat."), part="pekerja")
        opened.vault.duties.name(opened.id, worker.person_id, "pekerjaan", self.clock() + JOB_DUTY)

    def walk(
        self,
        opened: OpenDataset,
        target: State,
        *,
        why: str = "",
        details: Mapping[State, Mapping[str, Any]] | None = None,
    ) -> None:
        """Move the working version down the chain to `target`, each step recorded (T25). Raises Conflict."""
        before = State(opened.vault.datasets.version(opened.id, opened.version.version).state)
        for state in lifecycle.path(before, target):
            move(
                opened.vault,
                opened.id,
                opened.version.version,
                before,
                state,
                why=why,
                detail=(details or {}).get(state),
            )
            before = state

    def advance(self, opened: OpenDataset, target: State, *, why: str = "") -> None:
        """As `walk`, but a version that is already at or past `target` on the chain stays where it is."""
        here = State(opened.vault.datasets.version(opened.id, opened.version.version).state)
        chain = lifecycle.CHAIN
        if here is State.RETURNED or (here in chain and chain.index(here) < chain.index(target)):
            self.walk(opened, target, why=why)

    def note_edit(self, opened: OpenDataset, what: str, detail: Mapping[str, Any], why: str = "") -> None:
        """Record an edit: who, when, what, why (BR 16(5)). It stands in the history with equal states."""
        state = opened.vault.datasets.version(opened.id, opened.version.version).state
        opened.vault.datasets.move(
            opened.id, opened.version.version, state, state, why=why, detail={"edit": what, **detail}
        )


def move(
    vault: OpenVault,
    dataset_id: UUID,
    version: int,
    before: State,
    after: State,
    *,
    why: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """One step of the lifecycle with who, when, what and why. Raises Conflict with the allowed states (T25)."""
    lifecycle.check(before, after)
    vault.datasets.move(dataset_id, version, str(before), str(after), why=why, detail=detail)


def parse(stored: Mapping[str, Any]) -> DatasetMetadata:
    """Stored metadata as the model."""
    return DatasetMetadata.model_validate(dict(stored))


def plain(metadata: DatasetMetadata) -> dict[str, Any]:
    """The model as it is stored."""
    return metadata.model_dump(mode="json")


def token(name: str, notes: str, metadata: DatasetMetadata) -> str:
    """What an editor has read, as a short hash: the optimistic lock of metadata, blind to states and jobs."""
    content = orjson.dumps([name, notes, plain(metadata)], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).hexdigest()[:32]
