"""What a citizen asks of the catalogue, parsed once at the edge into frozen values; and the way back to an address."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal
from urllib.parse import quote_plus, urlencode

from werkzeug.datastructures import MultiDict

from portal.contract import facets
from portal.kernel.errors import Invalid
from portal.kernel.texts import gettext as _

PAGE_SIZE = 20
MAX_PAGE = 500
MAX_WORDS = 300
MAX_CHOSEN = 20

SortName = Literal["relevan", "terbaru", "judul", "unduhan"]
SORTS: tuple[SortName, ...] = ("relevan", "terbaru", "judul", "unduhan")

#: Facets of the search page: the name in the address → the name in the index. Addresses follow CKAN where it has one.
FACETS: Mapping[str, str] = {
    "groups": "groups",
    "organization": "organization",
    "kind": "kind",
    "res_format": "res_format",
    "tingkat": "tingkat",
    "tahun": "tahun",
    "jenis_data": "jenis_data",
    "license_id": "license_id",
    "tags": "tags",
}


def page_facets() -> dict[str, str]:
    """The house's facets, then the plugins': their name in an address → their name in the index."""
    return {**FACETS, **{spec.name: spec.name for spec in facets.specs()}}


Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class SearchForm:
    """One search: words, chosen facet values, box (west, south, east, north in degrees), order, page from 1."""

    q: str = ""
    chosen: tuple[tuple[str, str], ...] = ()
    bbox: Box | None = None
    within: bool = False
    sort: SortName = "relevan"
    page: int = 1

    @classmethod
    def parse(cls, args: MultiDict[str, str]) -> SearchForm:
        """Read an address. Raises Invalid for a box that is none; odd pages and orders fall back to the first."""
        chosen = [(name, value) for name in page_facets() for value in args.getlist(name) if 0 < len(value) <= 200]
        sort = args.get("urut", "")
        page = args.get("page", 1, type=int)
        return cls(
            q=" ".join(args.get("q", "").replace("\x00", " ").split())[:MAX_WORDS],
            chosen=tuple(dict.fromkeys(chosen))[:MAX_CHOSEN],
            bbox=parse_box(args.get("ext_bbox", "") or _box_fields(args)),
            within=args.get("dalam") == "1",
            sort=next((name for name in SORTS if name == sort), "relevan"),
            page=min(max(page, 1), MAX_PAGE),
        )

    def values(self, name: str) -> tuple[str, ...]:
        """Chosen values of one facet."""
        return tuple(value for facet, value in self.chosen if facet == name)

    def with_value(self, name: str, value: str) -> SearchForm:
        """The search with one more value chosen, on its first page."""
        return replace(self, chosen=tuple(dict.fromkeys((*self.chosen, (name, value)))), page=1)

    def without(self, name: str, value: str) -> SearchForm:
        """The search with one value let go, on its first page."""
        return replace(self, chosen=tuple(pair for pair in self.chosen if pair != (name, value)), page=1)

    def without_box(self) -> SearchForm:
        """The search everywhere."""
        return replace(self, bbox=None, within=False, page=1)

    def on_page(self, number: int) -> SearchForm:
        """Another page of the same search."""
        return replace(self, page=number)

    def sorted_by(self, sort: SortName) -> SearchForm:
        """The same search in another order, from its first page."""
        return replace(self, sort=sort, page=1)

    def pairs(self) -> list[tuple[str, str]]:
        """The address's query as pairs; equal searches give equal addresses."""
        found = [("q", self.q)] if self.q else []
        found += [pair for name in page_facets() for pair in self.chosen if pair[0] == name]
        if self.bbox:
            found.append(("ext_bbox", ",".join(f"{value:g}" for value in self.bbox)))
        if self.within:
            found.append(("dalam", "1"))
        if self.sort != "relevan":
            found.append(("urut", self.sort))
        if self.page > 1:
            found.append(("page", str(self.page)))
        return found

    def query(self) -> str:
        """The address's query string, with `?` before it when there is any."""
        pairs = self.pairs()
        return f"?{urlencode(pairs)}" if pairs else ""


class FacetLinks:
    """Queries of the same search with one value of a facet more or one less, spelled from parts encoded once.

    A page offers a hundred of them; each is what `with_value(…).query()` or `without(…).query()` would give.
    """

    def __init__(self, form: SearchForm) -> None:
        self._form = form
        pairs = replace(form, page=1).pairs()
        # the words stand before every facet, box and order behind them
        self._place = {"q": 0, **{name: place for place, name in enumerate(page_facets(), 1)}}
        last = len(self._place)
        self._parts = [(self._place.get(name, last), urlencode([(name, value)])) for name, value in pairs]

    def of(self, name: str) -> Callable[[str, bool], str]:
        """For one facet: (value, whether it is chosen) → the query with it taken in, or let go."""
        here = self._place[name]
        before = "".join(f"{part}&" for place, part in self._parts if place <= here)
        after = "".join(f"&{part}" for place, part in self._parts if place > here)

        def query(value: str, chosen: bool) -> str:
            if chosen:
                return self._form.without(name, value).query()
            return f"?{before}{name}={_quoted(value)}{after}"

        return query


@lru_cache(maxsize=4096)
def _quoted(value: str) -> str:
    return quote_plus(value)


def _box_fields(args: MultiDict[str, str]) -> str:
    """The four number fields that the map box fills in, as one text; empty unless all are given."""
    parts = [args.get(name, "").strip().replace(",", ".") for name in ("minx", "miny", "maxx", "maxy")]
    return ",".join(parts) if all(parts) else ""


def parse_box(text: str) -> Box | None:
    """`west,south,east,north` in degrees. None for an empty text; raises Invalid for anything else."""
    if not text.strip():
        return None
    message = _("Kotak peta harus empat angka: barat, selatan, timur, utara, dalam derajat.")
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise Invalid(message, fields={"ext_bbox": [message]}, rule="cari.kotak") from error
    fits = all(math.isfinite(value) for value in (west, south, east, north))
    if not fits or not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Invalid(message, fields={"ext_bbox": [message]}, rule="cari.kotak")
    return (west, south, east, north)
