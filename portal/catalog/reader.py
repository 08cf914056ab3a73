"""Reading of the published side. Readers ask the pointer only; one statement an answer where it can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, bindparam, func, select
from sqlalchemy import Uuid as SqlUuid
from sqlalchemy.orm import Session

from portal.catalog import models
from portal.kernel.errors import Gone, NotFound
from portal.kernel.ids import as_uuid


@dataclass(frozen=True, slots=True)
class DatasetRow:
    """One version of a dataset with its ready documents. `live` tells whether it is the one the pointer names."""

    id: UUID
    name: str
    title: str
    version: int
    state: str
    doc: str
    page: dict[str, Any]
    created: datetime
    modified: datetime
    live: bool = True


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A published version in the list of versions, newest first."""

    version: int
    notes: str
    released: datetime
    live: bool


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """A resource of one version; `columns` and `layer` as `PublishedResource` wrote them."""

    id: UUID
    version: int
    dataset_id: UUID
    dataset_name: str
    dataset_title: str
    name: str
    kind: str
    format: str
    doc: str
    table_name: str | None
    row_count: int | None
    columns: list[dict[str, Any]]
    layer: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class FileRow:
    """A stored file; its key in the public file root follows from `sha256`."""

    resource_id: UUID
    role: str
    format: str
    filename: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class OrganizationRow:
    """An agency with the number of its published datasets."""

    id: UUID
    name: str
    title: str
    abbreviation: str
    description: str
    tingkat: str
    region_code: str
    contact: dict[str, str]
    created: datetime
    count: int


@dataclass(frozen=True, slots=True)
class ThemeRow:
    """A subject group with the number of its published datasets."""

    id: UUID
    name: str
    title: str
    description: str
    position: int
    created: datetime
    count: int


