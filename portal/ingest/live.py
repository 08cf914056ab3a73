"""`release.append`: the one way by which rows enter, change in or leave a published table that is live (I5a).

A batch enters whole or not at all. Rows that it supersedes or retracts are kept with their time in the vault, in the
office's transaction, which commits before the publisher's: a kill between the two leaves an account of a change that
did not happen (its batch is not the table's), never a change without an account. What a batch makes stale, full text
and ready JSON, is read from the rows until the worker has settled the table (`portal.ingest.live_settling`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from psycopg import errors as pg
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.access.rows import ResourceRow
from portal.contract.metadata import ColumnEntry
from portal.contract.protocols import ResourceView
from portal.ingest import live_checks, live_documents
from portal.ingest.desk import Desk, OpenDataset
from portal.ingest.live_documents import Facts
from portal.ingest.live_tables import LiveRow, LiveTables, live_name, shape_of
from portal.ingest.publicrows import PublicRows
from portal.kernel.errors import Conflict, Forbidden, NotFound
from portal.kernel.identity import Identity
from portal.kernel.permissions import Permission
from portal.kernel.texts import gettext as _
from portal.operations.jobs import JobOrder, defer
from portal.tables.questions import Condition
from portal.tables.writing import Method, RowFault, RowWriter, Written

SETTLE = "ingest.endapkan"
#: How long a table is left alone before it is settled, so that a stream of batches costs it once.
QUIET = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rows as the caller sent them. `dry`: everything is checked, nothing stays."""

    records: Sequence[dict[str, Any]]
    method: Method = "upsert"
    returning: bool = False
    dry: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """What a table is to look like. `key`, `indexes`, `aliases` None: as they are."""

    columns: tuple[ColumnEntry, ...]
    key: tuple[str, ...] | None = None
    indexes: tuple[tuple[str, ...], ...] | None = None
    aliases: tuple[str, ...] | None = None


