"""Where a layer lies: the CRS in force, and whether the regency agrees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo import checks, crs
from geo.findings import Finding, Param, Severity, note
from geo.formats.base import RawReference
from geo.layers.survey import Survey
from geo.layers.types import CrsCandidate, CrsStatus, LayerChoice, LayerContext, SpatialReference

ASK = (
    "Sistem koordinat lapisan tidak diketahui. Pilih salah satu yang menempatkannya di dalam wilayah; "
    "bandingkan di peta."
)


@dataclass(frozen=True, slots=True)
class Placement:
    """The CRS in force; `known` and `way` are None while the officer has to be asked."""

    raw: RawReference
    status: CrsStatus
    known: crs.Known | None
    way: crs.Transformation | None
    swapped: bool


def place(raw: RawReference, choice: LayerChoice, context: LayerContext) -> Placement:
    """The officer's CRS, else the file's. Raises `BadInputError` for a chosen code that doesn't exist."""
    if choice.srid is not None:
        known: crs.Known | None = crs.from_srid(choice.srid)
        status = CrsStatus.CHOSEN
    else:
        known = crs.identify(raw)
        status = CrsStatus.KNOWN if known is not None else CrsStatus.ASKED
    way = crs.transformation(known, context.region) if known is not None else None
    return Placement(raw, status, known, way, choice.swap_axes)


def doubted(placement: Placement, survey: Survey) -> Placement:
    """Takes back a CRS that is only the format's default when the coordinates can't be degrees."""
    if not placement.raw.default or placement.status is not CrsStatus.KNOWN:
        return placement
    bounds = survey.bounds
    with np.errstate(all="ignore"):
        degrees = np.isnan(bounds) | (np.abs(bounds) <= np.array([180.5, 180.5, 180.5, 180.5]))
    if degrees.all():
        return placement
    return Placement(placement.raw, CrsStatus.ASKED, None, None, placement.swapped)


def assess(survey: Survey, placement: Placement, context: LayerContext) -> tuple[SpatialReference, list[Finding]]:
    """Findings about the place, and the reference with candidates where there is a question: the CRS is
    unknown, or most of the layer lands outside the regency."""
    region = context.region
    found: tuple[CrsCandidate, ...] = ()
    if region is not None and survey.count and _questionable(survey, placement, context):
        found = crs.candidates(survey.points, survey.shapes, region)
    findings: list[Finding] = []
    if placement.known is None or placement.way is None:
        findings.append(Finding("V8.crs_ditanya", Severity.GALAT, ASK))
    else:
        findings += _named(placement)
        findings += checks.place_findings(survey, placement.way, placement.swapped, region, placement.status, found)
    reference = crs.reference(placement.known, placement.raw, placement.status, placement.way, found)
    return reference, findings


def _questionable(survey: Survey, placement: Placement, context: LayerContext) -> bool:
    if placement.way is None or context.region is None:
        return True
    points = survey.points[:, ::-1] if placement.swapped else survey.points
    return crs.share_inside(placement.way.apply(points), context.region) < 0.5


def _named(placement: Placement) -> list[Finding]:
    """Names the transformation where it moves the layer, and an accuracy worse than two metres."""
    way, known = placement.way, placement.known
    if way is None or known is None or known.srid in {4326, None}:
        return []
    params: dict[str, Param] = {"name": known.name, "way": way.description, "accuracy": way.accuracy}
    if way.accuracy is None:
        text = "Dari {name} ke WGS 84 dengan “{way}”; ketelitiannya tidak diketahui."
        return [Finding("crs.transformasi", Severity.PERINGATAN, text, params)]
    if way.accuracy > 2:
        text = "Dari {name} ke WGS 84 dengan “{way}”; ketelitiannya hanya sekitar {accuracy} m."
        return [Finding("crs.transformasi", Severity.PERINGATAN, text, params)]
    text = "Dari {name} ke WGS 84 dengan “{way}” (ketelitian {accuracy} m)."
    return [note("crs.transformasi", text, **params)]
