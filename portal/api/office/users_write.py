"""Writes of people: made by an administrator, changed by themselves or by him, kept out instead of erased."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from portal.accounts import capacities
from portal.accounts.activities import Activities
from portal.accounts.membership import Membership
from portal.accounts.organizations import Organizations
from portal.accounts.people import People, Person
from portal.accounts.service import Accounts
from portal.accounts.tokens import Tokens
from portal.api.action import Action
from portal.api.arguments import Arguments, Text, as_lax_flag
from portal.api.office import pictures, tokens, users
from portal.api.office.call import OfficeCall
from portal.api.office.checks import Checks, Raw, given, missing
from portal.api.references import MaybeRefArguments, RefArguments
from portal.kernel.decisions import require
from portal.kernel.errors import Forbidden, Invalid, NotFound, SignInRequired
from portal.kernel.permissions import Permission, Subject
from portal.kernel.texts import gettext as _
from portal.operations.mail import Mailer, Notice


class UserCreateArguments(MaybeRefArguments):
    """A new account. `id` is the administrator's to choose; `with_apitoken` makes a token too."""

    REFERENCES: ClassVar[frozenset[str]] = frozenset({"id", "password"})
    name: Raw
    email: Raw
    password: Raw
    fullname: Raw
    about: Raw
    image_url: Raw
    image_upload: Raw
    clear_upload: Raw
    plugin_extras: Raw
    activity_streams_email_notifications: Raw
    with_apitoken: Raw


class UserUpdateArguments(UserCreateArguments):
    """A changed account: what is not named stays, but the e-mail address must be named, as in CKAN."""

    state: Raw


class UserPatchArguments(UserUpdateArguments):
    """Changed fields of an account; what is not named stays."""


class UserInviteArguments(Arguments):
    """Whom to invite into which organisation as what."""

    email: Text
    group_id: Text
    role: Text


def user_create(call: OfficeCall, args: UserCreateArguments) -> object:
    """Make an account. `name`, `email`, `password`; `id`, `fullname`, `about`, `image_url`, `plugin_extras`,
    `with_apitoken`. Administrators only."""
    checks = Checks()
    values = _columns(call, args, checks, None)
    password = ""
    if given(args.password):
        password = checks.password("password", args.password, like_ckan=_like_ckan(call), email=values.get("email", ""))
    else:
        if "password" in args.model_fields_set and not isinstance(args.password, str):
            checks.fail("password", _("Kata sandi harus berupa teks"))
        checks.fail("password", missing())
    people = call.service(People)
    if given(args.id):
        values["id"] = checks.id("id", args.id)
        if values["id"] and people.find(str(values["id"])):
            del values["id"]  # CKAN gives another one instead
    checks.stop()
    values.setdefault("name", values["username"])
    key = people.create(call.identity, values, password, "orang_dibuat")
    person = people.see(call.identity, str(key))
    call.service(Activities).note(call.identity, "user", key, "new user", {})
    found = {**users.document(call, person), **_extras(call, args, person)}
    if args.with_apitoken:  # whatever is said, as in CKAN
        life = tokens.life(call, None, None, Checks())
        _id, token = call.service(Tokens).make_api_token(call.identity, key, "default", life, allowed=True)
        found["token"] = token
    return found


def _like_ckan(call: OfficeCall) -> bool:
    return call.runtime.profile.policy.akun_seperti_ckan


