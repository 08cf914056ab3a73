"""Who asks. An identity is a frozen value made once a request; services take it as their first argument."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from uuid import UUID


class Role(StrEnum):
    """Roles of domain.md section 2, given per agency; `anggota` and `pengelola` beside them (decision 0017)."""

    PUBLIK = "publik"
    PEMOHON = "pemohon"
    KONTRIBUTOR = "kontributor"
    PRODUSEN = "produsen"
    WALIDATA_PENDUKUNG = "walidata_pendukung"
    GIS = "gis"
    WALIDATA = "walidata"
    TIM_VERVAL = "tim_verval"
    PEMBINA = "pembina"
    FORUM = "forum"
    PPID = "ppid"
    PPID_PELAKSANA = "ppid_pelaksana"
    ATASAN_PPID = "atasan_ppid"
    KEPALA_OPD = "kepala_opd"
    SEKDA = "sekda"
    BUPATI = "bupati"
    PEJABAT = "pejabat"
    SERVICE_DESK_1 = "service_desk_1"
    SERVICE_DESK_2 = "service_desk_2"
    AUDITOR = "auditor"
    APLIKASI = "aplikasi"
    ADMIN = "admin"
    #: CKAN's member: reads unclassified drafts of the agency and does nothing else.
    ANGGOTA = "anggota"
    #: What CKAN's admin of an organisation has beside its data: description and members of the agency.
    PENGELOLA = "pengelola"


#: Roles that may be given to a person at an agency (the rest are states of having no account).
ASSIGNABLE_ROLES: tuple[Role, ...] = tuple(
    role for role in Role if role not in {Role.PUBLIK, Role.PEMOHON, Role.KONTRIBUTOR}
)


@dataclass(frozen=True, slots=True)
class RoleAt:
    """One role at one agency."""

    role: Role
    agency_id: UUID


@lru_cache(maxsize=1_000)
def _kinds(roles: frozenset[RoleAt]) -> frozenset[Role]:
    """The roles without where they are held: rules ask for them many times a request."""
    return frozenset(at.role for at in roles)


@dataclass(frozen=True, slots=True)
class Identity:
    """A person (or service account) and what he is where.

    `scopes` is None for a session and the token's scopes for an API call: then an act must be in both.
    `address` is the caller's network address, for the record only.
    """

    person_id: UUID | None = None
    name: str = ""
    email: str = ""
    roles: frozenset[RoleAt] = frozenset()
    second_factor: bool = False
    service: bool = False
    scopes: frozenset[str] | None = None
    address: str = ""
    locale: str = "id"
    tingkat: frozenset[str] = field(default_factory=frozenset)

    @property
    def signed_in(self) -> bool:
        """Whether there is a person behind the request."""
        return self.person_id is not None

    def has(self, role: Role, agency_id: UUID | None = None) -> bool:
        """Whether this identity holds `role`, at `agency_id` if one is named."""
        if agency_id is None:
            return role in _kinds(self.roles)
        return RoleAt(role, agency_id) in self.roles

    def agencies(self, *roles: Role) -> frozenset[UUID]:
        """Agencies at which the identity holds one of `roles` (any role when none is named)."""
        return frozenset(at.agency_id for at in self.roles if not roles or at.role in roles)


ANONYMOUS = Identity()
