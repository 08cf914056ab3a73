"""Calls into the sandbox: the only way in which this room looks into an upload (design.md section 2, I2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar

from config import regions
from config.profile import Profile
from geo import codec, wire
from geo.errors import GeoError
from geo.exports.types import ExportRequest, ExportResult
from geo.findings import Finding, error
from geo.layers.types import LayerChoice, LayerContext, LayerInspection, Region, StagedLayer
from geo.tables.types import ReadChoice, StagedTable, StageError, TableReport
from geo.wire import CommandName
from portal.kernel import sandbox

T = TypeVar("T")
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
        call = wire.TableCall(filename, codec.encode(choice) if choice else None)
        return self._run(CommandName.INSPECT_TABLE, call, path, work, progress, TableReport)

    def stage_table(
        self, path: Path, filename: str, choice: ReadChoice | None, work: Path, progress: OnProgress = _quiet
    ) -> StagedTable:
        """The table as one file for COPY in `work`. Raises Refused with every bad cell as a finding."""
        call = wire.TableCall(filename, codec.encode(choice) if choice else None)
        return self._run(CommandName.STAGE_TABLE, call, path, work, progress, StagedTable)

    def inspect_layer(
        self, path: Path, filename: str, choice: LayerChoice | None, work: Path, progress: OnProgress = _quiet
    ) -> LayerInspection:
        """What a layer file holds. Raises Refused."""
        call = wire.LayerCall(filename, choice or LayerChoice(), self.context())
        return self._run(CommandName.INSPECT_LAYER, call, path, work, progress, LayerInspection)

    def stage_layer(
        self, path: Path, filename: str, choice: LayerChoice | None, work: Path, progress: OnProgress = _quiet
    ) -> StagedLayer:
        """The layer as one file for COPY in `work`, EPSG:4326. Raises Refused."""
        call = wire.LayerCall(filename, choice or LayerChoice(), self.context())
        return self._run(CommandName.STAGE_LAYER, call, path, work, progress, StagedLayer)

    def preview_layer(self, path: Path, filename: str, choice: LayerChoice | None, work: Path) -> dict[str, Any]:
        """A GeoJSON FeatureCollection of the first features, outlines thinned. Raises Refused."""
        call = wire.LayerCall(filename, choice or LayerChoice(), self.context())
        return self._run(CommandName.PREVIEW_LAYER, call, path, work, _quiet, dict[str, Any])

    def export_layer(self, path: Path, asked: ExportRequest, work: Path, progress: OnProgress = _quiet) -> ExportResult:
        """The export files of a layer in `work`, made from a stream of features. Raises Refused."""
        return self._run(CommandName.EXPORT_LAYER, wire.ExportCall(asked), path, work, progress, ExportResult)

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

    def _run(
        self,
        command: CommandName,
        call: wire.TableCall | wire.LayerCall | wire.ExportCall,
        path: Path,
        work: Path,
        progress: OnProgress,
        kind: type[T],
    ) -> T:
        def report(step: sandbox.Progress) -> None:
            progress(step.share, step.message)

        try:
            reply = sandbox.run(
                "geo.worker",
                wire.request(command, call),
                work_dir=work,
                input_file=path,
                limits=self.limits,
                on_progress=report,
            )
            return codec.decode(kind, wire.unwrap(reply))
        except StageError as refusal:
            raise Refused(_cells(refusal), choosable=True) from refusal
        except GeoError as refusal:
            choosable = type(refusal).__name__ == "NeedsChoiceError"
            raise Refused((refusal.finding,), choosable=choosable) from refusal
        except sandbox.SandboxTimeoutError as failure:
            raise Refused((error("berkas.waktu", "Berkas terlalu lama dibaca dan dihentikan."),)) from failure
        except sandbox.SandboxMemoryError as failure:
            raise Refused((error("berkas.memori", "Berkas memerlukan memori melebihi batas."),)) from failure
        except sandbox.SandboxError as failure:
            raise Refused(
                (error("berkas.rusak", "Pembaca berkas berhenti mendadak; berkas tidak dapat dibaca."),)
            ) from failure


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
