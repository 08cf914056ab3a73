"""What actions on tags, tables, jobs and the portal itself answer with, as types."""

from __future__ import annotations

from typing import Any, NotRequired

# pydantic reads TypedDict of the standard library from Python 3.12 on only
from typing_extensions import TypedDict

from portal.api.shapes import Open, Package, Tag


class TagWithPackages(Tag):
    """A tag, with what bears it."""

    packages: NotRequired[list[Package]]


class TagsFound(TypedDict):
    """Tags that a search found."""

    count: int
    results: list[FoundTag]


class FoundTag(TypedDict):
    """A tag among those that a search found."""

    id: str
    name: str
    vocabulary_id: str | None


class Vocabulary(TypedDict):
    """A vocabulary with its tags."""

    id: str
    name: str
    tags: list[Tag]


class License(TypedDict):
    """A licence."""

    id: str
    title: str
    url: str
    status: str
    family: str
    is_generic: str
    maintainer: str
    domain_content: str
    domain_data: str
    domain_software: str
    od_conformance: str
    osd_conformance: str


class Status(TypedDict):
    """What the portal says of itself."""

    ckan_version: str
    site_title: str
    site_description: str
    site_url: str
    error_emails_to: str | None
    locale_default: str
    extensions: list[str]


class Job(TypedDict):
    """Work that waits or is being done."""

    id: str
    title: str | None
    created: str
    queue: str


class Task(TypedDict):
    """How far a job on something is."""

    id: str
    entity_id: str
    entity_type: str
    task_type: str
    key: str
    value: str | None
    state: str | None
    error: str | None
    last_updated: str | None


class Tasks(TypedDict):
    """Several of them."""

    results: list[Task]


class Translation(TypedDict):
    """A term in another language."""

    term: str
    term_translation: str
    lang_code: str


class Files(TypedDict):
    """Loose files, of which there are none."""

    count: int
    results: list[Open]


class Field(TypedDict):
    """A column of a table."""

    id: str
    type: NotRequired[str]
    info: NotRequired[Open]
    schema: NotRequired[Open]


class Rows(TypedDict):
    """Rows of a table: objects, lists, or CSV or TSV as one text."""

    resource_id: str
    fields: list[Field]
    records: list[Open] | list[list[Any]] | str
    records_format: str
    limit: int
    include_total: bool
    total: NotRequired[int]
    total_was_estimated: NotRequired[bool]
    offset: NotRequired[int]
    _links: NotRequired[Open]


class SqlRows(TypedDict):
    """Rows that a query gave."""

    sql: str
    fields: list[Field]
    records: list[Open]


class Written(TypedDict):
    """A table after a write; what was sent comes back beside these."""

    resource_id: str
    method: NotRequired[str]
    fields: NotRequired[list[Field]]
    records: NotRequired[list[Open]]


class Table(TypedDict):
    """What a table is made of."""

    fields: list[Field]
    meta: NotRequired[Open]