def _columns(
    call: OfficeCall, args: UserCreateArguments | UserUpdateArguments, checks: Checks, person: Person | None
) -> dict[str, Any]:
    """What the call says of the account, checked, as columns; `person` is the one that is changed."""
    people = call.service(People)
    values: dict[str, Any] = {}
    but = person.id if person else None
    if person is None or given(args.name):
        values["username"] = checks.name("name", args.name)
        if given(args.name) and not isinstance(args.name, str):
            checks.fail("name", _("Nama pengguna harus berupa teks"))
        if "name" not in checks.faults:
            _check_username(call, values["username"], person, checks)
    if person is None or given(args.email) or type(args) is UserUpdateArguments:
        values["email"] = checks.email("email", args.email.strip() if isinstance(args.email, str) else args.email)
        owner = people.by_email(values["email"]) if values["email"] else None
        if owner is not None and owner.id != but and owner.username != values.get("username"):
            checks.fail("email", _("Alamat surel “%(email)s” milik akun lain.", email=values["email"]))
    if args.fullname is not None:
        # who takes his full name away is shown by his username
        fallback = values.get("username") or (person.username if person else "")
        values["name"] = checks.text("fullname", args.fullname) or fallback
    for name in ("about", "image_url"):
        if getattr(args, name) is not None:
            values[name] = checks.text(name, getattr(args, name))
    _picture(call, args, checks, values)
    if args.activity_streams_email_notifications is not None:
        values["notify"] = as_lax_flag(args.activity_streams_email_notifications)
    if given(args.plugin_extras) and not isinstance(args.plugin_extras, Mapping):
        checks.fail("plugin_extras", _("Nilainya harus berupa objek JSON yang sah"))
    elif isinstance(args.plugin_extras, Mapping) and users.is_admin(call):
        values["plugin_extras"] = dict(args.plugin_extras)
    return values


def _picture(call: OfficeCall, args: UserCreateArguments, checks: Checks, values: dict[str, Any]) -> None:
    """A picture that is sent is kept, and its address becomes `image_url`; `clear_upload` takes the old one away."""
    if given(args.clear_upload) and as_lax_flag(args.clear_upload) and not values.get("image_url"):
        values["image_url"] = None
    picture = pictures.sent(args.image_upload, checks)
    if picture is not None and not checks.faults:
        pictures.keep_of_person(call, picture)
        values["image_url"] = pictures.address_of_person(call, picture)


def _check_username(call: OfficeCall, username: str, person: Person | None, checks: Checks) -> None:
    """CKAN's `user_name_validator`."""
    if call.service(People).taken(username, person.id if person else None):
        checks.fail("name", _("Nama pengguna ini sudah dipakai akun lain. Pakailah nama lain."))
    elif person is not None and person.username != username and person.state != "pending" and not users.is_admin(call):
        checks.fail("name", _("Nama pengguna tidak dapat diubah."))


def user_update(call: OfficeCall, args: UserUpdateArguments) -> object:
    """Change an account: its own person, or an administrator. `id`, `email`; `fullname`, `about`, `image_url`,
    `password`, `plugin_extras`; an administrator also `name` and `state`."""
    return _change(call, args)


def user_patch(call: OfficeCall, args: UserPatchArguments) -> object:
    """Change the named fields of an account. `id` and what `user_update` takes."""
    if args.id is None and not users.is_admin(call):
        raise Invalid(fields={"message": ["Missing id, can not get User object"]})
    return _change(call, args)


def _change(call: OfficeCall, args: UserUpdateArguments) -> object:
    if args.id is None:
        raise Invalid(fields={"id": [missing()]})
    person = _to_change(call, args.id)
    checks = Checks()
    values = _columns(call, args, checks, person)
    password = ""
    if given(args.password):
        password = checks.password("password", args.password, like_ckan=_like_ckan(call), email=person.email)
    checks.stop()
    if password and person.id != call.identity.person_id:
        # whoever sets another's password can become that person
        allowed = _like_ckan(call) or call.service(Tokens).may_be_given(person.id)
        require(call.identity, Permission.TOKEN_OTHER, Subject(person_id=person.id, consented=allowed))
    people = call.service(People)
    people.change(call.identity, person, _renamed(person, values), password or None)
    if given(args.state) and users.is_admin(call) and person.id != call.identity.person_id:
        call.service(Accounts).set_active(call.identity, person.id, active=args.state != "deleted")
    changed = people.see(call.identity, str(person.id))
    call.service(Activities).note(call.identity, "user", person.id, "changed user", {})
    return {**users.document(call, changed), **_extras(call, args, changed)}


