"""Our best guess for each question of the upload, with the reason: from the file, the agency and the day. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from config.profile import Profile
from geo.tables.types import TableReport
from portal.contract.metadata import DatasetMetadata
from portal.ingest.queries import DatasetView, ResourceView
from portal.kernel.texts import gettext as _

STOP = frozenset(
    ("dan", "di", "ke", "dari", "per", "menurut", "tahun", "kabupaten", "kota", "data", "jumlah", "daftar", "yang",
     "untuk", "pada", "tiap", "setiap")
)  # fmt: skip
LEVELS = (("desa", r"desa|kelurahan"), ("kecamatan", r"kecamatan|kec\b"), ("kabupaten", r"kabupaten|kota\b"))


@dataclass(frozen=True, slots=True)
class Guess:
    """Values for the form (by input name) and why we think so; empty where we know nothing."""

    values: dict[str, Any]
    why: str = ""


NOTHING = Guess({})


def starting(template: DatasetMetadata, filename: str, today: date) -> DatasetMetadata:
    """The metadata with which a file arrives: the agency's own, and what is said on the upload page."""
    return template.model_copy(
        update={
            "judul": title_of(filename),
            "sumber_data": template.sumber_data or template.instansi_penerbit,
            "metode_pengumpulan": _("Kompilasi produk administrasi: catatan kerja instansi."),
            "tanggal_pengambilan": today,
        }
    )


def title_of(filename: str) -> str:
    """`jumlah_puskesmas-2024.xlsx` as `Jumlah puskesmas 2024`."""
    stem = filename.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
    words = " ".join(re.sub(r"[_\-.+]+", " ", stem).split())
    return (words[:1].upper() + words[1:])[:200]


def guess(name: str, view: DatasetView, profile: Profile) -> Guess:
    """The guess for one question."""
    makers = {
        "judul": _title,
        "jenis_data": _kind,
        "kelompok": lambda seen: _group(seen, profile),
        "kata_kunci": _words,
        "tingkat_penyajian": _level,
        "periode": _period,
        "frekuensi": _frequency,
        "cakupan_wilayah": lambda _seen: _region(profile),
        "retensi": lambda _seen: Guess({"retensi": "10 tahun"}, _("Lazim untuk data yang terus dipakai.")),
        "lisensi": lambda _seen: Guess(
            {"lisensi": profile.policy.lisensi_bawaan},
            _("Lisensi bawaan kabupaten; boleh dipakai asal menyebut sumber."),
        ),
        "deskripsi": _description,
        "skala": lambda _seen: Guess({"skala": "25000"}, _("Skala peta dasar kabupaten yang lazim.")),
        "mutu": _quality,
    }
    return makers[name](view) if name in makers else NOTHING


def _first(view: DatasetView) -> ResourceView | None:
    return next((item for item in view.resources if item.row.kind != "berkas"), None)


def _title(view: DatasetView) -> Guess:
    found = _first(view)
    if found is None:
        return NOTHING
    if found.table is not None and found.table.layout.title:
        return Guess({"judul": " ".join(found.table.layout.title)[:200]}, _("Tertulis di atas tajuk tabel."))
    return Guess({"judul": title_of(found.row.filename)}, _("Dari nama berkas."))


def _kind(view: DatasetView) -> Guess:
    found = _first(view)
    if found is not None and found.row.kind == "layer":
        return Guess({"jenis_data": "geospasial_tematik"}, _("Berkasnya peta, dan bukan dari BIG."))
    return Guess({"jenis_data": "statistik_sektoral"}, _("Tabel yang dibuat dinas untuk tugasnya sendiri."))


def _group(view: DatasetView, profile: Profile) -> Guess:
    said = _text(view)
    for group in profile.groups:
        words = [word for word in re.findall(r"[a-z]{5,}", f"{group.label} {group.summary}".lower()) if word in said]
        if words:
            return Guess({"kelompok": group.slug}, _("Judulnya menyebut %(word)s.", word=words[0]))
    return NOTHING


def _text(view: DatasetView) -> str:
    return f"{view.metadata.judul} {view.metadata.deskripsi}".lower()


def _words(view: DatasetView) -> Guess:
    found = [word for word in re.findall(r"[a-z]{4,}", view.metadata.judul.lower()) if word not in STOP]
    if not found:
        return NOTHING
    return Guess({"kata_kunci": ", ".join(dict.fromkeys(found[:5]))}, _("Kata-kata dari judul."))


def _columns(view: DatasetView) -> Sequence[str]:
    found = _first(view)
    if found is None:
        return ()
    if found.table is not None:
        return [column.name for column in found.table.columns]
    return [field.name for field in found.layer.fields] if found.layer is not None else ()


def _level(view: DatasetView) -> Guess:
    for code, pattern in LEVELS:
        name = next((name for name in _columns(view) if re.search(pattern, name.replace("_", " ").lower())), None)
        if name:
            return Guess({"tingkat_penyajian": code}, _("Ada kolom %(name)s.", name=name))
    return NOTHING


def _years(table: TableReport | None) -> list[int]:
    if table is None:
        return []
    texts = [text for column in table.columns if column.type == "year" for text in column.examples]
    return sorted(int(text) for text in texts if re.fullmatch(r"(19|20)\d\d", text))


def _period(view: DatasetView) -> Guess:
    found = _first(view)
    years = _years(found.table if found else None)
    why = _("Tahun yang tertulis di kolom tahun.")
    if not years:
        years = sorted(int(year) for year in re.findall(r"(?:19|20)\d\d", _text(view)))
        why = _("Tahun yang tertulis di judul.")
    if not years:
        return NOTHING
    return Guess({"periode_dari": str(years[0]), "periode_sampai": str(years[-1])}, why)


def _frequency(view: DatasetView) -> Guess:
    period = view.metadata.periode
    if period.start and period.end and (period.start.month, period.end.month) == (1, 12):
        return Guess({"frekuensi": "tahunan"}, _("Datanya per tahun."))
    return NOTHING


def _region(profile: Profile) -> Guess:
    place = profile.territory
    return Guess({"cakupan_wilayah": place.code}, _("Seluruh %(name)s.", name=place.name)) if place else NOTHING


def _description(view: DatasetView) -> Guess:
    labels = [column.label for column in found.table.columns] if (found := _first(view)) and found.table else []
    if not labels:
        return NOTHING
    text = _("%(title)s. Memuat %(columns)s.", title=view.metadata.judul.rstrip("."), columns=", ".join(labels[:8]))
    return Guess({"deskripsi": text}, _("Dari judul dan nama kolom; tambahkan yang perlu diketahui orang."))


def _quality(view: DatasetView) -> Guess:
    found = _first(view)
    if found is None or found.layer is None:
        return NOTHING
    text = _(
        "%(count)s unsur; %(bad)s bentuk tidak sah.", count=found.layer.feature_count, bad=found.layer.invalid_count
    )
    return Guess({"mutu": text}, _("Dari pemeriksaan berkas; tambahkan ketelitian letaknya."))
