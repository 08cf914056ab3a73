"""Turns a layer into one file that PostgreSQL takes by COPY: attributes as text, geometry as hex EWKB."""

from __future__ import annotations

import csv
import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np
import shapely
from numpy.typing import NDArray

from geo import checks, crs
from geo.errors import BadInputError, ask
from geo.findings import Finding, blocking
from geo.formats.base import Batch, Column, Geometries, Reader, as_geometries
from geo.formats.open import open_source
from geo.layers.columns import Conform, fields_of
from geo.layers.inspection import Findings, Progress, find_codes, pick, quiet, unknown_reference
from geo.layers.placement import Placement, assess, doubted, place
from geo.layers.survey import Survey
from geo.layers.types import Box, FieldType, LayerChoice, LayerContext, LayerField, LayerFormat, StagedLayer

DATA = "lapisan.csv"
SRID = 4326
_MULTI: dict[shapely.GeometryType, Callable[..., Geometries]] = {
    shapely.GeometryType.POLYGON: shapely.multipolygons,
    shapely.GeometryType.LINESTRING: shapely.multilinestrings,
}


def stage(
    path: Path,
    filename: str,
    choice: LayerChoice | None = None,
    context: LayerContext | None = None,
    *,
    out_dir: Path,
    progress: Progress = quiet,
) -> StagedLayer:
    """Writes `out_dir/lapisan.csv` and describes it.

    Raises `NeedsChoiceError` when layer or CRS is still a question and `BadInputError` with the first
    finding that blocks; the data file is then removed, so nothing half-loaded can be copied."""
    choice, context = choice or LayerChoice(), context or LayerContext()
    source = open_source(path, filename, out_dir)
    layers, layer = pick(source, choice)
    if not layer:
        raise ask("lapisan.pilih", "Berkas berisi {count} lapisan; pilih satu.", count=len(layers))
    reader = source.open(layer, choice.encoding)
    placement = place(reader.reference, choice, context)
    if placement.way is None:
        raise unknown_reference(crs.reference(None, placement.raw, placement.status, None, ()))
    work = _Work(choice, context, placement, reader, source.format)
    work.findings.add((*source.findings, *reader.findings))
    target = out_dir / DATA
    try:
        with target.open("w", encoding="utf-8", errors="replace", newline="") as sink:
            for batch in reader.batches():
                work.write(batch, sink)
                done = work.survey.count
                progress(0.05 + 0.85 * min(1.0, done / max(1, reader.feature_count)), f"Menyusun {done} fitur")
        return work.result(target, layer)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


