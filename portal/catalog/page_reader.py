"""Reads what a public page shows in one statement, outside any transaction, on connections that keep their plans.

A page without a session has nothing to commit and nothing to forget: `portal.kernel.db.open_reader` saves it four round
trips. What a dataset page shows of other datasets (similar data) is chosen among the newest of its subject groups,
which the process keeps while the catalogue stands as it was: the statement that reads the page reads the catalogue's
counter of changes too (decision 0023), so that nothing kept is ever older than the page around it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Connection, Engine, Integer, Select, Table, Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from portal.catalog import models
from portal.catalog.reader import DatasetRow, VersionRow
from portal.kernel.ids import as_uuid

#: How many datasets of each subject group are compared for "similar data": the newest.
COMPARED = 300
SIMILAR = 4
#: Subject groups whose newest datasets one process keeps: some 200 kB each.
MOST_THEMES = 32


_SHOWN = ("id", "name", "title", "version", "state", "doc", "page", "created", "modified")


@dataclass(frozen=True, slots=True)
class CardRow:
    """A live dataset as lists show it; `card` is that part of its page document."""

    id: UUID
    name: str
    title: str
    card: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DatasetPage:
    """One version of a dataset, the list of its versions (newest first), and datasets like it (most alike first)."""

    row: DatasetRow
    versions: list[VersionRow]
    similar: list[CardRow]


@dataclass(frozen=True, slots=True)
class _Near:
    """A dataset of a subject group, as far as it is compared and named."""

    card: CardRow
    modified: datetime
    tags: frozenset[str]


class NewestByTheme:
    """The newest datasets of subject groups, kept while the catalogue's counter stands still. For threads."""

    def __init__(self) -> None:
        self._held: OrderedDict[UUID, tuple[int, tuple[_Near, ...]]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, theme: UUID, counter: int, connection: Connection) -> tuple[_Near, ...]:
        """Those of one group, newest first; read when the counter has moved since they were."""
        with self._lock:
            held = self._held.get(theme)
            if held is not None and held[0] == counter:
                self._held.move_to_end(theme)
                return held[1]
        rows = connection.execute(_NEWEST, {"theme": theme})
        found = tuple(_Near(CardRow(row[0], row[1], row[2], row[3]), row[4], frozenset(row[5])) for row in rows)
        with self._lock:
            self._held[theme] = (counter, found)
            self._held.move_to_end(theme)
            if len(self._held) > MOST_THEMES:
                self._held.popitem(last=False)
        return found


class PageReader:
    """Questions of public pages to schema `catalog`."""

    def __init__(self, database: Engine, newest: NewestByTheme) -> None:
        self._database = database
        self._newest = newest

    def dataset(self, name_or_id: str) -> DatasetPage | None:
        """The live version by name or id; None where there is none. One statement, or one more when groups changed."""
        key = as_uuid(name_or_id)
        return self._page(_BY_ID if key else _BY_NAME, {"key": key or name_or_id})

    def version(self, name_or_id: str, number: int) -> DatasetPage | None:
        """One published version; None where there is none."""
        key = as_uuid(name_or_id)
        return self._page(_VERSION_BY_ID if key else _VERSION_BY_NAME, {"key": key or name_or_id, "version": number})

    def _page(self, query: Select[Any], values: dict[str, Any]) -> DatasetPage | None:
        with self._database.connect() as connection:
            found = connection.execute(query, values).one_or_none()
            if found is None:
                return None
            live_version, versions, tags, themes, counter = found[len(_SHOWN) :]
            groups = [self._newest.of(theme, counter, connection) for theme in themes]
        row = DatasetRow(**dict(zip(_SHOWN, found, strict=False)), live=found.version == live_version)
        listed = [
            VersionRow(number, notes, datetime.fromisoformat(released), number == live_version)
            for number, notes, released in versions
        ]
        return DatasetPage(row, listed, similar(row.id, frozenset(tags), groups))

    def cards(self, ids: Sequence[str]) -> list[CardRow]:
        """Live datasets by id in the order given; an id the database does not have is dropped (I9)."""
        if not ids:
            return []
        with self._database.connect() as connection:
            rows = connection.execute(_CARDS, {"ids": [UUID(item) for item in ids]})
            by_id = {str(row[0]): CardRow(*row) for row in rows}
        return [by_id[item] for item in ids if item in by_id]

    def newest(self, limit: int) -> list[CardRow]:
        """Live datasets, most recently changed first."""
        with self._database.connect() as connection:
            return [CardRow(*row) for row in connection.execute(_LATEST, {"limit": limit})]


