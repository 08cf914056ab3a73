"""Writing of the published side: called by the release verb only, inside its one public transaction (I4).

Every function is repeatable by the order's id: an order that was applied changes nothing again.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal
from uuid import UUID

import orjson
from psycopg.errors import NoDataFound
from sqlalchemy import delete, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, NoResultFound
from sqlalchemy.orm import Session

from portal.catalog import bulk, documents, models
from portal.catalog.published import PublishedAgency, PublishedDataset, PublishedResource, PublishedTheme
from search.documents import SearchDocument

OrderKind = Literal["rilis", "tarik", "kembali"]


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What a withdrawal took off the public side and must be cleaned up after the pointer moved.

    `tables` are names in schema `rows`; `hashes` are files that no remaining version uses; `dataset_gone` tells
    that the search index must drop the dataset.
    """

    tables: tuple[str, ...]
    hashes: tuple[str, ...]
    dataset_gone: bool


def applied(session: Session, order_id: UUID) -> bool:
    """Whether the order's public transaction has been committed before."""
    return session.scalar(select(models.applied_order.c.id).where(models.applied_order.c.id == order_id)) is not None


def _mark(session: Session, order_id: UUID, kind: OrderKind, dataset_id: UUID, version: int) -> None:
    session.execute(insert(models.applied_order).values(id=order_id, kind=kind, dataset_id=dataset_id, version=version))


def write_version(
    session: Session, published: PublishedDataset, site_url: str, ready: documents.Documents | None = None
) -> bool:
    """Store the version and point readers at it. False when this order was applied before (nothing is written).

    Two statements. `ready`: its documents, where the caller has built them already. The public name is taken here:
    another dataset that holds it makes the transaction fail (IntegrityError).
    """
    ready = ready or documents.build(published, site_url)
    # written only when something of it changed: writers of one agency must not wait for each other's transactions
    facts = {name: value for name, value in asdict(published.agency).items() if name not in {"id", "created"}}
    known = session.execute(
        text("SELECT CAST(:facts AS jsonb) <@ to_jsonb(o) FROM catalog.organization o WHERE o.id = :id"),
        {"facts": _json({**facts, "state": "active"}), "id": published.agency.id},
    ).scalar()
    if not known:
        write_organization(session, published.agency)
    whole = {
        "dataset_id": published.id,
        "version": published.version,
        "order_id": published.order_id,
        "page": ready.page,
        "search": ready.search.to_json(),
        "notes": published.version_notes,
        "created": published.created,
        "modified": published.modified,
        "released": published.released,
        "resources": [_resource(published, item, site_url) for item in published.resources],
        "files": [{"resource_id": item.id, **asdict(file)} for item in published.resources for file in item.files],
    }
    statement = text("SELECT catalog.put_version(CAST(:whole AS jsonb), :doc)")
    return bool(session.execute(statement, {"whole": _json(whole), "doc": ready.ckan}).scalar())


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _resource(published: PublishedDataset, item: PublishedResource, site_url: str) -> dict[str, Any]:
    return {
        "id": item.id,
        "position": item.position,
        "kind": item.kind,
        "name": item.name,
        "format": item.format,
        "doc": documents.resource_document(published, item, site_url),
        "table_name": item.table,
        "row_count": item.row_count,
        "columns": [column.model_dump(mode="json") for column in item.columns],
        "layer": asdict(item.layer) if item.layer else None,
    }


def next_revision(session: Session, dataset_id: UUID) -> int:
    """Greater than any before, also after the row was away: milliseconds of the clock, or one more than the last."""
    last = session.scalar(select(models.dataset.c.revision).where(models.dataset.c.id == dataset_id))
    return max(time.time_ns() // 1_000_000, (last or 0) + 1)


def write_organization(session: Session, agency: PublishedAgency) -> None:
    """An agency's public facts, made or refreshed."""
    values = {**asdict(agency), "state": "active"}
    if values["created"] is None:
        del values["created"]
    statement = insert(models.organization).values(**values)
    changed = {name: statement.excluded[name] for name in values if name not in {"id", "created"}}
    session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed))


def write_theme(session: Session, found: PublishedTheme) -> None:
    """A subject group, made or refreshed."""
    values = asdict(found)
    statement = insert(models.theme).values(**values)
    changed = {key: statement.excluded[key] for key in values if key not in {"id", "created"}}
    session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed))


def close_groups(session: Session, kind: Literal["organization", "theme"], open_ids: Sequence[UUID]) -> int:
    """Hide agencies or subject groups that are not among the open ones; how many. What no dataset needs is deleted."""
    table, link = (
        (models.organization, models.dataset.c.organization_id)
        if kind == "organization"
        else (models.theme, models.dataset_theme.c.theme_id)
    )
    gone = table.c.id.not_in(open_ids) if open_ids else table.c.id.is_not(None)
    needed = exists().where(link == table.c.id)
    deleted = session.execute(delete(table).where(gone, ~needed).returning(table.c.id)).all()
    hidden = session.execute(
        update(table).where(gone, table.c.state == "active").values(state="deleted").returning(table.c.id)
    ).all()
    return len(deleted) + len(hidden)


