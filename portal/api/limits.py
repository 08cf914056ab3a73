"""Limits that are told: what a call may bring, and how much an address or a token may ask in a time, by cost.

A unit of cost is about a millisecond of work. All processes of a server count together, in memory that they share
(`portal.kernel.shared`): nothing about callers is stored, and the public side has nowhere to write. Defaults (settings
`rate_per_second`, `rate_burst`; 0 is off, as in the profile `ckan`) are such that a harvester that reads the whole
catalogue page by page never meets them.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, Request, request

from config.settings import OfficeSettings
from portal.api import xml_format
from portal.api.action import Action
from portal.api.request_data import Limits
from portal.kernel.errors import TooMany
from portal.kernel.identity import Identity
from portal.kernel.shared import Pair, SharedPairs, prepared
from portal.kernel.texts import gettext as _
from portal.web.request import Runtime, identity

#: Every request, before it is even read.
ARRIVAL = 1.0
READ = 2.0
WRITE = 10.0
#: Actions that cost more than READ by themselves.
COSTS: Mapping[str, float] = {
    "package_search": 10,
    "current_package_list_with_resources": 5,
    "package_list": 5,
    "resource_search": 10,
    "tag_list": 5,
    "package_autocomplete": 5,
    "datastore_search": 5,
    "datastore_search_sql": 100,
}
#: Rows asked → cost: the key that says how many, the most that counts, rows a unit.
ROWS: Mapping[str, tuple[str, int, float]] = {
    "package_search": ("rows", 1_000, 20),
    "current_package_list_with_resources": ("limit", 1_000, 20),
    "resource_search": ("limit", 1_000, 100),
    "datastore_search": ("limit", 32_000, 400),
}
#: Rows of a table's dump a unit, by format; and what every dump costs.
DUMP_ROWS: Mapping[str, float] = {"csv": 2_000, "tsv": 2_000, "json": 2_000, "xml": 200}
DUMP = 20.0
#: Rows skipped a unit: a deep start is work without an answer.
SKIPPED = 1_000.0
MOST_SKIPPED = 100.0
#: How many times the cost of a JSON answer its XML is.
XML_FACTOR = 3.0
#: Public pages by endpoint or blueprint; files and tiles are cheap.
PAGE = 5.0
PAGES: Mapping[str, float] = {
    "catalog.search": 20,
    # the action and the rows are charged when they are known
    "datastore.dump": ARRIVAL,
    "datastore.catalogue": 20,
    "downloads": 1,
    "tiles": 1,
    "assets": 0,
    "health": 0,
    "api": READ,
    "api_util": ARRIVAL,
}


class Buckets:
    """A bucket a caller: full at first, filled again by `per_second` units, never above `burst`.

    `memory` is shared with the server's other processes. It holds a bounded number of callers; the one longest not seen
    is forgotten, which only ever favours him. `clock` must run alike in all of them.
    """

    def __init__(
        self,
        per_second: float,
        burst: float,
        clock: Callable[[], float] = time.monotonic,
        memory: SharedPairs | None = None,
    ) -> None:
        self.per_second = per_second
        self.burst = burst
        self._clock = clock
        self.memory = memory or SharedPairs()

    def take(self, caller: str, cost: float) -> float:
        """Take the cost and return 0, or take nothing and return the seconds until it could be taken."""
        cost, wait = min(cost, self.burst), 0.0

        def step(kept: Pair | None) -> Pair:
            nonlocal wait
            now = self._clock()
            left, seen = kept or (self.burst, now)
            left = min(self.burst, left + max(0.0, now - seen) * self.per_second)
            wait = max(0.0, (cost - left) / self.per_second)
            return left if wait else left - cost, now

        self.memory.change(caller, step)
        return wait


@dataclass(frozen=True, slots=True)
class ActionLimits:
    """What the views ask: how many bytes a write may bring, and whether the caller may ask this now."""

    bytes: Limits
    buckets: Buckets | None

    def charge(self, asked: Request, who: Identity, action: Action, values: Mapping[str, Any]) -> None:
        """Count a call. Raises TooMany with the seconds to wait."""
        cost = cost_of(action, values)
        self.take(asked, who, cost * XML_FACTOR if xml_format.wanted(asked) else cost)

    def take(self, asked: Request, who: Identity, cost: float) -> None:
        """Count any request of a caller. Raises TooMany."""
        if self.buckets is None or not cost:
            return
        wait = self.buckets.take(caller_of(asked, who), cost)
        if wait:
            seconds = math.ceil(wait)
            message = _(
                "Terlalu banyak permintaan. Coba lagi %(seconds)s detik lagi; seluruh katalog ada dalam satu berkas,"
                " lihat /api.",
                seconds=seconds,
            )
            raise TooMany(message, retry_after=seconds)


def caller_of(asked: Request, who: Identity) -> str:
    """Whom a request counts for: a token that holds, else a person, else the address (of IPv6 its network, a /64)."""
    if who.signed_in:
        said = asked.headers.get("Authorization") or str(who.person_id)
        return hashlib.blake2b(said.encode("utf-8", "replace")).hexdigest()[:32]
    return of_address(asked.remote_addr or "")


def of_address(said: str) -> str:
    """Whom an anonymous caller's address counts for."""
    try:
        address = ipaddress.ip_address(said)
    except ValueError:
        return "?"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def cost_of(action: Action, values: Mapping[str, Any]) -> float:
    """Units of one call: the action, the rows asked, the rows skipped."""
    cost = WRITE if action.writes else COSTS.get(action.name, READ)
    if action.name in ROWS:
        key, most, rows_a_unit = ROWS[action.name]
        cost += min(_figure(values.get(key)), most) / rows_a_unit
    skipped = max(_figure(values.get("start")), _figure(values.get("offset")))
    return cost + min(skipped / SKIPPED, MOST_SKIPPED)


def cost_of_dump(form: str, rows: int) -> float:
    """Units of a table's dump of so many rows."""
    return DUMP + rows / DUMP_ROWS[form]


def _figure(value: Any) -> int:
    """A number as callers write it; what is none counts nothing, since the action refuses it."""
    try:
        return min(max(0, int(value)), 2**53)  # no figure that a float cannot hold
    except (TypeError, ValueError, OverflowError):
        return 0


def offer(runtime: Runtime) -> None:
    """Offer the limits of this process to the views."""
    settings = runtime.settings
    on = settings.rate_per_second > 0 and runtime.profile.policy.batas_laju
    made = ActionLimits(
        bytes=Limits(settings.api_body_limit, settings.upload_limit)
        if isinstance(settings, OfficeSettings)
        else Limits(),
        buckets=Buckets(settings.rate_per_second, settings.rate_burst, memory=prepared()) if on else None,
    )
    runtime.offer(ActionLimits, lambda _scope: made)


def install(app: Flask, runtime: Runtime) -> None:
    """Count every request of the public side, and those to the API of the office (its pages ask for a sign-in)."""
    limits: ActionLimits = runtime.factories[ActionLimits](runtime.scope())
    if limits.buckets is None:
        return
    own = frozenset({"api", "api_util", "api_pages", "datastore"})

    def count() -> None:
        if runtime.audience == "public" or request.blueprint in own:
            limits.take(request, identity(), _page_cost(request))

    app.before_request(count)


def _page_cost(asked: Request) -> float:
    if asked.endpoint == "api.action":
        return ARRIVAL
    return PAGES.get(asked.endpoint or "", PAGES.get(asked.blueprint or "", PAGE))
