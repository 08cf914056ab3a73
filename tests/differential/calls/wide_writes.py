"""Writes as somebody who knows CKAN well would try them: lives of datasets, resources, groups from birth to purge."""

from __future__ import annotations

from typing import Any

from tests.differential.calls.world import BOX
from tests.differential.sides import Call

OWNER = "dx§-dinas"
CSV = ("satu.csv", b"kode,nama\n1,a\n2,b\n", "text/csv")
TEXT = ("baca.txt", b"sebuah catatan\n", "text/plain")
PDF = ("surat.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")


def made(name: str, **fields: Any) -> Call:
    """A dataset of the editor's organisation; its id is kept under its name."""
    return Call(
        "package_create",
        {"name": f"dx§-{name}", "owner_org": OWNER, **fields},
        "editor",
        keep={f"w.{name}": "id", f"w.{name}.r": "resources.0.id", f"w.{name}.r2": "resources.1.id"},
    )


def seen(name: str) -> Call:
    """How everybody sees it afterwards."""
    return Call("package_show", {"id": f"dx§-{name}"})


def links(*names: str) -> list[dict[str, Any]]:
    """Resources by address."""
    return [{"url": f"https://contoh.id/{name}", "name": name} for name in names]


DATASETS = (
    made("l1", title="  Tepi  ", notes="a\nb", url="https://contoh.id", version="1.0", author="A", license_id="cc-by"),
    seen("l1"),
    Call("package_create", {"name": "dx§-l1", "owner_org": OWNER}, "editor", note="clash"),
    Call("package_create", {"name": "dx§-l2", "owner_org": "$org"}, "editor", keep={"w.l2": "id"}),
    made("l3", resources=links("a.csv", "b.json", "c.pdf", "d", "e.geojson", "f.xlsx", "g.zip", "h.shp")),
    made(
        "l4",
        resources=[
            {"url": "contoh.id/x", "format": "csv"},
            {"url": "https://contoh.id/y", "format": "Comma Separated"},
            {
                "url": "https://contoh.id/z.csv",
                "mimetype": "text/plain",
                "size": 5,
                "hash": "h",
                "last_modified": "2024-01-02",
            },
            {"url": "https://contoh.id/w", "created": "2024-01-02T03:04:05", "position": 0},
            {"url": "https://contoh.id/v", "format": "wms", "resource_type": "api", "cache_url": "https://contoh.id/c"},
        ],
    ),
    made("l5", tags=[{"name": "b§"}, {"name": "a§"}, {"name": "B§"}], tag_string="c§,a§"),
    made("l6", extras=[{"key": "z", "value": "1"}, {"key": "aa", "value": "2"}, {"key": "b", "value": "x" * 300}]),
    made("l7", extras=[{"key": "spatial", "value": BOX}]),
    Call("package_search", {"fq": "name:dx§-l7", "ext_bbox": "108,-8,110,-6"}),
    Call("package_search", {"fq": "name:dx§-l7", "ext_bbox": "0,0,1,1"}),
    made("l8", private=True),
    seen("l8"),
    Call("package_show", {"id": "dx§-l8"}, "editor"),
    Call("package_show", {"id": "dx§-l8"}, "member"),
    Call("package_search", {"fq": "name:dx§-l8", "include_private": True}, "editor"),
    Call("package_search", {"fq": "name:dx§-l8"}, "editor"),
    Call("package_patch", {"id": "dx§-l8", "private": False}, "editor"),
    seen("l8"),
    Call("package_search", {"fq": "name:dx§-l8"}),
    made("l9", state="draft"),
    Call("package_show", {"id": "dx§-l9"}, "editor"),
    made("l10", groups=[{"name": "dx§-grup"}]),
    made("l11", title="Judul é 水 🌾", notes='Tab\tdan "kutip" <b>'),
    seen("l11"),
    made("l12", private="true"),
    made("l13", private="0"),
    made("l14", resources=[{}]),
    made("l15", resources=[{"name": "x", "url": "", "description": "d", "aneh": {"a": [1]}}]),
    made("l16", plugin_data={"p": {"a": 1}}, kunci_asing="x"),
    Call(
        "package_create",
        {"name": "dx§-l17", "owner_org": OWNER, "id": "33333333-aaaa-4bbb-8ccc-000000000001"},
        "editor",
    ),
    Call("package_create", {"name": "dx§-l18"}, "editor"),
    Call("package_create", {"name": "dx§-l19", "owner_org": ""}, "editor"),
    Call("package_create", {"name": "dx§-l20", "owner_org": "tidak-ada-§"}, "editor"),
    Call(
        "package_create", {"name": "DX§ L", "owner_org": OWNER, "author_email": "x", "tags": [{"name": "!"}]}, "editor"
    ),
    Call(
        "package_create", {"name": "dx§-l21", "owner_org": OWNER, "extras": [{"key": "a", "value": "1"}] * 2}, "editor"
    ),
    Call("package_create", {"name": "dx§-l22", "owner_org": OWNER, "tags": ["a§"]}, "editor"),
    Call("package_create", {"name": "dx§-l23", "owner_org": OWNER, "tags": "a§"}, "editor"),
    Call("package_create", {"name": "dx§-l24", "owner_org": OWNER, "resources": "x"}, "editor"),
    Call("package_create", {"name": "dx§-l25", "owner_org": OWNER, "title": "Formulir"}, "editor", "form"),
    Call(
        "package_create",
        {"name": "dx§-l26", "owner_org": OWNER, "title": "Multi"},
        "editor",
        "multipart",
        files={"x": TEXT},
    ),
)

