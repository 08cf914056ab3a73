"""The world's main things are taken down again; scratch datasets of other families stay in a long-lived CKAN."""

from __future__ import annotations

from tests.differential.calls.world import PEOPLE
from tests.differential.sides import Call

CALLS: tuple[Call, ...] = (
    Call("datastore_delete", {"resource_id": "$table", "force": True}, "editor"),
    *(Call("package_delete", {"id": name}, "sysadmin") for name in ("dx§-lain", "dx§-tabel")),
    *(Call("dataset_purge", {"id": name}, "sysadmin") for name in ("dx§-publik", "dx§-lain", "dx§-tabel", "$deleted")),
    *(Call("package_show", {"id": name}, "nobody") for name in ("dx§-publik", "dx§-lain")),
    Call("vocabulary_delete", {"id": "dx§-tema"}, "sysadmin"),
    *(Call("group_purge", {"id": name}, "sysadmin") for name in ("dx§-grup", "dx§-grup-dua")),
    *(Call("organization_delete", {"id": name}, "sysadmin") for name in ("dx§-badan",)),
    *(Call("organization_purge", {"id": name}, "sysadmin") for name in ("dx§-badan",)),
    *(Call("user_delete", {"id": f"dx§-{who.replace('_', '-')}"}, "sysadmin") for who in PEOPLE),
)
