"""The stream of features between database and export: the query that writes it, the reader of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import shapely
from psycopg import sql

from geo.errors import bad
from geo.exports.types import ExportField
from geo.formats.base import Geometries, as_geometries

BATCH = 10_000
DECIMALS = 7  # about a centimetre, RFC 7946 section 11.2


def select_features(schema: str, table: str, fields: Sequence[ExportField]) -> sql.Composed:
    """A SELECT whose rows are one column: the feature as one line of JSON text, in the order of `_id`.

    Run it with a server-side cursor and write each row and a newline to the input of `export_layer`."""
    names = [sql.SQL("{} , {}").format(sql.Literal(one.name), sql.Identifier(one.name)) for one in fields]
    chunks = [names[place : place + 40] for place in range(0, len(names), 40)]  # 100 arguments a call
    objects = [sql.SQL("jsonb_build_object({})").format(sql.SQL(", ").join(chunk)) for chunk in chunks]
    properties = sql.SQL(" || ").join(objects) if objects else sql.SQL("'{}'::jsonb")
    return sql.SQL(
        'SELECT \'{{"type":"Feature","id":\' || _id || \',"properties":\' || ({properties})::text'
        " || ',\"geometry\":' || coalesce(ST_AsGeoJSON(ST_ForcePolygonCCW(geom), {decimals}), 'null') || '}}'"
        " FROM {table} ORDER BY _id"
    ).format(properties=properties, decimals=sql.Literal(DECIMALS), table=sql.Identifier(schema, table))


@dataclass(frozen=True, slots=True)
class FeatureBatch:
    """Some features: their text as it stood, the values by field and the shapes (None without geometry)."""

    lines: list[bytes]
    ids: list[int]
    columns: list[list[Any]]
    geojson: list[dict[str, Any] | None]
    shapes: Geometries

    def __len__(self) -> int:
        return len(self.lines)


def read_batches(path: Path, fields: Sequence[ExportField]) -> Iterator[FeatureBatch]:
    """Reads the stream. Raises `BadInputError` for a line that isn't a feature."""
    with path.open("rb") as stream:
        number = 0
        while lines := [line.strip() for line in islice(stream, BATCH)]:
            lines = [line for line in lines if line]
            yield _batch(lines, fields, number)
            number += len(lines)


def _batch(lines: list[bytes], fields: Sequence[ExportField], done: int) -> FeatureBatch:
    try:
        features = [orjson.loads(line) for line in lines]
        ids = [int(feature.get("id", done + place)) for place, feature in enumerate(features, 1)]
        columns = [[feature["properties"].get(one.name) for feature in features] for one in fields]
        geojson = [feature["geometry"] for feature in features]
    except (orjson.JSONDecodeError, KeyError, AttributeError, TypeError, ValueError) as failure:
        raise bad("ekspor.aliran", "Aliran fitur rusak sesudah fitur {count}.", count=done) from failure
    texts = [None if one is None else orjson.dumps(one).decode() for one in geojson]
    shapes = as_geometries(shapely.from_geojson(texts, on_invalid="ignore"))
    return FeatureBatch(lines, ids, columns, geojson, shapes)
