"""Which type each action answers with; the OpenAPI document's answers are made from this table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from pydantic import TypeAdapter

from portal.api import shapes as of
from portal.api import shapes_more as more
from portal.api import shapes_people as people
from portal.api.openapi_schema import REF, OpenApi30, Schema

_GROUPS: Mapping[str, Any] = {
    f"{kind}_{verb}": result
    for kind in ("group", "organization")
    for verb, result in {
        "list": list[people.Group] | list[str], "show": people.Group, "create": people.Group, "update": people.Group,
        "patch": people.Group,
        "delete": None, "purge": None, "autocomplete": list[people.Named], "member_create": people.Member,
        "member_delete": None, "activity_list": list[people.Activity],
    }.items()
}  # fmt: skip
_FOLLOWING: Mapping[str, Any] = {
    **{f"{verb}_{kind}": result for kind in ("dataset", "group", "user") for verb, result in {
        "follow": people.Following, "unfollow": None, "am_following": bool}.items()},
    **{f"{kind}_follower_count": int for kind in ("dataset", "group", "organization", "user")},
    **{f"{kind}_follower_list": list[people.User] for kind in ("dataset", "group", "organization", "user")},
    **{f"{kind}_followee_count": int for kind in ("dataset", "group", "organization", "user")},
    "user_followee_list": list[people.User], "dataset_followee_list": list[of.Package],
    "group_followee_list": list[people.Group], "organization_followee_list": list[people.Group],
    "followee_count": int, "followee_list": list[people.Followee],
}  # fmt: skip
_NOTHING = (
    "package_delete", "dataset_purge", "package_owner_org_update", "bulk_update_delete", "bulk_update_private",
    "bulk_update_public", "resource_delete", "package_relationship_delete", "resource_view_clear", "user_delete",
    "member_delete", "package_collaborator_delete", "api_token_revoke", "tag_delete", "vocabulary_delete", "job_cancel",
    "activity_delete", "activity_delete_all", "dashboard_mark_activities_old", "task_status_delete",
    "datastore_function_create", "datastore_function_delete",
)  # fmt: skip
#: Loose files are not kept: these never answer with anything.
_NEVER = (
    "file_create", "file_delete", "file_ownership_transfer", "file_pin", "file_register", "file_rename", "file_show",
    "file_unpin",
)  # fmt: skip

RESULTS: Mapping[str, Any] = {
    **_GROUPS,
    **_FOLLOWING,
    **dict.fromkeys(_NOTHING, None),
    **dict.fromkeys(_NEVER, of.Open),
    **dict.fromkeys(("package_show", "package_create", "package_update", "package_patch"), of.Package),
    **dict.fromkeys(("resource_show", "resource_create", "resource_update", "resource_patch"), of.Resource),
    **dict.fromkeys(("resource_view_show", "resource_view_create", "resource_view_update"), of.View),
    **dict.fromkeys(("user_show", "user_create", "user_update", "user_patch", "user_invite"), people.User),
    **dict.fromkeys(("vocabulary_show", "vocabulary_create", "vocabulary_update"), more.Vocabulary),
    **dict.fromkeys(("package_activity_list", "user_activity_list", "dashboard_activity_list"), list[people.Activity]),
    **dict.fromkeys(("resource_create_default_resource_views", "package_create_default_resource_views"), list[of.View]),
    **dict.fromkeys(
        ("datastore_create", "datastore_upsert", "datastore_delete", "datastore_records_delete"), more.Written
    ),
    **dict.fromkeys(("package_relationship_create", "package_relationship_update"), of.Relationship),
    "package_list": list[str],
    "package_search": of.PackagesFound,
    "current_package_list_with_resources": list[of.Package],
    "package_autocomplete": list[of.Suggestion],
    "package_revise": of.Revised,
    "package_resource_reorder": of.Ordered,
    "package_relationships_list": list[of.Relationship],
    "package_collaborator_create": people.Collaborator,
    "package_collaborator_list": list[people.Collaborator],
    "package_collaborator_list_for_user": list[people.Collaborator],
    "recently_changed_packages_activity_list": list[people.Activity],
    "resource_search": of.ResourcesFound,
    "resource_view_list": list[of.View],
    "resource_view_delete": of.ViewGone,
    "resource_view_reorder": of.Ordered,
    "format_autocomplete": list[str],
    "group_list_authz": list[people.Group],
    "group_package_show": list[of.Package],
    "organization_list_for_user": list[people.Group],
    "member_create": people.Member,
    "member_list": list[list[str]],
    "member_roles_list": list[people.Role],
    "user_list": list[people.User] | list[str],
    "user_autocomplete": list[people.UserSuggestion],
    "get_site_user": people.SiteUser,
    "api_token_create": people.NewToken,
    "api_token_list": list[people.Token],
    "activity_create": people.Activity,
    "activity_show": people.Activity,
    "activity_data_show": of.Open,
    "activity_diff": people.Difference,
    "activity_delete_counts": dict[str, int],
    "dashboard_new_activities_count": int,
    "send_email_notifications": of.Open | None,
    "tag_list": list[str] | list[of.Tag],
    "tag_show": more.TagWithPackages,
    "tag_create": more.TagWithPackages,
    "tag_search": more.TagsFound,
    "tag_autocomplete": list[str],
    "vocabulary_list": list[more.Vocabulary],
    "license_list": list[more.License],
    "status_show": more.Status,
    "help_show": str,
    "config_option_list": list[str],
    "config_option_show": str | bool | int | None,
    "config_option_update": of.Open,
    "job_list": list[more.Job] | list[str],
    "job_show": more.Job,
    "job_clear": list[str],
    "task_status_show": more.Task,
    "task_status_update": more.Task,
    "task_status_update_many": more.Tasks,
    "term_translation_show": list[more.Translation],
    "term_translation_update": more.Translation,
    "term_translation_update_many": of.Open,
    "file_owner_scan": more.Files,
    "datastore_search": more.Rows,
    "datastore_search_sql": more.SqlRows,
    "datastore_info": more.Table,
    "datastore_run_triggers": int,
}


def schemas(actions: Iterable[str]) -> tuple[Mapping[str, Schema], Schema]:
    """(action → the schema of its result; the components that they refer to). An action of a plugin may answer with
    anything."""
    names = list(actions)
    asked = [(name, "serialization", TypeAdapter(RESULTS[name])) for name in names if name in RESULTS]
    found, rest = TypeAdapter.json_schemas(asked, ref_template=REF, schema_generator=OpenApi30)  # type: ignore[arg-type]
    text = orjson.dumps([{key: found[key, "serialization"] for key, _mode, _type in asked}, rest.get("$defs", {})])
    made, components = orjson.loads(text.replace(b"portal__api__shapes__", b""))
    return {name: _one(made[name]) if name in made else {} for name in names}, components


def _one(schema: Schema) -> Schema:
    """A result of nothing is a null, which 3.0 has no type for."""
    return {"nullable": True, "enum": [None]} if schema == {"type": "null"} else schema
