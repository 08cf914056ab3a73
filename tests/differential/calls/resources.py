"""Resources: show, search, and their life by URL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.differential.calls.battery import ids, ways, without_rights, wrong
from tests.differential.sides import Call

GOOD = {"package_id": "dx§-publik", "name": "Tambahan §", "url": "https://contoh.id/t.json", "format": "json"}
#: Odd values go to a dataset of their own: where CKAN breaks, or takes an id twice, its positions go another way.
ODD = {**GOOD, "package_id": "dx§-coba"}


def unplaced(action: str, good: dict[str, Any], key: str, odd: tuple[Any, ...], who: str) -> Iterator[Call]:
    """Odd values, wherever the resource then stands."""
    for call in wrong(action, good, key, odd, who):
        yield replace(call, ignore=("position",))


CALLS: tuple[Call, ...] = (
    *ways("resource_show", {"id": "$res"}),
    Call("resource_show", {"id": "$res2"}),
    Call("resource_show", {"id": "$table"}),
    *ids("resource_show", who="nobody"),
    *(
        Call("resource_show", {"id": "$private.res"}, who)
        for who in ("nobody", "outsider", "member", "editor", "other_admin")
    ),
    # the whole site answers
    *(replace(call, values=False) for call in ways("resource_search", {"query": "name:Produksi"})),
    *(
        Call("resource_search", {"query": query}, values=False)
        for query in (
            "name:Tabel",
            "format:CSV",
            ["name:Tabel", "format:csv"],
            "description:kecamatan",
            "url:sawah",
            "hash:x",
        )
    ),
    *(
        Call("resource_search", {"query": query}, values=query not in ("name:", {}))
        for query in (
            "name:tidakada§",
            "nosuch:x",
            "tanpatitik",
            "",
            5,
            {},
            [5],
            "name:",
            ":x",
            "name:%",
            "package_id:x",
            "id:x",
            None,
        )
    ),
    Call("resource_search", {"query": "name:Tabel", "order_by": "name"}, values=False),
    *wrong("resource_search", {"query": "name:tidakada§"}, "order_by", ("nosuch", 5, "", "id"), "nobody"),
    *wrong("resource_search", {"query": "name:tidakada§"}, "limit", (1, 0, -1, "x", "1", None, []), "nobody"),
    *wrong("resource_search", {"query": "name:tidakada§"}, "offset", (1, -1, "x", None), "nobody"),
    *without_rights("resource_create", GOOD),
    Call("resource_create", {}, "editor"),
    Call("resource_create", GOOD, "editor", keep={"res.new": "id"}),
    Call("package_show", {"id": "dx§-publik"}),
    Call(
        "resource_create",
        {
            **GOOD,
            "name": "Isian bebas",
            "kunci_sendiri": "nilai",
            "size": 12,
            "hash": "abc",
            "mimetype": "text/csv",
            "description": "x",
        },
        "editor",
        keep={"res.free": "id"},
    ),
    Call("resource_create", {"package_id": "dx§-publik", "name": "Tanpa URL"}, "editor", keep={"res.nourl": "id"}),
    Call("package_create", {"name": "dx§-coba", "owner_org": "dx§-dinas"}, "editor"),
    *wrong("resource_create", GOOD, "package_id", ("tidak-ada-§", "", None, 5, [], "$deleted"), "editor"),
    *unplaced(
        "resource_create",
        ODD,
        "url",
        (5, [], "", None, "bukan url", "javascript:alert(1)", "https://contoh.id/é水"),
        "editor",
    ),
    *unplaced("resource_create", ODD, "format", (5, "", None, "x" * 3000, "é水", "CSV/Excel"), "editor"),
    *unplaced("resource_create", ODD, "size", ("x", -1, 1.5, None, "12", 2**70), "editor"),
    *unplaced("resource_create", ODD, "id", ("$res", "x", "", 5), "editor"),
    *unplaced("resource_create", ODD, "created", ("2024-01-01", "x", 5), "editor"),
    *unplaced("resource_create", ODD, "extras", ({"a": "b"}, "x", []), "editor"),
    Call("resource_patch", {"id": "$res.new", "description": "Ditambal §"}, "editor"),
    Call("resource_patch", {"id": "$res.new", "format": "XLSX", "kunci_baru": "x"}, "editor"),
    Call("resource_patch", {"id": "$res.new"}, "editor"),
    *without_rights("resource_patch", {"id": "$res.new", "name": "x"}),
    *ids("resource_patch", who="editor", name="x"),
    Call("resource_update", {"id": "$res.new", "url": "https://contoh.id/u.csv", "name": "Diubah §"}, "editor"),
    Call("resource_update", {"id": "$res.new"}, "editor"),
    Call("resource_update", {"id": "$res.new", "package_id": "dx§-lain", "url": "https://contoh.id/u.csv"}, "editor"),
    Call("resource_show", {"id": "$res.new"}),
    *without_rights("resource_update", {"id": "$res.new", "url": "x"}),
    *ids("resource_update", who="editor", url="https://contoh.id/x"),
    Call("package_resource_reorder", {"id": "dx§-publik", "order": ["$res.new", "$res2"]}, "editor"),
    Call("package_show", {"id": "dx§-publik"}),
    *wrong(
        "package_resource_reorder",
        {"id": "dx§-publik"},
        "order",
        (["tidak-ada"], "$res", [], None, 5, ["$res", "$res"]),
        "editor",
    ),
    Call("package_resource_reorder", {"id": "dx§-publik"}, "editor"),
    *without_rights("package_resource_reorder", {"id": "dx§-publik", "order": ["$res"]}),
    *ids("package_resource_reorder", who="editor", order=[]),
    *without_rights("resource_delete", {"id": "$res.free"}),
    Call("resource_delete", {"id": "$res.free"}, "editor"),
    Call("resource_delete", {"id": "$res.free"}, "editor", note="again"),
    Call("resource_show", {"id": "$res.free"}),
    Call("resource_show", {"id": "$res.free"}, "sysadmin"),
    *ids("resource_delete", who="editor"),
)
