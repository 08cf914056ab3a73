"""Colours by class for layers that have one: land use, road condition, level of risk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from geo.styles import LegendEntry, families
from portal.contract.metadata import ColumnEntry
from portal.contract.protocols import ResourceView, Rows
from portal.kernel.texts import gettext as _

#: A class column is called one of these words, or begins with one ("kelas", "jenis_jalan").
WORDS = ("kelas", "jenis", "fungsi", "kondisi", "status", "kategori", "tipe", "golongan", "tingkat", "kerawanan")
#: Told apart by colour-blind eyes on light and dark ground alike (after Okabe and Ito 2008, toned down).
COLOURS = ("#3b7a9e", "#d0803b", "#4f9a6a", "#a6659b", "#c2a52f", "#8a5a44")
REST = "#8b9296"


@dataclass(frozen=True, slots=True)
class Classes:
    """The column whose values colour a layer, its most frequent values, and whether there are others."""

    column: ColumnEntry
    values: tuple[str, ...]
    others: bool

    def expression(self) -> list[Any]:
        """A MapLibre `match`: each value its colour, everything else the colour of the rest."""
        pairs = [part for value, colour in zip(self.values, COLOURS, strict=False) for part in (value, colour)]
        return ["match", ["to-string", ["get", self.column.name]], *pairs, REST]

    def legend(self, geometry_type: str) -> tuple[LegendEntry, ...]:
        """One entry a value, in the same colours."""
        symbol = families(geometry_type)[0]
        entries = [LegendEntry(symbol, colour, value) for value, colour in zip(self.values, COLOURS, strict=False)]
        return (*entries, LegendEntry(symbol, REST, _("lainnya"))) if self.others else tuple(entries)


def classes_of(resource: ResourceView, rows: Rows) -> Classes | None:
    """The classes of a layer; None when it has no class column or one whose values tell nothing apart."""
    for column in _candidates(resource.columns):
        found = [str(value) for value, _count in rows.distinct(resource, column.name, 40) if value not in (None, "")]
        if 2 <= len(found) < 40 and len(found) * 2 <= (resource.row_count or 0):
            return Classes(column, tuple(found[: len(COLOURS)]), len(found) > len(COLOURS))
    return None


def _candidates(columns: Sequence[ColumnEntry]) -> list[ColumnEntry]:
    return [item for item in columns if item.public and item.type == "text" and item.name.startswith(WORDS)][:2]
