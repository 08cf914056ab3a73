"""Indonesian words: folding, cutting, roots, stop words, synonyms both ways, and the lists themselves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.analysis import MOST_QUERY_WORDS, analysed, analyzer, fold, read_analyzer, tokens
from search.documents import LEVELS, SearchDocument
from tests.search.corpus import document


@pytest.mark.parametrize(
    ("word", "root"),
    [
        ("bersekolah", "sekolah"), ("imunisasinya", "imunisasi"), ("kependudukan", "duduk"), ("penduduk", "duduk"),
        ("pembangunan", "bangun"), ("pertanian", "tani"), ("petani", "tani"), ("kesehatan", "sehat"),
        ("perikanan", "ikan"), ("nelayan", "nelayan"), ("statistika", "statistik"), ("stunting", "stunting"),
        ("33.29", "33.29"), ("sd", "sd"), ("covid19", "covid19"), ("x" * 50, "x" * 50), ("دار", "دار"),
    ],
)  # fmt: skip
def test_roots(word: str, root: str) -> None:
    assert analyzer().stem(word) == root


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Kab. Brebes", ["kab", "brebes"]),
        ("Kode 33.29.01.2001, tahun 2020-2021", ["kode", "33.29.01.2001", "tahun", "2020", "2021"]),
        ("Jum'at Café ANAK-ANAK", ["jumat", "cafe", "anak", "anak"]),
        ("ke-2 s/d kelas_IV", ["ke", "2", "s", "d", "kelas", "iv"]),
        ("1.234,5 ton", ["1.234", "5", "ton"]),
        ("ﬁle ２０２０", ["file", "2020"]),
        ("\x00\ud800 !?", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert tokens(text) == words


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_words_are_stable_and_safe(text: str) -> None:
    words = tokens(text)
    assert tokens(" ".join(words)) == words
    assert fold(fold(text)) == fold(text)
    assert all(
        word and " " not in word and "'" not in word and "\\" not in word and "\x00" not in word for word in words
    )
    for word in words:
        assert analyzer().stem(word)
        word.encode()


def test_words_are_bounded() -> None:
    assert len(tokens("a " * 10_000)) == 5_000
    assert len(tokens("a" * 10_000)[0]) == 60
    assert len(analyzer().query_words(" ".join(f"k{number}" for number in range(100)))) == MOST_QUERY_WORDS


def test_stop_words_leave_a_query_unless_alone() -> None:
    assert analyzer().query_words("jumlah penduduk yang ada di kabupaten dan kabupaten") == [
        "jumlah", "penduduk", "kabupaten",
    ]  # fmt: skip
    assert analyzer().query_words("yang dan di") == ["yang", "dan", "di"]


def terms(**values: str) -> set[str]:
    return set(analysed(document("a", values.pop("title", ""), **values)).terms.title)


@pytest.mark.parametrize(
    ("written", "added"),
    [
        ("Data Dinkes", "dinas sehat"),
        ("Data Dinas Kesehatan", "dinkes"),
        ("Kab. Brebes", "kabupaten"),
        ("Kabupaten Brebes", "kab"),
        ("Siswa SMP", "sekolah tengah pertama"),
        ("Sekolah Menengah Pertama", "smp"),
        ("Dukcapil", "dinas duduk dan catat sipil"),
        ("Wilayah 33.29.01", "332901"),
    ],
)
def test_synonyms_are_added_as_segments_of_their_own(written: str, added: str) -> None:
    assert added in terms(title=written)
    assert " ".join(analyzer().stems(written)) in terms(title=written)


def test_a_document_is_analysed_once_and_again_only_for_other_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = document("a", "Jumlah Penduduk", tags=("air bersih", "sanitasi"))
    done = analysed(fresh)
    assert done.analysis == analyzer().version
    assert analysed(done) is done
    assert done.surface.labels == ("air bersih", "sanitasi")
    assert done.terms.title[0] == "jumlah duduk"
    assert analysed(replace(done, analysis="lama")) == done
    assert SearchDocument.from_json(done.to_json()) == done


def test_names_hold_what_else_people_type() -> None:
    done = analysed(document("a", "A", region_names=("Kecamatan Salem",), extras={"author": ("Budi",)}, years=(2019,)))
    words = " ".join(done.surface.names).split()
    assert {"salem", "budi", "2019", "csv", "33.29", "badan"} <= set(words)


def test_the_lists_are_sound() -> None:
    lists = analyzer()
    assert "yang" in lists.stops
    assert len(lists.synonyms) > 150
    for form, others in lists.synonyms.items():
        assert form not in others
        assert all(form in lists.synonyms[other] for other in others), form
    assert set(LEVELS) == {"title", "labels", "names", "notes"}


@pytest.mark.parametrize(
    ("roots", "synonyms"), [("kata", ""), ("= akar", ""), ("", "sendiri"), ("", "a, "), ("", "a, " + "b " * 20)]
)
def test_a_faulty_line_of_a_list_is_named(roots: str, synonyms: str) -> None:
    with pytest.raises(ValueError, match="a line of the"):
        read_analyzer("", roots, synonyms)


def test_the_version_follows_the_lists() -> None:
    assert read_analyzer("yang", "", "").version != read_analyzer("yang dan", "", "").version
