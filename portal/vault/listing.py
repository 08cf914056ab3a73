"""Lists of the vault: one statement, whose rows are those the opening covers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, func, literal, or_, select

from portal.vault import models
from portal.vault.opened import Opened
from portal.vault.rows import DatasetFilter, DatasetPage, DatasetRow, ListedDataset, Page, VersionRow

LARGEST_PAGE = 200
_DATASET = tuple(models.dataset.c.keys())
_VERSION = tuple(models.version.c.keys())


def list_datasets(opened: Opened, filter_: DatasetFilter, page: Page) -> DatasetPage:
    """A page of datasets with working version, sifat and this person's duties, last changed first."""
    d, v = models.dataset, models.version
    register = func.audit.sifat().table_valued("dataset_id", "sifat").alias("s")
    duties = func.audit.duties().table_valued("dataset_id", "person_id", "duty").alias("u")
    mine = (
        select(duties.c.dataset_id, func.array_agg(duties.c.duty).label("named"))
        .where(duties.c.person_id == opened.proof.person_id)
        .group_by(duties.c.dataset_id)
        .subquery("mine")
    )
    statement = (
        select(
            *(d.c[name].label(f"d_{name}") for name in _DATASET),
            *(v.c[name].label(f"v_{name}") for name in _VERSION),
            register.c.sifat,
            mine.c.named,
            func.count().over().label("total"),
        )
        .join(v, and_(v.c.dataset_id == d.c.id, v.c.version == d.c.working_version))
        .join(register, register.c.dataset_id == d.c.id)
        .outerjoin(mine, mine.c.dataset_id == d.c.id)
        .where(*_conditions(filter_, register, mine))
        .order_by(d.c.modified.desc(), d.c.id)
    )
    size = max(1, min(page.size, LARGEST_PAGE))
    rows = opened.run(statement.limit(size).offset((max(page.number, 1) - 1) * size)).all()
    return DatasetPage(tuple(_listed(row._mapping) for row in rows), int(rows[0].total) if rows else 0)


def _conditions(filter_: DatasetFilter, register: Any, mine: Any) -> list[Any]:
    d, v = models.dataset, models.version
    found: list[Any] = []
    if filter_.ids is not None:
        found.append(d.c.id.in_(filter_.ids))
    if filter_.agency_ids:
        found.append(d.c.agency_id.in_(filter_.agency_ids))
    if filter_.states:
        found.append(v.c.state.in_(filter_.states))
    if filter_.sifat:
        found.append(register.c.sifat.in_(filter_.sifat))
    if filter_.duty is not None:
        found.append(literal(filter_.duty) == func.any(mine.c.named))
    title = v.c["metadata"]["judul"].astext
    found.extend(
        or_(d.c.name.icontains(word, autoescape=True), title.icontains(word, autoescape=True))
        for word in filter_.words.split()[:10]
    )
    return found


def _listed(row: Any) -> ListedDataset:
    return ListedDataset(
        dataset=DatasetRow(**{name: row[f"d_{name}"] for name in _DATASET}),
        version=VersionRow(**{name: row[f"v_{name}"] for name in _VERSION}),
        sifat=row["sifat"],
        named=frozenset(row["named"] or ()),
    )
