"""Accounts, tokens and members as programs ask for them: defaults, other spellings of values, every role."""

from __future__ import annotations

from tests.differential.calls.battery import UNKNOWN, wrong
from tests.differential.calls.world import PASSWORD
from tests.differential.sides import Call

FLAGS = (True, "true", "True", 1, "1", "yes", "on", "t", "y", False, "false", 0, "0", "no", "", None)
PEOPLE = ("nobody", "outsider", "member", "editor", "admin", "other_admin", "sysadmin")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


def account(word: str, **more: object) -> dict[str, object]:
    """A new account of this run."""
    return {"name": f"dx§-{word}", "email": f"dx§-{word}@contoh.id", "password": PASSWORD, **more}


USERS: tuple[Call, ...] = (
    Call("user_create", account("lk1", fullname="Ñandú § é 水 🌾", about="Baris satu\nbaris dua"), "sysadmin"),
    Call("user_show", {"id": "dx§-lk1"}, "sysadmin"),
    Call("user_create", account("lk2", email="dx§-besar@contoh.id"), "sysadmin"),
    Call("user_show", {"id": "dx§-lk2"}, "sysadmin"),
    Call("user_create", account("lk3", email="DX§-Besar@Contoh.ID"), "sysadmin", note="e-mail in other letters"),
    Call("user_create", account("lk4", activity_streams_email_notifications="true"), "sysadmin"),
    Call("user_create", account("lk5", plugin_extras={"a": {"b": 1}}), "sysadmin"),
    Call("user_show", {"id": "dx§-lk5", "include_plugin_extras": "true"}, "sysadmin"),
    Call("user_create", account("lk6", plugin_extras="x"), "sysadmin"),
    Call("user_create", account("lk6", plugin_extras=[1]), "sysadmin"),
    Call("user_create", account("lk7", image_url="https://contoh.id/foto.png"), "sysadmin"),
    Call("user_create", account("lk9", sysadmin=True), "editor", note="a sysadmin by an editor"),
    Call("user_create", account("lk10", id="abc"), "sysadmin", note="an id that is none"),
    Call("user_create", account("lk10", id="$user.editor"), "sysadmin", note="an id that is taken"),
    Call("user_create", account("lk11", created="2001-01-01", apikey="x", reset_key="y"), "sysadmin"),
    Call("user_create", account("lk12", nosuch="x"), "sysadmin", note="an unknown field"),
    Call("user_create", account("lk13", fullname=5), "sysadmin"),
    Call("user_create", account("lk14", fullname=None, about=None, image_url=None), "sysadmin"),
    Call("user_create", account("lk15", about="", image_url=""), "sysadmin"),
    Call("user_create", account("lk16"), "sysadmin", "form"),
    Call("user_create", account("l_k-17"), "sysadmin"),
    Call("user_create", account("lk18", email=" dx§-lk18@contoh.id "), "sysadmin"),
    Call("user_create", account("lk19", email="a@dx§"), "sysadmin"),
    Call("user_create", account("lk20", email="é@contoh.id"), "sysadmin"),
    Call("user_create", account("lk21", email="a b@contoh.id"), "sysadmin"),
    Call("user_create", {"name": "dx§-lk22"}, "sysadmin"),
    Call("user_create", {"email": "dx§-lk22@contoh.id"}, "sysadmin"),
    Call("user_create", {"password": PASSWORD}, "sysadmin"),
    Call("user_create", account("Besar"), "sysadmin"),
    Call("user_create", {**account("lk23"), "name": "search"}, "sysadmin"),
    *(Call("user_create", account("lk24", with_apitoken=flag), "sysadmin") for flag in ("no", [])),
    Call(
        "user_create",
        {k: str(v) for k, v in account("lk25").items()},
        "sysadmin",
        "multipart",
        files={"image_upload": ("foto.png", PNG, "image/png")},
        ignore=("image_url", "image_display_url"),
    ),
    Call("user_show", {"id": "dx§-lk25"}, "sysadmin", ignore=("image_url", "image_display_url")),
    Call(
        "user_patch",
        {"id": "dx§-lk25"},
        "sysadmin",
        "multipart",
        files={"image_upload": ("foto.txt", b"bukan gambar", "text/plain")},
    ),
    Call("user_patch", {"id": "dx§-lk1", "about": "é"}, "sysadmin"),
    Call("user_patch", {"id": "dx§-lk1", "name": "dx§-lk1-baru"}, "sysadmin"),
    Call("user_show", {"id": "dx§-lk1"}, "sysadmin", note="its former name"),
    Call("user_show", {"id": "dx§-lk1-baru"}, "sysadmin"),
    Call("user_patch", {"id": "dx§-editor", "name": "dx§-editor-lain"}, "editor", note="one's own name"),
    Call("user_patch", {"id": "dx§-editor", "email": "dx§-admin@contoh.id"}, "editor", note="another's e-mail"),
    Call("user_patch", {"id": "dx§-editor", "password": "pendek"}, "editor"),
    Call("user_patch", {"id": "dx§-editor", "state": "deleted"}, "editor", note="one's own state"),
    Call("user_patch", {"id": "dx§-editor", "sysadmin": True}, "editor", note="one's own rank"),
    Call("user_patch", {"id": "dx§-editor", "activity_streams_email_notifications": True}, "editor"),
    Call("user_patch", {"id": "dx§-editor", "activity_streams_email_notifications": "x"}, "editor"),
    Call("user_patch", {"id": "dx§-editor", "plugin_extras": {"a": 1}}, "editor"),
    Call("user_patch", {"id": "dx§-lk1-baru", "plugin_extras": {"a": 1}}, "sysadmin"),
    Call("user_patch", {"fullname": "x"}, "editor"),
    Call("user_update", {"fullname": "x"}, "editor"),
    Call("user_update", {"id": "dx§-lk4", "email": "dx§-lk4@contoh.id"}, "sysadmin"),
    Call("user_update", {"id": "dx§-lk4", "email": "bukan"}, "sysadmin"),
    Call("user_update", {"id": "dx§-lk4", "email": "dx§-editor@contoh.id"}, "sysadmin"),
    Call("user_update", {"id": "dx§-lk4", "email": "dx§-lk4@contoh.id", "password": ""}, "sysadmin"),
    Call("user_update", {"id": "dx§-lk4", "email": "dx§-lk4@contoh.id", "password": "kuda-laut-biru-9"}, "sysadmin"),
    Call("user_update", {"id": "dx§-lk4", "email": "dx§-lk4@contoh.id", "name": "A B"}, "sysadmin"),
    Call("user_update", {"id": "dx§-lk4", "email": "dx§-lk4@contoh.id", "state": "deleted"}, "sysadmin"),
    Call("user_show", {"id": "dx§-lk4"}, "sysadmin"),
    Call("user_patch", {"id": "dx§-lk4", "state": "active"}, "sysadmin"),
    Call("user_show", {"id": "dx§-lk4"}, "sysadmin"),
    *(Call("user_show", {"id": "dx§-editor", "include_datasets": True}, who, values=False) for who in PEOPLE),
    *(Call("user_show", {"id": "dx§-editor", "include_num_followers": flag}, "sysadmin") for flag in FLAGS),
    Call("user_show", {"id": "dx§-editor", "include_num_followers": "x"}, "sysadmin"),
    *(Call("user_show", {"id": "dx§-editor"}, who) for who in ("member", "editor", "admin")),
    *(Call("user_show", {"id": "dx§-member"}, who, "get") for who in ("member", "editor")),
    *(
        Call("user_list", {"q": "dx§-lk", **more}, "sysadmin", ignore=("image_url", "image_display_url"))
        for more in (
            {},
            {"all_fields": "false"},
            {"all_fields": 0},
            {"all_fields": "no"},
            {"order_by": "email"},
            {"order_by": "created"},
            {"order_by": "edits"},
            {"email": "dx§-lk2@contoh.id"},
            {"limit": 1},
            {"offset": 1},
        )
    ),
    Call("user_list", {"q": "DX§-LK"}, "sysadmin", ignore=("image_url", "image_display_url")),
    Call("user_list", {"q": "dx§-besar@contoh"}, "sysadmin", note="part of an e-mail"),
    Call("user_list", {"email": "DX§-Besar@contoh.id"}, "sysadmin"),
    Call("user_list", {"email": "x@contoh.id"}, "editor"),
    Call("user_list", {"q": "tidak-ada-§"}, "sysadmin"),
    Call("user_list", {"q": "dx§-lk1"}, "sysadmin", "get"),
    Call("user_list", {"q": "dx§-editor", "all_fields": "x"}, "sysadmin"),
    *wrong("user_autocomplete", {"q": "dx§-lk1-"}, "limit", (0, 1, "1", -1, "x", None, "", [], 10**9), "sysadmin"),
    *(Call("user_autocomplete", {"q": "dx§-editor", "ignore_self": flag}, "editor") for flag in (True, "true", False)),
    Call("user_autocomplete", {"q": "ñandú §"}, "sysadmin"),
    Call("user_autocomplete", {"q": ""}, "sysadmin", values=False),
    Call("user_autocomplete", {"q": "%"}, "sysadmin", values=False),
    Call("user_autocomplete", {}, "sysadmin"),
    Call("user_delete", {"id": "dx§-lk5"}, "sysadmin"),
    Call("user_delete", {"id": "dx§-lk5"}, "sysadmin", note="again"),
    Call("user_show", {"id": "dx§-lk5"}, "sysadmin", note="kept out"),
    Call("user_list", {"q": "dx§-lk5"}, "sysadmin"),
    Call("user_autocomplete", {"q": "dx§-lk5"}, "sysadmin"),
    Call("user_create", account("lk5"), "sysadmin", note="the name of one kept out"),
    Call("api_token_create", {"user": "dx§-lk5", "name": "n"}, "sysadmin", ignore=("id",), note="for one kept out"),
    Call("user_invite", {"email": "dx§-lk1@contoh.id", "group_id": "$org", "role": "editor"}, "sysadmin"),
    Call("user_invite", {"email": "dx§-und@contoh.id", "role": "editor"}, "sysadmin"),
    Call("user_invite", {"email": "dx§-und@contoh.id", "group_id": "$org"}, "sysadmin"),
    Call("user_invite", {"group_id": "$org", "role": "editor"}, "sysadmin"),
    Call("user_invite", {"email": "", "group_id": "", "role": ""}, "sysadmin"),
)

