"""Dataset metadata of domain.md 6.2: one frozen model for forms, API, release and the ready documents.

A draft may lack fields; what is owed and when is asked of `owed()`. Stored values are the law's words.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

JenisData = Literal[
    "statistik_dasar", "statistik_sektoral", "statistik_khusus", "geospasial_dasar", "geospasial_tematik"
]
Sifat = Literal["belum_ditetapkan", "publik", "dikecualikan"]
TingkatPenyajian = Literal["kabupaten", "kecamatan", "desa", "titik", "lain"]
Frekuensi = Literal[
    "harian",
    "mingguan",
    "bulanan",
    "triwulanan",
    "semesteran",
    "tahunan",
    "2-tahunan",
    "3-tahunan",
    "5-tahunan",
    "10-tahunan",
    "sewaktu-waktu",
    "realtime",
]

NAME_PATTERN = r"^[a-z0-9][a-z0-9_-]{1,99}$"
CODE_PATTERN = r"^\d\d(\.\d\d(\.\d\d(\.\d{4})?)?)?$"


def _clean(text: str) -> str:
    """No control characters in one-line texts: they break headers, feeds and logs."""
    return " ".join("".join(char for char in text if char.isprintable() or char.isspace()).split())


def _clean_lines(text: str) -> str:
    return "\n".join(_clean(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")).strip()


Line = Annotated[str, StringConstraints(max_length=500), AfterValidator(_clean)]
LongText = Annotated[str, StringConstraints(max_length=50_000), AfterValidator(_clean_lines)]
RegionCode = Annotated[str, StringConstraints(pattern=CODE_PATTERN)]


class Period(BaseModel):
    """Time the data speak of; years or days, both ends included."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    start: date | None = None
    end: date | None = None

    @property
    def years(self) -> tuple[int, ...]:
        """Every calendar year the period touches (at most 200, nearest the end)."""
        first, last = self.start or self.end, self.end or self.start
        if first is None or last is None or first > last:
            return ()
        return tuple(range(max(first.year, last.year - 199), last.year + 1))


class ColumnEntry(BaseModel):
    """One row of the column dictionary (kamus data)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: Annotated[str, StringConstraints(max_length=63)]
    label: Line = ""
    type: Annotated[str, StringConstraints(max_length=40)] = "text"
    unit: Line = ""
    concept: Line = ""
    definition: LongText = ""
    codelist: Line = ""
    measure: Line = ""
    personal: bool = False
    public: bool = True
    #: what a CKAN client wrote beside label and notes (`info` of a datastore field)
    info: dict[str, str] = {}


class DatasetMetadata(BaseModel):
    """Fields of domain.md 6.2 by their Indonesian names. `agency` facts are joined by the services, not stored here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    judul: Line = ""
    deskripsi: LongText = ""
    instansi_penerbit: Line = ""  # ★ BR L.II.5
    produsen_data: Line = ""
    kontak: Line = ""
    sumber_data: Line = ""  # ★ the body the figures come from, as SR-1 asks: BPS, BIG, an OPD's name …
    metode_pengumpulan: LongText = ""  # ★
    tanggal_pengambilan: date | None = None  # ★ (start, where a range is given)
    tanggal_pengambilan_akhir: date | None = None
    jenis_data: JenisData | None = None
    kelompok: Annotated[str, StringConstraints(max_length=100)] = ""
    kelompok_lain: tuple[Annotated[str, StringConstraints(max_length=100)], ...] = ()
    kata_kunci: tuple[Annotated[str, StringConstraints(min_length=2, max_length=100)], ...] = ()
    tingkat_penyajian: TingkatPenyajian | None = None
    cakupan_wilayah: tuple[RegionCode, ...] = ()
    periode: Period = Period()
    frekuensi: Frekuensi | None = None
    jadwal_rilis_berikut: date | None = None
    bahasa: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")] = "id"
    lisensi: Annotated[str, StringConstraints(max_length=60)] = ""
    catatan_versi: LongText = ""
    standar: Line = ""
    retensi: Line = ""
    skala: Annotated[int, Field(gt=0, le=100_000_000)] | None = None
    acuan_igd: Line = ""
    kugi_kode: Line = ""
    kugi_versi: Line = ""
    mutu: LongText = ""
    extras: dict[
        Annotated[str, StringConstraints(max_length=100)], Annotated[str, StringConstraints(max_length=5000)]
    ] = Field(default_factory=dict)
    #: What a CKAN client sent, as it sent it (`author`, `url`, `version`, `extras` …), so that it gets the same back. A
    #: text that also has a field above counts only while both say the same: an edit in the office's forms wins.
    ckan: dict[str, Any] = Field(default_factory=dict)
    #: Fields that the system filled because the client has none for them; they are shown so, and stay owed.
    diisi_sistem: tuple[Annotated[str, StringConstraints(max_length=100)], ...] = ()

    @property
    def chosen_groups(self) -> tuple[str, ...]:
        """Names of the subject groups, main first; a main group that the system filled in is nobody's choice."""
        main = "" if "kelompok" in self.diisi_sistem else self.kelompok
        return tuple(dict.fromkeys(name for name in (main, *self.kelompok_lain) if name))


#: The five fields without which a file is not accepted (BR L.II.5, T26); `nama_file` comes with the file itself.
STAR_FIELDS = ("instansi_penerbit", "sumber_data", "metode_pengumpulan", "tanggal_pengambilan")

#: Mandatory for every release (column M of 6.2), beside the five.
MANDATORY = (
    "judul",
    "deskripsi",
    "produsen_data",
    "kontak",
    "jenis_data",
    "kelompok",
    "kata_kunci",
    "cakupan_wilayah",
    "tingkat_penyajian",
    "frekuensi",
    "lisensi",
    "retensi",
)
MANDATORY_GEOSPATIAL = ("skala", "acuan_igd", "kugi_kode", "mutu")


def missing_stars(metadata: DatasetMetadata) -> tuple[str, ...]:
    """Which of the five ★ fields are empty (the file name is the caller's to check)."""
    return tuple(name for name in STAR_FIELDS if not getattr(metadata, name))


def as_line(text: str) -> str:
    """The text as a one-line field keeps it."""
    return _clean(text)


def as_lines(text: str) -> str:
    """The text as a field of several lines keeps it."""
    return _clean_lines(text)


def owed(metadata: DatasetMetadata) -> tuple[str, ...]:
    """Mandatory fields still empty, ★ first; geospatial data owe four more (SR-3, 6.2 G)."""
    names = [*missing_stars(metadata), *(name for name in MANDATORY if not getattr(metadata, name))]
    if not metadata.periode.years:
        names.append("periode")
    if (metadata.jenis_data or "").startswith("geospasial"):
        names += [name for name in MANDATORY_GEOSPATIAL if not getattr(metadata, name)]
    return tuple(names)
