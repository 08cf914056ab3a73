"""Reads as somebody who knows CKAN well would try them: defaults, flags, types that are let pass, orders and pages."""

from __future__ import annotations

from typing import Any

from tests.differential.sides import Call

OWN = "+name:(dx§-publik OR dx§-lain OR dx§-tabel)"
ORGS = ["dx§-dinas", "dx§-badan"]
GROUPS = ["dx§-grup", "dx§-grup-dua"]
YES: tuple[Any, ...] = (True, "true", "True", "1", 1)
NO: tuple[Any, ...] = (False, "false", "False", "0", 0)
FACETS = ["organization", "groups", "tags", "res_format", "license_id"]


def listed(action: str, key: str, names: list[str]) -> tuple[Call, ...]:
    """organization_list and group_list with each of their arguments."""
    flags = ("include_extras", "include_dataset_count", "include_groups", "include_tags", "include_followers")
    return (
        *(Call(action, {key: names, "sort": sort}) for sort in (
            "name", "name asc", "name desc", "title", "title asc", "title desc", "package_count asc", "NAME ASC",
            "name asc, title desc", "id asc", "name up", "",
        )),
        *(Call(action, {key: names, "all_fields": flag, "sort": "name"}) for flag in (*YES, *NO)),
        *(Call(action, {key: names, "all_fields": True, "sort": "name", flag: True}) for flag in flags),
        *(Call(action, {key: names, "all_fields": True, "sort": "name", flag: False}) for flag in flags),
        Call(action, {key: names, "sort": "name", "limit": 1}),
        Call(action, {key: names, "sort": "name", "limit": "1", "offset": "1"}, how="get"),
        Call(action, {key: names, "sort": "name", "limit": 1, "offset": 1, "all_fields": "true"}, how="form"),
        Call(action, {key: ",".join(names), "sort": "name"}, how="get"),
        Call(action, {key: names[0]}),
        Call(action, {key: f'["{names[0]}"]'}, how="get"),
        Call(action, {key: [*names, "tidak-ada-§"], "sort": "name"}),
        Call(action, {key: ["tidak-ada-§"]}, values=False),
        Call(action, {"q": "§", "sort": "name"}),
        Call(action, {"q": "uji §"}),
        Call(action, {"q": "zzz§"}),
        Call(action, {"type": "nosuch"}),
        Call(action, {key: names, "order_by": "name"}),
        Call(action, {key: names, "sort": "title", "limit": 0}),
    )  # fmt: skip


def shown(action: str, name: str) -> tuple[Call, ...]:
    """organization_show and group_show with each of their flags."""
    flags = (
        "include_datasets", "include_dataset_count", "include_extras", "include_users", "include_groups",
        "include_tags", "include_followers", "include_member_count",
    )  # fmt: skip
    return (
        *(Call(action, {"id": name, flag: value}, ignore=("users",)) for flag in flags for value in (True, False)),
        *(Call(action, {"id": name, "include_datasets": value}, ignore=("users",)) for value in ("true", "1", "False")),
        Call(action, {"id": name, "include_datasets": "x"}),
        Call(action, {"id": name}, "sysadmin"),
        Call(action, {"id": name.upper()}),
        Call(action, {"id": f" {name}"}),
        Call(action, {"id": name, "include_datasets": "true"}, how="get", ignore=("users",)),
    )


def asked(**data: Any) -> Call:
    """A search among this run's datasets."""
    return Call("package_search", {"fq": OWN, "sort": "name asc", **data}, ignore=("sort",))


