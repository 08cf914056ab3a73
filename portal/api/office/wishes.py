"""From a checked input to what the ingest room is asked for: metadata in CKAN's words, and rows of resources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from portal.access.rows import ResourceRow
from portal.api.office.package_input import PackageInput
from portal.api.office.resource_input import ResourceInput
from portal.catalog.ckan_document import link_name, timestamp
from portal.ingest.ckan_metadata import Sent
from portal.ingest.packages import Current, Wish
from portal.kernel.identity import Identity

#: Of an uploaded file the house knows these better than the sender.
_FILE_FACTS = frozenset({"url", "size", "unduhan"})
NOWHERE = UUID(int=0)


def new(wanted: PackageInput, identity: Identity, now: datetime) -> Wish:
    """The wish for a dataset that is not there yet."""
    return _wish(wanted, (), str(identity.person_id), now)


def change(wanted: PackageInput, current: Current, before: Mapping[str, Any], now: datetime) -> Wish:
    """The wish for a dataset that is."""
    stood = {row["id"]: row for row in before["resources"]}
    wish = _wish(
        wanted, current.resources, str(before.get("creator_user_id") or current.dataset.created_by), now, stood
    )
    plugin_data = wanted.plugin_data if wanted.plugin_data is not None else current.metadata.ckan.get("plugin_data")
    return _with_plugin_data(wish, plugin_data)


def _wish(
    wanted: PackageInput,
    known: Sequence[ResourceRow],
    creator: str,
    now: datetime,
    stood: Mapping[str, Mapping[str, Any]] | None = None,
) -> Wish:
    rows = {row.id: row for row in known}
    fields: dict[str, Any] = {
        **wanted.fields,
        "title": wanted.title,
        "extras": [dict(row) for row in wanted.extras],
        "creator_user_id": creator,
    }
    if wanted.state != "active":
        fields["state"] = wanted.state
    if wanted.vocabulary_tags:
        fields["vocabulary_tags"] = [dict(row) for row in wanted.vocabulary_tags]
    if wanted.private:
        fields["private"] = True
    if wanted.plugin_data:
        fields["plugin_data"] = dict(wanted.plugin_data)
    sent = Sent(
        title=wanted.title,
        notes=wanted.fields.get("notes") or "",
        license_id=wanted.fields.get("license_id") or "",
        tags=wanted.tags,
        groups=wanted.groups,
        fields=fields,
    )
    resources = tuple(
        resource_row(item, position, rows.get(item.id) if item.id else None, now, (stood or {}).get(str(item.id)))
        for position, item in enumerate(wanted.resources)
    )
    return Wish(name=wanted.name, sent=sent, resources=resources, private=wanted.private, state=wanted.state)


def _with_plugin_data(wish: Wish, plugin_data: Mapping[str, Any] | None) -> Wish:
    if not plugin_data:
        return wish
    return replace(wish, sent=replace(wish.sent, fields={**wish.sent.fields, "plugin_data": dict(plugin_data)}))


def resource_row(
    item: ResourceInput,
    position: int,
    known: ResourceRow | None,
    now: datetime,
    stood: Mapping[str, Any] | None = None,
) -> ResourceRow:
    """The row of one resource: as it was, changed, or new. A file stays one until its address is asked for instead."""
    if known is not None and item.unchanged:
        return replace(known, position=position, ckan=known.ckan or _kept(stood or {}, known))
    moment = timestamp(now)
    created = item.sent.get("created") or (stood or {}).get("created") or moment
    sent = {**item.sent, "metadata_modified": moment, "created": created}
    said = item.sent.get("name")
    description = str(item.sent.get("description") or "")[:5000]
    if known is not None and known.kind != "tautan" and is_file(item):
        kept = {name: value for name, value in sent.items() if name not in _FILE_FACTS}
        kept |= {name: known.ckan[name] for name in ("url", "size") if name in known.ckan}
        name = str(said)[:200] if said else known.name
        return replace(known, position=position, ckan=kept, name=name, description=description)
    made = ResourceRow(
        id=item.id or uuid4(),
        dataset_id=known.dataset_id if known else NOWHERE,
        version=0,
        kind="tautan",
        filename="",
        size=0,
        sha256="",
        position=position,
        format=str(item.sent.get("format") or "").lower(),
        state="dimuat",
        ckan=sent,
        name=str(said)[:200] if said else link_name(item.url),
        description=description,
    )
    if known is None or known.kind != "tautan" or item.sent.get("url_type") == "upload":
        return made
    # the rows that a datastore client put into it stay (I5a), whatever else is said of it
    return replace(
        made, choice=known.choice, columns=known.columns, table_name=known.table_name, row_count=known.row_count
    )


def is_file(item: ResourceInput) -> bool:
    """Whether the client still means the file that was uploaded."""
    return item.sent.get("url_type") in {"upload", "datastore"} and not item.clear_upload


def _kept(stood: Mapping[str, Any], known: ResourceRow) -> Mapping[str, Any]:
    """A resource that officers made, as it is shown: nothing of it is a client's."""
    return {} if known.kind != "tautan" else dict(stood)
