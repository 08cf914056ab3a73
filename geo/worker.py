"""The child that opens uploads: `python -m geo.worker`, started by `portal.kernel.sandbox` only.

Reads one request on standard input, prints progress lines, writes `report.json` into its folder. A refusal is
a reply like any other; everything unforeseen ends the process, which the parent tells apart by its code.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from geo import codec, wire
from geo.errors import GeoError, bad
from geo.wire import CommandName

REPORT = "report.json"


def progress(share: float, message: str) -> None:
    """One progress line, 0 to 1."""
    sys.stdout.write(json.dumps({"progress": round(share, 4), "message": message}) + "\n")
    sys.stdout.flush()


def _inspect_layer(call: Mapping[str, Any], path: Path, out_dir: Path) -> object:
    from geo.layers.inspection import inspect

    asked = codec.decode(wire.LayerCall, call)
    return inspect(path, asked.filename, asked.choice, asked.context, work_dir=out_dir / "kerja", progress=progress)


def _stage_layer(call: Mapping[str, Any], path: Path, out_dir: Path) -> object:
    from geo.layers.staging import stage

    asked = codec.decode(wire.LayerCall, call)
    return stage(path, asked.filename, asked.choice, asked.context, out_dir=out_dir, progress=progress)


def _preview_layer(call: Mapping[str, Any], path: Path, out_dir: Path) -> object:
    from geo.layers.preview import preview

    asked = codec.decode(wire.LayerCall, call)
    return preview(path, asked.filename, asked.choice, asked.context, work_dir=out_dir / "kerja", limit=asked.limit)


def _inspect_table(call: Mapping[str, Any], path: Path, out_dir: Path) -> object:
    from geo.tables import inspect
    from geo.tables.types import ReadChoice

    asked = codec.decode(wire.TableCall, call)
    return inspect(path, asked.filename, codec.decode(ReadChoice, asked.choice or {}), work=out_dir / "kerja")


def _stage_table(call: Mapping[str, Any], path: Path, out_dir: Path) -> object:
    from geo.tables import stage
    from geo.tables.types import ReadChoice

    asked = codec.decode(wire.TableCall, call)
    return stage(path, asked.filename, codec.decode(ReadChoice, asked.choice or {}), out_dir)


def _export_layer(call: Mapping[str, Any], path: Path, out_dir: Path) -> object:
    from geo.exports.write import export

    asked = codec.decode(wire.ExportCall, call)
    return export(path, asked.export, out_dir=out_dir, progress=progress)


_COMMANDS: Mapping[CommandName, Callable[[Mapping[str, Any], Path, Path], object]] = {
    CommandName.INSPECT_LAYER: _inspect_layer,
    CommandName.STAGE_LAYER: _stage_layer,
    CommandName.PREVIEW_LAYER: _preview_layer,
    CommandName.INSPECT_TABLE: _inspect_table,
    CommandName.STAGE_TABLE: _stage_table,
    CommandName.EXPORT_LAYER: _export_layer,
}


def handle(request: Mapping[str, Any]) -> dict[str, Any]:
    """Answers one request; refusals become replies."""
    try:
        try:
            command = _COMMANDS[CommandName(str(request.get("command")))]
        except (ValueError, KeyError):
            raise bad("wire.perintah", "Perintah pembaca berkas tidak dikenal.") from None
        call, given, out = request.get("call"), request.get("input"), request.get("out_dir")
        if not (isinstance(call, dict) and isinstance(given, str) and isinstance(out, str)):
            raise bad("wire.bentuk", "Permintaan ke pembaca berkas tidak sesuai bentuknya.")
        folder = Path(out)
        (folder / "kerja").mkdir(exist_ok=True)
        return wire.success(command(call, Path(given), folder))
    except GeoError as refusal:
        return wire.failure(refusal)


def main() -> None:
    """Serves the one request on standard input."""
    request = json.load(sys.stdin)
    reply = handle(request)
    (Path(request["out_dir"]) / REPORT).write_text(json.dumps(reply), encoding="utf-8")


if __name__ == "__main__":
    main()
