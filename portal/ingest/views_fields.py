"""The metadata of domain.md 6.2 as a form asks it: plain words, a hint, why it is asked, and the kind of field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from config.profile import Profile
from config.vocabularies import frequencies, jenis_data, kugi_categories, licences, tingkat_penyajian
from portal.contract.metadata import MANDATORY, MANDATORY_GEOSPATIAL, STAR_FIELDS
from portal.kernel.texts import gettext as _
from portal.web.i18n import current_lang

FieldKind = Literal["line", "text", "date", "period", "select", "radios", "checks", "words", "codes", "number", "pairs"]
Options = tuple[tuple[str, str], ...]

#: Order in which the upload asks, one at a time; the last four only of geospatial data.
QUESTIONS = (
    "judul", "deskripsi", "sumber_data", "metode_pengumpulan", "tanggal_pengambilan", "jenis_data", "kelompok",
    "kata_kunci", "tingkat_penyajian", "cakupan_wilayah", "periode", "frekuensi", "lisensi", "retensi",
)  # fmt: skip
GEOSPATIAL_QUESTIONS = ("skala", "acuan_igd", "kugi_kode", "mutu")


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of the editor. `needed` says that it is owed before submission, `star` that a file needs it first."""

    name: str
    label: str
    kind: FieldKind
    hint: str = ""
    options: Options = ()

    @property
    def star(self) -> bool:
        """One of the five of BR L.II.5."""
        return self.name in STAR_FIELDS

    @property
    def needed(self) -> bool:
        """Owed before submission (geospatial fields only of layers)."""
        return self.star or self.name in MANDATORY or self.name in {*MANDATORY_GEOSPATIAL, "periode"}


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Fields under one heading."""

    id: str
    title: str
    lead: str
    fields: tuple[FieldSpec, ...]


def specs(profile: Profile) -> Mapping[str, FieldSpec]:
    """Every field by name."""
    return {field.name: field for group in groups(profile) for field in group.fields}


def groups(profile: Profile) -> tuple[FieldGroup, ...]:
    """The editor's groups in the order of reading."""
    return (
        FieldGroup("isi", _("Apa isinya"), _("Yang pertama dibaca orang."), _content(profile)),
        FieldGroup("asal", _("Dari mana datanya"), _("Lima isian bertanda ★ wajib menyertai berkas."), _origin()),
        FieldGroup("cakupan", _("Wilayah dan waktu"), _("Agar data dapat ditemukan di peta dan kalender."), _scope()),
        FieldGroup("pakai", _("Pemakaian dan penyimpanan"), _("Apa yang boleh dilakukan orang dengannya."), _use()),
        FieldGroup("peta", _("Khusus peta"), _("Hanya untuk data geospasial."), _map()),
    )


def _label(item: object) -> str:
    english = current_lang() == "en"
    return str(getattr(item, "label_en", "") if english else "") or str(getattr(item, "label", ""))


def _content(profile: Profile) -> tuple[FieldSpec, ...]:
    subject = tuple((group.slug, _label(group)) for group in profile.groups)
    kinds = tuple((item.code, _label(item)) for item in jenis_data().values())
    return (
        FieldSpec("judul", _("Judul"), "line", _("Apa, di mana, kapan. Contoh: Jumlah puskesmas per kecamatan, 2024.")),
        FieldSpec("deskripsi", _("Penjelasan"), "text", _("Dua tiga kalimat untuk orang yang belum mengenal datanya.")),
        FieldSpec("jenis_data", _("Jenis data"), "radios", _("Statistik dasar hanya dari BPS."), kinds),
        FieldSpec("kelompok", _("Kelompok utama"), "select", _("Tempat orang mencarinya pertama kali."), subject),
        FieldSpec("kelompok_lain", _("Kelompok lain"), "checks", "", subject),
        FieldSpec("kata_kunci", _("Kata kunci"), "words", _("Pisahkan dengan koma. Contoh: puskesmas, kesehatan.")),
        FieldSpec("name", _("Nama alamat"), "line", _("Bagian akhir alamat web. Tetap setelah terbit.")),
    )


