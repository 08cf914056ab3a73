"""Follows, acts, tasks, translations and purges as programs ask for them, by every role."""

from __future__ import annotations

from tests.differential.calls.battery import UNKNOWN, wrong
from tests.differential.calls.wide_people import account
from tests.differential.sides import Call

FOLLOWS: tuple[Call, ...] = (
    Call("follow_dataset", {"id": "$ds"}, "member"),
    Call("follow_group", {"id": "$group"}, "member"),
    Call("follow_group", {"id": "dx§-dinas"}, "member", note="an organisation"),
    Call("follow_user", {"id": "$user.editor"}, "member"),
    Call("follow_user", {"id": "dx§-member"}, "member", note="oneself"),
    Call("follow_user", {"id": "dx§-lain-lagi"}, "member"),
    *(
        Call(f"follow_{kind}", {"id": odd}, "member")
        for kind in ("user", "dataset", "group")
        for odd in ("", None, 5, [])
    ),
    Call("dataset_follower_count", {"id": "dx§-publik"}, "member"),
    Call("dataset_follower_count", {"id": "dx§-publik"}, "nobody", "get"),
    Call("group_follower_count", {"id": "dx§-grup"}, "nobody"),
    Call("organization_follower_count", {"id": "dx§-dinas"}, "nobody"),
    Call("user_follower_count", {"id": "dx§-editor"}, "member"),
    Call("organization_show", {"id": "dx§-dinas", "include_users": False}, "nobody", ignore=("package_count",)),
    Call("group_show", {"id": "dx§-grup", "include_users": False}, "nobody", ignore=("package_count",)),
    *(
        Call(f"am_following_{kind}", {"id": target}, "member", "get")
        for kind, target in (("user", "dx§-editor"), ("dataset", "dx§-publik"), ("group", "dx§-grup"))
    ),
    *(
        Call(f"{kind}_follower_list", {"id": target}, who)
        for kind, target in (
            ("user", "dx§-editor"),
            ("dataset", "dx§-publik"),
            ("group", "dx§-grup"),
            ("organization", "dx§-dinas"),
        )
        for who in ("member", "sysadmin")
    ),
    *(
        Call(f"{kind}_followee_list", {"id": "dx§-member"}, who, values=False)
        for kind in ("user", "dataset", "group", "organization")
        for who in ("member", "outsider", "sysadmin")
    ),
    Call("followee_list", {"id": "dx§-member"}, "member", values=False),
    Call("followee_list", {"id": "dx§-member", "q": "orang"}, "member"),
    Call("followee_list", {"id": "dx§-member", "q": "tidak-ada"}, "member"),
    Call("followee_list", {"id": "dx§-member"}, "outsider"),
    Call("followee_list", {"id": "tidak-ada-§"}, "member"),
    *(
        Call(f"unfollow_{kind}", {"id": target}, "member")
        for kind, target in (
            ("user", "dx§-editor"),
            ("dataset", "dx§-publik"),
            ("group", "dx§-grup"),
            ("group", "dx§-dinas"),
        )
    ),
    Call("dataset_follower_count", {"id": "dx§-publik"}, "nobody"),
    Call("group_show", {"id": "dx§-grup", "include_users": False}, "nobody", ignore=("package_count",)),
)

