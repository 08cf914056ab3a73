"""Key figures of the front page, from the real data that ships: population, area, villages; source and year said."""

from __future__ import annotations

from config import regions
from config.vocabularies import read_rows
from portal.web.formats import number

Figure = dict[str, str]


def key_figures(code: str) -> list[Figure]:
    """Figures of one regency; those whose source does not know the regency are left out."""
    people = {row["kode"]: row for row in read_rows("penduduk_jenis_kelamin_jawa")}
    area = {row["kode"]: row for row in read_rows("luas_wilayah_jawa")}
    found: list[Figure] = []
    if code in people:
        found.append(
            _figure("Penduduk", number(float(people[code]["jumlah"]), 0), "jiwa", "Kemendagri", "2025", "penduduk")
        )
    if code in area:
        found.append(
            _figure("Luas wilayah", number(float(area[code]["luas_km2"]), 2), "km²", "Kemendagri", "2024", "luas")
        )
    villages = regions.descendants(code, "desa")
    if villages:
        districts = len(regions.children(code))
        found.append(
            _figure(
                "Desa dan kelurahan",
                number(len(villages), 0),
                f"di {districts} kecamatan",
                "Kemendagri",
                "2025",
                "desa",
            )
        )
    return found


def _figure(name: str, value: str, unit: str, source: str, year: str, words: str) -> Figure:
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "source": source,
        "year": year,
        "href": f"/dataset?q={words}",
        "spark": "",
    }
