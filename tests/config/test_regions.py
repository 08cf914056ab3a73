"""Region codes: two schemes that must never be mixed up."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import regions


def test_counts_are_those_of_the_lists() -> None:
    assert {level: len(regions.valid_codes(level)) for level in ("provinsi", "kabupaten", "kecamatan")} == {
        "provinsi": 38, "kabupaten": 514, "kecamatan": 7285,
    }  # fmt: skip
    assert len(regions.descendants("33.29", "desa")) == 297
    assert len(regions.descendants("32.14", "desa")) == 192
    assert len(regions.children("")) == 38
    assert regions.children("abc") == ()


def test_codes_are_found_with_and_without_dots() -> None:
    for text in ("33.29.07.2001", "3329072001", " 3329072001 "):
        found = regions.region(text)
        assert found is not None
        assert (found.code, found.parent, found.level) == ("33.29.07.2001", "33.29.07", "desa")
    assert [item.name for item in regions.ancestors("33.29.07.2001")] == [
        "Jawa Tengah", "Kabupaten Brebes", "Jatibarang",
    ]  # fmt: skip
    assert regions.region("33.29").label == "33.29 Kabupaten Brebes"  # type: ignore[union-attr]
    for text in ("", "3", "333", "33.2", "33,29", "33.29.7", "٣٣", "33.29.07.200"):
        assert regions.region(text) is None


@given(st.sampled_from(sorted(regions.valid_codes())))
def test_every_code_comes_back_from_its_undotted_form(code: str) -> None:
    assert regions.normalize(code.replace(".", "")) == code
    assert regions.check_code(code) is None
    parent = regions.region(regions.parent_code(code))
    assert parent is None or any(item.code == code for item in regions.children(parent.code))


@given(st.text(max_size=16))
def test_judging_a_cell_never_fails(text: str) -> None:
    fault = regions.check_code(text)
    if fault is not None:
        assert fault.message.endswith(".")


def test_T29_a_bps_code_in_a_kemendagri_column_is_a_finding() -> None:
    fault = regions.check_code("7311040")
    assert fault is not None
    assert (fault.rule, fault.suggestion) == ("kode_bps", "")
    fault = regions.check_code("3329070")
    assert fault is not None
    assert (fault.rule, fault.suggestion) == ("kode_bps", "33.29.15")
    assert "33.29.15 Larangan" in fault.message
    # ten digits: 001 of BPS district 3214101 has the shape of a desa of 32.14.10, whose list does not hold it
    assert regions.check_code("3214101001").rule == "kode_bps"  # type: ignore[union-attr]


def test_T29_a_code_not_valid_in_that_year_is_a_finding() -> None:
    assert regions.check_code("93.01", date(2023, 1, 1)) is None
    fault = regions.check_code("93.01", date(2020, 1, 1))
    assert fault is not None
    assert fault.rule == "tidak_berlaku"
    assert regions.check_code("91.01", date(2020, 1, 1)) is None
    gone = regions.check_code("91.01")
    assert gone is not None
    assert (gone.rule, gone.suggestion) == ("tidak_berlaku", "93.01")
    assert "91.01" not in regions.valid_codes()
    assert "91.01" in regions.valid_codes(on=date(2020, 1, 1))
    assert "93.01.01" not in regions.valid_codes(on=date(2020, 1, 1))


def test_T29_the_bridge_maps_barru() -> None:
    assert regions.to_bps("73.11") == "7310"
    assert regions.from_bps("7310").name == "Kabupaten Barru"  # type: ignore[union-attr]
    assert regions.from_bps("7311").name == "Kabupaten Bone"  # type: ignore[union-attr]
    assert regions.to_bps("33.29.07") == "3329160"
    assert regions.to_bps("11.01.01") is None
    assert regions.from_bps("9999") is None


def test_a_column_shows_its_scheme() -> None:
    assert regions.column_scheme(["33.29.01", "33.29.02"]) == "kemendagri"
    assert regions.column_scheme(["3329010", "3329020", "3329"]) == "bps"
    assert regions.column_scheme(["3329", "7311"]) == "kemendagri"
    assert regions.column_scheme(["padi", "jagung"]) is None
    assert regions.schemes("7311") == {"kemendagri", "bps"}
    assert regions.schemes("0033") == frozenset()


def test_a_village_without_a_list_is_judged_by_its_kecamatan() -> None:
    assert regions.check_code("11.01.01.2001") is None
    for text in ("11.01.01.4001", "11.01.01.2000", "11.01.99.2001", "33.29.07.2999"):
        fault = regions.check_code(text)
        assert fault is not None
        assert fault.rule == "tidak_dikenal"
    assert regions.check_code("93.01.01.2001", date(2020, 1, 1)) is not None


def test_names_are_searched_larger_regions_first() -> None:
    assert [item.code for item in regions.search_names("brebes")][:2] == ["33.29", "33.29.09"]
    assert [item.code for item in regions.search_names("kab. brebes")] == ["33.29"]
    assert [item.code for item in regions.search_names("kec. brebes")] == ["33.29.09"]
    assert [item.code for item in regions.search_names("bumi", within="33.29")] == ["33.29.03", "33.29.03.2002"]
    assert [item.code for item in regions.search_names("33.29.17.20", limit=2)] == [
        "33.29.17.2001", "33.29.17.2002",
    ]  # fmt: skip
    assert regions.search_names("  ") == ()
    assert regions.search_names("brebes", within="x") == ()


@pytest.mark.parametrize(("code", "villages"), [("33.29", 297), ("32.14", 192)])
def test_every_part_of_a_regency_with_boundaries_has_an_outline(code: str, villages: int) -> None:
    assert regions.has_boundaries(code)
    assert len(regions.boundaries(code, "desa")["features"]) == villages
    whole = regions.bbox(code)
    assert whole is not None
    for part in regions.children(code):
        box = regions.bbox(part.code)
        assert box is not None
        assert whole[0] - 0.02 <= box[0] < box[2] <= whole[2] + 0.02
        assert whole[1] - 0.02 <= box[1] < box[3] <= whole[3] + 0.02


def test_outlines_of_neighbours_and_of_places_without_one() -> None:
    assert regions.bbox("33.01") is not None
    assert regions.outline("33.29")["type"] == "Polygon"  # type: ignore[index]
    for code in ("33", "73.11", "73.11.01", "99.99"):
        assert regions.outline(code) is None
        assert regions.bbox(code) is None
    assert not regions.has_boundaries("73.11")
    with pytest.raises(KeyError):
        regions.boundaries("73.11", "desa")
    with pytest.raises(KeyError):
        regions.boundaries("../33", "kabupaten")
