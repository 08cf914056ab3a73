"""Small maps of the file pages: a layer, or a place where it might lie, over our own boundary. Pure SVG."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from config import regions
from config.profile import Profile
from geo.layers.types import CrsCandidate, LayerInspection
from portal.kernel.texts import gettext as _
from portal.web import maps
from portal.web.geometry import Box, Outline, bounds, outlines


@dataclass(frozen=True, slots=True)
class Place:
    """A CRS that was tried, with its small map."""

    candidate: CrsCandidate
    picture: Markup


@lru_cache(maxsize=4)
def _base(code: str) -> tuple[Outline, ...]:
    return outlines(regions.boundaries(code, "kecamatan")) if regions.has_boundaries(code) else ()


def _territory(profile: Profile) -> tuple[Outline, ...]:
    return _base(profile.territory.code) if profile.territory else ()


def _together(base: Sequence[Outline], shapes: Sequence[Mapping[str, Any] | None]) -> Box | None:
    """A box that shows the layer and the regency both, unless they are a world apart: then the layer alone."""
    own, home = bounds(shapes), bounds([outline.geometry for outline in base])
    if own is None or home is None:
        return own or home
    return (min(own[0], home[0]), min(own[1], home[1]), max(own[2], home[2]), max(own[3], home[3]))


def layer_map(inspection: LayerInspection, profile: Profile, width: float = 720) -> Markup | None:
    """Where the inspected layer lies; None while its CRS is unknown."""
    if inspection.outline is None:
        return None
    return _draw([inspection.outline], profile, width)


def shapes_map(texts: Sequence[str], profile: Profile, width: float = 720) -> Markup:
    """The loaded features (GeoJSON geometry texts, EPSG:4326)."""
    return _draw([json.loads(text) for text in texts], profile, width)


def _draw(shapes: Sequence[Mapping[str, Any]], profile: Profile, width: float) -> Markup:
    base = _territory(profile)
    box = _together(base, shapes)
    title = _("Letak data di atas batas kecamatan")
    return maps.preview(list(shapes), title=title, base=base, box=box, width=width, height=width * 0.62, limit=2000)


def places(inspection: LayerInspection, profile: Profile) -> list[Place]:
    """The candidates with their maps, best first."""
    reference = inspection.reference
    base = _territory(profile)
    return [
        Place(
            candidate,
            maps.preview(
                [candidate.outline],
                title=_("Letak menurut EPSG:%(code)s", code=candidate.srid),
                base=base,
                box=_together(base, [candidate.outline]),
                width=200,
                height=150,
            ),
        )
        for candidate in (reference.candidates if reference else ())[:6]
    ]
