"""What every engine must do with documents: put in, take out, rebuild, compare, repair."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from threading import Thread

import pytest

from search.documents import Coded, SearchDocument
from search.engine import Engine
from search.query import All, And, FacetRequest, Not, Or, SearchQuery, Term, Words
from search.results import Differences
from tests.search.corpus import corpus, document, uid


def total(engine: Engine, text: str) -> int:
    """Number of documents that hold the words, no typing error forgiven."""
    return engine.search(SearchQuery(tree=Words(text), relax=False)).total


class WritingContract:
    """The module brings a fixture `empty`: a fresh engine for each test."""

    def test_an_empty_index_answers(self, empty: Engine) -> None:
        results = empty.search(SearchQuery(tree=Words("apa saja"), facets=(FacetRequest("tags"),)))
        assert (results.ids, results.total, results.facets[0].items) == ((), 0, ())
        assert empty.search(SearchQuery(tree=All())).total == 0
        assert empty.suggest("a") == ()
        assert empty.count() == 0
        empty.ping()

    def test_what_is_written_is_found_at_once(self, empty: Engine) -> None:
        assert empty.upsert([document("a", "Curah Hujan")]) == 1
        assert total(empty, "hujan") == 1
        assert empty.delete([uid("a"), uid("b")]) == 1
        assert total(empty, "hujan") == 0
        assert empty.upsert([]) == 0
        assert empty.delete([]) == 0

    def test_the_higher_revision_wins(self, empty: Engine) -> None:
        empty.upsert([document("a", "Judul Baru", revision=5)])
        assert empty.upsert([document("a", "Judul Lama", revision=4)]) == 0
        assert total(empty, "lama") == 0
        assert empty.upsert([document("a", "Judul Kini", revision=5)]) == 1
        assert (total(empty, "baru"), total(empty, "kini"), empty.count()) == (0, 1, 1)

    def test_a_deleted_document_may_come_back_with_its_revision(self, empty: Engine) -> None:
        empty.upsert([document("a", "Curah Hujan", revision=3)])
        empty.delete([uid("a")])
        assert empty.upsert([document("a", "Curah Hujan", revision=3)]) == 1
        assert total(empty, "hujan") == 1

    def test_counts_words_and_labels_follow_every_change(self, empty: Engine) -> None:
        empty.upsert([document("a", "Kenari", tags=("satu", "dua")), document("b", "Merpati", tags=("dua",))])
        empty.upsert([document("a", "Gelatik", tags=("tiga",), revision=2)])
        facets = (FacetRequest("tags"), FacetRequest("organization"))
        results = empty.search(SearchQuery(facets=facets))
        assert {(item.value, item.count) for item in results.facets[0].items} == {("dua", 1), ("tiga", 1)}
        assert empty.did_you_mean("kenarii") is None
        assert empty.did_you_mean("gelatikk") == "gelatik"
        empty.delete([uid("a")])
        assert empty.did_you_mean("gelatikk") is None
        assert empty.suggest("gel") == ()
        assert [item.value for item in empty.search(SearchQuery(facets=facets)).facets[0].items] == ["dua"]

    def test_words_of_drafts_are_never_told(self, empty: Engine) -> None:
        draft = document("rahasia", "Kepompong Draf", private=True, state="active", agency="dinkes")
        gone = document("hapus", "Kepompong Hapus", state="deleted")
        empty.upsert([draft, gone, document("c", "Terbit")])
        assert empty.did_you_mean("kepompng") is None
        assert empty.suggest("kepomp") == ()
        assert empty.search(SearchQuery(tree=Words("kepompng"))).suggestion is None

    def test_identity_limits_what_a_person_finds_counts_and_facets_alike(self, empty: Engine) -> None:
        empty.upsert([
            document("umum", "Data Jembatan"),
            document("draf-1", "Data Jembatan Draf", private=True, agency="dinkes", tags=("kenari",)),
            document("draf-2", "Data Jembatan Draf", private=True, agency="dpupr", tags=("murai",)),
        ])  # fmt: skip
        public = Term("private", "false")
        own = Or((public, And((Term("private", "true"), Term("agency", "dpupr")))))
        facets = (FacetRequest("tags"),)
        for identity, expected, tags in ((public, 1, set()), (own, 2, {"murai"}), (None, 3, {"murai", "kenari"})):
            for tree in (Words("jembatan"), All(), Not(Words("kenari")), Words("jembtan")):
                results = empty.search(SearchQuery(tree=tree, identity=identity, facets=facets))
                if not isinstance(tree, Not):
                    assert results.total == expected
                assert {item.value for item in results.facets[0].items} <= tags

    def test_words_of_other_lists_are_analysed_again(self, empty: Engine) -> None:
        stale = replace(document("a", "Curah Hujan"), analysis="lama")
        empty.upsert([stale])
        assert total(empty, "hujannya") == 1

    def test_odd_documents_are_kept(self, empty: Engine) -> None:
        odd = document(
            "odd", "Judul \x00 \ud800 aneh 'kutip' \\ \U0001f990", notes="kata " * 20_000 + "x" * 40_000,
            tags=("", " ", "\x1f", "a" * 5_000, "Tag\x1fbelah"), downloads=2**31, columns=("'",) * 2_000,
            license=Coded("", ""), extras={"extras_a": ("", "b\x00c"), "e'; --": ("x",)}, formats=("",),
        )  # fmt: skip
        assert empty.upsert([odd]) == 1
        assert total(empty, "aneh kutip") == 1
        assert empty.search(SearchQuery(tree=Term("tags", "tag belah"))).total == 1
        facets = tuple(FacetRequest(name) for name in ("tags", "license_id", "res_format"))
        assert empty.search(SearchQuery(facets=facets)).total == 1

    def test_a_rebuild_replaces_adds_and_removes(self, empty: Engine) -> None:
        empty.upsert([document("lama", "Usang"), document("a", "Curah Hujan")])
        assert empty.rebuild([document("a", "Curah Hujan Harian", revision=2), document("b", "Debit Sungai")]) == 2
        assert (total(empty, "usang"), total(empty, "harian"), total(empty, "debit")) == (0, 1, 1)
        assert empty.did_you_mean("usangg") is None
        assert empty.rebuild([]) == 0
        assert empty.count() == 0

    def test_the_index_answers_while_it_is_rebuilt_and_takes_writes(self, empty: Engine) -> None:
        documents = corpus()
        empty.upsert([*documents, document("hilang", "Akan Dihapus")])
        seen: list[int] = []

        def source() -> Iterator[SearchDocument]:
            for place, item in enumerate([*documents, document("hilang", "Akan Dihapus")]):
                if place == 3:
                    empty.upsert([document("baru", "Ditulis Sementara Itu")])
                    empty.upsert([replace(documents[-1], title="Versi Terkini", revision=9)])
                    empty.delete([uid("hilang")])
                seen.append(empty.search(SearchQuery(tree=All())).total)
                yield item

        assert empty.rebuild(source()) == len(documents) + 1
        assert min(seen) >= len(documents)
        assert (total(empty, "sementara"), total(empty, "terkini"), total(empty, "dihapus")) == (1, 1, 0)
        assert empty.did_you_mean("dihapuss") is None

    def test_a_rebuild_that_breaks_leaves_the_index_usable(self, empty: Engine) -> None:
        empty.upsert([document("a", "Curah Hujan")])

        def source() -> Iterator[SearchDocument]:
            yield document("b", "Debit Sungai")
            raise RuntimeError("sumber putus")

        with pytest.raises(RuntimeError, match="sumber putus"):
            empty.rebuild(source())
        assert total(empty, "hujan") == 1
        assert empty.rebuild([document("b", "Debit Sungai")]) == 1
        assert (total(empty, "hujan"), total(empty, "debit")) == (0, 1)

    def test_check_names_differences_and_repair_mends_them(self, empty: Engine) -> None:
        empty.upsert([document(name, f"Judul {name}", revision=2) for name in ("sama", "usang", "lebih", "maju")])
        current = {uid("sama"): 2, uid("usang"): 3, uid("kurang"): 1, uid("maju"): 1}
        differences = empty.check(current.items())
        assert differences == Differences((uid("kurang"),), (uid("usang"), uid("maju")), (uid("lebih"),))

        def load(ids: Sequence[str]) -> list[SearchDocument]:
            names = {uid(name): name for name in ("usang", "kurang", "maju")}
            return [document(names[item], f"Judul {names[item]}", revision=current[item]) for item in ids]

        assert empty.repair(differences, load) == differences
        assert not empty.check(current.items())
        assert empty.count() == 4

    def test_writers_at_the_same_time_keep_the_counts(self, empty: Engine) -> None:
        failed: list[BaseException] = []

        def write(thread: int) -> None:
            try:
                for turn in range(4):
                    empty.upsert(
                        document(f"d{number}", "Jembatan", tags=(f"t{thread}",), revision=turn * 10 + thread)
                        for number in range(6)
                    )
            except BaseException as error:  # noqa: BLE001 - told by the test
                failed.append(error)

        threads = [Thread(target=write, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        results = empty.search(SearchQuery(facets=(FacetRequest("tags"), FacetRequest("organization"))))
        assert results.total == 6
        assert [(item.value, item.count) for item in results.facets[0].items] == [("t2", 6)]
        assert results.facets[1].items[0].count == 6
