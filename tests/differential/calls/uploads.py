"""Files that come as multipart: new, replaced, empty, of an odd name, where there is no dataset."""

from __future__ import annotations

from typing import Any

from tests.differential.sides import Call

CSV = b"kode,jumlah\n33.29.01,5\n33.29.02,7\n"
GOOD = {"package_id": "dx§-publik", "name": "Unggahan"}
CHANCE = ("url", "hash", "mimetype", "size", "datastore_active", "last_modified", "format")


def upload(
    action: str, data: dict[str, Any], name: str = "data.csv", body: bytes = CSV, who: str = "editor", **more: Any
) -> Call:
    """A call with a file."""
    return Call(
        action,
        data,
        who,
        "multipart",
        files={"upload": (name, body, "text/csv")},
        ignore=CHANCE,
        note=f"file {name!r}"[:80],
        **more,
    )


CALLS: tuple[Call, ...] = (
    upload("resource_create", GOOD, keep={"uploaded": "id", "uploaded.url": "url"}),
    Call("resource_show", {"id": "$uploaded"}, ignore=CHANCE),
    upload("resource_create", GOOD, who="nobody"),
    upload("resource_create", GOOD, who="member"),
    upload("resource_create", {"name": "Tanpa dataset"}),
    upload("resource_create", {**GOOD, "package_id": "tidak-ada-§"}),
    upload("resource_create", GOOD, name="é 水 data.csv"),
    upload("resource_create", {**GOOD, "format": "CSV"}, name="kosong.csv", body=b""),
    upload("resource_update", {"id": "$uploaded", "name": "Ganti"}, name="baru.csv"),
    upload("resource_patch", {"id": "$uploaded"}, name="tambal.csv"),
    upload("resource_patch", {"id": "$uploaded"}, name="tambal.csv", who="member"),
    Call("resource_show", {"id": "$uploaded"}, ignore=CHANCE),
    Call("resource_patch", {"id": "$uploaded", "clear_upload": True, "url": "https://contoh.id/x.csv"}, "editor"),
    Call("resource_create", {**GOOD, "upload": "bukan berkas"}, "editor", ignore=CHANCE),
    Call("resource_create", {**GOOD, "upload": ""}, "editor", ignore=CHANCE),
    Call("resource_delete", {"id": "$uploaded"}, "editor"),
    *(
        Call(action, {}, who)
        for action in ("file_create", "file_delete", "file_show", "file_pin", "file_rename", "file_register")
        for who in ("nobody", "sysadmin")
    ),
    Call("file_owner_scan", {}, "nobody", values=False),
    Call("file_show", {"id": "tidak-ada-§"}, "sysadmin"),
)
