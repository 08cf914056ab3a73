"""CKAN's two faces of one thing, organisations and groups: the registers behind them and what both answer with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from portal.accounts.activities import Activities
from portal.accounts.follows import Follows
from portal.accounts.groups import Groups
from portal.accounts.membership import Member, Membership
from portal.accounts.organizations import Organization, Organizations
from portal.accounts.people import People
from portal.api.answers import ROWS, spliced
from portal.api.arguments import Flag
from portal.api.office import users
from portal.api.office.call import OfficeCall
from portal.api.organizations import GroupShowArguments
from portal.api.queries import GroupFilter
from portal.api.service import ActionApi
from portal.catalog import addresses
from portal.catalog.ckan_document import timestamp
from portal.ingest.indexing import Indexer
from portal.ingest.notices import Notices
from portal.kernel.decisions import decide
from portal.kernel.errors import NotFound
from portal.kernel.permissions import Permission, Subject

Kind = Literal["organization", "group"]


class ShowArguments(GroupShowArguments):
    """One of them, and how much of it."""

    include_member_count: Flag = False


@dataclass(frozen=True, slots=True)
class Face:
    """One of the two kinds, and where its things are registered."""

    kind: Kind

    def register(self, call: OfficeCall) -> Organizations | Groups:
        """The register of things."""
        return call.service(Organizations) if self.kind == "organization" else call.service(Groups)

    def membership(self, call: OfficeCall) -> Membership | Groups:
        """The register of members."""
        return call.service(Membership) if self.kind == "organization" else call.service(Groups)

    def find(self, call: OfficeCall, name_or_id: str) -> Organization | None:
        """The thing, whatever its state; a subject group of the profile enters the register when it is first asked."""
        found = self.register(call).find(name_or_id)
        if found is None and self.kind == "group" and _of_profile(call, name_or_id):
            call.service(Notices).notice("kelompok")
            found = self.register(call).find(name_or_id)
        return found

    def see(self, call: OfficeCall, name_or_id: str) -> Organization:
        """The thing, if the caller may see it: a closed one only with a hand in it. Raises NotFound."""
        found = self.find(call, name_or_id)
        if found is None or not (found.active or self.insider(call, found.id)):
            raise NotFound
        return found

    def insider(self, call: OfficeCall, key: UUID) -> bool:
        """Whether the caller is in it, or administers everything: he sees its members."""
        if self.kind == "organization":
            return bool(decide(call.identity, Permission.PERSON_SEE, Subject(agency_id=key)))
        return bool(decide(call.identity, Permission.GROUP_FILL, call.service(Groups).subject(call.identity, key)))

    def publish(self, call: OfficeCall, key: UUID) -> None:
        """Let the public side know at once."""
        call.service(Notices).notice("organisasi" if self.kind == "organization" else "kelompok", only=key)

    def settle(self, call: OfficeCall) -> None:
        """When datasets show another name now, searches find it when the call returns: commits."""
        if call.service(Notices).refreshed:
            call.scope.commit()
            indexer = Indexer(call.scope.session("publisher"), call.runtime.search, call.runtime.office_search)
            indexer.try_settle()

    def note(self, call: OfficeCall, found: Organization, act: str) -> None:
        """Write the act down as CKAN does."""
        data = {"group": {**base(found, self.kind), "extras": {item["key"]: item["value"] for item in found.extras}}}
        key = call.service(Activities).note(call.identity, self.kind, found.id, f"{act} {self.kind}", data)
        call.service(Notices).notice("kegiatan", only=key)


ORGANIZATION, GROUP = Face("organization"), Face("group")


def face_of(call: OfficeCall, name_or_id: str) -> tuple[Face, Organization] | None:
    """The organisation or group of this name or id that the caller may see, or None."""
    for face in (ORGANIZATION, GROUP):
        found = face.find(call, name_or_id)
        if found is not None and (found.active or face.insider(call, found.id)):
            return face, found
    return None


def _of_profile(call: OfficeCall, name_or_id: str) -> bool:
    groups = call.runtime.profile.groups
    return any(name_or_id in {item.slug, str(addresses.stable_id("group", item.slug))} for item in groups)


def base(found: Organization, kind: Kind) -> dict[str, Any]:
    """CKAN's organisation or group without what is counted or listed."""
    return {
        "approval_status": found.approval_status,
        "created": timestamp(found.created),
        "description": found.description,
        "display_name": found.title or found.name,
        "id": str(found.id),
        "image_display_url": found.image_url,
        "image_url": found.image_url,
        "is_organization": kind == "organization",
        "name": found.name,
        "state": found.state,
        "title": found.title,
        "type": kind,
    }


def document(call: OfficeCall, face: Face, found: Organization, args: ShowArguments | None = None) -> dict[str, Any]:
    """CKAN's organisation or group as a signed-in caller sees it: its members only from inside."""
    wanted = args or ShowArguments(id=str(found.id))
    shown = base(found, face.kind)
    shown["num_followers"] = call.service(Follows).count("group", found.id) if wanted.include_followers else 0
    if wanted.include_dataset_count or wanted.include_datasets:
        shown["package_count"] = count(call, face, found.id)
    if wanted.include_extras:
        shown["extras"] = list(found.extras)
    if wanted.include_groups:
        shown["groups"] = []
    if wanted.include_users:
        shown["users"] = people(call, face, found.id)
    if wanted.include_member_count:
        shown["member_count"] = len(face.membership(call).members(found.id))
    return shown


def count(call: OfficeCall, face: Face, key: UUID) -> int:
    """Number of its published datasets; to an agency's own people also of those that are not."""
    if _own(call, face, key):
        return int(_searched(call, key, 0)["count"])
    wanted = GroupFilter(names=(str(key),), limit=1)
    rows = call.queries.organizations(wanted) if face.kind == "organization" else call.queries.themes(wanted)
    return rows[0].package_count if rows else 0


def newest(call: OfficeCall, face: Face, key: UUID) -> object:
    """Its ten last changed datasets; an agency's own people see those that are not published too."""
    if _own(call, face, key):
        return _searched(call, key, ROWS)["results"]
    wanted: dict[str, Any] = {"organization" if face is ORGANIZATION else "theme": key}
    return spliced(call.queries.newest(ROWS, **wanted))


def _own(call: OfficeCall, face: Face, key: UUID) -> bool:
    return face.kind == "organization" and key in call.identity.agencies()


def _searched(call: OfficeCall, key: UUID, rows: int) -> dict[str, Any]:
    """An agency's datasets as `package_search` finds them for its people."""
    api = call.service(ActionApi)
    asked = {"fq": f'owner_org:"{key}"', "rows": rows, "include_private": True}
    found = api.run(call.identity, api.find("package_search"), asked)
    return found if isinstance(found, dict) else {"count": 0, "results": []}


def people(call: OfficeCall, face: Face, key: UUID, *, inside: bool = False) -> list[dict[str, Any]]:
    """Its members with their capacities, by username; nobody for who is not in it (or came `inside` just now)."""
    if not (inside or face.insider(call, key)):
        return []
    members: list[Member] = face.membership(call).members(key)
    known = call.service(People).by_ids(member.person_id for member in members)
    shown = {row["id"]: row for row in users.documents(call, known.values(), own=False)}
    return [
        {**shown[str(member.person_id)], "capacity": member.capacity} for member in members if member.person_id in known
    ]
