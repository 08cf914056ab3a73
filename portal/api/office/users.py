"""Reads of people in CKAN's shape, for people who are signed in; everybody else gets the public side's answer."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import orjson

from portal.accounts.follows import Follows
from portal.accounts.people import People, Person, PersonFilter
from portal.api import people as public
from portal.api.action import Action
from portal.api.arguments import NoArguments
from portal.api.office.call import OfficeCall
from portal.api.office.shown import drafted
from portal.api.people import UserAutocompleteArguments, UserListArguments, UserShowArguments
from portal.catalog import addresses
from portal.catalog.ckan_document import timestamp
from portal.kernel.decisions import decide
from portal.kernel.errors import Forbidden, NotFound
from portal.kernel.permissions import Permission
from portal.kernel.texts import gettext as _

SITE_USER = "portal"
#: As many of a person's datasets as CKAN shows.
MOST_DATASETS = 50


def documents(call: OfficeCall, people: Iterable[Person], *, own: bool = True) -> list[dict[str, Any]]:
    """CKAN's users, their datasets counted in one statement."""
    found = list(people)
    counts = created(call, [person.id for person in found])
    return [document(call, person, own=own, number_created_packages=counts[person.id]) for person in found]


def created(call: OfficeCall, people: Iterable[UUID]) -> Counter[UUID]:
    """How many datasets people made: those that everybody sees; of oneself also those in work."""
    return Counter(person_id for person_id, _key, _live in call.access.created_by(call.identity, people))


def document(call: OfficeCall, person: Person, *, own: bool = True, **more: Any) -> dict[str, Any]:
    """CKAN's user. The e-mail address only for himself and administrators, where `own`; never a hash or key."""
    if "number_created_packages" not in more:
        more = {"number_created_packages": created(call, [person.id])[person.id], **more}
    found: dict[str, Any] = {
        "id": str(person.id),
        "name": person.username,
        "fullname": person.fullname,
        "created": timestamp(person.created),
        "about": person.about,
        "last_active": timestamp(person.last_active),
        "activity_streams_email_notifications": person.notify,
        "sysadmin": person.sysadmin,
        "state": person.state,
        "image_url": person.image_url,
        "display_name": person.name or person.username,
        "email_hash": hashlib.md5(person.email.encode(), usedforsecurity=False).hexdigest(),
        "image_display_url": person.image_url,
        **more,
    }
    if own and (person.id == call.identity.person_id or is_admin(call)):
        found |= {"apikey": None, "email": person.email}
    return found


def is_admin(call: OfficeCall) -> bool:
    """Whether the caller administers everybody (CKAN's sysadmin)."""
    return bool(decide(call.identity, Permission.PERSON_SEE))


def user_list(call: OfficeCall, args: UserListArguments) -> object:
    """Return the people of the caller's own organisations (an administrator's: all). `q`, `email`, `order_by`,
    `all_fields` (false: names only), `include_site_user`. Anonymous callers see nobody."""
    if not call.identity.signed_in:
        return public.user_list(call, args)
    public.check_order(args)
    if args.email and not is_admin(call):
        raise Forbidden
    wanted = PersonFilter(words=args.q, email=args.email, order=args.order_by, services=args.include_site_user)
    found = call.service(People).list(call.identity, wanted)
    if args.order_by == "number_created_packages" and args.all_fields:
        shown = documents(call, sorted(found, key=lambda person: person.username))
        return sorted(shown, key=lambda item: int(item["number_created_packages"]))
    return documents(call, found) if args.all_fields else [person.username for person in found]


def user_show(call: OfficeCall, args: UserShowArguments) -> object:
    """Return a person. `id`: username or id (default: oneself); `include_num_followers`, `include_datasets`,
    `include_plugin_extras`. Seen by colleagues and administrators; to everybody else nobody is there."""
    if not call.identity.signed_in:
        return public.user_show(call, args)
    people = call.service(People)
    person = people.see(call.identity, str(call.identity.person_id) if args.id is None else args.id)
    found = document(call, person)
    if args.include_plugin_extras and is_admin(call):
        found["plugin_extras"] = person.plugin_extras
    if args.include_datasets:
        found["datasets"] = _datasets(call, person)
    if args.include_num_followers:
        found["num_followers"] = call.service(Follows).count("user", person.id)
    return found


def _datasets(call: OfficeCall, person: Person) -> list[Any]:
    """The person's newest datasets: ready documents, and to himself his drafts."""
    shown: list[Any] = []
    for _person_id, key, live in call.access.created_by(call.identity, [person.id])[:MOST_DATASETS]:
        ready = call.queries.package(str(key)) if live else None
        if ready is not None:
            shown.append(orjson.Fragment(ready))
        elif not live:
            shown.append(drafted(call, str(key)))
    return shown


def user_autocomplete(call: OfficeCall, args: UserAutocompleteArguments) -> object:
    """Return people (`id`, `name`, `fullname`) whose name holds `q`. `limit`: 20. Colleagues only."""
    if not call.identity.signed_in:
        return public.user_autocomplete(call, args)
    wanted = PersonFilter(words=args.q, limit=args.limit or 1, order="none")
    found = call.service(People).list(call.identity, wanted) if args.limit else []
    return [
        {"id": str(person.id), "name": person.username, "fullname": person.fullname}
        for person in found
        if not (args.ignore_self and person.id == call.identity.person_id)
    ]


def get_site_user(call: OfficeCall, _args: NoArguments) -> object:
    """Return the account in whose name the portal itself acts; it has no key and nobody can sign in with it."""
    if not decide(call.identity, Permission.SYSTEM_CONFIGURE):
        raise Forbidden(_("hanya layanan portal sendiri yang memakai tindakan ini"))
    return {"name": SITE_USER, "id": str(addresses.stable_id("user", SITE_USER)), "apikey": ""}


def named(call: OfficeCall, name_or_id: str) -> Person:
    """A person whom the caller may see. Raises NotFound."""
    if not name_or_id:
        raise NotFound
    return call.service(People).see(call.identity, name_or_id)


ACTIONS = (
    Action("user_list", UserListArguments, user_list),
    Action("user_show", UserShowArguments, user_show),
    Action("user_autocomplete", UserAutocompleteArguments, user_autocomplete),
    Action("get_site_user", NoArguments, get_site_user),
)
