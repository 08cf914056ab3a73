"""A zipped shapefile, or several in one archive."""

from __future__ import annotations

import os
import struct
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.archive import Member
from geo.errors import BadInputError, bad
from geo.findings import Finding, Param, Severity, note, warning
from geo.formats import gdal
from geo.formats.base import BATCH, Batch, RawField, RawReference, as_geometries
from geo.formats.shapefile import encodings
from geo.formats.shapefile.dbf import Dbf
from geo.layers.types import EncodingCandidate, LayerFormat, LayerSummary

_MAGIC = b"\x00\x00\x27\x0a"
_TYPES = {
    0: "NULL", 1: "POINT", 3: "LINESTRING", 5: "POLYGON", 8: "MULTIPOINT", 11: "POINT", 13: "LINESTRING",
    15: "POLYGON", 18: "MULTIPOINT", 21: "POINT", 23: "LINESTRING", 25: "POLYGON", 28: "MULTIPOINT",
    31: "MULTIPATCH",
}  # fmt: skip


class ShapefileSource:
    """The shapefiles among the members of an archive. Raises `BadInputError` when there is no `.shp`."""

    format = LayerFormat.SHAPEFILE

    def __init__(self, members: tuple[Member, ...], work_dir: Path) -> None:
        self.findings: list[Finding] = []
        self._work_dir = work_dir
        self._groups: dict[str, dict[str, Member]] = {}
        grouped: dict[str, dict[str, Member]] = defaultdict(dict)
        for member in members:
            grouped[member.stem][member.suffix] = member
        for parts in grouped.values():
            if ".shp" in parts:
                self._groups[self._name(parts[".shp"])] = parts
        if not self._groups:
            raise _without_shp(grouped)

    def _name(self, member: Member) -> str:
        name = PurePosixPath(member.name).stem
        return name if name not in self._groups else str(PurePosixPath(member.name).with_suffix(""))

    def layers(self) -> tuple[LayerSummary, ...]:
        """One layer a shapefile; a broken one is listed with no features and refused when opened."""
        found = []
        for name, parts in self._groups.items():
            try:
                kind = _TYPES[_check_shp(parts[".shp"])]
                dbf = Dbf(parts[".dbf"].path) if ".dbf" in parts else None
            except BadInputError as refusal:
                self.findings.append(refusal.finding)
                found.append(LayerSummary(name, 0, "RUSAK"))
                continue
            titles = tuple(field.title for field in dbf.raw_fields("latin-1")) if dbf else ()
            count = dbf.count if dbf else _shx_count(parts)
            found.append(LayerSummary(name, count, kind, titles))
        return tuple(found)

    def open(self, layer: str, encoding: str | None) -> ShapefileReader:
        """Opens one shapefile of the archive."""
        if layer not in self._groups:
            raise bad("lapisan.tidak_ada", "Lapisan “{name}” tidak ada di berkas ini.", name=layer)
        return ShapefileReader(self._groups[layer], self._work_dir, encoding)


class ShapefileReader:
    """One shapefile. Its `.shp` and `.shx` go to GDAL without the `.dbf`, whose text is read here."""

    def __init__(self, parts: dict[str, Member], work_dir: Path, encoding: str | None) -> None:
        self.findings: list[Finding] = []
        _check_shp(parts[".shp"])
        self._path = _lay_out(parts, work_dir)
        if ".shx" not in parts:
            self.findings.append(note("shapefile.tanpa_shx", "Berkas .shx tidak ada; indeks disusun ulang dari .shp."))
        self._gdal = gdal.restricted()
        try:
            self._shapes = int(self._gdal.read_info(self._path, force_feature_count=True)["features"])
        except (self._gdal.errors.DataSourceError, self._gdal.errors.DataLayerError) as failure:
            raise _broken(failure) from None
        self._dbf = self._open_dbf(parts)
        self.encodings = self._encodings(parts, encoding)
        self.encoding = next((found.encoding for found in self.encodings if found.chosen), "utf-8")
        self.fields: tuple[RawField, ...] = self._dbf.raw_fields(self.encoding) if self._dbf else ()
        self.reference = RawReference(wkt=_text(parts, ".prj"), where=".prj")
        self.feature_count = self._count()

    def _open_dbf(self, parts: dict[str, Member]) -> Dbf | None:
        if ".dbf" not in parts:
            self.findings.append(warning("shapefile.tanpa_dbf", "Berkas .dbf tidak ada: lapisan dibaca tanpa atribut."))
            return None
        dbf = Dbf(parts[".dbf"].path)
        if dbf.memo_fields:
            names = ", ".join(name.decode("ascii", "replace") for name in dbf.memo_fields)
            self.findings.append(warning("shapefile.memo", "Kolom memo tidak dibaca: {names}.", names=names))
        if dbf.count != self._shapes or dbf.count < dbf.declared:
            text = (
                "Berkas .dbf berisi {rows} baris (tertulis {declared}), .shp berisi {shapes} bentuk; "
                "berkas mungkin terpotong."
            )
            params = {"rows": dbf.count, "declared": dbf.declared, "shapes": self._shapes}
            self.findings.append(Finding("shapefile.jumlah_beda", Severity.GALAT, text, params))
        return dbf

    def _encodings(self, parts: dict[str, Member], chosen: str | None) -> tuple[EncodingCandidate, ...]:
        if self._dbf is None:
            return ()
        where = next((suffix for suffix in (".cpg", ".cst") if suffix in parts), "ldid")
        said = _text(parts, where) if where != "ldid" else ""
        declared = encodings.normalise(said) if said else encodings.from_ldid(self._dbf.ldid)
        picked = encodings.normalise(chosen) if chosen else None
        if chosen and picked is None:
            raise bad("pilihan.pengodean", "Pengodean “{name}” tidak dikenal.", name=chosen[:40])
        found = encodings.candidates(self._dbf.samples(), declared, where, picked)
        lie = encodings.contradiction(found, declared, where, said)
        if lie is not None:
            self.findings.append(lie)
        return found

    def _count(self) -> int:
        if self._dbf is None:
            return self._shapes
        both = min(self._shapes, self._dbf.count)
        deleted = int(np.count_nonzero(self._dbf.deleted(0, both)))
        return both - deleted

    def batches(self) -> Iterator[Batch]:
        """All features that are not marked as deleted, in file order."""
        start = 1
        for skip in range(0, self._shapes, BATCH):
            fids, shapes = self._read(skip)
            if self._dbf is not None:
                within = fids < self._dbf.count
                fids, shapes = fids[within], shapes[within]
                alive = ~self._dbf.deleted(0, self._dbf.count)[fids]
                fids, shapes = fids[alive], shapes[alive]
            batch = _batch(start, shapes)
            if self._dbf is not None:
                batch.columns = self._dbf.columns(fids, self.encoding, _Odd(batch))
            start += len(batch)
            yield batch

    def _read(self, skip: int) -> tuple[NDArray[np.intp], NDArray[np.object_]]:
        try:
            _, fids, shapes, _ = self._gdal.raw.read(
                self._path, columns=[], skip_features=skip, max_features=BATCH, return_fids=True
            )
        except (self._gdal.errors.DataSourceError, self._gdal.errors.FeatureError) as failure:
            raise _broken(failure) from None
        return np.asarray(fids, dtype=np.intp), shapes


