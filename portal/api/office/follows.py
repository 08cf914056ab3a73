"""Following datasets, people, groups and organisations. Only what the caller may see can be followed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson

from portal.accounts.follows import Follows, Kind
from portal.accounts.organizations import Organization
from portal.accounts.people import People, Person
from portal.api import found as published
from portal.api import people as public
from portal.api.action import Action
from portal.api.answers import ROWS, spliced
from portal.api.arguments import IdArguments
from portal.api.office import kinds, members, users
from portal.api.office.call import OfficeCall
from portal.api.office.kinds import GROUP, ORGANIZATION, Face
from portal.api.people import FolloweesArguments, OwnFolloweesArguments
from portal.api.references import MaybeRefArguments
from portal.catalog.ckan_document import timestamp
from portal.ingest.notices import Notices
from portal.kernel.decisions import decide
from portal.kernel.errors import Forbidden, Invalid, NotFound, SignInRequired
from portal.kernel.permissions import Permission, Subject
from portal.kernel.texts import gettext as _


class FollowArguments(MaybeRefArguments):
    """What to follow, by name or id."""


_KINDS: tuple[tuple[Kind, str], ...] = (("user", "person"), ("dataset", "dataset"), ("group", "group or organisation"))
_WORDS: dict[Kind, str] = {"user": "User", "dataset": "Dataset", "group": "Group"}


def key_of(call: OfficeCall, kind: Kind, name_or_id: str | None) -> UUID | None:
    """The id of a thing that the caller may see, or None."""
    if not name_or_id:
        return None
    if kind == "user":
        person = call.service(People).find(name_or_id)
        return person.id if person and call.service(People).seen(call.identity, person) else None
    if kind == "group":
        seen = kinds.face_of(call, name_or_id)
        return seen[1].id if seen else None
    key = published.dataset_id(call, name_or_id)
    if key is not None:
        return key
    try:
        return UUID(members.package_of(call, name_or_id)["id"])
    except NotFound:
        return None


def _signed_in(call: OfficeCall, message: str) -> None:
    if not call.identity.signed_in:
        raise SignInRequired(message)


def _to_follow(call: OfficeCall, kind: Kind, name_or_id: str | None) -> UUID:
    """What shall be followed. CKAN misses a dataset or group before it looks at the arguments, a person after."""
    if kind != "user" and not name_or_id:
        thing = "Package" if kind == "dataset" else "Group"
        raise Invalid(fields={"message": [f"Missing id, can not get {thing} object"]})
    key = key_of(call, kind, name_or_id)
    if key is None and kind != "user":
        raise NotFound
    if key is None:
        raise Invalid(fields={"message": [_("Pengguna yang hendak diikuti tidak ditemukan.")]})
    if kind == "user" and key == call.identity.person_id:
        raise Invalid(fields={"message": [_("Anda tidak dapat mengikuti diri sendiri")]})
    return key


def _tell(call: OfficeCall, kind: Kind, key: UUID) -> None:
    """How many follow a published thing is public by nature; who does is not."""
    if kind != "user":
        call.service(Notices).notice("pengikut", only=key)


def _follow(kind: Kind, word: str) -> Action:
    def run(call: OfficeCall, args: FollowArguments) -> object:
        _signed_in(call, _("Anda harus masuk untuk mengikuti %(things)s", things=f"{kind}s"))
        key = _to_follow(call, kind, args.id)
        since = call.service(Follows).follow(call.identity, kind, key)
        _tell(call, kind, key)
        return {
            "follower_id": str(call.identity.person_id),
            "object_id": str(key),
            "datetime": timestamp(since),
        }

    run.__doc__ = f"Follow a {word}. `id`: its name or id."
    return Action(f"follow_{kind}", FollowArguments, run, writes=True)


def _unfollow(kind: Kind, word: str) -> Action:
    def run(call: OfficeCall, args: FollowArguments) -> object:
        _signed_in(call, _("Anda harus masuk untuk berhenti mengikuti %(things)s", things=f"{kind}s"))
        key = key_of(call, kind, args.id)
        if key is None:
            raise Invalid(fields={"message": [_("Yang hendak tidak diikuti lagi tidak ditemukan.")]})
        call.service(Follows).unfollow(call.identity, kind, key)
        _tell(call, kind, key)
        return None

    run.__doc__ = f"Follow a {word} no more. `id`: its name or id."
    return Action(f"unfollow_{kind}", FollowArguments, run, writes=True)


def _known(call: OfficeCall, kind: Kind, args: IdArguments) -> UUID:
    key = key_of(call, kind, args.id)
    if key is None:
        raise public.unknown(_WORDS[kind])
    return key


def _following(kind: Kind, word: str, anonymous: Callable[[Any, Any], object]) -> Action:
    def run(call: OfficeCall, args: IdArguments) -> object:
        if not call.identity.signed_in:
            return anonymous(call, args)
        return call.service(Follows).since(call.identity, kind, _known(call, kind, args)) is not None

    run.__doc__ = f"Return whether the caller follows a {word}. `id`: its name or id."
    return Action(f"am_following_{kind}", IdArguments, run)


def _count(name: str, kind: Kind, word: str, anonymous: Callable[[Any, Any], object]) -> Action:
    def run(call: OfficeCall, args: IdArguments) -> object:
        if not call.identity.signed_in:
            return anonymous(call, args)
        return call.service(Follows).count(kind, _known(call, kind, args))

    run.__doc__ = f"Return the number of people who follow a {word}. `id`: its name or id."
    return Action(f"{name}_follower_count", IdArguments, run)


def _followers(name: str, kind: Kind, word: str) -> Action:
    def run(call: OfficeCall, args: OwnFolloweesArguments) -> object:
        if not users.is_admin(call):
            raise Forbidden(_("tidak berwenang"))
        if args.id is None:
            raise Invalid(fields={"id": [_("Nilai wajib diisi")]})
        key = key_of(call, kind, args.id)
        if key is None:
            raise public.unknown(_WORDS[kind])
        register = call.service(People)
        people = register.by_ids(call.service(Follows).followers(kind, key)).values()
        return users.documents(call, sorted(people, key=lambda item: item.username), own=False)

    run.__doc__ = f"Return the people who follow a {word}. `id`: its name or id. Administrators only."
    return Action(f"{name}_follower_list", OwnFolloweesArguments, run)


def _person(call: OfficeCall, name_or_id: str) -> Person:
    person = call.service(People).find(name_or_id)
    if person is None or not call.service(People).seen(call.identity, person):
        raise public.unknown("User")
    return person


def _dataset_dicts(call: OfficeCall, person: Person) -> list[dict[str, Any]]:
    """The followed datasets that are (still) published."""
    keys = call.service(Follows).followed(person.id, "dataset")
    documents = [call.queries.package(str(key)) for key in keys]
    found = [orjson.loads(document) for document in documents if document is not None]
    return [
        {
            **item,
            "groups": _whole_groups(call, item["groups"]),
            "extras": sorted(item["extras"], key=lambda extra: str(extra["key"])),
        }
        for item in found
    ]


def _whole_groups(call: OfficeCall, groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The groups of a followed dataset with all that CKAN shows of a group here."""
    known = [(item, GROUP.find(call, item["id"])) for item in groups]
    return [{**_whole_group(call, found), **item} if found else item for item, found in known]


