"""An equal small world on every side, made through the API: its calls are compared as any other."""

from __future__ import annotations

from tests.differential.sides import Call

PASSWORD = "kuda-laut-hijau-27"
PEOPLE = ("admin", "editor", "member", "other_admin", "outsider")
BOX = '{"type":"Polygon","coordinates":[[[108.8,-7.3],[109.2,-7.3],[109.2,-6.7],[108.8,-6.7],[108.8,-7.3]]]}'


def person(who: str) -> tuple[Call, ...]:
    """An account with a token."""
    name = f"dx§-{who.replace('_', '-')}"
    return (
        Call(
            "user_create",
            {"name": name, "email": f"{name}@contoh.id", "password": PASSWORD, "fullname": f"Orang {who}"},
            "sysadmin",
            keep={f"user.{who}": "id", f"username.{who}": "name"},
        ),
        Call(
            "api_token_create",
            {"user": name, "name": "uji"},
            "sysadmin",
            ignore=("id",),
            keep={f"token.{who}": "token"},
        ),
    )


FULL = {
    "name": "dx§-publik",
    "title": "Jumlah sawah §",
    "notes": "Luas **sawah** menurut kecamatan.",
    "author": "Bidang Data",
    "author_email": "data@contoh.id",
    "maintainer": "Seksi Statistik",
    "maintainer_email": "stat@contoh.id",
    "license_id": "cc-by",
    "url": "https://contoh.id/sawah",
    "version": "1.0",
    "owner_org": "dx§-dinas",
    "private": False,
    "tags": [{"name": "sawah§"}, {"name": "padi§"}],
    "extras": [{"key": "wilayah", "value": "33.29"}, {"key": "spatial", "value": BOX}],
    "groups": [{"name": "dx§-grup"}],
    "resources": [
        {"name": "Tabel", "url": "https://contoh.id/sawah.csv", "format": "CSV", "description": "Per kecamatan"},
        {"name": "Dokumen", "url": "https://contoh.id/sawah.pdf", "format": "pdf", "mimetype": "application/pdf"},
    ],
}

CALLS: tuple[Call, ...] = (
    *(call for who in PEOPLE for call in person(who)),
    Call(
        "organization_create",
        {"name": "dx§-dinas", "title": "Dinas Uji §", "description": "Untuk uji banding."},
        "sysadmin",
        keep={"org": "id"},
    ),
    Call("organization_create", {"name": "dx§-badan", "title": "Badan Lain §"}, "sysadmin", keep={"org2": "id"}),
    Call("group_create", {"name": "dx§-grup", "title": "Pertanian §"}, "sysadmin", keep={"group": "id"}),
    Call("group_create", {"name": "dx§-grup-dua", "title": "Kesehatan §"}, "sysadmin", keep={"group2": "id"}),
    Call("organization_member_create", {"id": "dx§-dinas", "username": "dx§-admin", "role": "admin"}, "sysadmin"),
    Call("organization_member_create", {"id": "dx§-dinas", "username": "dx§-editor", "role": "editor"}, "sysadmin"),
    Call("organization_member_create", {"id": "dx§-dinas", "username": "dx§-member", "role": "member"}, "sysadmin"),
    Call("organization_member_create", {"id": "dx§-badan", "username": "dx§-other-admin", "role": "admin"}, "sysadmin"),
    Call("group_member_create", {"id": "dx§-grup", "username": "dx§-editor", "role": "editor"}, "sysadmin"),
    Call(
        "vocabulary_create",
        {"name": "dx§-tema", "tags": [{"name": "air§"}, {"name": "tanah§"}]},
        "sysadmin",
        keep={"vocabulary": "id", "vocabulary.tag": "tags.0.id"},
    ),
    Call(
        "package_create",
        FULL,
        "sysadmin",
        keep={"ds": "id", "res": "resources.0.id", "res2": "resources.1.id", "modified": "metadata_modified"},
    ),
    Call(
        "package_create",
        {
            "name": "dx§-privat",
            "title": "Rancangan §",
            "owner_org": "dx§-dinas",
            "private": True,
            "resources": [{"name": "Rahasia", "url": "https://contoh.id/r.csv", "format": "CSV"}],
        },
        "editor",
        keep={"private": "id", "private.res": "resources.0.id"},
    ),
    Call(
        "package_create",
        {"name": "dx§-hapus", "title": "Dihapus §", "owner_org": "dx§-dinas"},
        "editor",
        keep={"deleted": "id"},
    ),
    Call("package_delete", {"id": "dx§-hapus"}, "editor"),
    Call(
        "package_create",
        {"name": "dx§-lain", "title": "Milik badan §", "owner_org": "dx§-badan"},
        "other_admin",
        keep={"ds2": "id"},
    ),
    Call(
        "package_create",
        {
            "name": "dx§-tabel",
            "title": "Dengan tabel §",
            "owner_org": "dx§-dinas",
            "tags": [{"name": "padi§"}],
            "license_id": "notspecified",
        },
        "editor",
        keep={"ds.table": "id"},
    ),
    Call(
        "datastore_create",
        {
            "resource": {"package_id": "dx§-tabel", "name": "Produksi", "format": "CSV"},
            "fields": [
                {"id": "kode", "type": "text", "info": {"label": "Kode", "notes": "Kode wilayah"}},
                {"id": "tahun", "type": "int"},
                {"id": "produksi", "type": "numeric"},
                {"id": "sah", "type": "bool"},
                {"id": "tanggal", "type": "date"},
                {"id": "waktu", "type": "timestamp"},
                {"id": "rasio", "type": "float"},
                {"id": "rinci", "type": "json"},
            ],
            "primary_key": ["kode", "tahun"],
            "records": [
                {
                    "kode": f"33.29.{number:02}",
                    "tahun": 2020 + number % 3,
                    "produksi": number * 10.5,
                    "sah": number % 2 == 0,
                    "tanggal": f"2024-01-{number + 1:02}",
                    "waktu": f"2024-01-{number + 1:02}T10:00:00",
                    "rasio": number / 4,
                    "rinci": {"a": number},
                }
                for number in range(1, 13)
            ],
        },
        "editor",
        keep={"table": "resource_id"},
    ),
)
