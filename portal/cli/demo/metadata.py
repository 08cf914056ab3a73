"""From a sample's few words to the full metadata of domain section 6.2."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from config import vocabularies
from config.profile import Agency, Profile
from geo.tables.names import name_columns
from portal.cli.demo.figures import Figures
from portal.cli.demo.model import DemoUnavailableError
from portal.contract.metadata import ColumnEntry, DatasetMetadata, Period

SAMPLE_TAG = "data contoh"
SAMPLE_NOTE = "Data contoh: angka dan letak dibuat untuk peragaan, bukan data resmi."
#: Separates an upper from a lower header label when two rows become one name (as geo.tables does).
JOINER = " – "

_NEXT_RELEASE = {"tahunan": date(2027, 3, 31), "semesteran": date(2027, 1, 31), "triwulanan": date(2027, 1, 15)}


def group_slug(profile: Profile, letter: str) -> str:
    """The slug of a group given by its Brebes letter, in the set of the profile."""
    group = vocabularies.subject_group("brebes-11", letter)
    if not profile.set_kelompok:
        raise DemoUnavailableError(f"profil {profile.name!r} tidak memakai kelompok data")
    return vocabularies.map_group(group, profile.set_kelompok).slug


def describe(profile: Profile, agency: Agency, **fields: object) -> DatasetMetadata:
    """Metadata with what every demo dataset shares; `fields` add to it and win."""
    common: dict[str, object] = {
        "instansi_penerbit": agency.name,
        "produsen_data": agency.name,
        "kontak": agency.email,
        "sumber_data": agency.name,
        "tanggal_pengambilan": date(2025, 12, 1),
        "tanggal_pengambilan_akhir": date(2025, 12, 31),
        "cakupan_wilayah": (profile.territory.code,) if profile.territory else (),
        "frekuensi": "tahunan",
        "lisensi": profile.policy.lisensi_bawaan,
        "retensi": "Permanen",
        "bahasa": "id",
        "standar": "Peraturan BPS 4/2020 tentang Standar Data Statistik",
    }
    merged = {**common, **fields}
    merged.setdefault("jadwal_rilis_berikut", _NEXT_RELEASE.get(str(merged["frekuensi"])))
    return DatasetMetadata.model_validate(merged)


def geospatial(kugi: str, base: str, scale: int, quality: str) -> dict[str, object]:
    """The four fields that geospatial data owe beside the others (SR-3, 6.2 G)."""
    return {
        "kugi_kode": kugi,
        "kugi_versi": vocabularies.kugi_categories()[kugi].version,
        "acuan_igd": base,
        "skala": scale,
        "mutu": quality,
        "standar": "SNI 8843-1:2019 (profil ISO 19115)",
    }


def years(first: int, last: int) -> Period:
    """Whole years, both ends included."""
    return Period(start=date(first, 1, 1), end=date(last, 12, 31))


def dictionary(figures: Figures) -> tuple[ColumnEntry, ...]:
    """The column dictionary of a table, named as the table engine will name its columns."""
    labels = [
        *(lead.label for lead in figures.leads),
        *(JOINER.join(part for part in (column.top, column.label) if part) for column in figures.columns),
    ]
    named, _ = name_columns(labels, "")
    entries = []
    for given, lead in zip(named, figures.leads, strict=False):
        entries.append(
            ColumnEntry(
                name=given.name, label=lead.label, type=lead.type, unit="tanpa_satuan", concept=lead.label,
                definition=lead.definition, codelist=lead.codelist, measure="klasifikasi",
            )
        )  # fmt: skip
    for given, column in zip(named[len(figures.leads) :], figures.columns, strict=True):
        entries.append(
            ColumnEntry(
                name=given.name, label=given.label, type="integer" if column.digits == 0 else "numeric",
                unit=column.unit, concept=column.concept, definition=column.definition,
                measure=vocabularies.units()[column.unit].dimension,
            )
        )  # fmt: skip
    return tuple(entries)


def attributes(rows: Sequence[tuple[str, str, str, str, str]]) -> tuple[ColumnEntry, ...]:
    """The dictionary of a layer from (name, label, type, unit, definition)."""
    return tuple(
        ColumnEntry(
            name=name, label=label, type=kind, unit=unit, concept=label, definition=definition,
            codelist="Kode wilayah Kemendagri" if name.startswith("kode_") or name == "kode" else "",
        )
        for name, label, kind, unit, definition in rows
    )  # fmt: skip