CHANGES = (
    made(
        "p1",
        title="Awal",
        notes="Catatan",
        tags=[{"name": "awal§"}],
        extras=[{"key": "a", "value": "1"}],
        resources=links("1.csv", "2.csv", "3.csv"),
        author="A",
        license_id="cc-by",
        url="https://contoh.id",
    ),
    Call("package_patch", {"id": "dx§-p1"}, "editor", note="nothing"),
    Call("package_patch", {"id": "dx§-p1", "title": "Awal"}, "editor", note="the same"),
    Call("package_patch", {"id": "dx§-p1", "title": ""}, "editor"),
    Call("package_patch", {"id": "dx§-p1", "title": None}, "editor"),
    Call("package_patch", {"id": "dx§-p1", "notes": None}, "editor"),
    Call("package_patch", {"id": "dx§-p1", "tag_string": "baru§"}, "editor"),
    Call("package_patch", {"id": "dx§-p1", "extras": []}, "editor"),
    Call("package_patch", {"id": "$w.p1", "author": 5}, "editor"),
    Call("package_patch", {"id": "dx§-p1", "resources": [{"id": "$w.p1.r"}]}, "editor"),
    seen("p1"),
    Call("package_patch", {"id": "dx§-p1", "resources": links("7.csv")}, "editor"),
    Call("resource_show", {"id": "$w.p1.r"}),
    Call("package_patch", {"id": "dx§-p1", "resources": []}, "editor"),
    Call("package_patch", {"id": "dx§-p1", "metadata_modified": "2020-01-01T00:00:00"}, "editor"),
    Call("package_patch", {"id": "dx§-p1", "name": "DX§"}, "editor"),
    Call("package_patch", {"id": "dx§-p1", "type": "lain"}, "editor"),
    Call("package_patch", {"id": "dx§-p1", "creator_user_id": "x"}, "editor"),
    Call("package_update", {"id": "$w.p1", "name": "dx§-p1", "owner_org": OWNER, "title": "Diganti"}, "editor"),
    Call(
        "package_update",
        {"id": "$w.p1", "name": "dx§-p1", "owner_org": OWNER, "title": "Diganti"},
        "editor",
        note="same",
    ),
    Call("package_update", {"id": "$w.p1", "title": "Tanpa pemilik"}, "editor"),
    Call("package_update", {"name": "dx§-p1", "owner_org": OWNER, "private": True}, "editor"),
    seen("p1"),
    Call(
        "package_update",
        {"id": "$w.p1", "name": "dx§-p1", "owner_org": OWNER, "private": False, "groups": [{"id": "tidak-ada-§"}]},
        "editor",
    ),
    Call("package_update", {"id": "$w.p1", "name": "dx§-p1", "owner_org": OWNER}, "editor"),
    made("p2", resources=links("1.csv", "2.csv", "3.csv")),
    Call("package_resource_reorder", {"id": "dx§-p2", "order": ["$w.p2.r2"]}, "editor"),
    Call("package_resource_reorder", {"id": "$w.p2", "order": ["$w.p2.r", "$w.p2.r2"]}, "editor"),
    Call("package_resource_reorder", {"id": "dx§-p2", "order": ["$w.p2.r", "$w.p2.r"]}, "editor"),
    Call("package_resource_reorder", {"id": "dx§-p2", "order": '["$w.p2.r"]'}, "editor"),
    seen("p2"),
    Call("package_revise", {"match": {"name": "dx§-p2"}, "update": {"title": "Direvisi"}}, "editor"),
    Call("package_revise", {"match": '{"name": "dx§-p2"}', "update": '{"notes": "n"}'}, "editor", "form"),
    Call("package_revise", {"match__name": "dx§-p2", "update__resources__0": {"name": "R0"}}, "editor"),
    Call("package_revise", {"match__name": "dx§-p2", "update__resources__extend": links("4.csv")}, "editor"),
    Call("package_revise", {"match__name": "dx§-p2", "filter": ["-resources__1"]}, "editor"),
    Call("package_revise", {"match__name": "dx§-p2", "filter": "-resources__*"}, "editor"),
    Call("package_revise", {"match": {"name": "dx§-p2", "title": "lain"}, "update": {"title": "x"}}, "editor"),
    Call("package_revise", {"match": {"name": "dx§-p2"}, "include": ["+package__id", "-*"]}, "editor"),
    Call("package_revise", {"match": {}}, "editor"),
    Call("package_revise", {"update": {"title": "x"}}, "editor"),
    Call("package_revise", {"match": {"name": "tidak-ada-§"}}, "editor"),
    Call("package_revise", {"match__name": "dx§-p2", "update__nosuch__x": 1}, "editor"),
)

