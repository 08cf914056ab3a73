"""Agencies and people as the submission needs them: who publishes, and whom to name for the next duty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.catalog.published import PublishedGroup
from portal.kernel.identity import Identity, Role, RoleAt

Duty = Literal["pemeriksa", "ppid", "bps"]

#: Which roles may be named for a duty (domain.md 2): the walidata first, the team where there is no walidata.
ELIGIBLE: dict[Duty, tuple[Role, ...]] = {
    "pemeriksa": (Role.WALIDATA, Role.TIM_VERVAL),
    "ppid": (Role.PPID,),
    "bps": (Role.PEMBINA,),
}


@dataclass(frozen=True, slots=True)
class AgencyFacts:
    """Public facts of an agency."""

    id: UUID
    name: str
    title: str
    abbreviation: str
    description: str
    tingkat: str
    region_code: str
    contact: dict[str, str]
    active: bool
    created: Any
    image_url: str
    extras: list[dict[str, str]]
    approval_status: str


class KnowsGroups(Protocol):
    """Who can say which groups of the register some names mean."""

    def groups(self, names: Iterable[str]) -> tuple[PublishedGroup, ...] | None:
        """In this order; None where the register is still empty."""


class GroupsAtHand:
    """The groups of many datasets, asked for once."""

    def __init__(self, people: People, names: Iterable[str]) -> None:
        self._found = people.groups_by_name(names)

    def groups(self, names: Iterable[str]) -> tuple[PublishedGroup, ...] | None:
        """As `People.groups`, of names that were asked for."""
        return in_order(self._found, names)


def in_order(found: Mapping[str, PublishedGroup] | None, names: Iterable[str]) -> tuple[PublishedGroup, ...] | None:
    """Groups in the order of names, each once; names that mean none are left out."""
    return None if found is None else tuple(dict.fromkeys(found[name] for name in names if name in found))


class People:
    """Questions to the accounts schema, in the office session of this scope."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def agency(self, agency_id: UUID) -> AgencyFacts | None:
        """The agency, or None."""
        row = self._session.execute(
            text(
                "SELECT id, name, title, abbreviation, description, tingkat, region_code, contact, active, created,"
                " image_url, extras, approval_status"
                " FROM accounts.agency WHERE id = :id"
            ),
            {"id": agency_id},
        ).one_or_none()
        return None if row is None else AgencyFacts(**row._asdict())

    def agency_by(self, ref: str) -> AgencyFacts | None:
        """The agency by its id or its name, or None; an id comes first."""
        row = self._session.execute(
            text(
                "SELECT id, name, title, abbreviation, description, tingkat, region_code, contact, active, created,"
                " image_url, extras, approval_status"
                " FROM accounts.agency WHERE CAST(id AS text) = :key OR name = :ref ORDER BY name = :ref LIMIT 1"
            ),
            {"key": ref.lower(), "ref": ref},
        ).one_or_none()
        return None if row is None else AgencyFacts(**row._asdict())

    def agencies(self, ids: Iterable[UUID]) -> dict[UUID, AgencyFacts]:
        """Facts of several agencies by id, in one statement."""
        rows = self._session.execute(
            text(
                "SELECT id, name, title, abbreviation, description, tingkat, region_code, contact, active, created,"
                " image_url, extras, approval_status"
                " FROM accounts.agency WHERE id = ANY(:ids)"
            ),
            {"ids": list(set(ids))},
        )
        return {row.id: AgencyFacts(**row._asdict()) for row in rows}

    def groups(self, names: Iterable[str]) -> tuple[PublishedGroup, ...] | None:
        """The register's open groups of these names (or names they once had), in this order; other names are left out.

        None where the register is still empty: then the shipped sets say what a name means.
        """
        asked = tuple(names)
        return in_order(self.groups_by_name(asked), asked)

    def groups_by_name(self, names: Iterable[str]) -> dict[str, PublishedGroup] | None:
        """The register's open groups by each name that they bear or bore; None where the register is still empty."""
        wanted = list(dict.fromkeys(name for name in names if name))
        rows = self._session.execute(
            text(
                "SELECT id, name, title, description, image_url, former_names FROM accounts.subject_group"
                " WHERE state = 'active' AND (name = ANY(:names) OR former_names && CAST(:names AS text[]))"
            ),
            {"names": wanted},
        ).all()
        if not rows and not self._session.scalar(text("SELECT EXISTS (SELECT FROM accounts.subject_group)")):
            return None
        found: dict[str, PublishedGroup] = {}
        for row in rows:
            group = PublishedGroup(
                id=row.id, name=row.name, title=row.title, description=row.description, image_url=row.image_url
            )
            found.update(dict.fromkeys((*row.former_names, row.name), group))
        return found

    def names(self, ids: Iterable[UUID]) -> dict[UUID, str]:
        """Names of people by id, in one statement."""
        wanted = list(set(ids))
        if not wanted:
            return {}
        rows = self._session.execute(text("SELECT id, name FROM accounts.person WHERE id = ANY(:ids)"), {"ids": wanted})
        return {row.id: row.name for row in rows}

    def service_account(self) -> Identity | None:
        """The worker's service account with its roles: the first active one that is no application's."""
        person = self._session.execute(
            text(
                "SELECT id, name, email FROM accounts.person p WHERE service AND active AND NOT EXISTS"
                " (SELECT FROM accounts.role_at r WHERE r.person_id = p.id AND r.role = 'aplikasi')"
                " ORDER BY created, id LIMIT 1"
            )
        ).one_or_none()
        if person is None:
            return None
        roles = self._session.execute(
            text("SELECT role, agency_id FROM accounts.role_at WHERE person_id = :id"), {"id": person.id}
        )
        held = frozenset(RoleAt(Role(row.role), row.agency_id) for row in roles)
        return Identity(person_id=person.id, name=person.name, email=person.email, roles=held, service=True)

    def least_loaded(self, duty: Duty, exclude: Iterable[UUID]) -> UUID | None:
        """The eligible person with the fewest open submissions on this duty; never one of `exclude` (T31).

        Among equals the walidata comes before the team, then the one named longest ago, then by id, so that the
        choice is the same each time it is asked.
        """
        return self._session.execute(
            text(
                """
                SELECT p.id FROM accounts.person p
                JOIN LATERAL (SELECT min(array_position(CAST(:roles AS text[]), r.role)) AS rank
                              FROM accounts.role_at r WHERE r.person_id = p.id AND r.role = ANY(:roles)) e
                  ON e.rank IS NOT NULL
                LEFT JOIN LATERAL (
                    SELECT count(*) FILTER (WHERE a.ended IS NULL) AS load, max(a.named) AS last
                    FROM ingest.assignment a WHERE a.person_id = p.id AND a.duty = :duty) l ON true
                WHERE p.active AND NOT p.service AND NOT p.id = ANY(:exclude)
                ORDER BY l.load, e.rank, l.last NULLS FIRST, p.id LIMIT 1
                """
            ),
            {"roles": [str(role) for role in ELIGIBLE[duty]], "duty": duty, "exclude": list(set(exclude))},
        ).scalar()

    def eligible(self, duty: Duty, person_id: UUID) -> bool:
        """Whether the person is active and still holds a role of this duty."""
        return bool(
            self._session.execute(
                text(
                    "SELECT EXISTS (SELECT FROM accounts.role_at r JOIN accounts.person p ON p.id = r.person_id"
                    " AND p.active WHERE r.person_id = :person AND r.role = ANY(:roles))"
                ),
                {"person": person_id, "roles": [str(role) for role in ELIGIBLE[duty]]},
            ).scalar()
        )

    def assign(self, dataset_id: UUID, version: int, duty: Duty, person_id: UUID) -> None:
        """Count the submission in the person's load."""
        self._session.execute(
            text(
                "INSERT INTO ingest.assignment (dataset_id, version, duty, person_id)"
                " VALUES (:dataset, :version, :duty, :person)"
                " ON CONFLICT (dataset_id, version, duty, person_id) DO UPDATE SET ended = NULL"
            ),
            {"dataset": dataset_id, "version": version, "duty": duty, "person": person_id},
        )

    def finish(self, dataset_id: UUID, version: int, duty: Duty, person_id: UUID) -> None:
        """This person has done his part of the submission."""
        self._session.execute(
            text(
                "UPDATE ingest.assignment SET ended = now() WHERE dataset_id = :dataset AND version = :version"
                " AND duty = :duty AND person_id = :person AND ended IS NULL"
            ),
            {"dataset": dataset_id, "version": version, "duty": duty, "person": person_id},
        )

    def finish_assignments(self, dataset_id: UUID, version: int) -> None:
        """The submission is done with: it weighs on nobody any more."""
        self._session.execute(
            text(
                "UPDATE ingest.assignment SET ended = now()"
                " WHERE dataset_id = :dataset AND version = :version AND ended IS NULL"
            ),
            {"dataset": dataset_id, "version": version},
        )

    def forget_assignments(self, dataset_id: UUID) -> None:
        """Nobody was ever named on it: the dataset is gone for good."""
        statement = text("DELETE FROM ingest.assignment WHERE dataset_id = :dataset")
        self._session.execute(statement, {"dataset": dataset_id})