def _origin() -> tuple[FieldSpec, ...]:
    return (
        FieldSpec("instansi_penerbit", _("Instansi penerbit"), "line", _("Yang bertanggung jawab menerbitkan.")),
        FieldSpec("sumber_data", _("Sumber data"), "line", _("Badan asal angkanya, misalnya BPS atau nama dinas.")),
        FieldSpec("metode_pengumpulan", _("Cara pengumpulan"), "text", _("Sensus, survei, atau catatan kerja?")),
        FieldSpec("tanggal_pengambilan", _("Tanggal pengambilan"), "date", _("Kapan datanya diambil, atau mulainya.")),
        FieldSpec("tanggal_pengambilan_akhir", _("Sampai tanggal"), "date", _("Bila lebih dari satu hari.")),
        FieldSpec("produsen_data", _("Produsen data"), "line", _("Unit yang membuat datanya.")),
        FieldSpec("kontak", _("Kontak"), "line", _("Surel atau telepon untuk pertanyaan.")),
    )


def _scope() -> tuple[FieldSpec, ...]:
    levels = tuple((item.code, _label(item)) for item in tingkat_penyajian().values())
    often = tuple((item.code, _label(item)) for item in frequencies().values())
    return (
        FieldSpec(
            "tingkat_penyajian", _("Tingkat penyajian"), "radios", _("Satu baris berbicara tentang apa?"), levels
        ),
        FieldSpec("cakupan_wilayah", _("Wilayah yang dicakup"), "codes", _("Kode wilayah, pisahkan dengan spasi.")),
        FieldSpec("periode", _("Periode data"), "period", _("Tahun (2024) atau tanggal (2024-03-01).")),
        FieldSpec("frekuensi", _("Seberapa sering diperbarui"), "select", "", often),
        FieldSpec("jadwal_rilis_berikut", _("Rilis berikutnya"), "date", _("Kami ingatkan sebelum harinya.")),
    )


def _use() -> tuple[FieldSpec, ...]:
    shown = tuple((item.id, item.title_id or item.title) for item in licences().values())
    return (
        FieldSpec("lisensi", _("Lisensi"), "select", _("CC BY: bebas dipakai asal menyebut sumber."), shown),
        FieldSpec("retensi", _("Masa simpan"), "line", _("Berapa lama disimpan, dan dasarnya. Contoh: 10 tahun.")),
        FieldSpec("standar", _("Standar yang diikuti"), "line", _("Misalnya Standar Data Statistik Nasional.")),
        FieldSpec("catatan_versi", _("Catatan versi"), "text", _("Apa yang berubah dari versi sebelumnya.")),
        FieldSpec("bahasa", _("Bahasa isi"), "line", _("Kode dua huruf; id untuk bahasa Indonesia.")),
        FieldSpec("extras", _("Keterangan tambahan"), "pairs", _("Satu baris satu keterangan: nama: isi.")),
    )


def _map() -> tuple[FieldSpec, ...]:
    themes = tuple((item.code, _label(item)) for item in kugi_categories().values())
    return (
        FieldSpec("skala", _("Skala 1 banding"), "number", _("Contoh: 25000.")),
        FieldSpec("acuan_igd", _("Peta dasar yang diacu"), "line", _("Contoh: RBI 1:25.000 tahun 2023.")),
        FieldSpec("kugi_kode", _("Kategori KUGI"), "select", _("Katalog unsur geografi Indonesia."), themes),
        FieldSpec("mutu", _("Mutu"), "text", _("Ketelitian letak, kelengkapan, cara pemeriksaan.")),
    )


__all__ = ["GEOSPATIAL_QUESTIONS", "QUESTIONS", "FieldGroup", "FieldSpec", "groups", "specs"]