def _whole_group(call: OfficeCall, found: Organization) -> dict[str, Any]:
    number = len(GROUP.membership(call).members(found.id))
    return {**kinds.base(found, "group"), "capacity": "public", "member_count": number}


def _group_dicts(call: OfficeCall, person: Person, face: Face) -> list[dict[str, Any]]:
    found: list[Organization] = []
    for key in call.service(Follows).followed(person.id, "group"):
        item = face.register(call).find(str(key))
        if item is not None and item.active:
            found.append(item)
    column = "organization" if face is ORGANIZATION else "theme"
    wanted: list[dict[str, Any]] = [{column: item.id} for item in found]
    newest = [(item, spliced(call.queries.newest(ROWS, **one))) for item, one in zip(found, wanted, strict=True)]
    return [{**kinds.document(call, face, item), "packages": packages} for item, packages in newest]


def _user_dicts(call: OfficeCall, person: Person) -> list[dict[str, Any]]:
    known = call.service(People).by_ids(call.service(Follows).followed(person.id, "user")).values()
    return users.documents(call, (item for item in known if call.service(People).seen(call.identity, item)), own=False)


_FOLLOWED: dict[str, Callable[[OfficeCall, Person], list[dict[str, Any]]]] = {
    "user": _user_dicts,
    "dataset": _dataset_dicts,
    "group": lambda call, person: _group_dicts(call, person, GROUP),
    "organization": lambda call, person: _group_dicts(call, person, ORGANIZATION),
}


