"""Files over the pages: wrong ones get an answer, several sheets and layers a choice, chunks are cut and resumed."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import shapely
from pyogrio.raw import write

BAD = (
    "Kecamatan;Tahun;Cakupan\n"
    + "".join(f"Kecamatan {number};2024;{number},5\n" for number in range(1, 41))
    + "Losari;2024;belum dihitung\nKersana;2024;12,5\n"
).encode()


def workbook() -> bytes:
    """Two sheets, titles above the header."""
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "Dokter"
    for row in (["Jumlah Dokter"], [], ["Kecamatan", "Tahun", "Dokter"], ["Salem", 2024, 3], ["Losari", 2024, 5]):
        first.append(row)
    second = book.create_sheet("Perawat")
    for row in (["Kecamatan", "Tahun", "Perawat"], ["Salem", 2024, 13], ["Losari", 2024, 15], ["Brebes", 2024, 40]):
        second.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def zipped() -> bytes:
    """A shapefile in UTM 49S that does not say so."""
    import tempfile

    import numpy as np

    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder) / "zona.shp"
        boxes = [shapely.box(269000 + 4000 * n, 9230000, 272000 + 4000 * n, 9233000) for n in range(3)]
        write(
            at,
            geometry=np.array(shapely.to_wkb(boxes), dtype=object),
            field_data=[np.array(["Zona Ä", "Zona B", "Zona C"], dtype=object)],
            fields=["NAMA"],
            geometry_type="Polygon",
            driver="ESRI Shapefile",
            encoding="cp1252",
            crs="EPSG:32749",
        )
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for part in sorted(Path(folder).iterdir()):
                if part.suffix in {".shp", ".shx", ".dbf"}:
                    archive.write(part, part.name)
    return stream.getvalue()
