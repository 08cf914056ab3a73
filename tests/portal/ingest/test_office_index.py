"""The office index follows the drafts and forgets what is exempt; the public index never holds one (I3, I9)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from portal.access.rows import DatasetFilter
from portal.cli.search import compare, indexes
from portal.ingest.office_feed import OfficeFeed, held
from portal.ingest.office_search import OfficeResults, OfficeSearch
from portal.ingest.schemas import Classification, MetadataEdit, NewDraft
from portal.ingest.service import Ingest
from portal.kernel.errors import NotFound
from portal.kernel.identity import ANONYMOUS, Role, RoleAt
from search.engine import Engine, counting
from search.errors import EngineUnavailable
from search.lucene import parse_q
from search.query import FacetRequest, SearchQuery, Term
from tests.portal.ingest.house import House, metadata

EXEMPT = Classification(sifat="dikecualikan", number="SK-9/2026", grounds=("17h",), reason="Rahasia", approval="ND-9")


@pytest.fixture
def word() -> str:
    """A word that no other dataset has: letters that no stemmer cuts."""
    return "zq" + "".join(chr(ord("a") + int(digit, 16)) for digit in uuid4().hex[:12]) + "x"


def office(house: House) -> Engine:
    assert house.runtime.office_search is not None
    return house.runtime.office_search


def found(house: House, who: str, asked: str, **more: Any) -> OfficeResults:
    scope = house.runtime.scope()
    try:
        return scope.service(OfficeSearch).search(house.people[who], SearchQuery(tree=parse_q(asked), **more))
    finally:
        scope.close()


def ids(house: House, who: str, asked: str) -> set[str]:
    return set(found(house, who, asked, relax=False).results.ids)


def test_a_draft_is_found_at_once_by_those_whose_duty_it_is(house: House, word: str) -> None:
    dataset_id = house.draft(judul=f"Data {word}", kata_kunci=(word, "gizi"))
    result = found(house, "siti", word, facets=(FacetRequest("tags"), FacetRequest("keadaan", other=True)))
    assert (result.results.ids, result.drafts) == ((str(dataset_id),), frozenset({str(dataset_id)}))
    assert {item.value for item in result.results.facet("tags").items} == {word, "gizi"}
    assert [item.value for item in result.results.facet("keadaan").items] == ["direncanakan"]
    assert ids(house, "kepala", word) == {str(dataset_id)}
    assert ids(house, "siti", f"id:{dataset_id}") == {str(dataset_id)}
    for stranger in ("budi", "wati"):
        assert ids(house, stranger, word) == set(), stranger
    assert house.runtime.search.search(SearchQuery(tree=parse_q(word))).total == 0


def test_admin_sees_no_draft_by_that_role_and_nobody_asks_without_a_name(house: House, word: str) -> None:
    house.draft(judul=f"Data {word}")
    agency = next(iter(house.people["siti"].agencies()))
    house.people["atur"] = replace(house.people["budi"], roles=frozenset({RoleAt(Role.ADMIN, agency)}))
    nothing = found(house, "atur", word, facets=(FacetRequest("organization"),))
    assert (nothing.results.total, nothing.results.facets[0].items, nothing.results.suggestion) == (0, (), None)
    scope = house.runtime.scope()
    with pytest.raises(NotFound):
        scope.service(OfficeSearch).search(ANONYMOUS, SearchQuery())
    scope.close()


def test_a_checker_finds_what_he_is_named_on(house: House, word: str) -> None:
    dataset_id, _ = house.loaded(judul=f"Data {word}")
    house.checked(dataset_id, classify=False)
    checker = next(name for name, person in house.people.items() if person == house.checker(dataset_id))
    assert ids(house, checker, word) == {str(dataset_id)}
    (form,) = found(house, checker, word, facets=(FacetRequest("res_format"),)).results.facets
    assert [item.value for item in form.items] == ["CSV"]


def test_an_edit_is_followed_and_its_old_words_are_gone(house: House, word: str) -> None:
    dataset_id = house.draft(judul=f"Data {word}")
    view = house.view("siti", dataset_id)
    with house.act() as ingest:
        edit = MetadataEdit(metadata=view.metadata.model_copy(update={"judul": f"Baru {word[::-1]}"}), token=view.token)
        ingest.drafts.edit(house.people["siti"], dataset_id, edit)
    assert ids(house, "siti", word) == set()
    assert ids(house, "siti", word[::-1]) == {str(dataset_id)}


def test_what_is_rolled_back_is_not_sent(house: House, word: str) -> None:
    scope = house.runtime.scope()
    agency = next(iter(house.people["siti"].agencies()))
    draft = NewDraft(agency_id=agency, metadata=metadata(judul=f"Data {word}"))
    scope.service(Ingest).drafts.create(house.people["siti"], draft)
    scope.close()
    assert feed(house).drain() == 0
    assert ids(house, "siti", word) == set()


def test_release_leaves_the_public_document_alone_and_a_new_version_stands_beside_it(house: House, word: str) -> None:
    dataset_id, _ = house.released(judul=f"Data {word}")
    public = found(house, "budi", word)
    assert (public.results.ids, public.results.total, public.drafts) == ((str(dataset_id),), 1, frozenset())
    with house.act() as ingest:
        ingest.drafts.new_version(house.people["siti"], dataset_id)
    # for the API one dataset is one hit, that of its published version; the list of own work finds the draft too
    assert found(house, "siti", word).results.total == 1
    assert own(house, "siti", word) == {dataset_id}
    assert office(house).search(SearchQuery(tree=parse_q(word))).total == 2
    with house.act() as ingest:
        ingest.deciding.withdraw(house.people["wati"], dataset_id, "Uji")
    house.quick()
    assert ids(house, "budi", word) == set()
    assert found(house, "siti", word).drafts == {str(dataset_id)}


def own(house: House, who: str, asked: str) -> frozenset[UUID]:
    scope = house.runtime.scope()
    try:
        return scope.service(OfficeSearch).own(house.people[who], SearchQuery(tree=parse_q(asked)))
    finally:
        scope.close()


def test_an_exempt_decision_forgets_before_it_takes_effect(house: House, word: str) -> None:
    dataset_id, _ = house.loaded(judul=f"Data {word}", kata_kunci=(word,))
    house.checked(dataset_id, classify=False)
    assert office(house).search(SearchQuery(tree=parse_q(word))).total == 1
    with house.act() as ingest:
        ingest.deciding.classify(house.people["pita"], dataset_id, EXEMPT)
        # not committed yet, and nobody else brings it back
        assert office(house).search(SearchQuery(tree=parse_q(word))).total == 0
        feed(house).drain()
        assert office(house).search(SearchQuery(tree=parse_q(word))).total == 0
    assert feed(house).drain() == 0
    house.quick()
    assert office(house).search(SearchQuery(tree=parse_q(word))).total == 0
    assert house.count("office", "SELECT count(*) FROM vault.index_card WHERE dataset_id = %s", dataset_id) == 0
    words = "SELECT count(*) FROM search.vocabulary WHERE word = %s"
    assert house.count("office", words, word) == 0


def feed(house: House) -> OfficeFeed:
    scope = house.runtime.scope()
    return scope.service(OfficeFeed)


def test_the_words_of_drafts_are_suggested_to_nobody(house: House, word: str) -> None:
    house.draft(judul=f"Jumlah {word}")
    assert office(house).suggest(word[:8]) == ()
    assert office(house).did_you_mean(word[:-1]) is None
    assert found(house, "siti", word[:-2] + "q").results.suggestion is None


def test_an_engine_that_is_away_stops_no_work_and_the_job_catches_up(
    house: House, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_given: object, **_named: object) -> int:
        raise EngineUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(office(house), "upsert", away)
        dataset_id = house.draft(judul=f"Data {word}")
    assert ids(house, "siti", word) == set()
    house.handlers().index(None)  # type: ignore[arg-type]
    assert ids(house, "siti", word) == {str(dataset_id)}


def test_several_commits_of_one_act_are_sent_once(house: House, word: str) -> None:
    scope = house.runtime.scope()
    session, ingest_feed = scope.session("office"), scope.service(OfficeFeed)
    with counting(office(house)) as calls, held(session, ingest_feed):
        agency = next(iter(house.people["siti"].agencies()))
        for number in range(3):
            draft = NewDraft(agency_id=agency, metadata=metadata(judul=f"Data {word} {number}"))
            scope.service(Ingest).drafts.create(house.people["siti"], draft)
            scope.commit()
        assert calls == []
    scope.close()
    assert calls == ["upsert"]
    assert len(ids(house, "siti", word)) == 3


def test_the_list_of_own_work_is_searched_by_stems(house: House, word: str) -> None:
    dataset_id = house.draft(judul=f"Persekolahan {word}")
    with house.act() as ingest:
        listed = ingest.queries.my_datasets(house.people["siti"], DatasetFilter(words=f"bersekolah {word}"))
        assert [line.id for line in listed.items] == [dataset_id]
        none = ingest.queries.my_datasets(house.people["budi"], DatasetFilter(words=word))
        assert (none.items, none.total) == ((), 0)


def test_check_mends_the_office_index(house: House, word: str) -> None:
    dataset_id = house.draft(judul=f"Data {word}")
    entry = office(house).search(SearchQuery(tree=parse_q(word))).ids[0]
    office(house).delete([entry])
    scope = house.runtime.scope()
    index = indexes(scope)[1]
    assert not compare(scope, index, repair=True)
    assert ids(house, "siti", word) == {str(dataset_id)}
    assert index.engine.rebuild(index.documents()) == len(list(index.expected()))
    assert ids(house, "siti", word) == {str(dataset_id)}
    scope.close()


def test_the_office_role_reads_no_card(house: House) -> None:
    with house.runtime.sessions["office"]() as session, pytest.raises(Exception, match="permission denied"):
        session.execute(text("SELECT * FROM vault.index_card"))


def test_the_identity_filter_cannot_be_argued_with(house: House, word: str) -> None:
    house.draft(judul=f"Data {word}")
    for asked in (f"{word} OR private:true", "private:true", "*:* OR terbit:false", f"-private:false {word}"):
        assert not found(house, "budi", asked).drafts, asked
    query = SearchQuery(tree=parse_q(word), filters=(Term("private", "true"),), identity=Term("private", "true"))
    scope = house.runtime.scope()
    assert scope.service(OfficeSearch).search(house.people["budi"], query).results.total == 0
    scope.close()
