"""Ready documents that follow a live table: that it is there, its columns, its number of rows, when it last changed.

Only these facts change in place (I5a); everything else of a version stays as it was released. Each function is one
part of the publisher's transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.catalog.ckan_document import stamp
from portal.contract.metadata import ColumnEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is true of a resource's table now. `columns` None: as they were; `table` None: there is none any more."""

    table: str | None
    row_count: int | None
    when: datetime
    columns: Sequence[ColumnEntry] | None = None
    url: str | None = None


def follow(session: Session, dataset_id: UUID, resource_id: UUID, facts: Facts) -> None:
    """Write the facts into the documents of the version that readers see; the index is told by the revision."""
    row = session.execute(
        text("SELECT version, doc, page, search FROM catalog.dataset WHERE id = :id FOR UPDATE"), {"id": dataset_id}
    ).one_or_none()
    if row is None:
        return
    doc, page, search = orjson.loads(row.doc), dict(row.page), dict(row.search)
    changed = stamp(facts.when)
    _patch(doc.get("resources"), resource_id, lambda item: item.update(_ckan(facts, item, changed)))
    _patch(page.get("resources"), resource_id, lambda item: item.update(_shown(facts)))
    doc["metadata_modified"] = changed
    search["modified"] = facts.when.astimezone(UTC).isoformat()
    values = {
        "id": dataset_id,
        "version": row.version,
        "resource": resource_id,
        "doc": orjson.dumps(doc).decode(),
        "page": orjson.dumps(page).decode(),
        "search": orjson.dumps(search).decode(),
        "when": facts.when,
    }
    session.execute(
        text(
            "WITH r AS (SELECT greatest((extract(epoch FROM clock_timestamp()) * 1000)::bigint, revision + 1) AS n"
            " FROM catalog.dataset WHERE id = :id), v AS (UPDATE catalog.version SET doc = :doc,"
            " page = CAST(:page AS jsonb), search = CAST(:search AS jsonb), modified = :when"
            " WHERE dataset_id = :id AND version = :version)"
            " UPDATE catalog.dataset SET doc = :doc, page = CAST(:page AS jsonb), modified = :when, revision = r.n,"
            " search = CAST(:search AS jsonb) || jsonb_build_object('revision', r.n) FROM r WHERE id = :id"
        ),
        values,
    )
    _resource(session, row.version, resource_id, facts, changed)


def _resource(session: Session, version: int, resource_id: UUID, facts: Facts, changed: str) -> None:
    found = session.execute(
        text("SELECT doc, columns FROM catalog.resource WHERE id = :id AND version = :version"),
        {"id": resource_id, "version": version},
    ).one_or_none()
    if found is None:
        return
    doc = orjson.loads(found.doc)
    doc.update(_ckan(facts, doc, changed))
    columns = found.columns if facts.columns is None else [item.model_dump(mode="json") for item in facts.columns]
    session.execute(
        text(
            "UPDATE catalog.resource SET doc = :doc, table_name = :table, row_count = :count,"
            " columns = CAST(:columns AS jsonb) WHERE id = :id AND version = :version"
        ),
        {
            "doc": orjson.dumps(doc).decode(),
            "table": facts.table,
            "count": facts.row_count,
            "columns": orjson.dumps(columns).decode(),
            "id": resource_id,
            "version": version,
        },
    )


def redescribe(session: Session, table_name: str, columns: Sequence[ColumnEntry]) -> None:
    """The dictionary of a live table in every version that shows it: it is one table, with the columns that it has."""
    session.execute(
        text("UPDATE catalog.resource SET columns = CAST(:columns AS jsonb) WHERE table_name = :name"),
        {
            "columns": orjson.dumps([item.model_dump(mode="json") for item in columns]).decode(),
            "name": table_name,
        },
    )


def _patch(items: Any, resource_id: UUID, change: Callable[[dict[str, Any]], None]) -> None:
    for item in items or ():
        if item.get("id") == str(resource_id):
            change(item)


def _ckan(facts: Facts, before: Mapping[str, Any], changed: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "datastore_active": facts.table is not None, "last_modified": changed, "metadata_modified": changed,
    }  # fmt: skip
    if facts.url is not None and before.get("url_type") == "datastore":
        found["url"] = facts.url
    return {key: value for key, value in found.items() if key in before or key == "datastore_active"}


def _shown(facts: Facts) -> dict[str, Any]:
    found: dict[str, Any] = {"table": facts.table, "row_count": facts.row_count}
    if facts.columns is not None:
        found["columns"] = [item.model_dump(mode="json") for item in facts.columns]
    return found