def write_act(session: Session, act: Mapping[str, Any]) -> None:
    """What was done to an agency or group (id, at, kind, object_id, activity_type, data), once."""
    session.execute(insert(models.act).values(**act).on_conflict_do_nothing(index_elements=["id"]))


def write_vocabulary(session: Session, key: UUID, name: str, tags: Sequence[tuple[UUID, str]]) -> None:
    """A vocabulary with its tags (id, name), as it is now."""
    statement = insert(models.vocabulary).values(id=key, name=name)
    session.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"name": name}))
    session.execute(
        delete(models.vocabulary_tag).where(
            models.vocabulary_tag.c.vocabulary_id == key, models.vocabulary_tag.c.id.not_in([item[0] for item in tags])
        )
    )
    for tag_id, tag in tags:
        row = insert(models.vocabulary_tag).values(id=tag_id, vocabulary_id=key, name=tag)
        session.execute(row.on_conflict_do_nothing(index_elements=["id"]))


def _point(session: Session, dataset_id: UUID, version: int, order_id: UUID) -> None:
    """Make `version` the one that readers see, from the documents stored with it. Raises NoResultFound."""
    try:
        with session.begin_nested():
            session.execute(
                text("SELECT catalog.point(:dataset, :version, :order)"),
                {"dataset": dataset_id, "version": version, "order": order_id},
            )
    except DBAPIError as error:
        if isinstance(error.orig, NoDataFound):
            raise NoResultFound from error
        raise


def restore_version(session: Session, dataset_id: UUID, version: int, order_id: UUID) -> bool:
    """Point readers at an earlier published version, in one act. False when the order was applied before.

    Raises sqlalchemy.exc.NoResultFound when that version is not (or no longer) published.
    """
    if applied(session, order_id):
        return False
    _point(session, dataset_id, version, order_id)
    _mark(session, order_id, "kembali", dataset_id, version)
    return True


def withdraw(
    session: Session, dataset_id: UUID, version: int | None, reason: str, order_id: UUID, *, tombstone: bool = True
) -> Withdrawn:
    """Take one version, or the whole dataset (`version` None), off the public side; the pointer moves first.

    With `tombstone` the address answers 410 with title and reason afterwards; without (reclassified as
    dikecualikan) it answers 404 like any unknown address. Repeating an applied order returns what is left to clean.
    """
    if not applied(session, order_id):
        bulk.close(session, order_id)
        live = session.execute(select(models.dataset).where(models.dataset.c.id == dataset_id)).one_or_none()
        gone = _published_versions(session, dataset_id, version)
        if live is not None:
            _move_pointer(session, live, gone, order_id)
        if live is not None and tombstone:
            _leave_tombstones(session, live, gone, reason, whole=version is None)
        if tombstone:
            _mark(session, order_id, "tarik", dataset_id, version or 0)
        else:
            _forget(session, dataset_id)
            # the order's id is all that a repeat looks for; the dataset's own has no business here any more
            _mark(session, order_id, "tarik", UUID(int=0), 0)
    return _erase(session, dataset_id, _published_versions(session, dataset_id, version))


def _published_versions(session: Session, dataset_id: UUID, version: int | None) -> tuple[int, ...]:
    query = select(models.version.c.version).where(models.version.c.dataset_id == dataset_id)
    if version is not None:
        query = query.where(models.version.c.version == version)
    return tuple(session.scalars(query.order_by(models.version.c.version)))


def _move_pointer(session: Session, live: Any, gone: tuple[int, ...], order_id: UUID) -> None:
    """Readers see the newest version that stays, or no dataset."""
    if live.version not in gone:
        return
    left = session.scalar(
        select(func.max(models.version.c.version)).where(
            models.version.c.dataset_id == live.id, models.version.c.version.not_in(gone)
        )
    )
    if left is None:
        session.execute(delete(models.dataset).where(models.dataset.c.id == live.id))
        _forget_facts(session, live.id)
    else:
        _point(session, live.id, left, order_id)


def _leave_tombstones(session: Session, live: Any, gone: tuple[int, ...], reason: str, *, whole: bool) -> None:
    for number in (*gone, 0) if whole else gone:
        values = {"dataset_id": live.id, "version": number, "name": live.name, "title": live.title, "reason": reason}
        statement = insert(models.tombstone).values(**values)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["dataset_id", "version"], set_={"reason": reason, "withdrawn": func.now()}
            )
        )
    found = session.execute(
        select(models.resource.c.id, models.resource.c.version).where(
            models.resource.c.dataset_id == live.id, models.resource.c.version.in_(gone)
        )
    )
    for row in found.all():
        session.execute(
            insert(models.tombstone_resource)
            .values(resource_id=row.id, dataset_id=live.id, version=row.version)
            .on_conflict_do_nothing()
        )


