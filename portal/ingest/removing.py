"""Taking datasets away through the API: withdrawn where they are out, laid aside as drafts, or removed for good."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from portal.access.rows import OpenVault
from portal.ingest import lifecycle
from portal.ingest.desk import ACTOR, Desk
from portal.ingest.lifecycle import State
from portal.ingest.orders import PURGE_REASON, Lane
from portal.ingest.packages import Current, Packages
from portal.ingest.release import Releaser
from portal.kernel.decisions import require
from portal.kernel.errors import Forbidden, NotFound
from portal.kernel.identity import Identity
from portal.kernel.permissions import Permission, Subject
from portal.kernel.texts import gettext as _

#: What a tombstone says of a dataset that an API call took away.
DELETED = "Dihapus oleh instansinya lewat API."
MADE_PRIVATE = "Ditarik oleh instansinya lewat API."


class Removing:
    """The acts that end a dataset. The release verb does the work, at once and in this process; one a scope."""

    def __init__(self, desk: Desk, packages: Packages, releaser: Callable[[], Releaser]) -> None:
        self._desk = desk
        self._packages = packages
        self._releaser = releaser

    def delete(self, identity: Identity, current: Current) -> None:
        """CKAN's delete: what is out is withdrawn with its tombstone, a draft is archived; the name is free again.

        Raises Forbidden when the dataset is out and the caller may not withdraw it.
        """
        dataset_id = current.dataset.id
        if current.dataset.retired:
            return
        if current.dataset.live_version is not None:
            if not current.publish:
                raise Forbidden(rule=Permission.DATASET_WITHDRAW.value)
            self._withdraw(identity, dataset_id, DELETED)
            vault = self._desk.access.enter(self._desk.access.work_pass(identity, dataset_id, "terbit"))
        else:
            vault = current.vault
            self._archive(current)
        vault.datasets.let_go(dataset_id)

    def withdraw(self, identity: Identity, dataset_id: UUID, reason: str) -> bool:
        """Withdraw what is out, as walidata or PPID of this dataset (domain.md 5); False where the profile publishes at
        once and `delete` says who may. It is gone from the public side when this returns; the agency keeps it, with its
        name and every version, as `ditarik`.

        Raises Forbidden for everybody else: the dataset is public, so nobody learns from it that it is there; Conflict
        (`I4.perintah_terbuka`) while another order of it is open.
        """
        if self._desk.profile.policy.api_terbit_langsung:
            return False
        try:
            opened = self._desk.open(identity, dataset_id, "tarik", Permission.DATASET_WITHDRAW)
        except (NotFound, Forbidden):
            message = _("penarikan dataset yang sudah terbit diputuskan walidata atau PPID yang ditugaskan padanya")
            raise Forbidden(message, rule=Permission.DATASET_WITHDRAW.value) from None
        self._desk.name_worker(opened)
        self._withdraw(identity, dataset_id, reason.strip() or DELETED, "petugas")
        return True

    def make_private(self, identity: Identity, current: Current) -> Current:
        """Take what is out off the public side and open the dataset again, to go on as a draft."""
        self._withdraw(identity, current.dataset.id, MADE_PRIVATE)
        return self._packages.open(identity, current.dataset.id, out=False)

    def _withdraw(self, identity: Identity, dataset_id: UUID, reason: str, lane: Lane = "api") -> None:
        if identity.person_id is None:
            raise NotFound
        order = self._desk.orders.place("tarik", dataset_id, 0, identity.person_id, reason, lane)
        self._desk.session.commit()
        self._releaser().run(order.id, lambda _share, _words: None)

    def _archive(self, current: Current) -> None:
        if current.state in {State.WITHDRAWN, State.ARCHIVED}:
            return
        if not current.publish:
            lifecycle.require_editable(current.state)
        current.vault.datasets.move(
            current.dataset.id,
            current.version.version,
            str(current.state),
            str(State.ARCHIVED),
            why=DELETED,
            detail=ACTOR,
        )

    def purge(self, identity: Identity, dataset_id: UUID) -> None:
        """Remove everything of a dataset for good, versions and files too; the record keeps that it was done.

        Raises NotFound where the caller may see nothing of it, Forbidden without the right to.
        """
        proof = self._desk.access.work_pass(identity, dataset_id, "terbit")
        vault = self._desk.access.enter(proof)
        subject = vault.subject(dataset_id)
        require(identity, Permission.CATALOG_PURGE, Subject(agency_id=subject.agency_id, state=subject.state))
        self._withdraw(identity, dataset_id, PURGE_REASON)
        vault = self._desk.access.enter(self._desk.access.work_pass(identity, dataset_id, "terbit"))
        _empty(vault, dataset_id)
        vault.datasets.purge(dataset_id, PURGE_REASON)
        self._desk.people.forget_assignments(dataset_id)


def _empty(vault: OpenVault, dataset_id: UUID) -> None:
    """Tables and files of every version; the rows go with the dataset's own."""
    tables: set[str] = set()
    for version in vault.datasets.versions(dataset_id):
        tables |= {row.table_name for row in vault.resources.of_version(dataset_id, version.version) if row.table_name}
        for file in vault.files.of_version(dataset_id, version.version):
            vault.files.remove(file)
    for name in tables:
        vault.tables.drop(name)
