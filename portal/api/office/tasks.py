"""Jobs that CKAN clients tell about and ask for (task_status_*), words in other languages, and CKAN's loose files.

The load of an uploaded table is a job of ours; asked for by its resource it answers in the same shape.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import text

from portal.api.action import Action
from portal.api.errors import Shaped
from portal.api.office import rules
from portal.api.office.call import OfficeCall
from portal.api.office.checks import given
from portal.api.office.packages import required
from portal.api.office.raw import Raw
from portal.api.office.rules import collect
from portal.catalog.ckan_document import timestamp
from portal.ingest.packages import Packages
from portal.kernel.decisions import require
from portal.kernel.errors import NotFound
from portal.kernel.ids import as_uuid
from portal.kernel.permissions import Permission
from portal.kernel.texts import gettext as _
from portal.operations import progress
from portal.operations.progress import Progress

_NEEDED = ("entity_id", "entity_type", "task_type", "key")
#: States of our jobs in the words of CKAN's loaders.
_STATES = {
    "queued": "pending", "running": "running", "succeeded": "complete", "refused": "error", "failed": "error",
}  # fmt: skip
MOST = 1_000


def task_status_show(call: OfficeCall, args: Raw) -> object:
    """Return the state of a task: by `id`, or by `entity_id`, `task_type`, `key`. For an uploaded file `entity_id` is
    its resource; `state` is `pending`, `running`, `complete` or `error`."""
    if args.text("id"):
        row = _row(call, "id = :id", {"id": as_uuid(args.text("id") or "")})
        if row is None:
            raise NotFound
        return row
    entity = required(args, "entity_id")
    values = {"entity": entity, "type": required(args, "task_type"), "key": required(args, "key")}
    row = _row(call, "entity_id = :entity AND task_type = :type AND key = :key", values)
    found = row or _job(call, entity, values)
    if found is None:
        raise NotFound
    return found


def _row(call: OfficeCall, where: str, values: Mapping[str, Any]) -> dict[str, Any] | None:
    row = call.office.execute(
        text(
            "SELECT id, entity_id, entity_type, task_type, key, value, state, error, last_updated"  # noqa: S608
            f" FROM ingest.task_status WHERE {where}"
        ),
        values,
    ).one_or_none()
    return None if row is None else shown(row._asdict())


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """One row as CKAN answers it."""
    stamp = timestamp(row["last_updated"])
    return {**row, "id": str(row["id"]), "last_updated": stamp.removesuffix(".000000") if stamp else None}


def _job(call: OfficeCall, entity: str, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """The newest job of ours on a resource that the caller may see."""
    key = as_uuid(entity)
    if key is None or not _visible(call, key):
        return None
    jobs = progress.of_subject(call.office, str(key), limit=1)
    return None if not jobs else _of_job(jobs[0], entity, values)


def _visible(call: OfficeCall, key: UUID) -> bool:
    if call.queries.resource(str(key)) is not None:
        return True
    if not call.identity.signed_in:
        return False
    dataset_id = call.office.execute(text("SELECT audit.dataset_of_resource(:key)"), {"key": key}).scalar()
    if dataset_id is None:
        return False
    try:
        call.service(Packages).look(call.identity, dataset_id)
    except NotFound:
        return False
    return True


def _of_job(job: Progress, entity: str, values: Mapping[str, Any]) -> dict[str, Any]:
    state = _STATES[job.state]
    return {
        "id": str(UUID(int=job.job_id)),
        "entity_id": entity,
        "entity_type": "resource",
        "task_type": values["type"] or "datapusher",
        "key": values["key"] or "datapusher",
        "value": str(job.percent),
        "state": state,
        "error": job.message if state == "error" else "",
        "last_updated": timestamp(job.finished or job.heartbeat),
    }


def task_status_update(call: OfficeCall, args: Raw) -> object:
    """Note the state of a task of a loader of your own: `entity_id`, `entity_type`, `task_type`, `key`; `value`,
    `state`, `error`, `last_updated`."""
    require(call.identity, Permission.JOB_MANAGE)
    return _update(call, args.values)


def _update(call: OfficeCall, data: Mapping[str, Any]) -> dict[str, Any]:
    faults: dict[str, Any] = {}
    values: dict[str, Any] = {}
    if given(data.get("id")) and _row(call, "id = :id", {"id": as_uuid(str(data["id"]))}) is None:
        raise NotFound(_("Keadaan tugas tidak ditemukan"))
    for name in _NEEDED:
        if not given(data.get(name)):
            faults[name] = rules.missing().messages
        else:
            values[name] = collect(faults, name, rules.text, data[name])
    for name in ("value", "state", "error"):
        values[name] = None if data.get(name) is None else collect(faults, name, rules.text, data[name])
    moment = (
        None if not data.get("last_updated") else collect(faults, "last_updated", rules.moment, data["last_updated"])
    )
    if faults:
        raise Shaped(faults)
    row = call.office.execute(
        text(
            "INSERT INTO ingest.task_status AS t (entity_id, entity_type, task_type, key, value, state, error,"
            " last_updated) VALUES (:entity_id, :entity_type, :task_type, :key, coalesce(:value, ''), :state, :error,"
            " coalesce(CAST(:moment AS timestamptz), :now)) ON CONFLICT (entity_id, task_type, key) DO UPDATE SET"
            " entity_type = EXCLUDED.entity_type, value = coalesce(:value, t.value),"
            " state = coalesce(:state, t.state), error = coalesce(:error, t.error),"
            " last_updated = coalesce(CAST(:moment AS timestamptz), t.last_updated)"
            " RETURNING id, entity_id, entity_type, task_type, key, value, state, error, last_updated"
        ),
        {**values, "moment": f"{moment}+00" if moment else None, "now": call.scope.now()},
    ).one()
    return shown(row._asdict())


def task_status_update_many(call: OfficeCall, args: Raw) -> object:
    """Note the states of several tasks: `data`, a list of what task_status_update takes."""
    require(call.identity, Permission.JOB_MANAGE)
    data = args.values.get("data")
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data) or len(data) > MOST:
        raise Shaped({"data": [_("Harus berupa daftar objek")]})
    return {"results": [_update(call, row) for row in data]}


def task_status_delete(call: OfficeCall, args: Raw) -> object:
    """Forget the state of a task. `id`."""
    key = required(args, "id")
    require(call.identity, Permission.JOB_MANAGE)
    gone = call.office.execute(
        text("DELETE FROM ingest.task_status WHERE id = :id RETURNING id"), {"id": as_uuid(key)}
    ).one_or_none()
    if gone is None:
        raise NotFound
    return None


def term_translation_show(call: OfficeCall, args: Raw) -> object:
    """Return the translations of words. `terms`: a word or a list; `lang_codes` (optional): languages."""
    terms, codes = args.values.get("terms"), args.values.get("lang_codes")
    if "terms" not in args.values:
        raise Shaped({"terms": "terms not in data"})
    rows = call.office.execute(
        text(
            "SELECT term, term_translation, lang_code FROM ingest.term_translation"
            " WHERE (CAST(:terms AS text[]) IS NULL OR term = ANY(:terms))"
            " AND (CAST(:codes AS text[]) IS NULL OR lang_code = ANY(:codes)) ORDER BY term, lang_code LIMIT :most"
        ),
        {
            "terms": _texts(terms) if terms not in ([], None) else None,
            "codes": None if codes is None else _texts(codes),
            "most": MOST,
        },
    )
    return [dict(row._mapping) for row in rows]


def _texts(value: Any) -> list[str]:
    """Texts to look for; an empty one, and what PostgreSQL cannot hold, finds nothing and counts as none."""
    return [str(item) for item in (value if isinstance(value, list) else [value]) if item and "\0" not in str(item)][
        :MOST
    ]


def term_translation_update(call: OfficeCall, args: Raw) -> object:
    """Keep the translation of a word: `term`, `term_translation`, `lang_code`."""
    require(call.identity, Permission.SYSTEM_CONFIGURE)
    return _translate(call, args.values)


def _translate(call: OfficeCall, data: Mapping[str, Any]) -> dict[str, str]:
    faults: dict[str, Any] = {}
    names = ("term", "term_translation", "lang_code")
    for name in names:
        if not given(data.get(name)):
            faults[name] = rules.missing().messages
    values = {name: collect(faults, name, rules.text, data[name]) for name in names if name not in faults}
    if faults:
        raise Shaped(faults)
    call.office.execute(
        text(
            "INSERT INTO ingest.term_translation (term, lang_code, term_translation)"
            " VALUES (:term, :lang_code, :term_translation)"
            " ON CONFLICT (term, lang_code) DO UPDATE SET term_translation = EXCLUDED.term_translation"
        ),
        values,
    )
    return values


def term_translation_update_many(call: OfficeCall, args: Raw) -> object:
    """Keep the translations of several words: `data`, a list of what term_translation_update takes."""
    data = args.values.get("data")
    if not isinstance(data, list) or not data or not all(isinstance(row, dict) for row in data) or len(data) > MOST:
        raise Shaped({"error": _("Harus berupa daftar objek")})
    require(call.identity, Permission.SYSTEM_CONFIGURE)
    for row in data:
        _translate(call, row)
    return {"success": f"{len(data)} rows updated"}


ACTIONS = (
    Action("task_status_show", Raw, task_status_show),
    Action("task_status_update", Raw, task_status_update, permission=None, writes=True),
    Action("task_status_update_many", Raw, task_status_update_many, permission=None, writes=True),
    Action("task_status_delete", Raw, task_status_delete, permission=None, writes=True, rights_first=False),
    Action("term_translation_show", Raw, term_translation_show),
    Action("term_translation_update", Raw, term_translation_update, permission=None, writes=True),
    Action("term_translation_update_many", Raw, term_translation_update_many, permission=None, writes=True),
)
