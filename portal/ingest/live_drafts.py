"""Tables of drafts that a datastore client feeds: they lie in the vault, under forced policies, until a release makes
live tables of them (I5a, I3). What was live and is withdrawn comes back here.

A resource's row in the vault says so in `choice["live"]`: the table's name, key, indexes and aliases. `table_name` is
set while the rows are here; once they are public they are nowhere else, and it is empty.

The release calls `published` when it has flipped the pointer, and `recall` before it takes a pointer back;
`gate.check_version` calls `rescan`, since rows came one by one and no file was ever inspected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson
from psycopg import errors as pg
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.access.rows import ResourceRow
from portal.contract.metadata import ColumnEntry
from portal.contract.protocols import ResourceView
from portal.ingest import lifecycle, live_checks
from portal.ingest.desk import Desk, OpenDataset
from portal.ingest.findings import to_rows
from portal.ingest.live import Batch, Structure, noted
from portal.ingest.live_tables import LiveTables, live_name, shape_of
from portal.ingest.publicrows import live_table
from portal.ingest.scanning import Scan
from portal.kernel.errors import Conflict
from portal.kernel.texts import gettext as _
from portal.tables import pages, statements, types
from portal.tables.questions import ID, Condition, Shape
from portal.tables.reader import driver_of
from portal.tables.writing import RowFault, RowWriter, Written

VAULT = "vault"
CHUNK = 5_000


class DraftTables:
    """The verbs on one office session; the dataset must be open, for writing where rows are written."""

    def __init__(self, desk: Desk, *, dates: str = "DMY") -> None:
        self._desk = desk
        self._dates = dates

    def create(self, opened: OpenDataset, row: ResourceRow, wanted: Structure) -> ResourceRow:
        """An empty table for a resource that has none; the row as it is then."""
        lifecycle.require_editable(opened.state)
        opened.vault.datasets.hold(opened.id)
        name = live_name(row.id, row.version)
        self._make(opened.id, name, wanted.columns)
        if wanted.key:
            self._alter(name, key=wanted.key)
        made = replace(noted(row, name, wanted), table_name=name, row_count=0, state="dimuat")
        opened.vault.resources.save_load(made)
        self._desk.note_edit(opened, "tabel", {"resource": str(row.id)})
        return made

    def _make(self, dataset_id: UUID, name: str, columns: Sequence[ColumnEntry]) -> None:
        self._desk.session.execute(
            text("SELECT vault.create_live(:name, :dataset, CAST(:columns AS jsonb))"),
            {"name": name, "dataset": dataset_id, "columns": _described(columns)},
        )

    def reshape(self, opened: OpenDataset, row: ResourceRow, wanted: Structure) -> ResourceRow:
        """Other columns, key, indexes, aliases. Raises Conflict where rows have the same key."""
        lifecycle.require_editable(opened.state)
        opened.vault.datasets.hold(opened.id)
        before = {str(column["name"]) for column in row.columns}
        after = {column.name for column in wanted.columns}
        key = dict(row.choice.get("live") or {}).get("key") or ()
        if wanted.key is None and not set(key) <= after:
            wanted = replace(wanted, key=())
        self._alter(
            row.table_name or "",
            add=[column for column in wanted.columns if column.name not in before],
            drop=sorted(before - after),
            key=wanted.key,
        )
        made = noted(row, live_table(row), wanted)
        opened.vault.resources.save_load(made)
        self._desk.note_edit(opened, "tabel", {"resource": str(row.id)})
        return made

    def _alter(
        self, name: str, add: Sequence[ColumnEntry] = (), drop: Sequence[str] = (), key: Sequence[str] | None = None
    ) -> None:
        values = {"name": name, "add": _described(add), "drop": list(drop), "key": None if key is None else list(key)}
        try:
            with driver_of(self._desk.session).transaction():
                driver_of(self._desk.session).execute(
                    "SELECT vault.alter_live(%(name)s, %(add)s::jsonb, %(drop)s::text[], %(key)s::text[])", values
                )
        except pg.UniqueViolation as error:
            raise Conflict(_("Ada baris dengan kunci yang sama."), rule="baris_kembar") from error

    def append(self, opened: OpenDataset, row: ResourceRow, batch: Batch) -> Written:
        """One batch into a draft's table, whole or not at all. Raises RowInvalid, Conflict past editing."""
        lifecycle.require_editable(opened.state)
        shape = shape_of_draft(row)
        key = tuple(dict(row.choice.get("live") or {}).get("key") or ())
        records = live_checks.fitted(batch.records, shape.columns, by_id=batch.method != "insert")
        live_checks.require_keys(records, key, batch.method)
        driver = driver_of(self._desk.session)
        writer = RowWriter(driver, shape, key, dates=self._dates)
        try:
            if batch.dry:
                with driver.transaction(force_rollback=True):
                    return writer.write(records, batch.method, returning=batch.returning)
            written = writer.write(records, batch.method, returning=batch.returning)
        except RowFault as fault:
            raise live_checks.told(fault, shape.known) from fault
        opened.vault.resources.save_load(replace(row, row_count=(row.row_count or 0) + written.added))
        return written

    def retract(self, opened: OpenDataset, row: ResourceRow, where: Condition | None) -> Written:
        """Take rows out of a draft's table; nobody but its makers ever saw them, so nothing is kept."""
        lifecycle.require_editable(opened.state)
        written = RowWriter(driver_of(self._desk.session), shape_of_draft(row), ()).delete(where)
        opened.vault.resources.save_load(replace(row, row_count=(row.row_count or 0) - written.touched))
        return written

    def drop(self, opened: OpenDataset, row: ResourceRow) -> None:
        """The table is gone; the resource stays without one."""
        lifecycle.require_editable(opened.state)
        opened.vault.datasets.hold(opened.id)
        opened.vault.tables.drop(row.table_name or "")
        bare = replace(noted(row, None, Structure(columns=())), table_name=None, row_count=None)
        opened.vault.resources.save_load(bare)
        self._desk.note_edit(opened, "tabel", {"resource": str(row.id)})


