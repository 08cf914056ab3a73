"""Tags and vocabularies."""

from __future__ import annotations

from dataclasses import replace

from tests.differential.calls.battery import ids, ways, without_rights, wrong
from tests.differential.sides import Call

CALLS: tuple[Call, ...] = (
    Call("tag_list", values=False),
    *ways("tag_list", {"query": "sawah§"}),
    Call("tag_list", {"query": "§"}, unordered=True),
    Call("tag_list", {"query": "sawah§", "all_fields": True}),
    Call("tag_list", {"query": "zzz§"}),
    Call("tag_list", {"vocabulary_id": "dx§-tema"}),
    Call("tag_list", {"vocabulary_id": "dx§-tema", "all_fields": True}),
    Call("tag_list", {"vocabulary_id": "tidak-ada-§"}),
    *wrong("tag_list", {"query": "sawah§"}, "all_fields", ("x", 1, [], None), "nobody"),
    *wrong("tag_list", {}, "query", (5, [], {}, "%", "_", "é水"), "nobody"),
    *wrong("tag_list", {"query": "§"}, "limit", (1, "x", -1), "nobody", values=False),
    *ways("tag_show", {"id": "sawah§"}),
    Call("tag_show", {"id": "sawah§", "include_datasets": True}),
    Call("tag_show", {"id": "air§", "vocabulary_id": "dx§-tema"}),
    Call("tag_show", {"id": "air§"}),
    Call("tag_show", {"id": "$vocabulary.tag"}),
    *ids("tag_show", who="nobody"),
    *(replace(call, unordered=True) for call in ways("tag_search", {"query": "§"})),
    Call("tag_search", {"query": ["sawah§"]}),
    Call("tag_search", {"query": "§", "limit": 1}, values=False),
    Call("tag_search", {"query": "§", "vocabulary_id": "dx§-tema"}),
    Call("tag_search", {"fields": {"tags": "sawah§"}}),
    Call("tag_search", {"query": "§", "offset": 1}, values=False),
    *(
        replace(call, unordered=True)
        for call in wrong("tag_search", {"query": "§"}, "limit", (0, -1, "x", [], None), "nobody")
    ),
    *wrong("tag_search", {}, "query", (5, "", None, [], {}), "nobody"),
    *ways("tag_autocomplete", {"query": "sawah§"}),
    Call("tag_autocomplete", {"q": "sawah§"}),
    Call("tag_autocomplete", {"query": "§", "limit": 1}, values=False),
    Call("tag_autocomplete", {"query": "air§", "vocabulary_id": "dx§-tema"}),
    *wrong("tag_autocomplete", {}, "query", (5, "", None, [], {}), "nobody"),
    Call("vocabulary_list", values=False),
    *ways("vocabulary_show", {"id": "dx§-tema"}),
    Call("vocabulary_show", {"id": "$vocabulary"}),
    *ids("vocabulary_show", who="nobody"),
    *without_rights("vocabulary_create", {"name": "dx§-v", "tags": []}, ("nobody", "outsider", "editor", "admin")),
    Call("vocabulary_create", {}, "sysadmin"),
    Call("vocabulary_create", {"name": "dx§-tema", "tags": []}, "sysadmin"),
    Call("vocabulary_create", {"name": "dx§-v2"}, "sysadmin", keep={"v2": "id"}),
    *wrong("vocabulary_create", {"name": "dx§-v3"}, "name", ("", None, "a", "x" * 101, 5, []), "sysadmin"),
    *wrong("vocabulary_create", {"name": "dx§-v4"}, "tags", ("x", [5], [{}], [{"name": "a"}], {}), "sysadmin"),
    Call("vocabulary_update", {"id": "$v2", "name": "dx§-v2", "tags": [{"name": "satu§"}]}, "sysadmin"),
    Call("vocabulary_update", {"id": "$v2", "name": "dx§-v2b"}, "sysadmin"),
    *without_rights("vocabulary_update", {"id": "$v2", "name": "dx§-v2"}, ("nobody", "editor")),
    *ids("vocabulary_update", name="x"),
    *without_rights("tag_create", {"name": "dua§", "vocabulary_id": "$v2"}, ("nobody", "editor")),
    Call("tag_create", {"name": "dua§", "vocabulary_id": "$v2"}, "sysadmin"),
    Call("tag_create", {"name": "dua§", "vocabulary_id": "$v2"}, "sysadmin", note="again"),
    Call("tag_create", {}, "sysadmin"),
    Call("tag_create", {"name": "tiga§"}, "sysadmin"),
    Call("tag_create", {"name": "tiga§", "vocabulary_id": "tidak-ada-§"}, "sysadmin"),
    *wrong("tag_create", {"vocabulary_id": "$v2"}, "name", ("", None, "a", "x" * 101, 5, "a,b", "é水 x"), "sysadmin"),
    *without_rights("tag_delete", {"id": "dua§", "vocabulary_id": "$v2"}, ("nobody", "editor")),
    Call("tag_delete", {"id": "dua§", "vocabulary_id": "$v2"}, "sysadmin"),
    Call("tag_delete", {"id": "dua§", "vocabulary_id": "$v2"}, "sysadmin", note="again"),
    *ids("tag_delete"),
    *without_rights("vocabulary_delete", {"id": "$v2"}, ("nobody", "editor")),
    Call("vocabulary_delete", {"id": "$v2"}, "sysadmin"),
    Call("vocabulary_show", {"id": "$v2"}),
    *ids("vocabulary_delete"),
)
