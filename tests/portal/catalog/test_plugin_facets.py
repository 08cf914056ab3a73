"""A plugin's facet: counted and chosen on the search page and by the API as the house's own are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal.catalog import store
from portal.contract import facets
from portal.contract.plugin import FacetSpec
from tests.apps import dispose, make_public, publishing
from tests.factories import published as factory
from tests.portal.api.world import SITE, index
from tests.support import Databases


def standards(metadata: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """The first letter of the standard, as code and as words."""
    name = str(metadata["standar"])
    return [(name[:3].lower(), f"Standar {name[:3]}")] if name else []


SPEC = FacetSpec("standar", "Standar data", standards)


@pytest.fixture
def app(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setattr(facets, "specs", lambda: (SPEC,))
    made, runtime = make_public(databases, tmp_path)
    with publishing(databases) as session:
        for name, standard in (("satu", "SNI 1"), ("dua", "SNI 2"), ("tiga", "ISO 3"), ("empat", "")):
            one = factory.dataset(name=name, resources=())
            dataset = replace(one, metadata=one.metadata.model_copy(update={"standar": standard}))
            store.write_version(session, dataset, SITE)
        session.commit()
        index(databases, store.unindexed(session))
    yield made
    dispose(runtime)


def test_the_search_page_counts_and_narrows_by_it(app: Flask) -> None:
    client = app.test_client()
    text = client.get("/dataset").get_data(as_text=True)
    assert "Standar data" in text
    assert "Standar SNI" in text
    narrowed = client.get("/dataset?standar=sni").get_data(as_text=True)
    assert "/dataset/satu" in narrowed
    assert "/dataset/tiga" not in narrowed


def test_the_api_counts_it_by_name(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"facet.field": ["standar"], "rows": 0}
    answer = app.test_client().post("/api/3/action/package_search", json=asked).get_json()
    assert answer["result"]["facets"] == {"standar": {"sni": 2, "iso": 1}}
    items = answer["result"]["search_facets"]["standar"]["items"]
    assert {item["name"]: item["display_name"] for item in items} == {"sni": "Standar SNI", "iso": "Standar ISO"}