class CatalogReader:
    """Questions to schema `catalog`, on the public database role's session."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def dataset(self, name_or_id: str) -> DatasetRow:
        """The live version by name or id. Raises Gone for a withdrawn dataset, NotFound otherwise."""
        table = models.dataset
        key = as_uuid(name_or_id)
        where = table.c.id == key if key else table.c.name == name_or_id
        row = self.session.execute(_dataset_columns().where(where)).one_or_none()
        if row is None:
            raise self._missing(key, name_or_id)
        return DatasetRow(*row)

    def missing(self, name_or_id: str, version: int = 0) -> Exception:
        """What to raise for a dataset or version that is not there: Gone for a withdrawn one, else NotFound."""
        return self._missing(as_uuid(name_or_id), name_or_id, version)

    def _missing(self, key: UUID | None, name: str, version: int = 0) -> Exception:
        stone = models.tombstone
        where = stone.c.dataset_id == key if key else stone.c.name == name
        found = self.session.execute(select(stone).where(where, stone.c.version == version).limit(1)).one_or_none()
        if found is None:
            return NotFound()
        return Gone(
            {
                "title": found.title,
                "name": found.name,
                "reason": found.reason,
                "withdrawn": found.withdrawn.isoformat(),
                "version": str(version),
            }
        )

    def documents(self, ids: Sequence[str]) -> list[str]:
        """Ready CKAN documents by id in the order given, as stored text (to be spliced, not parsed)."""
        if not ids:
            return []
        table = models.dataset
        asked = func.any(bindparam("ids", [UUID(item) for item in ids], ARRAY(SqlUuid)))
        rows = self.session.execute(select(table.c.id, table.c.doc).where(table.c.id == asked))
        by_id = {str(row.id): row.doc for row in rows}
        return [by_id[item] for item in ids if item in by_id]

    def newest(self, limit: int) -> list[DatasetRow]:
        """Live versions, most recently changed first."""
        table = models.dataset
        query = _dataset_columns().order_by(table.c.modified.desc(), table.c.id).limit(limit)
        return [DatasetRow(*row) for row in self.session.execute(query)]

    def version(self, name_or_id: str, number: int) -> DatasetRow:
        """One published version. Raises Gone when that version was withdrawn, NotFound when there never was one."""
        table, live = models.version, models.dataset
        key = as_uuid(name_or_id)
        where = live.c.id == key if key else live.c.name == name_or_id
        row = self.session.execute(
            select(
                live.c.id,
                live.c.name,
                live.c.title,
                table.c.version,
                live.c.state,
                table.c.doc,
                table.c.page,
                table.c.created,
                table.c.modified,
                live.c.version == table.c.version,
            )
            .join(table, table.c.dataset_id == live.c.id)
            .where(where, table.c.version == number)
        ).one_or_none()
        if row is None:
            raise self._missing(key, name_or_id, number)
        return DatasetRow(*row)

    def resource(self, resource_id: str, version: int | None = None) -> ResourceRow:
        """A resource of the live version (or of `version`). Raises Gone or NotFound."""
        key = as_uuid(resource_id)
        if key is None:
            raise NotFound
        table, live = models.resource, models.dataset
        wanted = table.c.version == (live.c.version if version is None else version)
        row = self.session.execute(
            select(
                table.c.id,
                table.c.version,
                table.c.dataset_id,
                live.c.name,
                live.c.title,
                table.c.name,
                table.c.kind,
                table.c.format,
                table.c.doc,
                table.c.table_name,
                table.c.row_count,
                table.c.columns,
                table.c.layer,
            )
            .join(live, live.c.id == table.c.dataset_id)
            .where(table.c.id == key, wanted)
        ).one_or_none()
        if row is None:
            raise self._missing_resource(key, version)
        return ResourceRow(*tuple(row))

    def _missing_resource(self, key: UUID, version: int | None) -> Exception:
        mark = models.tombstone_resource
        query = select(mark.c.dataset_id, mark.c.version).where(mark.c.resource_id == key)
        if version is not None:
            query = query.where(mark.c.version == version)
        found = self.session.execute(query.order_by(mark.c.version.desc()).limit(1)).one_or_none()
        return NotFound() if found is None else self._missing(found.dataset_id, "", found.version)

    def files(self, dataset_id: UUID, version: int, resource_id: UUID | None = None) -> list[FileRow]:
        """Files of a version (of one resource when named)."""
        table = models.file
        query = _file_columns().where(table.c.dataset_id == dataset_id, table.c.version == version)
        if resource_id is not None:
            query = query.where(table.c.resource_id == resource_id)
        return [FileRow(*row) for row in self.session.execute(query.order_by(table.c.role, table.c.format))]

    def file(self, dataset_id: str, version: int, sha256: str) -> FileRow:
        """A file by dataset, version and content hash (I5). Raises Gone for a withdrawn version, else NotFound."""
        key = as_uuid(dataset_id)
        if key is None:
            raise NotFound
        table = models.file
        query = _file_columns().where(table.c.dataset_id == key, table.c.version == version, table.c.sha256 == sha256)
        row = self.session.execute(query.limit(1)).one_or_none()
        if row is None:
            raise self._missing(key, "", version)
        return FileRow(*row)

    def organizations(self) -> list[OrganizationRow]:
        """Agencies that have published, by title."""
        return [OrganizationRow(*row) for row in self.session.execute(_organizations().order_by("title"))]

    def organization(self, name_or_id: str) -> OrganizationRow:
        """One agency. Raises NotFound."""
        key = as_uuid(name_or_id)
        table = models.organization
        row = self.session.execute(
            _organizations().where(table.c.id == key if key else table.c.name == name_or_id)
        ).one_or_none()
        if row is None:
            raise NotFound
        return OrganizationRow(*row)

    def themes(self) -> list[ThemeRow]:
        """Subject groups in their order."""
        return [ThemeRow(*row) for row in self.session.execute(_themes().order_by("position", "title"))]

    def theme(self, name_or_id: str) -> ThemeRow:
        """One subject group. Raises NotFound."""
        key = as_uuid(name_or_id)
        table = models.theme
        row = self.session.execute(
            _themes().where(table.c.id == key if key else table.c.name == name_or_id)
        ).one_or_none()
        if row is None:
            raise NotFound
        return ThemeRow(*row)

    def names(self, limit: int | None = None, offset: int = 0) -> list[str]:
        """Names of published datasets, sorted."""
        query = select(models.dataset.c.name).order_by(models.dataset.c.name).limit(limit).offset(offset)
        return list(self.session.scalars(query))

    def tags(self) -> list[str]:
        """Tags of published datasets, sorted, each once."""
        return list(self.session.scalars(select(models.dataset_tag.c.tag).distinct().order_by("tag")))

    def totals(self) -> dict[str, int]:
        """How many datasets are out, from how many agencies."""
        table = models.dataset
        row = self.session.execute(select(func.count(), func.count(table.c.organization_id.distinct()))).one()
        return {"dataset": row[0], "instansi": row[1]}

    def notices(self, kind: str) -> dict[str, Any]:
        """Facts of one kind, by key."""
        table = models.notice
        return {row.key: row.value for row in self.session.execute(select(table).where(table.c.kind == kind))}


def _dataset_columns() -> Select[Any]:
    table = models.dataset
    return select(
        table.c.id,
        table.c.name,
        table.c.title,
        table.c.version,
        table.c.state,
        table.c.doc,
        table.c.page,
        table.c.created,
        table.c.modified,
    )


def _file_columns() -> Select[Any]:
    table = models.file
    return select(
        table.c.resource_id,
        table.c.role,
        table.c.format,
        table.c.filename,
        table.c.media_type,
        table.c.size,
        table.c.sha256,
    )


def _organizations() -> Select[Any]:
    table, item = models.organization, models.dataset
    count = select(func.count()).where(item.c.organization_id == table.c.id).correlate(table).scalar_subquery()
    return select(
        table.c.id,
        table.c.name,
        table.c.title,
        table.c.abbreviation,
        table.c.description,
        table.c.tingkat,
        table.c.region_code,
        table.c.contact,
        table.c.created,
        count.label("count"),
    ).where(table.c.state == "active")


def _themes() -> Select[Any]:
    table, link = models.theme, models.dataset_theme
    count = select(func.count()).where(link.c.theme_id == table.c.id).correlate(table).scalar_subquery()
    columns = (table.c.id, table.c.name, table.c.title, table.c.description, table.c.position, table.c.created)
    return select(*columns, count.label("count")).where(table.c.state == "active")
