"""The demo: enough of everything, complete metadata, files that other programs read, and one secret."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import fiona
import openpyxl
import pytest
from pyogrio.raw import read as read_layer
from python_calamine import CalamineWorkbook
from shapely import from_wkb
from shapely.geometry import Point, shape

from config import regions, vocabularies
from config.profile import load_profile
from geo.tables import inspect
from portal.cli.demo import chance, exempt, geography
from portal.cli.demo.model import DemoDataset, DemoPlan, DemoUnavailableError
from portal.cli.demo.plan import plan
from portal.contract.metadata import owed
from portal.kernel.identity import Role

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module", params=["brebes", "purwakarta"])
def demo(request: pytest.FixtureRequest) -> DemoPlan:
    return plan(request.param)


@pytest.fixture(scope="module")
def brebes() -> DemoPlan:
    return plan("brebes")


def table(demo: DemoPlan, name: str) -> list[dict[str, str]]:
    (_, data), *_ = demo.dataset(name).files()
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_there_is_enough_of_everything(demo: DemoPlan) -> None:
    released = [item for item in demo.datasets if item.target == "terbit"]
    assert len(released) >= 60
    assert sum(item.parts[0].kind == "layer" for item in released) >= 8
    assert len(demo.agencies) >= 12
    assert len({item.agency for item in released}) >= 12
    assert {item.metadata.kelompok for item in released} == {group.slug for group in demo.groups}
    assert {part.format for item in released for part in item.parts} == {
        "csv", "xlsx", "ods", "geojson", "gpkg", "shp",
    }  # fmt: skip
    assert {item.target for item in demo.datasets} == {"terbit", "diajukan", "draf", "dikecualikan"}


def test_metadata_is_complete_and_from_the_code_lists(demo: DemoPlan) -> None:
    for item in demo.datasets:
        described = item.metadata
        assert owed(described) == (), item.name
        assert described.lisensi in vocabularies.licences()
        assert demo.profile.source_allowed(described.jenis_data or "", described.sumber_data), item.name
        assert all(regions.check_code(code) is None for code in described.cakupan_wilayah)
        for part in item.parts:
            assert part.columns
            assert all(column.unit in vocabularies.units() for column in part.columns)
            assert all(column.definition and column.concept for column in part.columns)
    names = [item.name for item in demo.datasets]
    assert len(set(names)) == len(names)
    agencies = {agency.slug for agency in demo.agencies}
    assert {item.agency for item in demo.datasets} <= agencies


def test_samples_are_labelled_and_real_data_carry_their_licence(demo: DemoPlan) -> None:
    for item in demo.datasets:
        labelled = "data contoh" in item.metadata.kata_kunci
        assert ("Data contoh" in item.metadata.deskripsi) == item.sample
        assert labelled == item.sample or item.target == "dikecualikan"
        if not item.sample:
            assert item.metadata.lisensi in {"mit", "odc-odbl"}
    codes = demo.dataset("kode-wilayah-dan-kode-bps")
    assert codes.metadata.lisensi == "odc-odbl"
    assert "idn-area-data" in codes.metadata.deskripsi


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(brebes: DemoPlan) -> None:
    again = plan("brebes")
    other = plan("brebes", seed=7)
    for first, second in zip(brebes.datasets, again.datasets, strict=True):
        assert first.files() == second.files(), first.name
    assert brebes.people == again.people
    assert brebes.dataset("balita-stunting").files() != other.dataset("balita-stunting").files()
    assert brebes.dataset("batas-desa").files() == other.dataset("batas-desa").files()


def test_another_process_gives_the_same_bytes(brebes: DemoPlan) -> None:
    script = (
        "import hashlib, sys\nfrom portal.cli.demo.plan import plan\n"
        "for d in plan('brebes').datasets:\n for n, b in d.files(): print(n, hashlib.sha256(b).hexdigest())\n"
    )
    told = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=ROOT)
    mine = [f"{n} {hashlib.sha256(b).hexdigest()}" for item in brebes.datasets for n, b in item.files()]
    assert told.stdout.splitlines() == mine


def test_the_people_of_the_regency_are_shared_out_without_loss(demo: DemoPlan) -> None:
    place = geography.load(demo.profile)
    assert sum(part.population for part in place.kecamatan) == place.population
    assert sum(part.population for part in place.desa) == place.population
    assert sum(part.area for part in place.kecamatan) == pytest.approx(place.area)
    for kecamatan in place.kecamatan:
        assert sum(village.population for village in place.villages_of(kecamatan.code)) == kecamatan.population
    for basis in ("penduduk", "luas", "desa", "merata", "sawah", "hulu", "perairan"):
        assert sum(place.weight(part, basis) for part in place.kecamatan) == pytest.approx(1)


def test_population_by_kecamatan_sums_to_the_real_figure_of_the_regency(demo: DemoPlan) -> None:
    (_, data), *_ = demo.dataset("jumlah-penduduk-menurut-kecamatan").files()
    rows = list(openpyxl.load_workbook(io.BytesIO(data), read_only=True)["Data"].iter_rows(values_only=True))
    assert rows[2][:6] == ("Kode kecamatan", "Kecamatan", "Tahun", "Laki-laki", "Perempuan", "Jumlah penduduk")
    latest = [row for row in rows[3:] if row[2] == 2025]
    code = demo.profile.territory.code  # type: ignore[union-attr]
    real = {row["kode"]: row for row in vocabularies.read_rows("penduduk_jenis_kelamin_jawa")}[code]
    assert sum(row[5] for row in latest) == int(real["jumlah"])
    assert all(row[3] + row[4] == row[5] for row in latest)
    assert table(demo, "penduduk-menurut-jenis-kelamin-kabupaten-kota")


def test_sums_and_shares_hold_in_every_row(demo: DemoPlan) -> None:
    for row in table(demo, "imunisasi-dasar-lengkap"):
        assert int(row["Imunisasi dasar lengkap"]) <= int(row["Bayi sasaran"])
        assert float(row["Cakupan"]) == pytest.approx(
            100 * int(row["Imunisasi dasar lengkap"]) / int(row["Bayi sasaran"]), abs=0.006
        )
    for row in table(demo, "kejadian-bencana"):
        parts = ("Banjir", "Tanah longsor", "Angin kencang", "Kebakaran")
        assert int(row["Jumlah"]) == sum(int(row[part]) for part in parts)
    falling = table(demo, "pencari-kerja-terdaftar")
    assert {row["Tahun"] for row in falling} == {str(year) for year in range(2019, 2026)}


def test_an_indonesian_csv_has_semicolons_commas_and_a_mark(brebes: DemoPlan) -> None:
    (_, data), *_ = brebes.dataset("pendapatan-asli-daerah").files()
    assert data.startswith(b"\xef\xbb\xbfJenis pendapatan;Tahun;Anggaran;Realisasi;")
    assert re.search(rb"Transfer pemerintah pusat;2025;\d\.\d{3},\d{2};", data)


def test_a_printed_book_has_titles_a_merged_header_totals_and_notes(demo: DemoPlan) -> None:
    item = demo.dataset("tenaga-kesehatan")
    (_, data), *_ = item.files()
    sheet = openpyxl.load_workbook(io.BytesIO(data))["Tabel"]
    assert {"A1:I1", "A4:A5", "B4:B5", "C4:C5", "D4:E4", "F4:G4", "H4:I4"} <= {
        str(span) for span in sheet.merged_cells.ranges
    }
    assert sheet["D4"].value == "Tenaga medis"
    assert [sheet.cell(5, column).value for column in (4, 5)] == ["Dokter", "Dokter gigi"]
    assert sheet["B23"].value == "Jumlah"
    for column in range(4, 10):
        assert sheet.cell(23, column).value == sum(sheet.cell(row, column).value for row in range(6, 23))
    assert str(sheet["A25"].value).startswith("Sumber: ")
    assert item.parts[0].header_rows == (4, 5)
    assert [column.name for column in item.parts[0].columns][3] == "tenaga_medis_dokter"


def test_ods_and_xlsx_open_in_another_reader(demo: DemoPlan) -> None:
    for item in demo.datasets:
        for part, (_, data) in zip(item.parts, item.files(), strict=True):
            if part.format not in {"ods", "xlsx"}:
                continue
            rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(part.sheet).to_python()
            first, last = part.header_rows[0], part.header_rows[-1]
            assert len([cell for cell in rows[last - 1] if cell]) >= 2, item.name
            assert rows[first - 1][0] == part.columns[0].label
            assert len(rows) >= last + part.rows


def _unpacked(path: Path) -> Path:
    """The .shp of a zipped shapefile, unpacked beside it."""
    folder = path.with_suffix("")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return next(folder.rglob("*.shp"))


def test_layers_open_lie_inside_the_regency_and_keep_their_crs(demo: DemoPlan, tmp_path: Path) -> None:
    outline = geography.load(demo.profile).outline.buffer(0.01)
    for item in demo.datasets:
        for part, (name, data) in zip(item.parts, item.files(), strict=True):
            if part.kind != "layer" or item.name.startswith("batas-kabupaten-kota"):
                continue
            path = tmp_path / name
            path.write_bytes(data)
            # fiona carries a GDAL of its own, untouched by the engine's allow-list of drivers in this process
            with fiona.open(_unpacked(path) if part.format == "shp" else path) as layer:
                assert layer.crs.to_epsg() == part.epsg, item.name
                assert list(layer.schema["properties"]) == [column.name for column in part.columns], item.name
                shapes = [shape(feature.geometry.__geo_interface__) for feature in layer]
            assert len(shapes) == part.rows
            assert all(one.is_valid and not one.is_empty for one in shapes)
            if part.epsg == 4326:
                assert all(outline.contains(one) for one in shapes), item.name


def test_a_shapefile_comes_with_its_whole_family(brebes: DemoPlan) -> None:
    (name, data), *_ = brebes.dataset("jaringan-jalan-kabupaten").files()
    assert name == "jalan_kabupaten.zip"
    members = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert {Path(member).suffix for member in members} == {".cpg", ".dbf", ".prj", ".shp", ".shx"}
    assert brebes.dataset("jaringan-jalan-kabupaten").parts[0].epsg == 32749
    assert brebes.dataset("penggunaan-lahan").parts[0].epsg == 23835


def test_land_use_covers_the_regency_without_overlap(demo: DemoPlan, tmp_path: Path) -> None:
    (_, data), *_ = demo.dataset("penggunaan-lahan").files()
    path = tmp_path / "lahan.gpkg"
    path.write_bytes(data)
    _, _, wkb, values = read_layer(str(path))
    area = sum(one.area for one in from_wkb(wkb)) / 1e6
    assert area == pytest.approx(geography.load(demo.profile).area, rel=0.02)
    assert set(Counter(values[1])) >= {"Sawah", "Hutan", "Permukiman"}


def test_every_role_is_held_by_someone_and_nobody_can_be_reached(demo: DemoPlan) -> None:
    held = {role.role for person in demo.people for role in person.roles}
    # the last two are capacities that come through the CKAN API, no offices of the law
    others = {Role.PUBLIK, Role.PEMOHON, Role.KONTRIBUTOR, Role.APLIKASI, Role.ANGGOTA, Role.PENGELOLA}
    assert held >= set(Role) - others
    assert all(person.email.endswith(".example") for person in demo.people)
    for values in ([p.username for p in demo.people], [p.email for p in demo.people], [p.name for p in demo.people]):
        assert len(set(values)) == len(values)
    assert len([person for person in demo.people if person.sign_in]) <= 35
    for item in demo.datasets:
        if demo.profile.agency(item.agency).tingkat == "daerah":
            for role in (Role.PRODUSEN, Role.GIS, Role.WALIDATA_PENDUKUNG, Role.PPID_PELAKSANA, Role.KEPALA_OPD):
                assert demo.person_with(role, item.agency)
    for role in (Role.WALIDATA, Role.TIM_VERVAL, Role.PPID, Role.PEMBINA, Role.ADMIN, Role.SEKDA, Role.BUPATI):
        assert demo.person_with(role).sign_in
    with pytest.raises(KeyError):
        demo.person_with(Role.APLIKASI)
    with pytest.raises(KeyError):
        demo.dataset("tidak-ada")


def _words(item: DemoDataset) -> str:
    words = [item.name, item.metadata.model_dump_json()]
    for part, (name, data) in zip(item.parts, item.files(), strict=True):
        columns = [column.model_dump_json() for column in part.columns]
        words.extend([name, part.title, *columns, data.decode("latin-1")])
    return "\n".join(words)


def test_the_secret_stands_in_the_exempt_dataset_and_nowhere_else(demo: DemoPlan) -> None:
    (secret,) = [item for item in demo.datasets if item.target == "dikecualikan"]
    inside = _words(secret)
    outside = "\n".join(_words(item) for item in demo.datasets if item is not secret)
    for canary in demo.canaries:
        assert canary in inside
        assert canary not in outside
    assert secret.exemption is not None
    assert not any(canary in secret.exemption.register_title for canary in demo.canaries)
    assert set(secret.exemption.grounds) <= {f"17{letter}" for letter in "abcdefghij"}
    kinds = {part.kind for part in secret.parts}
    assert kinds == {"tabel", "layer"}
    assert all(exempt.CANARY_FILE in part.filename for part in secret.parts)
    point = Point(*exempt.CANARY_POINTS[demo.profile.territory.code])  # type: ignore[union-attr]
    assert geography.load(demo.profile).outline.contains(point)


def test_no_other_file_of_the_repository_holds_a_canary() -> None:
    listed = subprocess.run(["git", "ls-files"], check=True, capture_output=True, text=True, cwd=ROOT)
    holders = set()
    for name in listed.stdout.split():
        path = ROOT / name
        if path.is_file() and path.suffix in {".py", ".toml", ".csv", ".md", ".html", ".txt", ".cfg"}:
            text = path.read_text(encoding="utf-8", errors="replace").casefold()
            holders |= {name for canary in exempt.CANARIES if canary.casefold() in text}
    assert holders <= {"portal/cli/demo/exempt.py"}


def test_a_profile_without_boundaries_says_so() -> None:
    for name in ("barru", "ckan"):
        with pytest.raises(DemoUnavailableError, match=f"profil '{name}' tidak membawanya"):
            plan(load_profile(name))


def test_the_geojson_of_the_regency_is_the_shipped_outline(brebes: DemoPlan) -> None:
    (_, data), *_ = brebes.dataset("batas-kabupaten").files()
    (feature,) = json.loads(data)["features"]
    assert feature["properties"] == {"kode": "33.29", "nama": "Kabupaten Brebes", "tingkat": "kabupaten"}
    assert shape(feature["geometry"]).equals(shape(regions.outline("33.29")))


def test_shares_keep_the_total() -> None:
    assert chance.shares([1.0, 1.0, 1.0], 10) == [4, 3, 3]
    assert sum(chance.shares([0.1, 0.7, 3.3, 2.2], 1001)) == 1001


def _guessed_as_described(demo: DemoPlan, folder: Path, step: int) -> None:
    tables = [(item, index) for item in demo.datasets for index, part in enumerate(item.parts) if part.kind == "tabel"]
    for item, index in tables[::step]:
        part, (name, data) = item.parts[index], item.files()[index]
        (folder / name).write_bytes(data)
        report = inspect(folder / name, name)
        assert report.layout.header_rows == part.header_rows, item.name
        assert report.row_count == part.rows, item.name
        assert [(column.name, str(column.type)) for column in report.columns] == [
            (column.name, column.type) for column in part.columns
        ], item.name


def test_the_table_engine_guesses_what_the_dictionary_says(brebes: DemoPlan, tmp_path: Path) -> None:
    _guessed_as_described(brebes, tmp_path, 4)


@pytest.mark.long
def test_the_table_engine_guesses_every_table(demo: DemoPlan, tmp_path: Path) -> None:
    _guessed_as_described(demo, tmp_path, 1)


def test_faults_of_a_source_are_told(brebes: DemoPlan) -> None:
    assert "Kabupaten Cilacap" in brebes.dataset("batas-kabupaten-kota-jawa-tengah").metadata.mutu
    assert brebes.dataset("batas-desa").metadata.mutu == "Batas indikatif; semua geometri sah."
