"""Profiles: the five regencies and the generic catalogue, and what a wrong file is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import colour, vocabularies
from config.profile import PROFILES, ProfileError, SourceRule, load_profile, profile_names, read_profile
from config.regions import children, region

# domain specification, section 4: code, BPS, kecamatan, UTM, TM-3, zone
REGENCIES = {
    "brebes": ("33.29", "3329", 17, 32749, 23835, "WIB", "Asia/Jakarta", "brebes-11", "tunggal"),
    "bengkulu-tengah": (
        "17.09", "1709", 11, 32748, 23833, "WIB", "Asia/Jakarta", "bengkulu-tengah-20", "per_basis_data",
    ),
    "barru": ("73.11", "7310", 7, 32750, 23838, "WITA", "Asia/Makassar", "brebes-11", "pemilik"),
    "banjar": ("63.03", "6303", 20, 32750, 23837, "WITA", "Asia/Makassar", "brebes-11", "berjenjang"),
    "purwakarta": ("32.14", "3214", 17, 32748, 23834, "WIB", "Asia/Jakarta", "brebes-11", "pemilik"),
}  # fmt: skip


def test_T60_six_profiles_ship() -> None:
    assert set(profile_names()) == {*REGENCIES, "ckan"}


@pytest.mark.parametrize("name", REGENCIES)
def test_T60_each_regency_has_its_own_code_box_zone_groups_and_walidata_model(name: str) -> None:
    code, bps, kecamatan, utm, tm3, zone, iana, groups, model = REGENCIES[name]
    profile = load_profile(name)
    territory = profile.territory
    assert territory is not None
    assert (territory.code, territory.bps_code, territory.utm_epsg, territory.tm3_epsg) == (
        code, bps, utm, tm3,
    )  # fmt: skip
    assert (territory.zone, str(profile.time_zone)) == (zone, iana)
    assert (profile.set_kelompok, profile.policy.model_walidata) == (groups, model)
    listed = region(code)
    assert listed is not None
    assert (listed.name, listed.bps) == (territory.name, bps)
    assert len(children(code)) == kecamatan


@pytest.mark.parametrize("name", REGENCIES)
def test_each_regency_has_its_agencies(name: str) -> None:
    profile = load_profile(name)
    assert len(profile.agencies) >= 12
    assert profile.agency_for("walidata").ppid_utama
    assert profile.agency_for("statistik").tingkat == "vertikal"
    assert profile.agency(profile.agencies[0].slug) is profile.agencies[0]
    with pytest.raises(KeyError):
        profile.agency_for("tidak ada")
    with pytest.raises(KeyError):
        profile.agency("tidak-ada")


@pytest.mark.parametrize("name", sorted([*REGENCIES, "ckan"]))
def test_T01_only_bps_gives_basic_statistics_and_only_big_and_lapan_basic_geodata(name: str) -> None:
    profile = load_profile(name)
    for source in ("BPS", "bps", "Badan Pusat Statistik", "BPS Kabupaten Brebes", "BPS Provinsi Jawa Tengah"):
        assert profile.source_allowed("statistik_dasar", source)
    for source in ("Dinas Kesehatan", "BPSDM", "diolah dari BPS", "BPS-an", "", "BIG"):
        assert not profile.source_allowed("statistik_dasar", source)
    for source in ("BIG", "LAPAN", "BRIN", "Badan Informasi Geospasial"):
        assert profile.source_allowed("geospasial_dasar", source)
    assert not profile.source_allowed("geospasial_dasar", "Dinas Pekerjaan Umum")
    for jenis in ("statistik_sektoral", "statistik_khusus", "geospasial_tematik"):
        assert profile.source_allowed(jenis, "Dinas Pekerjaan Umum")
        assert not profile.source_allowed(jenis, "  ")
    with pytest.raises(KeyError):
        profile.source_rule("lain")


def test_the_generic_catalogue_has_no_regency_and_publishes_at_once() -> None:
    profile = load_profile("ckan")
    assert profile.territory is None
    assert profile.groups == ()
    assert profile.agencies == ()
    assert profile.policy.api_terbit_langsung
    assert str(profile.time_zone) == "Asia/Jakarta"


def test_consent_for_restricted_data_cannot_be_switched_off() -> None:
    profile = load_profile("bengkulu-tengah")
    assert not profile.policy.wajib_persetujuan_pemilik
    assert not profile.consent_required("publik")
    assert profile.consent_required("dikecualikan")
    assert profile.consent_required("belum_ditetapkan")


def test_accents_are_readable_on_both_grounds_and_carry_readable_text() -> None:
    for name in profile_names():
        accent = load_profile(name).accent
        assert colour.contrast(accent.light, colour.LIGHT_GROUND) >= 4.5
        assert colour.contrast(accent.dark, colour.DARK_GROUND) >= 4.5
        assert colour.contrast(accent.ink_on_light, accent.light) >= 4.5
        assert colour.contrast(accent.ink_on_dark, accent.dark) >= 4.5


@given(st.integers(0, 0xFFFFFF))
def test_some_ink_is_always_readable(value: int) -> None:
    ground = f"#{value:06x}"
    assert colour.contrast(colour.ink_on(ground), ground) >= 4.5


def test_a_colour_that_is_no_colour_is_refused() -> None:
    assert colour.contrast("#000000", "#ffffff") == pytest.approx(21)
    with pytest.raises(ValueError, match="#rrggbb"):
        colour.luminance("merah")


def test_an_unknown_profile_names_those_that_exist() -> None:
    with pytest.raises(ProfileError, match=r"'tegal' tidak ada; yang tersedia: banjar, barru"):
        load_profile("tegal")
    with pytest.raises(ProfileError):
        load_profile("../profiles/brebes")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('code = "33.29"', 'code = "3329"', "territory.code"),
        ("box = [108.69, -7.35, 109.20, -6.76]", "box = [-7.35, 108.69, -6.76, 109.20]", "kotak batas"),
        ('zone = "WIB"', 'zone = "GMT"', "territory.zone"),
        ('light = "#8a2252"', 'light = "#ffd0e0"', "minimal 4,5"),
        ('set_kelompok = "brebes-11"', 'set_kelompok = "tegal-9"', "tegal-9"),
        ('model_walidata = "tunggal"', 'model_walidata = "ganda"', "policy.model_walidata"),
        ('model_walidata = "tunggal"', "modelwalidata = 1", "policy.modelwalidata"),
        ('jenis_data = "statistik_khusus"', 'jenis_data = "statistik_lain"', "statistik_lain"),
        ('jenis_data = "statistik_khusus"', 'jenis_data = "statistik_dasar"', "statistik_dasar"),
        ('slug = "dinkes"', 'slug = "Din Kes"', "tanda hubung"),
        ('slug = "dinkes"', 'slug = "dinsos"', "dinsos"),
        ("[territory]", "[territory", "tidak terbaca"),
        ("[policy]", '[policy]\nlisensi_bawaan = "bebas"', "licenses.csv"),
    ],
)
def test_a_wrong_profile_is_told_what_is_wrong(tmp_path: Path, old: str, new: str, told: str) -> None:
    text = (PROFILES / "brebes.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "uji.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ProfileError, match=r"profil uji\.toml") as caught:
        read_profile(tmp_path / "uji.toml")
    assert told in str(caught.value)


def test_a_profile_that_forgets_a_source_rule_is_refused(tmp_path: Path) -> None:
    text = (PROFILES / "brebes.toml").read_text(encoding="utf-8")
    rule = '[[sumber_sah]]\njenis_data = "statistik_khusus"\nbasis = "BR 12(2)"\n'
    assert rule in text
    (tmp_path / "uji.toml").write_text(text.replace(rule, ""), encoding="utf-8")
    with pytest.raises(ProfileError, match="sumber_sah tidak menyebut: statistik_khusus"):
        read_profile(tmp_path / "uji.toml")


@given(st.text())
def test_a_source_rule_never_fails(source: str) -> None:
    assert SourceRule("statistik_dasar", ("BPS",)).allows(source) in (True, False)


def test_T39_both_sets_load_verbatim() -> None:
    eleven = [group.verbatim for group in vocabularies.subject_groups("brebes-11")]
    assert eleven == [
        "Data Geografi dan Iklim", "Data pemerintahan", "Data kependudukan dan ketenagakerjaan", "Data social",
        "Data pertanian", "Data industry dan pertambangan", "Data perdagangan", "Data hotel dan pariwisata",
        "Data transportasi dan komunikasi", "Data keuangan daerah dan harga",
        "Data lain yang mendukung Perencanaan Pembangunan",
    ]  # fmt: skip
    twenty = [group.verbatim for group in vocabularies.subject_groups("bengkulu-tengah-20")]
    assert twenty == [
        "pelayanan", "administrasi dan manajemen", "legislasi", "pembangunan daerah", "keuangan", "kepegawaian",
        "pemerintahan", "kewilayahan", "kemasyarakatan", "kependudukan", "kesehatan", "pendidikan",
        "ketenagakerjaan", "pertanian", "perdagangan", "perikanan dan peternakan", "transportasi",
        "pariwisata dan perhotelan", "prasarana Kabupaten", "lainnya sesuai kebutuhan",
    ]  # fmt: skip
    shown = {group.label for group in vocabularies.subject_groups("brebes-11")}
    assert {"Sosial", "Industri dan pertambangan"} <= shown


def test_T39_switching_maps_by_the_default_mapping() -> None:
    mapping = "".join(
        vocabularies.map_group(group, "brebes-11").letter for group in vocabularies.subject_groups("bengkulu-tengah-20")
    )
    assert mapping == "kbbkjbbadcddcegeihik"
    for group in vocabularies.subject_groups("brebes-11"):
        there = vocabularies.map_group(group, "bengkulu-tengah-20")
        back = vocabularies.map_group(there, "brebes-11")
        assert back == group or group.letter == "f"  # the 20 have no group of their own for industry
        assert vocabularies.map_group(group, "brebes-11") is group
    with pytest.raises(KeyError):
        vocabularies.map_group(vocabularies.subject_group("brebes-11", "a"), "lain")
    with pytest.raises(KeyError):
        vocabularies.subject_group("brebes-11", "z")
