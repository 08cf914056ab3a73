"""Where a published layer's tiles come from: one rule for the release that prepares them and the pages that serve."""

from __future__ import annotations

from collections.abc import Sequence

from geo.tiles.prepare import TileField, TileLayer

#: Schema of published tables and the name of the one layer inside each tile.
SCHEMA = "rows"
LAYER = "data"
PREPARED_SUFFIX = "_ubin"


def published_layer(table: str, fields: Sequence[TileField] = ()) -> TileLayer:
    """The tile layer of a published table `rows.<table>`; its prepared geometry is `rows.<table>_ubin`."""
    return TileLayer(SCHEMA, table, table + PREPARED_SUFFIX, LAYER, tuple(fields))