def _forget(session: Session, dataset_id: UUID) -> None:
    """Take away what else names a dataset that is no longer public: tombstones of earlier withdrawals, figures of its
    use, orders (I5: plain 404, no tombstone)."""
    for table in (models.tombstone, models.tombstone_resource, models.applied_order):
        session.execute(delete(table).where(table.c.dataset_id == dataset_id))
    session.execute(delete(models.notice).where(models.notice.c.key == str(dataset_id)))
    session.execute(text("DELETE FROM inbox.usage WHERE dataset_id = :id"), {"id": dataset_id})


def _forget_facts(session: Session, dataset_id: UUID) -> None:
    """What CKAN's clients said beside a dataset goes with it: its views and the acts on them, its relationships from
    either side, the number of its followers."""
    followers = (models.notice.c.kind == "pengikut") & (models.notice.c.key == str(dataset_id))
    session.execute(delete(models.notice).where(followers))
    value = models.notice.c.value
    told = (("tampilan", "package_id"), ("kegiatan", "object_id"), ("hubungan", "subject"), ("hubungan", "object"))
    for kind, member in told:
        named = value.contains({member: str(dataset_id)})
        session.execute(delete(models.notice).where(models.notice.c.kind == kind, named))


def _erase(session: Session, dataset_id: UUID, gone: tuple[int, ...]) -> Withdrawn:
    """Remove the documents of the versions and say which tables and files nothing else needs."""

    def of(table: Any) -> Any:
        return (table.c.dataset_id == dataset_id) & table.c.version.in_(gone)

    tables = set(session.scalars(select(models.resource.c.table_name).where(of(models.resource))))
    hashes = set(session.scalars(select(models.file.c.sha256).where(of(models.file))))
    for table in (models.resource, models.file, models.version):
        session.execute(delete(table).where(of(table)))
    kept_tables = set(
        session.scalars(select(models.resource.c.table_name).where(models.resource.c.table_name.in_(tables)))
    )
    kept_hashes = set(session.scalars(select(models.file.c.sha256).where(models.file.c.sha256.in_(hashes))))
    exists = session.scalar(select(models.dataset.c.id).where(models.dataset.c.id == dataset_id)) is not None
    return Withdrawn(
        tables=tuple(sorted(name for name in tables - kept_tables if name)),
        hashes=tuple(sorted(hashes - kept_hashes)),
        dataset_gone=not exists,
    )


def unindexed(session: Session, limit: int = 500) -> list[SearchDocument]:
    """Documents whose index entry is behind, oldest change first."""
    query = (
        select(models.dataset.c.search)
        .where(models.dataset.c.indexed_revision < models.dataset.c.revision)
        .order_by(models.dataset.c.revision)
        .limit(limit)
    )
    return [SearchDocument.from_json(row) for row in session.scalars(query)]


def mark_indexed(session: Session, items: list[SearchDocument]) -> None:
    """Note the revisions that the index now holds, and tell readers that it has changed (what they kept of its answers
    is old once this is committed), in one statement; a document changed meanwhile stays behind."""
    session.execute(
        text(
            "WITH told AS (UPDATE catalog.change SET number = number + 1 WHERE kind = 'indeks')"
            " UPDATE catalog.dataset d SET indexed_revision = i.revision"
            " FROM unnest(CAST(:ids AS uuid[]), CAST(:revisions AS bigint[])) AS i (id, revision)"
            " WHERE d.id = i.id AND d.indexed_revision < i.revision"
        ),
        {"ids": [UUID(item.id) for item in items], "revisions": [item.revision for item in items]},
    )


def hold_index(session: Session) -> None:
    """Wait until nobody else brings the index up, and keep others waiting until this transaction ends.

    What the transaction notes need not reach the disk before it ends: lost in a crash, the documents are sent again.
    """
    session.execute(
        text(
            "SELECT set_config('synchronous_commit', 'off', true), pg_advisory_xact_lock(hashtext('catalog.indexing'))"
        )
    )


def set_downloads(session: Session, dataset_id: UUID, downloads: int) -> None:
    """The number of downloads in the search document; the index follows by the revision."""
    row = session.execute(select(models.dataset.c.search).where(models.dataset.c.id == dataset_id)).one_or_none()
    if row is None:
        return
    revision = next_revision(session, dataset_id)
    document = replace(SearchDocument.from_json(row.search), downloads=downloads, revision=revision)
    session.execute(
        update(models.dataset)
        .where(models.dataset.c.id == dataset_id)
        .values(search=document.to_json(), revision=revision)
    )


def write_notice(session: Session, kind: str, key: str, value: Any) -> None:
    """A fact public by nature, made or refreshed."""
    statement = insert(models.notice).values(kind=kind, key=key, value=value)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["kind", "key"], set_={"value": statement.excluded["value"], "published": func.now()}
        )
    )
