"""The first features of a layer as GeoJSON, to look at before it is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geo import crs
from geo.errors import ask
from geo.formats.open import open_source
from geo.layers.inspection import pick, unknown_reference
from geo.layers.placement import place
from geo.layers.types import LayerChoice, LayerContext

MAX_FEATURES = 2000


def preview(
    path: Path,
    filename: str,
    choice: LayerChoice | None = None,
    context: LayerContext | None = None,
    *,
    work_dir: Path,
    limit: int = 200,
) -> dict[str, Any]:
    """A GeoJSON FeatureCollection (EPSG:4326, six decimals, outlines thinned to a thousandth of the extent)
    of the first `limit` features, with their attributes as text under the names in the file and the feature
    number as `id`. Raises as `geo.layers.staging.stage` does."""
    choice, context = choice or LayerChoice(), context or LayerContext()
    source = open_source(path, filename, work_dir)
    layers, layer = pick(source, choice)
    if not layer:
        raise ask("lapisan.pilih", "Berkas berisi {count} lapisan; pilih satu.", count=len(layers))
    reader = source.open(layer, choice.encoding)
    placement = place(reader.reference, choice, context)
    if placement.way is None:
        raise unknown_reference(crs.reference(None, placement.raw, placement.status, None, ()))
    batch = next(iter(reader.batches()), None)
    features: list[dict[str, Any]] = []
    if batch is not None:
        count = min(max(0, limit), MAX_FEATURES, len(batch))
        shapes = crs.to_lonlat(batch.geometry[:count], placement.way, placement.swapped)
        titles = [field.title for field in reader.fields]
        rows = list(zip(*(column[:count] for column in batch.columns), strict=True)) or [()] * count
        for number, (shape, row) in enumerate(zip(thinned(shapes), rows, strict=True), 1):
            geometry = None if shape is None or shape.is_empty else shapely.geometry.mapping(shape)
            values = dict(zip(titles, row, strict=True))
            features.append({"type": "Feature", "id": number, "properties": values, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}


def thinned(shapes: Any) -> Any:
    """Simplified to a thousandth of their common extent and rounded; infinite coordinates become none."""
    finite = np.isfinite(shapely.bounds(shapes)).all(axis=1)
    kept = shapes.copy()
    kept[~finite] = None
    if not finite.any():
        return kept
    box = shapely.total_bounds(kept)
    simple = shapely.simplify(kept, max(box[2] - box[0], box[3] - box[1]) / 1000)
    return shapely.transform(simple, lambda coordinates: np.round(coordinates, 6))
