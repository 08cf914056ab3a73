"""CKAN's harvest actions. Those that only make sense inside CKAN's own queue and mail do not exist here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from plugins.harvest import shapes
from plugins.harvest.schemas import FREQUENCIES
from plugins.harvest.service import Harvest, require_all
from plugins.harvest.store import Source
from portal.contract.actions import ActionCall, PluginAction
from portal.contract.plugin import Audience
from portal.kernel.decisions import decide
from portal.kernel.errors import Forbidden, Invalid, NotFound
from portal.kernel.ids import as_uuid
from portal.kernel.permissions import Permission
from portal.kernel.texts import gettext as _

MOST_SOURCES = 1_000
#: Days after which a running job of a source counts as failed, by its frequency.
LIFE = {"DAILY": 1, "WEEKLY": 7, "BIWEEKLY": 14, "MONTHLY": 30}


def _harvest(call: ActionCall) -> Harvest:
    return Harvest(call.services)


def _missing(name: str) -> Invalid:
    return Invalid(fields={name: [_("Nilai wajib diisi")]})


def _flag(call: ActionCall, name: str, default: bool = False) -> bool:
    value = call.arguments.get(name, default)
    return value if isinstance(value, bool) else str(value).lower() in {"true", "1", "yes", "on", "t", "y"}


def _source(call: ActionCall, name: str = "id") -> Source:
    """The source that an action is about. Raises Invalid without it, NotFound."""
    ref = call.text(name)
    if ref is None:
        raise _missing(name)
    return _harvest(call).find(call.identity, ref)


def _shown(call: ActionCall, source: Source) -> dict[str, Any]:
    return shapes.source_document(source, _harvest(call).organization(str(source.agency_id)))


# sources


def harvest_source_create(call: ActionCall) -> object:
    """Make a source of harvest and return it. `name`, `url`, `source_type` (`ckan`) and `owner_org` are required;
    `title`, `notes`, `frequency` (MANUAL, ALWAYS, DAILY, WEEKLY, BIWEEKLY, MONTHLY) and `config` (JSON) are taken."""
    return _shown(call, _harvest(call).create(call.identity, call.arguments))


def harvest_source_show(call: ActionCall) -> object:
    """Return a source with the state of its last job. `id`: its id or name, or `url`."""
    ref, url = call.text("id"), call.text("url")
    if ref is None and url is None:
        raise _missing("name_or_id")
    harvest = _harvest(call)
    source = harvest.find(call.identity, ref, url)
    status = shapes.status_document(harvest.store, source)
    return {**_shown(call, source), "status": status, "active": source.active}


def harvest_source_show_status(call: ActionCall) -> object:
    """Return how a source stands: jobs, the last of them, datasets. `id`: its id or name."""
    source = _source(call)
    return shapes.status_document(_harvest(call).store, source)


def harvest_source_list(call: ActionCall) -> object:
    """Return the sources that the caller manages, newest first. `only_active`, `organization_id`,
    `return_last_job_status`."""
    if not call.identity.signed_in:
        return []
    harvest = _harvest(call)
    sources = harvest.list(call.identity)[:MOST_SOURCES]
    if call.text("organization_id") is not None:
        wanted = harvest.organization(str(call.text("organization_id")))
        sources = [source for source in sources if str(source.agency_id) == wanted.get("id")]
    if _flag(call, "only_active"):
        sources = [source for source in sources if source.active]
    if _flag(call, "only_to_run"):
        due = [item for item in sources if item.active and item.frequency not in {None, "MANUAL"}]
        sources = [item for item in due if item.next_run is None or item.next_run <= harvest.now]
    return _listed(harvest, sources, whole=_flag(call, "return_last_job_status"))


def _listed(harvest: Harvest, sources: Sequence[Source], *, whole: bool) -> list[dict[str, Any]]:
    store, keys = harvest.store, [source.id for source in sources]
    counts, last = store.counts(keys), store.last_jobs(keys)
    ended: dict[UUID, Mapping[str, Any]] = {
        row["source_id"]: row
        for row in store.rows(
            "SELECT DISTINCT ON (source_id) source_id, gather_finished, finished FROM harvest.job"
            " WHERE source_id = ANY (:ids) AND status = 'Finished' ORDER BY source_id, created DESC",
            ids=keys,
        )
    }
    waiting = {
        row["source_id"]
        for row in store.rows(
            "SELECT source_id FROM harvest.job WHERE source_id = ANY (:ids) AND status = 'New'", ids=keys
        )
    }
    found = []
    for source in sources:
        job = last.get(source.id)
        end = ended.get(source.id, {})
        row = shapes.listed(
            source,
            jobs=counts.get(source.id, 0),
            last=job,
            waiting=source.id in waiting,
            finished=end.get("gather_finished") or end.get("finished"),
        )
        if whole:
            row["last_job_status"] = None if job is None else shapes.whole_job(store, job)
        found.append(row)
    return found


def harvest_source_update(call: ActionCall) -> object:
    """Replace a source's fields and return it. `id`: its id or name; `name`, `url` and `source_type` are required."""
    harvest, source = _harvest(call), _source(call)
    return {**_shown(call, harvest.update(call.identity, source, call.arguments)), **_status(harvest, source)}


