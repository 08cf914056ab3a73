"""Every action of CKAN, its plugins `activity` and `datastore` included, called with nothing at all."""

from __future__ import annotations

from tests.differential.sides import Call

_CORE = """
    am_following_dataset am_following_group am_following_user api_token_create api_token_list api_token_revoke
    bulk_update_delete bulk_update_private bulk_update_public config_option_list config_option_show
    config_option_update current_package_list_with_resources dataset_followee_count dataset_followee_list
    dataset_follower_count dataset_follower_list dataset_purge file_create file_delete file_owner_scan
    file_ownership_transfer file_pin file_register file_rename file_show file_unpin follow_dataset follow_group
    follow_user followee_count followee_list format_autocomplete get_site_user group_autocomplete group_create
    group_delete group_followee_count group_followee_list group_follower_count group_follower_list group_list
    group_list_authz group_member_create group_member_delete group_package_show group_patch group_purge group_show
    group_update help_show job_cancel job_list job_show license_list member_create member_delete member_list
    member_roles_list organization_autocomplete organization_create organization_delete organization_followee_count
    organization_followee_list organization_follower_count organization_follower_list organization_list
    organization_list_for_user organization_member_create organization_member_delete organization_patch
    organization_purge organization_show organization_update package_autocomplete package_collaborator_create
    package_collaborator_delete package_collaborator_list package_collaborator_list_for_user package_create
    package_create_default_resource_views package_delete package_list package_owner_org_update package_patch
    package_relationship_create package_relationship_delete package_relationship_update package_relationships_list
    package_resource_reorder package_revise package_search package_show package_update resource_create
    resource_create_default_resource_views resource_delete resource_patch resource_search resource_show
    resource_update resource_view_create resource_view_delete resource_view_list resource_view_reorder
    resource_view_show resource_view_update status_show tag_autocomplete tag_create tag_delete tag_list tag_search
    tag_show task_status_delete task_status_show task_status_update task_status_update_many term_translation_show
    term_translation_update term_translation_update_many unfollow_dataset unfollow_group unfollow_user
    user_autocomplete user_create user_delete user_followee_count user_followee_list user_follower_count
    user_follower_list user_invite user_list user_patch user_show user_update vocabulary_create vocabulary_delete
    vocabulary_list vocabulary_show vocabulary_update
"""
_PLUGINS = """
    activity_create activity_data_show activity_delete activity_diff activity_show dashboard_activity_list
    dashboard_mark_activities_old dashboard_new_activities_count datastore_create datastore_delete
    datastore_function_create datastore_function_delete datastore_info datastore_records_delete
    datastore_run_triggers datastore_search datastore_search_sql datastore_upsert group_activity_list
    organization_activity_list package_activity_list recently_changed_packages_activity_list
    send_email_notifications user_activity_list
"""
CORE, PLUGINS = tuple(_CORE.split()), tuple(_PLUGINS.split())
#: What an administrator of a reference that others use too must not call with nothing.
SPARED = ("activity_delete_all", "activity_delete_counts", "job_clear", "resource_view_clear")

CALLS: tuple[Call, ...] = (
    *(Call(action, {}, who, values=False) for action in (*CORE, *PLUGINS) for who in ("nobody", "member", "sysadmin")),
    *(Call(action, {}, who, values=False) for action in SPARED for who in ("nobody", "member")),
    *(Call(action, {}, "nobody", "get", values=False) for action in (*CORE, *PLUGINS, *SPARED)),
)
