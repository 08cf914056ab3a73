"""The document that an index holds for one dataset, with the words of its analysis computed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

#: Levels of text, heaviest first: the title; tags and columns; agency, groups, places; the description.
LEVELS = ("title", "labels", "names", "notes")


@dataclass(frozen=True, slots=True)
class Coded:
    """A stored value and the label that people read (`kabupaten`, "Kabupaten")."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Named:
    """An organisation or a group: its uuid, its name in addresses and its title."""

    id: str
    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """A box in degrees of longitude and latitude, EPSG:4326, west ≤ east and south ≤ north.

    Raises ValueError when the figures are no such box (NaN included).
    """

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        if not (-180 <= self.west <= self.east <= 180 and -90 <= self.south <= self.north <= 90):
            raise ValueError("not a box in degrees")


@dataclass(frozen=True, slots=True)
class Analysed:
    """Words of a document by level.

    Each level is a tuple of segments (a tag, a column label, an added synonym are segments of their own, so
    a phrase never runs from one into the next); a segment is words joined by single spaces.
    """

    title: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def level(self, name: str) -> tuple[str, ...]:
        """Segments of one of `LEVELS`."""
        segments: tuple[str, ...] = getattr(self, name)
        return segments

    def words(self) -> set[str]:
        """Every distinct word of the document."""
        return {word for level in LEVELS for segment in self.level(level) for word in segment.split(" ") if word}


NO_WORDS = Analysed()


def _frozen(pairs: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType({key: tuple(value) for key, value in pairs.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchDocument:
    """One dataset as an index sees it.

    `extras` holds any further CKAN field that `fq` may ask for (`author`, `maintainer`, `extras_…`), each
    with its values, which are also found as words; `marks` those that are never words (`res_url`, `isopen`).
    `facets` adds facets of plugins: name → values with labels. `terms` (stems and added
    synonyms) and `surface` (plain words) are filled by `search.analysis.analysed`; `analysis` says by which
    word lists. `revision` grows with every change of the dataset: an engine keeps the higher one.
    Raises ValueError for an id that is no uuid, a time without zone or a negative revision.
    """

    id: str
    name: str
    title: str
    revision: int
    created: datetime
    modified: datetime
    notes: str = ""
    tags: tuple[str, ...] = ()
    organization: Named | None = None
    groups: tuple[Named, ...] = ()
    license: Coded | None = None
    formats: tuple[str, ...] = ()
    data_type: Coded | None = None  # jenis_data
    kinds: tuple[Coded, ...] = ()  # table, layer, file
    level: Coded | None = None  # tingkat_penyajian
    region_codes: tuple[str, ...] = ()
    region_names: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    bbox: Bounds | None = None
    issued: datetime | None = None
    downloads: int = 0
    columns: tuple[str, ...] = ()
    state: str = "active"
    private: bool = False
    agency: str = ""
    dataset_type: str = "dataset"
    extras: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    marks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    facets: Mapping[str, tuple[Coded, ...]] = field(default_factory=dict)
    terms: Analysed = NO_WORDS
    surface: Analysed = NO_WORDS
    analysis: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", str(UUID(self.id)))
        object.__setattr__(self, "extras", _frozen(self.extras))
        object.__setattr__(self, "marks", _frozen(self.marks))
        object.__setattr__(self, "facets", _frozen(self.facets))
        for moment in (self.created, self.modified, self.issued):
            if moment is not None and moment.tzinfo is None:
                raise ValueError("a time without zone")
        if self.revision < 0:
            raise ValueError("a negative revision")

    def to_json(self) -> dict[str, Any]:
        """The document as plain JSON values; `from_json` reads it back to an equal document."""
        out: dict[str, Any] = {}
        for name in self.__dataclass_fields__:
            out[name] = _plain(getattr(self, name))
        return out

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SearchDocument:
        """Read what `to_json` wrote. Raises KeyError, TypeError or ValueError for anything else."""
        values = dict(data)
        for name in ("tags", "formats", "region_codes", "region_names", "years", "columns"):
            values[name] = tuple(values.get(name) or ())
        for name in ("created", "modified", "issued"):
            values[name] = datetime.fromisoformat(values[name]).astimezone(UTC) if values.get(name) else None
        for name in ("license", "data_type", "level"):
            values[name] = Coded(**values[name]) if values.get(name) else None
        values["organization"] = Named(**values["organization"]) if values.get("organization") else None
        values["groups"] = tuple(Named(**group) for group in values.get("groups") or ())
        values["kinds"] = tuple(Coded(**kind) for kind in values.get("kinds") or ())
        values["bbox"] = Bounds(**values["bbox"]) if values.get("bbox") else None
        values["facets"] = {
            name: tuple(Coded(**item) for item in items) for name, items in (values.get("facets") or {}).items()
        }
        values["extras"] = values.get("extras") or {}
        values["marks"] = values.get("marks") or {}
        for name in ("terms", "surface"):
            words = values.get(name) or {}
            values[name] = Analysed(**{level: tuple(words.get(level) or ()) for level in LEVELS})
        return cls(**values)


def _plain(value: Any) -> Any:
    """JSON values of a field: dates as ISO 8601 in UTC, dataclasses and mappings as objects."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value
