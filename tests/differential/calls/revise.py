"""package_revise: match, filter, update with flattened keys, include."""

from __future__ import annotations

from typing import Any

from tests.differential.calls.battery import without_rights
from tests.differential.sides import Call

DO = "package_revise"


def revise(who: str = "editor", note: str = "", how: str = "json", **data: Any) -> Call:
    """One revision of the scratch dataset."""
    return Call(DO, {"match": {"name": "dx§-revisi"}, **data}, who, how, note=note)


CALLS: tuple[Call, ...] = (
    Call(
        "package_create",
        {
            "name": "dx§-revisi",
            "title": "Revisi §",
            "owner_org": "dx§-dinas",
            "notes": "a",
            "tags": [{"name": "satu§"}],
            "resources": [
                {"name": "A", "url": "https://contoh.id/a.csv"},
                {"name": "B", "url": "https://contoh.id/b.csv"},
            ],
        },
        "editor",
        keep={"revised": "id", "revised.res": "resources.0.id"},
    ),
    Call(DO, {}, "editor"),
    Call(DO, {"match": {}}, "editor"),
    Call(DO, {"match": "x"}, "editor"),
    Call(DO, {"match": {"id": "tidak-ada-§"}}, "editor"),
    Call(DO, {"match": {"id": "$revised"}}, "editor"),
    Call(DO, {"match": {"id": "$revised", "title": "bukan ini"}, "update": {"title": "x"}}, "editor"),
    *without_rights(DO, {"match": {"id": "$revised"}, "update": {"title": "x"}}),
    revise(update={"title": "Direvisi §"}),
    revise(update={"notes": "b"}, match={"id": "$revised", "notes": "a"}),
    revise(match__notes="b", update__notes="c", note="flattened"),
    revise(update={"tags": [{"name": "satu§"}, {"name": "dua§"}]}),
    revise(update={"resources": [{"name": "A2"}]}),
    revise(update__resources__0={"name": "A3"}),
    revise(update__resources__0__description="ket"),
    revise(update__resources__extend=[{"name": "C", "url": "https://contoh.id/c.csv"}]),
    revise(update__resources__99={"name": "x"}),
    revise(filter=["-resources__1"]),
    revise(filter=["+resources__0__id", "-resources__0"]),
    revise(filter=["-resources__*", "x"]),
    revise(filter="-notes"),
    revise(filter=["-title", "+title"]),
    revise(include=["id", "title"], update={"title": "t"}),
    revise(include=["-resources"], update={"title": "u"}),
    revise(include="x"),
    revise(update="x"),
    revise(update={"name": "dx§-publik"}),
    revise(update={"license_id": 5}),
    revise(update={"private": "x"}),
    revise(how="form", match='{"name": "dx§-revisi"}', update='{"notes": "lewat formulir"}'),
    revise(zzz=1),
    Call("package_show", {"id": "dx§-revisi"}),
)
