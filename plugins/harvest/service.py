"""What people may do with sources and jobs: rights first, then the rules, then the tables. No commit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson

from plugins.harvest.schemas import Config, SourceInput, normal, parse_source
from plugins.harvest.store import Job, Source, Store
from portal.contract.actions import ActionRefused, HouseActions, Office
from portal.contract.work import Jobs, Services
from portal.kernel.decisions import decide, require
from portal.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from portal.kernel.identity import Identity
from portal.kernel.ids import as_uuid
from portal.kernel.permissions import Permission, Subject
from portal.kernel.texts import gettext as _

RUN = "harvest.run"
TRY = "harvest.try"
INTERVALS = {
    "ALWAYS": timedelta(0),
    "DAILY": timedelta(days=1),
    "WEEKLY": timedelta(weeks=1),
    "BIWEEKLY": timedelta(weeks=2),
    "MONTHLY": timedelta(days=30),
}
#: Trials are kept a day.
TRIAL_AGE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Trial:
    """A look at a source before it is saved: `state` is waiting, done or failed."""

    id: UUID
    person_id: UUID
    source_id: UUID | None
    form: Mapping[str, Any]
    state: str
    message: str
    total: int | None
    found: tuple[Mapping[str, Any], ...]


class Harvest:
    """Sources and jobs as one person may have them."""

    def __init__(self, services: Services, now: datetime | None = None, *, strict: bool = False) -> None:
        """`strict`: one address is one source, as people mean it; CKAN lets a program add it again without options."""
        self._services = services
        self._office: Office = services.service(Office)  # type: ignore[type-abstract]
        self.store = Store(self._office.session)
        self.now = now or datetime.now(UTC)
        self._strict = strict

    # who may

    def may(self, identity: Identity, agency_id: UUID) -> bool:
        """Whether the caller manages the sources of that agency."""
        return bool(decide(identity, Permission.HARVEST_MANAGE, Subject(agency_id=agency_id)))

    def may_any(self, identity: Identity) -> bool:
        """Whether there is an agency whose sources the caller manages."""
        return bool(decide(identity, Permission.HARVEST_ALL)) or bool(self.agencies(identity))

    def agencies(self, identity: Identity) -> list[UUID]:
        """The agencies of the caller at which he manages sources."""
        return [key for key in identity.agencies() if self.may(identity, key)]

    def require_any(self, identity: Identity) -> None:
        """Raise Forbidden for a caller who manages no source anywhere."""
        if not self.may_any(identity):
            raise Forbidden(_("tidak boleh mengelola sumber panen"), rule=Permission.HARVEST_MANAGE.value)

    def allowed_here(self) -> bool:
        """Whether the regency's rules let datasets come from other servers (`izinkan_harvest_opd`)."""
        return self._office.allows("izinkan_harvest_opd")

    # sources

    def list(self, identity: Identity) -> list[Source]:
        """The sources that the caller manages, deleted ones too; none for nobody (I7)."""
        if decide(identity, Permission.HARVEST_ALL):
            return self.store.sources()
        return self.store.sources("agency_id = ANY (:ids)", ids=self.agencies(identity))

    def find(self, identity: Identity, ref: str | None, url: str | None = None) -> Source:
        """A source by id or name, or by its address. Raises NotFound for unknown and unseen alike."""
        if ref is None and url is not None:
            found = self.store.sources("address = :address", address=normal(url))
        else:
            found = self.store.sources("id = :key OR name = :ref", key=as_uuid(ref or ""), ref=ref or "")
        source = next((item for item in found if self.may(identity, item.agency_id)), None)
        if source is None:
            raise NotFound(_("sumber panen"))
        return source

    def create(self, identity: Identity, sent: Mapping[str, Any]) -> Source:
        """A new source. Raises Forbidden, Invalid by field."""
        self.require_any(identity)
        agency = self._agency(identity, sent.get("owner_org"))
        wanted = self._checked(identity, sent, agency, None)
        source = Source(
            id=uuid4(),
            state="active",
            creator_id=_person(identity),
            created=self.now,
            next_run=None,
            **self._values(identity, wanted, agency),
        )
        source = replace(source, next_run=self.next_run(source))
        self.store.put_source(source, wanted.address)
        return source

    def update(self, identity: Identity, source: Source, sent: Mapping[str, Any]) -> Source:
        """The source as it is to be; what is left out is emptied, save its owner. The caller runs it from now on."""
        whole = {"owner_org": str(source.agency_id), **sent}
        agency = self._agency(identity, whole["owner_org"])
        wanted = self._checked(identity, whole, agency, source.id)
        made = replace(source, **self._values(identity, wanted, agency))
        if sent.get("state") in {"active", "paused"}:
            made = replace(made, state=str(sent["state"]))
        if made.config == source.config and normal(made.url) == normal(source.url):
            made = replace(made, config_changed=source.config_changed)
        made = replace(made, next_run=self.next_run(made) if made.frequency != source.frequency else source.next_run)
        self.store.put_source(made, wanted.address)
        return made

    def values_of(self, source: Source) -> dict[str, Any]:
        """The source as a caller would send it."""
        return {
            "name": source.name,
            "title": source.title,
            "notes": source.notes,
            "url": source.url,
            "source_type": source.source_type,
            "frequency": source.frequency,
            "config": source.config,
            "owner_org": str(source.agency_id),
        }

    def set_state(self, source: Source, state: str) -> Source:
        """Pause, resume or delete a source; a running job of one that ends is stopped. Its datasets stay."""
        made = replace(source, state=state, modified=self.now)
        self.store.put_source(made, normal(made.url))
        if state != "active":
            self.store.run(
                "UPDATE harvest.job SET stopped = true WHERE source_id = :id AND status = 'Running'", id=source.id
            )
            self.store.run(
                "UPDATE harvest.job SET status = 'Finished', finished = :now WHERE source_id = :id AND status = 'New'",
                id=source.id,
                now=self.now,
            )
        return made

    def next_run(self, source: Source) -> datetime | None:
        """When it runs by itself; None: by hand."""
        interval = INTERVALS.get(source.frequency or "MANUAL")
        return None if interval is None else self.now + interval

    def _values(self, identity: Identity, wanted: SourceInput, agency: Mapping[str, Any]) -> dict[str, Any]:
        config = Config.parse(wanted.config)
        acting = self._office.person(config.user) if config.user else None
        return {
            "name": wanted.name,
            "title": wanted.title,
            "notes": wanted.notes,
            "url": wanted.url,
            "source_type": wanted.source_type,
            "agency_id": UUID(agency["id"]),
            "frequency": wanted.frequency,
            "config": wanted.config,
            "acting_id": acting or _person(identity),
            "modified": self.now,
            "config_changed": self.now,
        }

    def _agency(self, identity: Identity, ref: object) -> Mapping[str, Any]:
        """The agency named, or {} where there is none. Raises Forbidden where the caller manages no sources of it."""
        found = self.organization(ref) if isinstance(ref, str) and ref else {}
        if found and not self.may(identity, UUID(found["id"])):
            raise Forbidden(
                _("tidak boleh mengelola sumber panen organisasi ini"), rule=Permission.HARVEST_MANAGE.value
            )
        return found

    def organization(self, ref: str) -> dict[str, Any]:
        """An organisation in CKAN's words, {} where there is none."""
        actions: HouseActions = self._services.service(HouseActions)  # type: ignore[type-abstract]
        try:
            found: dict[str, Any] = actions.call("organization_show", {"id": ref, "include_users": False})
        except ActionRefused:
            return {}
        return found

    def _checked(
        self, identity: Identity, sent: Mapping[str, Any], agency: Mapping[str, Any], own: UUID | None
    ) -> SourceInput:
        """The input under the rules that need the tables."""
        faults: dict[str, list[str]] = {}
        wanted: SourceInput | None = None
        try:
            wanted = parse_source(sent)
        except Invalid as error:
            faults = {name: list(texts) for name, texts in error.fields.items()}
        if sent.get("owner_org") and not agency:
            faults["owner_org"] = [_("Organisasi tidak ada")]
        if wanted is not None:
            if self.store.taken("name", wanted.name, None, own):
                faults["name"] = [_("Nama alamat itu sudah dipakai.")]
            fault = self._config_fault(identity, Config.parse(wanted.config))
            if fault:
                faults["config"] = [_("Pengaturan tidak dapat dibaca: %(why)s", why=fault)]
            asked = not faults and (self._strict or bool(wanted.config))
            if asked and self.store.taken("address", wanted.address, wanted.config, own):
                faults["url"] = [_("Sudah ada sumber panen dengan alamat dan pengaturan ini")]
        if faults or wanted is None:
            raise Invalid(fields=faults)
        if not self.allowed_here():
            message = _("aturan daerah ini tidak mengizinkan data dari peladen lain (izinkan_harvest_opd)")
            raise Forbidden(message, rule="izinkan_harvest_opd")
        return wanted

    def _config_fault(self, identity: Identity, config: Config) -> str:
        """What of the options is not there, in words; empty when all is."""
        actions: HouseActions = self._services.service(HouseActions)  # type: ignore[type-abstract]
        for name in config.default_groups:
            try:
                actions.call("group_show", {"id": name, "include_users": False})
            except ActionRefused:
                return _("kelompok %(name)s tidak ada", name=name[:100])
        if not config.user:
            return ""
        person = self._office.person(config.user)
        if person is None:
            return _("pengguna %(name)s tidak ada", name=config.user[:100])
        # who has a harvest run as another acts as that person, as with a token of his
        subject = Subject(person_id=person, consented=self._office.allows("akun_seperti_ckan"))
        if person != identity.person_id and not decide(identity, Permission.TOKEN_OTHER, subject):
            return _("user hanya boleh diri Anda sendiri")
        return ""

    # jobs

    def job(self, identity: Identity, ref: str | None) -> Job:
        """A job of a source that the caller manages. Raises NotFound."""
        key = as_uuid(ref or "")
        job = self.store.job(key) if key else None
        source = self.store.source(job.source_id) if job else None
        if job is None or source is None or not self.may(identity, source.agency_id):
            raise NotFound(_("tugas panen"))
        return job

    def start(self, identity: Identity, source: Source, *, run: bool = True) -> Job:
        """A new job of a source. Raises Conflict while one is open or the source does not run, Forbidden where the
        regency's rules take nothing from other servers."""
        if not source.active:
            raise Conflict(_("Sumber panen ini sedang dijeda atau dihapus."), rule="sumber_tidak_aktif")
        if not self.allowed_here():
            message = _("aturan daerah ini tidak mengizinkan data dari peladen lain (izinkan_harvest_opd)")
            raise Forbidden(message, rule="izinkan_harvest_opd")
        if self.store.jobs("source_id = :id AND status <> 'Finished'", id=source.id):
            raise Conflict(_("Sumber ini masih memiliki tugas panen yang belum selesai."), rule="tugas_belum_selesai")
        job = self.store.add_job(source.id, identity.person_id, self.now)
        return self.send(job) if run else job

    def send(self, job: Job) -> Job:
        """Let a new job run in the worker."""
        if job.status != "New":
            return job
        self.store.run(
            "UPDATE harvest.job SET status = 'Running', heartbeat = :now WHERE id = :id", id=job.id, now=self.now
        )
        self.defer(RUN, str(job.source_id), {"job_id": str(job.id)})
        return replace(job, status="Running")

    def defer(self, task: str, subject: str, arguments: Mapping[str, Any]) -> None:
        """Queue a job of this plugin."""
        jobs: Jobs = self._services.service(Jobs)  # type: ignore[type-abstract]
        jobs.defer(task, subject, arguments)

    def stop(self, job: Job) -> Job:
        """End a job: what is not taken in yet stays out, what is in stays. A worker that is at it sees this soon."""
        if not job.open:
            return job
        self.store.run(
            "UPDATE harvest.object SET state = 'ERROR', report_status = coalesce(report_status, 'errored')"
            " WHERE job_id = :id AND state NOT IN ('COMPLETE', 'ERROR')",
            id=job.id,
        )
        self.store.run(
            "UPDATE harvest.job SET status = 'Finished', stopped = true, finished = :now WHERE id = :id",
            id=job.id,
            now=self.now,
        )
        self.store.gather_error(job.id, _("Dihentikan oleh petugas sebelum selesai."), self.now)
        return self.store.job(job.id) or job

    # trials

    def try_out(self, identity: Identity, sent: Mapping[str, Any], source_id: UUID | None) -> UUID:
        """Look at what a source would give; the id of the look. Raises Invalid, Forbidden as for saving."""
        self.require_any(identity)
        self._checked(identity, sent, self._agency(identity, sent.get("owner_org")), source_id)
        key = uuid4()
        self.store.run("DELETE FROM harvest.trial WHERE created < :old", old=self.now - TRIAL_AGE)
        self.store.run(
            "INSERT INTO harvest.trial (id, person_id, source_id, form, created)"
            " VALUES (:id, :person, :source, CAST(:form AS jsonb), :now)",
            id=key,
            person=_person(identity),
            source=source_id,
            form=orjson.dumps(dict(sent)).decode(),
            now=self.now,
        )
        self.defer(TRY, str(key), {"trial_id": str(key)})
        return key

    def trial(self, identity: Identity, key: UUID) -> Trial:
        """One's own look. Raises NotFound."""
        found = self.read_trial(key)
        if found is None or found.person_id != identity.person_id:
            raise NotFound
        return found

    def read_trial(self, key: UUID) -> Trial | None:
        """A look, for the worker."""
        names = "id, person_id, source_id, form, state, message, total, found"
        rows = self.store.rows(f"SELECT {names} FROM harvest.trial WHERE id = :id", id=key)  # noqa: S608 - constant
        return Trial(**{**rows[0], "found": tuple(rows[0]["found"])}) if rows else None


def require_all(identity: Identity) -> None:
    """Raise Forbidden for who is no administrator: what touches every source is his alone, as in CKAN."""
    require(identity, Permission.HARVEST_ALL)


def _person(identity: Identity) -> UUID:
    if identity.person_id is None:
        raise Forbidden
    return identity.person_id
