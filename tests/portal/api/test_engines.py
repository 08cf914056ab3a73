"""`package_search` answers alike on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.portal.api.world import World, found_by_elastic

pytestmark = pytest.mark.elasticsearch


@pytest.fixture(scope="module")
def elastic(world: World, elasticsearch_url: str) -> Iterator[World]:
    """The same published catalogue, found by an Elasticsearch index of this run's own."""
    with found_by_elastic(world, elasticsearch_url) as made:
        yield made


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"q": "stunting balita", "facet.field": ["organization", "groups", "tags", "res_format", "license_id"]},
        {"q": "stuntng"},
        {"q": "imunisasinya"},
        {"q": "title:imunisasi OR tags:gizi", "sort": "name asc"},
        {"fq": "tags:balita", "fq_list": ["-name:imunisasi"]},
        {"fq": "kolom_lain:abc"},
        {"q": "((("},
        {"q": "title:("},
        {"ext_bbox": "108.7,-7.4,109.2,-6.7", "ext_relation": "within", "sort": "title_string asc"},
        {"sort": "metadata_modified desc", "rows": 1, "start": 1, "facet.field": ["tags"], "facet.mincount": 2},
        {"rows": 0, "start": 10**12},
        {"q": "res_name:stunting OR author:kesehatan", "facet.field": ["owner_org", "frequency", "state", "zzz"]},
        {"fq": "+capacity:public -isopen:false num_tags:[1 TO 9]", "facet.field": ["license_id", "extras_frequency"]},
        {"q": "title:[a TO z] && title_string:sebaran~1", "facet.limit": -1, "facet.field": ["type"]},
    ],
)
def test_both_engines_answer_alike(world: World, elastic: World, asked: dict[str, object]) -> None:
    assert elastic.call("package_search", asked) == world.call("package_search", asked)


def test_autocomplete_on_both(world: World, elastic: World) -> None:
    assert elastic.result("package_autocomplete", {"q": "jum"}) == world.result("package_autocomplete", {"q": "jum"})


_PIECES = st.sampled_from(
    ["'", '"', "\\", "(", ")", "[", "]", "{", "}", "{!", "*", "?", "~", "^", ":", "/", "&&", "||", "!", "+", "-", " ",
     "AND", "OR", "NOT", "TO", "title", "tags", "extras_x", "_query_", "keys", "facet.", "balita", "name:", "id:", "%s",
     "$1", ";--", "pg_sleep(9)", "\x1f", "NOW", "1e400", "\u202e", "٣", "a", "match_all", "script", "]TO[", "\x00"]
)  # fmt: skip
_HOSTILE = st.lists(_PIECES, max_size=9).map("".join)


@given(_HOSTILE, _HOSTILE, _HOSTILE, _HOSTILE)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_that_is_asked_becomes_a_program(
    world: World, elastic: World, q: str, fq: str, sort: str, facet: str
) -> None:
    for asked in ({"q": q}, {"fq": fq}, {"sort": sort}, {"facet.field": [facet]}, {"q": q, "fl": fq, "ext_bbox": sort}):
        ours, theirs = world.call("package_search", asked), elastic.call("package_search", asked)
        assert ours == theirs, asked
        assert ours[0] in (200, 400, 409), asked
        assert "SELECT" not in str(ours[1].get("error")), asked
