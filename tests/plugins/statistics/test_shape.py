"""What a table is about, read from its dictionary."""

from __future__ import annotations

import pytest

from plugins.statistics.shape import shape_of
from portal.contract.metadata import ColumnEntry


def entry(name: str, kind: str = "text", **changes: object) -> ColumnEntry:
    return ColumnEntry.model_validate({"name": name, "type": kind, **changes})


def test_places_codes_years_and_measures_are_told_apart() -> None:
    shape = shape_of(
        (
            entry("kode_kecamatan"),
            entry("kecamatan"),
            entry("jenis_kelamin"),
            entry("tahun", "integer"),
            entry("jumlah", "integer"),
            entry("persen", "numeric"),
        )
    )
    assert shape.code is not None
    assert shape.code.name == "kode_kecamatan"
    assert shape.place is not None
    assert shape.place.name == "kecamatan"
    assert shape.year is not None
    assert shape.year.name == "tahun"
    assert [item.name for item in shape.categories] == ["jenis_kelamin"]
    assert [item.name for item in shape.measures] == ["jumlah", "persen"]


def test_the_wider_place_stands_for_the_table() -> None:
    shape = shape_of((entry("desa"), entry("kecamatan"), entry("jumlah", "integer")))
    assert shape.place is not None
    assert shape.place.name == "kecamatan"
    assert [item.name for item in shape.categories] == ["desa"]


@pytest.mark.parametrize("hidden", [{"public": False}, {"type": "geometry"}])
def test_what_is_not_shown_has_no_part(hidden: dict[str, object]) -> None:
    shape = shape_of((entry("kecamatan", **hidden), entry("jumlah", **{"type": "integer", **hidden})))  # type: ignore[arg-type]
    assert shape.place is None
    assert shape.measures == ()


def test_codes_are_no_quantities_even_as_numbers() -> None:
    shape = shape_of((entry("kode_barang", "integer"), entry("kbli", "integer", codelist="KBLI 2020")))
    assert shape.measures == ()
    assert shape.place is None


def test_years_are_known_by_name_or_type() -> None:
    by_name = shape_of((entry("thn", "integer"),)).year
    by_type = shape_of((entry("periode", "year"),)).year
    assert by_name is not None
    assert by_type is not None


def test_an_empty_dictionary_has_no_shape() -> None:
    shape = shape_of(())
    assert (shape.place, shape.code, shape.year, shape.categories, shape.measures) == (None, None, None, (), ())
