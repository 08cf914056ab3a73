"""What an action is: a name, its arguments, the function that answers, the permission it asks, whether it writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.api.arguments import Arguments
from portal.api.queries import Queries
from portal.contract.protocols import ResourceView, Rows
from portal.kernel.identity import Identity
from portal.kernel.permissions import Permission
from search.engine import Engine

#: The view of a table by the id of its resource; raises NotFound or Gone.
Tables = Callable[[str], ResourceView]


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """What the API says of the portal itself. `facets` are those of plugins, beside the house's own."""

    title: str
    description: str
    url: str
    office_url: str
    locale: str
    extensions: tuple[str, ...] = ()
    facets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: who asks, and whom the action may ask in turn."""

    identity: Identity
    portal: Portal
    queries: Queries
    engine: Engine
    tables: Tables
    rows: Rows


@dataclass(frozen=True, slots=True)
class Action:
    """One action of the API; its help is the docstring of `run`, as in CKAN.

    `run` takes the call and the parsed arguments and returns what JSON can hold; stored documents as
    `orjson.Fragment`. `permission` is what anybody needs to call it at all (None: a signed-in caller; the action asks
    for more on the thing itself), asked before the arguments are read unless CKAN complains of those first
    (`rights_first=False`). `writes`: POST only.
    """

    name: str
    arguments: type[Arguments]
    run: Callable[[Any, Any], object]
    permission: Permission | None = Permission.PUBLISHED_READ
    writes: bool = False
    rights_first: bool = True

    @property
    def help(self) -> str:
        """What `help_show` answers."""
        return self.run.__doc__ or ""


Registry = Mapping[str, Action]