TOKENS: tuple[Call, ...] = (
    Call("api_token_create", {"user": "dx§-member", "name": "T1"}, "sysadmin", ignore=("id",), keep={"t1": "id"}),
    Call("api_token_create", {"user": "$user.member", "name": "ñ 水"}, "member", ignore=("id",), keep={"t2": "id"}),
    Call("api_token_create", {"user": "dx§-member", "name": "T1"}, "member", ignore=("id",), note="the same name"),
    Call("api_token_create", {"user": "dx§-member"}, "member"),
    Call("api_token_create", {"name": "x"}, "member"),
    Call("api_token_create", {"user": "dx§-member", "name": "  "}, "member", ignore=("id",)),
    Call("api_token_list", {"user_id": "dx§-member"}, "member", ignore=("id",)),
    Call("api_token_list", {"user": "dx§-member"}, "member", ignore=("id",)),
    Call("api_token_list", {"user_id": "$user.member"}, "member", "get", ignore=("id",)),
    Call("api_token_list", {"user_id": "dx§-member", "user": "x"}, "member", ignore=("id",)),
    Call("api_token_revoke", {"jti": "$t1"}, "outsider"),
    Call("api_token_revoke", {"jti": "$t1"}, "nobody"),
    Call("api_token_revoke", {"jti": "$t1"}, "sysadmin"),
    Call("api_token_revoke", {"jti": "$t2"}, "member"),
    Call("api_token_revoke", {"jti": "$t2"}, "member", note="again"),
    Call("api_token_revoke", {"jti": UNKNOWN}, "sysadmin"),
    Call("api_token_revoke", {"token": "a.b.c"}, "sysadmin"),
    Call("api_token_revoke", {"jti": "", "token": ""}, "member"),
    Call("api_token_list", {"user_id": "dx§-member"}, "member", ignore=("id",), note="after revoking"),
)

