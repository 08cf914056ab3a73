"""The datastore's reads on the office: the published side, and tables of drafts that this caller may see.

Also what CKAN has for code of callers in the database, which this portal does not run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import text

from portal.access.rows import ResourceRow
from portal.api import arguments, datastore
from portal.api.action import Action
from portal.api.datastore import InfoArguments, SearchArguments, Source, no_table
from portal.api.office import datastore_input as given
from portal.api.office.call import OfficeCall
from portal.ingest import live_drafts
from portal.ingest.desk import OpenDataset
from portal.ingest.workshop import desk_of
from portal.kernel.decisions import require
from portal.kernel.errors import Forbidden, Invalid, NotFound
from portal.kernel.ids import as_uuid
from portal.kernel.permissions import Permission
from portal.kernel.texts import gettext as _
from portal.tables.questions import Question, Shape
from portal.tables.reader import TableReader, driver_of


def source(call: OfficeCall, name: str) -> Source:
    """The table that this caller may read: the published one, else a draft's under an opening. Raises NotFound."""
    try:
        return datastore.published(call, name)
    except NotFound:
        key = as_uuid(name)
        if key is None or not call.identity.signed_in:
            raise
    opened, row = draft(call, key)
    if row is None:
        raise no_table(name)
    view = live_drafts.view_of(opened, row)
    aliases = tuple(dict(row.choice.get("live") or {}).get("aliases") or ())
    session = call.office
    return Source(
        Shape.of(view, live_drafts.VAULT), TableReader(lambda: driver_of(session)), str(row.id), lambda: aliases
    )


def draft(call: OfficeCall, resource_id: UUID) -> tuple[OpenDataset, ResourceRow | None]:
    """The dataset of a resource that is not out, opened for reading (recorded), and the resource where it has a table.

    Raises NotFound for what the caller may not see.
    """
    opened = _opened(call, resource_id)
    return opened, _row_with_table(opened, resource_id)


def dataset_of(call: OfficeCall, resource_id: UUID) -> UUID:
    """The dataset of a resource; the id itself, which is no dataset's, where there is none: the same statements then
    lead to the same refusal (I7)."""
    found = call.office.execute(text("SELECT audit.dataset_of_resource(:id)"), {"id": resource_id}).scalar()
    return UUID(str(found)) if found else resource_id


def _opened(call: OfficeCall, resource_id: UUID) -> OpenDataset:
    """Open the dataset of a draft's table for reading; what is exempt only under a grant for the API (recorded)."""
    dataset_id = dataset_of(call, resource_id)
    desk = desk_of(call.scope)
    try:
        return desk.open(call.identity, dataset_id, "lihat", Permission.DATASET_READ)
    except NotFound:
        grant = call.access.open_exempt(call.identity, dataset_id, "api", "")
        if grant.columns is not None:
            raise
        vault = call.access.enter(grant)
        return OpenDataset(
            vault, vault.subject(dataset_id), vault.datasets.get(dataset_id), vault.datasets.version(dataset_id)
        )


def _row_with_table(opened: OpenDataset, resource_id: UUID) -> ResourceRow | None:
    for row in opened.vault.resources.of_version(opened.id, opened.version.version):
        if row.id == resource_id and row.table_name:
            return row
    return None


def datastore_search(call: OfficeCall, args: SearchArguments) -> object:
    """As on the public side, and over tables of drafts that the caller's duties cover."""
    return datastore.search(source(call, args.resource_id), args)


def datastore_info(call: OfficeCall, args: InfoArguments) -> object:
    """As on the public side, and over tables of drafts that the caller's duties cover."""
    return datastore.info(source(call, args.resource_id), args)


# functions and triggers: code of callers in the database, which this portal does not run


def datastore_run_triggers(call: OfficeCall, args: given.TriggerArguments) -> object:
    """Return the number of rows of a table: it has no triggers, so nothing is to be run again. Administrators only."""
    _require_admin(call)
    found = source(call, args.resource_id)
    return found.reader.total(found.shape, Question())


def datastore_function_create(call: OfficeCall, _args: given.FunctionArguments) -> object:
    """Refused: functions of callers would run in the database."""
    raise Forbidden(_("fungsi buatan sendiri tidak dijalankan di basis data"))


def datastore_function_delete(call: OfficeCall, args: given.FunctionName) -> object:
    """Refused: there are no functions of callers."""
    _require_admin(call)
    raise Invalid(fields={"name": [_("fungsi %(name)s tidak ada", name=args.name[:80])]})


def _require_admin(call: OfficeCall) -> None:
    require(call.identity, Permission.SYSTEM_CONFIGURE)


def write(name: str, kind: type[arguments.Arguments], run: Callable[[Any, Any], object]) -> Action:
    """An action that writes: POST only, signed in, rights on the thing itself asked after its arguments are read."""
    return Action(name, kind, run, permission=None, writes=True, rights_first=False)


ACTIONS = (
    Action("datastore_search", SearchArguments, datastore_search),
    Action("datastore_info", InfoArguments, datastore_info),
    write("datastore_run_triggers", given.TriggerArguments, datastore_run_triggers),
    write("datastore_function_create", given.FunctionArguments, datastore_function_create),
    write("datastore_function_delete", given.FunctionName, datastore_function_delete),
)
