"""The permission table (design.md I6): who may do what, where, on which condition. A lawyer can read it.

Default deny: a permission without a row, and a row list that is empty, mean nobody. `admin` has the rows written
here and no others (BA 13(6)). Pages, API, files, tiles, exports, search and feeds all ask `decisions.decide`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from portal.kernel.identity import Identity, Role


class Permission(StrEnum):
    """`thing:act`. Every member has a row in TABLE (a test walks both)."""

    PUBLISHED_READ = "terbitan:lihat"
    OFFICE_ENTER = "kantor:masuk"
    TASK_READ = "tugas:lihat"
    DATASET_LIST = "dataset:daftar"
    DATASET_CREATE = "dataset:buat"
    DATASET_READ = "dataset:lihat"
    DATASET_EDIT = "dataset:ubah"
    DATASET_UPLOAD = "dataset:unggah"
    DATASET_SUBMIT = "dataset:ajukan"
    DATASET_CHECK = "dataset:periksa"
    DATASET_VALIDATE = "dataset:validasi"
    DATASET_BPS_OPINION = "dataset:pendapat_bps"
    DATASET_CONSENT = "dataset:persetujuan"
    DATASET_CLASSIFY_PUBLIC = "dataset:tetapkan_publik"
    DATASET_CLASSIFY_EXEMPT = "dataset:tetapkan_dikecualikan"
    DATASET_RELEASE = "dataset:rilis"
    DATASET_WITHDRAW = "dataset:tarik"
    DATASET_RESTORE = "dataset:kembalikan_versi"
    DATASET_ARCHIVE = "dataset:arsipkan"
    DATASET_PUBLISH = "dataset:terbitkan"
    COLLABORATOR_EDIT = "kolaborator:ubah"
    ROWS_APPEND = "baris:tambah"
    CATALOG_MANAGE = "katalog:kelola"
    CATALOG_PURGE = "katalog:hapus_permanen"
    EXEMPT_READ = "dikecualikan:lihat"
    AGENCY_LIST = "instansi:daftar"
    AGENCY_EDIT = "instansi:ubah"
    AGENCY_CREATE = "instansi:buat"
    AGENCY_DESCRIBE = "instansi:uraikan"
    AGENCY_PURGE = "instansi:hapus_tuntas"
    MEMBER_EDIT = "anggota:ubah"
    GROUP_CREATE = "kelompok:buat"
    GROUP_EDIT = "kelompok:ubah"
    GROUP_FILL = "kelompok:isi"
    GROUP_PURGE = "kelompok:hapus_tuntas"
    PERSON_LIST = "orang:daftar"
    PERSON_SEE = "orang:lihat"
    PERSON_EDIT = "orang:ubah"
    PERSON_INVITE = "orang:undang"
    PERSON_RESET = "orang:atur_ulang"
    PERSON_ROLE = "orang:peran"
    TOKEN_OWN = "token:milik_sendiri"  # noqa: S105 - a permission's name, no secret
    TOKEN_OTHER = "token:orang_lain"  # noqa: S105 - a permission's name, no secret
    HARVEST_MANAGE = "panen:kelola"
    HARVEST_ALL = "panen:semua"
    FOLLOW = "ikuti:milik_sendiri"
    VOCABULARY_EDIT = "kosakata:ubah"
    JOB_READ = "pekerjaan:lihat"
    JOB_MANAGE = "pekerjaan:atur"
    SYSTEM_CONFIGURE = "sistem:atur"
    AUDIT_READ = "catatan:lihat"


class Where(StrEnum):
    """At which agency the role must be held for the row to count."""

    OWN = "instansi pemilik objek"
    ANY = "instansi mana pun"


@dataclass(frozen=True, slots=True)
class Subject:
    """What is acted on, as far as rules ask: never content. `named` are the duties this person has on it, or what he
    is in a subject group; `consented` says that the owner, or for accounts the profile, allows the act."""

    agency_id: UUID | None = None
    state: str | None = None
    sifat: str | None = None
    jenis_data: str | None = None
    producer_ids: frozenset[UUID] = frozenset()
    named: frozenset[str] = frozenset()
    person_id: UUID | None = None
    consented: bool = False


#: Duties of a dataset's collaborators, where the profile has them (`kolaborator`): reads, edits, names others.
COLLABORATOR: frozenset[str] = frozenset({"kolaborator_baca", "kolaborator_ubah", "kolaborator_kelola"})
NO_SUBJECT = Subject()
Condition = Callable[[Identity, Subject], bool]


def not_producer(identity: Identity, subject: Subject) -> bool:
    """Verifier differs from producer (domain.md 7, T31)."""
    return identity.person_id not in subject.producer_ids


def not_exempt(_identity: Identity, subject: Subject) -> bool:
    """Work passes open nothing that is dikecualikan (I3)."""
    return subject.sifat != "dikecualikan"


def named_checker(_identity: Identity, subject: Subject) -> bool:
    """The checker named on this submission."""
    return "pemeriksa" in subject.named


def named_ppid(_identity: Identity, subject: Subject) -> bool:
    """The PPID officer named on this submission."""
    return "ppid" in subject.named


def named_bps(_identity: Identity, subject: Subject) -> bool:
    """The BPS member named on this submission (BR 17)."""
    return "bps" in subject.named


def named_any(_identity: Identity, subject: Subject) -> bool:
    """Any duty on this submission."""
    return bool(subject.named)


def collaborator(_identity: Identity, subject: Subject) -> bool:
    """Named on this one dataset, as a collaborator of whatever capacity."""
    return bool(subject.named & COLLABORATOR)


def collaborating_editor(_identity: Identity, subject: Subject) -> bool:
    """A collaborator who may change this one dataset."""
    return bool(subject.named & {"kolaborator_ubah", "kolaborator_kelola"})


def collaborating_admin(_identity: Identity, subject: Subject) -> bool:
    """A collaborator who may name others on this one dataset."""
    return "kolaborator_kelola" in subject.named


def nothing_unpublished(identity: Identity, subject: Subject) -> bool:
    """A dataset that is not there yet, or whose working version is out or was; or one that his own duty opens."""
    own = any(identity.has(role, subject.agency_id) for role in AUTHORS) if subject.agency_id else False
    return own or subject.state in {None, "terbit", "ditarik"}


def oneself(identity: Identity, subject: Subject) -> bool:
    """The subject is the person himself."""
    return identity.person_id is not None and identity.person_id == subject.person_id


def not_oneself(identity: Identity, subject: Subject) -> bool:
    """Nobody gives roles or links to himself (domain.md 8.4)."""
    return subject.person_id is None or identity.person_id != subject.person_id


def signed_in(identity: Identity, _subject: Subject) -> bool:
    """There is a person behind the request."""
    return identity.signed_in


def allowed_here(_identity: Identity, subject: Subject) -> bool:
    """The profile allows it (`akun_seperti_ckan`), or the account holds no role yet (decision 0017)."""
    return subject.consented


def group_admin(_identity: Identity, subject: Subject) -> bool:
    """Administrator of this subject group."""
    return "pengelola_kelompok" in subject.named


def group_member(_identity: Identity, subject: Subject) -> bool:
    """In this subject group, as whatever."""
    return bool(subject.named & {"pengelola_kelompok", "anggota_kelompok"})


def nobody_yet(_identity: Identity, _subject: Subject) -> bool:
    """Granted by proof only, never by role (domain.md 8.4)."""
    return False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: this role, held there, when all conditions hold."""

    role: Role
    where: Where
    conditions: tuple[Condition, ...] = ()


