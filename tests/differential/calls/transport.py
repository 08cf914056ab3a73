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
    Call("", {}, path="/api/3", how="get", values=False),
    Call("", {}, path="/api/1", how="get", values=False),
    Call("", {}, path="/api/3/action/", how="get", values=False),
    Call("", {}, path="/api/3/action/a/b", how="get", values=False),
)
