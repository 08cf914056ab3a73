"""What ckanext-harvest's clients use: sources and jobs. Its rare actions answer as where the plugin is off."""

from __future__ import annotations

from tests.differential.calls.battery import without_rights, wrong
from tests.differential.sides import Call

SOURCE = {
    "name": "dx§-sumber",
    "title": "Sumber §",
    "url": "http://127.0.0.1:1/§",
    "source_type": "ckan",
    "owner_org": "dx§-dinas",
    "frequency": "MANUAL",
}

CALLS: tuple[Call, ...] = (
    Call("harvest_source_list", values=False),
    Call("harvest_source_list", {}, "sysadmin", values=False),
    *without_rights("harvest_source_create", SOURCE, ("nobody", "outsider", "member")),
    Call("harvest_source_create", {}, "sysadmin"),
    Call("harvest_source_create", SOURCE, "sysadmin", keep={"source": "id"}, values=False),
    *wrong(
        "harvest_source_create", {**SOURCE, "name": "dx§-sumber-lain"}, "source_type", ("nosuch", "", None), "sysadmin"
    ),
    Call("harvest_source_show", {}, "nobody"),
    Call("harvest_source_show", {"id": "tidak-ada-§"}, "nobody"),
    Call("harvest_source_show", {"id": "$source"}, "nobody", values=False),
    Call("harvest_job_create", {"source_id": "$source"}, "nobody"),
    Call("harvest_job_create", {"source_id": "$source"}, "member"),
    Call("harvest_job_create", {"source_id": "$source", "run": False}, "sysadmin", values=False),
    Call("harvest_job_create", {"source_id": "tidak-ada-§"}, "sysadmin"),
    Call("harvest_job_list", {"source_id": "$source"}, "sysadmin", values=False),
    Call("harvest_job_list", {"source_id": "$source"}, "nobody"),
    Call("package_delete", {"id": "$source"}, "sysadmin"),
    Call("dataset_purge", {"id": "$source"}, "sysadmin", values=False),
)
