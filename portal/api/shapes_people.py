"""What actions on people, organisations and groups answer with, as types."""

from __future__ import annotations

from typing import NotRequired

# pydantic reads TypedDict of the standard library from Python 3.12 on only
from typing_extensions import TypedDict

from portal.api.shapes import Extra, Open, Package


class Named(TypedDict):
    """An organisation or group for what is being typed."""

    id: str
    name: str
    title: str


class User(TypedDict):
    """A person; `email` and `apikey` only to himself and to administrators."""

    id: str
    name: str
    fullname: str | None
    display_name: str
    about: str | None
    created: str
    last_active: str | None
    state: str
    sysadmin: bool
    email_hash: str
    image_url: str | None
    image_display_url: str | None
    activity_streams_email_notifications: bool
    number_created_packages: int
    email: NotRequired[str | None]
    apikey: NotRequired[str | None]
    capacity: NotRequired[str]
    datasets: NotRequired[list[Package]]
    token: NotRequired[str]


class UserSuggestion(TypedDict):
    """A person for what is being typed."""

    id: str
    name: str
    fullname: str | None


class Group(TypedDict):
    """An organisation or a group."""

    id: str
    name: str
    title: str
    display_name: str
    description: str
    type: str
    state: str
    approval_status: str
    is_organization: bool
    created: str
    image_url: str
    image_display_url: str
    num_followers: NotRequired[int]
    package_count: NotRequired[int]
    capacity: NotRequired[str]
    extras: NotRequired[list[Extra]]
    tags: NotRequired[list[Open]]
    groups: NotRequired[list[Open]]
    users: NotRequired[list[User]]
    packages: NotRequired[list[Package]]


class Member(TypedDict):
    """Somebody or something made a member."""

    id: str
    table_name: str
    table_id: str
    capacity: str
    group_id: str
    state: str


class Role(TypedDict):
    """A capacity, for a form."""

    text: str
    value: str


class Collaborator(TypedDict):
    """Somebody who works on one dataset."""

    package_id: str
    capacity: str
    modified: str
    user_id: NotRequired[str]


class Following(TypedDict):
    """Who follows what since when."""

    follower_id: str
    object_id: str
    datetime: str


class Followee(TypedDict):
    """Something that is followed."""

    type: str
    display_name: str
    dict: Open


class Activity(TypedDict):
    """What somebody did."""

    id: str
    timestamp: str
    user_id: str
    object_id: str
    activity_type: str
    data: Open | None
    permission_labels: list[str] | None


class Difference(TypedDict):
    """Two activities and what differs."""

    diff: str
    activities: list[Activity]


class Token(TypedDict):
    """A token; what it is is shown once, when it is made."""

    id: str
    name: str
    user_id: str
    created_at: str
    last_access: str | None
    expires_at: NotRequired[str | None]


class NewToken(TypedDict):
    """A token as it is shown once."""

    token: str


class SiteUser(TypedDict):
    """The portal's own account."""

    id: str
    name: str
    apikey: str | None
