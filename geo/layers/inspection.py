"""Looks at a layer file and says all that the officer has to know before it is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geo import checks, crs
from geo.errors import ask
from geo.findings import Finding, note
from geo.formats.base import Batch, Column, Reader, Source
from geo.formats.open import open_source
from geo.layers.columns import fields_of
from geo.layers.placement import Placement, assess, doubted, place
from geo.layers.survey import Survey
from geo.layers.types import (
    Box,
    EncodingCandidate,
    LayerChoice,
    LayerContext,
    LayerInspection,
    LayerSummary,
    SpatialReference,
)

Progress = Callable[[float, str], None]
PREVIEW_ROWS = 10
_PER_RULE = 20


def quiet(share: float, message: str) -> None:
    """Progress for callers who want none."""


@dataclass(slots=True)
class Findings:
    """Collects findings, at most twenty of a rule; the rest is summed up."""

    kept: list[Finding] = field(default_factory=list)
    _seen: dict[str, int] = field(default_factory=dict)
    _rest: dict[str, Finding] = field(default_factory=dict)

    def add(self, found: Iterable[Finding]) -> None:
        """Takes findings of one batch."""
        for finding in found:
            seen = self._seen[finding.rule] = self._seen.get(finding.rule, 0) + 1
            if seen <= _PER_RULE:
                self.kept.append(finding)
            else:
                self._rest[finding.rule] = finding

    def result(self) -> tuple[Finding, ...]:
        """All that was kept, with a sum for each rule that overflowed."""
        sums = [
            Finding(
                rule, last.severity, "… dan temuan lain yang sama (sekurangnya {count}).",
                {"count": self._seen[rule] - _PER_RULE}, count=self._seen[rule] - _PER_RULE,
            )
            for rule, last in self._rest.items()
        ]  # fmt: skip
        return (*self.kept, *sums)


def pick(source: Source, choice: LayerChoice) -> tuple[tuple[LayerSummary, ...], str]:
    """The layers and the one to use: the chosen, the only one, or `` when the officer must choose."""
    layers = source.layers()
    if choice.layer is not None:
        return layers, choice.layer
    return layers, layers[0].name if len(layers) == 1 else ""


def inspect(
    path: Path,
    filename: str,
    choice: LayerChoice | None = None,
    context: LayerContext | None = None,
    *,
    work_dir: Path,
    progress: Progress = quiet,
) -> LayerInspection:
    """Inspects a layer file; `work_dir` takes what an archive holds. Raises `BadInputError`."""
    choice, context = choice or LayerChoice(), context or LayerContext()
    progress(0.02, "Membuka berkas")
    source = open_source(path, filename, work_dir)
    layers, layer = pick(source, choice)
    if not layer:
        text = "Berkas berisi {count} lapisan; pilih satu."
        findings = (*source.findings, note("lapisan.pilih", text, count=len(layers)))
        return LayerInspection(source.format, layers, "", 0, {}, (), None, None, None, findings=findings)
    reader = source.open(layer, choice.encoding)
    placement = place(reader.reference, choice, context)
    look = _Look(choice, context)
    for batch in reader.batches():
        look.add(reader, batch)
        progress(_share(look.survey.count, reader.feature_count), f"Memeriksa {look.survey.count} fitur")
    return look.result(source, layers, layer, reader, doubted(placement, look.survey))


def _share(done: int, total: int) -> float:
    return 0.05 + 0.9 * min(1.0, done / total) if total > 0 else 0.5


@dataclass(slots=True)
class _Look:
    choice: LayerChoice
    context: LayerContext
    survey: Survey = field(default_factory=Survey)
    findings: Findings = field(default_factory=Findings)
    first: list[Column] = field(default_factory=list)
    codes: checks.CodeCheck | None = None

    def add(self, reader: Reader, batch: Batch) -> None:
        if not self.first:
            self.first = [column[:500] for column in batch.columns]
            self.codes = find_codes(reader, self.first, self.choice, self.context)
        self.survey.add(batch)
        self.findings.add(batch.findings)
        if self.codes is not None:
            self.codes.add(batch.start, batch.columns[self.codes.column])

    def result(
        self,
        source: Source,
        layers: tuple[LayerSummary, ...],
        layer: str,
        reader: Reader,
        placement: Placement,
    ) -> LayerInspection:
        reference, placed = assess(self.survey, placement, self.context)
        self.findings.add(reader.findings)
        self.findings.add(source.findings)
        shapes = checks.survey_findings(self.survey, placement.way, placement.swapped)
        coded = self.codes.result() if self.codes else []
        outline, bounds = shown(self.survey, placement)
        return LayerInspection(
            format=source.format,
            layers=layers,
            layer=layer,
            feature_count=self.survey.count,
            geometry_types=dict(sorted(self.survey.types.items())),
            fields=fields_of(reader.fields, self.choice, self.first),
            reference=reference,
            bounds=bounds,
            outline=outline,
            encodings=_encodings(reader),
            code_column=self.codes.title if self.codes else None,
            invalid_count=self.survey.invalid_count,
            preview=tuple(zip(*(column[:PREVIEW_ROWS] for column in self.first), strict=True)),
            findings=(*placed, *self.findings.result(), *shapes, *coded),
        )


def _encodings(reader: Reader) -> tuple[EncodingCandidate, ...]:
    return reader.encodings


def shown(survey: Survey, placement: Placement) -> tuple[Mapping[str, Any] | None, Box | None]:
    """A sample outline and the whole box in EPSG:4326; None where the CRS is unknown or nothing is there."""
    if placement.way is None or not survey.types:
        return None, None
    boxes = checks.feature_boxes(survey, placement.way, placement.swapped)
    bounds = crs.bounds_of(boxes.reshape(-1, 2))
    return crs.sample_outline(survey.shapes, placement.way, placement.swapped), bounds


def find_codes(
    reader: Reader, first: list[Column], choice: LayerChoice, context: LayerContext
) -> checks.CodeCheck | None:
    """The check of the column that holds region codes, None when there is none."""
    index = checks.code_column(reader.fields, first, choice.code_column, context)
    return None if index is None else checks.CodeCheck(index, reader.fields[index].title, context)


def unknown_reference(reference: SpatialReference) -> Exception:
    """The refusal to load a layer whose CRS nobody knows."""
    names = ", ".join(f"EPSG:{one.srid}" for one in reference.candidates[:3])
    return ask("V8.crs_ditanya", "Pilih sistem koordinat lapisan terlebih dahulu. {names}", names=names)