MEMBERS: tuple[Call, ...] = (
    *(
        Call("organization_list_for_user", {"permission": word}, who)
        for who in ("member", "editor", "admin")
        for word in (
            "read",
            "create_dataset",
            "update_dataset",
            "delete_dataset",
            "admin",
            "membership",
            "manage_group",
            "nosuch",
            "",
        )
    ),
    *(Call("organization_list_for_user", {}, who, values=who != "sysadmin") for who in PEOPLE),
    Call("organization_list_for_user", {"id": "dx§-editor"}, "sysadmin"),
    Call("organization_list_for_user", {"id": "dx§-editor"}, "editor"),
    Call("organization_list_for_user", {"id": "tidak-ada-§"}, "sysadmin"),
    *(Call("organization_list_for_user", {"include_dataset_count": flag}, "editor") for flag in FLAGS[:6]),
    Call("organization_list_for_user", {"include_member_count": "true"}, "editor"),
    *(
        Call("group_list_authz", more, who, values=who != "sysadmin")
        for who in ("nobody", "outsider", "editor", "sysadmin")
        for more in ({}, {"am_member": True}, {"available_only": True}, {"include_dataset_count": "true"})
    ),
    *(Call("member_roles_list", more) for more in ({"group_type": "organization"}, {"group_type": "group"})),
    Call("member_roles_list", {}, "sysadmin", "get"),
    Call("group_member_create", {"id": "dx§-grup-dua", "username": "dx§-member", "role": "editor"}, "sysadmin"),
    Call("member_list", {"id": "dx§-grup-dua", "object_type": "user"}, "sysadmin", values=False),
    Call("member_list", {"id": "dx§-grup-dua", "object_type": "user", "capacity": "editor"}, "sysadmin"),
    Call("group_list_authz", {}, "member"),
    Call("group_show", {"id": "dx§-grup-dua", "include_users": True}, "sysadmin", values=False),
    Call("group_member_create", {"id": "dx§-grup-dua", "username": "dx§-member", "role": "admin"}, "sysadmin"),
    Call("group_member_create", {"id": "dx§-grup-dua", "username": "dx§-outsider", "role": "member"}, "member"),
    Call(
        "group_member_create",
        {"id": "dx§-grup-dua", "username": "dx§-member", "role": "member"},
        "member",
        note="one's own rank as administrator",
    ),
    Call("group_member_delete", {"id": "dx§-grup-dua", "username": "dx§-outsider"}, "member"),
    Call("group_member_delete", {"id": "dx§-grup-dua", "username": "dx§-outsider"}, "editor"),
    Call(
        "group_member_create",
        {"id": "dx§-dinas", "username": "dx§-outsider", "role": "member"},
        "sysadmin",
        note="an organisation as a group",
    ),
    Call("organization_member_delete", {"id": "dx§-dinas", "username": "dx§-outsider"}, "sysadmin"),
    Call("organization_member_create", {"id": "$org", "username": "$user.outsider", "role": "member"}, "admin"),
    Call("organization_show", {"id": "dx§-dinas", "include_users": True}, "admin", values=False),
    Call("member_list", {"id": "$org", "object_type": "user"}, "admin"),
    Call("member_list", {"id": "$org", "object_type": "user", "capacity": "Member"}, "admin"),
    Call(
        "member_create",
        {"id": "$org", "object": "$user.outsider", "object_type": "user", "capacity": "editor"},
        "admin",
    ),
    Call(
        "member_create",
        {"id": "$org", "object": "$user.admin", "object_type": "user", "capacity": "member"},
        "admin",
        note="one's own rank",
    ),
    Call("member_delete", {"id": "$org", "object": "dx§-outsider", "object_type": "user"}, "admin"),
    Call("member_delete", {"id": "$org", "object": "tidak-ada-§", "object_type": "user"}, "admin"),
    Call("member_delete", {"id": "$org", "object": "dx§-outsider", "object_type": "user"}, "outsider"),
    Call("organization_member_create", {"id": "$org", "username": "dx§-outsider"}, "admin"),
    Call("organization_member_create", {"id": "$org", "role": "member"}, "admin"),
    Call("organization_member_create", {"username": "dx§-outsider", "role": "member"}, "sysadmin"),
    Call("organization_member_delete", {"id": "$org"}, "admin"),
    Call("organization_member_delete", {"username": "dx§-outsider"}, "admin"),
    Call("organization_member_delete", {"id": "$org", "user_id": "dx§-outsider"}, "admin"),
    Call("package_collaborator_list", {"id": "dx§-publik", "capacity": "editor"}, "admin"),
    *(Call("package_collaborator_list_for_user", {"id": "dx§-editor"}, who) for who in PEOPLE),
    *(Call("package_collaborator_delete", {"id": "dx§-publik", "user_id": "dx§-outsider"}, who) for who in PEOPLE),
    *(
        Call("package_collaborator_create", {"id": "dx§-publik", "user_id": "dx§-outsider", "capacity": word}, "admin")
        for word in ("admin", "member")
    ),
)

CALLS: tuple[Call, ...] = (*USERS, *TOKENS, *MEMBERS)
