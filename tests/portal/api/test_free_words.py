"""Free text as CKAN's own parser takes it: punctuation, stars, exclusions, divided words; loose ends of filters."""

from __future__ import annotations

import pytest

from portal.api.free_words import NOTHING, found_by, spoken, without_loose_end
from search.lucene import parse_fq, parse_q
from search.query import And, Node, Or, Phrase, Prefix, Words


def read(q: str) -> Node:
    return found_by(q, parse_q(spoken(q), lenient=True))


@pytest.mark.parametrize("q", ["*", "**", "[*]", "-sawah", "NOT sawah", "-sawah -padi"])
def test_stars_and_mere_exclusions_find_nothing(q: str) -> None:
    assert read(q) == NOTHING


@pytest.mark.parametrize(
    ("q", "tree"),
    [
        ("!sawah", Words("sawah")),
        ("berapa sawah?", Words("berapa sawah")),
        ("[a TO z]", Words("a TO z")),
        ("saw*", Prefix(None, "saw")),
        ('"luas [ha]" sawah?', And((Phrase("luas [ha]"), Words("sawah")))),
        ("kab-kota", Or((Words("kab"), Words("kota")))),
        ("anak-anak", Words("anak-anak")),
        ("luas kab/kota 33.29", And((Words("luas 33.29"), Or((Words("kab"), Words("kota")))))),
        ("sawah OR padi", Or((Words("sawah"), Words("padi")))),
    ],
)
def test_operators_work_and_punctuation_does_not(q: str, tree: Node) -> None:
    assert read(q) == tree


def test_local_parameters_stay_for_who_refuses_them() -> None:
    assert spoken(" {!knn f=x}y") == " {!knn f=x}y"


def test_a_query_with_a_field_is_left_as_it_is() -> None:
    assert spoken("metadata_modified:[* TO NOW]") == "metadata_modified:[* TO NOW]"


@pytest.mark.parametrize(
    "fq", ["state:active -", "state:active OR", "state:active --", "state:active AND", "' OR 1=1 --"]
)
def test_a_loose_end_of_a_filter_falls_away(fq: str) -> None:
    parse_fq(without_loose_end(fq), lenient=True)


def test_a_filter_of_signs_alone_says_nothing() -> None:
    assert without_loose_end(" - ").strip() == without_loose_end("!").strip() == ""
