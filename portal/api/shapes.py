"""What actions answer with, as types: CKAN's keys and what stands in them. A caller may find more keys than these.

Here datasets and what is in them; people and groups, and the rest, have modules of their own. The OpenAPI document is
made from them (`portal.api.results`), and the suite holds every good answer of every action to them
(`tests/portal/api/answered.py`). Keys that an answer need not have are `NotRequired`.
"""

from __future__ import annotations

from typing import Any, NotRequired

# pydantic reads TypedDict of the standard library from Python 3.12 on only
from typing_extensions import TypedDict

#: An object of which only the action's help says more.
Open = dict[str, Any]


class Extra(TypedDict):
    """A field of somebody's own."""

    key: str
    value: str


class Tag(TypedDict):
    """A tag, free or of a vocabulary."""

    id: str
    name: str
    display_name: str
    vocabulary_id: str | None
    state: NotRequired[str]


class PackageGroup(TypedDict):
    """A group that a dataset is in."""

    id: str
    name: str
    title: str
    display_name: str
    description: str
    image_display_url: str


class PackageOrganization(TypedDict):
    """The organisation of a dataset."""

    id: str
    name: str
    title: str
    type: str
    description: str
    image_url: str
    created: str
    is_organization: bool
    approval_status: str
    state: str


class Resource(TypedDict):
    """A file or link of a dataset; fields of the client's own stand beside these."""

    id: str
    package_id: str
    position: int
    name: str | None
    description: str | None
    url: str
    url_type: str | None
    format: str
    mimetype: str | None
    mimetype_inner: str | None
    size: int | None
    hash: str
    resource_type: str | None
    created: str
    last_modified: str | None
    metadata_modified: str
    cache_url: str | None
    cache_last_updated: str | None
    datastore_active: bool
    state: str


class Package(TypedDict):
    """A dataset with its resources."""

    id: str
    name: str
    title: str
    notes: str | None
    author: str | None
    author_email: str | None
    maintainer: str | None
    maintainer_email: str | None
    license_id: str | None
    license_title: str | None
    license_url: NotRequired[str | None]
    isopen: bool
    url: str | None
    version: str | None
    type: str
    state: str
    private: bool
    owner_org: str | None
    organization: PackageOrganization | None
    creator_user_id: str | None
    metadata_created: str
    metadata_modified: str
    num_resources: int
    num_tags: int
    resources: list[Resource]
    tags: list[Tag]
    groups: list[PackageGroup]
    extras: list[Extra]
    relationships_as_subject: list[Open]
    relationships_as_object: list[Open]
    keadaan: NotRequired[str]
    langkah_terutang: NotRequired[list[str]]


class FacetItem(TypedDict):
    """A value and how many of what was found have it."""

    name: str
    display_name: str
    count: int


class Facet(TypedDict):
    """The values of one field, the most frequent first."""

    title: str
    items: list[FacetItem]


class PackagesFound(TypedDict):
    """A page of what a search found; with `fl` the results hold only those fields."""

    count: int
    results: list[Package | Open]
    sort: NotRequired[str | None]
    facets: NotRequired[dict[str, dict[str, int]]]
    search_facets: NotRequired[dict[str, Facet]]


class Suggestion(TypedDict):
    """A dataset for what is being typed."""

    name: str
    title: str
    match_field: str
    match_displayed: str


class ResourcesFound(TypedDict):
    """Resources that a search found."""

    count: int
    results: list[Resource]


class Ordered(TypedDict):
    """Things put into an order."""

    id: str
    order: list[str]


class Revised(TypedDict, total=False):
    """A dataset after package_revise, or what `include` leaves of it."""

    package: Open


class Relationship(TypedDict):
    """How a dataset stands to another."""

    subject: str
    type: str
    object: str
    comment: str


class View(TypedDict):
    """A view of a resource; its own settings stand beside these."""

    id: str
    resource_id: str
    package_id: str
    title: str
    description: str | None
    view_type: str


class ViewGone(TypedDict):
    """What a view was of."""

    resource_id: str
