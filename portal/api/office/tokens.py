"""API tokens in CKAN's shape: all rights that the API's acts need, for a time; the key is shown once."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from pydantic_core import PydanticCustomError, PydanticUseDefault

from portal.accounts.people import People
from portal.accounts.tokens import Tokens
from portal.api import people as public
from portal.api.action import Action
from portal.api.arguments import Arguments, Text, as_whole
from portal.api.office import users
from portal.api.office.call import OfficeCall
from portal.api.office.checks import Checks, Raw, given, missing
from portal.api.people import TokensOfArguments
from portal.api.references import Ref, Referring
from portal.catalog.ckan_document import timestamp
from portal.kernel.errors import Forbidden, Invalid, NotFound, SignInRequired
from portal.kernel.ids import as_uuid
from portal.kernel.texts import gettext as _

#: However long the profile lets tokens live, none lives longer than this.
MOST_DAYS = 3_650


class TokenCreateArguments(Referring):
    """Whose token, its name, and how long it lives (`expires_in` times `unit` seconds, as the CKAN plugin has it)."""

    REFERENCES: ClassVar[frozenset[str]] = frozenset({"user"})
    user: Ref
    name: Text
    expires_in: Raw
    unit: Raw


class TokenRevokeArguments(Arguments):
    """A token by its id (`jti`), or by itself."""

    token: Text | None = None
    jti: Text | None = None


def life(call: OfficeCall, expires_in: object, unit: object, checks: Checks) -> timedelta:
    """How long a token lives: what the caller says, but no longer than the profile lets it."""
    most = timedelta(days=min(call.runtime.profile.policy.masa_token_hari, MOST_DAYS))
    if not given(expires_in):
        return most
    try:
        seconds = as_whole(expires_in) * (as_whole(unit) if given(unit) else 1)
    except (PydanticCustomError, PydanticUseDefault) as error:
        raise Invalid(fields={"expires_in": [_("Bilangan bulat tidak sah")]}) from error
    if seconds < 1:
        checks.fail("expires_in", _("Harus bilangan bulat positif"))
        return most
    return min(timedelta(seconds=min(seconds, MOST_DAYS * 86_400)), most)


def api_token_create(call: OfficeCall, args: TokenCreateArguments) -> object:
    """Make a token that does whatever its person may do through the API. `user`: username or id; `name`;
    `expires_in`, `unit` (seconds). The key stands in the answer, once."""
    if not call.identity.signed_in:
        raise SignInRequired
    people, register = call.service(People), call.service(Tokens)
    person = people.find(args.user)
    if person is None or not people.seen(call.identity, person):
        if users.is_admin(call):
            raise NotFound(_("Pengguna tidak ditemukan"))
        raise Forbidden
    checks = Checks()
    if not args.name:
        checks.fail("name", missing())
    lasting = life(call, args.expires_in, args.unit, checks)
    checks.stop()
    allowed = call.runtime.profile.policy.akun_seperti_ckan or register.may_be_given(person.id)
    key, token = register.make_api_token(call.identity, person.id, args.name, lasting, allowed=allowed)
    return {"token": token, "id": str(key)}


def api_token_list(call: OfficeCall, args: TokensOfArguments) -> object:
    """Return the tokens of a person that still open something; never the keys. `user_id`: username or id."""
    name = public.require_user(args)
    if not call.identity.signed_in:
        raise SignInRequired
    person = call.service(People).find(name)
    if person is None or not call.service(People).seen(call.identity, person):
        if users.is_admin(call):
            raise NotFound(_("Pengguna tidak ditemukan"))
        raise Forbidden
    return [
        {
            "id": str(row.id),
            "name": row.name,
            "user_id": str(person.id),
            "created_at": timestamp(row.created),
            "last_access": timestamp(row.last_used),
            "expires_at": timestamp(row.expires),
        }
        for row in call.service(Tokens).tokens_of(call.identity, person.id)
    ]


def api_token_revoke(call: OfficeCall, args: TokenRevokeArguments) -> object:
    """Revoke a token at once. `jti`: its id; or `token`: the key itself."""
    if not args.jti and args.token is None:
        raise Invalid(fields={"token": [missing()]})
    if not call.identity.signed_in:
        raise SignInRequired
    key = as_uuid(args.jti) if args.jti else None
    known = not args.jti or key is not None
    done = known and call.service(Tokens).revoke_api_token(call.identity, token_id=key, key=args.token or "")
    # an administrator may revoke anything: what is not there is revoked already
    if not done and not users.is_admin(call):
        raise Forbidden
    return None


ACTIONS = (
    Action("api_token_create", TokenCreateArguments, api_token_create, writes=True),
    Action("api_token_list", TokensOfArguments, api_token_list),
    Action("api_token_revoke", TokenRevokeArguments, api_token_revoke, writes=True),
)
