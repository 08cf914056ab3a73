"""What the map of a layer is given."""

from __future__ import annotations

from dataclasses import replace

import pytest

from plugins.geospatial.kind import POPUP_FIELDS, addresses, geometry_words, map_context, panels
from plugins.geospatial.styles import style
from portal.contract.metadata import ColumnEntry
from tests.plugins.site import Site


@pytest.mark.parametrize(
    ("geometry", "words"),
    [
        ("MultiPolygon", "bidang"),
        ("LINESTRING", "garis"),
        ("Point", "titik"),
        ("MULTIPOINT", "titik"),
        ("GeometryCollection", "objek"),
        ("", "objek"),
    ],
)
def test_geometry_is_said_in_words(geometry: str, words: str) -> None:
    assert geometry_words(geometry) == words


def test_popups_show_a_few_public_fields(site: Site) -> None:
    columns = (
        ColumnEntry(name="geom", type="geometry"),
        ColumnEntry(name="rahasia", public=False),
        *(ColumnEntry(name=f"k{number}", label=f"Kolom {number}" if number else "") for number in range(20)),
    )
    with site.app.test_request_context():
        shown = map_context(replace(site.shown["layer"], columns=columns))["popup_fields"]
    assert len(shown) == POPUP_FIELDS
    assert shown[:2] == [("k0", "k0"), ("k1", "Kolom 1")]


def test_addresses_hold_the_version(site: Site) -> None:
    found = addresses(replace(site.shown["layer"], version=7))
    assert all("/7/" in found[name] for name in ("tilejson", "tiles", "style", "features"))


def test_the_map_stands_before_the_attributes(site: Site) -> None:
    with site.app.test_request_context():
        found = panels(site.shown["layer"])
    assert [panel.id for panel in sorted(found, key=lambda panel: panel.order)] == ["peta", "atribut"]


def test_a_layer_of_mixed_geometry_is_drawn_in_every_way(site: Site) -> None:
    layers = style(replace(site.shown["layer"], layer={"geometry_type": "GEOMETRY"}), "x.json")["layers"]
    assert {item["type"] for item in layers} == {"fill", "line", "circle"}
