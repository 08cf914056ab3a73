"""What every engine must answer; each engine's tests inherit it and bring the engine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from search.documents import Bounds, Coded
from search.engine import Engine, counting
from search.errors import QuerySyntaxError
from search.fields import FACETS
from search.lucene import parse_fq, parse_q
from search.query import (
    NEWEST,
    TITLE,
    All,
    And,
    AtLeast,
    Boost,
    FacetRequest,
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
from tests.search.contract_pages import PageContract, names
from tests.search.corpus import BREBES, SALEM, START, corpus, document, uid

#: What a citizen types, and what must be among the first three.
RELEVANT = [
    ("jumlah penduduk", "jumlah-penduduk"),
    ("penduduk brebes", "jumlah-penduduk"),
    ("stunting", "prevalensi-stunting"),
    ("stuntng", "prevalensi-stunting"),
    ("balita stunting 2023", "prevalensi-stunting"),
    ("bersekolah", "angka-putus-sekolah"),
    ("anak putus sekolah", "angka-putus-sekolah"),
    ("imunisasinya", "cakupan-imunisasi"),
    ("imunisasi bayi", "cakupan-imunisasi"),
    ("kependudukan", "jumlah-penduduk"),
    ("dinkes", "prevalensi-stunting"),
    ("DINAS KESEHATAN", "cakupan-imunisasi"),
    ("dukcapil", "kepadatan-penduduk"),
    ("sd", "jumlah-sd"),
    ("sekolah dasar", "jumlah-sd"),
    ("apbd", "rapbd"),
    ("pertanian", "luas-lahan"),
    ("petani padi", "produksi-padi"),
    ("bawang", "produksi-bawang"),
    ("jalan kab", "jaringan-jalan"),
    ("peta jalan salem", "jalan-salem"),
    ("faskes", "fasilitas-kesehatan"),
    ("rumah sakit umum daerah", "fasilitas-kesehatan"),
    ("laki laki perempuan", "jumlah-penduduk"),
    ("33.29.01", "jalan-salem"),
    ("332901", "jalan-salem"),
    ("kepadatn penduduk", "kepadatan-penduduk"),
    ("prevalen", "prevalensi-stunting"),
]

HOSTILE = [
    "'", '"', "\\", "'; DROP TABLE search.document; --", "') OR 1=1 --", "%s", "%(p0)s", "{}", "{0}", "$1",
    "\x00", "\x1f", "\ud800", "a\x00b", "*", "?", "%", "_", "[", "]", "(((", ")", "~", "^", "/.*/", "{!func}id",
    '{"match_all":{}}', "<script>alert(1)</script>", "../../etc/passwd", "_id", "_source", "pg_sleep(5)", ":",
    "a" * 5_000, "é" * 300, "🦐", "\u202e", "' | 'x':*", "a & b", "!", "-", "\n", "NaN", "1e400", "٣٣",
]  # fmt: skip


class EngineContract(PageContract):
    """The module brings a fixture `loaded`: an engine that holds the corpus and is only read."""

    def found(self, engine: Engine, node: Node, **values: object) -> set[str]:
        return set(names(engine.search(SearchQuery(tree=node, rows=100, relax=False, **values))))  # type: ignore[arg-type]

    @pytest.mark.parametrize(("text", "expected"), RELEVANT)
    def test_finds_what_people_mean(self, loaded: Engine, text: str, expected: str) -> None:
        assert expected in names(loaded.search(SearchQuery(tree=parse_q(text), rows=3)))

    @pytest.mark.parametrize(
        ("text", "expected"),
        [("kab. brebes", 12), ("kabupaten brebes", 12), ("kec salem", 1), ("dinas kesehatan", 3), ("disdukcapil", 2)],
    )
    def test_abbreviations_and_full_forms_find_the_same(self, loaded: Engine, text: str, expected: int) -> None:
        assert loaded.search(SearchQuery(tree=parse_q(text), relax=False)).total == expected

    def test_title_goes_before_tags_before_description(self, loaded: Engine) -> None:
        order = names(loaded.search(SearchQuery(tree=Words("padi"))))
        assert order == ["produksi-padi", "luas-lahan", "produksi-bawang"]

    def test_the_exact_title_is_first(self, loaded: Engine) -> None:
        assert names(loaded.search(SearchQuery(tree=parse_q("kepadatan penduduk"))))[0] == "kepadatan-penduduk"

    def test_equal_relevance_goes_by_newest(self, loaded: Engine) -> None:
        order = names(loaded.search(SearchQuery(tree=All())))
        assert order == [item.name for item in reversed(corpus())]

    def test_exact_words_do_not_drag_in_similar_ones(self, loaded: Engine) -> None:
        assert self.found(loaded, Words("ruas")) == {"jaringan-jalan", "jalan-salem"}  # not "luas"

    def test_all_words_must_match(self, loaded: Engine) -> None:
        assert self.found(loaded, Words("produksi padi")) == {"produksi-padi", "produksi-bawang"}
        assert self.found(loaded, Words("stunting jalan")) == set()

    def test_stop_words_are_left_out_unless_alone(self, loaded: Engine) -> None:
        assert self.found(loaded, Words("data yang padi")) == self.found(loaded, Words("padi"))
        assert self.found(loaded, Words("yang")) == {"cakupan-imunisasi", "angka-putus-sekolah"}

    def test_nothing_typed_but_signs_finds_nothing(self, loaded: Engine) -> None:
        assert self.found(loaded, Words("?! --")) == set()
        assert self.found(loaded, Phrase("...")) == set()

    def test_levels_limit_words(self, loaded: Engine) -> None:
        assert self.found(loaded, Words("padi", "title")) == {"produksi-padi"}
        assert self.found(loaded, Words("padi", "labels")) == {"produksi-padi", "luas-lahan"}
        assert self.found(loaded, Words("padi", "notes")) == {"produksi-bawang"}
        assert self.found(loaded, Words("kesehatan", "names")) >= {"prevalensi-stunting", "fasilitas-kesehatan"}

    def test_phrases_keep_the_order_and_stay_in_their_segment(self, loaded: Engine) -> None:
        assert self.found(loaded, Phrase("bawang merah")) == {"produksi-bawang"}
        assert self.found(loaded, Phrase("merah bawang")) == set()
        assert self.found(loaded, Phrase("laki perempuan")) == set()
        assert self.found(loaded, Phrase("putus sekolah", "title")) == {"angka-putus-sekolah"}

    def test_beginnings_wildcards_and_near_words(self, loaded: Engine) -> None:
        assert self.found(loaded, Prefix(None, "imun")) == {"cakupan-imunisasi"}
        assert self.found(loaded, Prefix(None, "padi", "title")) == {"produksi-padi"}
        assert self.found(loaded, Wildcard(None, "stunt*g")) == {"prevalensi-stunting"}
        assert self.found(loaded, Wildcard(None, "pad?", "labels")) == {"produksi-padi", "luas-lahan"}
        assert self.found(loaded, Fuzzy("stuntng", 1)) == {"prevalensi-stunting"}

    def test_keyword_fields(self, loaded: Engine) -> None:
        health = {"prevalensi-stunting", "cakupan-imunisasi", "fasilitas-kesehatan"}
        assert self.found(loaded, Term("organization", "dinkes")) == health
        assert self.found(loaded, Term("owner_org", uid("dinkes"))) == health
        assert self.found(loaded, Term("groups", "Kesehatan")) == health
        assert self.found(loaded, Term("tags", "bawang merah")) == {"produksi-bawang"}
        assert self.found(loaded, Term("id", uid("rapbd"))) == {"rapbd"}
        assert self.found(loaded, Term("author", "santoso")) == {"jumlah-penduduk"}
        assert self.found(loaded, Term("author", "budi santoso")) == {"jumlah-penduduk"}
        assert self.found(loaded, Prefix("name", "produksi-")) == {"produksi-padi", "produksi-bawang"}
        assert self.found(loaded, Wildcard("name", "*-penduduk")) == {"jumlah-penduduk", "kepadatan-penduduk"}
        assert self.found(loaded, Not(Prefix("license_id", ""))) == {"rapbd"}

    def test_ranges(self, loaded: Engine) -> None:
        assert self.found(loaded, Range("years", None, 2020)) == {"produksi-padi", "luas-lahan"}
        assert self.found(loaded, Range("years", 2021, 2021)) == {"jumlah-penduduk"}
        assert self.found(loaded, Range("downloads", 500, None)) == {
            "jumlah-penduduk", "prevalensi-stunting", "produksi-bawang",
        }  # fmt: skip
        assert self.found(loaded, Range("downloads", 500, None, include_low=False)) == {
            "jumlah-penduduk", "prevalensi-stunting",
        }  # fmt: skip
        edge = START + timedelta(days=130)
        assert self.found(loaded, Range("modified", edge, None)) == {"perbatasan", "rapbd"}
        assert self.found(loaded, Range("modified", edge, None, include_low=False)) == {"rapbd"}
        assert self.found(loaded, Range("name", "q", None)) == {"rapbd"}
        assert self.found(loaded, Range("wilayah", "33.29.00", "33.29.99")) == {"jalan-salem"}

    def test_the_tree_combines(self, loaded: Engine) -> None:
        padi, bawang = Term("tags", "padi"), Term("tags", "bawang merah")
        assert self.found(loaded, Or((padi, bawang))) == {"produksi-padi", "luas-lahan", "produksi-bawang"}
        assert self.found(loaded, Or((padi, Words("bawang")))) == {"produksi-padi", "luas-lahan", "produksi-bawang"}
        assert self.found(loaded, And((padi, Not(Words("produksi"))))) == {"luas-lahan"}
        assert self.found(loaded, AtLeast(2, (Words("lahan"), Words("sawah"), Words("stunting")))) == {"luas-lahan"}
        assert self.found(loaded, Or(())) == set()
        assert len(self.found(loaded, And(()))) == len(corpus())
        assert self.found(loaded, Boost(padi, 3)) == self.found(loaded, padi)

    def test_boost_moves_the_order(self, loaded: Engine) -> None:
        first = Or((Boost(Words("padi"), 0.1), Boost(Words("bawang", "title"), 50)))
        assert names(loaded.search(SearchQuery(tree=first)))[0] == "produksi-bawang"

    def test_filters_select_and_do_not_order(self, loaded: Engine) -> None:
        query = SearchQuery(filters=(Words("padi"), parse_fq("organization:distan")))
        assert names(loaded.search(query)) == ["luas-lahan", "produksi-bawang", "produksi-padi"]

    def test_the_language_of_ckan(self, loaded: Engine) -> None:
        asked = {
            "title:penduduk AND -tags:kepadatan": {"jumlah-penduduk"},
            "+organization:(distan OR dpupr) +res_format:SHP": {"jaringan-jalan", "jalan-salem"},
            "tahun:[2019 TO 2020] || name:rapbd": {"produksi-padi", "luas-lahan", "rapbd"},
            "metadata_modified:[2024-05-09 TO *]": {"perbatasan", "rapbd"},
            "-notes:*": {"rapbd", "jalan-salem"},
            "tingkat:desa && kind:layer && !organization:dpupr": {"fasilitas-kesehatan"},
            "private:true": set(),
        }
        for text, expected in asked.items():
            assert self.found(loaded, parse_fq(text)) == expected, text

    def test_boxes(self, loaded: Engine) -> None:
        salem = SearchQuery(bbox=SALEM, rows=100)
        assert "perbatasan" not in names(loaded.search(salem))
        assert "rapbd" not in names(loaded.search(salem))
        assert loaded.search(salem).total == 12
        within = SearchQuery(bbox=SALEM, relation="within", rows=100)
        assert names(loaded.search(within)) == ["jalan-salem"]
        assert loaded.search(SearchQuery(bbox=BREBES, relation="within")).total == 12
        assert loaded.search(SearchQuery(bbox=Bounds(0, 0, 1, 1))).total == 0
        assert loaded.search(SearchQuery(tree=Words("jalan"), bbox=Bounds(108.8, -7.2, 108.8, -7.2))).total == 2

    def test_facets_carry_labels_and_counts_of_what_is_found(self, loaded: Engine) -> None:
        asked = tuple(FacetRequest(name) for name in FACETS)
        everything = loaded.search(SearchQuery(facets=asked))
        agencies = [(item.value, item.label, item.count) for item in everything.facet("organization").items]
        assert agencies[0] == ("bappeda", "Badan Perencanaan Pembangunan Daerah", 2) or agencies[0][2] == 3
        assert ("dinkes", "Dinas Kesehatan", 3) in agencies
        assert agencies == sorted(agencies, key=lambda item: (-item[2], item[0]))
        assert {item.value: item.count for item in everything.facet("tahun").items}["2023"] == 12
        assert [item.label for item in everything.facet("tingkat").items] == ["Kecamatan", "Desa/Kelurahan"]
        some = loaded.search(SearchQuery(tree=Words("padi"), facets=asked))
        assert [(item.value, item.count) for item in some.facet("tags").items][:2] == [("padi", 2), ("bawang merah", 1)]
        assert [(item.value, item.count) for item in some.facet("groups").items] == [("pertanian", 3)]

    def test_facets_obey_limit_and_mincount_and_keep_the_name_asked(self, loaded: Engine) -> None:
        query = SearchQuery(facets=(FacetRequest("tags", limit=2, mincount=2), FacetRequest("level", limit=1)))
        results = loaded.search(query)
        assert [(item.value, item.count) for item in results.facet("tags").items] == [("padi", 2)]
        assert [item.value for item in results.facet("level").items] == ["kecamatan"]
        assert [facet.name for facet in results.facets] == ["tags", "level"]

    def test_any_keyword_field_can_be_counted(self, loaded: Engine) -> None:
        asked = ("owner_org", "author", "state", "extras_tidak.ada-1")
        found = loaded.search(SearchQuery(facets=tuple(FacetRequest(name, 3, other=True) for name in asked)))
        assert [(item.value, item.count) for item in found.facet("state").items] == [("active", len(corpus()))]
        assert [(item.value, item.label) for item in found.facet("author").items] == [("Budi Santoso",) * 2]
        assert len(found.facet("owner_org").items) == 3
        assert found.facet("extras_tidak.ada-1").items == ()
        narrow = SearchQuery(tree=Words("padi"), facets=(FacetRequest("owner_org", 50, 2, other=True),))
        assert [(item.value, item.count) for item in loaded.search(narrow).facets[0].items] == [(uid("distan"), 3)]

    def test_an_unknown_facet_is_empty_and_an_impossible_one_is_refused(self, loaded: Engine) -> None:
        assert loaded.search(SearchQuery(facets=(FacetRequest("tidak_ada"),))).facets[0].items == ()
        for name in [*HOSTILE, "Facet", "facet.x", "_id", "a" * 65]:
            with pytest.raises(QuerySyntaxError):
                loaded.search(SearchQuery(facets=(FacetRequest(name),)))

    def test_one_call_a_page_and_one_more_when_nothing_is_found(self, loaded: Engine) -> None:
        facets = tuple(FacetRequest(name) for name in FACETS)
        with counting(loaded) as calls:
            loaded.search(SearchQuery(tree=parse_q("padi -jalan"), facets=facets, bbox=BREBES))
        assert calls == ["search"]
        with counting(loaded) as calls:
            loaded.search(SearchQuery(tree=parse_q("stuntng"), facets=facets))
        assert calls == ["search", "search"]
        with counting(loaded) as calls:
            assert loaded.search(SearchQuery(tree=parse_q("tags:takada"))).total == 0
            loaded.suggest("prod")
        assert calls == ["search", "suggest"]

    def test_nothing_found_is_looked_for_again_with_typing_errors_forgiven(self, loaded: Engine) -> None:
        results = loaded.search(SearchQuery(tree=parse_q("produksi bawng"), facets=(FacetRequest("tags"),)))
        assert names(results)[0] == "produksi-bawang"
        assert results.relaxed
        assert results.suggestion == "produksi bawang"
        assert results.facets[0].items
        strict = loaded.search(SearchQuery(tree=Words("bawng"), relax=False))
        assert (strict.total, strict.relaxed, strict.suggestion) == (0, False, None)

    def test_relaxed_pages_keep_the_filters(self, loaded: Engine) -> None:
        query = SearchQuery(tree=Words("stuntng"), filters=(Term("organization", "distan"),))
        assert loaded.search(query).total == 0

    def test_what_stands_under_not_is_never_forgiven(self, loaded: Engine) -> None:
        query = SearchQuery(tree=And((Words("bawng"), Not(Words("padi")))))
        assert loaded.search(query).total == 0

    def test_of_many_words_one_may_be_missing_when_nothing_has_all(self, loaded: Engine) -> None:
        results = loaded.search(SearchQuery(tree=Words("prevalensi stunting balita purwakarta")))
        assert names(results)[0] == "prevalensi-stunting"
        assert results.relaxed

    def test_did_you_mean(self, loaded: Engine) -> None:
        assert loaded.did_you_mean("stuntng balita") == "stunting balita"
        assert loaded.did_you_mean("stunting balita") is None
        assert loaded.did_you_mean("zzzzqqqq") is None
        assert loaded.did_you_mean("33.29") is None

    def test_suggestions(self, loaded: Engine) -> None:
        assert [item.text for item in loaded.suggest("produksi")] == ["Produksi Bawang Merah", "Produksi Padi Sawah"]
        assert [item.name for item in loaded.suggest("jumlah pend")] == ["jumlah-penduduk"]
        assert len(loaded.suggest("j", limit=2)) == 2
        assert loaded.suggest("zzz") == ()
        assert loaded.suggest("  ") == ()

    @pytest.mark.parametrize("text", HOSTILE, ids=lambda text: f"{len(text)}-{sum(map(ord, text))}")
    def test_hostile_values_are_only_values(self, loaded: Engine, text: str) -> None:
        nodes: list[Node] = [
            Words(text), Phrase(text), Words(text, "title"), Term("tags", text), Term(text, "x"), Prefix(None, text),
            Prefix("name", text), Wildcard(None, text), Wildcard("name", text), Fuzzy(text), Range("name", text, text),
            Range(text, "a", "b"),
        ]  # fmt: skip
        query = SearchQuery(tree=Or(tuple(nodes)), filters=(Not(Term("extras_x", text)),), rows=1)
        assert loaded.search(query).total <= len(corpus())
        loaded.search(SearchQuery(tree=parse_q(text.replace("{!", "{ !"))))
        loaded.suggest(text)
        loaded.did_you_mean(text)
        assert loaded.count() == len(corpus())

    @pytest.mark.parametrize(
        "text", [*HOSTILE, "W10", "e30", "bnVsbA"], ids=lambda text: f"{len(text)}-{sum(map(ord, text))}"
    )
    def test_a_foreign_cursor_is_refused(self, loaded: Engine, text: str) -> None:
        with pytest.raises(QuerySyntaxError):
            loaded.search(SearchQuery(cursor=text))

    def test_a_cursor_of_another_order_is_refused(self, loaded: Engine) -> None:
        cursor = loaded.search(SearchQuery(rows=2, sort=TITLE)).cursor
        with pytest.raises(QuerySyntaxError):
            loaded.search(SearchQuery(rows=2, sort=NEWEST, cursor=cursor))

    def test_figures_out_of_range_are_refused(self, loaded: Engine) -> None:
        deep: Node = All()
        for _ in range(20):
            deep = Not(deep)
        for query in (
            SearchQuery(rows=-1), SearchQuery(rows=1_001), SearchQuery(start=-1), SearchQuery(start=10_001),
            SearchQuery(sort=()), SearchQuery(sort=(Sort("title"), Sort("title"))), SearchQuery(tree=deep),
            SearchQuery(sort=(Sort("'; --"),)),  # type: ignore[arg-type]
            SearchQuery(relation="touches"),  # type: ignore[arg-type]
            SearchQuery(tree=Or((Words("a"),) * 3_000)), SearchQuery(tree=Range("years", 2**40, None)),
            SearchQuery(tree=Range("modified", "kemarin", None)),
            SearchQuery(facets=(FacetRequest("tags"),) * 51),
        ):  # fmt: skip
            with pytest.raises(QuerySyntaxError):
                loaded.search(query)

    def test_many_clauses_within_the_limits_are_answered(self, loaded: Engine) -> None:
        many = Or(tuple(Words(f"kata{number} padi") for number in range(300)))
        assert loaded.search(SearchQuery(tree=many, relax=False)).total == 0
        ids = Or(tuple(Term("id", uid(str(number))) for number in range(1_000)))
        assert loaded.search(SearchQuery(tree=ids)).total == 0
        assert loaded.search(SearchQuery(start=10_000, rows=1_000)).ids == ()

    def test_a_page_can_be_asked_for_a_moment_from_now(self, loaded: Engine) -> None:
        node = parse_fq("metadata_modified:[NOW-50YEARS TO NOW]", now=datetime(2024, 1, 11, tzinfo=UTC))
        assert self.found(loaded, node) == {"jumlah-penduduk"}

    def test_a_new_facet_of_a_plugin_needs_no_change(self, loaded: Engine) -> None:
        sdg = document("sdg", "Tujuan Tiga", facets={"tpb": (Coded("3", "Kehidupan Sehat"),)})
        loaded.upsert([sdg])
        try:
            results = loaded.search(SearchQuery(tree=Term("tpb", "3"), facets=(FacetRequest("tpb"),)))
            assert [(item.value, item.label, item.count) for item in results.facets[0].items] == [
                ("3", "Kehidupan Sehat", 1)
            ]
        finally:
            loaded.delete([sdg.id])