def view_of(opened: OpenDataset, row: ResourceRow) -> ResourceView:
    """A draft's table as readers of this room ask for it (schema `vault`)."""
    return ResourceView(
        id=row.id,
        version=row.version,
        dataset_id=opened.id,
        dataset_name=opened.dataset.name,
        dataset_title=opened.metadata.judul,
        name=row.name,
        kind=row.kind,
        format=row.format,
        table=row.table_name,
        row_count=row.row_count,
        columns=entries_of(row),
    )


def entries_of(row: ResourceRow) -> tuple[ColumnEntry, ...]:
    """The dictionary of a resource."""
    return tuple(ColumnEntry.model_validate(dict(column)) for column in row.columns)


def shape_of_draft(row: ResourceRow) -> Shape:
    """The shape of a draft's table for writing."""
    shape = shape_of(row.table_name or "", entries_of(row), live=False)
    return replace(shape, schema=VAULT, words=False)


def rescan(desk: Desk, opened: OpenDataset) -> None:
    """V3 and V9 over rows that came one by one, with their findings kept for the gate."""
    period = opened.metadata.periode
    for row in opened.vault.resources.of_version(opened.id, opened.version.version):
        if row.table_name and live_table(row) is not None:
            found = Scan(desk.session, row.table_name, entries_of(row)).run(period.end or period.start)
            rows = to_rows(found, opened.id, row.version, row.id)
            opened.vault.findings.replace(opened.id, row.version, row.id, rows)


def published(opened: OpenDataset, version: int) -> None:
    """The rows of this version's live tables are public now: the vault keeps no second copy that grows old."""
    for row in opened.vault.resources.of_version(opened.id, version):
        if row.table_name and live_table(row) is not None:
            opened.vault.tables.drop(row.table_name)
            for other in opened.vault.datasets.versions(opened.id):
                for item in opened.vault.resources.of_version(opened.id, other.version):
                    if item.id == row.id and item.table_name == row.table_name:
                        opened.vault.resources.save(replace(item, table_name=None))


def recall(desk: Desk, public: Session, opened: OpenDataset) -> None:
    """Bring the rows of a dataset's live tables back into the vault, before its pointer is taken away.

    The tables take no more rows from here on. Repeatable: what an earlier try brought is replaced. Commits neither.
    """
    tables = LiveTables(public)
    tables.freeze(opened.id)
    version = opened.dataset.live_version or opened.version.version
    drafts = DraftTables(desk)
    for row in opened.vault.resources.of_version(opened.id, version):
        name = live_table(row)
        if name is None or row.table_name is not None or not _there(public, name):
            continue
        opened.vault.tables.drop(name)
        drafts._make(opened.id, name, entries_of(row))
        count = _bring(desk, public, replace(row, table_name=name))
        for number in {version, opened.version.version}:
            for item in opened.vault.resources.of_version(opened.id, number):
                if item.id == row.id:
                    opened.vault.resources.save(replace(item, table_name=name, row_count=count, state="dimuat"))


def _there(public: Session, name: str) -> bool:
    return public.scalar(text("SELECT to_regclass('\"rows\".' || quote_ident(:name))"), {"name": name}) is not None


def _bring(desk: Desk, public: Session, row: ResourceRow) -> int:
    source, target = shape_of(row.table_name or "", entries_of(row)), shape_of_draft(row)
    query = sql.SQL(
        "SELECT '[' || string_agg({json}, ',') || ']', max(t._id), count(*) FROM"
        " (SELECT * FROM {table} WHERE _id > %s ORDER BY _id LIMIT %s) t"
    ).format(json=pages.row_json(source), table=statements.table(source))
    writer, last, count = RowWriter(driver_of(desk.session), target, ()), -(2**62), 0
    while True:
        found: Any = driver_of(public).execute(query, (last, CHUNK)).fetchone()
        if found[0] is None:
            return count
        writer.write(orjson.loads(found[0]), "upsert")
        last, count = found[1], count + found[2]


def _described(columns: Sequence[ColumnEntry]) -> str:
    fields = [{"name": item.name, "type": types.of(item).sql} for item in columns if item.name != ID]
    return orjson.dumps(fields).decode()
