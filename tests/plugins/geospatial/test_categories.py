"""Colours by class: the expression, the legend in the same colours, and the rest."""

from __future__ import annotations

from plugins.geospatial.categories import COLOURS, REST, Classes
from portal.contract.metadata import ColumnEntry

COLUMN = ColumnEntry(name="kelas", label="Kelas", type="text")


def test_each_value_has_the_colour_that_the_legend_says() -> None:
    classes = Classes(COLUMN, ("Sawah", "Hutan"), others=False)
    assert classes.expression() == [
        "match", ["to-string", ["get", "kelas"]], "Sawah", COLOURS[0], "Hutan", COLOURS[1], REST,
    ]  # fmt: skip
    assert [(entry.label, entry.colour) for entry in classes.legend("MULTIPOLYGON")] == [
        ("Sawah", COLOURS[0]),
        ("Hutan", COLOURS[1]),
    ]


def test_what_has_no_colour_of_its_own_is_called_the_rest() -> None:
    values = tuple(f"kelas {number}" for number in range(len(COLOURS)))
    legend = Classes(COLUMN, values, others=True).legend("LINESTRING")
    assert [entry.label for entry in legend] == [*values, "lainnya"]
    assert legend[-1].colour == REST
    assert {entry.symbol for entry in legend} == {"garis"}
