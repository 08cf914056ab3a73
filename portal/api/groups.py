"""Actions in groups, as people look for them: for the readable page and the tags of the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterable

from portal.api.action import Action
from portal.kernel.texts import gettext as _

#: Group → beginnings of names; the first that fits counts.
BEGINNINGS: dict[str, tuple[str, ...]] = {
    "datastore": ("datastore_",),
    "resource": ("resource_", "format_", "file_"),
    "organization": ("organization_",),
    "group": ("group_",),
    "tag": ("tag_", "vocabulary_"),
    "user": (
        "user_", "api_token_", "member_", "follow", "unfollow", "am_following", "dashboard_", "dataset_follow",
        "get_site_user",
    ),
    "activity": ("activity_", "recently_changed", "package_activity", "send_email"),
    "package": ("package_", "current_package", "dataset_", "bulk_update"),
    "site": ("",),
}  # fmt: skip
ORDER = ("package", "resource", "datastore", "organization", "group", "tag", "user", "activity", "site")


def group_of(name: str) -> str:
    """The group of an action."""
    if name.endswith("_activity_list"):
        return "activity"
    if name.endswith(("_follower_count", "_follower_list", "_followee_count", "_followee_list")):
        return "user"
    return next(group for group, starts in BEGINNINGS.items() if name.startswith(starts))


def grouped(actions: Iterable[Action]) -> list[tuple[str, list[Action]]]:
    """(group, its actions by name), in the order of the page; groups without an action are left out."""
    found: dict[str, list[Action]] = {group: [] for group in ORDER}
    for action in sorted(actions, key=lambda item: item.name):
        found[group_of(action.name)].append(action)
    return [(group, items) for group, items in found.items() if items]


def title_of(group: str) -> str:
    """What a group is called on the page."""
    return {
        "package": _("Dataset"),
        "resource": _("Sumber data (berkas dan tabel)"),
        "datastore": _("Baris tabel"),
        "organization": _("Organisasi"),
        "group": _("Kelompok"),
        "tag": _("Tag"),
        "user": _("Akun, anggota, dan token"),
        "activity": _("Riwayat kegiatan"),
        "site": _("Portal"),
    }[group]
