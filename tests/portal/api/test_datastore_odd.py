"""Whatever is put into any field of the datastore's questions: an answer in words, never a fault, never other rows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.api.row_filters import FilterParser
from portal.kernel.errors import Invalid
from portal.tables import guessing, types
from tests.portal.api.world import World
from tests.support import StatementLog

Counter = Callable[[], AbstractContextManager[StatementLog]]
EVIL = [
    "'", '"', "\\", "%", "%s", "%(a)s", "{}", "\x00", "\ud800", "; DROP TABLE rows.x; --", "' OR 1=1 --", "$1", "$$",
    "kode\" FROM pg_class; --", "kode) FROM pg_class --", "_full_text", "rahasia", "ctid", "xmin", "tableoid", "*", "",
    " ", "a" * 70_000, "é水🌾", "1e400", "-0", "NaN", "Infinity", "1" * 400, "{1,2}", "[]", "null", "true", "(1)",
    "kode->>'x'", "kode::text", "pg_sleep(9)", "simple'::regconfig", "public.simple", "../../etc", "a:*b", "<->",
]  # fmt: skip
FIELDS = ["resource_id", "filters", "q", "full_text", "language", "fields", "sort", "limit", "offset", "distinct",
          "plain", "records_format", "include_total", "include_next_page", "total_estimation_threshold"]  # fmt: skip


def asked(world: World, data: dict[str, Any]) -> tuple[int, bytes]:
    answer = world.client.post(
        "/api/3/action/datastore_search",
        data=orjson.dumps({"resource_id": str(world.table), **data}) if _sendable(data) else b'{"a": "\\ud800"}',
        headers={"Content-Type": "application/json"},
    )
    return answer.status_code, answer.data


def _sendable(data: Any) -> bool:
    try:
        orjson.dumps(data)
    except (orjson.JSONEncodeError, TypeError):
        return False
    return True


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_takes_anything(world: World, field: str) -> None:
    wholes: list[Any] = [0, -1, 2**31, 2**63, 1.5, True, None, [], {}, [[]], [{}], [None], {"kode": None}]
    for value in [*EVIL, *wholes]:
        for shape in (value, [value], {"kode": value}, {"kode": [value]}, {"kode": {"gte": value}}, {str(value): "x"},
                      {"$or": [{"kode": value}]}):  # fmt: skip
            status, body = asked(world, {field: shape})
            assert status in {200, 400, 404, 409, 413}, (field, shape, body[:300])
            assert b"pg_statistic" not in body
            assert b'"rahasia":"x"' not in body.replace(b" ", b"")


def test_deep_and_wide(world: World) -> None:
    deep: Any = 1
    for _level in range(400):
        deep = [deep]
    assert asked(world, {"filters": {"kode": deep}})[0] in {400, 409}
    nested: Any = {"kode": "x"}
    for _level in range(40):
        nested = {"$or": [nested]}
    assert asked(world, {"filters": nested})[0] == 409
    assert asked(world, {"filters": [{"kode": "x"}] * 200})[0] == 409
    assert asked(world, {"filters": {"kode": ["x"] * 40_000}})[0] in {409, 413}
    assert asked(world, {"q": "kata " * 15_000})[0] == 200
    assert asked(world, {"fields": ["kode"] * 3_000})[0] == 409
    raw = b'{"resource_id": "x", "filters": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"
    answer = world.client.post("/api/3/action/datastore_search", data=raw, content_type="application/json")
    assert answer.status_code == 400


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=20)
    | st.sampled_from(EVIL[:7] + EVIL[9:]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["kode", "tahun", "jumlah", "tanggal", "sah", "$or", "$and", "eq", "in", "gte", "lt", "x"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=80)
@given(filters=JSON, q=JSON, sort=JSON)
def test_questions_of_any_shape(world: World, filters: Any, q: Any, sort: Any) -> None:
    for data in ({"filters": filters}, {"q": q}, {"sort": sort}, {"filters": filters, "q": q, "plain": False}):
        status, body = asked(world, data)
        assert status in {200, 400, 409}, (data, body[:300])


@given(JSON)
def test_filters_are_read_or_refused(value: Any) -> None:
    with suppress(Invalid):
        found = FilterParser({"kode", "tahun", "jumlah", "tanggal", "sah"}).parse(value)
        assert found is None or orjson.dumps(found.plain())


@given(st.lists(JSON, min_size=1, max_size=5))
def test_a_guess_is_always_a_type(values: list[Any]) -> None:
    assert guessing.guess("a", [{"a": value} for value in values]) in types.TYPES


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([True, False, None], "boolean"), ([1, 2], "integer"), ([2**40], "bigint"), ([2**70], "numeric"),
        ([1, 1.5], "double precision"), ([{"a": 1}], "jsonb"), ([[1]], "jsonb"), ([None], "text"), ([1, "a"], "text"),
        (["1", "22"], "integer"), (["1.5", "2"], "numeric"), (["01", "2"], "text"), (["2020-01-02"], "timestamp"),
        (["31/12/2020"], "timestamp"), (["2020-13-01"], "text"), (["3329011207850003"], "text"), (["", "x"], "text"),
        ([True, 1], "text"),
    ],
)  # fmt: skip
def test_guesses(values: list[Any], kind: str) -> None:
    assert guessing.guess("kolom", [{"kolom": value} for value in values]) == kind
    if kind == "integer" and isinstance(values[0], str):
        assert guessing.guess("kode_pos", [{"kode_pos": value} for value in values]) == "text"


def test_at_most_three_statements(world: World, statements: Counter) -> None:
    asked(world, {})
    for data in (
        {}, {"q": "33.29"}, {"filters": {"tahun": 2022}, "limit": 1}, {"limit": 32_000}, {"sort": "tahun desc"},
        {"distinct": True, "fields": "tahun"}, {"records_format": "csv", "include_next_page": True},
    ):  # fmt: skip
        with statements() as log:
            assert asked(world, data)[0] == 200
        assert len(log) <= 3, log.texts


def test_names_of_columns_are_names(world: World) -> None:
    """Sorting and choosing by system columns or expressions is refused before any SQL is made."""
    for name in ("ctid", "_full_text", "rahasia", "1", "kode||'x'", "kode, (SELECT 1)", 'kode" DESC, "rahasia'):
        for key in ("sort", "fields"):
            assert asked(world, {key: [name]})[0] == 409, (key, name)
        assert asked(world, {"filters": {name: "x"}})[0] == 409
        assert asked(world, {"q": {name: "x"}})[0] == 409
