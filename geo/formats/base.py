"""The one shape in which every format gives its features."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from geo.errors import bad
from geo.findings import Finding
from geo.layers.types import EncodingCandidate, FieldType, LayerFormat, LayerSummary

Geometries = NDArray[np.object_]
Column = Sequence[str | None]
BATCH = 20_000
MAX_FIELDS = 1500


@dataclass(frozen=True, slots=True)
class RawField:
    """An attribute as the file has it."""

    title: str
    type: FieldType


@dataclass(frozen=True, slots=True)
class RawReference:
    """What the file says about its CRS: `wkt` text, `srid` an EPSG code, or neither. `where` names the
    place (`.prj`, `gpkg_spatial_ref_sys`, `crs`, `RFC 7946`); `default` says that only the format's own
    default speaks, so coordinates beyond it make the CRS unknown."""

    wkt: str = ""
    srid: int | None = None
    where: str = ""
    default: bool = False


@dataclass(slots=True)
class Batch:
    """Some features in file order. `start` is the number of the first one (from 1). `geometry` holds
    shapely geometry in the file's own coordinates or None; `columns` one sequence of COPY text per field.
    `unreadable` maps a feature number to why its geometry could not be read; `loose` are the columns some
    value of which may not fit its type (SQLite holds anything in any column)."""

    start: int
    geometry: Geometries
    columns: list[Column]
    unreadable: dict[int, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    loose: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self.geometry)


class Reader(Protocol):
    """One layer, opened. `batches` may be called again; each call reads from the start."""

    fields: tuple[RawField, ...]
    reference: RawReference
    feature_count: int
    encodings: tuple[EncodingCandidate, ...]
    findings: list[Finding]

    def batches(self) -> Iterator[Batch]:
        """All features, in file order."""


class Source(Protocol):
    """A file, opened far enough to list its layers."""

    format: LayerFormat
    findings: list[Finding]

    def layers(self) -> tuple[LayerSummary, ...]:
        """The layers it holds, in file order."""

    def open(self, layer: str, encoding: str | None) -> Reader:
        """Opens one layer by name. Raises `BadInputError` when it can't be read."""


def as_geometries(values: Any) -> Geometries:
    """An object array of the values, whatever their number."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def too_many_fields(count: int) -> None:
    """Raises `BadInputError` for more columns than a table can have."""
    if count > MAX_FIELDS:
        text = "Lapisan memiliki lebih dari {limit} kolom atribut."
        raise bad("lapisan.terlalu_banyak_kolom", text, limit=MAX_FIELDS)
