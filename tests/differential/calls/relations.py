"""Relationships between datasets, and following."""

from __future__ import annotations

from tests.differential.calls.battery import ids, without_rights, wrong
from tests.differential.sides import Call

GOOD = {"subject": "dx§-publik", "object": "dx§-tabel", "type": "depends_on", "comment": "Uji"}
FOLLOWED = {"dataset": "dx§-publik", "group": "dx§-grup", "user": "dx§-editor"}
#: Who follows: a person is followed by a colleague, since to others nobody is there.
FOLLOWERS = {"dataset": "outsider", "group": "outsider", "user": "member"}

CALLS: tuple[Call, ...] = (
    *without_rights("package_relationship_create", GOOD, ("nobody", "outsider", "member", "other_admin")),
    Call("package_relationship_create", {}, "editor"),
    Call("package_relationship_create", GOOD, "editor"),
    Call("package_relationship_create", GOOD, "editor", note="again"),
    *wrong(
        "package_relationship_create",
        GOOD,
        "type",
        ("nosuch", "", None, 5, "links_to", "child_of", "dependency_of"),
        "editor",
    ),
    *wrong("package_relationship_create", GOOD, "object", ("tidak-ada-§", "", None, "dx§-publik"), "editor"),
    Call("package_relationships_list", {"id": "dx§-publik"}, values=False),
    Call("package_relationships_list", {"id": "dx§-publik", "id2": "dx§-tabel"}),
    Call("package_relationships_list", {"id": "dx§-publik", "rel": "depends_on"}, values=False),
    Call("package_relationships_list", {"id": "dx§-publik", "rel": "nosuch"}),
    Call("package_relationships_list", {"id": "dx§-tabel"}),
    *ids("package_relationships_list", who="nobody"),
    Call("package_show", {"id": "dx§-publik"}),
    Call("package_relationship_update", {**GOOD, "comment": "Baru"}, "editor"),
    Call("package_relationship_update", {}, "editor"),
    Call("package_relationship_delete", {key: GOOD[key] for key in ("subject", "object", "type")}, "member"),
    Call("package_relationship_delete", {key: GOOD[key] for key in ("subject", "object", "type")}, "editor"),
    Call(
        "package_relationship_delete", {key: GOOD[key] for key in ("subject", "object", "type")}, "editor", note="again"
    ),
    Call("package_relationship_delete", {}, "editor"),
    *(
        call
        for kind, target in FOLLOWED.items()
        for who in (FOLLOWERS[kind],)
        for call in (
            Call(f"follow_{kind}", {"id": target}, "nobody"),
            Call(f"follow_{kind}", {}, who),
            Call(f"follow_{kind}", {"id": "tidak-ada-§"}, who),
            Call(f"am_following_{kind}", {"id": target}, who),
            Call(f"follow_{kind}", {"id": target}, who),
            Call(f"follow_{kind}", {"id": target}, who, note="again"),
            Call(f"am_following_{kind}", {"id": target}, who),
            Call(f"am_following_{kind}", {"id": target}, "nobody"),
            *ids(f"am_following_{kind}", who=who),
            Call(f"{kind}_follower_count", {"id": target}),
            Call(f"{kind}_follower_list", {"id": target}, "nobody"),
            Call(f"{kind}_follower_list", {"id": target}, "sysadmin"),
            *ids(f"{kind}_follower_count", who="nobody"),
            *ids(f"{kind}_follower_list"),
            Call(f"{kind}_followee_count", {"id": f"dx§-{who}"}),
            Call(
                f"{kind}_followee_list",
                {"id": f"dx§-{who}"},
                who,
                ignore=("relationships_as_subject", "relationships_as_object"),
            ),
            Call(f"{kind}_followee_list", {"id": f"dx§-{who}"}, "nobody"),
            Call(f"unfollow_{kind}", {"id": target}, "nobody"),
            Call(f"unfollow_{kind}", {"id": target}, who),
            Call(f"unfollow_{kind}", {"id": target}, who, note="again"),
            *ids(f"unfollow_{kind}", who=who),
        )
    ),
    Call("follow_dataset", {"id": "$private"}, "outsider"),
    Call("organization_follower_count", {"id": "dx§-dinas"}),
    Call("organization_follower_list", {"id": "dx§-dinas"}, "sysadmin"),
    Call("followee_count", {"id": "dx§-outsider"}),
    Call("followee_list", {"id": "dx§-outsider"}, "outsider"),
    Call("followee_list", {"id": "dx§-outsider", "q": "dx"}, "outsider"),
)
