"""The child answers by type, in the sandbox and out of it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from geo import codec, wire, worker
from geo.errors import BadInputError, GeoError, NeedsChoiceError
from geo.exports.types import ExportField, ExportFormat, ExportRequest
from geo.findings import error
from geo.layers.types import FieldType, LayerChoice, LayerContext, LayerInspection
from geo.tables.types import BadCell, ColumnType, ReadChoice, StageError
from geo.wire import CommandName, LayerCall
from portal.kernel import sandbox
from portal.kernel.reader import FileReader
from portal.kernel.sandbox import Progress
from tests.geo.files import BOUNDARIES, BREBES, SQUARES, feature, geojson, zipped, zipped_shapefile

CONTEXT = LayerContext(BREBES, frozenset({"33.29.01"}), frozenset({"3329010"}))


def test_layers_through_the_sandbox(tmp_path: Path) -> None:
    path = BOUNDARIES / "33.29_kecamatan.geojson"
    reader, seen = FileReader(), list[Progress]()
    with sandbox.workspace() as work:
        found = reader.inspect_layer(path, path.name, LayerChoice(), CONTEXT, work_dir=work, on_progress=seen.append)
        assert (found.feature_count, found.code_column, found.ready) == (17, "kode", True)
        assert seen[-1].share > 0.9
        staged = reader.stage_layer(path, path.name, LayerChoice(), CONTEXT, work_dir=work)
        with sandbox.open_output(work, staged.data) as stream:
            assert len(stream.read()) == staged.size
        shown = reader.preview_layer(path, path.name, LayerChoice(), CONTEXT, work_dir=work)
        assert len(shown["features"]) == 17


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.kml", "<kml><Placemark><Point><coordinates>108.9,-7</coordinates></Point></Placemark></kml>"),
        (
            "a.gml",
            '<a xmlns:gml="http://www.opengis.net/gml"><gml:featureMember><b><gml:Point srsName="EPSG:4326">'
            "<gml:pos>108.9 -7</gml:pos></gml:Point></b></gml:featureMember></a>",
        ),
        ("a.gpx", '<gpx><wpt lat="-7" lon="108.9"/></gpx>'),
    ],
)
def test_markup_through_the_sandbox(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with sandbox.workspace() as work:
        found = FileReader().inspect_layer(path, name, LayerChoice(), CONTEXT, work_dir=work)
    assert (found.format.value, found.feature_count, found.ready) == (name[2:], 1, True)
    path.write_text(f'<!DOCTYPE a SYSTEM "file:///etc/passwd">{text}')
    with sandbox.workspace() as work, pytest.raises(BadInputError) as failure:
        FileReader().inspect_layer(path, name, LayerChoice(), CONTEXT, work_dir=work)
    assert failure.value.finding.rule == "xml.doctype"


def test_exports_through_the_sandbox(tmp_path: Path) -> None:
    path = tmp_path / "aliran"
    path.write_text("".join(json.dumps({**feature(one, nama="x"), "id": 1}) + "\n" for one in SQUARES))
    request = ExportRequest("desa", "Desa", (ExportField("nama", FieldType.TEXT),), tuple(ExportFormat), srid=32749)
    with sandbox.workspace() as work:
        result = FileReader().export_layer(path, request, work_dir=work)
        assert {one.format for one in result.files} == set(ExportFormat)
        for one in result.files:
            with sandbox.open_output(work, one.path) as stream:
                assert len(stream.read()) == one.size


def test_tables_through_the_sandbox(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("kode;nama;jumlah\n01;Desa A;1.234,5\n02;Desa B;7\n")
    with sandbox.workspace() as work:
        report = FileReader().inspect_table(path, "a.csv", ReadChoice(), work_dir=work)
        assert report.row_count == 2
        staged = FileReader().stage_table(path, "a.csv", report.to_choice(), work_dir=work)
        assert staged.row_count == 2
        with sandbox.open_output(work, staged.path) as stream:
            assert stream.read().splitlines()[0].startswith(b"1,")


def test_refusals_pass_the_wire_by_their_type(tmp_path: Path) -> None:
    bare = zipped_shapefile(tmp_path / "a.zip", SQUARES)
    slip = zipped(tmp_path / "b.zip", {"../x.shp": b"x"})
    reader = FileReader()
    with sandbox.workspace() as work:
        with pytest.raises(NeedsChoiceError) as asked:
            reader.stage_layer(bare, "a.zip", LayerChoice(), CONTEXT, work_dir=work)
        assert asked.value.finding.rule == "V8.crs_ditanya"
        with pytest.raises(BadInputError) as refused:
            reader.inspect_layer(slip, "b.zip", LayerChoice(), CONTEXT, work_dir=work)
        assert refused.value.finding.rule == "arsip.nama_berbahaya"


def test_bad_cells_of_a_table_pass_the_wire() -> None:
    cells = (BadCell("Lembar1", 4, "jumlah", "abc", ColumnType.INTEGER),)
    reply = json.loads(json.dumps(wire.failure(StageError(error("V4.x", "pesan"), cells, 17))))
    with pytest.raises(StageError) as failure:
        wire.unwrap(reply)
    assert (failure.value.bad_cells, failure.value.bad_cell_count) == (cells, 17)


@pytest.mark.parametrize(
    "request_body",
    [
        {},
        {"command": "hapus", "call": {}, "input": "x", "out_dir": "y"},
        {"command": "inspect_layer", "call": [], "input": "x", "out_dir": "y"},
        {"command": "inspect_layer", "call": {}, "input": 3, "out_dir": "y"},
    ],
)
def test_malformed_requests_are_refused(request_body: dict[str, Any]) -> None:
    reply = worker.handle(request_body)
    assert reply["ok"] is False
    with pytest.raises(GeoError):
        wire.unwrap(reply)


def test_unknown_fields_and_types_are_refused(tmp_path: Path) -> None:
    for call in ({"filename": 3}, {"filename": "a", "choice": {"srid": "x"}}, {}):
        reply = worker.handle({"command": "stage_layer", "call": call, "input": "/tidak/ada", "out_dir": str(tmp_path)})
        assert reply["error"]["finding"]["rule"] == "wire.bentuk"


def test_inspection_survives_the_wire(tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", [feature(one, kode="33.29.99") for one in SQUARES])
    request = {
        **wire.request(CommandName.INSPECT_LAYER, LayerCall("a.geojson", LayerChoice(), CONTEXT)),
        "input": str(path),
        "out_dir": str(tmp_path),
    }
    reply = json.loads(json.dumps(worker.handle(json.loads(json.dumps(request)))))
    found = codec.decode(LayerInspection, wire.unwrap(reply))
    assert found.findings
    assert codec.decode(LayerInspection, codec.encode(found)) == found


def test_main_writes_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({"command": "?", "out_dir": str(tmp_path)})))
    worker.main()
    assert json.loads((tmp_path / worker.REPORT).read_text())["ok"] is False
