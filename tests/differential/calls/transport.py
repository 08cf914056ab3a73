"""How a call may be written: methods, content types, addresses, JSONP, credentials, and what is no call at all."""

from __future__ import annotations

from tests.differential.sides import Call

SHOW = {"id": "dx§-publik"}
DEEP = "[" * 2000 + "]" * 2000

CALLS: tuple[Call, ...] = (
    Call("package_show", SHOW),
    Call("package_show", SHOW, how="get"),
    Call("package_show", SHOW, how="form"),
    Call("package_show", SHOW, how="multipart", files={"x": ("x.txt", b"x", "text/plain")}, values=False),
    Call("package_show", SHOW, path="/api/action/{action}"),
    Call("package_show", SHOW, path="/api/3/action/{action}", how="get"),
    Call("package_show", SHOW, path="/api/1/action/{action}", how="get", values=False),
    Call("package_show", '{"id": "dx§-publik"}', how="raw"),
    Call("package_show", '{"id": "dx§-publik"}', how="raw", content_type="application/x-www-form-urlencoded"),
    Call("package_show", '{"id": "dx§-publik"}', how="raw", content_type="text/plain"),
    Call("package_show", '{"id": "dx§-publik"}', how="raw", content_type="application/json; charset=utf-8"),
    Call("package_show", "id=dx§-publik", how="raw", content_type="application/x-www-form-urlencoded"),
    Call("package_show", {"id": ["dx§-publik", "dx§-lain"]}, how="get"),
    Call("package_show", "", how="raw"),
    Call("package_show", "{", how="raw"),
    Call("package_show", "[]", how="raw"),
    Call("package_show", '["a"]', how="raw"),
    Call("package_show", '"teks"', how="raw"),
    Call("package_show", "5", how="raw"),
    Call("package_show", "null", how="raw"),
    Call("package_show", "true", how="raw"),
    Call("package_show", '{"id": "\\ud800"}', how="raw", values=False),
    Call("package_show", '{"id": "a\\u0000b"}', how="raw", values=False),
    Call("package_show", b'{"id": "\xff\xfe"}', how="raw"),
    Call("package_show", '{"id": "dx§-publik", "id": "dx§-lain"}', how="raw"),
    Call("package_show", DEEP, how="raw", note="2,000 levels"),
    Call("package_create", {"name": "x"}, how="get", who="sysadmin"),
    Call("package_delete", {"id": "x"}, how="get"),
    Call("datastore_create", {}, how="get"),
    Call("organization_create", {"name": "x"}, how="get", who="sysadmin"),
    Call("package_show", SHOW, "no_such_token"),
    Call("package_search", {"q": "name:dx§-publik"}, "no_such_token"),
    Call("package_create", {"name": "dx§-x"}, "no_such_token"),
    Call("package_show", SHOW, headers={"Authorization": "Bearer x"}),
    Call("package_show", SHOW, headers={"X-CKAN-API-Key": "x"}),
    Call("package_show", {**SHOW, "apikey": "x"}, how="get"),
    Call("package_show", {**SHOW, "unknown_key": "x"}),
    Call("package_show", {**SHOW, "callback": "f"}, how="get", note="JSONP"),
    Call("tag_list", {"query": "sawah§", "callback": "f"}, how="get", note="JSONP"),
    Call("package_show", {"id": "tidak-ada-§", "callback": "f"}, how="get", note="JSONP of an error"),
    Call("package_show", {**SHOW, "callback": "f"}, note="a callback in a body is an argument"),
    *(Call("package_show", SHOW, how=how) for how in ("head", "options", "put", "patch", "delete")),
    Call("package_show", SHOW, how="options", headers={"Origin": "https://lain.id"}),
    Call("package_show", SHOW, how="get", headers={"Origin": "https://lain.id"}),
    Call("package_create", {}, how="head"),
    Call("package_show", SHOW, path="/api/3/action/{action}/", how="get"),
    *(
        Call("package_show", SHOW, path=path, how="get")
        for path in ("/api/2/action/{action}", "/api/4/action/{action}")
    ),
    *(
        Call("", {}, path=path, how="get", values=False)
        for path in (
            "/api/2/rest/dataset",
            "/api/rest/dataset",
            "/api/1/rest/dataset/dx§-publik",
            "/api/2/search/dataset",
            "/api/4",
            "/api/3/",
            "/api/2",
            "/api/3/action",
            "/api/util/status",
            "/api/1/util/is_slug_valid",
            "/api/2/util/tag/munge",
            "/api/snippet/x.html",
            "/api/3/util/dataset/autocomplete",
        )
    ),
    *(
        Call("", data, path=f"{base}/{kind}", how="get", values=False)
        for base in ("/api/util", "/api/1/util", "/api/2/util")
        for kind, data in (
            ("dataset/autocomplete", {"incomplete": "dx§-pub"}),
            ("tag/autocomplete", {"incomplete": "sawah§"}),
            ("resource/format_autocomplete", {"incomplete": "cs"}),
            ("group/autocomplete", {"q": "dx§-gr"}),
            ("organization/autocomplete", {"q": "dx§-d"}),
            ("user/autocomplete", {"q": ""}),
        )
    ),
    *(Call("", {}, path=f"/api/i18n/{language}", how="get", values=False) for language in ("id", "en", "zz")),
    *(Call("package_show", {**SHOW, "callback": name}, how="get", note=f"JSONP {name!r}") for name in ("f.g", "")),
    Call("nosuch_action", {"callback": "f"}, how="get", note="JSONP of what is no action"),
    Call("package_create", {"callback": "f"}, how="get", note="JSONP of a write"),
    Call("", {}, path="/api/3", how="get", values=False),
    Call("", {}, path="/api/1", how="get", values=False),
    Call("", {}, path="/api/3/action/", how="get", values=False),
    Call("", {}, path="/api/3/action/a/b", how="get", values=False),
)
