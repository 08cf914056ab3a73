"""Findings about a layer, numbered by feature (domain.md 6.4 and 7, check V8; T29 for region codes).

A rule lists its first places one by one and sums up the rest, so a layer that is wrong all through gives a
page and not a book.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from geo import crs
from geo.findings import Finding, Param, Severity, error, note, warning
from geo.formats.base import Column, RawField
from geo.layers.survey import Survey
from geo.layers.types import CrsCandidate, CrsStatus, FieldType, LayerContext, Region

LISTED = 20
_REASONS = {
    "Self-intersection": "garis batasnya memotong dirinya sendiri",
    "Ring Self-intersection": "cincinnya menyentuh dirinya sendiri",
    "Hole lies outside shell": "lubangnya berada di luar bidang",
    "Holes are nested": "lubangnya bersarang",
    "Nested shells": "bidangnya bersarang",
    "Interior is disconnected": "bagian dalamnya terputus",
    "Duplicate Rings": "cincinnya ganda",
    "Too few points in geometry component": "titiknya kurang",
    "Invalid Coordinate": "koordinatnya bukan angka",
    "Ring is not closed": "cincinnya tidak tertutup",
}
_CODE_TITLES = re.compile(
    r"(kode|kd|kdppum|kode_?wil(ayah)?|kode_?(desa|kel|kec|kab|kab_?kota|prov|bps|kemendagri)|"
    r"kd_?(desa|kel|kec|kab|prov)|id_?wil(ayah)?|kode_?dagri)",
    re.IGNORECASE,
)
_DOTTED = re.compile(r"\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?\Z")


def survey_findings(survey: Survey, way: crs.Transformation | None, swapped: bool) -> list[Finding]:
    """What the shapes themselves say: empty, unreadable, invalid, doubled, mixed. Places in EPSG:4326 where
    the CRS is known."""
    findings: list[Finding] = []
    if survey.count == 0:
        findings.append(error("lapisan.kosong", "Lapisan tidak berisi fitur."))
        return findings
    findings += _many(
        "V8.geometri_tidak_terbaca",
        "Fitur {feature}: geometri tidak terbaca ({reason}) dan disimpan kosong.",
        [(number, {"reason": reason}, None) for number, reason in sorted(survey.unreadable.items())],
        len(survey.unreadable),
    )
    findings += _many(
        "V8.geometri_kosong",
        "Fitur {feature} tidak memiliki geometri.",
        [(number, {}, None) for number in survey.empty],
        len(survey.empty),
    )
    findings += _invalid(survey, way, swapped)
    doubles = survey.duplicates()
    findings += _many(
        "V6.geometri_ganda",
        "Fitur {feature} sama dengan fitur {other}.",
        [(number, {"other": other}, None) for number, other in doubles],
        len(doubles),
    )
    kinds = {name.removeprefix("MULTI") for name in survey.types}
    if len(kinds) > 1:
        names = ", ".join(f"{name} ({count})" for name, count in sorted(survey.types.items()))
        findings.append(warning("V8.jenis_campur", "Lapisan mencampur beberapa jenis geometri: {names}.", names=names))
    if len(survey.empty) + len(survey.unreadable) == survey.count:
        findings.append(error("V8.tanpa_geometri", "Tidak satu pun fitur memiliki geometri yang terbaca."))
    if survey.has_z:
        text = "Lapisan memiliki nilai ketinggian (Z); hanya berkas asli yang menyimpannya."
        findings.append(note("geometri.tinggi", text))
    return findings


def _invalid(survey: Survey, way: crs.Transformation | None, swapped: bool) -> list[Finding]:
    places: list[tuple[int, dict[str, Param], tuple[float, float] | None]] = []
    for found in survey.invalid:
        lonlat = None
        if found.place is not None and way is not None:
            raw = np.array([found.place[::-1] if swapped else found.place])
            lon, lat = way.apply(raw)[0]
            lonlat = (round(float(lon), 6), round(float(lat), 6)) if np.isfinite([lon, lat]).all() else None
        places.append((found.feature, {"reason": _REASONS.get(found.reason, found.reason)}, lonlat))
    return _many(
        "V8.geometri_tidak_valid", "Fitur {feature}: geometri tidak sah, {reason}.", places, survey.invalid_count
    )


def _many(
    rule: str,
    template: str,
    places: Sequence[tuple[int, dict[str, Param], tuple[float, float] | None]],
    total: int,
    severity: Severity = Severity.PERINGATAN,
) -> list[Finding]:
    findings = [
        Finding(rule, severity, template, {"feature": number, **params}, feature=number, lonlat=lonlat)
        for number, params, lonlat in places[:LISTED]
    ]
    if total > len(findings):
        rest = total - len(findings)
        text = "… dan {count} fitur lain dengan temuan yang sama."
        findings.append(Finding(rule, severity, text, {"count": rest}, count=rest))
    return findings


def feature_boxes(survey: Survey, way: crs.Transformation, swapped: bool) -> NDArray[np.float64]:
    """A box a feature in EPSG:4326, from the four corners of its box; NaN where there is no geometry."""
    boxes = survey.bounds[:, [1, 0, 3, 2]] if swapped else survey.bounds
    corners = [way.apply(np.ascontiguousarray(boxes[:, pick])) for pick in ([0, 1], [0, 3], [2, 1], [2, 3])]
    stacked = np.stack(corners)
    with np.errstate(all="ignore"):
        return np.column_stack((stacked.min(axis=0), stacked.max(axis=0)))


def place_findings(
    survey: Survey,
    way: crs.Transformation,
    swapped: bool,
    region: Region | None,
    status: CrsStatus,
    found: Sequence[CrsCandidate],
) -> list[Finding]:
    """Where the layer lands: off the earth, outside the regency by more than 0.1°, with swapped axes, or in
    a CRS that another one would put right. `found` are the candidates of `crs.candidates`."""
    boxes = feature_boxes(survey, way, swapped)
    present = ~np.isnan(survey.bounds).any(axis=1)
    off_earth = present & ~(
        np.isfinite(boxes).all(axis=1) & (np.abs(boxes[:, [0, 2]]) <= 180).all(axis=1)
        & (np.abs(boxes[:, [1, 3]]) <= 90).all(axis=1)
    )  # fmt: skip
    impossible = _many(
        "V8.di_luar_bumi",
        "Fitur {feature}: koordinatnya tidak mungkin dalam sistem koordinat ini.",
        [(int(index) + 1, {}, None) for index in np.flatnonzero(off_earth)[: LISTED + 1]],
        int(np.count_nonzero(off_earth)),
        Severity.GALAT,
    )
    if region is None or not present.any():
        return impossible
    west, south, east, north = region.box
    margin = crs.MARGIN
    outside = present & ~off_earth & (
        (boxes[:, 0] < west - margin) | (boxes[:, 1] < south - margin)
        | (boxes[:, 2] > east + margin) | (boxes[:, 3] > north + margin)
    )  # fmt: skip
    misplaced = (outside | off_earth).sum() * 2 > present.sum()
    findings = [*(_misplaced(status, found, region) if misplaced else ()), *impossible]
    return findings + _many(
        "V8.di_luar_wilayah",
        "Fitur {feature} keluar lebih dari 0,1° dari batas {region}.",
        [
            (int(index) + 1, {"region": region.name}, _centre(boxes[index]))
            for index in np.flatnonzero(outside)[: LISTED + 1]
        ],
        int(np.count_nonzero(outside)),
    )


def _centre(box: NDArray[np.float64]) -> tuple[float, float]:
    return (round(float(box[0] + box[2]) / 2, 6), round(float(box[1] + box[3]) / 2, 6))


def _misplaced(status: CrsStatus, found: Sequence[CrsCandidate], region: Region) -> Iterable[Finding]:
    """Most features lie outside: say so once, with what would put them inside. It blocks unless the officer
    has chosen the CRS himself."""
    severity = Severity.PERINGATAN if status is CrsStatus.CHOSEN else Severity.GALAT
    best = next(iter(found), None)
    if best is None or best.inside < 0.5:
        return [
            warning(
                "V8.lapisan_di_luar_wilayah",
                "Sebagian besar lapisan berada di luar {region}, dan tidak ada sistem koordinat yang "
                "menempatkannya di dalam.",
                region=region.name,
            )
        ]
    params: dict[str, Param] = {"region": region.name, "srid": best.srid, "name": best.name}
    if best.swapped:
        text = "Sumbu koordinat tertukar: bila dibalik, lapisan jatuh di dalam {region} (EPSG:{srid}, {name})."
        return [Finding("V8.sumbu_tertukar", severity, text, params)]
    text = (
        "Sistem koordinat yang disebut berkas menempatkan lapisan di luar {region}; dengan EPSG:{srid} ({name}) "
        "lapisan jatuh di dalam."
    )
    return [Finding("V8.crs_salah", severity, text, params)]


@dataclass(slots=True)
class CodeCheck:
    """Looks for region codes that aren't valid Kemendagri codes (T29). `column` is the index of the column."""

    column: int
    title: str
    context: LayerContext
    findings: list[Finding] = field(default_factory=list)
    count: int = 0

    def add(self, start: int, values: Column) -> None:
        """Checks the values of one batch; `start` is the number of its first feature."""
        for number, value in enumerate(values, start):
            if value is None:
                continue
            text = self._fault(value.strip())
            if text is None:
                continue
            self.count += 1
            if len(self.findings) < LISTED:
                self.findings.append(self._finding(number, value, text))

    def _finding(self, number: int, value: str, text: str) -> Finding:
        params: dict[str, Param] = {"feature": number, "value": value[:40], "column": self.title}
        return Finding(
            "V3.kode_wilayah", Severity.PERINGATAN, text, params,
            column=self.title, value=value, feature=number,
        )  # fmt: skip

    def _fault(self, value: str) -> str | None:
        if dotted(value) in self.context.codes:
            return None
        if value in self.context.bps_codes or (value.isdigit() and len(value) == 7):
            return "Fitur {feature}: {value} pada kolom {column} adalah kode BPS, bukan kode wilayah Kemendagri."
        return "Fitur {feature}: {value} pada kolom {column} bukan kode wilayah yang berlaku."

    def result(self) -> list[Finding]:
        """The findings, with a sum of those not listed."""
        rest = self.count - len(self.findings)
        if rest <= 0:
            return self.findings
        text = "… dan {count} kode lain pada kolom {column} dengan temuan yang sama."
        params: dict[str, Param] = {"count": rest, "column": self.title}
        more = Finding("V3.kode_wilayah", Severity.PERINGATAN, text, params, column=self.title, count=rest)
        return [*self.findings, more]


