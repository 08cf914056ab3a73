"""The one place where proofs are made (design.md I3, I3a) and the one door by which other rooms reach the vault.

Order of every access: a short transaction of its own asks the auditor's function, which decides, records and
commits; only then `enter` hands out an `OpenVault` on the caller's own session, where row policies ask for the
opening that was committed. A refusal is recorded the same way. What cannot be recorded does not open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, tzinfo
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.kernel import decisions
from portal.kernel.decisions import Decision
from portal.kernel.errors import Forbidden, NotFound, Unavailable
from portal.kernel.identity import Identity
from portal.kernel.permissions import COLLABORATOR, Permission, Subject
from portal.kernel.proofs import Grant, Proof, WorkPass
from portal.vault.clean import storable_text
from portal.vault.files import VaultFiles
from portal.vault.rows import CollaboratorDuty, CollaboratorRow, Duty
from portal.vault.store import OpenVault

#: Acts by duty and who may open with each; the database asks the same table (`audit.may_open`):
#: lihat - agency duty or any named person; ubah - agency duty, or a collaborator who edits; periksa - named
#: `pemeriksa` or `bps`; rilis - named `pemeriksa` or `ppid`; tetapkan - named `ppid`; tarik - named
#: `pemeriksa` or `ppid`; olah - named `pekerjaan` (jobs);
#: terbit - author or walidata of the agency, administrator where nothing unpublished is in sight (`audit.may_publish`).
WorkAct = Literal["lihat", "ubah", "periksa", "tetapkan", "rilis", "tarik", "olah", "terbit"]
ExemptAct = Literal["lihat", "unduh", "api", "olah"]

#: Permissions whose refusal says that nothing is there (I7); any other is refused on what the caller already sees.
READS = frozenset({Permission.DATASET_READ, Permission.EXEMPT_READ, Permission.PUBLISHED_READ})


class AccessService:
    """Proofs and openings. One a scope; `audit` is an engine apart from the session's, so neither waits for the other.

    `session` is the office session of the request or job step: `enter` works on it and nothing here commits it.
    """

    def __init__(
        self,
        audit: Engine,
        session: Session,
        files: VaultFiles,
        clock: Callable[[], datetime],
        zone: tzinfo,
        *,
        collaborators: bool = False,
    ) -> None:
        self._audit = audit
        self._session = session
        self._files = files
        self._clock = clock
        self._zone = zone
        self._ignored: frozenset[str] = frozenset() if collaborators else COLLABORATOR

    def work_pass(self, identity: Identity, dataset_id: UUID, act: WorkAct, purpose: str = "") -> WorkPass:
        """Open one unclassified dataset by duty for `act`; lasts ten minutes (I3).

        Raises NotFound for an unknown dataset, an exempt one and one without duty alike (same statements, the
        refusal is recorded); Unavailable when the record cannot be written.
        """
        person = _person(identity)
        opening = self._open(
            "SELECT audit.open(:person, :act, :dataset, :purpose, :address)",
            person=person,
            act=act,
            dataset=dataset_id,
            purpose=storable_text(purpose),
            address=identity.address,
        )
        if opening is None:
            raise NotFound
        return WorkPass(opening, person, act, dataset_id)

    def page_pass(self, identity: Identity, dataset_ids: Sequence[UUID], purpose: str = "") -> WorkPass:
        """Open those of several unclassified datasets that duty opens for reading (act `lihat`), each recorded as if it
        had been opened alone; lasts ten minutes. Raises NotFound where it opens none; Unavailable."""
        person = _person(identity)
        opening = self._open(
            "SELECT audit.open_page(:person, :datasets, :purpose, :address)",
            person=person,
            datasets=list(dataset_ids),
            purpose=storable_text(purpose),
            address=identity.address,
        )
        if opening is None:
            raise NotFound
        return WorkPass(opening, person, "lihat")

    def new_dataset(
        self, identity: Identity, agency_id: UUID, dataset_id: UUID | None = None, *, publish: bool = False
    ) -> tuple[UUID, WorkPass]:
        """Register a new dataset of an agency and open it for its maker (act `buat`, or `terbit` with `publish`).

        Returns the id (the caller's own where he names one) and the pass; the caller then makes the rows by
        `enter(...).datasets.create`. Raises Forbidden without a duty at that agency, or for an id that is taken
        (recorded); Unavailable when the record cannot be written.
        """
        permission = Permission.DATASET_PUBLISH if publish else Permission.DATASET_CREATE
        subject = Subject(agency_id=agency_id)
        if not (publish and decisions.decide(identity, Permission.CATALOG_MANAGE, subject)):
            decisions.require(identity, permission, subject)
        person, made = _person(identity), dataset_id or uuid4()
        verb = "open_new_published" if publish else "open_new"
        opening = self._open(
            f"SELECT audit.{verb}(:person, :agency, :dataset, :address)",
            person=person,
            agency=agency_id,
            dataset=made,
            address=identity.address,
        )
        if opening is None:
            raise Forbidden(rule=permission.value)
        return made, WorkPass(opening, person, "terbit" if publish else "buat", made)

    def list_pass(self, identity: Identity, purpose: str = "") -> WorkPass:
        """Open the metadata of every unclassified dataset that the person's duties cover (act `daftar`).

        It opens neither files nor bulk rows. Someone without any duty gets an opening that covers nothing.
        """
        if not self.may_list(identity):
            raise Forbidden(rule=Permission.DATASET_LIST.value)
        person = _person(identity)
        opening = self._open(
            "SELECT audit.open_list(:person, :purpose, :address)",
            person=person,
            purpose=storable_text(purpose),
            address=identity.address,
        )
        if opening is None:
            raise NotFound
        return WorkPass(opening, person, "daftar")

    def job_pass(self, service_identity: Identity, dataset_id: UUID, purpose: str = "") -> WorkPass:
        """Open one dataset for a job (act `olah`, six hours), when an officer's act named it before.

        The officer's act is `enter(proof).duties.name(dataset_id, worker_id, "pekerjaan")`. Raises NotFound
        otherwise, and for an identity that is no service account.
        """
        if not service_identity.service:
            raise NotFound
        return self.work_pass(service_identity, dataset_id, "olah", purpose)

    def open_exempt(self, identity: Identity, dataset_id: UUID, act: ExemptAct, purpose: str) -> Grant:
        """Open an exempt dataset under a grant in force (domain.md 8.4, in its order).

        Raises NotFound for an unknown dataset, one that is not exempt, and whatever of 8.4 fails, all alike and
        recorded; Unavailable when the record cannot be written.
        """
        person = _person(identity)
        opening = self._open(
            "SELECT audit.open_exempt(:person, :act, :dataset, :factor, :purpose, :address)",
            person=person,
            act=act,
            dataset=dataset_id,
            factor=identity.second_factor,
            purpose=storable_text(purpose),
            address=identity.address,
        )
        if opening is None:
            raise NotFound
        columns = self._one("SELECT audit.opening_columns(:opening)", opening=opening)
        return Grant(opening, person, act, dataset_id, None if columns is None else tuple(columns))

    def enter(self, proof: Proof) -> OpenVault:
        """The vault under `proof`, on the session of this scope, until its transaction ends.

        One proof at a time: entering another replaces the first, whose OpenVault then raises RuntimeError. After a
        commit or rollback enter again (the same proof will do while its time lasts).
        """
        return OpenVault(self._session, proof, self._files, self._clock, self._zone, self._ignored)

    # collaborators of one dataset (decision 0017)

    def may_list(self, identity: Identity) -> bool:
        """Whether the person's duties, or his being somebody's collaborator, make a list worth opening."""
        if decisions.decide(identity, Permission.DATASET_LIST):
            return True
        named = frozenset(row.duty for row in self.collaborations(identity))
        return bool(decisions.decide(identity, Permission.DATASET_LIST, Subject(named=named)))

    def collaborations(self, identity: Identity) -> tuple[CollaboratorRow, ...]:
        """The caller's own collaborations, the oldest first; none where the profile has no collaborators."""
        if self._ignored or identity.person_id is None:
            return ()
        return self._collaborators(identity.person_id, None)

    def collaborators(self, identity: Identity, dataset_id: UUID, agency_id: UUID) -> tuple[CollaboratorRow, ...]:
        """Who collaborates on a dataset of an agency, for who may name them. Raises Forbidden."""
        person = self._may_collaborate(identity, dataset_id, agency_id)
        return self._collaborators(person, dataset_id)

    def name_collaborator(
        self, identity: Identity, dataset_id: UUID, agency_id: UUID, person_id: UUID, duty: CollaboratorDuty
    ) -> datetime:
        """Make a person a collaborator in this capacity and no other; from when. Recorded and for good at once.

        Raises Forbidden without the right to, for oneself and for an exempt dataset; Unavailable.
        """
        person = self._may_collaborate(identity, dataset_id, agency_id, person_id)
        since = self._one(
            "SELECT audit.name_collaborator(:person, :dataset, :named, :duty, :address)",
            person=person,
            dataset=dataset_id,
            named=person_id,
            duty=duty,
            address=identity.address,
        )
        if not isinstance(since, datetime):
            raise Forbidden(rule=Permission.COLLABORATOR_EDIT.value)
        return since

    def end_collaborator(self, identity: Identity, dataset_id: UUID, agency_id: UUID, person_id: UUID) -> None:
        """Make a person no collaborator any more. Raises Forbidden, NotFound when he was none, Unavailable."""
        person = self._may_collaborate(identity, dataset_id, agency_id)
        ended = self._one(
            "SELECT audit.end_collaborator(:person, :dataset, :named, :address)",
            person=person,
            dataset=dataset_id,
            named=person_id,
            address=identity.address,
        )
        if ended is None:
            raise Forbidden(rule=Permission.COLLABORATOR_EDIT.value)
        if not ended:
            raise NotFound

    def created_by(self, identity: Identity, people: Iterable[UUID]) -> list[tuple[UUID, UUID, bool]]:
        """Datasets that people made as (person, dataset, whether it is out), newest first, exempt ones never.

        Released ones, and to the caller his own that his duties open; who may see the people is asked before.
        """
        statement = text("SELECT person_id, dataset_id, live FROM audit.created_by(:people, :viewer)")
        values = {"people": list(people), "viewer": identity.person_id}
        return [(row.person_id, row.dataset_id, row.live) for row in self._session.execute(statement, values)]

    def _may_collaborate(
        self, identity: Identity, dataset_id: UUID, agency_id: UUID, named: UUID | None = None
    ) -> UUID:
        """The caller, when both the permission table and the database let him manage collaborators."""
        own = frozenset(row.duty for row in self.collaborations(identity) if row.dataset_id == dataset_id)
        subject = Subject(agency_id=agency_id, named=own, person_id=named)
        decisions.require(identity, Permission.COLLABORATOR_EDIT, subject)
        person = _person(identity)
        values = {"person": person, "dataset": dataset_id}
        if not self._one("SELECT audit.may_collaborate(:person, :dataset)", **values):
            raise Forbidden(rule=Permission.COLLABORATOR_EDIT.value)
        return person

    def _collaborators(self, person: UUID, dataset_id: UUID | None) -> tuple[CollaboratorRow, ...]:
        statement = text("SELECT * FROM audit.collaborators(:person, :dataset)")
        with self._audit.begin() as connection:
            rows = connection.execute(statement, {"person": person, "dataset": dataset_id}).all()
        return tuple(CollaboratorRow(row.dataset_id, row.person_id, row.duty, row.since) for row in rows)

    def name_duty(
        self,
        identity: Identity,
        vault: OpenVault,
        dataset_id: UUID,
        person_id: UUID,
        duty: Duty,
        until: datetime | None = None,
    ) -> None:
        """As `vault.duties.name`, but a refusal is also recorded, at once and for good (T04).

        Raises Forbidden; the naming itself counts when the caller's transaction commits.
        """
        try:
            vault.duties.name(dataset_id, person_id, duty, until)
        except Forbidden:
            self._one(
                "SELECT audit.note(:person, NULL, 'tugaskan', :dataset, :duty, :address, 'ditolak',"
                " jsonb_build_object('person', CAST(:named AS text)))",
                person=_person(identity),
                dataset=dataset_id,
                duty=duty,
                address=identity.address,
                named=str(person_id),
            )
            raise

    def require(self, identity: Identity, permission: Permission, subject: Subject) -> Decision:
        """Ask the permission table too; `subject` comes from `enter(proof).subject(dataset_id)`.

        A refused read raises NotFound, any other refused act Forbidden (I7).
        """
        if permission in READS:
            return decisions.require_visible(identity, permission, subject)
        return decisions.require(identity, permission, subject)

    def allows(self, identity: Identity, permission: Permission, subject: Subject) -> bool:
        """What the permission table says of one of many; `subject` comes from `enter(proof).subjects(dataset_ids)`."""
        return bool(decisions.decide(identity, permission, subject))

    def _open(self, statement: str, **values: Any) -> UUID | None:
        opening = self._one(statement, **values)
        return UUID(str(opening)) if opening is not None else None

    def _one(self, statement: str, **values: Any) -> Any:
        """One statement in a committed transaction of its own, or Unavailable."""
        try:
            with self._audit.begin() as connection:
                return connection.execute(text(statement), values).scalar_one()
        except SQLAlchemyError as error:
            # the text of the error may hold what was asked for; the log gets its kind only
            raise Unavailable(part="catatan") from error


def _person(identity: Identity) -> UUID:
    """The person behind the request; nobody's proofs are made for callers who have not signed in."""
    if identity.person_id is None:
        raise NotFound
    return identity.person_id