ACTS: tuple[Call, ...] = (
    Call(
        "package_create",
        {"name": "dx§-giat", "title": "Giat §", "owner_org": "dx§-dinas", "license_id": "cc-by"},
        "editor",
        keep={"act.ds": "id"},
    ),
    Call("package_patch", {"id": "dx§-giat", "notes": "Baru"}, "editor"),
    Call("package_patch", {"id": "dx§-giat", "title": "Giat lagi §"}, "admin"),
    Call("package_activity_list", {"id": "dx§-giat"}, "nobody"),
    *(Call("package_activity_list", {"id": "dx§-giat"}, who) for who in ("editor", "admin")),
    Call("package_activity_list", {"id": "$act.ds", "limit": "1"}, "editor", "get"),
    Call("package_activity_list", {"id": "dx§-giat", "limit": 2, "offset": 1}, "editor", keep={"act.mid": "0.id"}),
    Call("package_activity_list", {"id": "dx§-giat", "offset": 9}, "editor"),
    Call(
        "package_activity_list",
        {"id": "dx§-giat", "activity_types": ["new package"]},
        "editor",
        keep={"act.new": "0.id"},
    ),
    Call("package_activity_list", {"id": "dx§-giat", "activity_types": '["new package"]'}, "editor"),
    Call("package_activity_list", {"id": "dx§-giat", "activity_types": "new package"}, "editor"),
    Call("package_activity_list", {"id": "dx§-giat", "exclude_activity_types": ["new package"]}, "editor"),
    Call(
        "package_activity_list", {"id": "dx§-giat", "activity_types": ["a"], "exclude_activity_types": ["b"]}, "editor"
    ),
    Call("package_activity_list", {"id": "dx§-giat", "after": 0}, "editor"),
    Call("package_activity_list", {"id": "dx§-giat", "before": 5}, "editor"),
    Call("package_activity_list", {"id": "dx§-giat", "before": "x"}, "editor"),
    Call("package_activity_list", {"id": "dx§-giat", "after": "4000000000"}, "editor"),
    Call("activity_show", {"id": "$act.mid"}, "nobody"),
    Call("activity_show", {"id": "$act.mid"}, "editor", "get"),
    Call("activity_show", {"id": "$act.new", "include_data": True}, "editor"),
    Call("activity_data_show", {"id": "$act.new"}, "editor"),
    Call("activity_data_show", {"id": "$act.new", "object_type": "package"}, "editor"),
    Call("activity_data_show", {"id": "$act.new", "object_type": "group"}, "editor"),
    *(
        Call(
            "activity_diff", {"id": "$act.mid", "object_type": "package", "diff_type": kind}, "editor", ignore=("diff",)
        )
        for kind in ("unified", "context", "html", "nosuch")
    ),
    Call("activity_diff", {"id": "$act.mid", "object_type": "package"}, "editor", ignore=("diff",)),
    Call("activity_diff", {"id": "$act.new", "object_type": "package"}, "editor"),
    Call("activity_diff", {"id": "$act.mid", "object_type": "group"}, "editor"),
    Call("activity_diff", {"id": "$act.mid"}, "editor"),
    Call("organization_create", {"name": "dx§-giat-org", "title": "Org giat §"}, "sysadmin"),
    Call("organization_patch", {"id": "dx§-giat-org", "description": "Lain"}, "sysadmin"),
    Call("organization_activity_list", {"id": "dx§-giat-org"}, "sysadmin"),
    Call("organization_activity_list", {"id": "dx§-giat-org"}, "nobody", ignore=("user_id",)),
    Call("organization_activity_list", {"id": "dx§-giat-org", "activity_types": ["new organization"]}, "sysadmin"),
    Call("group_create", {"name": "dx§-giat-grup", "title": "Grup giat §"}, "sysadmin"),
    Call("group_patch", {"id": "dx§-giat-grup", "title": "Grup giat lain §"}, "sysadmin"),
    Call("group_activity_list", {"id": "dx§-giat-grup"}, "sysadmin"),
    Call("group_activity_list", {"id": "dx§-giat-grup", "limit": 1}, "nobody", ignore=("user_id",)),
    Call("user_create", account("giat"), "sysadmin"),
    Call("user_patch", {"id": "dx§-giat", "fullname": "Giat"}, "sysadmin"),
    Call("user_activity_list", {"id": "dx§-giat"}, "sysadmin"),
    Call(
        "api_token_create",
        {"user": "dx§-giat", "name": "uji"},
        "sysadmin",
        ignore=("id",),
        keep={"token.active": "token"},
    ),
    Call("organization_member_create", {"id": "dx§-giat-org", "username": "dx§-giat", "role": "editor"}, "sysadmin"),
    Call(
        "package_create",
        {
            "name": "dx§-giat-privat",
            "title": "Rahasia §",
            "owner_org": "dx§-giat-org",
            "private": True,
            "license_id": "cc-by",
        },
        "active",
    ),
    Call("package_activity_list", {"id": "dx§-giat-privat"}, "active"),
    *(Call("package_activity_list", {"id": "dx§-giat-privat"}, who) for who in ("nobody", "outsider", "editor")),
    Call("user_activity_list", {"id": "dx§-giat"}, "active"),
    Call("user_activity_list", {"id": "dx§-giat", "limit": 1}, "active"),
    Call("dashboard_activity_list", {}, "active"),
    Call("dashboard_activity_list", {"limit": 0}, "active"),
    Call("dashboard_activity_list", {"limit": -1}, "active"),
    Call("dashboard_activity_list", {"limit": "x"}, "active"),
    Call("dashboard_new_activities_count", {}, "active"),
    Call("follow_dataset", {"id": "dx§-giat"}, "active"),
    Call("package_patch", {"id": "dx§-giat", "notes": "Lagi"}, "editor"),
    Call("dashboard_new_activities_count", {}, "active"),
    Call("dashboard_mark_activities_old", {}, "active"),
    Call("dashboard_new_activities_count", {}, "active"),
    Call("dashboard_mark_activities_old", {}, "nobody"),
    Call(
        "activity_create",
        {
            "user_id": "dx§-giat",
            "object_id": "$act.ds",
            "activity_type": "changed package",
            "data": {"package": {"title": "x"}},
        },
        "sysadmin",
    ),
    Call("activity_create", {"user_id": "dx§-giat", "object_id": "$act.ds", "activity_type": "nosuch"}, "sysadmin"),
    Call(
        "activity_create",
        {"user_id": "tidak-ada", "object_id": "tidak-ada", "activity_type": "new package"},
        "sysadmin",
    ),
    Call("activity_create", {"user_id": "dx§-giat", "object_id": "$act.ds", "activity_type": "new package"}, "editor"),
    Call("recently_changed_packages_activity_list", {"limit": 1}, "nobody", values=False),
    *wrong("recently_changed_packages_activity_list", {}, "offset", (-1, "x", None, 10**6), "nobody"),
)