SEARCHES = (
    *(asked(rows=0, facet=True, **{"facet.field": [name]}) for name in FACETS),
    asked(rows=0, **{"facet.field": FACETS}),
    asked(rows=0, **{"facet.field": FACETS, "facet.limit": 1}),
    asked(rows=0, **{"facet.field": FACETS, "facet.limit": -1, "facet.mincount": 2}),
    asked(rows=0, **{"facet.field": ["dataset_type", "state", "capacity"]}),
    asked(rows=0, **{"facet.field": "tags,groups"}),
    asked(rows=0, **{"facet.field": "[tags]"}),
    Call("package_search", {"fq": OWN, "rows": "0", "facet.field": '["tags"]', "facet": "true"}, how="get"),
    Call("package_search", {"fq": OWN, "rows": "2", "start": "1", "sort": "name desc"}, how="form"),
    Call("package_search", {"q": "*:*", "fq": "organization:dx§-badan"}),
    Call("package_search", {"q": "organization:dx§-badan"}),
    Call("package_search", {"q": "", "fq": "groups:dx§-grup"}),
    Call("package_search", {"fq": "tags:(sawah§ AND padi§)"}),
    Call("package_search", {"fq": "title:jumlah", "fq_list": ["name:dx§-publik"]}),
    Call("package_search", {"q": "title:Jumlah AND name:dx§-publik"}),
    Call("package_search", {"q": 'title:"Milik badan §"'}),
    Call("package_search", {"q": "name:dx§-publik OR name:dx§-lain", "sort": "name desc"}),
    Call("package_search", {"q": "name:dx§-publik -name:dx§-lain"}),
    Call("package_search", {"q": "NOT name:dx§-publik", "fq": OWN, "sort": "name asc"}),
    Call("package_search", {"q": "id:($ds OR $ds2)", "sort": "name asc"}),
    Call("package_search", {"q": "id:${ds}"}),
    Call("package_search", {"q": "res_format:csv", "fq": OWN, "sort": "name asc"}),
    Call("package_search", {"q": "maintainer:seksi", "fq": OWN}),
    Call("package_search", {"q": "author_email:data@contoh.id", "fq": OWN}),
    Call("package_search", {"q": "notes:*", "fq": OWN, "sort": "name asc"}),
    Call("package_search", {"q": "-notes:*", "fq": OWN, "sort": "name asc"}),
    Call("package_search", {"q": "url:*", "fq": OWN}),
    Call("package_search", {"q": "version:*", "fq": OWN}),
    Call("package_search", {"q": "license_id:(cc-by OR notspecified)", "fq": OWN, "sort": "name asc"}),
    Call("package_search", {"q": "type:dataset", "fq": OWN, "sort": "name asc"}),
    Call("package_search", {"q": "metadata_created:[NOW/DAY-1DAY TO NOW/DAY+1DAY]", "fq": OWN, "sort": "name asc"}),
    Call("package_search", {"q": "metadata_modified:[2099-01-01T00:00:00Z TO *]", "fq": OWN}),
    Call("package_search", {"q": "metadata_modified:{2020-01-01T00:00:00Z TO NOW}", "fq": OWN, "sort": "name asc"}),
    Call("package_search", {"q": "metadata_modified:rusak", "fq": OWN}),
    Call("package_search", {"q": "metadata_modified:[rusak TO *]", "fq": OWN}),
    Call("package_search", {"fq": "+organization:dx§-dinas +res_format:CSV"}),
    Call("package_search", {"fq": "organization:(dx§-dinas dx§-badan)", "sort": "name asc"}),
    Call("package_search", {"fq": "organization:(dx§-dinas OR dx§-badan) -tags:padi§", "sort": "name asc"}),
    Call("package_search", {"fq": OWN, "sort": "name asc", "include_private": False}),
    Call("package_search", {"fq": OWN, "sort": "name asc", "include_private": "0"}, how="get"),
    Call("package_search", {"fq": OWN, "sort": "name asc", "include_drafts": "true"}, how="get"),
    Call("package_search", {"fq": OWN, "sort": "name asc", "use_default_schema": "1"}, how="get"),
    Call("package_search", {"fq": OWN, "sort": "name ASC"}),
    Call("package_search", {"fq": OWN, "sort": "name desc,metadata_modified asc"}),
    Call("package_search", {"fq": OWN, "sort": "score desc, name asc"}),
    Call("package_search", {"fq": OWN, "sort": "title_string desc, name asc"}),
    Call("package_search", {"fq": OWN, "sort": "metadata_created desc"}),
    Call("package_search", {"fq": OWN, "sort": "metadata_modified"}),
    Call("package_search", {"fq": OWN, "sort": "name asc", "fl": "name"}),
    Call("package_search", {"fq": OWN, "sort": "name asc", "fl": ["id", "name", "title"]}),
    Call("package_search", {"fq": OWN, "sort": "name asc", "rows": "1000"}, how="get"),
    Call("package_search", {"fq": OWN, "sort": "name asc", "rows": 1001}),
    Call("package_search", {"fq": OWN, "sort": "name asc", "start": 2, "rows": 1}),
    Call("package_search", {"fq": OWN, "sort": "name asc", "start": 5}),
    Call("package_search", {"fq": OWN, "rows": "-1"}, how="get"),
    Call("package_search", {"fq": OWN, "rows": "satu"}, how="get"),
    Call("package_search", {"fq": OWN, "nosuch": "x"}, how="get"),
    Call("package_search", {"fq": OWN, "facet.nosuch": "x"}, how="get"),
    Call("package_search", {"fq": OWN, "facet.limit": "x"}),
    Call("package_search", {"fq": OWN, "facet.mincount": -1}),
    Call("package_search", {"fq": OWN, "sort": "name asc", "q.op": "OR", "q": "jumlah milik"}),
    Call("package_search", {"fq": OWN, "defType": "nosuch", "q": "x"}),
    Call("package_search", {"fq": OWN, "defType": "edismax", "q": "title:jumlah sawah"}),
    Call("package_search", {"fq": OWN, "q": "Jumlah Sawah"}),
    Call("package_search", {"fq": OWN, "q": "JUMLAH"}),
    Call("package_search", {"fq": OWN, "q": "padi§", "sort": "name asc"}),
    Call("package_search", {"fq": OWN, "q": "data@contoh.id"}),
    Call("package_search", {"fq": OWN, "q": "bidang data"}),
    Call("package_search", {"fq": OWN, "q": "kecamatan"}),
    Call("package_search", {"fq": OWN, "q": "cc-by"}),
    Call("package_search", {"fq": OWN, "q": "dx§-publik"}),
    Call("package_search", {"fq": OWN, "q": '"sawah jumlah"'}),
    Call("package_search", {"fq": OWN, "q": "\\*"}),
    Call("package_search", {"fq": OWN, "q": "jumlah+sawah"}),
    Call("package_search", {"fq": "entity_type:package +name:dx§-publik"}),
    Call("package_search", {"fq": "site_id:default +name:dx§-publik"}, values=False),
    Call("package_search", {"fq": 'tags:"padi§" +dataset_type:dataset', "sort": "name asc"}),
    Call("package_search", {"fq": "num_resources:[1 TO *] +name:dx§*"}, values=False),
    Call("package_search", {"fq": "name:dx§-publik\n"}),
    Call("package_search", {"fq": "  "}, values=False),
)  # fmt: skip

