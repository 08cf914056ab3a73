"""Files that come through the API: the same vault, checks and sandbox as any upload (I11, I12), and then their release.

A table or layer is loaded by the worker as a job, under the reading that its inspection guesses; for a caller who may
publish, the order that takes the version out is placed with the file and waits for the load. A plain file is not
opened, so its version goes out before the call returns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic, sleep
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.access.rows import ResourceRow
from portal.ingest import formats, gate
from portal.ingest.checks import source_rule
from portal.ingest.desk import WHY, Desk
from portal.ingest.drafts import grouped
from portal.ingest.lifecycle import State
from portal.ingest.packages import SETTLE_SECONDS, Current, Packages, opened_of
from portal.ingest.receiving import STAGE, drop_rows, require_stars, stored_choice
from portal.ingest.release import Releaser
from portal.ingest.schemas import ResourceChoice
from portal.kernel.decisions import decide, require
from portal.kernel.errors import Invalid, NotFound, TooLarge
from portal.kernel.identity import Identity
from portal.kernel.permissions import Permission, Subject
from portal.kernel.texts import gettext as _
from portal.operations import progress

PUBLISH = "ingest.publish"
HEAD = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file with what the client says of it: `row` holds its name, description, place and CKAN's fields.

    `replaces`: the resource is there already and its file gives way.
    """

    filename: str
    stream: BinaryIO
    size: int
    row: ResourceRow
    replaces: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The resource as it stands now. `out`: readers see it already; otherwise `job_id` is the load's."""

    resource_id: UUID
    out: bool
    job_id: int | None = None


