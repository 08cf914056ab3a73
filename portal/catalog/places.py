"""Outlines of regions as `portal.contract.protocols.Places`, from the boundaries that ship with the portal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from config import regions


class ShippedPlaces:
    """Regions of the shipped boundaries; geometry in EPSG:4326 degrees."""

    def outline(self, code: str) -> Mapping[str, Any] | None:
        """The outline of one region by Kemendagri code, or None."""
        return regions.outline(code)

    def parts(self, code: str, level: str) -> Sequence[tuple[str, str, Mapping[str, Any]]]:
        """(code, name, geometry) of a region's parts at a level; empty where no boundaries ship."""
        try:
            collection = regions.boundaries(code, cast("regions.Level", level))
        except KeyError:
            return ()
        return [
            (item["properties"]["kode"], item["properties"]["nama"], item["geometry"])
            for item in collection["features"]
        ]
