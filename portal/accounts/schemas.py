"""What people type about accounts, parsed once into frozen values."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from portal.contract.metadata import CODE_PATTERN, NAME_PATTERN, Line, LongText
from portal.kernel.identity import ASSIGNABLE_ROLES, Role
from portal.kernel.permissions import Permission

EMAIL = re.compile(r"[^@\s<>,;:\"]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?")
MAX_TOKEN_DAYS = 365
DEFAULT_TOKEN_DAYS = 90


def _email(text: str) -> str:
    folded = text.strip().lower()
    if not EMAIL.fullmatch(folded):
        raise ValueError("bukan alamat surel")
    return folded


def _assignable(role: Role) -> Role:
    if role not in ASSIGNABLE_ROLES:
        raise ValueError("peran ini tidak diberikan kepada akun")
    return role


Email = Annotated[str, StringConstraints(max_length=320), AfterValidator(_email)]
Filled = Annotated[Line, StringConstraints(min_length=2)]


class AgencyInput(BaseModel):
    """An agency (domain.md section 2, agency attributes)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
    title: Filled
    abbreviation: Line = ""
    description: LongText = ""
    tingkat: Literal["pusat", "provinsi", "daerah", "vertikal", "kecamatan", "desa", "lain"] = "daerah"
    region_code: Annotated[str, StringConstraints(pattern=CODE_PATTERN)]
    contact: dict[Annotated[str, StringConstraints(max_length=40)], Line] = Field(default_factory=dict)
    mandiri_tik: bool = False
    is_walidata: bool = False
    active: bool = True


class RoleInput(BaseModel):
    """A role at an agency."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    agency_id: UUID
    role: Annotated[Role, AfterValidator(_assignable)]


class PersonInput(BaseModel):
    """A person to invite."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    email: Email
    name: Filled
    service: bool = False
    roles: tuple[RoleInput, ...] = ()


class TokenInput(BaseModel):
    """A token: what it is for, what it may do, how long (90 days unless said otherwise)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: Filled
    scopes: frozenset[Permission] = Field(min_length=1)
    days: Annotated[int, Field(ge=1, le=MAX_TOKEN_DAYS)] = DEFAULT_TOKEN_DAYS
