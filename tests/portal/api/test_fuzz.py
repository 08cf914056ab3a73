"""Whatever is sent to any action of the API is answered clearly: never a 500, always JSON, nothing of the inside."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.api import registry
from tests.portal.api.world import World

ANSWERS = {200, 400, 403, 404, 409, 413}
#: Words of the inside that no answer may hold.
INSIDE = ("Traceback", "psycopg", "sqlalchemy", "postgresql://", 'File "')

texts = st.one_of(
    st.text(st.characters(exclude_categories=[]), max_size=40),
    st.sampled_from(
        ["*:*", "((", '"', "{!x}", "a:b", "tags:[a TO b]", "\x00", "' OR 1=1 --", "%", "-1", "1e9", "true", "asc",
         "name", "[1]", '["tags"]', '{"tahun": 2020}', "tahun desc", "kode", "stunting", "108,-8,110,-6", "a~2", "x^5"]
    ),
)  # fmt: skip
scalars = st.one_of(texts, st.integers(), st.floats(), st.booleans(), st.none())
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=3), max_leaves=8
)


def names(action: str) -> list[str]:
    """Every key that the action knows, and one that it does not."""
    model = registry.ACTIONS[action].arguments
    known = [field.alias or name for name, field in model.model_fields.items()]
    return [*known, "id", "q", "lain"]


@pytest.mark.parametrize("action", sorted(registry.ACTIONS))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_input_of_any_action(world: World, action: str, data: st.DataObject) -> None:
    given_values = data.draw(st.dictionaries(st.sampled_from(names(action)), values, max_size=5))
    if action.startswith("datastore") and data.draw(st.booleans()):
        given_values["resource_id"] = str(world.table)
    body = json.dumps(given_values).encode()
    check(world.client.post(f"/api/3/action/{action}", data=body, content_type="application/json"), given_values)
    flat = {key: str(value) for key, value in given_values.items()}
    query = {key: value.encode("utf-8", "replace").decode() for key, value in flat.items()}
    check(world.client.get(f"/api/3/action/{action}", query_string=query), query)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200), kind=st.sampled_from(["application/json", "text/plain", "", "multipart/form-data",
       "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]))  # fmt: skip
def test_any_bytes(world: World, body: bytes, kind: str) -> None:
    check(world.client.post("/api/3/action/package_search", data=body, content_type=kind), body)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(min_size=1, max_size=60), query=st.dictionaries(texts, texts, max_size=4))
def test_any_address(world: World, name: str, query: dict[str, str]) -> None:
    asked = {key: value.encode("utf-8", "replace").decode() for key, value in query.items() if key.isprintable()}
    answer = world.client.get(f"/api/3/action/{quote(name)}", query_string=asked)
    assert answer.status_code in {*ANSWERS, 308}
    known = {key: value for key, value in asked.items() if key in {"filters", "q", "sort", "fields", "limit", "format"}}
    dump = world.client.get(f"/datastore/dump/{world.table}", query_string=known, buffered=True)
    assert dump.status_code in {200, 400}


def check(answer: Any, sent: object) -> None:
    text = answer.get_data(as_text=True)
    assert answer.status_code in ANSWERS, (answer.status_code, sent, text[:500])
    whole = json.loads(text) if answer.mimetype != "application/javascript" else {}
    if answer.status_code != 200 and isinstance(whole, dict):
        assert whole["success"] is False
        assert whole["error"]["__type"]
        assert not any(word in json.dumps(whole["error"]) for word in INSIDE), text[:500]
