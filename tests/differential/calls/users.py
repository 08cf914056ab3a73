"""Accounts and tokens."""

from __future__ import annotations

from tests.differential.calls.battery import ids, without_rights, wrong
from tests.differential.calls.world import PASSWORD
from tests.differential.sides import Call

NEW = {"name": "dx§-baru", "email": "dx§-baru@contoh.id", "password": PASSWORD}
OTHER = {"name": "dx§-x", "email": "dx§-x@contoh.id", "password": PASSWORD}
PEOPLE = ("nobody", "outsider", "editor", "sysadmin")

CALLS: tuple[Call, ...] = (
    *(Call("user_show", {"id": "dx§-editor"}, who) for who in PEOPLE),
    Call("user_show", {"id": "$user.editor"}, "sysadmin"),
    *(Call("user_show", {}, who, values=who != "sysadmin") for who in PEOPLE),
    *(
        Call("user_show", {"id": "dx§-editor", **more}, "editor", values=False)
        for more in (
            {"include_datasets": True},
            {"include_num_followers": True},
            {"include_password_hash": True},
            {"include_plugin_extras": True},
        )
    ),
    Call("user_show", {"id": "dx§-editor"}, "sysadmin", how="get"),
    *tuple(ids("user_show"))[1:],  # whom nothing means is asked above
    *(Call("user_list", {"q": "dx§"}, who) for who in PEOPLE),
    *(
        Call("user_list", {"q": "dx§", **more}, "sysadmin")
        for more in (
            {"all_fields": False},
            {"order_by": "name"},
            {"order_by": "display_name"},
            {"order_by": "nosuch"},
            {"email": "dx§-editor@contoh.id"},
            {"order_by": "number_created_packages"},
            {"include_site_user": True},
            {"all_fields": "x"},
        )
    ),
    Call("user_list", {"email": "tidak-ada@contoh.id"}, "sysadmin"),
    *(Call("user_autocomplete", {"q": "dx§-edit"}, who) for who in PEOPLE),
    Call("user_autocomplete", {"q": "dx§-editor", "limit": 1}, "sysadmin"),
    *ids("user_autocomplete", "q"),
    *without_rights("user_create", NEW, ("nobody", "outsider", "admin")),
    Call("user_create", {}, "sysadmin"),
    Call("user_create", NEW, "sysadmin", keep={"user.new": "id"}),
    Call("user_create", NEW, "sysadmin", note="again"),
    Call("user_create", {**OTHER, "email": "dx§-baru@contoh.id"}, "sysadmin", note="the same e-mail"),
    *wrong("user_create", OTHER, "name", ("", None, "a", "A B", 5, [], "x" * 101, "é", "new", "edit"), "sysadmin"),
    *wrong("user_create", OTHER, "email", ("", None, "bukan", 5, []), "sysadmin"),
    *wrong("user_create", OTHER, "password", ("", None, "pendek", 5, [], "x" * 7), "sysadmin"),
    Call(
        "user_create",
        {**OTHER, "name": "dx§-tokenan", "email": "dx§-t@contoh.id", "with_apitoken": True},
        "sysadmin",
        keep={"user.token": "id"},
    ),
    *without_rights("user_patch", {"id": "dx§-baru", "fullname": "x"}, ("nobody", "outsider", "admin")),
    Call("user_patch", {"id": "dx§-baru", "fullname": "Nama Baru", "about": "Tentang"}, "sysadmin"),
    Call("user_patch", {"id": "dx§-editor", "fullname": "Oleh sendiri"}, "editor"),
    Call("user_patch", {"id": "dx§-baru", "email": "bukan"}, "sysadmin"),
    Call("user_patch", {"id": "dx§-baru", "name": "dx§-editor"}, "sysadmin"),
    *ids("user_patch", fullname="x"),
    Call(
        "user_update",
        {"id": "dx§-baru", "name": "dx§-baru", "email": "dx§-baru@contoh.id", "fullname": "Diganti"},
        "sysadmin",
    ),
    Call("user_update", {"id": "dx§-baru", "fullname": "Tanpa surat"}, "sysadmin"),
    *without_rights("user_update", {"id": "dx§-baru", "email": "x@contoh.id"}, ("nobody", "outsider")),
    *ids("user_update", fullname="x"),
    *without_rights(
        "user_invite",
        {"email": "dx§-u@contoh.id", "group_id": "$org", "role": "editor"},
        ("nobody", "outsider", "editor"),
    ),
    Call("user_invite", {}, "sysadmin"),
    Call("user_invite", {"email": "bukan", "group_id": "$org", "role": "editor"}, "sysadmin"),
    Call("user_invite", {"email": "dx§-u@contoh.id", "group_id": "tidak-ada-§", "role": "editor"}, "sysadmin"),
    Call("user_invite", {"email": "dx§-u@contoh.id", "group_id": "$org", "role": "nosuch"}, "sysadmin"),
    *without_rights("api_token_create", {"user": "dx§-editor", "name": "curian"}, ("nobody", "outsider", "admin")),
    Call("api_token_create", {}, "editor"),
    Call(
        "api_token_create",
        {"user": "dx§-editor", "name": "kedua"},
        "editor",
        ignore=("id",),
        keep={"token.second": "token"},
    ),
    Call("package_show", {"id": "dx§-privat"}, "second"),
    *wrong(
        "api_token_create",
        {"user": "dx§-editor", "name": "n"},
        "name",
        ("", None, 5, [], "x" * 300),
        "editor",
        values=False,
    ),
    *ids("api_token_create", "user", name="n"),
    Call("api_token_list", {"user_id": "dx§-editor"}, "editor", ignore=("id",)),
    Call("api_token_list", {"user_id": "dx§-editor"}, "sysadmin", ignore=("id",)),
    *without_rights("api_token_list", {"user_id": "dx§-editor"}, ("nobody", "outsider", "admin")),
    *ids("api_token_list", "user_id"),
    Call("api_token_revoke", {}, "editor"),
    Call("api_token_revoke", {"token": "$token.second"}, "outsider"),
    Call("api_token_revoke", {"token": "$token.second"}, "editor"),
    Call("package_show", {"id": "dx§-privat"}, "second", note="with a revoked token"),
    Call("api_token_revoke", {"token": "tidak-ada"}, "editor"),
    Call("api_token_revoke", {"jti": "tidak-ada"}, "editor"),
    *without_rights("user_delete", {"id": "dx§-baru"}, ("nobody", "outsider", "admin")),
    Call("user_delete", {"id": "dx§-baru"}, "sysadmin"),
    Call("user_show", {"id": "dx§-baru"}, "sysadmin"),
    Call("user_show", {"id": "dx§-baru"}, "outsider"),
    Call("user_delete", {"id": "dx§-tokenan"}, "sysadmin"),
    *ids("user_delete"),
)