@dataclass(kw_only=True)
class Live:
    """Writes to published tables. `public` is the publisher's session; the request's one commit ends both."""

    desk: Desk
    public: Session
    site_url: str

    def append(self, identity: Identity, view: ResourceView, batch: Batch) -> Written:
        """One batch into a live table, under its approved schema.

        Raises NotFound and Forbidden by duty and permission, RowInvalid with the first row that does not hold,
        Conflict when the table takes no rows now.
        """
        opened, name = self._opened(identity, view)
        records = live_checks.fitted(batch.records, view.columns, by_id=batch.method != "insert")
        live_checks.require_publishable(records, view.columns, _day(opened))
        # what needs no lock is done: batches of one table wait for each other from here on only
        tables = LiveTables(self.public)
        live = tables.lock(name)
        live_checks.require_keys(records, live.key, batch.method)
        written = self._write(tables, live, view, records, batch)
        if batch.dry:
            self.public.rollback()
            return written
        return self._note(opened, live, tables, written, act="ubah")

    def _write(
        self, tables: LiveTables, live: LiveRow, view: ResourceView, records: list[dict[str, Any]], batch: Batch
    ) -> Written:
        shape = shape_of(live.table_name, view.columns)
        writer = RowWriter(tables.driver, shape, live.key, dates=self.dates)
        try:
            try:
                return writer.write(records, batch.method, returning=batch.returning)
            except pg.ProgramLimitExceeded:
                # a value longer than an index takes: the indexes made unasked give way to the row
                tables.drop_own_indexes(live.table_name)
                return writer.write(records, batch.method, returning=batch.returning)
        except RowFault as fault:
            raise live_checks.told(fault, shape.known) from fault
        except pg.ProgramLimitExceeded as error:
            raise Conflict(_("Nilai terlalu panjang untuk kolom yang diindeks."), rule="tabel.indeks") from error

    def retract(self, identity: Identity, view: ResourceView, where: Condition | None) -> Written:
        """Take the rows that meet the condition (None: all) out of a live table; they are kept in the vault."""
        opened, live, tables = self._open(identity, view)
        written = RowWriter(tables.driver, shape_of(live.table_name, view.columns), live.key).delete(where)
        return self._note(opened, live, tables, replace(written, added=-written.touched), act="hapus")

    def _note(
        self, opened: OpenDataset, live: LiveRow, tables: LiveTables, written: Written, *, act: str
    ) -> Written:  # fmt: skip
        if not written.added and not written.touched:
            return written
        batch = uuid4()
        if written.touched:
            keep(self.desk, opened, live.resource_id, written.before, act, batch)
        tables.changed(live, added=written.added, touched=written.touched, batch=batch)
        if live.settled:
            self.settle_later(live)
        return written

    def settle_later(self, live: LiveRow) -> None:
        """Order the table to be settled once it is quiet; one order waits at most."""
        now = self.desk.clock()
        defer(self.desk.session, order_of(live.table_name, live.dataset_id, now, now))

    def _opened(self, identity: Identity, view: ResourceView) -> tuple[OpenDataset, str]:
        """The dataset opened for rows, and the name of the live table."""
        if not view.live or view.table is None:
            raise Conflict(
                _("Tabel versi yang sudah terbit tidak berubah; buat versi baru."), rule="I5.tetap"
            )  # fmt: skip
        return self.open(identity, view.dataset_id), view.table

    def _open(self, identity: Identity, view: ResourceView) -> tuple[OpenDataset, LiveRow, LiveTables]:
        opened, name = self._opened(identity, view)
        tables = LiveTables(self.public)
        return opened, tables.lock(name), tables

    def open(self, identity: Identity, dataset_id: UUID) -> OpenDataset:
        """The dataset opened for who may publish it at once, else for who may add rows to it (recorded)."""
        if self.desk.profile.policy.api_terbit_langsung:
            try:
                return self._publisher(identity, dataset_id)
            except (Forbidden, NotFound):
                pass
        try:
            return self.desk.open(identity, dataset_id, "ubah", Permission.ROWS_APPEND)
        except NotFound:
            raise Forbidden(rule=Permission.ROWS_APPEND.value) from None  # he sees it: it is published (I7)

    def _publisher(self, identity: Identity, dataset_id: UUID) -> OpenDataset:
        """Opened by the right to publish at once, of the agency's own people or of who manages the catalogue."""
        return self.desk.open(
            identity, dataset_id, "terbit", Permission.DATASET_PUBLISH, otherwise=Permission.CATALOG_MANAGE
        )

    def create(self, identity: Identity, view: ResourceView, wanted: Structure) -> ResourceView:
        """Make the live table of a published resource that has none, for a caller who may publish at once.

        Raises Forbidden where nobody may (the profile decides), Conflict for aliases that are taken.
        """
        opened = self._publishing(identity, view)
        name = live_name(view.id, opened.version.version)
        tables = LiveTables(self.public)
        tables.create(name, wanted.columns)
        tables.register(name, view.id, view.dataset_id)
        self._arrange(tables, name, view.id, wanted)
        facts = Facts(
            table=name,
            row_count=0,
            when=self.desk.clock(),
            columns=wanted.columns,
            url=f"{self.site_url.rstrip('/')}/datastore/dump/{view.id}",
        )
        live_documents.follow(self.public, view.dataset_id, view.id, facts)
        remember(opened, view.id, name, wanted)
        self.settle_later(
            LiveRow(name, view.id, view.dataset_id, wanted.key or (), 0, 1, 0, settled=False, frozen=False)
        )
        return replace(view, table=name, columns=wanted.columns, row_count=0, live=True, words=True, paged=0)

    def reshape(self, identity: Identity, view: ResourceView, wanted: Structure) -> ResourceView:
        """Give a live table other columns, key, indexes or aliases, for a caller who may publish at once.

        What stood in dropped columns is kept in the vault first. Raises Forbidden, Conflict.
        """
        opened = self._publishing(identity, view)
        name, tables = view.table or "", LiveTables(self.public)
        live = tables.lock(name)
        kept = {column.name for column in wanted.columns}
        there = {column.name for column in view.columns}
        dropped = [column.name for column in view.columns if column.name not in kept]
        if dropped and live.row_count:
            before = RowWriter(tables.driver, shape_of(name, view.columns), ()).everything()
            keep(self.desk, opened, view.id, before, "ubah", uuid4())
        tables.drop_columns(name, dropped)
        tables.add_columns(name, [column for column in wanted.columns if column.name not in there])
        if kept != there:
            tables.unsettle(name)
            self.settle_later(live)
        if wanted.key is None and set(live.key) & set(dropped):
            wanted = replace(wanted, key=())
        self._arrange(tables, name, view.id, wanted)
        live_documents.redescribe(self.public, name, wanted.columns)
        facts = Facts(table=name, row_count=live.row_count, when=self.desk.clock(), columns=wanted.columns)
        live_documents.follow(self.public, view.dataset_id, view.id, facts)
        remember(opened, view.id, name, wanted)
        return replace(view, columns=wanted.columns)

    def drop(self, identity: Identity, view: ResourceView) -> None:
        """Retract every row and take the table away; the resource stays without one."""
        opened, live, tables = self._open(identity, view)
        name = live.table_name
        before = RowWriter(tables.driver, shape_of(name, view.columns), ()).everything()
        keep(self.desk, opened, view.id, before, "hapus", uuid4())
        facts = Facts(table=None, row_count=None, when=self.desk.clock(), columns=())
        live_documents.follow(self.public, view.dataset_id, view.id, facts)
        self.public.execute(
            text(
                "UPDATE catalog.resource SET table_name = NULL, row_count = NULL, columns = '[]'"
                " WHERE table_name = :name"
            ),
            {"name": name},
        )
        drop_tables(tables, [name])
        remember(opened, view.id, None, Structure(columns=()))

    def _publishing(self, identity: Identity, view: ResourceView) -> OpenDataset:
        if not self.desk.profile.policy.api_terbit_langsung:
            raise Conflict(
                _("Struktur tabel yang sudah terbit hanya berubah lewat versi baru yang disetujui."), rule="I5a.skema"
            )
        try:
            return self._publisher(identity, view.dataset_id)
        except NotFound:
            raise Forbidden(rule=Permission.DATASET_PUBLISH.value) from None

    def _arrange(self, tables: LiveTables, name: str, resource_id: UUID, wanted: Structure) -> None:
        if wanted.key is not None:
            try:
                with tables.driver.transaction():
                    tables.set_key(name, wanted.key)
            except pg.UniqueViolation as error:
                raise Conflict(_("Ada baris dengan kunci yang sama."), rule="baris_kembar") from error
        if wanted.indexes is not None:
            tables.set_indexes(name, wanted.indexes)
        if wanted.aliases is not None:
            tables.set_aliases(resource_id, wanted.aliases)

    @property
    def dates(self) -> str:
        """Which way figures of a date are read: day first, save where the portal speaks English."""
        return "MDY" if self.desk.profile.locale == "en" else "DMY"