def harvest_source_patch(call: ActionCall) -> object:
    """Change only the fields that are sent, and return the source. `id`: its id or name."""
    harvest, source = _harvest(call), _source(call)
    sent = {**harvest.values_of(source), **call.arguments}
    return {**_shown(call, harvest.update(call.identity, source, sent)), **_status(harvest, source)}


def _status(harvest: Harvest, source: Source) -> dict[str, Any]:
    return {"status": shapes.status_document(harvest.store, source)}


def harvest_source_delete(call: ActionCall) -> object:
    """Delete a source: it runs no more. Its datasets stay. `id`: its id or name."""
    _harvest(call).set_state(_source(call), "deleted")
    return None


def harvest_source_job_history_clear(call: ActionCall) -> object:
    """Forget the jobs of a source and their faults; source and datasets stay. `id`: its id or name."""
    source = _source(call)
    _forget(_harvest(call), [source])
    return {"id": str(source.id)}


def harvest_sources_job_history_clear(call: ActionCall) -> object:
    """Forget the jobs of every active source. Administrators only."""
    require_all(call.identity)
    harvest = _harvest(call)
    sources = [source for source in harvest.list(call.identity) if source.active]
    _forget(harvest, sources)
    return [{"id": str(source.id)} for source in sources]


def _forget(harvest: Harvest, sources: Sequence[Source]) -> None:
    harvest.store.run(
        "DELETE FROM harvest.job WHERE source_id = ANY (:ids) AND status <> 'Running'",
        ids=[item.id for item in sources],
    )


def harvest_source_reindex(call: ActionCall) -> object:
    """Nothing has to be done: a source stands in no index. `id`: its id or name."""
    _source(call)
    return True


def harvest_sources_reindex(call: ActionCall) -> object:
    """Nothing has to be done: sources stand in no index. Administrators only."""
    require_all(call.identity)
    return True


# jobs


def harvest_job_create(call: ActionCall) -> object:
    """Start a harvest of a source and return its job. `source_id`; `run` (true): false leaves it waiting."""
    source = _source(call, "source_id")
    harvest = _harvest(call)
    job = harvest.start(call.identity, source, run=_flag(call, "run", default=True))
    return shapes.job_document(job, {})


def harvest_job_create_all(call: ActionCall) -> object:
    """Start a harvest of every active source that has none open. `run` (true). Administrators only."""
    require_all(call.identity)
    harvest = _harvest(call)
    run = _flag(call, "run", default=True)
    free = [
        source
        for source in harvest.list(call.identity)
        if source.active and not harvest.store.jobs("source_id = :id AND status <> 'Finished'", id=source.id)
    ]
    return shapes.jobs_document(harvest.store, [harvest.start(call.identity, source, run=run) for source in free])


def harvest_job_list(call: ActionCall) -> object:
    """Return jobs, newest first. `source_id`; `status` (New, Running, Finished)."""
    harvest = _harvest(call)
    sources = harvest.list(call.identity)
    ref = call.text("source_id")
    if ref is None:
        harvest.require_any(call.identity)
    else:
        sources = [source for source in sources if str(source.id) == ref]
        if not sources and not decide(call.identity, Permission.HARVEST_ALL):
            raise NotFound(_("sumber panen"))
    jobs = harvest.store.jobs(
        "source_id = ANY (:ids) AND status = coalesce(:status, status)",
        ids=[source.id for source in sources],
        status=call.text("status"),
    )
    return shapes.jobs_document(harvest.store, jobs)


def harvest_job_show(call: ActionCall) -> object:
    """Return a job with its commonest faults. `id`."""
    harvest = _harvest(call)
    return shapes.whole_job(harvest.store, harvest.job(call.identity, call.text("id")))


def harvest_job_report(call: ActionCall) -> object:
    """Return every fault of a job. `id`."""
    harvest = _harvest(call)
    job = harvest.job(call.identity, call.text("id"))
    source = harvest.store.source(job.source_id)
    return shapes.report(harvest.store, job, source.url if source else "")


def harvest_job_abort(call: ActionCall) -> object:
    """End a job; what is in stays. `id`: of the job or of its source, or `source_id`. Administrators only, or who
    manages the source."""
    harvest = _harvest(call)
    ref = call.text("source_id") or call.text("id")
    if ref is None:
        raise _missing("id")
    try:
        source = harvest.find(call.identity, ref)
    except NotFound:
        job = harvest.job(call.identity, ref)
    else:
        last = harvest.store.last_jobs([source.id]).get(source.id)
        if last is None:
            raise NotFound(_("tugas panen"))
        job = last
    return shapes.whole_job(harvest.store, harvest.stop(job))


def harvest_send_job_to_gather_queue(call: ActionCall) -> object:
    """Let a waiting job run. `id`."""
    harvest = _harvest(call)
    if call.text("id") is None:
        raise _missing("id")
    job = harvest.job(call.identity, call.text("id"))
    source = harvest.store.source(job.source_id)
    if source is None or not source.active:
        raise Invalid(_("Sumber panen ini tidak aktif."))
    return shapes.job_document(harvest.send(job), harvest.store.statistics([job.id])[job.id])


