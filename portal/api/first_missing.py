"""What CKAN misses before it asks who calls: an anonymous call without these arguments is a validation error there.

Measured on CKAN 2.12. Nothing is learnt from it: only that the call names nothing at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.api.errors import Shaped
from portal.kernel.identity import Identity
from portal.kernel.texts import gettext as _

_BY_ID = """
    dataset_purge package_delete package_resource_reorder resource_delete resource_update
    resource_view_delete resource_view_update task_status_delete
"""
#: Arguments of which none is there, by action.
FIELDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(_BY_ID.split(), ("id",)),
    **dict.fromkeys(
        ("package_relationship_create", "package_relationship_delete", "package_relationship_update"),
        ("subject", "object", "type"),
    ),
    "package_create_default_resource_views": ("package",),
    "resource_create_default_resource_views": ("resource",),
    "resource_create": ("package_id",),
    "resource_view_create": ("resource_id",),
    "resource_view_reorder": ("id", "order"),
}
#: Where CKAN says so in a text of its own.
TEXTS: Mapping[str, tuple[str, str, str]] = {
    "package_update": ("id", "id", "Missing value"),
    "package_patch": ("id", "message", "Missing id, can not get Package object"),
    "resource_patch": ("id", "message", "Missing id, can not get Resource object"),
    "datastore_create": ("resource_id", "message", "Missing id, can not get Resource object"),
    "package_revise": ("match", "match__id", "Missing value"),
    "term_translation_update_many": ("data", "error", "Must be a list of dicts"),
}


def check(action: str, identity: Identity, data: Mapping[str, Any]) -> None:
    """Raises Shaped for a call of nobody's without any of the arguments that CKAN reads first."""
    if identity.signed_in:
        return
    fields = FIELDS.get(action, ())
    if fields and not any(name in data for name in fields):
        raise Shaped({name: [_("Nilai wajib diisi")] for name in fields})
    if action in TEXTS:
        key, field, message = TEXTS[action]
        if not any(name == key or name.startswith(f"{key}_") for name in data) and "resource" not in data:
            raise Shaped({field: message})
