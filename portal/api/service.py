"""Runs an action: rights and arguments in CKAN's order, then the action. The same for every action of the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from portal.api import arguments, empty_ids, first_missing
from portal.api.action import Action, Call, Registry
from portal.api.errors import BadRequest
from portal.kernel.decisions import decide, require
from portal.kernel.errors import SignInRequired
from portal.kernel.identity import ANONYMOUS, Identity
from portal.kernel.permissions import Permission
from portal.kernel.texts import gettext as _


class ActionApi:
    """What the views ask. `call_of` makes a call's collaborators for one identity; `actions` are this side's.

    `elsewhere` are actions that only refuse, since the other side has them.
    """

    def __init__(
        self, actions: Registry, call_of: Callable[[Identity], Call], elsewhere: Registry | None = None
    ) -> None:
        self.actions = actions
        self.call_of = call_of
        self.elsewhere = elsewhere or {}

    def find(self, name: str) -> Action:
        """The action of that name. Raises BadRequest, as CKAN does before anything else."""
        found = self.actions.get(name) or self.elsewhere.get(name)
        if found is None:
            raise BadRequest(f"Action name not known: {name[:100]}")
        return found

    def run(self, identity: Identity, action: Action, data: Mapping[str, Any]) -> object:
        """The result of the action.

        Raises Forbidden without the permission, SignInRequired where a person is needed and nobody asks; NotFound for
        an id that is empty; Invalid for arguments that do not hold, and whatever the action raises.
        """
        if action.rights_first:
            first_missing.check(action.name, identity, data)
            _require(identity, action.permission)
        parsed = arguments.parse(action.arguments, empty_ids.look(action.name, data))
        if not action.rights_first:
            first_missing.check(action.name, identity, data)
            _require(identity, action.permission)
        return action.run(self.call_of(identity), parsed)


def _require(identity: Identity, permission: Permission | None) -> None:
    """What anyone may do a token without that scope may do too."""
    if permission is None:
        if not identity.signed_in:
            raise SignInRequired(_("tindakan ini memerlukan akun"))
    elif not decide(ANONYMOUS, permission):
        require(identity, permission)
