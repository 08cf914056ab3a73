"""Names of CKAN's actions that the public process does not have: it answers them as CKAN answers an anonymous caller.

A GET of a write is 400, everything else 403 with the office's address; a name that is neither here nor in the table of
the public side is unknown (400). An action that the public side learns takes precedence over its name here.
"""

from __future__ import annotations

from types import MappingProxyType

from portal.api.action import Action, Call, Registry
from portal.api.arguments import NoArguments
from portal.kernel.errors import Forbidden
from portal.kernel.texts import gettext as _

WRITES = """
    activity_create activity_delete activity_delete_all activity_delete_counts api_token_create api_token_revoke
    bulk_update_delete bulk_update_private bulk_update_public config_option_update dashboard_mark_activities_old
    dataset_purge datastore_create datastore_delete datastore_function_create datastore_function_delete
    datastore_records_delete datastore_run_triggers datastore_upsert file_create file_delete
    file_ownership_transfer file_pin file_register file_rename file_unpin follow_dataset follow_group
    follow_user group_create group_delete group_member_create group_member_delete group_patch group_purge
    group_update job_cancel job_clear member_create member_delete organization_create organization_delete
    organization_member_create organization_member_delete organization_patch organization_purge
    organization_update package_collaborator_create package_collaborator_delete package_create
    package_create_default_resource_views package_delete package_owner_org_update package_patch
    package_relationship_create package_relationship_delete package_relationship_update package_resource_reorder
    package_revise package_update resource_create resource_create_default_resource_views resource_delete
    resource_patch resource_update resource_view_clear resource_view_create resource_view_delete
    resource_view_reorder resource_view_update send_email_notifications tag_create tag_delete task_status_delete
    task_status_update task_status_update_many term_translation_update term_translation_update_many
    unfollow_dataset unfollow_group unfollow_user user_create user_delete user_invite user_patch user_update
    vocabulary_create vocabulary_delete vocabulary_update
"""

READS = """
    activity_data_show activity_diff activity_show am_following_dataset am_following_group am_following_user
    api_token_list config_option_list config_option_show dashboard_activity_list dashboard_new_activities_count
    dataset_followee_count dataset_followee_list dataset_follower_count dataset_follower_list
    file_owner_scan file_show followee_count followee_list get_site_user
    group_activity_list group_followee_count group_followee_list group_follower_count group_follower_list
    group_list_authz job_list job_show member_list organization_activity_list organization_followee_count
    organization_followee_list organization_follower_count organization_follower_list organization_list_for_user
    package_activity_list package_collaborator_list package_collaborator_list_for_user
    package_relationships_list recently_changed_packages_activity_list resource_view_list resource_view_show
    task_status_show term_translation_show user_activity_list user_autocomplete user_followee_count
    user_followee_list user_follower_count user_follower_list user_list user_show
"""


def refuse(call: Call, _args: NoArguments) -> object:
    """This action is the office's: it needs a token, and the address that the refusal names."""
    raise Forbidden(_("tindakan ini hanya di %(url)s, dengan token", url=call.portal.office_url))


#: What is elsewhere, as actions that refuse whoever asks.
ELSEWHERE: Registry = MappingProxyType(
    {
        name: Action(name, NoArguments, refuse, writes=writes)
        for names, writes in ((WRITES, True), (READS, False))
        for name in names.split()
    }
)
