"""The kind `layer`: how a published layer is shown on a dataset page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from geo.styles import legend
from geo.tiles.published import LAYER as SOURCE_LAYER
from plugins.geospatial.categories import classes_of
from plugins.geospatial.styles import PALETTE
from portal.contract.pages import runtime, service
from portal.contract.plugin import Kind, Panel
from portal.contract.protocols import ResourceView, Rows
from portal.kernel.texts import gettext as _

POPUP_FIELDS = 8


def addresses(resource: ResourceView) -> dict[str, str]:
    """Addresses of a layer version's own services."""
    base = f"/tiles/{resource.id}/{resource.version}"
    return {
        "tilejson": f"{base}/tilejson.json",
        "tiles": f"{base}/{{z}}/{{x}}/{{y}}.mvt",
        "style": f"{base}/style.json",
        "features": f"{base}/objek.geojson",
        "map": f"/peta/{resource.id}",
        "table": f"/tabel/{resource.id}",
    }


def map_context(resource: ResourceView) -> dict[str, Any]:
    """What the map template needs of a layer."""
    layer = resource.layer or {}
    shown = [item for item in resource.columns if item.public and item.type != "geometry"][:POPUP_FIELDS]
    geometry_type = layer.get("geometry_type", "")
    classes = classes_of(resource, service(Rows)) if resource.table else None  # type: ignore[type-abstract]
    return {
        "addresses": addresses(resource),
        "source_layer": SOURCE_LAYER,
        "bbox": layer.get("bbox"),
        "popup_fields": [(item.name, item.label or item.name) for item in shown],
        "legend": classes.legend(geometry_type) if classes else legend(geometry_type, resource.name, PALETTE),
        "classes": (classes.column.label or classes.column.name) if classes else None,
        "feature_count": layer.get("feature_count"),
        "geometry_words": geometry_words(geometry_type),
        "basemap": basemap(),
    }


def basemap() -> str | None:
    """Our own boundaries as the ground of every map: nothing is asked of an outside server."""
    territory = runtime().profile.territory
    return f"/batas/{territory.code}.geojson" if territory else None


def geometry_words(geometry_type: str) -> str:
    """A geometry type as people say it."""
    name = geometry_type.upper()
    if "POLYGON" in name:
        return _("bidang")
    if "LINE" in name:
        return _("garis")
    return _("titik") if "POINT" in name else _("objek")


def panels(resource: ResourceView) -> Sequence[Panel]:
    """The map, then the attributes as a table."""
    if resource.layer is None:
        return ()
    where = addresses(resource)
    return (
        Panel("peta", _("Peta"), "geospatial/panel_map.html", 10, map_context(resource), where["map"]),
        Panel(
            "atribut", _("Tabel atribut"), "geospatial/panel_table.html", 30, {"table": where["table"]}, where["table"]
        ),
    )


LAYER = Kind(name="layer", label="Peta", panels=panels)
