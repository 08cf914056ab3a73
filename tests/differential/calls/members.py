"""Members, roles and collaborators."""

from __future__ import annotations

from tests.differential.calls.battery import ids, without_rights, wrong
from tests.differential.sides import Call

MEMBER = {"id": "dx§-dinas", "username": "dx§-outsider", "role": "member"}
OBJECT = {"id": "dx§-grup-dua", "object": "$ds", "object_type": "package", "capacity": "public"}
HELPER = {"id": "dx§-publik", "user_id": "dx§-outsider", "capacity": "editor"}

CALLS: tuple[Call, ...] = (
    Call("member_roles_list"),
    Call("member_roles_list", {"group_type": "group"}),
    *wrong("member_roles_list", {}, "group_type", ("nosuch", 5, None, ""), "nobody"),
    *(
        Call("member_list", {"id": "dx§-dinas"}, who, values=False)
        for who in ("nobody", "outsider", "admin", "sysadmin")
    ),
    *(
        Call("member_list", {"id": "dx§-dinas", **more}, "admin")
        for more in (
            {"object_type": "user"},
            {"object_type": "package"},
            {"object_type": "user", "capacity": "admin"},
            {"object_type": "nosuch"},
            {"capacity": "nosuch"},
            {"object_type": "user", "capacity": "editor"},
        )
    ),
    Call("member_list", {"id": "dx§-grup", "object_type": "package"}, "nobody"),
    Call("member_list", {"id": "dx§-grup", "object_type": "package"}, "sysadmin"),
    *ids("member_list"),
    *without_rights("organization_member_create", MEMBER, ("nobody", "outsider", "member", "editor", "other_admin")),
    Call("organization_member_create", {}, "sysadmin"),
    Call("organization_member_create", MEMBER, "admin"),
    Call("organization_member_create", {**MEMBER, "role": "editor"}, "admin", note="another role"),
    *wrong("organization_member_create", MEMBER, "role", ("nosuch", "", None, 5), "admin"),
    *wrong("organization_member_create", MEMBER, "username", ("tidak-ada-§", "", None, 5), "admin"),
    *ids("organization_member_create", username="dx§-outsider", role="member"),
    Call("organization_list_for_user", {}, "outsider"),
    *without_rights(
        "organization_member_delete",
        {"id": "dx§-dinas", "username": "dx§-outsider"},
        ("nobody", "member", "other_admin"),
    ),
    Call("organization_member_delete", {"id": "dx§-dinas", "username": "dx§-outsider"}, "admin"),
    Call("organization_member_delete", {"id": "dx§-dinas", "username": "dx§-outsider"}, "admin", note="again"),
    Call("organization_member_delete", {"id": "dx§-dinas", "username": "tidak-ada-§"}, "admin"),
    Call("organization_member_delete", {"id": "tidak-ada-§", "username": "dx§-outsider"}, "admin"),
    *without_rights(
        "group_member_create",
        {"id": "dx§-grup-dua", "username": "dx§-outsider", "role": "member"},
        ("nobody", "outsider", "editor"),
    ),
    Call("group_member_create", {"id": "dx§-grup-dua", "username": "dx§-outsider", "role": "member"}, "sysadmin"),
    Call("group_member_create", {}, "sysadmin"),
    Call("group_member_delete", {"id": "dx§-grup-dua", "username": "dx§-outsider"}, "sysadmin"),
    Call("group_member_delete", {"id": "dx§-grup-dua", "username": "tidak-ada-§"}, "sysadmin"),
    *without_rights("member_create", OBJECT, ("nobody", "outsider", "member")),
    Call("member_create", {}, "sysadmin"),
    Call("member_create", OBJECT, "sysadmin"),
    Call("package_show", {"id": "dx§-publik"}),
    *wrong("member_create", OBJECT, "object_type", ("nosuch", "", None, 5), "sysadmin"),
    *wrong("member_create", OBJECT, "object", ("tidak-ada-§", "", None, 5), "sysadmin"),
    *wrong("member_create", OBJECT, "capacity", ("nosuch", "", None, 5), "sysadmin"),
    *ids("member_create", object="$ds", object_type="package", capacity="public"),
    *without_rights(
        "member_delete", {key: OBJECT[key] for key in ("id", "object", "object_type")}, ("nobody", "outsider", "member")
    ),
    Call("member_delete", {key: OBJECT[key] for key in ("id", "object", "object_type")}, "sysadmin"),
    Call("member_delete", {key: OBJECT[key] for key in ("id", "object", "object_type")}, "sysadmin", note="again"),
    *ids("member_delete", object="$ds", object_type="package"),
    Call("package_collaborator_create", {}, "sysadmin"),
    *without_rights("package_collaborator_create", HELPER, ("nobody", "outsider", "member", "editor", "other_admin")),
    Call("package_collaborator_create", HELPER, "admin"),
    Call("package_collaborator_list", {"id": "dx§-publik"}, "admin"),
    Call("package_collaborator_list_for_user", {"id": "dx§-outsider"}, "outsider"),
    Call("package_collaborator_delete", {"id": "dx§-publik", "user_id": "dx§-outsider"}, "admin"),
    *ids("package_collaborator_list"),
    *ids("package_collaborator_list_for_user"),
    *wrong("package_collaborator_create", HELPER, "capacity", ("nosuch", "", None, 5), "admin"),
)
