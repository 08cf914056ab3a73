"""`package_search` answers alike on both engines."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace

import pytest
from elasticsearch import Elasticsearch
from sqlalchemy import select

from portal.app import create_public_app
from portal.catalog import models
from search.documents import SearchDocument
from search.engine import open_engine
from tests.portal.api.world import World

pytestmark = pytest.mark.elasticsearch


@pytest.fixture(scope="module")
def elastic(world: World, elasticsearch_url: str) -> Iterator[World]:
    """The same published catalogue, found by an Elasticsearch index of this run's own."""
    alias = f"t{secrets.token_hex(4)}-api"
    engine = open_engine(elasticsearch_url, alias)
    engine.prepare()
    with world.runtime.sessions["public"]() as session:
        engine.upsert([SearchDocument.from_json(row) for row in session.scalars(select(models.dataset.c.search))])
    runtime = replace(world.runtime, search=engine, factories={})
    yield replace(world, app=create_public_app(runtime.settings, runtime), runtime=runtime)
    engine.close()
    with Elasticsearch(elasticsearch_url) as client:
        for suffix in ("a", "b"):
            client.options(ignore_status=404).indices.delete(index=f"{alias}-{suffix}")


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
    ],
)
def test_both_engines_answer_alike(world: World, elastic: World, asked: dict[str, object]) -> None:
    assert elastic.call("package_search", asked) == world.call("package_search", asked)


def test_autocomplete_on_both(world: World, elastic: World) -> None:
    assert elastic.result("package_autocomplete", {"q": "jum"}) == world.result("package_autocomplete", {"q": "jum"})
