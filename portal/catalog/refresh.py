"""Ready documents after an agency or a subject group has another name, title or picture.

What a dataset says of its agency and groups is no part of its version: readers see the present names at once. The
stored versions stay as they were released (I5); only what readers are pointed at is written anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.catalog import ckan_document, models
from portal.catalog.published import PublishedAgency, PublishedGroup
from portal.catalog.store import next_revision
from search.analysis import analysed
from search.documents import Named, SearchDocument

Json = dict[str, Any]


def organization(session: Session, agency: PublishedAgency) -> int:
    """Write the agency's present facts into its live datasets; how many. The index follows by their revision."""
    table = models.dataset
    own = ckan_document.organization(agency)
    named = Named(str(agency.id), agency.name, agency.title)

    def package(doc: Json) -> None:
        doc["organization"] = own

    def page(shown: Json) -> None:
        shown["agency"] |= {"name": agency.name, "title": agency.title, "abbreviation": agency.abbreviation}
        shown["card"] |= {"agency": agency.title, "agency_short": agency.abbreviation or agency.title}

    keys = session.scalars(select(table.c.id).where(table.c.organization_id == agency.id))
    return _rewrite(session, list(keys), package, page, lambda found: replace(found, organization=named))


def group(session: Session, theme: PublishedGroup) -> int:
    """Write the group's present facts into its live datasets; how many. The index follows by their revision."""
    link = models.dataset_theme
    own = ckan_document.group(theme)
    named = Named(str(theme.id), theme.name, theme.title or theme.name)

    def package(doc: Json) -> None:
        doc["groups"] = [own if item["id"] == own["id"] else item for item in doc["groups"]]

    def page(shown: Json) -> None:
        before = {"name": theme.name, "title": named.title}
        shown["groups"] = [before if item["name"] in names else item for item in shown["groups"]]

    def search(found: SearchDocument) -> SearchDocument:
        return replace(found, groups=tuple(named if item.id == named.id else item for item in found.groups))

    keys = list(session.scalars(select(link.c.dataset_id).where(link.c.theme_id == theme.id)))
    old = session.scalars(select(models.dataset.c.search).where(models.dataset.c.id.in_(keys)))
    names = {item["name"] for row in old for item in row["groups"] if item["id"] == named.id}
    return _rewrite(session, keys, package, page, search)


def without_group(session: Session, theme_id: UUID) -> int:
    """Take a closed group out of the live datasets that stand in it; how many. The index follows by their revision."""
    link, own = models.dataset_theme, str(theme_id)
    keys = list(session.scalars(select(link.c.dataset_id).where(link.c.theme_id == theme_id)))
    names = set(session.scalars(select(models.theme.c.name).where(models.theme.c.id == theme_id)))
    theme = models.theme.c
    rows = session.execute(select(theme.id, theme.name, theme.title, theme.description, theme.image_url))
    # the document is written anew, so what it says of its other groups is what they are now
    faces = {str(row.id): ckan_document.group(PublishedGroup(**row._asdict())) for row in rows}

    def package(doc: Json) -> None:
        doc["groups"] = [faces.get(item["id"], item) for item in doc["groups"] if item["id"] != own]

    def page(shown: Json) -> None:
        shown["groups"] = [item for item in shown["groups"] if item["name"] not in names]

    def search(found: SearchDocument) -> SearchDocument:
        return replace(found, groups=tuple(item for item in found.groups if item.id != own))

    count = _rewrite(session, keys, package, page, search)
    session.execute(delete(link).where(link.c.theme_id == theme_id))
    return count


def _rewrite(
    session: Session,
    keys: Iterable[UUID],
    package: Callable[[Json], None],
    page: Callable[[Json], None],
    search: Callable[[SearchDocument], SearchDocument],
) -> int:
    table = models.dataset
    count = 0
    for key in keys:
        row = session.execute(select(table.c.doc, table.c.page, table.c.search).where(table.c.id == key)).one()
        doc = orjson.loads(row.doc)
        package(doc)
        page(row.page)
        revision = next_revision(session, key)
        found = replace(search(SearchDocument.from_json(row.search)), revision=revision, analysis="")
        session.execute(
            update(table)
            .where(table.c.id == key)
            .values(doc=orjson.dumps(doc).decode(), page=row.page, search=analysed(found).to_json(), revision=revision)
        )
        count += 1
    return count