def _extras(call: OfficeCall, args: UserCreateArguments, person: Person) -> dict[str, Any]:
    """What a plugin keeps with the account, shown to the administrator who just set it."""
    sent = given(args.plugin_extras) and users.is_admin(call)
    return {"plugin_extras": person.plugin_extras} if sent else {}


def _renamed(person: Person, values: dict[str, Any]) -> dict[str, Any]:
    """A person without a full name is shown by his username, so a new one of the two is the name too."""
    if "username" in values and "name" not in values and person.fullname is None:
        return {**values, "name": values["username"]}
    return values


def _to_change(call: OfficeCall, name_or_id: str) -> Person:
    """A person whom the caller may change. Nobody learns from a refusal whether there is such an account."""
    if not call.identity.signed_in:
        raise SignInRequired
    person = call.service(People).find(name_or_id)
    if person is None and users.is_admin(call):
        raise NotFound(_("pengguna"))
    if person is None:
        raise Forbidden
    require(call.identity, Permission.PERSON_EDIT, Subject(person_id=person.id))
    return person


def user_delete(call: OfficeCall, args: RefArguments) -> object:
    """Keep a person out: his sessions end, his tokens are revoked, his memberships are taken away. `id`.
    Administrators only."""
    person = call.service(People).find(args.id)
    if person is None or not call.service(People).seen(call.identity, person):
        raise NotFound(_("pengguna “%(name)s”", name=args.id[:100]))
    call.service(Accounts).set_active(call.identity, person.id, active=False)
    membership = call.service(Membership)
    for agency_id in membership.capacities(person.id):
        membership.remove(call.identity, agency_id, person.id)
    return None


def user_invite(call: OfficeCall, args: UserInviteArguments) -> object:
    """Invite a person into an organisation; the link goes by mail, where mail is set up. `email`, `group_id`, `role`
    (`admin`, `editor`, `member`). Administrators only."""
    checks = Checks()
    email = checks.email("email", args.email)
    if email and call.service(People).by_email(email):
        checks.fail("email", _("Alamat surel “%(email)s” milik akun lain.", email=email))
    checks.require(group_id=args.group_id, role=args.role)
    checks.stop()
    organization = call.service(Organizations).find(str(args.group_id))
    if organization is None or not organization.active:
        raise NotFound
    if args.role not in capacities.ORDER:
        raise Invalid(fields={"role": [_("peran itu tidak ada.")]})
    people = call.service(People)
    values = {"username": _free_username(people, email), "email": email, "pending": True}
    key = people.create(call.identity, {**values, "name": values["username"]}, None, "orang_diundang")
    call.service(Membership).put(call.identity, organization.id, key, args.role)
    _send_link(call, email, key)
    return users.document(call, people.see(call.identity, str(key)), own=False)


def _send_link(call: OfficeCall, email: str, key: UUID) -> None:
    """The link goes to the person alone; no answer shows it."""
    link = call.service(Accounts).reset_link(call.identity, key)
    address = f"{call.runtime.settings.office_url.rstrip('/')}/tautan/{link}"
    call.service(Mailer).queue(call.office, Notice(email, "invitation", address))


def _free_username(people: People, email: str) -> str:
    """A username from the e-mail's local part with a random number, as CKAN makes it."""
    stem = re.sub(r"[^a-z0-9_-]+", "-", email.split("@", 1)[0].lower())[:90] or "orang"
    while True:
        name = f"{stem}-{secrets.randbelow(10_000)}"
        if not people.taken(name):
            return name


ACTIONS = (
    Action("user_create", UserCreateArguments, user_create, Permission.PERSON_INVITE, writes=True),
    Action("user_update", UserUpdateArguments, user_update, writes=True),
    Action("user_patch", UserPatchArguments, user_patch, writes=True),
    Action("user_delete", RefArguments, user_delete, Permission.PERSON_ROLE, writes=True),
    Action("user_invite", UserInviteArguments, user_invite, Permission.PERSON_INVITE, writes=True, rights_first=False),
)
