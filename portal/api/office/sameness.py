"""Whether a change changes anything: CKAN then leaves a dataset as it was, its time of change too."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from portal.api.office.package_input import SCHEMA, PackageInput

#: What the portal says of a resource, and what a client's copy of it is old or empty in.
_TOLD = frozenset({"package_id", "position", "state", "datastore_active", "unduhan", "metadata_modified", "hash"})
#: Compared as they were understood, in other words than they were sent.
_UNDERSTOOD = frozenset({"metadata_modified", "extras", "resources", "tags", "groups", "private", "owner_org", "title"})


def unchanged(before: Mapping[str, Any], whole: Mapping[str, Any], wanted: PackageInput) -> bool:
    """Whether nothing that a client can change would differ: what is left out of `whole` counts as emptied.

    `wanted` is what was understood of `whole`; `before` the dataset as it was shown.
    """
    if any(whole.get(name) for name in SCHEMA - before.keys()):
        return False  # `tag_string`, `plugin_data`: said, and not shown
    plain = (SCHEMA & before.keys()) - _UNDERSTOOD
    return (
        all(_blank(before.get(name)) == _blank(whole.get(name)) for name in plain)
        and (wanted.private, wanted.title, str(wanted.owner_org))
        == (before["private"], before["title"], before["owner_org"])
        and _pairs(wanted.extras) == _pairs(before["extras"])
        and _tags(wanted) == _in_order((row["name"], row["vocabulary_id"]) for row in before["tags"])
        and sorted(wanted.groups) == sorted(row["name"] for row in before["groups"])
        and _same_resources(before["resources"], whole.get("resources", ()))
    )


def _blank(value: Any) -> Any:
    return None if value in ("", [], {}) else value


def _pairs(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {row["key"]: row["value"] for row in rows}


def _tags(wanted: PackageInput) -> list[tuple[str, str | None]]:
    free = [(name, None) for name in wanted.tags]
    return _in_order([*free, *((row["name"], row["vocabulary_id"]) for row in wanted.vocabulary_tags)])


def _in_order(tags: Iterable[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    """One name may be a free tag and one of a vocabulary."""
    return sorted(tags, key=lambda tag: (tag[0], tag[1] or ""))


def _same_resources(before: Sequence[Mapping[str, Any]], rows: Any) -> bool:
    return len(before) == len(rows) and all(_same(old, row) for old, row in zip(before, rows, strict=True))


def _same(old: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    if row is old or row == old:
        return True
    said = {**row} if "mimetype" in row else {**row, "mimetype": mimetypes.guess_type(str(row.get("url") or ""))[0]}
    names = (old.keys() | said.keys()) - _TOLD
    return all(_blank(old.get(name)) == _blank(said.get(name)) for name in names)
