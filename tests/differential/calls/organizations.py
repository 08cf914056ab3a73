"""Organisations: lists, show, autocomplete, lists for a user, and their life."""

from __future__ import annotations

from tests.differential.calls.battery import ids, ways, without_rights, wrong
from tests.differential.sides import Call

LIST = "organization_list"
SHOW = "organization_show"
SCRATCH = {"name": "dx§-org-baru", "title": "Org baru §"}

CALLS: tuple[Call, ...] = (
    Call(LIST, values=False),
    *(
        Call(LIST, {"organizations": ["dx§-dinas", "dx§-badan"], **more})
        for more in (
            {},
            {"all_fields": True},
            {"all_fields": "true"},
            {"all_fields": True, "include_dataset_count": False},
            {"all_fields": True, "include_extras": True},
            {"all_fields": True, "include_users": True},
            {"all_fields": True, "include_groups": True},
            {"sort": "name desc"},
            {"sort": "title asc"},
            {"sort": "package_count desc"},
            {"sort": "name"},
            {"order_by": "packages"},
            {"order_by": "name"},
        )
    ),
    Call(LIST, {"organizations": '["dx§-dinas"]'}, how="get"),
    Call(LIST, {"organizations": "dx§-dinas"}, how="get"),
    Call(LIST, {"all_fields": "true", "limit": "1"}, how="get", values=False),
    Call(LIST, {"limit": 1}, values=False),
    Call(LIST, {"limit": 1, "offset": 1}, values=False),
    *wrong(LIST, {}, "limit", (0, -1, "x", [], None, 1.5), "nobody"),
    *wrong(LIST, {}, "offset", (-1, "x", []), "nobody"),
    *wrong(
        LIST,
        {"organizations": ["dx§-dinas"]},
        "sort",
        ("foo", "foo desc", "name sideways", "name desc, title", 5, [], ""),
        "nobody",
    ),
    *wrong(LIST, {}, "organizations", (5, {}, ["tidak-ada-§"], "", None), "nobody"),
    *wrong(LIST, {"organizations": ["dx§-dinas"]}, "type", ("organization", "tidak-ada-§", 5), "nobody"),
    *wrong(LIST, {"organizations": ["dx§-dinas"]}, "all_fields", ("x", 1, 0, "no", [], None), "nobody"),
    *ways(SHOW, {"id": "dx§-dinas"}),
    Call(SHOW, {"id": "$org"}),
    Call(SHOW, {"id": "$org"}, "admin", values=False),
    Call(SHOW, {"id": "$org"}, "member", values=False),
    *(
        Call(SHOW, {"id": "dx§-dinas", **more})
        for more in (
            {"include_datasets": True},
            {"include_datasets": "true"},
            {"include_dataset_count": False},
            {"include_extras": False},
            {"include_users": False},
            {"include_groups": False},
            {"include_tags": False},
            {"include_followers": False},
            {"include_followers": True},
            {"include_users": True},
            {"include_datasets": True, "include_users": False},
        )
    ),
    Call(SHOW, {"id": "dx§-grup"}),
    *ids(SHOW, who="nobody"),
    *ways("organization_autocomplete", {"q": "dx§"}),
    Call("organization_autocomplete", {"q": "Dinas Uji §"}),
    Call("organization_autocomplete", {"q": "dx§", "limit": 1}, values=False),
    Call("organization_autocomplete", {"q": "zz§"}),
    *ids("organization_autocomplete", "q", "nobody"),
    *(
        Call("organization_list_for_user", data, who, values=who != "sysadmin")
        for who in ("nobody", "outsider", "member", "editor", "admin", "other_admin", "sysadmin")
        for data in ({}, {"permission": "create_dataset"})
    ),
    *(
        Call("organization_list_for_user", {"permission": permission}, "editor")
        for permission in ("read", "update_dataset", "delete_dataset", "admin", "manage_group", "tidak_ada", "", 5)
    ),
    Call("organization_list_for_user", {"include_dataset_count": True}, "editor"),
    Call("organization_list_for_user", {"id": "dx§-editor"}, "sysadmin"),
    Call("organization_list_for_user", {"id": "dx§-editor"}, "outsider"),
    Call("organization_list_for_user", {"id": "tidak-ada-§"}, "sysadmin"),
    *without_rights("organization_create", SCRATCH),
    Call("organization_create", {}, "sysadmin"),
    Call("organization_create", SCRATCH, "sysadmin", keep={"org3": "id"}),
    Call("organization_create", SCRATCH, "sysadmin", note="again"),
    *wrong(
        "organization_create",
        {**SCRATCH, "name": "dx§-x1"},
        "name",
        ("", None, "A B", "a", "x" * 101, 5, [], "new", "é", "dx§-grup"),
        "sysadmin",
    ),
    *wrong("organization_create", {"name": "dx§-x2"}, "extras", ("x", [{"key": "a"}], [5], {}), "sysadmin"),
    *wrong(
        "organization_create",
        {"name": "dx§-x3"},
        "users",
        ("x", [{"name": "tidak-ada-§", "capacity": "admin"}], [5]),
        "sysadmin",
    ),
    Call(
        "organization_create",
        {
            "name": "dx§-org-penuh",
            "title": "Penuh 水 é",
            "description": "d",
            "image_url": "https://contoh.id/l.png",
            "extras": [{"key": "kode", "value": "33.29"}],
            "users": [{"name": "dx§-editor", "capacity": "editor"}],
        },
        "sysadmin",
        keep={"org4": "id"},
    ),
    Call(SHOW, {"id": "dx§-org-penuh"}),
    *without_rights(
        "organization_patch",
        {"id": "dx§-dinas", "title": "x"},
        ("nobody", "outsider", "member", "editor", "other_admin"),
    ),
    Call("organization_patch", {"id": "dx§-dinas", "description": "Baru §"}, "admin"),
    Call("organization_patch", {"id": "$org3", "title": "Ganti §"}, "sysadmin"),
    Call("organization_patch", {"id": "$org3", "name": "dx§-dinas"}, "sysadmin"),
    *ids("organization_patch", title="x"),
    Call("organization_update", {"id": "$org3", "name": "dx§-org-baru", "title": "Ubah §"}, "sysadmin"),
    Call("organization_update", {"id": "$org3", "title": "Tanpa nama"}, "sysadmin"),
    Call(
        "organization_update",
        {"id": "$org3", "name": "dx§-org-baru", "extras": [{"key": "a", "value": "b"}]},
        "sysadmin",
    ),
    *ids("organization_update", title="x"),
    *without_rights(
        "organization_update",
        {"id": "dx§-dinas", "name": "dx§-dinas"},
        ("nobody", "outsider", "member", "editor", "other_admin"),
    ),
    *without_rights(
        "organization_delete", {"id": "dx§-dinas"}, ("nobody", "outsider", "member", "editor", "other_admin")
    ),
    Call("organization_delete", {"id": "$org3"}, "sysadmin"),
    Call(SHOW, {"id": "$org3"}),
    Call(SHOW, {"id": "$org3"}, "sysadmin"),
    Call(LIST, {"organizations": ["dx§-org-baru"]}),
    *ids("organization_delete"),
    *without_rights("organization_purge", {"id": "$org3"}, ("nobody", "outsider", "admin", "other_admin")),
    Call("organization_purge", {"id": "$org3"}, "sysadmin"),
    Call(SHOW, {"id": "$org3"}, "sysadmin"),
    Call("organization_purge", {"id": "dx§-org-penuh"}, "sysadmin"),
    *ids("organization_purge"),
)
