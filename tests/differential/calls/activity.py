"""Activity streams."""

from __future__ import annotations

from tests.differential.calls.battery import ids, wrong
from tests.differential.calls.world import PASSWORD
from tests.differential.sides import Call

LISTS = {
    "package_activity_list": "dx§-lakon",
    "organization_activity_list": "dx§-lakon-org",
    "group_activity_list": "dx§-lakon-grup",
    "user_activity_list": "dx§-lakon",
}
#: Things of this family's own: what other families do is no act on them.
OWN: tuple[Call, ...] = (
    Call("user_create", {"name": "dx§-lakon", "email": "dx§-lakon@contoh.id", "password": PASSWORD}, "sysadmin"),
    Call("organization_create", {"name": "dx§-lakon-org", "title": "Lakon §"}, "sysadmin"),
    Call("group_create", {"name": "dx§-lakon-grup", "title": "Lakon §"}, "sysadmin"),
    *(
        Call("organization_member_create", {"id": "dx§-lakon-org", "username": who, "role": "editor"}, "sysadmin")
        for who in ("dx§-lakon", "dx§-editor")
    ),
    Call(
        "package_create",
        {
            "name": "dx§-lakon",
            "owner_org": "dx§-lakon-org",
            "groups": [{"name": "dx§-lakon-grup"}],
            "resources": [{"url": "https://contoh.id/a.zip", "format": "ZIP"}],
            "license_id": "cc-by",
        },
        "sysadmin",
    ),
    Call("package_patch", {"id": "dx§-lakon", "notes": "Satu"}, "editor"),
    Call("package_activity_list", {"id": "dx§-lakon"}, "editor"),
    Call("package_activity_list", {"id": "dx§-lakon"}, "nobody"),
)

CALLS: tuple[Call, ...] = (
    *OWN,
    *(
        call
        for action, target in LISTS.items()
        for call in (
            Call(action, {"id": target}, "nobody", values=False),
            Call(action, {"id": target}, "editor", values=False),
            Call(action, {"id": target}, "sysadmin", values=False),
            Call(action, {"id": target, "limit": 1}, "sysadmin", values=False),
            Call(action, {"id": target, "limit": 1, "offset": 1}, "sysadmin", values=False),
            *wrong(action, {"id": target}, "limit", (0, -1, "x", None, [], 10**6)),
            *wrong(action, {"id": target}, "offset", (-1, "x", None)),
            *ids(action),
            Call(action, {"id": target, "include_hidden_activity": True}, "nobody", values=False),
        )
    ),
    *(
        Call("package_activity_list", {"id": "$private"}, who, values=False)
        for who in ("nobody", "outsider", "member", "editor")
    ),
    Call("package_activity_list", {"id": "dx§-lakon", "activity_types": ["new package"]}, "sysadmin", values=False),
    Call(
        "package_activity_list",
        {"id": "dx§-lakon", "exclude_activity_types": ["new package"]},
        "sysadmin",
        values=False,
    ),
    Call("package_activity_list", {"id": "dx§-lakon", "activity_types": ["nosuch"]}, "sysadmin", values=False),
    Call("package_activity_list", {"id": "dx§-lakon", "limit": 1}, "editor", keep={"activity": "0.id"}, values=False),
    Call("recently_changed_packages_activity_list", {"limit": 3}, values=False),
    *wrong("recently_changed_packages_activity_list", {}, "limit", (0, -1, "x"), "nobody"),
    Call("dashboard_activity_list", {}, "nobody"),
    Call("dashboard_activity_list", {"limit": 2}, "editor", values=False),
    Call("dashboard_new_activities_count", {}, "editor", values=False),
    Call("dashboard_new_activities_count", {}, "nobody"),
    Call("activity_show", {"id": "$activity"}, "editor", values=False),
    Call("activity_show", {"id": "$activity"}, "nobody", values=False),
    *ids("activity_show"),
    Call(
        "activity_diff", {"id": "$activity", "object_type": "package", "diff_type": "unified"}, "editor", values=False
    ),
    *ids("activity_diff", object_type="package"),
    Call("activity_create", {}, "nobody"),
    Call("activity_create", {}, "sysadmin"),
)
