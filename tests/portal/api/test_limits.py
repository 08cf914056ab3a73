"""Limits: a bucket a caller, by cost, told with `Retry-After`; off where the profile says so."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from signal import SIGKILL
from uuid import uuid4

import pytest
from flask import Flask, Request
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from config.profile import load_profile
from portal.api import limits, registry
from portal.api.action import Action, Call
from portal.api.arguments import NoArguments
from portal.api.limits import ActionLimits, Buckets, caller_of, cost_of, cost_of_dump
from portal.api.request_data import Limits
from portal.kernel.identity import ANONYMOUS, Identity
from portal.kernel.shared import WAYS, SharedPairs
from tests.apps import dispose, make_public
from tests.portal.api.world import World
from tests.support import Databases


class Clock:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_empties_and_fills() -> None:
    clock = Clock()
    buckets = Buckets(10, 100, clock)
    assert [buckets.take("a", 40) for _n in range(3)] == [0, 0, pytest.approx(2)]
    assert buckets.take("b", 1_000) == 0, "what costs more than a whole bucket can be had from a full one"
    clock.now = 2
    assert buckets.take("a", 40) == 0
    clock.now = 1_000
    assert buckets.take("a", 100) == 0


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0, 30)), max_size=60))
def test_nobody_gets_more_than_his_share(steps: list[tuple[float, float]]) -> None:
    clock = Clock()
    buckets = Buckets(5, 60, clock)
    taken = 0.0
    for cost, pause in steps:
        clock.now += pause
        taken += cost if buckets.take("a", cost) == 0 else 0
    assert taken <= 60 + 5 * clock.now + 0.01


def test_callers_are_not_remembered_for_ever() -> None:
    clock = Clock()
    buckets = Buckets(0.001, 10, clock, SharedPairs(WAYS))
    for number in range(WAYS):
        clock.now = number + 1
        buckets.take(str(number), 10)
    assert buckets.take("0", 5) > 0, "known still, and seen again"
    clock.now = WAYS + 1
    assert buckets.take("baru", 10) == 0
    assert buckets.take("0", 5) > 0
    assert buckets.take("1", 10) == 0, "the one longest not seen was forgotten"


def test_processes_of_a_server_count_together() -> None:
    """Four processes and three threads in each: nobody gets more than one bucket, and a killed one holds nobody up."""
    buckets = Buckets(1e-9, 500, memory=SharedPairs())
    read, write = os.pipe()
    children = []
    for _number in range(4):
        pid = os.fork()
        if not pid:
            with ThreadPoolExecutor(3) as pool:
                had = list(pool.map(lambda _n: not buckets.take("a", 1), range(300)))
            os.write(write, sum(had).to_bytes(4, "big"))
            os.kill(os.getpid(), SIGKILL)
        children.append(pid)
    for pid in children:
        os.waitpid(pid, 0)
    taken = [int.from_bytes(os.read(read, 4), "big") for _pid in children]
    os.close(read)
    os.close(write)
    assert sum(taken) == 500, taken
    assert buckets.take("a", 1) > 0
    assert buckets.take("b", 500) == 0


@pytest.mark.parametrize(
    ("address", "caller"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("bukan", "?"),
    ],
)
def test_who_is_a_caller(address: str, caller: str) -> None:
    asked = Request(EnvironBuilder(environ_base={"REMOTE_ADDR": address}).get_environ())
    assert caller_of(asked, ANONYMOUS) == caller


def test_a_token_is_a_caller_of_its_own() -> None:
    ani, budi = Identity(person_id=uuid4()), Identity(person_id=uuid4())

    def caller(who: Identity, token: str = "") -> str:
        headers = Headers({"Authorization": token} if token else {})
        return caller_of(Request(EnvironBuilder(headers=headers).get_environ()), who)

    assert len({caller(ani), caller(budi), caller(ani, "a"), caller(ani, "b")}) == 4
    assert "rahasia" not in caller(ani, "rahasia")
    assert caller(ANONYMOUS, "a") == caller(ANONYMOUS, "b"), "a token that does not hold buys nothing"


def test_costs() -> None:
    def cost(name: str, **values: object) -> float:
        return cost_of(registry.ACTIONS[name], values)

    assert cost("package_show") < cost("package_search") < cost("package_search", rows="1000")
    assert cost("package_search", rows=10**30) == cost("package_search", rows=1_000)
    assert cost("package_search", start=50_000) > cost("package_search", start=10)
    assert cost("datastore_search", limit=32_000) > cost("datastore_search", limit=[1], offset="x")
    harvest = sum(
        cost("package_search", rows=1_000, start=start) + limits.ARRIVAL for start in range(0, 100_000, 1_000)
    )
    assert harvest < 20_000, "a catalogue of 100,000 datasets is read page by page without ever being told to wait"


@pytest.fixture
def limited(databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    app, runtime = make_public(databases, tmp_path, rate_per_second=1, rate_burst=62)
    app.testing = False
    yield app
    dispose(runtime)


def ask(client: FlaskClient, address: str, remote: str) -> tuple[int, int]:
    answer = client.get(address, environ_base={"REMOTE_ADDR": remote})
    return answer.status_code, int(answer.headers.get("Retry-After", 0))


def test_who_asks_too_much_is_told(limited: Flask) -> None:
    client = limited.test_client()
    search = "/api/3/action/package_search?rows=1000"
    assert ask(client, search, "203.0.113.5")[0] == 200
    status, wait = ask(client, f"{search}&start=4", "203.0.113.5")
    assert (status, wait > 0) == (429, True)
    body = client.get(f"{search}&lang=en", environ_base={"REMOTE_ADDR": "203.0.113.5"}).get_json()
    assert body["success"] is False
    assert body["error"]["__type"] == "Too Many Requests"
    assert "Too many requests" in body["error"]["message"]
    assert ask(client, f"{search}&start=3", "203.0.113.6")[0] == 200, "another address is another caller"
    assert ask(client, f"{search}&start=1", "2001:db8::1")[0] == 200
    assert ask(client, f"{search}&start=2", "2001:db8::2")[0] == 429


def test_pages_are_counted_too(limited: Flask) -> None:
    client = limited.test_client()
    answers = [ask(client, "/dataset?q=padi", "203.0.113.7") for _n in range(4)]
    assert [status for status, _wait in answers] == [200, 200, 200, 429]
    assert answers[-1][1] > 0
    assert ask(client, "/health", "203.0.113.7")[0] == 200


def test_calls_that_cannot_be_read_are_counted(limited: Flask) -> None:
    client = limited.test_client()
    statuses = [ask(client, "/api/3/action/zzz", "203.0.113.8")[0] for _n in range(70)]
    assert statuses[:5] == [400] * 5
    assert statuses[-1] == 429


def test_suggestions_and_dumps_are_charged_as_what_they_ask(
    limited: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = limited.test_client()
    statuses = [ask(client, "/api/2/util/dataset/autocomplete?incomplete=sa", "203.0.113.20")[0] for _n in range(12)]
    assert statuses == [200] * 10 + [429] * 2, "six units each"
    assert ask(client, "/api/2/util/dataset/autocomplete", "203.0.113.21")[0] == 200
    assert cost_of_dump("csv", 0) < cost_of_dump("csv", 100_000) < cost_of_dump("xml", 100_000)
    counted = ActionLimits(Limits(), Buckets(1e-9, 45))
    monkeypatch.setitem(world.runtime.factories, ActionLimits, lambda _scope: counted)
    address = f"/datastore/dump/{world.table}"
    assert [world.client.get(address, buffered=True).status_code for _n in range(3)] == [200, 200, 429]
    answer = world.client.get(address)
    assert (answer.mimetype, answer.headers["Retry-After"].isdigit()) == ("text/plain", True)


def test_the_profile_ckan_counts_nothing(databases: Databases, tmp_path: Path) -> None:
    assert not load_profile("ckan").policy.batas_laju
    assert load_profile("brebes").policy.batas_laju
    app, runtime = make_public(databases, tmp_path, rate_per_second=1, rate_burst=5, profile="ckan")
    statuses = {ask(app.test_client(), "/api/3/action/status_show", "203.0.113.9")[0] for _n in range(20)}
    dispose(runtime)
    assert statuses == {200}


def test_a_question_that_takes_too_long_is_given_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The public role's statements end after five seconds (portal.operations.provision); the caller is told so."""
    with world.runtime.sessions["public"]() as session:
        assert session.scalar(text("SHOW statement_timeout")) == "5s"

    def slow(call: Call, _args: NoArguments) -> object:
        call.queries.session.execute(text("SET LOCAL statement_timeout = 1"))
        return call.queries.session.execute(text("SELECT pg_sleep(20)")).scalar()

    world.offer(monkeypatch, Action("uji_lambat", NoArguments, slow))
    status, error = world.error("uji_lambat")
    assert (status, error["__type"]) == (409, "Validation Error")
    assert error["query"]
    assert world.result("status_show")["site_url"], "the connection goes on"
