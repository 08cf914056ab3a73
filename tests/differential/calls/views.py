"""Views of resources."""

from __future__ import annotations

from tests.differential.calls.battery import ids, without_rights, wrong
from tests.differential.sides import Call

GOOD = {"resource_id": "$table", "title": "Tabel", "view_type": "datatables_view"}
ORDER = "resource_view_reorder"

CALLS: tuple[Call, ...] = (
    Call("resource_view_list", {"id": "$table"}, values=False),
    Call("resource_view_list", {"id": "$table"}, "nobody", "get", values=False),
    *ids("resource_view_list", who="nobody"),
    *without_rights("resource_view_create", GOOD),
    Call("resource_view_create", {}, "editor"),
    Call("resource_view_create", GOOD, "editor", keep={"view": "id"}),
    Call(
        "resource_view_create",
        {**GOOD, "title": "Dua", "description": "Ket", "view_type": "text_view"},
        "editor",
        keep={"view2": "id"},
    ),
    *wrong("resource_view_create", GOOD, "view_type", ("nosuch_view", "", None, 5), "editor"),
    *wrong("resource_view_create", GOOD, "title", ("", None, 5, "x" * 5000), "editor"),
    *wrong("resource_view_create", GOOD, "resource_id", ("tidak-ada", "", None, 5), "editor"),
    Call("resource_view_show", {"id": "$view"}),
    Call("resource_view_show", {"id": "$view"}, how="get"),
    *ids("resource_view_show", who="nobody"),
    Call(
        "resource_view_update",
        {"id": "$view", "resource_id": "$table", "title": "Ubah", "view_type": "datatables_view"},
        "editor",
    ),
    Call("resource_view_update", {"id": "$view", "title": "Ubah"}, "editor"),
    *without_rights("resource_view_update", {"id": "$view", "title": "x"}),
    *ids("resource_view_update", who="editor", title="x"),
    Call(ORDER, {"id": "$table", "order": ["$view2", "$view"]}, "editor", values=False),
    Call(ORDER, {"id": "$table", "order": "x"}, "editor"),
    Call(ORDER, {}, "editor"),
    Call("package_create_default_resource_views", {"package": {"id": "$ds"}}, "editor", values=False),
    Call("package_create_default_resource_views", {}, "editor"),
    Call("resource_create_default_resource_views", {}, "editor"),
    Call(
        "resource_create_default_resource_views",
        {"resource": {"id": "$res2", "package_id": "$ds", "url": "https://contoh.id/x.png", "format": "PNG"}},
        "editor",
        values=False,
    ),
    *without_rights("resource_view_delete", {"id": "$view"}),
    Call("resource_view_delete", {"id": "$view"}, "editor"),
    Call("resource_view_delete", {"id": "$view"}, "editor", note="again"),
    Call("resource_view_show", {"id": "$view"}),
    *ids("resource_view_delete", who="editor"),
    *without_rights("resource_view_clear", {"view_types": ["x"]}, ("nobody", "editor")),
)
