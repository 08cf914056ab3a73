"""Ids that are there but empty (`""`, null, `[]`, `{}`), as CKAN takes them: most actions then find nothing (404).

An argument that is absent is a validation error everywhere; which of CKAN's actions look for an empty id, and which
judge it like an absent one, follows no rule of its own, so here they stand by name (measured on CKAN 2.12).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from portal.kernel.errors import Invalid, NotFound
from portal.kernel.texts import gettext as _

_BY_ID = """
    dataset_purge group_activity_list group_delete group_package_show group_patch group_purge group_show group_update
    job_cancel job_show member_create member_delete member_list organization_activity_list organization_delete
    organization_patch organization_purge organization_show organization_update package_activity_list
    package_collaborator_list package_delete package_owner_org_update package_relationships_list resource_delete
    resource_show resource_update resource_view_delete resource_view_list resource_view_show resource_view_update
    tag_show task_status_delete user_activity_list user_delete user_patch user_show user_update
"""
#: The argument whose emptiness means that there is no such thing, by action.
LOOKED_FOR: Mapping[str, str] = {
    **dict.fromkeys(_BY_ID.split(), "id"),
    "api_token_create": "user",
    "help_show": "name",
}

#: Where CKAN takes an id as text whatever it is: an empty one is then missing, a list or object leads nowhere.
_AS_TEXT = (
    "follow_", "unfollow_", "am_following_", "task_status_show",
)  # fmt: skip
_AS_TEXT_ENDS = (
    "_follower_count", "_follower_list", "followee_count", "followee_list", "_activity_list",
)  # fmt: skip

#: Where CKAN complains of another name than the argument's.
_COMPLAINED_OF = {"package_show": "name_or_id"}


def look(action: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The arguments with an id that is one value: a list of one (a key given once in a form) is its only item.

    An empty list or object says as little as a null. Raises NotFound when the action was given an id that is empty,
    Invalid for an id that is any other list or object.
    """
    key = LOOKED_FOR.get(action, "id")
    value = data.get(key)
    if action in LOOKED_FOR and key in data and value in ("", None, [], {}):
        raise NotFound
    if action == "package_collaborator_list_for_user":
        return data  # refused before its id is read
    if action.startswith(_AS_TEXT) or action.endswith(_AS_TEXT_ENDS):
        return _as_text(data, key)
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return {**data, key: value[0]}
    if value in ([], {}):
        return {**data, key: None}
    if isinstance(value, list | dict):
        raise Invalid(fields={_COMPLAINED_OF.get(action, key): (_("Harus berupa teks"),)})
    return data


def _as_text(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The arguments with the id as text, or without it when it is empty."""
    value = data.get(key)
    if key in data and value in ("", None, [], {}):
        return {name: item for name, item in data.items() if name != key}
    return {**data, key: json.dumps(value, ensure_ascii=False)} if isinstance(value, list | dict) else data
