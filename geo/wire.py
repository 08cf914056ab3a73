"""Requests and replies of `geo.worker`, the child that opens uploads.

A request is one JSON object: `command`, `filename`, the command's own keys, and `input` and `out_dir`, which
the sandbox sets. The reply is `{"ok": true, "result": …}` or `{"ok": false, "error": {"type": …, "finding":
…, "more": {…}}}`, where `type` is the class of the refusal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from geo import codec
from geo.errors import BadInputError, GeoError, NeedsChoiceError
from geo.exports.types import ExportRequest
from geo.findings import Finding
from geo.layers.types import LayerChoice, LayerContext


class CommandName(StrEnum):
    """What the child can do."""

    INSPECT_TABLE = "inspect_table"
    STAGE_TABLE = "stage_table"
    INSPECT_LAYER = "inspect_layer"
    STAGE_LAYER = "stage_layer"
    PREVIEW_LAYER = "preview_layer"
    EXPORT_LAYER = "export_layer"


@dataclass(frozen=True, slots=True)
class TableCall:
    """`inspect_table` and `stage_table`; `choice` is the JSON form of the tables' own choice, or None."""

    filename: str
    choice: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class LayerCall:
    """`inspect_layer`, `stage_layer` and `preview_layer`; `limit` is for the preview."""

    filename: str
    choice: LayerChoice = field(default_factory=LayerChoice)
    context: LayerContext = field(default_factory=LayerContext)
    limit: int = 200


@dataclass(frozen=True, slots=True)
class ExportCall:
    """`export_layer`; the input is a GeoJSON text sequence in EPSG:4326 (see `geo.exports`)."""

    export: ExportRequest


def request(command: CommandName, call: TableCall | LayerCall | ExportCall) -> dict[str, Any]:
    """The JSON request of a call."""
    return {"command": command.value, "call": codec.encode(call)}


def success(result: object) -> dict[str, Any]:
    """The reply that carries a result."""
    return {"ok": True, "result": codec.encode(result)}


def failure(refusal: GeoError) -> dict[str, Any]:
    """The reply that carries a refusal, with whatever else it holds (the bad cells of a table)."""
    more = {key: codec.encode(value) for key, value in vars(refusal).items() if key != "finding"}
    return {
        "ok": False,
        "error": {"type": type(refusal).__name__, "finding": codec.encode(refusal.finding), "more": more},
    }


def unwrap(reply: Mapping[str, Any]) -> Any:
    """The result of a reply as JSON. Raises the refusal it carries: `NeedsChoiceError`, the tables'
    `StageError` with its cells, or `BadInputError` for all others."""
    if reply.get("ok") is True:
        return reply.get("result")
    error = reply.get("error")
    error = error if isinstance(error, dict) else {}
    finding = codec.decode(Finding, error.get("finding"))
    if error.get("type") == NeedsChoiceError.__name__:
        raise NeedsChoiceError(finding)
    if error.get("type") == "StageError":
        raise _stage_error(finding, error.get("more"))
    raise BadInputError(finding)


def _stage_error(finding: Finding, more: object) -> GeoError:
    from geo.tables.types import BadCell, StageError

    known = more if isinstance(more, dict) else {}
    cells = tuple(codec.decode(list[BadCell], known.get("bad_cells", [])))
    return StageError(finding, cells, int(known.get("bad_cell_count", len(cells))))