RESOURCES = (
    made("r1", resources=links("1.csv")),
    Call("resource_create", {"package_id": "dx§-r1", "url": "https://contoh.id/2.csv"}, "editor", keep={"w.r.b": "id"}),
    Call("resource_create", {"package_id": "dx§-r1", "name": "Tanpa"}, "editor"),
    Call(
        "resource_create",
        {
            "package_id": "dx§-r1",
            "url": "https://contoh.id/x.pdf",
            "format": "",
            "size": "7",
            "extra_sendiri": {"a": 1},
            "created": "2020-01-01T00:00:00",
        },
        "editor",
        keep={"w.r.c": "id"},
    ),
    Call("resource_create", {"package_id": "$w.r1", "url": "https://contoh.id/y", "position": 0}, "editor"),
    Call("resource_create", {"package_id": "dx§-r1", "url": "https://contoh.id/u.csv"}, "editor", "form"),
    Call("resource_create", {"url": "x"}, "editor"),
    Call("resource_create", {"package_id": "dx§-r1", "url": "https://contoh.id/z", "last_modified": "bukan"}, "editor"),
    seen("r1"),
    Call("resource_show", {"id": "$w.r.c"}),
    Call("resource_patch", {"id": "$w.r.c", "name": "Bernama"}, "editor"),
    Call("resource_patch", {"id": "$w.r.c", "url": "https://contoh.id/lain.json"}, "editor"),
    Call("resource_patch", {"id": "$w.r.c"}, "editor", note="nothing"),
    Call("resource_update", {"id": "$w.r.c", "url": "https://contoh.id/q.csv"}, "editor"),
    Call("resource_update", {"id": "$w.r.c", "url": "https://contoh.id/q.csv", "format": "x-y", "name": "N"}, "editor"),
    Call("resource_update", {"id": "$w.r.c", "name": "Tanpa url"}, "editor"),
    Call("resource_update", {"id": "$w.r.c", "package_id": "$w.r1", "url": "https://contoh.id/s.csv"}, "editor"),
    Call("resource_delete", {"id": "$w.r.b"}, "editor"),
    Call("resource_delete", {"id": "$w.r.b"}, "editor", note="again"),
    Call("resource_show", {"id": "$w.r.b"}),
    Call("resource_show", {"id": "$w.r.b"}, "editor"),
    seen("r1"),
    made("r2"),
    *(
        Call(
            "resource_create",
            {"package_id": "dx§-r2", "name": file[0]},
            "editor",
            "multipart",
            files={"upload": file},
            keep={f"w.u.{file[0]}": "id"},
            note=f"upload {file[0]}",
        )
        for file in (CSV, TEXT, PDF)
    ),
    Call(
        "resource_create",
        {"package_id": "dx§-r2", "name": "j", "format": "JSON", "description": "ket"},
        "editor",
        "multipart",
        files={"upload": ("x.json", b'{"a": 1}', "application/json")},
        keep={"w.u.j": "id"},
    ),
    Call("resource_show", {"id": "$w.u.satu.csv"}),
    Call("resource_show", {"id": "$w.u.baca.txt"}),
    Call("package_show", {"id": "dx§-r2"}, ignore=("datastore_active",)),
    Call("resource_patch", {"id": "$w.u.baca.txt", "name": "Catatan"}, "editor"),
    Call(
        "resource_patch",
        {"id": "$w.u.baca.txt"},
        "editor",
        "multipart",
        files={"upload": ("dua.txt", b"lagi", "text/plain")},
    ),
    Call("resource_update", {"id": "$w.u.baca.txt", "url": "https://contoh.id/jadi-tautan"}, "editor"),
    Call("resource_patch", {"id": "$w.u.j", "clear_upload": True, "url": "https://contoh.id/j.json"}, "editor"),
    Call("package_patch", {"id": "dx§-r2", "title": "Sesudah unggah"}, "editor", ignore=("datastore_active",)),
    Call("resource_delete", {"id": "$w.u.satu.csv"}, "editor"),
    Call("resource_search", {"query": "url:dx§"}),
)

