"""Deployment profiles: what differs between regencies, read from `config/profiles/<name>.toml`.

The settings and their defaults are the table of section 23 of the domain specification ("where the
five differ"); a value that a regency's own regulation states is written in its file with the article.
"""

from __future__ import annotations

import re
import tomllib
from datetime import time
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, TypeAdapter, ValidationError, field_validator, model_validator
from pydantic.dataclasses import dataclass

from config import colour, vocabularies

PROFILES = Path(__file__).parent / "profiles"
_STRICT = ConfigDict(extra="forbid", strict=False)
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}

Tingkat = Literal["pusat", "provinsi", "daerah", "vertikal", "kecamatan", "desa", "lain"]


class ProfileError(ValueError):
    """A profile that is missing or wrong; the message names the file and each wrong key, in Indonesian."""


@dataclass(frozen=True, config=_STRICT)
class Territory:
    """The regency a deployment serves. `box` is (west, south, east, north) in degrees, EPSG:4326."""

    code: str
    name: str
    province: str
    bps_code: str
    box: tuple[float, float, float, float]
    utm_epsg: int
    tm3_epsg: int
    zone: Literal["WIB", "WITA", "WIT"]

    @property
    def time_zone(self) -> ZoneInfo:
        """The IANA zone behind WIB, WITA or WIT."""
        return ZoneInfo(_ZONES[self.zone])

    @property
    def short_name(self) -> str:
        """The name without its kind: "Kabupaten Brebes" gives "Brebes"."""
        return self.name.split(" ", 1)[-1]

    @field_validator("code")
    @classmethod
    def _dotted(cls, value: str) -> str:
        if not re.fullmatch(r"\d\d\.\d\d", value):
            raise ValueError("kode wilayah kabupaten ditulis PP.KK, misalnya 33.29")
        return value

    @field_validator("box")
    @classmethod
    def _ordered(cls, value: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        west, south, east, north = value
        if not (94 <= west < east <= 142 and -12 <= south < north <= 7):
            raise ValueError("kotak batas harus (barat, selatan, timur, utara) di wilayah Indonesia")
        return value


@dataclass(frozen=True, config=_STRICT)
class Accent:
    """The one deep colour of a regency, for the light and the dark theme; both are checked (WCAG 2.2 AA)."""

    light: str
    dark: str

    @model_validator(mode="after")
    def _readable(self) -> Self:
        for name, value, ground in (
            ("light", self.light, colour.LIGHT_GROUND),
            ("dark", self.dark, colour.DARK_GROUND),
        ):
            ratio = colour.contrast(value, ground)
            if ratio < colour.TEXT_CONTRAST:
                raise ValueError(f"aksen {name} {value} kontrasnya {ratio:.2f} terhadap {ground}; minimal 4,5")
        return self

    @property
    def ink_on_light(self) -> str:
        """Text colour on a surface filled with the light accent."""
        return colour.ink_on(self.light)

    @property
    def ink_on_dark(self) -> str:
        """Text colour on a surface filled with the dark accent."""
        return colour.ink_on(self.dark)


@dataclass(frozen=True, config=_STRICT)
class Agency:
    """An agency (OPD, vertical body, village …) as shipped with a profile; `bidang` are its affairs."""

    slug: str
    name: str
    abbreviation: str
    tingkat: Tingkat = "daerah"
    bidang: tuple[str, ...] = ()
    email: str = ""
    phone: str = ""
    website: str = ""
    region_code: str = ""
    mandiri_tik: bool = False
    ppid_utama: bool = False

    @field_validator("slug")
    @classmethod
    def _slug(cls, value: str) -> str:
        if not _SLUG.fullmatch(value):
            raise ValueError("slug hanya huruf kecil, angka dan tanda hubung")
        return value


@dataclass(frozen=True, config=_STRICT)
class Clocks:
    """Periods of the information service in working days (KIP 22, 36, 37) and the office's closing time."""

    notice: int = 10
    extension: int = 7
    completion_asked: int = 3
    completion_given: int = 3
    objection_filed: int = 30
    objection_answered: int = 30
    dispute_filed: int = 14
    recommendation: int = 5
    office_closes: time = time(16, 0)


@dataclass(frozen=True, config=_STRICT)
class Policy:
    """The settings of section 23; each default is the one the specification gives."""

    model_walidata: Literal["tunggal", "per_basis_data", "pemilik", "berjenjang"] = "berjenjang"
    wajib_persetujuan_pemilik: bool = True
    jalur_bagi_pakai: Literal["sekda", "pemilik", "walidata"] = "sekda"
    wajib_nomor_keputusan: bool = True
    bps_wajib_sektoral: bool = True
    bps_boleh_tanpa_jawaban: bool = True
    pencadangan: Literal["dinas", "opd", "keduanya"] = "keduanya"
    tingkat_layanan: Literal[1, 2] = 2
    periode_laporan: tuple[Literal["triwulanan", "semesteran", "tahunan"], ...] = ("semesteran", "tahunan")
    tangga_sanksi: tuple[str, ...] = ()
    interval_audit: tuple[tuple[str, int], ...] = (
        ("infrastruktur", 24),
        ("aplikasi_umum", 12),
        ("aplikasi_khusus", 24),
        ("keamanan_infrastruktur", 24),
        ("keamanan_aplikasi_khusus", 24),
        ("keamanan_aplikasi_umum", 12),
    )
    izinkan_harvest_opd: bool = True
    api_terbit_langsung: bool = False
    batas_laju: bool = True
    # accounts as in a fresh CKAN: anybody with an account may found organisations and groups and administers what he
    # founded, and an administrator may make tokens and passwords for others (decision 0017)
    akun_seperti_ckan: bool = False
    # ids of new datasets and resources that a client names are taken, as in CKAN, so that a catalogue can be moved;
    # else who knows the id of something hidden could learn here that it is there (I7, decision 0025)
    id_dari_klien: bool = False
    # collaborators of one dataset (package_collaborator_*), off as in a fresh CKAN (decision 0017)
    kolaborator: bool = False
    masa_token_hari: int = 90
    cuti_bersama_dihitung_libur: bool = True
    lisensi_bawaan: str = "cc-by"
    sel_minimum: int = 5
    kotak_toleransi_derajat: float = 0.1

    @field_validator("lisensi_bawaan")
    @classmethod
    def _licence(cls, value: str) -> str:
        if value not in vocabularies.licences():
            raise ValueError(f"lisensi {value!r} tidak ada dalam config/codes/licenses.csv")
        return value


@dataclass(frozen=True, config=_STRICT)
class SourceRule:
    """Which bodies may be the source (`sumber`) of one `jenis_data`; no names means any source (BR 12)."""

    jenis_data: str
    names: tuple[str, ...] = ()
    basis: str = ""

    @field_validator("jenis_data")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in vocabularies.jenis_data():
            raise ValueError(f"jenis_data {value!r} tidak dikenal")
        return value

    def allows(self, source: str) -> bool:
        """Say whether `source` is one of the bodies, or one of their offices ("BPS Kabupaten Brebes")."""
        if not self.names:
            return bool(source.strip())
        text = " ".join(source.casefold().split())
        offices = r"(?: (?:republik indonesia|ri|pusat|(?:provinsi|kabupaten|kota) [\w ]+))?"
        return any(re.fullmatch(re.escape(name.casefold()) + offices, text) for name in self.names)


@dataclass(frozen=True, config=_STRICT)
class Profile:
    """One deployment. `territory` is None only for the generic catalogue profile `ckan`."""

    name: str
    title: str
    short_title: str
    government: str
    description: str
    accent: Accent
    set_kelompok: str
    domain: str
    email: str
    sumber_sah: tuple[SourceRule, ...]
    territory: Territory | None = None
    locale: Literal["id", "en"] = "id"
    zone: Literal["WIB", "WITA", "WIT"] = "WIB"
    policy: Policy = Policy()
    clocks: Clocks = Clocks()
    agencies: tuple[Agency, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.set_kelompok and self.set_kelompok not in vocabularies.subject_group_sets():
            raise ValueError(f"set_kelompok {self.set_kelompok!r} tidak dikenal")
        for what, values in (
            ("slug", [agency.slug for agency in self.agencies]),
            ("sumber_sah", [rule.jenis_data for rule in self.sumber_sah]),
        ):
            twice = sorted({value for value in values if values.count(value) > 1})
            if twice:
                raise ValueError(f"{what} muncul lebih dari sekali: {', '.join(twice)}")
        missing = sorted(set(vocabularies.jenis_data()) - {rule.jenis_data for rule in self.sumber_sah})
        if missing:
            raise ValueError(f"sumber_sah tidak menyebut: {', '.join(missing)}")
        return self

    @property
    def time_zone(self) -> ZoneInfo:
        """Local time of the deployment."""
        return self.territory.time_zone if self.territory else ZoneInfo(_ZONES[self.zone])

    @property
    def groups(self) -> tuple[vocabularies.SubjectGroup, ...]:
        """The subject groups of the chosen set, in the order of the regulation."""
        return vocabularies.subject_groups(self.set_kelompok) if self.set_kelompok else ()

    def source_rule(self, jenis_data: str) -> SourceRule:
        """The rule SR-1 for one `jenis_data`. Raises KeyError for an unknown type."""
        for rule in self.sumber_sah:
            if rule.jenis_data == jenis_data:
                return rule
        raise KeyError(jenis_data)

    def source_allowed(self, jenis_data: str, source: str) -> bool:
        """Rule SR-1 (BR 12): may `source` stand as the source of data of this type?"""
        return self.source_rule(jenis_data).allows(source)

    def agency(self, slug: str) -> Agency:
        """The agency with this slug. Raises KeyError."""
        for agency in self.agencies:
            if agency.slug == slug:
                return agency
        raise KeyError(slug)

    def agency_for(self, bidang: str) -> Agency:
        """The first agency charged with an affair, such as "kesehatan". Raises KeyError."""
        for agency in self.agencies:
            if bidang in agency.bidang:
                return agency
        raise KeyError(bidang)

    def consent_required(self, sifat: str) -> bool:
        """Owner's consent (PW 21(2)); the switch never lifts it for restricted data."""
        return self.policy.wajib_persetujuan_pemilik or sifat != "publik"


def profile_names() -> tuple[str, ...]:
    """Names of the shipped profiles, sorted."""
    return tuple(sorted(path.stem for path in PROFILES.glob("*.toml")))


@lru_cache(maxsize=16)
def load_profile(name: str) -> Profile:
    """Read and check a shipped profile. Raises ProfileError when it is missing or wrong."""
    if name not in profile_names():
        known = ", ".join(profile_names())
        raise ProfileError(f"profil {name!r} tidak ada; yang tersedia: {known}")
    return read_profile(PROFILES / f"{name}.toml")


def read_profile(path: Path) -> Profile:
    """Read and check a profile file of any place; its stem becomes the name. Raises ProfileError."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProfileError(f"profil {path.name} tidak terbaca: {error}") from error
    try:
        return TypeAdapter(Profile).validate_python({**document, "name": path.stem})
    except ValidationError as error:
        faults = [
            f"{'.'.join(str(part) for part in fault['loc']) or path.stem}: {fault['msg']}" for fault in error.errors()
        ]
        raise ProfileError(f"profil {path.name} salah: " + "; ".join(faults)) from error
