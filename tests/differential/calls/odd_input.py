"""Injection, huge and broken values through every door: no call may break us."""

from __future__ import annotations

from tests.differential.sides import Call

POISON = (
    "' OR 1=1 --",
    '"; DROP TABLE x; --',
    "{!func}x",
    "\x00",
    "\ud800",
    "%00",
    "${7*7}",
    "{{7*7}}",
    "x" * 100_000,
    "\u202e",
    "🌾" * 500,
    "\r\nX: y",
)
DOORS = (
    ("package_show", "id"),
    ("package_search", "q"),
    ("package_search", "fq"),
    ("package_search", "sort"),
    ("package_autocomplete", "q"),
    ("resource_show", "id"),
    ("resource_search", "query"),
    ("organization_show", "id"),
    ("organization_list", "sort"),
    ("tag_show", "id"),
    ("tag_list", "query"),
    ("user_show", "id"),
    ("datastore_search", "resource_id"),
    ("datastore_info", "resource_id"),
    ("help_show", "name"),
    ("group_show", "id"),
)

CALLS: tuple[Call, ...] = (
    *(
        Call(action, {key: value}, "nobody", values=False, note=f"{key}={value[:20]!r}")
        for action, key in DOORS
        for value in POISON
    ),
    *(
        Call(action, {key: value}, "nobody", "get", values=False, note=f"GET {key}={value[:20]!r}")
        for action, key in DOORS[:6]
        for value in POISON[:4]
        if value != "\ud800"
    ),
    *(
        Call(
            "datastore_search",
            {"resource_id": "$table", "limit": 1, key: value},
            values=False,
            note=f"{key}={value[:20]!r}",
        )
        for key in ("sort", "fields", "q", "language", "records_format", "filters")
        for value in POISON
    ),
    *(
        Call(
            "package_create",
            {"name": "dx§-racun", "owner_org": "dx§-dinas", key: value},
            "editor",
            values=False,
            note=f"{key}={value[:20]!r}",
        )
        for key in ("title", "notes", "license_id", "url", "owner_org", "id")
        for value in POISON[:6]
    ),
)
