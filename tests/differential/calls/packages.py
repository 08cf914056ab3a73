"""Reading datasets: show, list, autocomplete, current packages."""

from __future__ import annotations

from tests.differential.calls.battery import ids, ways, wrong
from tests.differential.sides import Call

CALLS: tuple[Call, ...] = (
    *ways("package_show", {"id": "dx§-publik"}),
    Call("package_show", {"id": "$ds"}),
    Call("package_show", {"name_or_id": "$ds"}),
    Call("package_show", {"id": "DX§-PUBLIK"}),
    Call("package_show", {"id": " dx§-publik "}),
    Call("package_show", {"id": "$ds", "use_default_schema": True}),
    Call("package_show", {"id": "$ds", "use_default_schema": "true"}, how="get"),
    Call("package_show", {"id": "$ds", "include_plugin_data": True}, "sysadmin"),
    Call("package_show", {"id": "$ds", "include_tracking": True}),
    Call("package_show", {"id": "dx§-tabel"}),
    Call("package_show", {"id": "dx§-lain"}),
    *ids("package_show", who="nobody"),
    *(
        Call("package_show", {"id": "$private"}, who)
        for who in ("nobody", "outsider", "member", "editor", "admin", "other_admin")
    ),
    *(Call("package_show", {"id": "dx§-privat"}, who) for who in ("nobody", "member", "editor")),
    *(
        Call("package_show", {"id": "$deleted"}, who)
        for who in ("nobody", "outsider", "member", "editor", "admin", "other_admin", "sysadmin")
    ),
    Call("package_list", values=False),
    Call("package_list", {"limit": 2}, values=False),
    Call("package_list", {"limit": "2", "offset": "1"}, how="get", values=False),
    Call("package_list", {"limit": 0}, values=False),
    Call("package_list", {"offset": 10**6}, values=False),
    *wrong("package_list", {}, "limit", (-1, "x", 1.5, [], {}, None, "", True, 2**40), "nobody"),
    *wrong("package_list", {}, "offset", (-1, "x", 1.5, [], {}, None, ""), "nobody"),
    Call("current_package_list_with_resources", {"limit": 3}, values=False),
    Call("current_package_list_with_resources", {"limit": 3, "offset": 1}, values=False),
    Call("current_package_list_with_resources", {"limit": 1}, "editor", values=False),
    Call("current_package_list_with_resources", {"limit": "2"}, how="get", values=False),
    *wrong("current_package_list_with_resources", {}, "limit", (-1, "x", 1.5, [], {}, ""), "nobody"),
    *wrong("current_package_list_with_resources", {"limit": 1}, "offset", (-1, "x", [], {}), "nobody"),
    Call("current_package_list_with_resources", {"limit": 1, "page": 2}, values=False),
    *ways("package_autocomplete", {"q": "dx§"}),
    Call("package_autocomplete", {"q": "sawah §"}),
    Call("package_autocomplete", {"q": "dx§", "limit": 1}, values=False),
    Call("package_autocomplete", {"q": "dx§-priv"}, "editor"),
    Call("package_autocomplete", {"q": "dx§-priv"}, "nobody"),
    Call("package_autocomplete", {"q": "zzz§"}),
    *ids("package_autocomplete", "q", "nobody"),
    *wrong("package_autocomplete", {"q": "dx§"}, "limit", (0, -1, "x", None, [], 10**9), "nobody"),
    Call("package_autocomplete", {"q": 'a"b\\'}),
    Call("package_autocomplete", {"q": "name:* OR title:*"}),
)
