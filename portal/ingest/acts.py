"""Which acts a person may do now, and which one waits for him: one table for pages, lists and tests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from config.profile import Profile
from portal.access.rows import ListedDataset
from portal.ingest import lifecycle
from portal.ingest.desk import OpenDataset
from portal.ingest.lifecycle import EDITABLE, PUBLISHED, State
from portal.kernel.decisions import decide
from portal.kernel.identity import Identity, Role
from portal.kernel.permissions import Permission


class Act(StrEnum):
    """Acts on one dataset, by the word that pages and addresses use."""

    EDIT = "ubah"
    UPLOAD = "unggah"
    SUBMIT = "ajukan"
    FIX = "perbaiki"
    CHECK = "periksa"
    RETURN = "kembalikan"
    BPS_OPINION = "pendapat_bps"
    BPS_SILENT = "bps_tanpa_jawaban"
    VALIDATE = "validasi"
    CONSENT = "setujui"
    WITHDRAW_CONSENT = "cabut_persetujuan"
    CLASSIFY_PUBLIC = "tetapkan_publik"
    CLASSIFY_EXEMPT = "tetapkan_dikecualikan"
    RELEASE = "rilis"
    NEW_VERSION = "versi_baru"
    WITHDRAW = "tarik"
    RESTORE = "kembalikan_versi"
    ARCHIVE = "arsipkan"


#: States in which something may wait for somebody.
OPEN_STATES = frozenset(str(state) for state in (*EDITABLE, State.CHECKED, State.VALIDATED, State.DUE))

_EDITABLE = EDITABLE
_CLASSIFIABLE = frozenset({State.CHECKED, State.VALIDATED, *PUBLISHED})

#: Act → the permission behind it and the states of the working version in which it makes sense.
RULES: dict[Act, tuple[Permission, frozenset[State]]] = {
    Act.EDIT: (Permission.DATASET_EDIT, _EDITABLE),
    Act.UPLOAD: (Permission.DATASET_UPLOAD, _EDITABLE),
    Act.SUBMIT: (Permission.DATASET_SUBMIT, _EDITABLE),
    Act.CHECK: (Permission.DATASET_CHECK, frozenset({State.CHECKED})),
    Act.RETURN: (Permission.DATASET_CHECK, frozenset({State.CHECKED})),
    Act.BPS_OPINION: (Permission.DATASET_BPS_OPINION, frozenset({State.CHECKED})),
    Act.BPS_SILENT: (Permission.DATASET_CHECK, frozenset({State.CHECKED})),
    Act.VALIDATE: (Permission.DATASET_VALIDATE, frozenset({State.CHECKED})),
    Act.CONSENT: (Permission.DATASET_CONSENT, frozenset(State) - {State.ARCHIVED}),
    Act.WITHDRAW_CONSENT: (Permission.DATASET_CONSENT, frozenset(State)),
    Act.CLASSIFY_PUBLIC: (Permission.DATASET_CLASSIFY_PUBLIC, _CLASSIFIABLE),
    Act.CLASSIFY_EXEMPT: (Permission.DATASET_CLASSIFY_EXEMPT, _CLASSIFIABLE),
    Act.RELEASE: (Permission.DATASET_RELEASE, frozenset({State.VALIDATED})),
    Act.NEW_VERSION: (Permission.DATASET_EDIT, PUBLISHED | {State.WITHDRAWN}),
    Act.WITHDRAW: (Permission.DATASET_WITHDRAW, frozenset(State) - {State.ARCHIVED}),
    Act.RESTORE: (Permission.DATASET_RESTORE, frozenset(State) - {State.ARCHIVED}),
    Act.ARCHIVE: (Permission.DATASET_ARCHIVE, frozenset(State) - PUBLISHED - {State.ARCHIVED}),
}


def allowed(identity: Identity, opened: OpenDataset, *, decided: bool, ready: bool) -> tuple[Act, ...]:
    """Acts that the permission table and the state allow now; the services decide again when one is done."""
    subject, out = opened.subject, opened.dataset.live_version is not None
    extra: dict[Act, bool] = {
        Act.SUBMIT: ready,
        Act.RELEASE: decided,
        Act.CONSENT: not subject.consented,
        Act.WITHDRAW_CONSENT: subject.consented,
        Act.CLASSIFY_PUBLIC: not decided,
        Act.NEW_VERSION: out,
        Act.WITHDRAW: out,
        Act.RESTORE: out,
        Act.ARCHIVE: not out,
        Act.BPS_SILENT: subject.jenis_data == "statistik_sektoral",
    }
    return tuple(
        act
        for act, (permission, states) in RULES.items()
        if opened.state in states and extra.get(act, True) and decide(identity, permission, subject)
    )


@dataclass(frozen=True, slots=True)
class Fact:
    """What decides whose turn it is, beside state and duties."""

    consented: bool = False
    classified: bool = False
    own_open: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts by dataset."""

    known: dict[UUID, Fact]

    def of(self, dataset_id: UUID) -> Fact:
        """Those of one dataset."""
        return self.known.get(dataset_id, Fact())


def facts(session: Session, ids: Iterable[UUID], identity: Identity, now: datetime) -> Facts:
    """Consent, classification and this person's open assignments of datasets that are open now, in one statement."""
    rows = session.execute(
        text(
            "SELECT d.id, EXISTS (SELECT FROM vault.consent c WHERE c.dataset_id = d.id AND 'publikasi' = ANY(c.acts)"
            " AND c.withdrawn IS NULL AND (c.ends IS NULL OR c.ends > :now)) AS consented,"
            " EXISTS (SELECT FROM vault.classification k WHERE k.dataset_id = d.id AND k.sifat = 'publik')"
            " AS classified,"
            " ARRAY(SELECT a.duty FROM ingest.assignment a WHERE a.dataset_id = d.id AND a.person_id = :person"
            " AND a.ended IS NULL) AS own_open FROM vault.dataset d WHERE d.id = ANY(:ids)"
        ),
        {"now": now, "person": identity.person_id, "ids": list(ids)},
    )
    return Facts({row.id: Fact(row.consented, row.classified, frozenset(row.own_open)) for row in rows})


def task(identity: Identity, item: ListedDataset, fact: Fact, profile: Profile) -> Act | None:
    """The one act that this dataset asks of this person now, or None."""
    state, agency = State(item.version.state), item.dataset.agency_id
    author = any(identity.has(role, agency) for role in (Role.PRODUSEN, Role.GIS))
    if state in lifecycle.EDITABLE:
        return (Act.FIX if state is State.RETURNED else Act.EDIT) if author else None
    if state is State.DUE:
        return Act.NEW_VERSION if author else None
    return _reviewing(identity, item, fact, profile, state)


def _reviewing(identity: Identity, item: ListedDataset, fact: Fact, profile: Profile, state: State) -> Act | None:
    needs_consent = profile.consent_required("publik") and not fact.consented
    if state is State.CHECKED and "bps" in item.named and "bps" in fact.own_open:
        return Act.BPS_OPINION
    if state is State.CHECKED and "pemeriksa" in item.named:
        return Act.CHECK
    if state is State.VALIDATED and "ppid" in item.named and "ppid" in fact.own_open:
        return Act.CLASSIFY_PUBLIC
    if (
        state in {State.CHECKED, State.VALIDATED}
        and needs_consent
        and identity.has(Role.KEPALA_OPD, item.dataset.agency_id)
    ):
        return Act.CONSENT
    ready = fact.classified and not needs_consent and item.sifat == "publik"
    if state is State.VALIDATED and ready and "pemeriksa" in item.named:
        return Act.RELEASE
    return None
