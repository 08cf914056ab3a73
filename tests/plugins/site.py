"""A portal with a table and two layers that went the whole way: upload, sandbox, checks, consent, release."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient

from portal.contract.protocols import Datasets, ResourceView
from portal.web.request import Runtime
from tests.apps import dispose, make_public
from tests.portal.ingest.house import House, layer_metadata, made_house
from tests.support import Databases

KECAMATAN = Path(__file__).resolve().parents[2] / "config" / "boundaries" / "33.29_kecamatan.geojson"
YEARS = (2022, 2023, 2024)
#: Text that a careless page would run.
HOSTILE = "<script>alert(1)</script>"


@dataclass
class Site:
    """The public application, and by kind a resource that it shows; `points` is a second layer."""

    app: Flask
    runtime: Runtime
    shown: dict[str, ResourceView]
    points: ResourceView

    def client(self) -> FlaskClient:
        """A citizen."""
        return self.app.test_client()

    def text(self, path: str) -> str:
        """A page that must answer 200."""
        answer = self.client().get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.get_data(as_text=True)[-1500:])
        return answer.get_data(as_text=True)

    def json(self, path: str) -> Any:
        """A JSON answer that must be 200."""
        answer = self.client().get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.get_json(force=True)


def places() -> list[tuple[str, str]]:
    """(code, name) of the regency's kecamatan."""
    collection = json.loads(KECAMATAN.read_text(encoding="utf-8"))
    return [(item["properties"]["kode"], item["properties"]["nama"]) for item in collection["features"]]


def figures(code: str, year: int) -> tuple[int, float]:
    """Made-up figures of a place and a year (data contoh): children, per cent."""
    number = int(code[-2:])
    return number * 100 + (year - YEARS[0]) * 7, round(number * 1.25, 2)


def table() -> bytes:
    """17 kecamatan × 3 years, Indonesian numbers, one name that is no name."""
    lines = ["Kode Kecamatan;Kecamatan;Tahun;Jumlah Balita;Persentase Stunting;Catatan"]
    for code, name in places():
        for year in YEARS:
            count, share = figures(code, year)
            note = HOSTILE if (code, year) == (places()[0][0], YEARS[0]) else "=1+1" if year == YEARS[1] else ""
            shares = str(share).replace(".", ",")
            lines.append(";".join((code, name, str(year), f"{count:,}".replace(",", "."), shares, note)))
    return ("\n".join(lines) + "\n").encode()


def points() -> bytes:
    """Three points with attributes of every JSON type."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [109.0 + number / 100, -6.9]},
            "properties": {"nama": f"Puskesmas {number} {HOSTILE}", "ranjang": number * 10, "aktif": number > 1},
        }
        for number in (1, 2, 3)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def release_layer(house: House, data: bytes, name: str) -> UUID:
    """The whole way of a layer; the resource's id."""
    dataset_id = house.draft(**layer_metadata().model_dump())
    resource_id: UUID = house.upload(dataset_id, data, name).resource_id
    house.quick()
    house.confirm(dataset_id, resource_id)
    house.quick()
    house.checked(dataset_id)
    house.release(dataset_id)
    house.quick()
    return resource_id


@contextmanager
def made_site(databases: Databases, folder: Path) -> Iterator[Site]:
    """The site on `databases`; closed at the end."""
    with made_house(databases, folder) as house:
        _dataset, table_id = house.released(table(), "stunting.csv")
        areas = release_layer(house, KECAMATAN.read_bytes(), "kecamatan.geojson")
        spots = release_layer(house, points(), "puskesmas.geojson")
    app, runtime = make_public(databases, folder)
    app.testing = False
    scope = runtime.scope()
    datasets = scope.service(Datasets)  # type: ignore[type-abstract]
    shown = {"tabel": datasets.resource(str(table_id)), "layer": datasets.resource(str(areas))}
    spot = datasets.resource(str(spots))
    scope.close()
    try:
        yield Site(app, runtime, shown, spot)
    finally:
        dispose(runtime)