class _Odd:
    """Collects values that don't fit, at most 50 a batch."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch

    def __call__(self, index: int, column: str, value: str) -> None:
        if len(self._batch.findings) >= 50:
            return
        cut = "�" in value
        rule = "pengodean.diganti" if cut else "V4.nilai_tidak_cocok"
        text = (
            "Fitur {feature}: huruf pada kolom {column} tidak terbaca dan diganti tanda �."
            if cut
            else "Fitur {feature}: nilai kolom {column} tidak sesuai tipenya dan dikosongkan."
        )
        number = self._batch.start + index
        params: dict[str, Param] = {"feature": number, "column": column}
        self._batch.findings.append(
            Finding(rule, Severity.PERINGATAN, text, params, column=column, value=value, feature=number)
        )


def _batch(start: int, shapes: NDArray[np.object_]) -> Batch:
    geometry = as_geometries(shapely.from_wkb(shapes, on_invalid="ignore"))
    lost = np.flatnonzero(shapely.is_missing(geometry) & np.array([shape is not None for shape in shapes], bool))
    unreadable = {start + int(index): "bentuknya tidak lengkap" for index in lost}
    return Batch(start, geometry, [], unreadable)


def _lay_out(parts: dict[str, Member], work_dir: Path) -> Path:
    """Gives GDAL the two files under the names it wants, in a folder that holds nothing else."""
    folder = work_dir / f"shp-{parts['.shp'].path.name}"
    folder.mkdir(parents=True, exist_ok=True)
    for suffix in (".shp", ".shx"):
        target = folder / f"lapisan{suffix}"
        if suffix in parts and not target.exists():
            os.link(parts[suffix].path, target)
    return folder / "lapisan.shp"


def _check_shp(member: Member) -> int:
    """The shape type of a `.shp`. Raises `BadInputError` if it isn't one, or is shorter than it says."""
    with member.path.open("rb") as stream:
        head = stream.read(100)
    if len(head) < 100 or not head.startswith(_MAGIC):
        raise bad("shapefile.bukan_shp", "{name} bukan berkas .shp yang sah.", name=member.name)
    length = struct.unpack_from(">I", head, 24)[0] * 2
    kind: int = struct.unpack_from("<I", head, 32)[0]
    if length > member.size:
        raise bad(
            "shapefile.terpotong",
            "{name} terpotong: tertulis {length} byte, yang ada {size}. Unggah ulang berkas yang utuh.",
            name=member.name,
            length=length,
            size=member.size,
        )
    if kind not in _TYPES or kind == 31:
        raise bad("shapefile.jenis", "Jenis bentuk {kind} pada {name} tidak didukung.", kind=kind, name=member.name)
    return kind


def _shx_count(parts: dict[str, Member]) -> int:
    return max(0, (parts[".shx"].size - 100) // 8) if ".shx" in parts else -1


def _text(parts: dict[str, Member], suffix: str) -> str:
    if suffix not in parts:
        return ""
    with parts[suffix].path.open("rb") as stream:
        return stream.read(64 << 10).decode("utf-8-sig", "replace").strip().strip("\x00")


def _broken(failure: Exception) -> BadInputError:
    return bad("shapefile.rusak", "Shapefile tidak dapat dibaca: {reason}", reason=str(failure)[:200])


def _without_shp(grouped: dict[str, dict[str, Member]]) -> BadInputError:
    suffixes = {suffix for parts in grouped.values() for suffix in parts}
    if suffixes & {".dbf", ".shx", ".prj"}:
        return bad(
            "shapefile.tanpa_shp",
            "Arsip tidak berisi berkas .shp. Shapefile terdiri dari .shp, .shx, .dbf dan .prj; masukkan semuanya.",
        )
    return bad(
        "lapisan.tidak_ditemukan",
        "Arsip tidak berisi shapefile, GeoPackage, atau GeoJSON.",
    )
