"""The datastore's writes: live tables of what is published, tables of drafts in the vault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import orjson

from portal.access.rows import ResourceRow
from portal.api import arguments
from portal.api.answers import dumps
from portal.api.datastore import no_table
from portal.api.office import datastore_input as given
from portal.api.office import datastore_reads as reads
from portal.api.office.call import OfficeCall
from portal.api.row_filters import FilterParser
from portal.contract.protocols import ResourceView
from portal.ingest import lifecycle, live_checks, live_drafts
from portal.ingest.desk import Desk, OpenDataset
from portal.ingest.drafts import Drafts
from portal.ingest.live import Batch, Live, Structure
from portal.ingest.live_drafts import DraftTables
from portal.ingest.publicrows import live_table
from portal.ingest.workshop import desk_of
from portal.kernel.decisions import decide
from portal.kernel.errors import Conflict, Gone, Invalid, NotFound
from portal.kernel.ids import as_uuid
from portal.kernel.permissions import Permission
from portal.kernel.texts import gettext as _
from portal.tables.questions import Condition
from portal.tables.rows import MAX_ROWS
from portal.tables.writing import Written

ONLY_ROWS = "_datastore_only_resource"


@dataclass(frozen=True, slots=True)
class Draft:
    """A resource of a dataset that is not out, opened for a change."""

    opened: OpenDataset
    row: ResourceRow


@dataclass(frozen=True)
class Tables:
    """Where a resource's rows are, for this caller."""

    call: OfficeCall

    @property
    def desk(self) -> Desk:
        """The desk of this request."""
        return desk_of(self.call.scope)

    @property
    def live(self) -> Live:
        """The verb for published tables."""
        return Live(
            desk=self.desk, public=self.call.scope.session("publisher"), site_url=self.call.runtime.settings.site_url
        )

    @property
    def drafts(self) -> DraftTables:
        """The verb for tables of drafts."""
        return DraftTables(self.desk, dates=self.live.dates)

    def published(self, name: str) -> ResourceView | None:
        """The resource as readers see it, with or without a table."""
        try:
            return self.call.tables(name)
        except (NotFound, Gone):
            return None

    def document(self, name: str) -> dict[str, Any]:
        """Id, dataset and origin of a resource that this caller may see. Raises NotFound."""
        shown = self.call.queries.resource(name)
        if shown is not None:
            found: dict[str, Any] = orjson.loads(shown)
            return found
        key = as_uuid(name)
        if key is None or not self.call.identity.signed_in:
            raise no_table(name)
        opened = self.desk.open(self.call.identity, reads.dataset_of(self.call, key), "lihat", Permission.DATASET_READ)
        row = opened.vault.resources.get(opened.id, opened.version.version, key)
        return {"id": str(row.id), "package_id": str(opened.id), "url_type": row.ckan.get("url_type")}

    def draft(self, document: Mapping[str, Any], *, new_version: bool = True) -> Draft:
        """The resource in the working version, opened for a change; a version of its own where readers see the last.

        Raises NotFound, Forbidden.
        """
        dataset_id, resource_id = UUID(str(document["package_id"])), UUID(str(document["id"]))
        opened = self.desk.open(self.call.identity, dataset_id, "ubah", Permission.DATASET_EDIT)
        if opened.state in lifecycle.PUBLISHED and new_version:
            Drafts(self.desk).new_version(self.call.identity, dataset_id)
            opened = self.desk.open(self.call.identity, dataset_id, "ubah", Permission.DATASET_EDIT)
        return Draft(opened, opened.vault.resources.get(dataset_id, opened.version.version, resource_id))