def similar(own: UUID, tags: frozenset[str], groups: Sequence[Sequence[_Near]], limit: int = SIMILAR) -> list[CardRow]:
    """Of the newest of some subject groups, those that share most key words; then the newest."""
    near = groups[0] if len(groups) == 1 else _merged(groups)
    compared = [item for item in near if item.card.id != own][:COMPARED]
    alike = [item for item in compared if not tags.isdisjoint(item.tags)]
    alike.sort(key=lambda item: -len(tags & item.tags))
    rest = (item for item in compared if tags.isdisjoint(item.tags))
    return [item.card for item in islice(chain(alike, rest), limit)]


def _merged(groups: Iterable[Sequence[_Near]]) -> list[_Near]:
    """Each dataset once, the newest first."""
    by_id = {near.card.id: near for group in groups for near in group}
    return sorted(by_id.values(), key=lambda item: (-item.modified.timestamp(), item.card.id))


def _columns(version: Table) -> Select[Any]:
    """What a page shows of a version that stands in `version`, and what stands beside the dataset."""
    live, other = models.dataset, models.version.alias("each")
    pair = func.json_build_array(other.c.version, other.c.notes, other.c.released)
    versions = select(func.json_agg(aggregate_order_by(pair, other.c.version.desc()))).where(
        other.c.dataset_id == live.c.id
    )
    tags = select(models.dataset_tag.c.tag).where(models.dataset_tag.c.dataset_id == live.c.id)
    themes = select(models.dataset_theme.c.theme_id).where(models.dataset_theme.c.dataset_id == live.c.id)
    counter = select(models.change.c.number).where(models.change.c.kind == "katalog")
    return select(
        live.c.id,
        live.c.name,
        live.c.title,
        version.c.version,
        live.c.state,
        version.c.doc,
        version.c.page,
        version.c.created,
        version.c.modified,
        live.c.version.label("live_version"),
        func.coalesce(versions.correlate(live).scalar_subquery(), func.json_build_array()).label("versions"),
        func.array(tags.correlate(live).scalar_subquery()).label("tags"),
        func.array(themes.correlate(live).scalar_subquery()).label("themes"),
        counter.scalar_subquery().label("counter"),
    )


def _newest() -> Select[Any]:
    """The newest datasets of a subject group: one more than are compared, since the page's own may be among them."""
    table, link = models.dataset, models.dataset_theme
    tags = select(models.dataset_tag.c.tag).where(models.dataset_tag.c.dataset_id == table.c.id)
    short = func.jsonb_build_object("agency_short", table.c.page[("card", "agency_short")])
    return (
        select(
            table.c.id,
            table.c.name,
            table.c.title,
            short.label("card"),
            table.c.modified,
            func.array(tags.correlate(table).scalar_subquery()).label("tags"),
        )
        .join(link, link.c.dataset_id == table.c.id)
        .where(link.c.theme_id == bindparam("theme", type_=Uuid))
        .order_by(table.c.modified.desc(), table.c.id)
        .limit(COMPARED + 1)
    )


_LIVE = _columns(models.dataset)
_OLD = _columns(models.version).join_from(
    models.dataset, models.version, models.version.c.dataset_id == models.dataset.c.id
)
_NUMBERED = _OLD.where(models.version.c.version == bindparam("version"))
_BY_ID = _LIVE.where(models.dataset.c.id == bindparam("key"))
_BY_NAME = _LIVE.where(models.dataset.c.name == bindparam("key"))
_VERSION_BY_ID = _NUMBERED.where(models.dataset.c.id == bindparam("key"))
_VERSION_BY_NAME = _NUMBERED.where(models.dataset.c.name == bindparam("key"))
_NEWEST = _newest()
_CARD = select(
    models.dataset.c.id, models.dataset.c.name, models.dataset.c.title, models.dataset.c.page["card"].label("card")
)
_CARDS = _CARD.where(models.dataset.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid))))
_LATEST = _CARD.order_by(models.dataset.c.modified.desc(), models.dataset.c.id).limit(bindparam("limit", type_=Integer))
