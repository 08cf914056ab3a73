"""CKAN's fields of a dataset as our metadata (issue 4, point 2): what CKAN has no field for is filled, and told so.

Extras that bear the CKAN names of domain.md 6.2 fill the fields of that table, so a dataset of another portal of this
kind keeps its meaning; a value that does not fit its field stays an extra and nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from config import regions
from config.profile import Profile
from portal.contract.metadata import CODE_PATTERN, DatasetMetadata, Frekuensi, JenisData, Period, TingkatPenyajian, owed
from portal.ingest.people import AgencyFacts

NOT_STATED = "tidak dinyatakan"
#: A group that the profile's set may lack: it means that nobody chose one.
OTHER_GROUP = "lain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A dataset in CKAN's words, already checked by CKAN's rules.

    `fields` are kept as they are (`author`, `url`, `version`, `extras` …); `groups` are names of known subject groups.
    """

    title: str
    notes: str
    license_id: str
    tags: tuple[str, ...]
    groups: tuple[str, ...]
    fields: Mapping[str, Any]


def metadata_of(
    sent: Sent, agency: AgencyFacts, profile: Profile, today: date, *, layer: bool = False, fill: bool = True
) -> DatasetMetadata:
    """The metadata of `sent`. With `fill` (a profile that publishes at once) the mandatory fields that CKAN clients do
    not send are filled and named in `diisi_sistem`; without, they stay empty and are owed.
    """
    values: dict[str, Any] = {
        "judul": sent.title[:500],
        "deskripsi": sent.notes[:50_000],
        "lisensi": sent.license_id[:60],
        "kata_kunci": sent.tags,
        "kelompok": sent.groups[0] if sent.groups else "",
        "kelompok_lain": sent.groups[1:],
        # whom CKAN calls author and maintainer made the data and answers for them (domain.md 6.2)
        "produsen_data": str(sent.fields.get("author") or "")[:500],
        "kontak": str(sent.fields.get("maintainer_email") or sent.fields.get("maintainer") or "")[:500],
        **_from_extras(sent.fields.get("extras", ())),
    }
    filled: list[str] = []
    if fill:
        for name, value in _fillers(agency, profile, today, layer=layer).items():
            if value and not values.get(name):
                values[name] = value
                filled.append(name)
    return DatasetMetadata(**values, ckan=dict(sent.fields), diisi_sistem=tuple(filled))


def still_owed(metadata: DatasetMetadata) -> tuple[str, ...]:
    """What the law asks for and nobody has said: empty fields, and those that the system filled."""
    return (*owed(metadata), *metadata.diisi_sistem)


def _fillers(agency: AgencyFacts, profile: Profile, today: date, *, layer: bool) -> dict[str, Any]:
    code = agency.region_code if regions.region(agency.region_code) else ""
    return {
        "instansi_penerbit": agency.title or agency.name,
        "produsen_data": agency.title or agency.name,
        "kontak": agency.contact.get("email", "") or profile.email,
        "sumber_data": NOT_STATED,
        "metode_pengumpulan": NOT_STATED,
        "tanggal_pengambilan": today,
        "jenis_data": "geospasial_tematik" if layer else "statistik_khusus",
        "kelompok": OTHER_GROUP,
        "cakupan_wilayah": (code,) if code else (),
    }


def _from_extras(extras: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Fields of domain.md 6.2 that the extras name and that their values fit."""
    found: dict[str, Any] = {}
    for row in extras:
        reader = _READERS.get(str(row.get("key")))
        text = str(row.get("value") or "").strip()
        if reader is not None and text:
            try:
                found |= reader(text)
            except ValueError:
                continue
    return found


def _line(name: str) -> Callable[[str], dict[str, Any]]:
    return lambda text: {name: text[:500]}


def _choice(name: str, annotation: Any) -> Callable[[str], dict[str, Any]]:
    """A value of a closed list; pydantic's refusal is a ValueError."""
    adapter: TypeAdapter[Any] = TypeAdapter(annotation)
    return lambda text: {name: adapter.validate_python(text)}


def _collected(text: str) -> dict[str, Any]:
    first, _, last = text.partition("/")
    end = {"tanggal_pengambilan_akhir": date.fromisoformat(last)} if last else {}
    return {"tanggal_pengambilan": date.fromisoformat(first), **end}


def _period(text: str) -> dict[str, Any]:
    first, _, last = text.partition("/")
    return {"periode": Period(start=date.fromisoformat(first), end=date.fromisoformat(last or first))}


def _regions(text: str) -> dict[str, Any]:
    codes = tuple(code for code in text.replace(",", " ").split() if re.fullmatch(CODE_PATTERN, code))
    return {"cakupan_wilayah": codes} if codes else {}


def _scale(text: str) -> dict[str, Any]:
    number = int(text.removeprefix("1:").replace(".", ""))
    return {"skala": number} if 0 < number <= 100_000_000 else {}


_READERS: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "base_map": _line("acuan_igd"),
    "collected": _collected,
    "collection_method": _line("metode_pengumpulan"),
    "conforms_to": _line("standar"),
    "contact": _line("kontak"),
    "creator": _line("produsen_data"),
    "data_type": _choice("jenis_data", JenisData),
    "frequency": _choice("frekuensi", Frekuensi),
    "kugi": _line("kugi_kode"),
    "next_release": lambda text: {"jadwal_rilis_berikut": date.fromisoformat(text)},
    "presentation_level": _choice("tingkat_penyajian", TingkatPenyajian),
    "publisher": _line("instansi_penerbit"),
    "quality": _line("mutu"),
    "retention": _line("retensi"),
    "scale": _scale,
    "source": _line("sumber_data"),
    "spatial_coverage": _regions,
    "temporal_coverage": _period,
}