def _ask(call: OfficeCall, action: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Another action's answer, under the same caller."""
    from portal.api.office.registry import ACTIONS

    asked = ACTIONS[action]
    found: dict[str, Any] = orjson.loads(dumps(asked.run(call, arguments.parse(asked.arguments, data))))
    return found


def _require_writable(document: Mapping[str, Any], *, force: bool) -> None:
    """CKAN's guard: a table that came from a file changes only by force."""
    if force or document.get("url_type") == "datastore":
        return
    message = _(
        "Tabel ini berasal dari berkas; perubahan dapat hilang saat berkas dimuat ulang. Pakai sumber data yang dibuat"
        " dengan datastore_create, atau force=true."
    )
    raise Invalid(fields={"read-only": [message]}, rule="tabel.baca_saja")


# structure


def datastore_create(call: OfficeCall, args: given.CreateArguments) -> object:
    """Make a table for a resource, change its columns, key, indexes or aliases, and add rows. `resource_id`, or
    `resource` with a `package_id` for a new one; `fields` (`id`, `type`, `info`), `records`, `primary_key`, `indexes`,
    `aliases`, `delete_fields`, `include_records`, `force`. Types that are left out are guessed from all records."""
    tables, records = Tables(call), live_checks.as_records(args.records)
    fields = given.given_fields(args.fields, args.said)
    document, made = _resource_of(tables, args, fields, records)
    target = _arranged(tables, args, document, fields, records, new=made is not None)
    batch = Batch(records=records, method="insert", returning=args.include_records)
    written = _append(tables, target, batch) if records else None
    result: dict[str, Any] = {**args.echo(fields), "resource_id": str(document["id"]), "method": "insert"}
    if made is not None:
        result["resource"] = made
    if args.include_records and written is not None:
        result["records"] = orjson.Fragment(written.rows)
    return result


def _resource_of(
    tables: Tables, args: given.CreateArguments, fields: list[dict[str, Any]], records: list[dict[str, Any]]
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The resource's document; and what the caller said of it where it had to be made."""
    if args.resource and args.resource_id is not None:
        raise Invalid(fields={"resource": [_("resource tidak dapat dipakai bersama resource_id")]})
    if args.resource:
        if not isinstance(args.resource, dict):
            raise Invalid(fields={"resource": [_("Harus berupa objek")]})
        if not args.resource.get("package_id"):
            raise Invalid(_("resource_id atau resource dengan package_id wajib diisi"))
        if "url" in args.resource:
            raise Invalid(fields={"resource": [_("Berkas dari alamat dimuat dengan resource_create.")]})
        given.structure_of(args, fields, records, ())  # what does not hold is told before anything is made
        said = {**args.resource, "url": ONLY_ROWS}
        return _ask(tables.call, "resource_create", {**said, "url_type": "datastore"}), said
    if args.resource_id is None:
        needed = _("resource_id atau resource dengan package_id wajib diisi")
        # CKAN asks a sysadmin for the argument, anyone else for the resource whose rights it looks up
        if decide(tables.call.identity, Permission.SYSTEM_CONFIGURE):
            raise Invalid(fields={"resource_id": [needed]})
        raise Invalid(needed)
    try:
        document = tables.document(args.resource_id)
    except (NotFound, Gone) as error:
        name = args.resource_id[:80].strip()
        raise Invalid(
            fields={"resource_id": [_("Sumber data tidak ditemukan: %(id)s", id=name)]}
        ) from error  # fmt: skip
    _require_writable(document, force=args.force)
    return document, None


def _arranged(
    tables: Tables, args: given.CreateArguments, document: Mapping[str, Any], fields: list[dict[str, Any]],
    records: list[dict[str, Any]], *, new: bool,
) -> ResourceView | Draft:  # fmt: skip
    """The table as it is wanted: published at once where the caller may, else in a draft."""
    view = tables.published(str(document["id"]))
    identity = tables.call.identity

    def wanted(columns: Any) -> Structure:
        return given.structure_of(args, fields, records, columns)

    with _told():
        if view is not None and view.table is not None:
            structure = wanted(view.columns)
            return view if _same(structure, view.columns) else tables.live.reshape(identity, view, structure)
        if view is not None and tables.call.runtime.profile.policy.api_terbit_langsung:
            return tables.live.create(identity, view, wanted(()))
        draft = tables.draft(document)
        row = draft.row
        if row.table_name is None:
            return replace(draft, row=tables.drafts.create(draft.opened, row, wanted(())))
        if live_table(row) is None:
            raise Conflict(_("Tabel berkas yang sedang disiapkan tidak diubah baris demi baris."), rule="I5a.berkas")
        structure = wanted(live_drafts.entries_of(row))
        if _same(structure, live_drafts.entries_of(row)):
            return draft
        return replace(draft, row=tables.drafts.reshape(draft.opened, row, structure))


def _same(structure: Structure, columns: Any) -> bool:
    return structure == Structure(columns=tuple(columns))


class _told:  # noqa: N801 - reads as a statement
    """A name that is taken is told under CKAN's key."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Conflict) and error.rule == "alias_dipakai":
            raise Invalid(fields={"alias": [error.message]}, rule=error.rule) from error
        if isinstance(error, Conflict) and error.rule == "baris_kembar":
            raise Invalid(fields={"constraints": [error.message]}, rule=error.rule) from error


# rows


def _target(call: OfficeCall, name: str, *, force: bool) -> tuple[Tables, ResourceView | Draft]:
    """The table of a resource for writing rows. Raises NotFound, Invalid for a table from a file without force."""
    tables = Tables(call)
    document = tables.document(name)
    _require_writable(document, force=force)
    view = tables.published(str(document["id"]))
    if view is not None and view.table is not None:
        return tables, view
    draft = tables.draft(document, new_version=False)
    if draft.row.table_name is None:
        raise no_table(name)
    if live_table(draft.row) is None:
        raise Conflict(_("Tabel berkas yang sedang disiapkan tidak diubah baris demi baris."), rule="I5a.berkas")
    return tables, draft


def _append(tables: Tables, target: ResourceView | Draft, batch: Batch) -> Written | None:
    """The batch written; None for a batch without rows, which asks for the right to write all the same."""
    if not batch.records:
        if not isinstance(target, Draft):
            tables.live.open(tables.call.identity, target.dataset_id)
        return None
    if isinstance(target, Draft):
        return tables.drafts.append(target.opened, target.row, batch)
    return tables.live.append(tables.call.identity, target, batch)


def datastore_upsert(call: OfficeCall, args: given.UpsertArguments) -> object:
    """Add or change rows of a table. `resource_id`, `records`, `method` (upsert, insert, update), `force`,
    `include_records`, `dry_run`. A batch enters whole or not at all; refusals name the row."""
    records = live_checks.as_records(args.records)
    tables, target = _target(call, args.resource_id, force=args.force)
    batch = Batch(records=records, method=args.method, returning=args.include_records, dry=args.dry_run)
    written = _append(tables, target, batch)
    said: dict[str, Any] = {
        name: args.said["method"] if name == "method" else args.dry_run
        for name in ("method", "dry_run")
        if name in args.model_fields_set
    }
    result: dict[str, Any] = {
        **args.extras(),
        "calculate_record_count": args.calculate_record_count,
        **said,
        "resource_id": args.resource_id,
    }
    if args.include_records and written is not None:
        result["records"] = orjson.Fragment(written.rows)
    return result


def datastore_delete(call: OfficeCall, args: given.DeleteArguments) -> object:
    """Take rows out of a table, or the whole table where no filter is given. `resource_id`, `filters`, `force`,
    `include_deleted_records`. Rows of a published table are kept in the vault with their time."""
    if args.filters is not None and not isinstance(args.filters, dict):
        raise Invalid(fields={"filters": [_("Saringan harus berupa objek atau null.")]})
    tables, target = _target(call, args.resource_id, force=args.force)
    if args.filters is None:
        if isinstance(target, Draft):
            tables.drafts.drop(target.opened, target.row)
        else:
            tables.live.drop(call.identity, target)
        return {**args.extras(), "resource_id": args.resource_id}
    return _retracted(tables, target, args)


def _retracted(tables: Tables, target: ResourceView | Draft, args: given.DeleteArguments) -> dict[str, Any]:
    columns = live_drafts.entries_of(target.row) if isinstance(target, Draft) else target.columns
    known = {"_id", *(column.name for column in columns)}
    where: Condition | None = FilterParser(known).parse(args.filters)
    if isinstance(target, Draft):
        written = tables.drafts.retract(target.opened, target.row, where)
    else:
        written = tables.live.retract(tables.call.identity, target, where)
    result: dict[str, Any] = {**args.extras(), "resource_id": args.resource_id, "filters": args.filters}
    if where is not None:
        result["filterops"] = where.plain()
    if args.include_deleted_records:
        result["deleted_records"] = [row for _key, row in orjson.loads(written.before)[:MAX_ROWS]]
    return result


def datastore_records_delete(call: OfficeCall, args: given.RecordsDeleteArguments) -> object:
    """Take the rows that meet `filters` (all of them for `{}`) out of a table, which stays. `resource_id`, `force`,
    `include_deleted_records`."""
    return datastore_delete(call, args)


ACTIONS = (
    reads.write("datastore_create", given.CreateArguments, datastore_create),
    reads.write("datastore_upsert", given.UpsertArguments, datastore_upsert),
    reads.write("datastore_delete", given.DeleteArguments, datastore_delete),
    reads.write("datastore_records_delete", given.RecordsDeleteArguments, datastore_records_delete),
    *reads.ACTIONS,
)
