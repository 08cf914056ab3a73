"""Calls into the sandbox: the only way in which this room looks into an upload (design.md section 2, I2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from config import regions
from config.profile import Profile
from geo.errors import GeoError, NeedsChoiceError
from geo.exports.types import ExportRequest, ExportResult
from geo.findings import Finding
from geo.layers.types import LayerChoice, LayerContext, LayerInspection, Region, StagedLayer
from geo.tables.types import ReadChoice, StagedTable, StageError, TableReport
from portal.kernel import sandbox
from portal.kernel.reader import FileReader

OnProgress = Callable[[float, str], None]


class Refused(Exception):
    """The file cannot be used as it is: findings say why. `choosable` tells that another choice may help."""

    def __init__(self, findings: tuple[Finding, ...], *, choosable: bool = False) -> None:
        super().__init__(findings[0].text if findings else "")
        self.findings = findings
        self.choosable = choosable


def _quiet(_share: float, _message: str) -> None:
    return


@dataclass(frozen=True)
class Reader:
    """Runs the child on one file. `limits` bound memory and time; each call has a work folder of its own."""

    profile: Profile
    limits: sandbox.Limits | None = None

    def inspect_table(
        self, path: Path, filename: str, choice: ReadChoice | None, work: Path, progress: OnProgress = _quiet
    ) -> TableReport:
        """What a table file holds. Raises Refused."""
        with _refusing():
            return self._files.inspect_table(
                path, filename, choice or ReadChoice(), work_dir=work, on_progress=_steps(progress)
            )

    def stage_table(
        self, path: Path, filename: str, choice: ReadChoice | None, work: Path, progress: OnProgress = _quiet
    ) -> StagedTable:
        """The table as one file for COPY in `work`. Raises Refused with every bad cell as a finding."""
        with _refusing():
            return self._files.stage_table(
                path, filename, choice or ReadChoice(), work_dir=work, on_progress=_steps(progress)
            )

    def inspect_layer(
        self, path: Path, filename: str, choice: LayerChoice | None, work: Path, progress: OnProgress = _quiet
    ) -> LayerInspection:
        """What a layer file holds. Raises Refused."""
        with _refusing():
            return self._files.inspect_layer(
                path, filename, choice or LayerChoice(), self.context(), work_dir=work, on_progress=_steps(progress)
            )

    def stage_layer(
        self, path: Path, filename: str, choice: LayerChoice | None, work: Path, progress: OnProgress = _quiet
    ) -> StagedLayer:
        """The layer as one file for COPY in `work`, EPSG:4326. Raises Refused."""
        with _refusing():
            return self._files.stage_layer(
                path, filename, choice or LayerChoice(), self.context(), work_dir=work, on_progress=_steps(progress)
            )

    def preview_layer(self, path: Path, filename: str, choice: LayerChoice | None, work: Path) -> dict[str, Any]:
        """A GeoJSON FeatureCollection of the first features, outlines thinned. Raises Refused."""
        with _refusing():
            return self._files.preview_layer(path, filename, choice or LayerChoice(), self.context(), work_dir=work)

    def export_layer(self, path: Path, asked: ExportRequest, work: Path, progress: OnProgress = _quiet) -> ExportResult:
        """The export files of a layer in `work`, made from a stream of features. Raises Refused."""
        with _refusing():
            return self._files.export_layer(path, asked, work_dir=work, on_progress=_steps(progress))

    @property
    def _files(self) -> FileReader:
        return FileReader(self.limits) if self.limits else FileReader()

    def context(self) -> LayerContext:
        """Region and valid region codes of this deployment's province, for the checks of layers."""
        territory = self.profile.territory
        if territory is None:
            return LayerContext()
        region = Region(
            code=territory.code,
            name=territory.name,
            box=territory.box,
            outline=regions.outline(territory.code),
            preferred_srids=(territory.utm_epsg, territory.tm3_epsg),
        )
        codes = frozenset(code for code in regions.valid_codes() if code.startswith(territory.code[:2]))
        bps = frozenset(found for code in codes if (found := regions.to_bps(code)))
        return LayerContext(region=region, codes=codes, bps_codes=bps)


def _steps(progress: OnProgress) -> Callable[[sandbox.Progress], None]:
    """The child's progress as this room tells it."""
    return lambda step: progress(step.share, step.message)


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn the engine's refusals into this room's."""
    try:
        yield
    except StageError as refusal:
        raise Refused(_cells(refusal), choosable=True) from refusal
    except GeoError as refusal:
        raise Refused((refusal.finding,), choosable=isinstance(refusal, NeedsChoiceError)) from refusal


def _cells(refusal: StageError) -> tuple[Finding, ...]:
    """The refusal and each bad cell with its row, column and value (at most what the engine lists)."""
    finding = refusal.finding
    listed = tuple(
        Finding(
            "V4.sel_tidak_sesuai",
            finding.severity,
            "Sel tidak sesuai dengan jenis {type}.",
            {"type": cell.type.value},
            sheet=cell.sheet or None,
            row=cell.row,
            column=cell.column,
            value=cell.value,
        )
        for cell in refusal.bad_cells
    )
    return (finding, *listed)


@contextmanager
def staged_file(work: Path, name: str) -> Iterator[IO[bytes]]:
    """The file that the child wrote, opened so that no link of the child's is followed."""
    with sandbox.open_output(work, Path(name).name) as stream:
        yield stream
