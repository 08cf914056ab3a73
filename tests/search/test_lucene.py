"""CKAN's and Solr's language: what it means, what is refused, and that nothing else ever comes out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from search.base import checked
from search.documents import Bounds
from search.errors import QuerySyntaxError
from search.fields import FIELDS
from search.lucene import parse_bbox, parse_fq, parse_q, parse_sort
from search.null import NullEngine
from search.query import (
    NEWEST,
    RELEVANCE,
    All,
    And,
    Boost,
    Fuzzy,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Range,
    SearchQuery,
    Sort,
    Term,
    Wildcard,
    Words,
)

NOW = datetime(2026, 11, 24, 7, 30, 15, 123456, tzinfo=UTC)


def day(year: int, month: int = 1, number: int = 1) -> datetime:
    return datetime(year, month, number, tzinfo=UTC)


MEANINGS: list[tuple[str, Node]] = [
    ("", All()),
    ("*:*", All()),
    ("*", All()),
    ("jumlah penduduk", Words("jumlah penduduk")),
    ("jumlah penduduk 33.29.01 2020-2021", Words("jumlah penduduk 33.29.01 2020-2021")),
    ("padi AND sawah", Words("padi sawah")),
    ("padi && sawah", Words("padi sawah")),
    ("padi || sawah", Or((Words("padi"), Words("sawah")))),
    ("padi OR sawah AND air", Or((Words("padi"), Words("sawah air")))),
    ("padi -sawah", And((Words("padi"), Not(Words("sawah"))))),
    ("padi !sawah", And((Words("padi"), Not(Words("sawah"))))),
    ("!(padi sawah)", Not(Words("padi sawah"))),
    ("+padi +sawah", And((Words("padi"), Words("sawah")))),
    ('"jumlah penduduk"', Phrase("jumlah penduduk")),
    ('"a && !b"', Phrase("a && !b")),
    ('"kata \\"kutip\\""', Phrase('kata "kutip"')),
    ('"jumlah penduduk"~3', Words("jumlah penduduk")),
    ("title:padi", Words("padi", "title")),
    ("title:(padi sawah)", Words("padi sawah", "title")),
    ("title:padi notes:sawah", And((Words("padi", "title"), Words("sawah", "notes")))),
    ('notes:"luas panen"', Phrase("luas panen", "notes")),
    ("text:padi", Words("padi")),
    ("organization:dinkes", Term("organization", "dinkes")),
    ("tags:(padi OR \"air bersih\")", Or((Term("tags", "padi"), Term("tags", "air bersih")))),
    ("jenis_data:statistik", Term("jenis_data", "statistik")),
    ("data_type:statistik", Term("jenis_data", "statistik")),
    ("extras_sumber\\-data:x", Term("extras_sumber-data", "x")),
    ("name:a\\:b", Term("name", "a:b")),
    ("pend*", Prefix(None, "pend")),
    ("title:pend*", Prefix(None, "pend", "title")),
    ("name:pend*", Prefix("name", "pend")),
    ("name:*pend?k*", Wildcard("name", "*pend?k*")),
    ("p?di", Wildcard(None, "p?di")),
    ("license_id:*", Prefix("license_id", "")),
    ("-notes:*", Not(Term("has", "notes"))),
    ("metadata_modified:*", All()),
    ("stuntng~", Fuzzy("stuntng", 2)),
    ("stuntng~1", Fuzzy("stuntng", 1)),
    ("stuntng~0.8", Fuzzy("stuntng", 1)),
    ("stuntng~" + "9" * 400, Fuzzy("stuntng", 2)),
    ("padi^2 sawah", And((Boost(Words("padi"), 2.0), Words("sawah")))),
    ("year:2020", Range("years", 2020, 2020)),
    ("tahun:[2019 TO 2021]", Range("years", 2019, 2021)),
    ("tahun:{2019 TO 2021]", Range("years", 2019, 2021, include_low=False)),
    ("downloads:[* TO -1]", Range("downloads", None, -1)),
    ("downloads:>=5", Range("downloads", 5, None)),
    ("downloads:<5", Range("downloads", None, 5, include_high=False)),
    ("name:[a TO c}", Range("name", "a", "c", include_high=False)),
    ("metadata_modified:[* TO *]", Range("modified", None, None)),
    ("metadata_modified:[2024-01-01T00:00:00Z TO NOW]", Range("modified", day(2024), NOW)),
    ("metadata_created:[2023 TO 2024]", Range("created", day(2023), day(2025), include_high=False)),
    ("metadata_created:{2023 TO 2024}", Range("created", day(2024), day(2024), include_high=False)),
    ("issued:2024-05", Range("issued", day(2024, 5), day(2024, 6), include_high=False)),
    ("issued:2024-12-31", Range("issued", day(2024, 12, 31), day(2025), include_high=False)),
    ("metadata_modified:[NOW/DAY-1MONTH TO *]", Range("modified", day(2026, 10, 24), None)),
    ("metadata_modified:[NOW/YEAR TO NOW/DAY+1DAY]", Range("modified", day(2026), day(2026, 11, 25))),
    ('metadata_modified:["2024-01-31T07:00:00+07:00" TO *]', Range("modified", day(2024, 1, 31), None)),
    ("metadata_modified:[2024-01-31T00:00:00Z+1MONTH TO *]", Range("modified", day(2024, 2, 29), None)),
]  # fmt: skip

REFUSED = [
    "foo:bar", "_query_:x", "{!func}x", " {!lucene}a", "((((", "a)", '"a', "a:b:",
    "/regex/", "name:/a/", "*:padi", "a AND", "OR", "NOT", "a^b", "padi^-1", "padi^5000", "tahun:dua",
    "tahun:99999999999",
    "metadata_modified:kemarin", "metadata_modified:[NOW-99999YEARS TO NOW]", "metadata_modified:2024-13",
    "metadata_modified:NOW/WEEK", "metadata_modified:NOW" + "-1DAY" * 20, "(" * 9 + "a" + ")" * 9,
    "NOT " * 40 + "a", "name:" * 30 + "a", "a " * 9_000, "x" * 20_000, " OR ".join(["(a)"] * 1_500),
    "extras_" + "a" * 100 + ":x", "a^1^1^1^1^1^1^1^1^1^1^1^1^1^1", "id:~", "a~1.2.3", "~", "^", "title:", ":",
]  # fmt: skip


@pytest.mark.parametrize(("text", "node"), MEANINGS)
def test_meaning(text: str, node: Node) -> None:
    assert parse_q(text, now=NOW) == node
    assert parse_fq(text, now=NOW) == (Prefix(None, "") if text == "*" else node) or text == "*"


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:20])
def test_a_filter_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        parse_fq(text)
    assert len(str(caught.value)) < 150


@pytest.mark.parametrize("text", [text for text in REFUSED if "{!" not in text], ids=lambda text: text[:20])
def test_a_free_query_that_cannot_be_read_is_plain_words(text: str) -> None:
    assert isinstance(parse_q(text), Words)


def test_plain_words_lose_their_operators() -> None:
    assert parse_q("padi AND (sawah") == Words("padi (sawah")
    assert parse_q("foo:bar OR NOT baz") == Words("foo:bar baz")


@pytest.mark.parametrize("text", ["{!func}x", "  {!join from=a to=b}x", "{! a"])
def test_local_parameters_are_refused_everywhere(text: str) -> None:
    for parse in (parse_q, parse_fq):
        with pytest.raises(QuerySyntaxError):
            parse(text)


def test_facets_of_plugins_must_be_named() -> None:
    with pytest.raises(QuerySyntaxError):
        parse_fq("tpb:3")
    assert parse_fq("tpb:3", extra_fields=frozenset({"tpb"})) == Term("tpb", "3")


def test_orders() -> None:
    assert parse_sort("") == RELEVANCE
    assert parse_sort("score desc, metadata_modified desc") == RELEVANCE
    assert parse_sort("metadata_modified desc,id asc") == NEWEST
    assert parse_sort("title_string asc") == (Sort("title"),)
    assert parse_sort("views_recent DESC, name") == (Sort("downloads", descending=True), Sort("name"))
    for text in ("title up", "rank desc", "title asc desc", "'; --", "title;", "_id asc", "title asc desc asc"):
        with pytest.raises(QuerySyntaxError):
            parse_sort(text)


def test_boxes() -> None:
    assert parse_bbox("108.5,-7.4,109.2,-6.7") == Bounds(108.5, -7.4, 109.2, -6.7)
    assert parse_bbox("-200,-95,200,95") == Bounds(-180, -90, 180, 90)
    for text in ("", "1,2,3", "1,2,3,4,5", "a,b,c,d", "nan,0,1,1", "0,0,inf,1", "5,0,1,1", "0,5,1,1", "200,0,210,1"):
        with pytest.raises(QuerySyntaxError):
            parse_bbox(text)


def test_threads_do_not_mix_their_queries() -> None:
    def ask(number: int) -> bool:
        return parse_fq(f"name:n{number} AND (tags:t{number} OR tahun:{number})") == And(
            (
                Term("name", f"n{number}"),
                Or((Term("tags", f"t{number}"), Range("years", number, number))),
            )
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(400)))


PIECES = st.sampled_from([
    *FIELDS, "foo", "extras_x", ":", "(", ")", "[", "]", "{", "}", '"', "~", "^", "+", "-", "!", "&&", "||", "AND",
    "OR", "NOT", "TO", "*", "?", "\\", "/", "<", ">", "=", "NOW", "NOW-1DAY", "2024-01-01T00:00:00Z", "2024", "padi",
    "0.5", "9" * 400, " ", "  ", "\t", "\x00", "\ud800", "é", "{!", "$", "'", ";", "%", "ｆｏｏ", "1.2.3", "٢",
])  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join) | st.lists(PIECES, max_size=15).map(" ".join) | st.text(max_size=60))
def test_whatever_is_typed_gives_a_tree_or_a_syntax_error(text: str) -> None:
    engine = NullEngine()
    for parse in (parse_fq, parse_q):
        with suppress(QuerySyntaxError):
            engine.search(SearchQuery(tree=parse(text)))
    for other in (parse_sort, parse_bbox):
        with suppress(QuerySyntaxError):
            other(text)


@pytest.mark.long
@settings(max_examples=20_000, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join) | st.lists(PIECES, max_size=40).map(" ".join) | st.text())
def test_whatever_is_typed_for_long(text: str) -> None:
    for parse in (parse_fq, parse_q):
        with suppress(QuerySyntaxError):
            checked(SearchQuery(tree=parse(text)))


_words = st.from_regex(r"[a-z]{2,8}", fullmatch=True).filter(lambda word: word not in ("to", "and", "or", "not"))
_leaves: st.SearchStrategy[tuple[str, Node]] = st.one_of(
    _words.map(lambda word: (f"tags:{word}", Term("tags", word))),
    _words.map(lambda word: (f"name:{word}*", Prefix("name", word))),
    st.integers(1900, 2100).map(lambda year: (f"tahun:{year}", Range("years", year, year))),
    st.lists(_words, min_size=2, max_size=3)
    .map(" ".join)
    .map(lambda words: (f'title:"{words}"', Phrase(words, "title"))),
)  # fmt: skip


def _join(operator: str, kind: type[And] | type[Or]) -> object:
    def build(parts: list[tuple[str, Node]]) -> tuple[str, Node]:
        return f"({operator.join(text for text, _ in parts)})", kind(tuple(node for _, node in parts))

    return build


_trees = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(_join(" AND ", And)),  # type: ignore[arg-type]
        st.lists(inner, min_size=2, max_size=3).map(_join(" || ", Or)),  # type: ignore[arg-type]
        inner.map(lambda part: (f"!({part[0]})", Not(part[1]))),
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(_trees)
def test_a_tree_written_down_is_read_back(pair: tuple[str, Node]) -> None:
    text, node = pair
    depths = accumulate((char == "(") - (char == ")") for char in text)
    assume(max(depths, default=0) <= 5)  # the limit of depth has a test of its own
    assert parse_fq(text) == node


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title:[a TO b]", Range("title_string", "a", "b")),
        ("name:abc~2", Fuzzy("abc", 2, "names")),
        ("tags:padi~1", Fuzzy("padi", 1, "labels")),
        (
            'res_name:"data desa"',
            Or((Term("res_name", "data desa"), And((Term("res_name", "data"), Term("res_name", "desa"))))),
        ),
        ("sumber:bps", Term("extras_sumber", "bps")),
        ("isopen:true", Term("isopen", "true")),
        ("indexed_ts:[NOW-1DAY TO NOW]", Range("modified", NOW - timedelta(days=1), NOW)),
    ],
)
def test_the_fields_of_solr(text: str, expected: Node) -> None:
    assert parse_fq(text, lenient=True, now=NOW) == expected


@pytest.mark.parametrize("text", ["_query_:abc", '_val_:"x"', "bukan_apa_apa!:x"])
def test_magic_fields_are_refused(text: str) -> None:
    with pytest.raises(QuerySyntaxError):
        parse_fq(text, lenient=True)
