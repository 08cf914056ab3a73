"""What each capacity may do to a public, a private and a deleted dataset, and to another organisation's."""

from __future__ import annotations

from tests.differential.sides import Call

PEOPLE = ("nobody", "outsider", "member", "editor", "admin", "other_admin")
TARGETS = ("dx§-publik", "dx§-privat", "dx§-lain", "$deleted")

CALLS: tuple[Call, ...] = (
    *(Call("package_show", {"id": target}, who) for who in PEOPLE for target in TARGETS),
    *(
        Call("package_patch", {"id": target, "version": "2"}, who)
        for who in ("nobody", "outsider", "member", "editor", "admin")
        for target in ("dx§-privat", "dx§-lain")
    ),
    *(
        Call(
            "package_create",
            {"name": f"dx§-oleh-{who.replace('_', '-')}", "owner_org": "dx§-dinas", "private": True},
            who,
        )
        for who in PEOPLE
    ),
    *(Call("package_create", {"name": f"dx§-tanpa-{who.replace('_', '-')}"}, who) for who in PEOPLE),
    *(Call("resource_create", {"package_id": "dx§-privat", "url": "https://contoh.id/z"}, who) for who in PEOPLE),
    *(Call("package_search", {"q": "name:dx§-privat", "include_private": True}, who) for who in PEOPLE),
    *(Call("package_search", {"q": "name:dx§-privat"}, who) for who in PEOPLE),
    *(Call("resource_view_list", {"id": "$private.res"}, who) for who in PEOPLE),
    *(
        Call(
            "organization_show",
            {"id": "dx§-dinas", "include_datasets": True, "include_users": False},
            who,
            values=False,
        )
        for who in PEOPLE
    ),
    *(Call("package_collaborator_list", {"id": "dx§-publik"}, who) for who in PEOPLE),
    *(Call("package_delete", {"id": "dx§-lain"}, who) for who in ("nobody", "outsider", "member", "editor", "admin")),
    *(
        Call("datastore_upsert", {"resource_id": "$table", "records": [], "force": True}, who)
        for who in ("nobody", "outsider", "member", "other_admin")
    ),
)
