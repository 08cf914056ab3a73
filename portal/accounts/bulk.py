"""Agencies and people from CSV, whole or not at all; every fault is named with its row and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import models
from portal.accounts.schemas import AgencyInput, PersonInput
from portal.accounts.service import Accounts
from portal.kernel.errors import Invalid
from portal.kernel.identity import Identity
from portal.kernel.texts import gettext as _

Model = TypeVar("Model", bound=BaseModel)
MAX_ROWS = 5000
AGENCY_COLUMNS = ("nama", "judul", "singkatan", "tingkat", "kode_wilayah", "surel", "walidata")
PERSON_COLUMNS = ("surel", "nama", "instansi", "peran")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did; `links` are the invitation keys of new people by e-mail, shown once."""

    made: int
    changed: int
    links: Mapping[str, str]


def read_rows(data: bytes, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Rows of a CSV (UTF-8, comma or semicolon). Raises Invalid for another encoding or missing columns."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(_("Berkas bukan UTF-8. Simpan ulang sebagai “CSV UTF-8”."), rule="akun.csv") from error
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    # lines may end as on any system: without translation a lone carriage return would be an error of the reader
    reader = csv.DictReader(io.StringIO(text.replace("\x00", ""), newline=None), delimiter=delimiter)
    try:
        missing = [name for name in columns if name not in (reader.fieldnames or [])]
        if missing:
            raise Invalid(_("Kolom tidak ada: %(names)s.", names=", ".join(missing)), rule="akun.csv")
        rows = [{key: (value or "").strip() for key, value in row.items() if key} for row in reader]
    except csv.Error as error:
        message = _("Baris %(n)s tidak dapat dibaca sebagai CSV.", n=reader.line_num + 1)
        raise Invalid(message, rule="akun.csv") from error
    if len(rows) > MAX_ROWS:
        raise Invalid(_("Paling banyak %(n)s baris.", n=MAX_ROWS), rule="akun.csv")
    return rows


def load_agencies(accounts: Accounts, identity: Identity, data: bytes) -> Loaded:
    """Make or change agencies by their name. Raises Invalid listing every faulty row; then nothing was written."""
    known = {row.name: row.id for row in accounts.agencies(identity)}
    inputs = _parsed(read_rows(data, AGENCY_COLUMNS), _agency)
    for wanted in inputs:
        accounts.save_agency(identity, wanted, known.get(wanted.name))
    changed = sum(1 for wanted in inputs if wanted.name in known)
    return Loaded(len(inputs) - changed, changed, {})


def load_people(accounts: Accounts, identity: Identity, session: Session, data: bytes) -> Loaded:
    """Invite people; one row a person and role, roles of one e-mail are gathered. Known people get the roles added."""
    agencies = {row.name: row.id for row in accounts.agencies(identity)}
    inputs = _gathered(_parsed(read_rows(data, PERSON_COLUMNS), lambda row: _person(row, agencies)))
    emails = [wanted.email for wanted in inputs]
    query = select(models.person.c.email, models.person.c.id).where(models.person.c.email.in_(emails))
    known: dict[str, UUID] = {row[0]: row[1] for row in session.execute(query)}
    links = {}
    for wanted in inputs:
        if wanted.email in known:
            for role in wanted.roles:
                accounts.give_role(identity, known[wanted.email], role)
        else:
            links[wanted.email] = accounts.invite(identity, wanted)[1]
    return Loaded(len(links), len(known), links)


def _agency(row: dict[str, str]) -> AgencyInput:
    return AgencyInput(
        name=row["nama"],
        title=row["judul"],
        abbreviation=row["singkatan"],
        tingkat=row["tingkat"] or "daerah",  # type: ignore[arg-type]
        region_code=row["kode_wilayah"],
        contact={"email": row["surel"]} if row["surel"] else {},
        is_walidata=row["walidata"].lower() in {"ya", "1", "true"},
    )


def _person(row: dict[str, str], agencies: Mapping[str, UUID]) -> PersonInput:
    if row["instansi"] not in agencies:
        raise ValueError(_("instansi “%(name)s” tidak dikenal", name=row["instansi"]))
    role = {"agency_id": agencies[row["instansi"]], "role": row["peran"]}
    return PersonInput.model_validate({"email": row["surel"], "name": row["nama"], "roles": [role]})


def _gathered(inputs: list[PersonInput]) -> list[PersonInput]:
    by_email: dict[str, PersonInput] = {}
    for item in inputs:
        before = by_email.get(item.email)
        roles = (*before.roles, *item.roles) if before else item.roles
        by_email[item.email] = item.model_copy(update={"roles": tuple(dict.fromkeys(roles))})
    return list(by_email.values())


def _parsed(rows: list[dict[str, str]], make: Callable[[dict[str, str]], Model]) -> list[Model]:
    """Every row made, or Invalid with all faults: row numbers count the header as row 1."""
    made: list[Model] = []
    faults: list[str] = []
    for number, row in enumerate(rows, start=2):
        try:
            made.append(make(row))
        except ValidationError as error:
            faults += [_fault(number, item) for item in error.errors()]
        except ValueError as error:
            faults.append(_("Baris %(row)s: %(text)s.", row=number, text=str(error)))
    if faults:
        raise Invalid(faults[0], fields={"berkas": faults[:100]}, rule="akun.csv")
    return made


def _fault(number: int, item: Any) -> str:
    column = ".".join(str(part) for part in item["loc"]) or "baris"
    text = str(item["msg"]).removeprefix("Value error, ")
    return _("Baris %(row)s, kolom %(column)s: %(text)s.", row=number, column=column, text=text)