@dataclass(slots=True)
class _Work:
    choice: LayerChoice
    context: LayerContext
    placement: Placement
    reader: Reader
    format: LayerFormat
    survey: Survey = field(default_factory=Survey)
    findings: Findings = field(default_factory=Findings)
    fields: tuple[LayerField, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    stored: set[str] = field(default_factory=set)
    still_invalid: int = 0
    codes: checks.CodeCheck | None = None
    _conform: dict[int, Conform] = field(default_factory=dict)
    _kept: list[int] = field(default_factory=list)
    _changed: set[int] = field(default_factory=set)
    _bounds: list[NDArray[np.float64]] = field(default_factory=list)
    _read_until: float = field(default_factory=time.perf_counter)

    def write(self, batch: Batch, sink: IO[str]) -> None:
        self._spent("baca", time.perf_counter() - self._read_until)
        if not self.fields and not self._kept:
            self._begin(batch)
        with self._timed("periksa"):
            invalid = self.survey.add(batch)
            self.findings.add(batch.findings)
            if self.codes is not None:
                self.codes.add(batch.start, batch.columns[self.codes.column])
        with self._timed("susun"):
            shapes = self._shapes(batch.geometry, invalid)
            ewkbs = shapely.to_wkb(shapely.set_srid(shapes, SRID), include_srid=True, byte_order=1)
            columns = [self._column(index, batch) for index in self._kept]
        with self._timed("tulis"):
            numbers = range(batch.start, batch.start + len(batch))
            sink.write(copy_rows(numbers, columns, ewkbs))
        self._read_until = time.perf_counter()

    def _begin(self, batch: Batch) -> None:
        first = [column[:500] for column in batch.columns]
        self.fields = fields_of(self.reader.fields, self.choice, first)
        titles = [one.title for one in self.reader.fields]
        self._kept = [index for index, title in enumerate(titles) if title not in self.choice.skip_fields]
        self.codes = find_codes(self.reader, first, self.choice, self.context)
        for index, one in zip(self._kept, self.fields, strict=True):
            if one.type is not FieldType.TEXT:
                self._conform[index] = Conform(one)
                if one.type is not self.reader.fields[index].type:
                    self._changed.add(index)

    def _column(self, index: int, batch: Batch) -> Column:
        conform = self._conform.get(index)
        if conform is None or not (index in self._changed or index in batch.loose):
            return batch.columns[index]
        return conform(batch.start, batch.columns[index])

    def _shapes(self, raw: Geometries, invalid: NDArray[np.bool_]) -> Geometries:
        """What is stored: repaired if asked, in EPSG:4326, two dimensions, multi; empty becomes null."""
        shapes = raw.copy()
        if self.choice.repair and invalid.any():
            shapes[invalid] = repaired(raw[invalid])
            self.still_invalid += int(np.count_nonzero(~shapely.is_valid(shapes[invalid])))
        else:
            self.still_invalid += int(np.count_nonzero(invalid))
        if self.placement.way is None:
            raise AssertionError("a layer without a way to EPSG:4326 isn't staged")
        moved = crs.to_lonlat(shapes, self.placement.way, self.placement.swapped)
        moved[shapely.is_empty(moved)] = None
        self._bounds.append(shapely.total_bounds(moved))
        stored = promoted(moved)
        for code in np.unique(shapely.get_type_id(stored)):
            if code >= 0:
                self.stored.add(shapely.GeometryType(int(code)).name)
        return stored

    def result(self, target: Path, layer: str) -> StagedLayer:
        with self._timed("periksa"):
            placement = doubted(self.placement, self.survey)
            reference, placed = assess(self.survey, placement, self.context)
            if placement.way is None:
                raise unknown_reference(reference)
            shapes = checks.survey_findings(self.survey, placement.way, placement.swapped)
            odd = [finding for conform in self._conform.values() for finding in conform.findings]
            coded = self.codes.result() if self.codes else []
            found: tuple[Finding, ...] = (*placed, *self.findings.result(), *odd, *shapes, *coded)
            if blockers := blocking(found):
                raise BadInputError(blockers[0])
            bounds = _box(self._bounds)
        with target.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        chosen = next((one.encoding for one in self.reader.encodings if one.chosen), None)
        return StagedLayer(
            data=target.name,
            sha256=digest,
            size=target.stat().st_size,
            columns=("_id", *(one.name for one in self.fields), "geom"),
            fields=self.fields,
            geometry_type=next(iter(self.stored)) if len(self.stored) == 1 else "GEOMETRY",
            feature_count=self.survey.count,
            bounds=bounds,
            reference=reference,
            layer=layer,
            format=self.format,
            encoding=chosen,
            invalid_before=self.survey.invalid_count,
            invalid_after=self.still_invalid,
            empty_count=len(self.survey.empty) + len(self.survey.unreadable),
            had_z=self.survey.has_z,
            findings=found,
            seconds={key: round(value, 4) for key, value in self.seconds.items()},
        )

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self._spent(step, time.perf_counter() - started)

    def _spent(self, step: str, seconds: float) -> None:
        self.seconds[step] = self.seconds.get(step, 0.0) + seconds


def _box(bounds: list[NDArray[np.float64]]) -> Box | None:
    """The box around the boxes of the batches; None when nothing has a geometry."""
    found = crs.bounds_of(np.concatenate(bounds).reshape(-1, 2)) if bounds else (0.0, 0.0, 0.0, 0.0)
    return None if not bounds or np.isnan(np.concatenate(bounds)).all() else found


class _Lines(list[str]):
    """Takes what a CSV writer writes, one row a call."""

    write = list.append


def copy_rows(numbers: Sequence[int], columns: Sequence[Column], ewkbs: Iterable[bytes | None]) -> str:
    """Rows for COPY (FORMAT csv). The geometry is put behind the CSV writer, which would look through every
    digit of it for something to quote; NUL is left out, since PostgreSQL's text has none. (The writer quotes
    the letters of its line end only, so it must have both.)"""
    lines = _Lines()
    csv.writer(lines, lineterminator="\r\n").writerows(zip(numbers, *columns, strict=True))
    pairs = zip(lines, ewkbs, strict=True)
    text = "".join([f"{line[:-2]},{'' if ewkb is None else ewkb.hex()}\n" for line, ewkb in pairs])
    return text.replace("\x00", "") if "\x00" in text else text


def repaired(shapes: Sequence[object] | Geometries) -> Geometries:
    """Valid geometry for invalid (GEOS's structure method), parts of a lower dimension left out. A shape
    that would vanish is given back as it was."""
    before = as_geometries(list(shapes))
    after = shapely.make_valid(before, method="structure", keep_collapsed=False)
    for index, (old, new) in enumerate(zip(before, after, strict=True)):
        if new.geom_type == "GeometryCollection":
            wanted = shapely.get_dimensions(old)
            parts = [part for part in shapely.get_parts(new) if shapely.get_dimensions(part) == wanted]
            new = shapely.union_all(parts)  # noqa: PLW2901
        after[index] = old if new.is_empty else new
    return as_geometries(list(after))


def promoted(shapes: Geometries) -> Geometries:
    """Polygons and lines as their multi types, so that a column has one type."""
    kinds = shapely.get_type_id(shapes)
    for kind, make in _MULTI.items():
        single = np.flatnonzero(kinds == int(kind))
        if len(single):
            shapes[single] = make(shapes[single], indices=np.arange(len(single)))
    return shapes