def _followee_count(name: str) -> Action:
    def run(call: OfficeCall, args: IdArguments) -> object:
        if not call.identity.signed_in:
            return public.of_a_person(call, args)
        person = _person(call, args.id)
        return len(_FOLLOWED[name](call, person))

    run.__doc__ = f"Return the number of things of type {name} that a person follows. `id`: username or id."
    return Action(f"{name}_followee_count", IdArguments, run)


def _followee_list(name: str) -> Action:
    def run(call: OfficeCall, args: OwnFolloweesArguments) -> object:
        return _FOLLOWED[name](call, _own(call, args.id))

    run.__doc__ = f"Return the things of type {name} that a person follows. `id`: username or id, one's own."
    return Action(f"{name}_followee_list", OwnFolloweesArguments, run)


def _own(call: OfficeCall, name_or_id: str | None) -> Person:
    """The caller himself, or anybody for an administrator. Raises Forbidden."""
    if not call.identity.signed_in:
        raise SignInRequired(_("tidak berwenang"))
    person = call.service(People).find(name_or_id) if name_or_id else None
    if person is None or not decide(call.identity, Permission.PERSON_EDIT, Subject(person_id=person.id)):
        if not users.is_admin(call):
            raise Forbidden(_("tidak berwenang"))
        raise public.unknown("User") if name_or_id else Invalid(fields={"id": [_("Nilai wajib diisi")]})
    return person


def followee_count(call: OfficeCall, args: IdArguments) -> object:
    """Return the number of things that a person follows. `id`: username or id."""
    if not call.identity.signed_in:
        return public.of_a_person(call, args)
    person = _person(call, args.id)
    return sum(len(of(call, person)) for of in _FOLLOWED.values())


def followee_list(call: OfficeCall, args: FolloweesArguments) -> object:
    """Return the things that a person follows (`type`, `display_name`, `dict`). `id`: username or id, one's own;
    `q`: how the display name begins."""
    if call.identity.signed_in and call.service(People).find(args.id) is None:
        raise public.unknown("User")  # CKAN reads the arguments first here
    person = _own(call, args.id)
    listed = [
        {"type": name, "display_name": item.get("display_name") or item.get("title") or item["name"], "dict": item}
        for name, of in _FOLLOWED.items()
        for item in of(call, person)
    ]
    words = args.q.strip().lower()
    kept = [item for item in listed if item["display_name"].strip().lower().startswith(words)]
    return sorted(kept, key=lambda item: item["display_name"])


ACTIONS = (
    *(make(kind, word) for make in (_follow, _unfollow) for kind, word in _KINDS),
    _following("user", "person", public.of_a_person),
    _following("dataset", "dataset", public.am_following_dataset),
    _following("group", "group or organisation", public.am_following_group),
    _count("user", "user", "person", public.of_a_person),
    _count("dataset", "dataset", "dataset", public.dataset_follower_count),
    _count("group", "group", "group", public.group_follower_count),
    _count("organization", "group", "organisation", public.group_follower_count),
    _followers("user", "user", "person"),
    _followers("dataset", "dataset", "dataset"),
    _followers("group", "group", "group"),
    _followers("organization", "group", "organisation"),
    *(_followee_count(name) for name in _FOLLOWED),
    *(_followee_list(name) for name in _FOLLOWED),
    Action("followee_count", IdArguments, followee_count),
    Action("followee_list", FolloweesArguments, followee_list),
)
