"""Runs an action: permission first, then arguments, then the action. The same for every action of the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from portal.api import arguments
from portal.api.action import Action, Call
from portal.kernel.decisions import decide, require
from portal.kernel.identity import ANONYMOUS, Identity


class ActionApi:
    """What the views ask. `call_of` makes a call's collaborators for one identity."""

    def __init__(self, call_of: Callable[[Identity], Call]) -> None:
        self.call_of = call_of

    def run(self, identity: Identity, action: Action, data: Mapping[str, Any]) -> object:
        """The result of the action.

        Raises Forbidden without the permission; what anyone may do a token without that scope may do too. Raises
        Invalid for arguments that do not hold, and whatever the action raises.
        """
        if not decide(ANONYMOUS, action.permission):
            require(identity, action.permission)
        return action.run(self.call_of(identity), arguments.parse(action.arguments, data))