SITE: tuple[Call, ...] = (
    Call(
        "task_status_update",
        {
            "entity_id": "$res",
            "entity_type": "resource",
            "task_type": "dx§",
            "key": "lk",
            "value": "v",
            "last_updated": "2020-01-02T03:04:05",
        },
        "sysadmin",
        keep={"lk": "id"},
    ),
    Call("task_status_show", {"id": "$lk"}, "sysadmin"),
    Call(
        "task_status_update",
        {"entity_id": "$res", "entity_type": "resource", "task_type": "dx§", "key": "lk"},
        "sysadmin",
    ),
    Call(
        "task_status_update",
        {
            "id": "$lk",
            "entity_id": "$res",
            "entity_type": "resource",
            "task_type": "dx§",
            "key": "lk",
            "error": "galat é",
        },
        "sysadmin",
    ),
    Call(
        "task_status_update",
        {"id": UNKNOWN, "entity_id": "a", "entity_type": "b", "task_type": "c", "key": "d"},
        "sysadmin",
    ),
    Call("task_status_show", {"entity_id": "$res", "task_type": "dx§"}, "sysadmin"),
    Call("task_status_show", {"entity_id": "$res", "key": "lk"}, "sysadmin"),
    Call("task_status_show", {"entity_id": "$res", "task_type": "dx§", "key": "nosuch"}, "sysadmin"),
    Call("task_status_show", {"entity_id": "$res", "task_type": "dx§", "key": "lk"}, "nobody", "get"),
    Call("task_status_update_many", {"data": [{}]}, "sysadmin"),
    Call("task_status_delete", {"id": "$lk"}, "sysadmin"),
    Call("term_translation_update", {"term": "dx§-air", "term_translation": "water", "lang_code": "en"}, "sysadmin"),
    Call("term_translation_update", {"term": "dx§-air", "term_translation": "eau", "lang_code": "fr"}, "sysadmin"),
    Call("term_translation_update", {"term": "dx§-air", "term_translation": "", "lang_code": "fr"}, "sysadmin"),
    Call("term_translation_show", {"terms": "dx§-air", "lang_codes": "en"}, "nobody"),
    Call("term_translation_show", {"terms": ["dx§-air", "x"], "lang_codes": ["en", "fr"]}, "nobody"),
    Call("term_translation_show", {"terms": ""}, "nobody"),
    Call("term_translation_show", {"terms": None}, "nobody", values=False),
    Call(
        "term_translation_update_many",
        {"data": [{"term": "dx§-b", "term_translation": "c", "lang_code": "en"}]},
        "sysadmin",
    ),
    Call("term_translation_update_many", {"data": "x"}, "sysadmin"),
    Call("term_translation_update_many", {"data": [{}]}, "sysadmin"),
    Call("term_translation_update_many", {"data": [{"term": "a"}]}, "nobody"),
    *wrong("job_list", {}, "limit", (0, 1, -1, "x", None), "sysadmin"),
    *(
        Call("job_list", {"queues": queues}, "sysadmin", values=False)
        for queues in ([], ["default"], "default", ["nosuch"])
    ),
    *(Call("job_list", {"ids_only": flag}, "sysadmin", values=False) for flag in (True, "true", "x")),
    Call("job_show", {"id": UNKNOWN}, "sysadmin"),
    Call("job_cancel", {"id": UNKNOWN}, "sysadmin"),
    Call("config_option_list", {}, "sysadmin", "get", values=False),
    Call("config_option_show", {"key": "ckan.site_logo"}, "sysadmin", values=False),
    *(
        Call("config_option_show", {"key": f"ckan.{key}"}, "sysadmin", values=False)
        for key in (
            "site_title",
            "site_description",
            "site_about",
            "site_intro_text",
            "site_custom_css",
            "theme",
            "site_url",
        )
    ),
    Call("config_option_update", {"ckan.site_intro_text": 5}, "sysadmin"),
    Call("config_option_update", {"ckan.site_intro_text": ""}, "sysadmin"),
    *(
        Call("help_show", {"name": name}, who, values=False)
        for name in ("user_list", "member_create", "activity_show")
        for who in ("nobody", "sysadmin")
    ),
    Call("get_site_user", {}, "editor"),
    Call("send_email_notifications", {}, "sysadmin"),
    *(Call("dataset_purge", {"id": "dx§-giat"}, who) for who in ("nobody", "outsider", "member", "editor", "admin")),
    *(Call("organization_purge", {"id": "dx§-giat-org"}, who) for who in ("nobody", "outsider", "admin")),
    Call("organization_purge", {"id": "dx§-giat-org"}, "sysadmin", note="with a dataset"),
    Call("dataset_purge", {"id": "dx§-giat"}, "sysadmin"),
    Call("dataset_purge", {"id": "dx§-giat"}, "sysadmin", note="again"),
    Call("group_purge", {"id": "dx§-giat-grup"}, "editor"),
    Call("group_purge", {"id": "dx§-giat-grup"}, "sysadmin"),
    Call("group_purge", {"id": "dx§-giat-grup"}, "sysadmin", note="again"),
)

CALLS: tuple[Call, ...] = (*FOLLOWS, *ACTS, *SITE)
