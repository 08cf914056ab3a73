"""Marks in the rows shown: by roots, by synonyms, safe as HTML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.highlight import Marker, Segment, marked_html, marker, segments, snippet
from search.lucene import parse_q


def html(query: str, text: str, suggestion: str | None = None) -> str:
    return marked_html(segments(text, marker(parse_q(query), suggestion)))


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("bersekolah", "Angka putus sekolah", "Angka putus <mark>sekolah</mark>"),
        ("sekolah", "Anak bersekolah.", "Anak <mark>bersekolah</mark>."),
        ("kependudukan", "Jumlah Penduduk", "Jumlah <mark>Penduduk</mark>"),
        ("dinkes", "Dinas Kesehatan Brebes", "<mark>Dinas</mark> <mark>Kesehatan</mark> Brebes"),
        ("dinas kesehatan", "Data Dinkes", "Data <mark>Dinkes</mark>"),
        ("kab. brebes", "Kabupaten Brebes", "<mark>Kabupaten</mark> <mark>Brebes</mark>"),
        ("pend*", "Pendidikan dan penduduk", "<mark>Pendidikan</mark> dan <mark>penduduk</mark>"),
        ("pa?i", "padi", "<mark>padi</mark>"),
        ("33.29", "Kode 33.29 dan 33.30", "Kode <mark>33.29</mark> dan 33.30"),
        ("padi -sawah", "padi sawah", "<mark>padi</mark> sawah"),
        ("data yang padi", "data yang padi", "data yang <mark>padi</mark>"),
        ("tags:padi", "padi", "padi"),
        ("script", "<script>'x'</script>", "&lt;<mark>script</mark>&gt;&#x27;x&#x27;&lt;/<mark>script</mark>&gt;"),
        ("*:*", "a & b", "a &amp; b"),
        ("jumat", "Jum’at", "<mark>Jum’at</mark>"),
    ],
)  # fmt: skip
def test_marks(query: str, text: str, expected: str) -> None:
    assert html(query, text) == expected


def test_corrected_words_are_marked_too() -> None:
    assert html("stuntng", "Stunting", "stunting") == "<mark>Stunting</mark>"


@given(st.text(max_size=300), st.sampled_from(["padi", "a*", "dinkes", "*:*"]))
def test_pieces_are_the_text_and_html_has_no_other_tag(text: str, query: str) -> None:
    pieces = segments(text, marker(parse_q(query)))
    assert "".join(piece.text for piece in pieces) == text
    bare = marked_html(pieces).replace("<mark>", "").replace("</mark>", "")
    assert "<" not in bare
    assert ">" not in bare


def test_a_snippet_shows_the_first_mark_between_whole_words() -> None:
    text = "awal " * 100 + "di sini stunting balita " + "akhir " * 100
    pieces = snippet(text, marker(parse_q("stunting")), 80)
    shown = "".join(piece.text for piece in pieces)
    assert Segment("stunting", marked=True) in pieces
    assert shown.startswith("… awal")
    assert shown.endswith("akhir …")
    assert len(shown) <= 84


@given(st.text(max_size=600), st.integers(20, 200))
def test_a_snippet_is_never_longer_than_asked(text: str, length: int) -> None:
    shown = "".join(piece.text for piece in snippet(text, Marker(frozenset({"a"})), length))
    assert len(shown) <= length + 4


def test_short_texts_stand_whole() -> None:
    assert snippet("padi  dan\nsawah", marker(parse_q("padi"))) == (Segment("padi", marked=True), Segment(" dan sawah"))
    assert snippet("", marker(parse_q("padi"))) == ()
    assert not Marker(frozenset())
