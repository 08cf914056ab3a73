"""Datasets as CKAN's writes make and change them: published at once where that is allowed, a draft otherwise.

The rule is the issue's: `private: true` stays in the vault; anything else is released at once for a caller who holds
the right to publish where the profile lets anybody (`api_terbit_langsung`), and becomes a draft with the steps owed
for everyone else. Nothing is lost: a change of what is out is a new version, and the earlier one stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic, sleep
from typing import Any
from uuid import UUID

from geo.findings import Severity
from portal.access.rows import DatasetRow, OpenVault, ResourceRow, VersionRow
from portal.catalog.published import PublishedDataset
from portal.contract.metadata import DatasetMetadata
from portal.ingest import gate, lifecycle
from portal.ingest.carrying import carried
from portal.ingest.checks import personal_in_texts, source_rule
from portal.ingest.ckan_metadata import Sent, metadata_of, still_owed
from portal.ingest.desk import Desk, OpenDataset, parse
from portal.ingest.express import Content, Express, Place, published_resource
from portal.ingest.frozen import Moment, freeze
from portal.ingest.lifecycle import State
from portal.ingest.people import AgencyFacts, KnowsGroups
from portal.kernel.decisions import decide, require
from portal.kernel.errors import Forbidden, NotFound
from portal.kernel.identity import Identity, Role
from portal.kernel.ids import as_uuid
from portal.kernel.permissions import Permission, Subject

#: How long a change waits for the release before it: an upload's takes a second or two.
SETTLE_SECONDS = 5.0
PUBLISHERS = (Role.PRODUSEN, Role.GIS, Role.WALIDATA)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a caller wants a dataset to be; `resources` in their order, new ones without a version yet.

    `received`: it arrives from outside, so that its draft begins as received (domain.md 5), not as planned.
    """

    name: str
    sent: Sent
    resources: tuple[ResourceRow, ...]
    private: bool = False
    state: str = "active"
    received: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """A dataset opened for a change: its working version and what is out of it. `publish`: the caller may publish."""

    vault: OpenVault
    agency: AgencyFacts
    dataset: DatasetRow
    version: VersionRow
    resources: tuple[ResourceRow, ...]
    last: int
    publish: bool

    @property
    def state(self) -> State:
        """State of the working version."""
        return State(self.version.state)

    @property
    def out(self) -> bool:
        """Whether the working version is the one that readers see."""
        return self.dataset.live_version == self.version.version and self.state in lifecycle.PUBLISHED

    @property
    def asked_private(self) -> bool:
        """Whether a client asked that the working version stay in the vault."""
        return bool(self.metadata.ckan.get("private"))

    @property
    def private(self) -> bool:
        """Whether the working version is meant to stay in the vault, as private or as deleted."""
        return self.asked_private or self.metadata.ckan.get("state", "active") != "active"

    @property
    def metadata(self) -> DatasetMetadata:
        """Metadata of the working version."""
        return parse(self.version.metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a dataset stands after a write. `ckan` is its ready document when it is out; else `owed` names the steps."""

    published: PublishedDataset
    state: State
    ckan: str = ""
    owed: tuple[str, ...] = ()
    job_id: int | None = None


def opened_of(current: Current) -> OpenDataset:
    """The dataset as the other services of this room take it, under the same opening, with fresh rows."""
    vault, key = current.vault, current.dataset.id
    return OpenDataset(vault, vault.subject(key), vault.datasets.get(key), vault.datasets.version(key))


class Packages:
    """The writes of the API on datasets. One a scope; `express` commits by itself."""

    def __init__(self, desk: Desk, express: Express) -> None:
        self._desk = desk
        self._express = express

    @property
    def site_url(self) -> str:
        """The public site, for addresses in documents."""
        return self._express.site_url

    # who may

    def may_publish(self, identity: Identity, agency_id: UUID, state: str | None = None) -> bool:
        """Whether this caller's datasets of that agency are published at once."""
        if not self._desk.profile.policy.api_terbit_langsung:
            return False
        subject = Subject(agency_id=agency_id, state=state)
        return any(decide(identity, p, subject) for p in (Permission.DATASET_PUBLISH, Permission.CATALOG_MANAGE))

    def may_create(self, identity: Identity, agency_id: UUID) -> bool:
        """Whether this caller may make datasets of that agency at all."""
        subject = Subject(agency_id=agency_id)
        return bool(decide(identity, Permission.DATASET_CREATE, subject)) or self.may_publish(identity, agency_id)

    def may_create_anywhere(self, identity: Identity) -> bool:
        """Whether there is an agency at which this caller may make datasets."""
        return any(self.may_create(identity, agency_id) for agency_id in identity.agencies())

    # making

    def create(self, identity: Identity, agency: AgencyFacts, wish: Wish, dataset_id: UUID | None = None) -> Outcome:
        """A new dataset, out at once or as a draft.

        Raises Forbidden (T40), Invalid by SR-1 (T01), Conflict (`nama_dipakai`).
        """
        metadata = self._metadata(wish, agency)
        source_rule(metadata, self._desk.profile)
        content = Content(name=wish.name, metadata=metadata, resources=wish.resources)
        publish = self._wanted_out(wish, content) and self.may_publish(identity, agency.id)
        made, proof = self._desk.access.new_dataset(identity, agency.id, dataset_id, publish=publish)
        place = Place(vault=self._desk.access.enter(proof), dataset_id=made, agency=agency, version=1)
        if publish:
            return self._out(place, content)
        return self._draft(place, content, State.RECEIVED if wish.received else State.PLANNED)

    def _metadata(self, wish: Wish, agency: AgencyFacts) -> DatasetMetadata:
        today = self._desk.clock().astimezone(self._desk.profile.time_zone).date()
        layer = any(row.kind == "layer" for row in wish.resources)
        fill = self._desk.profile.policy.api_terbit_langsung
        return metadata_of(wish.sent, agency, self._desk.profile, today, layer=layer, fill=fill)

    def _wanted_out(self, wish: Wish, content: Content) -> bool:
        """Whether the content is meant for everyone and nothing in the law forbids the short way (issue 4, point 2)."""
        if wish.private or wish.state != "active" or not gate.may_express(self._desk, content.metadata):
            return False
        return not self.faults(content)

    def faults(self, content: Content) -> tuple[str, ...]:
        """Rules of severity `galat` that the content breaks: personal numbers in its texts."""
        found = personal_in_texts(gate.texts(content.metadata, content.resources))
        return tuple(dict.fromkeys(finding.rule for finding in found if finding.severity is Severity.GALAT))

    def _out(self, place: Place, content: Content, known: Mapping[UUID, Any] | None = None) -> Outcome:
        done = self._express.release(place, content, known)
        return Outcome(published=done.published, state=done.state, ckan=done.ckan)

    def _draft(self, place: Place, content: Content, target: State) -> Outcome:
        frozen, _order = self._express.write(place, content, target)
        return Outcome(published=frozen, state=target, owed=self.owed(content, target))

    def owed(self, content: Content, state: State) -> tuple[str, ...]:
        """The steps that stand between a version and its release, for `langkah_terutang`."""
        steps = [f"metadata:{name}" for name in still_owed(content.metadata)]
        steps += [f"temuan:{rule}" for rule in self.faults(content)]
        if not content.resources and not self._desk.profile.policy.api_terbit_langsung:
            steps.append("berkas")
        chain = lifecycle.CHAIN
        place = chain.index(state) if state in chain else 0
        steps += [str(one) for one in (State.CHECKED, State.VALIDATED) if place < chain.index(one)]
        if self._desk.profile.consent_required("publik"):
            steps.append("persetujuan_pemilik")
        return (*steps, "klasifikasi", "rilis")

    # changing

    def open(self, identity: Identity, dataset_id: UUID, *, out: bool) -> Current:
        """Open a dataset for a change, by the right to publish where the caller has it, else by duty.

        `out`: readers see the dataset, so a refusal is Forbidden; otherwise NotFound where nothing may be seen (I7).
        A version whose files are still being loaded takes the change with it; one that is being released is waited for.
        """
        publish = self._desk.profile.policy.api_terbit_langsung and (
            identity.has(Role.ADMIN) or any(identity.has(role) for role in PUBLISHERS)
        )
        if publish:
            try:
                current = self._current(
                    self._desk.access.work_pass(identity, dataset_id, "terbit"), dataset_id, publish
                )
            except NotFound:
                publish = False
            else:
                subject = Subject(agency_id=current.agency.id, state=current.version.state)
                if not decide(identity, Permission.CATALOG_MANAGE, subject):
                    require(identity, Permission.DATASET_PUBLISH, subject)
                return current if current.state in lifecycle.EDITABLE else self._settled(current)
        try:
            opened = self._desk.open(identity, dataset_id, "ubah", Permission.DATASET_EDIT)
        except NotFound:
            if out:
                raise Forbidden(rule=Permission.DATASET_EDIT.value) from None
            raise
        return self._current(opened.vault.proof, dataset_id, publish=False)

    def _settled(self, current: Current) -> Current:
        """After the release that a job is carrying out: programs upload a file and write again at once, as CKAN lets
        them. One that takes longer than that refuses the change."""
        if current.state in lifecycle.PUBLISHED:
            return current
        end = monotonic() + SETTLE_SECONDS
        while self._desk.orders.open_of(current.dataset.id) is not None and monotonic() < end:
            sleep(0.1)
        return self.again(current)

    def _current(self, proof: Any, dataset_id: UUID, publish: bool) -> Current:
        vault = self._desk.access.enter(proof)
        dataset, version, last = vault.datasets.whole(dataset_id)
        agency = self._desk.people.agency(dataset.agency_id)
        if agency is None:
            raise NotFound
        return Current(
            vault=vault,
            agency=agency,
            dataset=dataset,
            version=version,
            resources=vault.resources.of_version(dataset_id, version.version),
            last=last,
            publish=publish,
        )

    def find(self, identity: Identity, ref: str) -> UUID | None:
        """The id of a dataset that is not out, by id or by name among those that the caller's duties cover."""
        key = as_uuid(ref)
        if key is not None:
            return key
        if not self._desk.access.may_list(identity):
            return None
        return self._desk.access.enter(self._desk.access.list_pass(identity, "api")).datasets.find(ref)

    def look(self, identity: Identity, dataset_id: UUID) -> Current:
        """Open a dataset for reading. Raises NotFound."""
        opened = self._desk.open(identity, dataset_id, "lihat", Permission.DATASET_READ)
        return self._current(opened.vault.proof, dataset_id, publish=False)

    def again(self, current: Current) -> Current:
        """The same opening with fresh rows."""
        return self._current(current.vault.proof, current.dataset.id, publish=current.publish)

    def view(
        self, current: Current, groups: KnowsGroups | None = None
    ) -> tuple[PublishedDataset, tuple[str, ...]]:  # fmt: skip
        """The working version as a document shows it, and the steps it owes. `groups`: those of a page, at hand."""
        moment = Moment(created=current.dataset.created, released=current.dataset.modified, order_id=current.dataset.id)
        frozen = freeze(
            groups or self._desk.people,
            (current.dataset.id, current.dataset.name, current.version.version),
            current.metadata,
            current.agency,
            [published_resource(row, current.dataset.modified) for row in current.resources],
            moment,
            current.version.notes,
        )
        content = Content(name=current.dataset.name, metadata=current.metadata, resources=current.resources)
        return frozen, () if current.out else self.owed(content, current.state)

    def editable(self, current: Current) -> Current:
        """A working version that files can be put into: the one there is, or a new one with what is out.

        In the caller's transaction. Raises Conflict for a version that is being checked.
        """
        if current.state in lifecycle.EDITABLE:
            return current
        if current.state not in {*lifecycle.PUBLISHED, State.WITHDRAWN, State.ARCHIVED}:
            lifecycle.require_editable(current.state)
        place = Place(
            vault=current.vault,
            dataset_id=current.dataset.id,
            agency=current.agency,
            version=current.last + 1,
            dataset=current.dataset,
        )
        content = Content(name=current.dataset.name, metadata=current.metadata, resources=current.resources)
        self._express.write(place, content, State.EDITED)
        return self._current(current.vault.proof, current.dataset.id, publish=current.publish)

    def update(
        self,
        current: Current,
        wish: Wish,
        *,
        agency: AgencyFacts | None = None,
        created: datetime | None = None,
    ) -> Outcome:
        """Make the dataset what is wished: a new version of one that is out, the same version of a draft.

        `created` is its first release. Raises Invalid by SR-1, Conflict (`nama_dipakai`, `T25.terkunci`,
        `I4.perintah_terbuka`), Stale.
        """
        owner = agency or current.agency
        if owner.id != current.agency.id:
            current.vault.datasets.hand_over(current.dataset.id, owner.id)
        metadata = self._metadata(wish, owner)
        metadata = keep_more(metadata, current.metadata)
        source_rule(metadata, self._desk.profile)
        content = Content(name=wish.name, metadata=metadata, resources=wish.resources, notes="")
        publish = current.publish and self._wanted_out(wish, content)
        fresh = current.state not in lifecycle.EDITABLE
        if fresh and not publish and current.state not in {*lifecycle.PUBLISHED, State.WITHDRAWN, State.ARCHIVED}:
            lifecycle.require_editable(current.state)
        place = Place(
            vault=current.vault,
            dataset_id=current.dataset.id,
            agency=owner,
            version=current.last + 1 if fresh else current.version.version,
            dataset=current.dataset,
            before=None if fresh else current.state,
            created=created,
        )
        if publish and not fresh and self._desk.orders.open_of(current.dataset.id) is not None:
            publish = False  # the job that loads the version's files takes it out with this change
        if publish:
            known = carried(self._express.public, current.dataset.id, content.resources)
            return self._out(place, content, known)
        return self._draft(place, content, State.EDITED if fresh else current.state)


def keep_more(made: DatasetMetadata, before: DatasetMetadata) -> DatasetMetadata:
    """Fields that CKAN has no word for stay as officers have filled them."""
    taken: dict[str, Any] = {}
    filled = list(made.diisi_sistem)
    for name in _OURS:
        value, old = getattr(made, name), getattr(before, name)
        empty = value == DatasetMetadata.model_fields[name].get_default(call_default_factory=True)
        if old and (empty or name in filled):
            taken[name] = old
            if name in filled and name not in before.diisi_sistem:
                filled.remove(name)
    return made.model_copy(update={**taken, "diisi_sistem": tuple(filled)})


_OURS = (
    "instansi_penerbit", "produsen_data", "kontak", "sumber_data", "metode_pengumpulan", "tanggal_pengambilan",
    "tanggal_pengambilan_akhir", "jenis_data", "tingkat_penyajian", "cakupan_wilayah", "periode", "frekuensi",
    "jadwal_rilis_berikut", "standar", "retensi", "skala", "acuan_igd", "kugi_kode", "kugi_versi", "mutu",
)  # fmt: skip