def rows(roles: tuple[Role, ...], where: Where, *conditions: Condition) -> tuple[Row, ...]:
    """One row a role, alike in place and conditions."""
    return tuple(Row(role, where, conditions) for role in roles)


AUTHORS = (Role.PRODUSEN, Role.GIS)
AGENCY_DUTY = (Role.PRODUSEN, Role.GIS, Role.WALIDATA_PENDUKUNG, Role.PPID_PELAKSANA, Role.KEPALA_OPD)
CHECKERS = (Role.WALIDATA, Role.TIM_VERVAL)
STAFF = tuple(role for role in Role if role not in {Role.PUBLIK, Role.PEMOHON, Role.KONTRIBUTOR, Role.APLIKASI})
EVERYONE = Role.PUBLIK

TABLE: Mapping[Permission, tuple[Row, ...]] = {
    Permission.PUBLISHED_READ: rows((EVERYONE,), Where.ANY),
    Permission.OFFICE_ENTER: rows(STAFF, Where.ANY),
    Permission.TASK_READ: rows(STAFF, Where.ANY),
    Permission.DATASET_LIST: (
        *rows((*AGENCY_DUTY, Role.ANGGOTA, *CHECKERS, Role.PPID, Role.PEMBINA), Where.ANY),
        *rows((EVERYONE,), Where.ANY, signed_in, collaborator),
    ),
    Permission.DATASET_CREATE: rows(AUTHORS, Where.OWN),
    Permission.DATASET_READ: (
        *rows((*AGENCY_DUTY, Role.ANGGOTA), Where.OWN, not_exempt),
        *rows((*CHECKERS, Role.PPID, Role.PEMBINA), Where.ANY, not_exempt, named_any),
        *rows((EVERYONE,), Where.ANY, signed_in, not_exempt, collaborator),
    ),
    Permission.DATASET_EDIT: (
        *rows(AUTHORS, Where.OWN, not_exempt),
        *rows((Role.WALIDATA_PENDUKUNG,), Where.OWN, not_exempt),
        *rows((EVERYONE,), Where.ANY, signed_in, not_exempt, collaborating_editor),
    ),
    Permission.DATASET_UPLOAD: (
        *rows(AUTHORS, Where.OWN, not_exempt),
        *rows((EVERYONE,), Where.ANY, signed_in, not_exempt, collaborating_editor),
    ),
    Permission.DATASET_SUBMIT: rows((*AUTHORS, Role.WALIDATA_PENDUKUNG), Where.OWN, not_exempt),
    Permission.DATASET_CHECK: rows(CHECKERS, Where.ANY, not_exempt, named_checker, not_producer),
    Permission.DATASET_VALIDATE: rows(CHECKERS, Where.ANY, not_exempt, named_checker, not_producer),
    Permission.DATASET_BPS_OPINION: rows((Role.PEMBINA,), Where.ANY, not_exempt, named_bps),
    Permission.DATASET_CONSENT: rows((Role.KEPALA_OPD,), Where.OWN),
    Permission.DATASET_CLASSIFY_PUBLIC: rows((Role.PPID,), Where.ANY, not_exempt, named_ppid),
    Permission.DATASET_CLASSIFY_EXEMPT: rows((Role.PPID,), Where.ANY, named_ppid),
    # domain.md 5: `terbit` is entered by walidata or PPID; the verifying team alone releases nothing
    Permission.DATASET_RELEASE: (
        *rows((Role.WALIDATA,), Where.ANY, not_exempt, named_checker),
        *rows((Role.PPID,), Where.ANY, not_exempt, named_ppid),
    ),
    Permission.DATASET_WITHDRAW: (
        *rows((Role.WALIDATA,), Where.ANY, named_checker),
        *rows((Role.PPID,), Where.ANY, named_ppid),
    ),
    Permission.DATASET_RESTORE: (
        *rows((Role.WALIDATA,), Where.ANY, not_exempt, named_checker),
        *rows((Role.PPID,), Where.ANY, not_exempt, named_ppid),
    ),
    Permission.DATASET_ARCHIVE: rows((Role.WALIDATA,), Where.ANY, named_checker),
    # publishing at once through the API, where the profile lets anybody (api_terbit_langsung): the caller's right then
    # stands for verification and for classification as publik
    Permission.DATASET_PUBLISH: rows((*AUTHORS, Role.WALIDATA), Where.OWN, not_exempt),
    # rows of a table whose structure was approved (I5a)
    Permission.ROWS_APPEND: rows(AUTHORS, Where.OWN, not_exempt),
    # what CKAN's sysadmin does with any agency's datasets, under the same profile and only where nothing unpublished is
    # in sight: a new one, or one whose latest version is out (the database holds him to it, audit.may_publish)
    Permission.CATALOG_MANAGE: rows((Role.ADMIN,), Where.ANY, not_exempt, nothing_unpublished),
    Permission.CATALOG_PURGE: rows((Role.ADMIN,), Where.ANY, not_exempt, nothing_unpublished),
    Permission.EXEMPT_READ: rows((Role.PEJABAT,), Where.ANY, nobody_yet),
    Permission.AGENCY_LIST: rows(STAFF, Where.ANY),
    Permission.AGENCY_EDIT: rows((Role.ADMIN,), Where.ANY),
    Permission.AGENCY_CREATE: (
        *rows((Role.ADMIN,), Where.ANY),
        *rows((EVERYONE,), Where.ANY, signed_in, allowed_here),
    ),
    # CKAN's admin of an organisation: its description, its members, its end; never roles beyond CKAN's three capacities
    Permission.AGENCY_DESCRIBE: (*rows((Role.ADMIN,), Where.ANY), *rows((Role.PENGELOLA,), Where.OWN)),
    Permission.AGENCY_PURGE: rows((Role.ADMIN,), Where.ANY),
    Permission.MEMBER_EDIT: (
        *rows((Role.ADMIN,), Where.ANY, not_oneself),
        *rows((Role.PENGELOLA,), Where.OWN, not_oneself),
    ),
    # collaborators of one dataset; of the administrator's, only what everybody sees (audit.may_collaborate)
    Permission.COLLABORATOR_EDIT: (
        *rows((Role.ADMIN,), Where.ANY, not_exempt, not_oneself),
        *rows((Role.PENGELOLA,), Where.OWN, not_exempt, not_oneself),
        *rows((EVERYONE,), Where.ANY, signed_in, not_exempt, collaborating_admin, not_oneself),
    ),
    Permission.GROUP_CREATE: (
        *rows((Role.ADMIN,), Where.ANY),
        *rows((EVERYONE,), Where.ANY, signed_in, allowed_here),
    ),
    Permission.GROUP_EDIT: (*rows((Role.ADMIN,), Where.ANY), *rows((EVERYONE,), Where.ANY, signed_in, group_admin)),
    Permission.GROUP_FILL: (*rows((Role.ADMIN,), Where.ANY), *rows((EVERYONE,), Where.ANY, signed_in, group_member)),
    Permission.GROUP_PURGE: rows((Role.ADMIN,), Where.ANY),
    Permission.PERSON_LIST: (
        *rows((Role.ADMIN,), Where.ANY),
        *rows((Role.KEPALA_OPD, Role.WALIDATA_PENDUKUNG), Where.OWN),
    ),
    Permission.PERSON_SEE: (
        *rows((Role.ADMIN,), Where.ANY),
        *rows(STAFF, Where.OWN),
        *rows((EVERYONE,), Where.ANY, oneself),
    ),
    Permission.PERSON_EDIT: (*rows((Role.ADMIN,), Where.ANY), *rows((EVERYONE,), Where.ANY, oneself)),
    Permission.PERSON_INVITE: rows((Role.ADMIN,), Where.ANY),
    Permission.PERSON_RESET: (
        *rows((Role.ADMIN,), Where.ANY, not_oneself),
        *rows((Role.KEPALA_OPD, Role.WALIDATA_PENDUKUNG), Where.OWN, not_oneself),
    ),
    Permission.PERSON_ROLE: rows((Role.ADMIN,), Where.ANY, not_oneself),
    # an account without a role may have one too: it opens nothing that is not public
    Permission.TOKEN_OWN: rows((EVERYONE,), Where.ANY, oneself),
    # whoever holds another's token acts as that person: only where the profile, or an account still without a role,
    # allows it
    Permission.TOKEN_OTHER: rows((Role.ADMIN,), Where.ANY, not_oneself, allowed_here),
    Permission.FOLLOW: rows((EVERYONE,), Where.ANY, oneself),
    # sources of harvest, as in CKAN: whoever may make an agency's datasets, and the administrator; what a harvest may
    # do with a dataset is asked of the dataset each time, as the person it runs for
    Permission.HARVEST_MANAGE: (
        *rows((Role.ADMIN,), Where.ANY),
        *rows((*AUTHORS, Role.WALIDATA, Role.PENGELOLA), Where.OWN),
    ),
    Permission.HARVEST_ALL: rows((Role.ADMIN,), Where.ANY),
    Permission.VOCABULARY_EDIT: rows((Role.ADMIN,), Where.ANY),
    Permission.JOB_READ: rows(STAFF, Where.ANY),
    Permission.JOB_MANAGE: rows((Role.ADMIN,), Where.ANY),
    Permission.SYSTEM_CONFIGURE: rows((Role.ADMIN,), Where.ANY),
    Permission.AUDIT_READ: (
        *rows((Role.AUDITOR,), Where.ANY),
        *rows((Role.KEPALA_OPD,), Where.OWN),
    ),
}
