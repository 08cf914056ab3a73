"""Published tables that carry a place's key figures: found by key word, chosen by column dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, cast, select
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import Session

from config import regions
from config.vocabularies import Indicator
from portal.catalog import addresses, models
from portal.contract.metadata import ColumnEntry
from portal.contract.protocols import ResourceView

#: Tables looked at for one place; the newest come first.
LOOKED_AT = 200
#: A key figure comes from a table that a person could still read whole.
MAX_ROWS = 20_000
YEAR_NAMES = frozenset({"tahun", "year", "thn"})
#: Columns that hold region codes, finest first: the finest one says what a row is about.
CODE_NAMES = ("kode_desa", "kode_kecamatan", "kode_kabupaten", "kode_wilayah", "kode_kemendagri", "kode")
#: An upper header stands before this in a label of two rows ("Jiwa – Jumlah penduduk").
JOINER = " – "


@dataclass(frozen=True, slots=True)
class FigureTable:
    """A live table that rows of regions can be read from; `year` is None where all rows speak of one time."""

    resource: ResourceView
    code: ColumnEntry
    year: ColumnEntry | None
    level: str
    period_end: str
    modified: datetime

    def column_of(self, indicator: Indicator) -> ColumnEntry | None:
        """The column that holds an indicator, or None."""
        shown = [item for item in self.resource.columns if item.public and item.unit in indicator.units]
        named = [item for item in shown if _last(item.label or item.name) in indicator.labels]
        return named[0] if named else next((item for item in shown if _total_of(item, indicator)), None)


def _last(label: str) -> str:
    return label.rpartition(JOINER)[2].strip().casefold()


def _total_of(column: ColumnEntry, indicator: Indicator) -> bool:
    words = {column.concept.strip().casefold(), column.definition.strip().rstrip(".").casefold()}
    return bool(words & indicator.concepts) and column.name.startswith(("jumlah", "total"))


def find(session: Session, place: regions.Region, indicators: Iterable[Indicator]) -> list[FigureTable]:
    """Live tables that cover the place and could hold one of the indicators, newest first; one statement."""
    covering = [place.code, *(above.code for above in regions.ancestors(place.code))]
    tags = sorted({tag for indicator in indicators for tag in indicator.tags})
    found = (_table(row) for row in session.execute(_query(tags, covering)))
    return [table for table in found if table is not None]


def _query(tags: Sequence[str], covering: Sequence[str]) -> Select[Any]:
    live, item, tag = models.dataset, models.resource, models.dataset_tag
    metadata = live.c.page["metadata"]
    return (
        select(
            live.c.id.label("dataset_id"),
            live.c.name.label("dataset_name"),
            live.c.title.label("dataset_title"),
            live.c.version,
            live.c.modified,
            metadata.label("metadata"),
            item.c.id,
            item.c.name,
            item.c.kind,
            item.c.format,
            item.c.table_name,
            item.c.row_count,
            item.c.columns,
        )
        .join(item, (item.c.dataset_id == live.c.id) & (item.c.version == live.c.version))
        .where(
            live.c.id.in_(select(tag.c.dataset_id).where(tag.c.tag.in_(tags))),
            item.c.kind == "tabel",
            item.c.table_name.is_not(None),
            item.c.row_count <= MAX_ROWS,
            metadata["cakupan_wilayah"].has_any(cast(array(covering), ARRAY(Text))),
        )
        .order_by(live.c.modified.desc(), live.c.id, item.c.position)
        .limit(LOOKED_AT)
    )


def _table(row: Any) -> FigureTable | None:
    """The table as rows are read from it; None when its dictionary names no region code."""
    columns = tuple(ColumnEntry(**column) for column in row.columns)
    shown = {column.name: column for column in columns if column.public and column.type != "geometry"}
    code = next((shown[name] for name in CODE_NAMES if name in shown), None)
    if code is None:
        return None
    year = next((item for item in shown.values() if item.name in YEAR_NAMES or item.type == "year"), None)
    resource = ResourceView(
        id=_uuid(row.id),
        version=row.version,
        dataset_id=_uuid(row.dataset_id),
        dataset_name=row.dataset_name,
        dataset_title=row.dataset_title,
        name=row.name,
        kind=row.kind,
        format=row.format,
        table=row.table_name,
        row_count=row.row_count,
        columns=columns,
        metadata=row.metadata,
        address=addresses.dataset(row.dataset_name),
        source=row.metadata["sumber_data"],
    )
    end = str((row.metadata.get("periode") or {}).get("end") or "")
    return FigureTable(resource, code, year, row.metadata.get("tingkat_penyajian") or "", end, row.modified)


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))


def best(tables: Iterable[FigureTable], indicator: Indicator, level: str) -> FigureTable | None:
    """The table that says most of an indicator at a level: years before one time, own rows before sums, newest."""

    def fits(table: FigureTable) -> bool:
        own = table.level == level
        summed = indicator.additive and level == "kabupaten" and table.level == "kecamatan"
        return (own or summed) and table.column_of(indicator) is not None

    def merit(table: FigureTable) -> tuple[bool, bool, str, datetime]:
        return (table.year is not None, table.level == level, table.period_end, table.modified)

    return max((table for table in tables if fits(table)), key=merit, default=None)
