"""The comparison with CKAN (`make test-ckan`) is itself compared: what it calls equal, different, and known."""

from __future__ import annotations

from typing import Any

import pytest

from tests.differential import known, report
from tests.differential.calls import CALLS
from tests.differential.compare import Verdict, judge
from tests.differential.sides import Answer, Call, Side, reach

THERE = Side("reference", "http://ckan:5000", "t", "aaaaaa")
HERE = Side("office", "http://kami:8001", "t", "bbbbbb", also=("http://kami:8000",))
UUIDS = ("00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b")


def good(result: Any) -> Answer:
    return Answer(200, {"help": "h", "success": True, "result": result})


def bad(status: int, **error: Any) -> Answer:
    return Answer(status, {"help": "h", "success": False, "error": error})


def verdict(theirs: Answer, ours: Answer, call: Call | None = None) -> Verdict:
    return judge(call or Call("package_show"), THERE, theirs, HERE, ours)


def test_ids_moments_addresses_and_the_runs_word_are_no_difference() -> None:
    there = {"id": UUIDS[0], "at": "2026-01-02T03:04:05.123456", "url": "http://ckan:5000/dataset/dxaaaaaa"}
    here = {"id": UUIDS[1], "at": "2026-05-06T07:08:09", "url": "http://kami:8000/dataset/dxbbbbbb", "versi": 2}
    assert verdict(good(there), good(here)).failed == {}


@pytest.mark.parametrize(
    ("there", "here", "parts"),
    [
        ({"a": 1}, {"a": 2}, {"values"}),
        ({"a": 1}, {"a": "1"}, {"shape"}),
        ({"a": 1}, {"a": 1.0}, set()),
        ({"a": True}, {"a": 1}, {"shape"}),
        ({"a": None}, {"a": ""}, {"shape"}),
        ({"a": 1, "b": 2}, {"a": 1}, {"shape"}),
        ([{"a": 1}], [{"a": 1}, {"a": 2}], {"values"}),
        ([{"a": {"b": []}}], [{"a": {"b": {}}}], {"shape"}),
        (["x", "y"], ["y", "x"], {"values"}),
    ],
)
def test_shape_and_values_are_told_apart(there: Any, here: Any, parts: set[str]) -> None:
    assert set(verdict(good(there), good(here)).failed) == parts


def test_where_the_whole_site_answers_only_shape_counts_and_null_fits_all() -> None:
    call = Call("package_list", values=False)
    assert verdict(good([{"a": None}]), good([{"a": "x"}, {"a": "y"}]), call).failed == {}
    assert set(verdict(good([{"a": 1}]), good([{"b": 1}]), call).failed) == {"shape"}


def test_status_and_envelope_of_errors() -> None:
    there = bad(409, __type="Validation Error", id=["Missing value"])
    assert verdict(there, bad(409, __type="Validation Error", id=["Harus diisi"])).failed == {}
    assert set(verdict(there, bad(400, __type="Validation Error", id=["x"])).failed) == {"status"}
    assert set(verdict(there, bad(409, __type="Validation Error", id="x")).failed) == {"envelope"}
    assert set(verdict(there, bad(409, __type="Validation Error", name=["x"])).failed) == {"envelope"}
    assert set(verdict(there, Answer(400, "Bad request")).failed) == {"status", "envelope"}


def test_a_reference_that_breaks_asks_only_for_a_clear_answer() -> None:
    broken = bad(500, __type="Internal Server Error", message="x")
    assert verdict(broken, bad(409, __type="Validation Error", id=["x"])).failed == {}
    assert set(verdict(broken, bad(500, message="x")).failed) == {"status"}
    assert set(verdict(broken, Answer(0, "\x00gone")).failed) == {"status"}


def test_known_differences_excuse_what_they_name_and_no_more() -> None:
    refused, missing = (
        bad(403, __type="Authorization Error", message="x"),
        bad(404, __type="Not Found Error", message="x"),
    )
    hidden = verdict(refused, missing, Call("package_show", {"id": "$private"}))
    public = verdict(refused, missing, Call("package_show", {"id": "dx§-publik"}))
    other = verdict(refused, good({}))
    known.excuse([hidden, public, other], known.load())
    assert hidden.good
    assert not public.good, "what is public is missed by nobody"
    assert "missing" in hidden.excused
    assert not other.good
    assert report.share([hidden, other]) == 50
    assert "## package_show: 1" in report.findings([hidden, other])
    assert all(item.reason and item.actions for item in known.load())


def test_no_known_difference_excuses_a_breakdown() -> None:
    call = Call("package_create", {"title": "a\x00b"})
    broken = verdict(good({}), bad(500, __type="Internal Server Error", message="x"), call)
    refused = verdict(good({}), bad(409, __type="Validation Error", title=["x"]), call)
    known.excuse([broken, refused], known.load())
    assert not broken.good
    assert refused.good


def test_each_sides_names_and_ids_are_filled_in() -> None:
    HERE.kept["ds"] = "x-1"
    assert HERE.filled({"id": "$ds", "q": "name:dx§ id:${ds}", "n": [1, "$nichts"]}) == {
        "id": "x-1",
        "q": "name:dxbbbbbb id:x-1",
        "n": [1, "missing-nichts"],
    }
    assert reach({"a": [{"b": 5}]}, "a.0.b") == 5
    assert reach({"a": []}, "a.0.b") is None


def test_the_table_has_every_core_action_and_several_hundred_calls() -> None:
    asked = {call.action for _, call in CALLS}
    assert len(CALLS) > 3000
    assert {"package_create", "package_revise", "datastore_upsert", "organization_purge", "user_invite"} <= asked
    assert len(asked) > 150
