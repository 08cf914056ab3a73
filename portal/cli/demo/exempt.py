"""The one exempt dataset of the demo. Its canary words occur nowhere else: found in public, they are a leak."""

from __future__ import annotations

import csv
import io

from shapely.geometry import Point

from config.profile import Profile
from portal.cli.demo import geofiles, layers, metadata
from portal.cli.demo.geofiles import Features
from portal.cli.demo.geography import Geography
from portal.cli.demo.model import DemoDataset, DemoExemption, DemoFile

#: Where each word stands. They are words of no language, and no other text of the repository holds them.
CANARY_TITLE = "zorvanquil"
CANARY_COLUMN = "qexovidra"
CANARY_ROW = "wyxbarunta"
CANARY_ATTRIBUTE = "fjolnervik"
CANARY_PLACE = "Xuntabrevo"
CANARY_FILE = "kvasimoldu"
CANARY_NOTES = "ubrixalneth"
CANARY_TAG = "drovexamil"
CANARIES: tuple[str, ...] = (
    CANARY_TITLE, CANARY_COLUMN, CANARY_ROW, CANARY_ATTRIBUTE, CANARY_PLACE, CANARY_FILE, CANARY_NOTES, CANARY_TAG,
)  # fmt: skip

#: (longitude, latitude) of the one exempt place, by regency; the decimals are as good as a word.
CANARY_POINTS = {"33.29": (108.917263, -7.083917), "32.14": (107.443917, -6.593827)}


def canaries(code: str) -> tuple[str, ...]:
    """The words, and the coordinates as they are written, that no public answer may hold."""
    longitude, latitude = CANARY_POINTS[code]
    return (*CANARIES, f"{longitude:.6f}", f"{abs(latitude):.6f}")


def dataset(profile: Profile, geography: Geography) -> DemoDataset:
    """Shelters for victims of violence: a table and a layer, exempt by KIP 17a and 17h."""
    agency = profile.agency_for("perempuan-anak")
    described = metadata.describe(
        profile,
        agency,
        judul=f"Rumah aman {CANARY_TITLE}",
        deskripsi=f"Letak rumah aman bagi korban kekerasan, sandi {CANARY_NOTES}. {metadata.SAMPLE_NOTE}",
        metode_pengumpulan="Pencatatan petugas pendamping.",
        jenis_data="geospasial_tematik",
        kelompok=metadata.group_slug(profile, "d"),
        kata_kunci=("rumah aman", CANARY_TAG),
        tingkat_penyajian="titik",
        periode=metadata.years(2025, 2025),
        frekuensi="sewaktu-waktu",
        **metadata.geospatial("lingkungan-terbangun", layers.BASE_MAP, 10000, "Diperiksa pendamping."),
    )
    parts = (_table(), _layer(geography))
    exemption = DemoExemption(
        grounds=("17a", "17h"),
        other_act="UU 12/2022 tentang Tindak Pidana Kekerasan Seksual",
        if_opened="Keselamatan korban dan pendamping terancam bila letaknya diketahui pelaku.",
        if_closed="Korban terlindungi; jumlah layanan tetap diumumkan tanpa letak.",
        register_title="Letak sarana perlindungan korban",
        years=5,
    )
    return DemoDataset(f"rumah-aman-{CANARY_TITLE}", agency.slug, described, parts, "dikecualikan", exemption=exemption)


def _table() -> DemoFile:
    fields = (
        ("sandi", "Sandi", "text", "tanpa_satuan", "Sandi rumah aman."),
        (CANARY_COLUMN, CANARY_COLUMN.title(), "text", "tanpa_satuan", "Sandi pendamping."),
        ("penghuni", "Penghuni", "integer", "orang", "Banyaknya penghuni."),
    )
    rows = [(f"RA-{number:02d}", f"{CANARY_ROW} {number}", 7 + 3 * number % 5) for number in range(1, 9)]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows([[field[0] for field in fields], *rows])
    data = stream.getvalue().encode()
    columns = metadata.attributes(fields)
    name = f"penghuni_{CANARY_FILE}"
    return DemoFile(f"{name}.csv", name, "tabel", "csv", lambda: data, columns, len(rows), "", (1,))


def _layer(geography: Geography) -> DemoFile:
    point = Point(*CANARY_POINTS[geography.code])
    others = [place.point("rumah aman") for place in geography.kecamatan[:5]]
    values = [(f"RA-{number:02d}", CANARY_PLACE, CANARY_ATTRIBUTE) for number in range(1, len(others) + 2)]
    name = f"letak_{CANARY_FILE}"
    features = Features(name, "Point", ("sandi", "tempat", "pendamping"), (point, *others), tuple(values))
    columns = metadata.attributes(
        [
            ("sandi", "Sandi", "text", "tanpa_satuan", "Sandi rumah aman."),
            ("tempat", "Tempat", "text", "tanpa_satuan", "Nama tempat."),
            ("pendamping", "Pendamping", "text", "tanpa_satuan", "Sandi pendamping."),
        ]
    )
    return DemoFile(
        filename=f"{name}.geojson", title=name, kind="layer", format="geojson",
        content=lambda: geofiles.as_geojson(features), columns=columns, rows=len(features), epsg=4326,
        geometry_type="Point",
    )  # fmt: skip
