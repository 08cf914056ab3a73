"""What CKAN's rules ask of the portal, in single statements that run only when a value needs them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import text

from portal.accounts.groups import Groups
from portal.api.office.call import OfficeCall
from portal.api.office.rules import Fault
from portal.catalog import addresses
from portal.ingest.people import AgencyFacts, People
from portal.kernel.decisions import decide
from portal.kernel.identity import Role
from portal.kernel.ids import as_uuid
from portal.kernel.permissions import Permission
from portal.kernel.texts import gettext as _


class PortalKnows:
    """Answers for one call. `dataset_id` is the dataset that is being changed: its own name is not taken."""

    def __init__(self, call: OfficeCall, dataset_id: UUID | None = None, name: str = "") -> None:
        self._call = call
        self._dataset_id = dataset_id
        self._name = name
        self.facts: dict[str, AgencyFacts] = {}

    @cached_property
    def _people(self) -> People:
        return People(self._call.office)

    def facts_of(self, ref: str) -> AgencyFacts | None:
        """An active agency by id or name."""
        if ref not in self.facts:
            found = self._people.agency_by(ref)
            if found is None or not found.active:
                return None
            self.facts[ref] = self.facts[str(found.id)] = found
        return self.facts[ref]

    def agency(self, ref: str) -> UUID | None:
        """Its id."""
        found = self.facts_of(ref)
        return found.id if found else None

    def group(self, ref: str) -> str | None:
        """The name of an active subject group by id or name: the register's, else one of the profile's set."""
        query = (
            "SELECT name FROM accounts.subject_group WHERE state = 'active' AND (id = :key OR name = :ref)"
            " ORDER BY id = :key DESC LIMIT 1"
        )
        found: str | None = self._call.office.execute(text(query), {"ref": ref, "key": as_uuid(ref)}).scalar()
        shipped = (group.slug for group in self._call.runtime.profile.groups)
        return found or next((slug for slug in shipped if ref in {slug, str(addresses.stable_id("group", slug))}), None)

    def vocabulary_tag(self, vocabulary: str, name: str) -> Mapping[str, Any] | None:
        """A tag of a vocabulary, which may have it already or not yet."""
        key: UUID | None = self._call.office.execute(
            text("SELECT id FROM accounts.vocabulary WHERE id = :key OR name = :ref"),
            {"key": as_uuid(vocabulary), "ref": vocabulary},
        ).scalar()
        if key is None:
            return None
        found = self._call.office.execute(
            text("SELECT id FROM accounts.vocabulary_tag WHERE vocabulary_id = :key AND name = :name"),
            {"key": key, "name": name},
        ).scalar()
        own = found or addresses.stable_id("tag", f"{key}:{name}")
        return {"id": str(own), "name": name, "display_name": name, "state": "active", "vocabulary_id": str(key)}

    def resource_id(self, key: UUID) -> UUID | None:
        """The id that a resource gets which the dataset does not have now, when a client asks for this one.

        It comes back if an earlier version had it. Otherwise None, another one, whatever the id is, unless the profile
        takes ids from clients; Fault for one that another dataset has.
        """
        found = self._call.office.execute(text("SELECT audit.dataset_of_resource(:key)"), {"key": key}).scalar()
        if found is not None and found == self._dataset_id:
            return key
        if not (self._takes_ids or self._call.arrives):
            return None
        if found is not None:
            raise Fault(_("Id sumber daya sudah ada."))
        return key

    def may_fill(self, groups: Iterable[str]) -> bool:
        """Whether the caller may put datasets into these groups; those of the profile are everybody's."""
        register = self._call.service(Groups)
        for name in groups:
            row = self._call.office.execute(
                text("SELECT id FROM accounts.subject_group WHERE name = :name AND origin = 'api'"), {"name": name}
            ).scalar()
            if row is not None and not decide(
                self._call.identity, Permission.GROUP_FILL, register.subject(self._call.identity, row)
            ):
                return False
        return True

    def name_taken(self, name: str) -> bool:
        """Whether another published dataset has the name; an agency's own drafts are asked by the vault itself."""
        if name == self._name:
            return False
        found = self._call.queries.session.execute(
            text("SELECT id FROM catalog.dataset WHERE name = :name"), {"name": name}
        ).scalar()
        return found is not None and found != self._dataset_id

    @property
    def _takes_ids(self) -> bool:
        """Whether this portal takes ids from clients at all (decision 0025)."""
        return self._call.runtime.profile.policy.id_dari_klien

    def may_choose_id(self) -> bool:
        """Whether the caller may give a new dataset an id of his own: administrators only, as in CKAN,
        and what a harvest brings."""
        return self._call.arrives or (self._takes_ids and self._call.identity.has(Role.ADMIN))

    def id_taken(self, key: UUID) -> bool:
        """Whether any dataset has the id."""
        return bool(self._call.office.execute(text("SELECT audit.id_taken(:key)"), {"key": key}).scalar())
