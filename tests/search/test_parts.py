"""Documents, cursors, corrections, figures of a date: the parts that every engine shares."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.cursors import Cursor, decode, encode
from search.documents import Bounds, Coded, SearchDocument
from search.engine import open_engine
from search.errors import EngineUnavailable, QuerySyntaxError
from search.fields import document_facets, document_keys, fold_key, micros, printable
from search.moments import span
from search.query import MOST_DOWNLOADED, RELEVANCE, TITLE, And, AtLeast, Or, Prefix, SearchQuery, Words
from search.relax import choose, corrected, edits, relaxed
from search.results import Facet, FacetItem, Results
from tests.search.corpus import document

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


def test_documents_refuse_what_no_index_could_hold() -> None:
    for values in ({"id": "bukan-uuid"}, {"revision": -1}, {"created": datetime(2024, 1, 1)}):  # noqa: DTZ001 - the point
        with pytest.raises(ValueError, match=r"uuid|UUID|revision|zone"):
            document("a", "A", **values)
    for box in ((5, 0, 1, 1), (0, 5, 1, 1), (float("nan"), 0, 1, 1), (0, 0, 181, 1), (0, -91, 1, 1)):
        with pytest.raises(ValueError, match="box"):
            Bounds(*box)


def test_documents_are_frozen_and_survive_json() -> None:
    one = document("a", "A", extras={"author": ("x",)}, facets={"tpb": (Coded("3", "Sehat"),)}, bbox=None)
    assert SearchDocument.from_json(one.to_json()) == one
    with pytest.raises(TypeError):
        one.extras["author"] = ("y",)  # type: ignore[index]


def test_a_facet_of_a_plugin_never_replaces_one_of_ours() -> None:
    one = document("a", "A", tags=("padi",), facets={"tags": (Coded("palsu", "Palsu"),)})
    assert document_facets(one)["tags"] == (Coded("padi", "padi"),)
    assert "license_id\x1fcc-by" in document_keys(one)
    assert "tahun\x1f2023" not in document_keys(one)


@given(st.text(max_size=2_000))
def test_keys_hold_no_control_character_and_are_short(text: str) -> None:
    for made in (fold_key(text), printable(text)):
        assert len(made) <= 256
        assert not any(ord(char) < 32 for char in made)
        made.encode()


@given(st.datetimes(timezones=st.just(UTC)))
def test_dates_are_exact_to_the_microsecond(moment: datetime) -> None:
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros(moment)) == moment
    assert micros(moment) == micros(moment.replace(tzinfo=timezone(timedelta(hours=7)))) + 7 * 3_600_000_000


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**62), 2**62), st.text(max_size=50))
def test_cursors_come_back(score: float, moment: int, title: str) -> None:
    identity = str(uuid4())
    cursor = Cursor((score, moment), identity)
    assert decode(encode(cursor, RELEVANCE), RELEVANCE) == cursor
    if not any(char == "\x00" or 0xD800 <= ord(char) <= 0xDFFF for char in title):
        named = Cursor((title,), identity)
        assert decode(encode(named, TITLE), TITLE) == named
    with pytest.raises(QuerySyntaxError):
        decode(encode(cursor, RELEVANCE), MOST_DOWNLOADED)


@given(st.text(max_size=100) | st.binary(max_size=60).map(lambda data: data.hex()))
def test_other_cursors_are_refused(text: str) -> None:
    with pytest.raises(QuerySyntaxError):
        decode(text, RELEVANCE)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("NOW", NOW), ("NOW-1MONTH", datetime(2026, 2, 28, 12, tzinfo=UTC)),
        ("NOW/MONTH-1DAY", datetime(2026, 2, 28, tzinfo=UTC)), ("NOW+2YEARS", datetime(2028, 3, 31, 12, tzinfo=UTC)),
        ("NOW/HOUR+30MINUTES-10SECONDS", datetime(2026, 3, 31, 12, 29, 50, tzinfo=UTC)),
        ("2024-05-01T10:00:00.123456", datetime(2024, 5, 1, 10, 0, 0, 123456, tzinfo=UTC)),
        ("2024-05-01T10:00:00Z/DAY", datetime(2024, 5, 1, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_moments(text: str, moment: datetime) -> None:
    assert span(text, NOW).start == span(text, NOW).end == moment


@given(st.from_regex(r"(NOW|[0-9]{1,5}(-[0-9]{1,2}){0,2}(T[0-9:.]{0,9}Z?)?)([/+-][0-9]{0,7}[A-Z]{0,7}){0,10}"))
def test_no_date_breaks_the_reader(text: str) -> None:
    try:
        assert span(text, NOW).start <= span(text, NOW).end
    except QuerySyntaxError as error:
        assert error.rule == "search.syntax"  # noqa: PT017 - either answer is right


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("padi", "padi", 0), ("padi", "padu", 1), ("padi", "apdi", 1), ("stuntng", "stunting", 1), ("a", "abcd", 3),
     ("abc", "xyz", 3)],
)  # fmt: skip
def test_edits(one: str, other: str, distance: int) -> None:
    assert edits(one, other, 2) == distance
    assert edits(other, one, 2) == distance


def test_corrections_are_near_known_and_of_another_root() -> None:
    listed = [("stunting", 5), ("stuntman", 9), ("stunning", 20)]
    assert choose("stuntng", listed) == ("stunting",)
    assert choose("imunisasinya", [("imunisasi", 4)]) == ()
    assert choose("padu", [("padi", 1), ("paku", 3), ("pagi", 9)]) == ("paku", "padi")
    assert corrected("Stuntng Balita", {"stuntng": ("stunting",)}) == "stunting balita"
    assert corrected("balita", {}) is None


def test_the_second_look_forgives_more_the_more_words_there_are() -> None:
    assert relaxed(Words("padii"), {"padii": ("padi",)}) == relaxed(Words("padii"), {"padii": ("padi",)})
    assert isinstance(relaxed(Words("padi"), {}), Or)
    assert isinstance(relaxed(Words("padi sawah"), {}), And)
    three, seven = relaxed(Words("a1 b1 c1"), {}), relaxed(Words("a1 b1 c1 d1 e1 f1 g1"), {})
    assert isinstance(three, AtLeast)
    assert isinstance(seven, AtLeast)
    assert (three.count, seven.count) == (2, 5)
    assert relaxed(Prefix(None, "a"), {}) == Prefix(None, "a")


def test_the_address_chooses_the_engine_and_is_never_told() -> None:
    assert type(open_engine("null:", "x")).__name__ == "NullEngine"
    assert type(open_engine("postgresql+psycopg://u:rahasia@127.0.0.1:1/x", "x")).__name__ == "PostgresEngine"
    assert type(open_engine("https://u:rahasia@127.0.0.1:1", "x")).__name__ == "ElasticEngine"
    with pytest.raises(ValueError, match="scheme") as caught:
        open_engine("ftp://u:rahasia@h", "x")
    assert "rahasia" not in str(caught.value)


@pytest.mark.parametrize("url", ["postgresql://u:rahasia@127.0.0.1:1/x", "http://u:rahasia@127.0.0.1:1"])
def test_an_engine_that_is_down_says_so_without_its_address(url: str, caplog: pytest.LogCaptureFixture) -> None:
    engine = open_engine(url, "x")
    for verb in (engine.ping, lambda: engine.search(SearchQuery())):
        with pytest.raises(EngineUnavailable) as caught:
            verb()
        assert "rahasia" not in repr(caught.value) + caplog.text
        assert caught.value.__cause__ is None
    engine.close()


def test_results_know_their_facets() -> None:
    results = Results((), 0, (Facet("tags", (FacetItem("a", "A", 1),)),))
    assert results.facet("tags").items[0].label == "A"
    assert results.facet("groups").items == ()