VIEWS = (
    made("v1", resources=[{"url": "https://contoh.id/a.csv", "format": "CSV", "name": "A"}]),
    Call("resource_view_list", {"id": "$w.v1.r"}, values=False),
    Call(
        "resource_view_create",
        {"resource_id": "$w.v1.r", "title": "T", "view_type": "image_view"},
        "editor",
        keep={"w.view": "id"},
    ),
    Call(
        "resource_view_create",
        {"resource_id": "$w.v1.r", "title": "D", "view_type": "text_view", "x": {"a": 1}},
        "editor",
        keep={"w.view2": "id"},
    ),
    Call("resource_view_create", {"resource_id": "$w.v1.r", "view_type": "image_view"}, "editor"),
    Call("resource_view_create", {"resource_id": "$w.v1.r", "title": "T"}, "editor"),
    Call("resource_view_create", {"title": "T", "view_type": "image_view"}, "editor"),
    Call("resource_view_show", {"id": "$w.view2"}),
    Call("resource_view_update", {"id": "$w.view", "title": "Baru"}, "editor"),
    Call(
        "resource_view_update",
        {"id": "$w.view", "resource_id": "$w.v1.r", "title": "Baru", "view_type": "image_view", "description": "ket"},
        "editor",
    ),
    Call("resource_view_reorder", {"id": "$w.v1.r", "order": ["$w.view2", "$w.view"]}, "editor"),
    Call("resource_view_delete", {"id": "$w.view"}, "editor"),
    Call("resource_view_delete", {}, "editor"),
    Call("resource_view_show", {"id": "$w.view"}),
    made("v2", private=True, resources=links("p.csv")),
    Call("resource_view_list", {"id": "$w.v2.r"}, "editor"),
    Call("resource_view_list", {"id": "$w.v2.r"}, "member"),
    Call("resource_view_list", {"id": "$w.v2.r"}, "nobody"),
    Call(
        "resource_view_create",
        {"resource_id": "$w.v2.r", "title": "T", "view_type": "image_view"},
        "editor",
        keep={"w.view3": "id"},
    ),
    Call("resource_view_show", {"id": "$w.view3"}, "editor"),
    Call("resource_view_show", {"id": "$w.view3"}, "nobody"),
)