def harvest_jobs_run(call: ActionCall) -> object:
    """Nothing has to be done: the worker starts what is due by itself. Administrators only."""
    require_all(call.identity)
    return []


def harvest_abort_failed_jobs(call: ActionCall) -> object:
    """End jobs that run longer than their source's frequency. `life_span`: days for sources without one."""
    require_all(call.identity)
    harvest = _harvest(call)
    text = call.text("life_span") or "7"
    days = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 7
    ended = 0
    for job in harvest.store.jobs("status = 'Running'"):
        source = harvest.store.source(job.source_id)
        life = LIFE.get((source.frequency if source else None) or FREQUENCIES[0], days)
        if (harvest.now - job.created).days >= life:
            harvest.stop(job)
            ended += 1
    return _("Tugas yang dihentikan: %(count)s", count=ended)


# objects


def harvest_object_show(call: ActionCall) -> object:
    """Return what a job found of one dataset. `id`, or `dataset_id`: of the dataset it became."""
    harvest = _harvest(call)
    ref, dataset = call.text("id"), call.text("dataset_id")
    if ref is None and dataset is None:
        raise Invalid(_("Sebutkan id atau dataset_id."))
    key = as_uuid(ref or dataset or "")
    where = "id = :key" if ref is not None else "package_id = :key AND current"
    found = harvest.store.objects(where, key=key) if key else []
    for item in found:
        source = harvest.store.source(item.source_id)
        if source is not None and harvest.may(call.identity, source.agency_id):
            return shapes.object_document(harvest.store, item)
    raise NotFound(_("objek panen"))


def harvest_object_list(call: ActionCall) -> object:
    """Return ids of objects of the caller's sources. `source_id`; `only_current` (true)."""
    harvest = _harvest(call)
    ref = call.text("source_id")
    keys = [item.id for item in harvest.list(call.identity) if ref in {None, str(item.id)}]
    current = "AND current" if _flag(call, "only_current", default=True) else ""
    return [str(row.id) for row in harvest.store.objects(f"source_id = ANY (:ids) {current}", limit=10_000, ids=keys)]


def harvest_object_create(call: ActionCall) -> object:
    """Objects are made by harvests alone: this refuses, as CKAN does everybody but a sysadmin."""
    raise Forbidden(_("objek panen hanya dibuat oleh pemanenan"))


def harvesters_info_show(call: ActionCall) -> object:
    """Return the kinds of sources that there are."""
    return [
        {
            "name": "ckan",
            "title": "CKAN",
            "description": _("Memanen katalog CKAN lain"),
            "form_config_interface": "Text",
            "show_config": True,
        }
    ]


def harvest_log_list(call: ActionCall) -> object:
    """Return nothing: what a harvest does stands in the reports of its jobs. Administrators only."""
    require_all(call.identity)
    return []


BOTH: frozenset[Audience] = frozenset({"public", "office"})
READ = Permission.PUBLISHED_READ
ACTIONS = (
    PluginAction("harvest_source_list", harvest_source_list, READ, audiences=BOTH),
    PluginAction("harvesters_info_show", harvesters_info_show, READ, audiences=BOTH),
    PluginAction("harvest_source_show", harvest_source_show, READ),
    PluginAction("harvest_source_show_status", harvest_source_show_status, READ),
    PluginAction("harvest_object_show", harvest_object_show, READ),
    PluginAction("harvest_source_create", harvest_source_create, writes=True),
    PluginAction("harvest_source_update", harvest_source_update, READ, writes=True),
    PluginAction("harvest_source_patch", harvest_source_patch, READ, writes=True),
    PluginAction("harvest_source_delete", harvest_source_delete, READ, writes=True),
    PluginAction("harvest_source_job_history_clear", harvest_source_job_history_clear, writes=True),
    PluginAction("harvest_sources_job_history_clear", harvest_sources_job_history_clear, writes=True),
    PluginAction("harvest_source_reindex", harvest_source_reindex),
    PluginAction("harvest_sources_reindex", harvest_sources_reindex),
    PluginAction("harvest_job_create", harvest_job_create, writes=True),
    PluginAction("harvest_job_create_all", harvest_job_create_all, writes=True),
    PluginAction("harvest_job_list", harvest_job_list, READ),
    PluginAction("harvest_job_show", harvest_job_show),
    PluginAction("harvest_job_report", harvest_job_report),
    PluginAction("harvest_job_abort", harvest_job_abort, writes=True),
    PluginAction("harvest_send_job_to_gather_queue", harvest_send_job_to_gather_queue, writes=True),
    PluginAction("harvest_jobs_run", harvest_jobs_run, writes=True),
    PluginAction("harvest_abort_failed_jobs", harvest_abort_failed_jobs, writes=True),
    PluginAction("harvest_object_list", harvest_object_list),
    PluginAction("harvest_object_create", harvest_object_create, writes=True),
    PluginAction("harvest_log_list", harvest_log_list),
)
