"""Typed calls to `geo.worker` in the sandbox: what a job or a service uses to look into an upload.

Every call needs a private `work_dir` (see `sandbox.workspace`) and raises `geo.errors.GeoError`: the child's
own refusal, or a `BadInputError` that says that the file took too long, too much memory or broke the reader (the
`SandboxError` is its cause). Files in the replies are names in `work_dir`, to be opened by `sandbox.open_output`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from geo import codec, wire
from geo.errors import BadInputError, bad
from geo.exports.types import ExportRequest, ExportResult
from geo.layers.types import LayerChoice, LayerContext, LayerInspection, StagedLayer
from geo.tables.types import ReadChoice, StagedTable, TableReport
from geo.wire import CommandName, ExportCall, LayerCall, TableCall
from portal.kernel import sandbox
from portal.kernel.sandbox import Limits, Progress

OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class FileReader:
    """Reads uploads; `limits` bound each call."""

    limits: Limits = field(default_factory=Limits)

    def inspect_layer(
        self,
        path: Path,
        filename: str,
        choice: LayerChoice,
        context: LayerContext,
        *,
        work_dir: Path,
        on_progress: OnProgress | None = None,
    ) -> LayerInspection:
        """What is in a layer file (see `geo.layers.inspection.inspect`)."""
        call = LayerCall(filename, choice, context)
        result = self._run(CommandName.INSPECT_LAYER, call, path, work_dir, on_progress)
        return codec.decode(LayerInspection, result)

    def stage_layer(
        self,
        path: Path,
        filename: str,
        choice: LayerChoice,
        context: LayerContext,
        *,
        work_dir: Path,
        on_progress: OnProgress | None = None,
    ) -> StagedLayer:
        """A COPY-ready file in `work_dir` (see `geo.layers.staging.stage`)."""
        call = LayerCall(filename, choice, context)
        result = self._run(CommandName.STAGE_LAYER, call, path, work_dir, on_progress)
        return codec.decode(StagedLayer, result)

    def preview_layer(
        self, path: Path, filename: str, choice: LayerChoice, context: LayerContext, *, work_dir: Path
    ) -> dict[str, Any]:
        """The first features as a GeoJSON FeatureCollection in EPSG:4326."""
        call = LayerCall(filename, choice, context)
        collection: dict[str, Any] = self._run(CommandName.PREVIEW_LAYER, call, path, work_dir, None)
        return collection

    def inspect_table(
        self,
        path: Path,
        filename: str,
        choice: ReadChoice,
        *,
        work_dir: Path,
        on_progress: OnProgress | None = None,
    ) -> TableReport:
        """What is in a table file (see `geo.tables`)."""
        call = TableCall(filename, codec.encode(choice))
        result = self._run(CommandName.INSPECT_TABLE, call, path, work_dir, on_progress)
        return codec.decode(TableReport, result)

    def stage_table(
        self,
        path: Path,
        filename: str,
        choice: ReadChoice,
        *,
        work_dir: Path,
        on_progress: OnProgress | None = None,
    ) -> StagedTable:
        """A COPY-ready file; the reply's `path` is its plain name in `work_dir`."""
        call = TableCall(filename, codec.encode(choice))
        result = self._run(CommandName.STAGE_TABLE, call, path, work_dir, on_progress)
        staged = codec.decode(StagedTable, result)
        return replace(staged, path=Path(staged.path).name)

    def export_layer(
        self, path: Path, export: ExportRequest, *, work_dir: Path, on_progress: OnProgress | None = None
    ) -> ExportResult:
        """Export files in `work_dir` from a GeoJSON text sequence (see `geo.exports`)."""
        result = self._run(CommandName.EXPORT_LAYER, ExportCall(export), path, work_dir, on_progress)
        return codec.decode(ExportResult, result)

    def _run(
        self,
        command: CommandName,
        call: TableCall | LayerCall | ExportCall,
        path: Path,
        work_dir: Path,
        on_progress: OnProgress | None,
    ) -> Any:
        try:
            reply = sandbox.run(
                "geo.worker",
                wire.request(command, call),
                work_dir=work_dir,
                input_file=path,
                limits=self.limits,
                on_progress=on_progress,
            )
        except sandbox.SandboxError as failure:
            raise refusal(failure) from failure
        return wire.unwrap(reply)


def refusal(failure: sandbox.SandboxError) -> BadInputError:
    """What the officer reads when the reader was stopped or broke (design.md I11: a clear answer, no 500)."""
    if isinstance(failure, sandbox.SandboxTimeoutError):
        return bad("berkas.waktu", "Berkas ini terlalu berat: pemeriksaannya melewati batas waktu.")
    if isinstance(failure, sandbox.SandboxMemoryError):
        return bad("berkas.memori", "Berkas ini terlalu besar untuk dibaca dalam batas memori.")
    return bad("berkas.tidak_terbaca", "Berkas ini tidak dapat dibaca; isinya rusak atau tidak lazim.")
