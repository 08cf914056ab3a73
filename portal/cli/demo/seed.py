"""Fills a demo as officers would: every dataset goes through upload, inspection, checking, decision and release.

Repeatable: each pass looks where a dataset stands and takes the next step, so a start that was broken off goes on
where it was. Nothing is written past the services.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from config.settings import WorkerSettings
from portal.accounts.schemas import AgencyInput, PersonInput
from portal.accounts.service import Accounts
from portal.accounts.shell import ShellAccounts
from portal.cli import search as index
from portal.cli.api import build_dump
from portal.cli.demo.figures_home import key_figures
from portal.cli.demo.model import DemoDataset, DemoFile, DemoPlan
from portal.contract.metadata import ColumnEntry
from portal.ingest.notices import Notices
from portal.ingest.queries import DatasetView, ResourceView
from portal.ingest.schemas import BpsOpinion, Classification, Consent, NewDraft, ResourceEdit, Validation
from portal.ingest.service import Ingest
from portal.ingest.tasks import tasks
from portal.kernel.errors import Conflict, NotFound
from portal.kernel.identity import Identity, Role
from portal.operations.demo import Account
from portal.operations.worker import WorkerPlan, run_pending_once
from portal.web.request import Runtime, Scope

WORKER_EMAIL = "pekerja@portal.contoh"
EDITABLE = frozenset({"diterima", "dikelompokkan", "disunting", "dikodekan", "direkam", "dikembalikan"})
MAX_PASSES = 12
WORDS = ("bawang", "sawah", "gunung", "pantai", "telur", "asin", "kebun", "sungai", "teluk", "angin", "perahu", "garam")


class SeedError(RuntimeError):
    """A dataset of the demo did not reach its place; the message names it and says why."""


@dataclass
class Seeder:
    """Takes every dataset of a plan to its target."""

    runtime: Runtime
    plan: DemoPlan
    _people: dict[str, Identity] = field(default_factory=dict)
    _agencies: dict[str, UUID] = field(default_factory=dict)
    _ids: dict[str, UUID] = field(default_factory=dict)

    def run(self) -> list[Account]:
        """Everything; returns the accounts to print. Raises SeedError when a dataset stands still."""
        accounts = self._accounts()
        self._notices()
        self._known()
        for _pass in range(MAX_PASSES):
            moved = sum([self._advance(item) for item in self.plan.datasets])
            self._work()
            if not moved:
                break
        self._finish()
        return accounts

    @contextmanager
    def _scope(self) -> Iterator[Scope]:
        scope = self.runtime.scope()
        try:
            yield scope
            scope.commit()
        finally:
            scope.close()

    def _work(self) -> None:
        settings = self.runtime.settings
        if not isinstance(settings, WorkerSettings):
            raise TypeError("the demo is filled with a worker's settings")
        run_pending_once(WorkerPlan(settings.office_database_url, tasks(self.runtime)), concurrency=2)

    # people

    def _accounts(self) -> list[Account]:
        """Agencies, people and the worker's own account; passwords are made here and shown once."""
        printed = []
        with self._scope() as scope:
            shell = ShellAccounts(scope.service(Accounts), scope.session("office"))
            for agency in self.plan.agencies:
                self._agencies[agency.slug] = shell.agency(
                    AgencyInput(
                        name=agency.slug,
                        title=agency.name,
                        abbreviation=agency.abbreviation,
                        tingkat=agency.tingkat,
                        region_code=agency.region_code or self._home(),
                        contact={"email": agency.email} if agency.email else {},
                        mandiri_tik=agency.mandiri_tik,
                        is_walidata="walidata" in agency.bidang,
                    )
                )
            for person in self.plan.people:
                password = _password() if person.sign_in else None
                roles = tuple({"agency_id": self._agencies[role.agency], "role": role.role} for role in person.roles)
                shell.person(
                    PersonInput.model_validate({"email": person.email, "name": person.name, "roles": roles}), password
                )
                if password:
                    role_names = ", ".join(dict.fromkeys(role.role.value for role in person.roles))
                    printed.append(Account(role_names, person.name, person.email, password))
            first = next(iter(self._agencies.values()))
            shell.person(
                PersonInput.model_validate(
                    {
                        "email": WORKER_EMAIL,
                        "name": "Pekerja portal",
                        "service": True,
                        "roles": [{"agency_id": first, "role": Role.PEJABAT}],
                    }
                )
            )
            for person in self.plan.people:
                self._people[person.username] = shell.identity(person.email)
        return printed

    def _home(self) -> str:
        territory = self.plan.profile.territory
        return territory.code if territory else "33.29"

    def _notices(self) -> None:
        """Facts public by nature: agencies, subject groups, regions, the front page's figures."""
        with self._scope() as scope:
            notices = scope.service(Notices)
            notices.notice("organisasi")
            notices.notice("kelompok")
            notices.notice("wilayah")
            notices.notice("angka_situs", {"angka_kunci": key_figures(self._home())})

    def _person(self, role: Role, agency: str | None = None) -> Identity:
        return self._people[self.plan.person_with(role, agency).username]

    def _author(self, item: DemoDataset) -> Identity:
        try:
            return self._person(Role.PRODUSEN, item.agency)
        except KeyError:
            return self._person(Role.GIS, item.agency)

    def _known(self) -> None:
        """Datasets that an earlier, broken-off start has made."""
        for agency in {item.agency for item in self.plan.datasets}:
            author = next(item for item in self.plan.datasets if item.agency == agency)
            with self._scope() as scope:
                found = scope.service(Ingest).queries.my_datasets(self._author(author))
            self._ids |= {line.name: line.id for line in found.items}

    # one dataset

    def _advance(self, item: DemoDataset) -> bool:
        """Take the next step of a dataset; False when it is where it should be (or cannot be seen any more)."""
        author = self._author(item)
        exempt = item.target == "dikecualikan"
        try:
            if item.name not in self._ids:
                self._create(item, author)
                return True
            with self._scope() as scope:
                view = scope.service(Ingest).queries.dataset_view(author, self._ids[item.name])
        except (NotFound, Conflict):
            # once closed, the exempt dataset exists for nobody: that is its place
            if exempt:
                return False
            raise
        return self._step(item, author, view)

    def _create(self, item: DemoDataset, author: Identity) -> None:
        with self._scope() as scope:
            draft = NewDraft(agency_id=self._agencies[item.agency], metadata=item.metadata, name=item.name)
            self._ids[item.name] = scope.service(Ingest).drafts.create(author, draft)
        for part in item.parts:
            with self._scope() as scope:
                scope.service(Ingest).receiving.receive(
                    author, self._ids[item.name], part.filename, io.BytesIO(part.content()), name=part.title
                )

    def _step(self, item: DemoDataset, author: Identity, view: DatasetView) -> bool:
        states = {resource.row.state for resource in view.resources}
        if "gagal" in states or view.readiness.blocking:
            raise SeedError(f"{item.name}: {self._why(view)}")
        if "menunggu_pilihan" in states:
            return self._confirm(item, author, view)
        if view.line.state.value in EDITABLE:
            return self._describe(item, author, view) or self._submit(item, author)
        if view.line.state.value == "diperiksa":
            return self._validate(item)
        if view.line.state.value == "tervalidasi":
            return self._release(item)
        return False

    @staticmethod
    def _why(view: DatasetView) -> str:
        found = [*view.findings, *(finding for resource in view.resources for finding in resource.findings)]
        return "; ".join(f"{row.rule} {row.message} {row.place}" for row in found if row.severity == "galat") or "gagal"

    def _confirm(self, item: DemoDataset, author: Identity, view: DatasetView) -> bool:
        """The officer accepts what the inspection found."""
        for resource in view.resources:
            if resource.row.state == "menunggu_pilihan":
                with self._scope() as scope:
                    scope.service(Ingest).resources.confirm(author, self._ids[item.name], resource.row.id)
        return True

    def _describe(self, item: DemoDataset, author: Identity, view: DatasetView) -> bool:
        """Labels, units and meanings of the columns, once."""
        changed = False
        for resource, part in zip(view.resources, item.parts, strict=False):
            columns = _dictionary(resource, part)
            if columns != resource.columns:
                with self._scope() as scope:
                    scope.service(Ingest).resources.edit(
                        author, self._ids[item.name], resource.row.id, ResourceEdit(columns=columns)
                    )
                changed = True
        return changed

    def _submit(self, item: DemoDataset, author: Identity) -> bool:
        if item.target == "draf":
            return False
        with self._scope() as scope:
            scope.service(Ingest).checking.submit(author, self._ids[item.name])
        return True

    def _named(self, item: DemoDataset, duty: str) -> Identity | None:
        """Who is named on the dataset."""
        with self._scope() as scope:
            view = scope.service(Ingest).queries.dataset_view(self._author(item), self._ids[item.name])
        name = view.people.get(duty)
        return next((who for who in self._people.values() if who.name == name), None) if name else None

    def _validate(self, item: DemoDataset) -> bool:
        if item.target == "diajukan":
            return False
        dataset_id, now = self._ids[item.name], self.runtime.clock()
        checker, bps, ppid = (self._named(item, duty) for duty in ("pemeriksa", "bps", "ppid"))
        if item.target == "dikecualikan":
            return self._exempt(item, ppid)
        if bps is not None:
            with self._scope() as scope:
                opinion = BpsOpinion(outcome="pendapat", text="Konsep dan definisi sesuai.")
                scope.service(Ingest).checking.bps_opinion(bps, dataset_id, opinion)
        if checker is None or ppid is None:
            raise SeedError(f"{item.name}: tidak ada pemeriksa atau PPID")
        with self._scope() as scope:
            number = f"BA-{now:%Y}/{secrets.randbelow(9000) + 1000}"
            minutes = Validation(minutes=number, method="Pencocokan dengan berkas asli", names=(checker.name,))
            scope.service(Ingest).checking.validate(checker, dataset_id, minutes)
        if item.metadata.jenis_data and self.plan.profile.consent_required("publik"):
            with self._scope() as scope:
                head = self._person(Role.KEPALA_OPD, item.agency)
                scope.service(Ingest).deciding.give_consent(head, dataset_id, Consent())
        with self._scope() as scope:
            scope.service(Ingest).deciding.classify(ppid, dataset_id, Classification(sifat="publik"))
        return True

    def _exempt(self, item: DemoDataset, ppid: Identity | None) -> bool:
        """The exempt dataset: closed by the PPID with its ground; afterwards nobody sees it by duty."""
        if ppid is None or item.exemption is None:
            raise SeedError("dataset dikecualikan tanpa PPID atau dasar")
        with self._scope() as scope:
            decision = Classification(
                sifat="dikecualikan",
                number="PK-1/DEMO",
                grounds=item.exemption.grounds,
                reason=item.exemption.if_opened,
                approval="ST-1/DEMO",
                ends=self.runtime.clock() + timedelta(days=365 * item.exemption.years),
            )
            scope.service(Ingest).deciding.classify(ppid, self._ids[item.name], decision)
        return True

    def _release(self, item: DemoDataset) -> bool:
        checker, ppid = self._named(item, "pemeriksa"), self._named(item, "ppid")
        releaser = checker if checker is not None and checker.has(Role.WALIDATA) else ppid
        if releaser is None:
            raise SeedError(f"{item.name}: tidak ada walidata atau PPID")
        with self._scope() as scope:
            scope.service(Ingest).deciding.release(releaser, self._ids[item.name])
        return True

    def _finish(self) -> None:
        """Both indexes hold what the database says, and the dump of the catalogue all that was published."""
        with self._scope() as scope:
            repair_indexes(scope)
            build_dump(scope)


def repair_indexes(scope: Scope) -> None:
    """Compare each index with the database and mend it (a new engine starts empty)."""
    for one in index.indexes(scope):
        found = one.engine.check(one.expected())
        if found.missing or found.stale:
            one.engine.repair(found, one.load)
            index.told(scope)


def _dictionary(resource: ResourceView, part: DemoFile) -> tuple[ColumnEntry, ...]:
    """The loaded columns with the labels, units and meanings that the officer has for them."""
    known = {entry.name: entry for entry in part.columns}
    return tuple(
        known[entry.name].model_copy(update={"type": entry.type}) if entry.name in known else entry
        for entry in resource.columns
    )


def _password() -> str:
    """A password that can be read out: four words and two digits (made at the first start, kept nowhere in clear)."""
    words: Sequence[str] = [secrets.choice(WORDS) for _ in range(3)]
    return "-".join([*words, f"{secrets.randbelow(9000) + 1000}"])
