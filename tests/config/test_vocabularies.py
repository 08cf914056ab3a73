"""Code lists hold what CKAN, DCAT and the law ask for."""

from __future__ import annotations

from config import vocabularies

CKAN_LICENCES = [
    "notspecified", "odc-pddl", "odc-odbl", "odc-by", "cc-zero", "cc-by", "cc-by-sa", "gfdl", "other-open",
    "other-pd", "other-at", "uk-ogl", "cc-nc", "other-nc", "other-closed",
]  # fmt: skip


def test_licences_are_those_of_ckan_in_its_order() -> None:
    assert list(vocabularies.licences())[: len(CKAN_LICENCES)] == CKAN_LICENCES
    closed = {code for code, licence in vocabularies.licences().items() if not licence.is_open}
    assert closed == {"notspecified", "cc-nc", "other-nc", "other-closed"}
    row = vocabularies.licences()["cc-by"].as_ckan()
    assert row["title"] == "Creative Commons Attribution"
    assert row["url"] == "http://www.opendefinition.org/licenses/cc-by"
    assert row["status"] == "active"


def test_frequencies_are_those_of_section_9() -> None:
    assert set(vocabularies.frequencies()) == {
        "harian", "mingguan", "bulanan", "triwulanan", "semesteran", "tahunan", "2-tahunan", "3-tahunan",
        "5-tahunan", "10-tahunan", "sewaktu-waktu", "realtime",
    }  # fmt: skip
    assert vocabularies.frequencies()["triwulanan"].months == 3
    assert vocabularies.frequencies()["harian"].days == 1


def test_data_types_levels_and_catalogue_categories() -> None:
    assert [item.kind for item in vocabularies.jenis_data().values()] == ["statistik"] * 3 + ["geospasial"] * 2
    assert list(vocabularies.tingkat_penyajian()) == ["kabupaten", "kecamatan", "desa", "titik", "lain"]
    assert len(vocabularies.kugi_categories()) == 14
    assert {item.version for item in vocabularies.kugi_categories().values()} == {"4"}


def test_units_and_formats() -> None:
    assert vocabularies.units()["ha"].decimals == 2
    assert len({unit.code for unit in vocabularies.units().values()}) == len(vocabularies.units())
    assert vocabularies.formats()["geotiff"].extensions == ("tif", "tiff")
    closed = {code for code, item in vocabularies.formats().items() if not item.machine_readable}
    assert closed == {"pdf", "docx", "png", "zip"}


def test_slugs_of_groups_are_unique_within_a_set() -> None:
    for name in vocabularies.subject_group_sets():
        slugs = [group.slug for group in vocabularies.subject_groups(name)]
        assert len(set(slugs)) == len(slugs)


def test_indicators_name_known_units_and_each_other() -> None:
    found = vocabularies.indicators()
    assert list(found) == ["penduduk", "luas", "kepadatan", "desa"]
    for item in found.values():
        assert item.units <= vocabularies.units().keys()
        assert item.tags
        assert all(part == part.casefold() for part in item.labels | item.concepts)
        assert set(item.per) <= found.keys()