GROUPS = (
    Call(
        "group_create",
        {
            "name": "dx§-g1",
            "title": "Satu §",
            "description": "d",
            "image_url": "https://contoh.id/g.png",
            "extras": [{"key": "a", "value": "b"}],
        },
        "sysadmin",
        keep={"w.g1": "id"},
        ignore=("users",),
    ),
    Call("group_show", {"id": "dx§-g1"}, ignore=("users",)),
    Call("group_create", {"name": "dx§-g1"}, "sysadmin", note="again"),
    Call("group_create", {"name": "G!"}, "sysadmin"),
    Call("group_create", {}, "sysadmin"),
    Call("group_create", {"name": "dx§-g2"}, "sysadmin", ignore=("users",)),
    made("d1", title="Dalam kelompok"),
    Call("package_patch", {"id": "dx§-d1", "groups": [{"name": "dx§-g1"}, {"name": "dx§-g2"}]}, "sysadmin"),
    Call("group_show", {"id": "dx§-g1", "include_datasets": True}, ignore=("users",)),
    Call("group_package_show", {"id": "dx§-g1"}),
    Call("package_search", {"fq": "groups:dx§-g1", "facet.field": ["groups"]}),
    # the index of CKAN keeps the old title in a dataset's groups
    Call("group_patch", {"id": "dx§-g1", "title": "Satu Baru §"}, "sysadmin", ignore=("users", "packages")),
    Call("package_show", {"id": "dx§-d1"}, ignore=("groups",)),
    Call(
        "group_update", {"id": "dx§-g1", "name": "dx§-g1", "title": "Lagi §"}, "sysadmin", ignore=("users", "packages")
    ),
    Call(
        "member_create",
        {"id": "dx§-g2", "object": "dx§-lain", "object_type": "package", "capacity": "public"},
        "sysadmin",
    ),
    Call("group_package_show", {"id": "dx§-g2"}, values=False),
    Call("member_delete", {"id": "dx§-g2", "object": "dx§-lain", "object_type": "package"}, "sysadmin"),
    Call("group_package_show", {"id": "dx§-g2"}, values=False),
    Call("group_delete", {"id": "dx§-g1"}, "sysadmin"),
    Call("group_show", {"id": "dx§-g1"}, "nobody"),
    Call("group_show", {"id": "dx§-g1"}, "sysadmin", ignore=("users",)),
    seen("d1"),
    Call("package_patch", {"id": "dx§-d1", "notes": "ditulis sesudah kelompoknya dihapus"}, "editor"),
    Call("group_list", {"groups": ["dx§-g1"]}),
    Call("group_purge", {"id": "dx§-g1"}, "sysadmin"),
    Call("group_purge", {"id": "dx§-g2"}, "sysadmin"),
    Call("group_show", {"id": "dx§-g2"}, "sysadmin"),
    seen("d1"),
    Call("package_patch", {"id": "dx§-d1", "notes": "ditulis sesudah kelompoknya musnah"}, "editor"),
    Call("resource_create", {"package_id": "dx§-d1", "url": "https://contoh.id/x.csv"}, "editor"),
    Call("package_search", {"fq": "name:dx§-d1", "facet.field": ["groups"]}),
    Call(
        "organization_create",
        {"name": "dx§-o1", "title": "Organisasi Satu §", "extras": [{"key": "k", "value": "v"}]},
        "sysadmin",
        keep={"w.o1": "id"},
        ignore=("users",),
    ),
    Call("organization_show", {"id": "dx§-o1"}, ignore=("users",)),
    Call("package_create", {"name": "dx§-o1-data", "owner_org": "dx§-o1"}, "sysadmin"),
    Call("organization_patch", {"id": "dx§-o1", "title": "Berubah §"}, "sysadmin", ignore=("users", "organization")),
    Call("package_show", {"id": "dx§-o1-data"}, ignore=("organization",), note="CKAN's index has the old title"),
    Call(
        "organization_update",
        {"id": "$w.o1", "name": "dx§-o1", "title": "Berubah §"},
        "sysadmin",
        ignore=("users", "organization"),
    ),
    Call("organization_delete", {"id": "dx§-o1"}, "sysadmin"),
    Call("package_delete", {"id": "dx§-o1-data"}, "sysadmin"),
    Call("organization_delete", {"id": "dx§-o1"}, "sysadmin", note="empty"),
    Call("organization_show", {"id": "dx§-o1"}, "nobody"),
    Call("organization_purge", {"id": "dx§-o1"}, "sysadmin"),
    Call("organization_show", {"id": "dx§-o1"}, "sysadmin"),
)

STATES = (
    made("s1", resources=links("1.csv")),
    Call("package_delete", {"id": "dx§-s1"}, "editor"),
    *(Call("package_show", {"id": "dx§-s1"}, who) for who in ("nobody", "editor", "sysadmin")),
    Call("package_create", {"name": "dx§-s1", "owner_org": OWNER}, "editor", note="the name of a deleted one"),
    Call("resource_create", {"package_id": "dx§-s1", "url": "https://contoh.id/x"}, "editor"),
    Call("resource_show", {"id": "$w.s1.r"}),
    Call("package_list", {"limit": 0}, values=False),
    Call("package_patch", {"id": "dx§-s1", "state": "active"}, "editor"),
    seen("s1"),
    Call("package_patch", {"id": "dx§-s1", "state": "deleted"}, "editor"),
    seen("s1"),
    Call("dataset_purge", {"id": "dx§-s1"}, "editor"),
    Call("dataset_purge", {"id": "dx§-s1"}, "sysadmin"),
    Call("package_create", {"name": "dx§-s1", "owner_org": OWNER}, "editor", note="the name of a purged one"),
    Call(
        "package_relationship_create",
        {"subject": "dx§-l2", "object": "dx§-l3", "type": "child_of", "comment": "c"},
        "sysadmin",
    ),
    Call("package_relationships_list", {"id": "dx§-l2"}),
    Call("package_relationships_list", {"id": "dx§-l3"}),
    Call("package_show", {"id": "dx§-l2"}),
    Call("package_relationship_delete", {"subject": "dx§-l2", "object": "dx§-l3", "type": "child_of"}, "sysadmin"),
    Call("package_relationships_list", {"id": "dx§-l2"}),
    Call("package_owner_org_update", {"id": "dx§-l1", "organization_id": "dx§-badan"}, "sysadmin"),
)

CALLS: tuple[Call, ...] = (*DATASETS, *CHANGES, *RESOURCES, *VIEWS, *GROUPS, *STATES)