class Sending:
    """Uploads of the API. One a scope; a plain file's release commits."""

    def __init__(self, desk: Desk, packages: Packages, releaser: Callable[[], Releaser]) -> None:
        self._desk = desk
        self._packages = packages
        self._releaser = releaser

    def take(self, identity: Identity, current: Current, sent: Sent) -> Taken:
        """Take a file in.

        Raises Invalid (`T26`, `SR-1`, `berkas.isi`, `berkas.kosong`), TooLarge, Conflict, Forbidden.
        """
        self._require_right(identity, current)
        require_stars(current.metadata)
        source_rule(current.metadata, self._desk.profile)
        self._require_size(sent.size)
        # whoever changes the dataset at the same moment waits; what stands then is what the file is put into
        current.vault.datasets.hold(current.dataset.id)
        current = self._packages.editable(self._packages.again(current))
        kind = self._kind(sent)
        vault, dataset_id, version = current.vault, current.dataset.id, current.version.version
        file = vault.files.add(dataset_id, version, sent.stream)
        plain = kind.kind == "berkas"
        row = replace(
            sent.row,
            dataset_id=dataset_id,
            version=version,
            kind=kind.kind,
            format=kind.format,
            filename=sent.filename,
            size=file.size,
            sha256=file.sha256,
            state="dimuat" if plain else "diperiksa_berkas",
            choice={} if plain else stored_choice(ResourceChoice(kind=kind.kind)),
            report={},
            columns=(),
            layer=None,
            table_name=None,
            row_count=None,
        )
        vault.datasets.touch(dataset_id)  # a write that was read before knows nothing of this file, and begins anew
        self._store(current, row, sent)
        vault.receipts.give(
            dataset_id, version, row.id, filename=row.filename, size=row.size, sha256=row.sha256
        )  # fmt: skip
        self._advance(current)
        job_id = None if plain else self._load(current, row)
        return self._go_on(identity, current, row, job_id)

    def settle(self, current: Current, taken: Taken) -> bool:
        """Commit, and wait a moment for the release that the worker is carrying out: programs upload a file and ask
        for it at once. Whether it is out; nothing is waited for without a worker, or behind a job that was refused."""
        session, dataset_id = self._desk.session, current.dataset.id
        session.commit()
        if self._desk.orders.open_of(dataset_id) is None or not _worked(session):
            return self._desk.orders.open_of(dataset_id) is None
        end = monotonic() + SETTLE_SECONDS
        while monotonic() < end:
            sleep(0.05)
            if self._desk.orders.open_of(dataset_id) is None:
                return True
            job = progress.read(session, taken.job_id) if taken.job_id else None
            if job is not None and job.state in {"refused", "failed"}:
                break
        return False

    def _require_right(self, identity: Identity, current: Current) -> None:
        subject = Subject(agency_id=current.agency.id, state=current.version.state)
        if current.publish and decide(identity, Permission.CATALOG_MANAGE, subject):
            return
        require(identity, Permission.DATASET_PUBLISH if current.publish else Permission.DATASET_UPLOAD, subject)

    def _require_size(self, size: int) -> None:
        if size <= 0:
            message = _("Berkas kosong.")
            raise Invalid(message, fields={"upload": (message,)}, rule="berkas.kosong")
        if size > self._desk.upload_limit:
            limit = self._desk.upload_limit // (1024 * 1024)
            raise TooLarge(_("Berkas lebih besar dari batas %(limit)s MiB.", limit=limit), rule="berkas.batas")

    def _kind(self, sent: Sent) -> formats.FileType:
        """What the file is: by name and first bytes; beyond our formats only where the profile publishes at once."""
        head = sent.stream.read(HEAD)
        sent.stream.seek(0)
        if self._desk.profile.policy.api_terbit_langsung:
            found = formats.any_type(sent.filename, head)
        else:
            found = formats.file_type(sent.filename)
        if found.magic and not head.startswith(found.magic):
            message = _("Isi berkas bukan %(format)s seperti namanya.", format=found.format.upper())
            raise Invalid(message, fields={"upload": (message,)}, rule="berkas.isi")
        return found

    def _store(self, current: Current, row: ResourceRow, sent: Sent) -> None:
        vault = current.vault
        if not sent.replaces:
            vault.resources.add(row)
            return
        old = vault.resources.get(row.dataset_id, row.version, row.id)
        drop_rows(opened_of(current), old)
        vault.findings.replace(row.dataset_id, row.version, row.id, [])
        vault.resources.save(row)
        detail = {"resource_id": str(row.id), "from": old.sha256, "to": row.sha256}
        self._desk.note_edit(opened_of(current), "ganti_berkas", detail)

    def _advance(self, current: Current) -> None:
        opened = opened_of(current)
        for target in (State.RECEIVED, State.GROUPED, State.EDITED):
            if target is not State.GROUPED or grouped(current.metadata):
                self._desk.advance(opened, target, why="api")

    def _load(self, current: Current, row: ResourceRow) -> int:
        arguments = {"dataset_id": str(row.dataset_id), "version": row.version, "resource_id": str(row.id)}
        return self._desk.queue(opened_of(current), STAGE, row.id, arguments)

    def _go_on(self, identity: Identity, current: Current, row: ResourceRow, job_id: int | None) -> Taken:
        """Order the version out where the caller may publish: now when nothing waits for the worker, else after it."""
        waiting = Taken(resource_id=row.id, out=False, job_id=job_id)
        if not current.publish or not gate.may_express(self._desk, current.metadata) or current.private:
            return waiting
        vault, dataset_id, version = current.vault, current.dataset.id, current.version.version
        order = self._desk.orders.open_of(dataset_id)
        if order is None:
            vault.classifications.stand_in(dataset_id, version, WHY)
            order = self._desk.orders.place("rilis", dataset_id, version, _person(identity), "", "api")
        loaded = all(item.state == "dimuat" for item in vault.resources.of_version(dataset_id, version))
        if not loaded:
            self._desk.queue(opened_of(current), PUBLISH, dataset_id, {"order_id": str(order.id)})
            return waiting
        self._desk.name_worker(opened_of(current))
        self._desk.session.commit()
        self._releaser().run(order.id, lambda _share, _words: None)
        return Taken(resource_id=row.id, out=True)


def _worked(session: Session) -> bool:
    """Whether a worker lives."""
    query = text("SELECT count(*) FROM jobs.procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute'")
    return bool(session.execute(query).scalar())


def _person(identity: Identity) -> UUID:
    if identity.person_id is None:
        raise NotFound
    return identity.person_id
