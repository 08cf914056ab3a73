"""States of a dataset version and the only ways between them (domain.md section 5; BR 16, BJ 38; T25)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from itertools import pairwise

from portal.kernel.errors import Conflict
from portal.kernel.texts import gettext as _


class State(StrEnum):
    """The law's words, in the order of the table."""

    PLANNED = "direncanakan"
    COLLECTING = "dikumpulkan"
    RECEIVED = "diterima"
    GROUPED = "dikelompokkan"
    EDITED = "disunting"
    CODED = "dikodekan"
    RECORDED = "direkam"
    CHECKED = "diperiksa"
    RETURNED = "dikembalikan"
    VALIDATED = "tervalidasi"
    RELEASED = "terbit"
    RELEASED_RESTRICTED = "terbit_terbatas"
    DUE = "perlu_pemutakhiran"
    WITHDRAWN = "ditarik"
    ARCHIVED = "diarsipkan"


#: The table order: each state leads to the next one.
CHAIN = (
    State.PLANNED,
    State.COLLECTING,
    State.RECEIVED,
    State.GROUPED,
    State.EDITED,
    State.CODED,
    State.RECORDED,
    State.CHECKED,
    State.VALIDATED,
    State.RELEASED,
)

#: Something of the version is out, to all or to grant holders.
PUBLISHED = frozenset({State.RELEASED, State.RELEASED_RESTRICTED, State.DUE})

#: Before `direkam`; after it nothing is edited in place (domain.md 5).
EDITABLE = frozenset(
    {State.PLANNED, State.COLLECTING, State.RECEIVED, State.GROUPED, State.EDITED, State.CODED, State.RETURNED}
)

#: `terbit` and `terbit_terbatas` change into each other only by a classification decision (8.2).
BY_CLASSIFICATION = frozenset(
    {(State.RELEASED, State.RELEASED_RESTRICTED), (State.RELEASED_RESTRICTED, State.RELEASED)}
)


def _table() -> Mapping[State, tuple[State, ...]]:
    """All allowed moves, each list in the order of the states."""
    ways: dict[State, set[State]] = {state: set() for state in State}
    for before, after in pairwise(CHAIN):
        ways[before].add(after)
    ways[State.CHECKED].add(State.RETURNED)
    ways[State.RETURNED].add(State.EDITED)
    ways[State.VALIDATED].add(State.RELEASED_RESTRICTED)
    for before, after in BY_CLASSIFICATION:
        ways[before].add(after)
    for state in (State.RELEASED, State.RELEASED_RESTRICTED):
        ways[state].add(State.DUE)
    ways[State.DUE].add(State.EDITED)
    for state in PUBLISHED:
        ways[state].add(State.WITHDRAWN)
    for state in State:
        if state is not State.ARCHIVED:
            ways[state].add(State.ARCHIVED)
    return {state: tuple(target for target in State if target in ways[state]) for state in State}


TRANSITIONS: Mapping[State, tuple[State, ...]] = _table()


def allowed(state: State | str) -> tuple[State, ...]:
    """Where a version may go from `state`. Raises ValueError for an unknown state."""
    return TRANSITIONS[State(state)]


def check(before: State | str, after: State | str) -> None:
    """Raise Conflict, with the allowed states, unless `before` → `after` is in the table (409, T25)."""
    possible = allowed(before)
    if State(after) not in possible:
        raise Conflict(
            _("Dari keadaan %(before)s tidak dapat langsung ke %(after)s.", before=str(before), after=str(after)),
            allowed=tuple(str(state) for state in possible),
            rule="T25.transisi",
        )


def path(before: State | str, after: State | str) -> tuple[State, ...]:
    """The states to pass, `after` included, walking down the chain; () when already there.

    A returned version walks by `disunting`. Raises Conflict when `after` does not lie ahead on the chain.
    """
    start, end = State(before), State(after)
    if start == end:
        return ()
    if end in TRANSITIONS[start]:
        return (end,)
    if start is State.RETURNED:
        rest = path(State.EDITED, end)
        return (State.EDITED, *rest)
    if start in CHAIN and end in CHAIN and CHAIN.index(start) < CHAIN.index(end):
        return CHAIN[CHAIN.index(start) + 1 : CHAIN.index(end) + 1]
    check(start, end)
    return (end,)


def require_editable(state: State | str) -> None:
    """Raise Conflict when the version is past editing (nothing is edited in place after `direkam`)."""
    if State(state) not in EDITABLE:
        raise Conflict(
            _("Versi ini sudah %(state)s dan tidak dapat diubah. Buat versi baru.", state=str(state)),
            allowed=tuple(str(state) for state in allowed(state)),
            rule="T25.terkunci",
        )
