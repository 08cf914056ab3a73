"""Styles that MapLibre takes, for every kind of geometry."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.styles import (
    Palette,
    families,
    legend,
    quantile_limits,
    step_expression,
    step_legend,
    style_layers,
)


@pytest.mark.parametrize(
    ("kind", "suffixes"),
    [
        ("MULTIPOLYGON", ["bidang", "tepi"]),
        ("LINESTRING", ["garis"]),
        ("POINT", ["titik"]),
        ("GEOMETRY", ["bidang", "tepi", "garis", "titik"]),
    ],
)
def test_layers_by_geometry_type(kind: str, suffixes: list[str]) -> None:
    layers = style_layers("desa", "data", kind)
    assert [one["id"] for one in layers] == [f"desa-{suffix}" for suffix in suffixes]
    assert all(one["source"] == "desa" and one["source-layer"] == "data" for one in layers)
    assert [one.symbol for one in legend(kind, "Desa")] == list(families(kind))
    json.dumps(layers, allow_nan=False)


def test_labels_and_colours_come_from_the_caller() -> None:
    layers = style_layers("a", "b", "MULTIPOLYGON", Palette(fill="#123456"), label_field="nama")
    assert layers[0]["paint"]["fill-color"] == "#123456"
    assert layers[-1]["layout"]["text-field"] == ["to-string", ["get", "nama"]]
    expression = step_expression("jumlah", [10, 20], ["#a", "#b", "#c"], "#none")
    coloured = style_layers("a", "b", "MULTIPOLYGON", fill=expression)
    assert coloured[0]["paint"]["fill-color"] == expression
    assert expression[2] == ["step", ["get", "jumlah"], "#a", 10, "#b", 20, "#c"]
    entries = step_legend("bidang", [10, 20], ["#a", "#b", "#c"], ["< 10", "10–20", "≥ 20"])
    assert [one.colour for one in entries] == ["#a", "#b", "#c"]


def test_classes_that_make_no_sense_are_refused() -> None:
    for limits, colours in (([2, 1], ["a", "b", "c"]), ([1], ["a"]), ([1, 1], ["a", "b", "c"])):
        with pytest.raises(ValueError, match="limits"):
            step_expression("x", limits, colours, "n")
    with pytest.raises(ValueError, match="label"):
        step_legend("bidang", [1], ["a"], ["b"])


@given(st.lists(st.floats(-1e9, 1e9), max_size=60), st.integers(0, 9))
def test_quantiles_rise_and_fit_the_expression(values: list[float], classes: int) -> None:
    limits = quantile_limits(values, classes)
    assert list(limits) == sorted(set(limits))
    assert len(limits) < max(1, classes) or classes < 2
    colours = [str(number) for number in range(len(limits) + 1)]
    assert step_expression("x", limits, colours, "n")[0] == "case"