def dotted(value: str) -> str:
    """A Kemendagri code with its dots (`3329012001` and `33.29.01.2001` give the latter); other text as is."""
    if _DOTTED.match(value) or not value.isdigit() or len(value) not in {4, 6, 10}:
        return value
    parts = [value[:2], value[2:4], value[4:6], value[6:]]
    return ".".join(part for part in parts if part)


def code_column(
    fields: Sequence[RawField], first: Sequence[Column], chosen: str | None, context: LayerContext
) -> int | None:
    """The index of the column that holds region codes: the officer's choice, else one whose name says so and
    half of whose first values look like codes, else one most of whose first values are known codes."""
    if not context.codes:
        return None
    for index, one in enumerate(fields):
        if chosen is not None and one.title == chosen:
            return index
    if chosen is not None:
        return None
    best: tuple[float, int] | None = None
    for index, (one, column) in enumerate(zip(fields, first, strict=True)):
        values = [value.strip() for value in column[:500] if value]
        if not values or one.type not in {FieldType.TEXT, FieldType.INTEGER}:
            continue
        known = sum(dotted(value) in context.codes for value in values) / len(values)
        shaped = sum(bool(_DOTTED.match(dotted(value))) or len(value) == 7 for value in values) / len(values)
        named = bool(_CODE_TITLES.fullmatch(one.title))
        if (known >= 0.8 and len(set(values)) > 1) or (named and shaped >= 0.5):
            best = max(best or (-1.0, 0), (known + named, index))
    return best[1] if best else None