def order_of(table_name: str, dataset_id: UUID, since: datetime, now: datetime) -> JobOrder:
    """The order to settle a table; `since`: when it was first wanted."""
    return JobOrder(
        task=SETTLE,
        subject=str(dataset_id),
        arguments={"table": table_name, "since": since.isoformat()},
        queueing_lock=f"{SETTLE}:{table_name}",
        not_before=now + QUIET,
    )


def keep(desk: Desk, opened: OpenDataset, resource_id: UUID, before: str, act: str, batch: UUID) -> None:
    """Rows as they were, into the vault: `before` is JSON text of [[_id, row], …], kept as one row a batch.

    `vault.superseded` shows them row by row.
    """
    desk.session.execute(
        text(
            "INSERT INTO vault.superseded_batch (dataset_id, resource_id, act, batch, person_id, content)"
            " VALUES (:dataset, :resource, :act, :batch, :person, CAST(:before AS json))"
        ),
        {
            "dataset": opened.id,
            "resource": resource_id,
            "act": act,
            "batch": batch,
            "person": opened.vault.proof.person_id,
            "before": before,
        },
    )


def remember(opened: OpenDataset, resource_id: UUID, name: str | None, wanted: Structure) -> None:
    """Note the live table with the resource in the vault, so that the next version goes on with it."""
    version = opened.dataset.live_version or opened.version.version
    for number in {version, opened.version.version}:
        try:
            row = opened.vault.resources.get(opened.id, number, resource_id)
        except NotFound:
            continue
        opened.vault.resources.save(noted(row, name, wanted))


def noted(row: ResourceRow, name: str | None, wanted: Structure) -> ResourceRow:
    """The vault's row of a resource whose table is the live table `name` (None: it has none any more)."""
    before = dict(row.choice.get("live") or {})
    choice = {key: value for key, value in row.choice.items() if key != "live"}
    if name is not None:
        given = {"key": wanted.key, "indexes": wanted.indexes, "aliases": wanted.aliases}
        choice["live"] = {**before, "table": name, **{key: value for key, value in given.items() if value is not None}}
    columns = tuple(column.model_dump(mode="json") for column in wanted.columns)
    return replace(row, choice=choice, columns=columns)


def drop_tables(tables: LiveTables, names: Sequence[str]) -> None:
    """Live tables and their blocks are gone, and the register knows them no more."""
    PublicRows(tables.session).drop(names)


def _day(opened: OpenDataset) -> date | None:
    period = opened.metadata.periode
    return period.end or period.start
