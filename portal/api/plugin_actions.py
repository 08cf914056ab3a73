"""Actions that plugins add to the API, as the table of actions takes them (decision 0026)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from pydantic import ConfigDict, Field, model_validator

from portal.api.action import Action, Call
from portal.api.arguments import Arguments
from portal.api.names import refuse
from portal.contract.actions import ActionCall, PluginAction
from portal.contract.loader import discover
from portal.contract.plugin import Audience, Plugin
from portal.contract.work import Services


class PluginArguments(Arguments):
    """Every argument of the call; the plugin checks them."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    values: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _given(cls, data: Any) -> Any:
        return {"values": dict(data)}


class NoServices:
    """The public side's services of a plugin's action: none."""

    def service(self, kind: type[Any]) -> NoReturn:
        """Raises KeyError."""
        raise KeyError(kind)


def family(audience: Audience, plugins: Sequence[Plugin] | None = None) -> tuple[Action, ...]:
    """The actions that plugins (by default all that are installed) add to this side."""
    return tuple(_action(item) for item in _all(plugins) if audience in item.audiences)


def elsewhere(audience: Audience, plugins: Sequence[Plugin] | None = None) -> dict[str, Action]:
    """Actions of plugins that this side does not have: they refuse whoever asks."""
    return {
        item.name: Action(item.name, PluginArguments, refuse, writes=item.writes)
        for item in _all(plugins)
        if audience not in item.audiences
    }


def _all(plugins: Sequence[Plugin] | None) -> list[PluginAction]:
    return [action for plugin in (discover() if plugins is None else plugins) for action in plugin.actions]


def _action(item: PluginAction) -> Action:
    return Action(item.name, PluginArguments, _run(item), item.permission, writes=item.writes)


def _run(item: PluginAction) -> Callable[[Call, PluginArguments], object]:
    def run(call: Call, args: PluginArguments) -> object:
        services: Services = getattr(call, "scope", None) or NoServices()
        return item.run(ActionCall(call.identity, args.values, services))

    run.__doc__ = item.run.__doc__
    return run
