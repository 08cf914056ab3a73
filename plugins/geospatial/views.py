"""Routes of the geospatial plugin: map page, tiles, TileJSON, style, features."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, request
from markupsafe import escape

from geo.tiles.prepare import TileField
from geo.tiles.published import published_layer
from geo.tiles.tilejson import tilejson as tilejson_document
from plugins.geospatial.categories import classes_of
from plugins.geospatial.kind import addresses, map_context
from plugins.geospatial.styles import style
from portal.contract.pages import PUBLIC_DATA, field_type, render, runtime, service
from portal.contract.protocols import Datasets, Layers, ResourceView, Rows
from portal.kernel.errors import Invalid, NotFound
from portal.kernel.texts import gettext as _

TILE_TYPE = "application/vnd.mapbox-vector-tile"
LIVE_ZOOM = 18
PAGE = 200


def make_blueprint() -> Blueprint:
    """The blueprint of the public side."""
    blueprint = Blueprint("geospatial", __name__, template_folder=str(Path(__file__).with_name("templates")))
    base = "/tiles/<resource_id>/<int:version>"
    blueprint.add_url_rule("/peta/<resource_id>", view_func=map_page)
    blueprint.add_url_rule(f"{base}/<int:z>/<int:x>/<int:y>.mvt", view_func=tile)
    blueprint.add_url_rule(f"{base}/tilejson.json", view_func=tilejson)
    blueprint.add_url_rule(f"{base}/style.json", view_func=style_json)
    blueprint.add_url_rule(f"{base}/objek.geojson", view_func=features)
    blueprint.add_url_rule(f"{base}/objek/<int:feature_id>.geojson", view_func=feature)
    return blueprint


def _layer(resource_id: str, version: int | None = None) -> ResourceView:
    resource = service(Datasets).resource(resource_id, version)  # type: ignore[type-abstract]
    if resource.layer is None:
        raise NotFound
    return resource


def _kept(answer: Response) -> Response:
    """Data of a version never changes: keep it, but feel a withdrawal within the hour (I5)."""
    answer.headers["Cache-Control"] = PUBLIC_DATA
    return answer


def map_page(resource_id: str) -> str:
    """The map on the whole page, with a text summary beside it."""
    resource = _layer(resource_id)
    return render("geospatial/map.html", resource=resource, data=map_context(resource))


def tile(resource_id: str, version: int, z: int, x: int, y: int) -> Response:
    """One vector tile, 204 where nothing is."""
    found = service(Layers).tile(_layer(resource_id, version), z, x, y)  # type: ignore[type-abstract]
    if not found.data:
        return _kept(Response(status=204))
    answer = Response(found.data, mimetype=TILE_TYPE)
    if found.compressed:
        answer.headers["Content-Encoding"] = "gzip"
    return _kept(answer)


def tilejson(resource_id: str, version: int) -> Response:
    """The TileJSON of a layer version."""
    resource = _layer(resource_id, version)
    layer = resource.layer or {}
    document = tilejson_document(
        published_layer(resource.table or "", _fields(resource)),
        name=resource.name,
        tiles=_absolute(addresses(resource)["tiles"]),
        box=tuple(layer["bbox"]),
        max_zoom=LIVE_ZOOM,
        attribution=str(escape(resource.source)),  # map programs put it into their page as HTML
    )
    return _kept(jsonify(document))


def _fields(resource: ResourceView) -> list[TileField]:
    shown = [item for item in resource.columns if item.public and item.type != "geometry"]
    return [TileField(item.name, field_type(item.type)) for item in shown]


def _absolute(path: str) -> str:
    return runtime().settings.site_url.rstrip("/") + path


def style_json(resource_id: str, version: int) -> Response:
    """The default style as MapLibre JSON."""
    resource = _layer(resource_id, version)
    classes = classes_of(resource, service(Rows)) if resource.table else None  # type: ignore[type-abstract]
    return _kept(jsonify(style(resource, _absolute(addresses(resource)["tilejson"]), classes)))


def features(resource_id: str, version: int) -> Response:
    """A page of features as GeoJSON, those in `bbox` when given."""
    resource = _layer(resource_id, version)
    offset = max(0, request.args.get("mulai", 0, type=int))
    found = service(Layers).features(resource, _box(request.args.get("bbox", "")), PAGE, offset)  # type: ignore[type-abstract]
    answer = jsonify({"type": "FeatureCollection", "features": list(found)})
    answer.mimetype = "application/geo+json"
    return _kept(answer)


def feature(resource_id: str, version: int, feature_id: int) -> Response:
    """One feature as GeoJSON."""
    answer = jsonify(service(Layers).feature(_layer(resource_id, version), feature_id))  # type: ignore[type-abstract]
    answer.mimetype = "application/geo+json"
    return _kept(answer)


def _box(text: str) -> Any:
    """west,south,east,north in degrees, or None for an empty text."""
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise Invalid(_("Kotak harus empat angka: barat, selatan, timur, utara."), rule="cari.kotak") from error
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Invalid(_("Kotak harus empat angka: barat, selatan, timur, utara."), rule="cari.kotak")
    return (west, south, east, north)
