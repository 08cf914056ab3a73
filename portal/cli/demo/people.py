"""Invented officers for every role of the domain: common names, and addresses that reach nobody."""

from __future__ import annotations

from collections.abc import Iterator

from config.profile import Agency, Profile
from portal.cli.demo import chance
from portal.cli.demo.model import DemoPerson, DemoRole
from portal.kernel.identity import Role

_FIRST = (
    "Siti", "Agus", "Dewi", "Budi", "Rina", "Slamet", "Nurul", "Eko", "Wahyu", "Ratna", "Dedi", "Yuni", "Hendra",
    "Lestari", "Asep", "Fitri", "Joko", "Indah", "Rudi", "Maryam", "Teguh", "Kartika", "Imam", "Sri", "Yusuf",
    "Endang", "Bambang", "Aisyah", "Ujang", "Wulan",
)  # fmt: skip
_LAST = (
    "Rahayu", "Santoso", "Handayani", "Prasetyo", "Wulandari", "Nugroho", "Hidayat", "Setiawan", "Kurniawati",
    "Maulana", "Permana", "Suryani", "Firmansyah", "Utami", "Saputra", "Anggraini", "Wibowo", "Hasanah",
    "Gunawan", "Puspitasari", "Ramadhan", "Susanti",
)  # fmt: skip

#: Roles at the agencies charged with the whole: (affair of the agency, roles, position).
_CENTRAL: tuple[tuple[str, tuple[Role, ...], str], ...] = (
    ("walidata", (Role.WALIDATA,), "Kepala Bidang Statistik (walidata)"),
    ("walidata", (Role.TIM_VERVAL,), "Ketua tim verifikasi dan validasi"),
    ("walidata", (Role.PPID,), "PPID utama"),
    ("walidata", (Role.ADMIN,), "Administrator sistem"),
    ("walidata", (Role.SERVICE_DESK_2,), "Petugas layanan tingkat dua"),
    ("pemerintahan", (Role.SEKDA, Role.ATASAN_PPID), "Sekretaris Daerah"),
    ("pemerintahan", (Role.BUPATI,), "Bupati"),
    ("perencanaan", (Role.FORUM,), "Ketua Forum Satu Data"),
    ("statistik", (Role.PEMBINA,), "Pembina data statistik"),
    ("pengawasan", (Role.AUDITOR,), "Auditor"),
    ("pertanahan", (Role.PEJABAT,), "Pejabat instansi vertikal"),
)

#: Roles held in each agency of the regency: (role, what the position is called).
_EACH: tuple[tuple[Role, str], ...] = (
    (Role.KEPALA_OPD, "Kepala {abbreviation}"),
    (Role.PRODUSEN, "Pengelola data {abbreviation}"),
    (Role.GIS, "Pengelola data geospasial {abbreviation}"),
    (Role.WALIDATA_PENDUKUNG, "Walidata pendukung {abbreviation}"),
    (Role.PPID_PELAKSANA, "PPID pelaksana {abbreviation}"),
    (Role.SERVICE_DESK_1, "Petugas layanan {abbreviation}"),
)

#: Affairs of the agencies whose officers can sign in at once, beside the central ones.
_SHOWN = ("kesehatan", "pekerjaan-umum", "kominfo")


def people(profile: Profile, seed: int) -> tuple[DemoPerson, ...]:
    """One person for each central duty and six for each agency; user names are `<role>.<agency>`."""
    names = _names(seed)
    shown = {profile.agency_for(bidang).slug for bidang in _SHOWN}
    found = []
    for bidang, roles, position in _CENTRAL:
        agency = profile.agency_for(bidang)
        held = tuple(DemoRole(role, agency.slug) for role in roles)
        found.append(_person(agency, roles[0].value, position, held, next(names), sign_in=True))
    for agency in profile.agencies:
        if agency.tingkat not in {"daerah", "vertikal"}:
            continue
        for role, position in _EACH:
            held = (DemoRole(role, agency.slug),)
            username = f"{role.value.replace('_', '-')}.{agency.slug}"
            label = position.format(abbreviation=agency.abbreviation)
            found.append(_person(agency, username, label, held, next(names), sign_in=agency.slug in shown))
    return tuple(found)


def _person(
    agency: Agency, username: str, position: str, roles: tuple[DemoRole, ...], name: str, *, sign_in: bool
) -> DemoPerson:
    username = username.replace("_", "-")
    domain = agency.email.rpartition("@")[2]
    return DemoPerson(username, name, f"{username}@{domain}", position, roles, sign_in)


def _names(seed: int) -> Iterator[str]:
    pairs = [f"{first} {last}" for first in _FIRST for last in _LAST]
    chance.generator(seed, "nama").shuffle(pairs)
    yield from pairs
