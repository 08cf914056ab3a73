"""T25: only the transitions of domain.md section 5, and nothing else, whatever is tried in whatever order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ingest import lifecycle
from portal.ingest.lifecycle import CHAIN, EDITABLE, PUBLISHED, TRANSITIONS, State
from portal.kernel.errors import Conflict

#: Written out once more by hand from the specification, so that a slip in the code is seen.
LISTED = {
    ("direncanakan", "dikumpulkan"), ("dikumpulkan", "diterima"), ("diterima", "dikelompokkan"),
    ("dikelompokkan", "disunting"), ("disunting", "dikodekan"), ("dikodekan", "direkam"), ("direkam", "diperiksa"),
    ("diperiksa", "tervalidasi"), ("tervalidasi", "terbit"), ("tervalidasi", "terbit_terbatas"),
    ("diperiksa", "dikembalikan"), ("dikembalikan", "disunting"),
    ("terbit", "perlu_pemutakhiran"), ("terbit_terbatas", "perlu_pemutakhiran"), ("perlu_pemutakhiran", "disunting"),
    ("terbit", "terbit_terbatas"), ("terbit_terbatas", "terbit"),
    ("terbit", "ditarik"), ("terbit_terbatas", "ditarik"), ("perlu_pemutakhiran", "ditarik"),
} | {(str(state), "diarsipkan") for state in State if state is not State.ARCHIVED}  # fmt: skip
states = st.sampled_from(State)


def test_T25_the_table_is_the_specifications() -> None:
    assert {(str(a), str(b)) for a, targets in TRANSITIONS.items() for b in targets} == LISTED


@given(states, states)
def test_T25_a_move_is_allowed_exactly_if_it_is_listed(before: State, after: State) -> None:
    if (str(before), str(after)) in LISTED:
        lifecycle.check(before, after)
        return
    with pytest.raises(Conflict) as refusal:
        lifecycle.check(before, after)
    assert set(refusal.value.allowed) == {b for a, b in LISTED if a == before}


@given(st.lists(states, max_size=30))
def test_T25_no_sequence_of_tries_leaves_the_table(tries: list[State]) -> None:
    here = State.PLANNED
    for target in tries:
        try:
            lifecycle.check(here, target)
        except Conflict:
            continue
        assert (str(here), str(target)) in LISTED
        here = target


@given(states, states)
def test_every_path_is_made_of_listed_steps_and_ends_where_asked(before: State, after: State) -> None:
    try:
        steps = lifecycle.path(before, after)
    except Conflict:
        assert not (before in CHAIN and after in CHAIN and CHAIN.index(before) < CHAIN.index(after))
        return
    for here, there in zip((before, *steps), steps, strict=False):
        assert (str(here), str(there)) in LISTED
    assert (steps[-1] if steps else before) == after


def test_nothing_after_recording_is_editable() -> None:
    assert not EDITABLE & {State.RECORDED, State.CHECKED, State.VALIDATED, *PUBLISHED, State.WITHDRAWN, State.ARCHIVED}
    for state in State:
        if state not in EDITABLE:
            with pytest.raises(Conflict):
                lifecycle.require_editable(state)
