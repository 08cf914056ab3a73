"""Groups: lists, show, their datasets, and their life."""

from __future__ import annotations

from tests.differential.calls.battery import ids, ways, without_rights, wrong
from tests.differential.sides import Call

SCRATCH = {"name": "dx§-grup-baru", "title": "Grup baru §"}
NAMES = {"groups": ["dx§-grup", "dx§-grup-dua"]}

CALLS: tuple[Call, ...] = (
    Call("group_list", values=False),
    *(
        Call("group_list", {**NAMES, **more})
        for more in (
            {},
            {"all_fields": True},
            {"all_fields": True, "include_dataset_count": False},
            {"all_fields": True, "include_extras": True},
            {"all_fields": True, "include_users": True},
            {"all_fields": True, "include_groups": True},
            {"sort": "name desc"},
            {"sort": "title asc"},
            {"sort": "package_count desc"},
            {"order_by": "packages"},
        )
    ),
    Call("group_list", {"groups": '["dx§-grup"]'}, how="get"),
    Call("group_list", {"limit": 1}, values=False),
    *wrong("group_list", {}, "limit", (0, -1, "x", [], None), "nobody"),
    *wrong("group_list", NAMES, "sort", ("foo", "name sideways", 5), "nobody"),
    *ways("group_show", {"id": "dx§-grup"}),
    Call("group_show", {"id": "$group"}),
    Call("group_show", {"id": "$group"}, "editor", values=False),
    *(
        Call("group_show", {"id": "dx§-grup", **more})
        for more in (
            {"include_datasets": True},
            {"include_dataset_count": False},
            {"include_extras": False},
            {"include_users": False},
            {"include_groups": False},
            {"include_tags": False},
            {"include_followers": False},
            {"include_followers": True},
        )
    ),
    Call("group_show", {"id": "dx§-dinas"}),
    *ids("group_show", who="nobody"),
    *ways("group_package_show", {"id": "dx§-grup"}),
    Call("group_package_show", {"id": "dx§-grup", "limit": 1}),
    Call("group_package_show", {"id": "dx§-dinas"}),
    *ids("group_package_show", who="nobody"),
    *wrong("group_package_show", {"id": "dx§-grup"}, "limit", (0, -1, "x", [], None), "nobody"),
    *ways("group_autocomplete", {"q": "dx§"}),
    Call("group_autocomplete", {"q": "Pertanian §"}),
    *ids("group_autocomplete", "q", "nobody"),
    *(
        Call("group_list_authz", data, who, values=who != "sysadmin")
        for who in ("nobody", "outsider", "member", "editor", "admin", "sysadmin")
        for data in ({}, {"am_member": True}, {"available_only": True})
    ),
    *without_rights("group_create", SCRATCH),
    Call("group_create", SCRATCH, "editor"),
    Call("group_create", {}, "sysadmin"),
    Call("group_create", SCRATCH, "sysadmin", keep={"group3": "id"}),
    Call("group_create", SCRATCH, "sysadmin", note="again"),
    *wrong(
        "group_create", {"name": "dx§-y1"}, "name", ("", None, "A B", "a", "x" * 101, 5, [], "dx§-dinas"), "sysadmin"
    ),
    Call(
        "group_create",
        {
            "name": "dx§-grup-penuh",
            "title": "Penuh",
            "description": "d",
            "extras": [{"key": "a", "value": "b"}],
            "packages": [{"id": "$ds"}],
            "users": [{"name": "dx§-editor", "capacity": "editor"}],
        },
        "sysadmin",
        keep={"group4": "id"},
    ),
    Call("group_show", {"id": "dx§-grup-penuh", "include_datasets": True}),
    *without_rights("group_patch", {"id": "dx§-grup", "title": "x"}, ("nobody", "outsider", "member")),
    Call("group_patch", {"id": "dx§-grup", "description": "Baru §"}, "sysadmin"),
    Call("group_patch", {"id": "dx§-grup", "description": "Oleh editor"}, "editor"),
    *ids("group_patch", title="x"),
    Call("group_update", {"id": "$group3", "name": "dx§-grup-baru", "title": "Ubah §"}, "sysadmin"),
    Call("group_update", {"id": "$group3", "title": "Tanpa nama"}, "sysadmin"),
    *ids("group_update", title="x"),
    *without_rights("group_update", {"id": "dx§-grup", "name": "dx§-grup"}, ("nobody", "outsider", "member")),
    *without_rights("group_delete", {"id": "dx§-grup"}, ("nobody", "outsider", "member", "editor")),
    Call("group_delete", {"id": "$group3"}, "sysadmin"),
    Call("group_show", {"id": "$group3"}),
    Call("group_show", {"id": "$group3"}, "sysadmin"),
    *ids("group_delete"),
    *without_rights("group_purge", {"id": "$group3"}, ("nobody", "outsider", "admin")),
    Call("group_purge", {"id": "$group3"}, "sysadmin"),
    Call("group_purge", {"id": "dx§-grup-penuh"}, "sysadmin"),
    Call("group_show", {"id": "$group3"}, "sysadmin"),
    *ids("group_purge"),
)