CALLS: tuple[Call, ...] = (
    *listed("organization_list", "organizations", ORGS),
    *listed("group_list", "groups", GROUPS),
    *shown("organization_show", "dx§-dinas"),
    *shown("group_show", "dx§-grup"),
    *SEARCHES,
    *(Call("package_show", {"id": "$ds", flag: value}) for flag in ("use_default_schema", "include_tracking",
      "include_plugin_data") for value in (True, "true", "0", "x")),
    Call("package_show", {"id": "$ds", "include_plugin_data": True}, "editor"),
    Call("package_show", {"id": "dx§-publik", "name_or_id": "dx§-lain"}),
    Call("package_show", {"id": "$res"}),
    Call("package_show", {"id": "dx§-dinas"}),
    Call("resource_show", {"id": "$ds"}),
    Call("resource_show", {"id": "$res", "include_tracking": True}),
    Call("resource_show", {"id": "$res"}, how="get"),
    *(Call("resource_search", {"query": query, "order_by": "name"}, values=False) for query in (
        "url:contoh.id/sawah.csv", ["name:Tabel", "url:sawah"], "name:tabel",
    )),
    Call("resource_search", {"query": "url:sawah", "limit": "1", "offset": "0"}, how="get", values=False),
    Call("resource_search", {"query": ["url:sawah", "nosuch:x"]}),
    Call("resource_search", {"query": "url:sawah", "order_by": "position", "limit": 1}, values=False),
    *(Call("package_autocomplete", {"q": q}) for q in ("dx§-pub", "dx§", "zz§", "d")),
    *(Call("package_autocomplete", {"q": q}, values=False) for q in ("jumlah", "Milik")),
    *(Call("package_autocomplete", {"q": "dx§-", "limit": limit}, values=False) for limit in (1, "2", 0, "x", -1)),
    Call("package_autocomplete", {}),
    Call("package_autocomplete", {"q": "dx§-publik"}, how="get"),
    *(Call(action, {"q": q}) for action in ("organization_autocomplete", "group_autocomplete")
      for q in ("dx§-d", "dx§-gr", "DX§", "uji §", "zzz§", " dx§-dinas ")),
    *(Call(action, {"q": "dx§", "limit": limit}, values=False)
      for action in ("organization_autocomplete", "group_autocomplete") for limit in (1, "1", 0, -1, "x")),
    *(Call(action, {}) for action in ("organization_autocomplete", "group_autocomplete", "format_autocomplete",
      "tag_autocomplete")),
    *(Call("format_autocomplete", data, values=False) for data in (
        {"q": "cs"}, {"q": "CSV"}, {"q": "csv", "limit": 1}, {"q": "c", "limit": "0"}, {"q": "c", "limit": "x"},
    )),
    Call("format_autocomplete", {"q": "zzz§"}),
    *(Call("tag_autocomplete", data) for data in (
        {"query": "sawah§"}, {"q": "SAWAH§"}, {"query": "awah§"}, {"query": "§", "limit": 0},
        {"query": "air§", "vocabulary_id": "dx§-tema"}, {"query": "air§", "vocabulary_id": "tidak-ada-§"},
        {"query": "sawah§", "limit": "x"},
    )),
    *(Call("tag_search", data) for data in (
        {"query": "sawah§"}, {"q": "sawah§"}, {"query": ["sawah", "§"]}, {"query": ["sawah§", "padi§"]},
        {"query": "SAWAH§"}, {"query": " sawah§ "}, {"query": "sawah§", "offset": 1}, {"query": "sawah§", "limit": 1},
        {"query": "air§", "vocabulary_id": "dx§-tema"}, {"query": "air§", "vocabulary_id": "$vocabulary"},
        {"vocabulary_id": "dx§-tema"}, {"fields": {"tag": "sawah§"}}, {"fields": {}}, {"query": "air§"},
    )),
    *(Call("tag_list", data) for data in (
        {"query": "sawah§", "all_fields": "true"}, {"q": "sawah§"}, {"vocabulary_id": "$vocabulary"},
        {"query": "air", "vocabulary_id": "dx§-tema"}, {"query": "sawah§", "all_fields": 0},
        {"query": "sawah§", "limit": 0}, {"query": "sawah§", "offset": 1},
    )),
    *(Call("tag_show", data) for data in (
        {"id": "sawah§", "include_datasets": "true"}, {"id": "SAWAH§"}, {"id": "air§", "vocabulary_id": "$vocabulary"},
        {"id": "air§", "vocabulary_id": "tidak-ada-§"}, {"id": "sawah§", "vocabulary_id": "dx§-tema"},
    )),
    Call("vocabulary_show", {"id": "dx§-tema"}, how="get"),
    Call("vocabulary_show", {"name": "dx§-tema"}),
    Call("vocabulary_show", {"id": "tidak-ada-§"}),
    Call("group_package_show", {"id": "dx§-grup"}),
    Call("group_package_show", {"id": "dx§-grup", "limit": 1}),
    Call("group_package_show", {"id": "dx§-grup", "limit": "0"}, how="get"),
    Call("group_package_show", {"id": "tidak-ada-§"}),
    Call("package_relationships_list", {"id": "dx§-publik"}),
    Call("package_relationships_list", {"id": "dx§-publik", "id2": "dx§-lain", "rel": "depends_on"}),
    Call("package_relationships_list", {"id": "dx§-publik", "rel": "nosuch"}),
    Call("license_list", values=False),
    Call("license_list", how="get", values=False),
    Call("help_show", {"name": "package_show"}, how="get", values=False),
    Call("help_show", {"name": "nosuch"}),
    Call("help_show", {}),
    Call("status_show", values=False),
    Call("status_show", how="get", values=False),
    Call("resource_view_list", {"id": "$res"}),
    Call("resource_view_list", {"id": "$ds"}),
    Call("resource_view_show", {"id": "$res"}),
    Call("resource_view_show", {}),
    Call("current_package_list_with_resources", {"limit": 1, "offset": 1}, values=False),
    Call("current_package_list_with_resources", {"limit": "x"}),
    Call("package_list", {"limit": "x"}),
    Call("package_list", {"limit": 1, "offset": 1}, values=False),
    Call("package_list", {"offset": "5"}, how="get", values=False),
)  # fmt: skip
