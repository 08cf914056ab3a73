"""The sample tables as datasets: figures made when their bytes are asked for, dictionary and metadata at once."""

from __future__ import annotations

from config.profile import Profile
from portal.cli.demo import figures, metadata, sheets
from portal.cli.demo.geography import Geography
from portal.cli.demo.model import DemoDataset, DemoFile, Target
from portal.cli.demo.specs import TableSpec, tables

_WRITERS = {
    "csv": (sheets.as_csv, "csv", "", (1,)),
    "csv-id": (sheets.as_indonesian_csv, "csv", "", (1,)),
    "xlsx": (sheets.as_xlsx, "xlsx", "Data", (3,)),
    "xlsx-buku": (sheets.as_printed_book, "xlsx", "Tabel", (4, 5)),
    "ods": (sheets.as_ods, "ods", "Data", (3,)),
}

#: Tables that the demo leaves on the way, so that the office has work to show.
_UNFINISHED: dict[str, Target] = {
    "usulan-musrenbang": "diajukan",
    "rumah-tidak-layak-huni": "diajukan",
    "sentra-industri": "draf",
}


def datasets(profile: Profile, geography: Geography, seed: int) -> tuple[DemoDataset, ...]:
    """All sample tables for one regency."""
    return tuple(_dataset(spec, profile, geography, seed) for spec in tables())


def _dataset(spec: TableSpec, profile: Profile, geography: Geography, seed: int) -> DemoDataset:
    agency = profile.agency_for(spec.bidang)
    words = {"kabupaten": geography.name}
    made = figures.make(spec, geography, seed)
    title = spec.title.format(**words)
    source = spec.source.format(**words) or agency.name
    sheet = sheets.Sheet(
        (f"{title} di {geography.name}", _years(spec)), made, (f"Sumber: {source}", metadata.SAMPLE_NOTE)
    )
    write, format_, page, header = _WRITERS[spec.format]
    first, last = spec.years
    described = metadata.describe(
        profile,
        agency,
        judul=title,
        deskripsi=f"{spec.notes.format(**words)}\n\n{metadata.SAMPLE_NOTE}",
        sumber_data=source,
        metode_pengumpulan=spec.method,
        jenis_data=spec.kind,
        kelompok=metadata.group_slug(profile, spec.group),
        kata_kunci=(*spec.tags, metadata.SAMPLE_TAG),
        tingkat_penyajian=spec.presented_at,
        periode=metadata.years(first, last),
        frekuensi=spec.frequency,
        catatan_versi="Versi pertama.",
    )
    part = DemoFile(
        filename=f"{spec.name}.{format_}",
        title=title,
        kind="tabel",
        format=format_,
        content=lambda: write(sheet),
        columns=metadata.dictionary(made),
        rows=len(made.rows),
        sheet=page,
        header_rows=header,
        encoding="utf-8-sig" if spec.format == "csv-id" else "utf-8",
    )
    return DemoDataset(spec.name, agency.slug, described, (part,), _UNFINISHED.get(spec.name, "terbit"))


def _years(spec: TableSpec) -> str:
    first, last = spec.years
    return f"Tahun {first}" if first == last else f"Tahun {first}–{last}"
