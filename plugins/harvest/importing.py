"""One remote dataset becomes one of ours: made, changed, left as it is, or withdrawn; or noted as a fault."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from plugins.harvest import mapping
from plugins.harvest.mapping import Origin, Place
from plugins.harvest.remote import Remote, RemoteError
from plugins.harvest.schemas import Config
from plugins.harvest.store import Job, Link, Object, Source, Store
from portal.contract.actions import ActionRefused, HouseActions, Office
from portal.kernel.errors import NotFound
from portal.kernel.fetch import FetchError
from portal.kernel.ids import as_uuid
from portal.kernel.texts import gettext as _

#: Names that are tried for a dataset whose own is taken.
MOST_NAMES = 50
#: Members of a remote organisation or group that are not carried over.
NOT_CARRIED = frozenset({
    "packages", "created", "users", "groups", "tags", "extras", "display_name", "type", "id", "package_count",
    "num_followers", "image_display_url", "is_organization", "revision_id", "state", "approval_status",
})  # fmt: skip


class Fault(Exception):
    """The dataset cannot be taken in; the message says why, `stage` where."""

    def __init__(self, message: str, stage: str = "Import", line: int | None = None) -> None:
        """Keep what the report shows."""
        super().__init__(message)
        self.message = message
        self.stage = stage
        self.line = line


class Importer:
    """Takes objects of one job, each in a unit of work of the person whom the source runs for."""

    def __init__(self, office: Office, store: Store, source: Source, config: Config, remote: Remote) -> None:
        self._office = office
        self._store = store
        self._source = source
        self._config = config
        self._remote = remote
        self._known: dict[tuple[str, str], str | None] = {}

    def take(self, item: Object, job: Job) -> str:
        """Do what the object asks; its report status. Nothing of a dataset is changed when a fault is noted."""
        self._store.begin(item.id, _now())
        self._office.commit()
        try:
            with self._office.acting(self._source.acting_id) as services:
                actions: HouseActions = services.service(HouseActions)  # type: ignore[type-abstract]
                if item.act == "hapus":
                    status, key = self._withdraw(item, actions)
                else:
                    status, key = self._keep(item, job, actions)
        except Fault as fault:
            return self._failed(item, fault)
        except ActionRefused as refused:
            return self._failed(item, Fault(refused.text))
        except NotFound:
            return self._failed(item, Fault(_("Orang yang menjalankan sumber ini tidak aktif lagi.")))
        self._store.end(item, status, _now(), key)
        return status

    def _failed(self, item: Object, fault: Fault) -> str:
        self._store.object_error(item.id, fault.stage, fault.message, _now(), fault.line)
        self._store.end(item, "errored", _now(), None)
        return "errored"

    # what is there

    def _keep(self, item: Object, job: Job, actions: HouseActions) -> tuple[str, UUID | None]:
        remote = self._read(item)
        if remote.get("type") == "harvest":  # a source of theirs, no dataset
            return "not modified", None
        link = self._store.link(self._source.id, item.guid)
        origin = Origin(
            source_id=self._source.id,
            source_title=self._source.title,
            source_url=self._source.url,
            job_id=job.id,
            object_id=item.id,
        )
        place = Place(owner_org=self._owner(remote, actions), groups=self._groups(remote, actions))
        made = mapping.dataset_of(remote, self._config, origin, place)
        print_ = mapping.fingerprint(made)
        if link is not None and link.state == "here" and link.sent == print_:
            return "not modified", link.package_id
        if link is None or link.state == "reserved":
            return self._create(item, link, made, print_, actions)
        return self._update(item, link, made, print_, actions)

    def _read(self, item: Object) -> dict[str, Any]:
        """The remote dataset. Raises Fault with the line where it cannot be read."""
        if not item.content:
            raise Fault(_("Isi dataset kosong."))
        try:
            found = orjson.loads(item.content)
        except orjson.JSONDecodeError as error:
            raise Fault(_("Isi dataset bukan JSON."), line=error.lineno) from error
        if not isinstance(found, dict):
            raise Fault(_("Isi dataset bukan objek JSON."))
        return found

    def _create(
        self, item: Object, link: Link | None, made: Mapping[str, Any], sent: str, actions: HouseActions
    ) -> tuple[str, UUID]:
        """A dataset that is not here yet; one that was reserved by a worker that died may be."""
        link = link or self._reserve(item, as_uuid(item.guid) or mapping.own_id(self._source.id, item.guid))
        if link is not None and link.name and self._exists(link.package_id, actions):
            return self._update(item, link, made, sent, actions, status="added")
        dataset, name, number = dict(made), str(made.get("name") or item.guid), 0
        while True:
            wanted = mapping.other_name(name, number) if number else name
            link = self._reserve(item, link.package_id, wanted)
            try:
                found = actions.call(
                    "package_create", {**dataset, "id": str(link.package_id), "name": wanted}, arrives=True
                )
            except ActionRefused as refused:
                dataset, link, number = self._other(item, dataset, link, number, refused)
            else:
                self._here(link, found, made, item, sent)
                return "added", link.package_id

    def _other(
        self, item: Object, dataset: dict[str, Any], link: Link, number: int, refused: ActionRefused
    ) -> tuple[dict[str, Any], Link, int]:
        """Another name, id or ids of resources where those of the remote are taken here. Raises the refusal."""
        faults = {name for name in refused.body if name not in {"__type", "message"}}
        own = mapping.own_id(self._source.id, item.guid)
        if refused.status != 409 or not faults or not faults <= {"name", "id", "resources"}:
            raise refused
        if "name" in faults:
            if number >= MOST_NAMES or not _taken(dataset.get("name")):
                raise refused
            number += 1
        if "id" in faults:
            if link.package_id == own:
                raise refused
            link = self._reserve(item, own, link.name)
        if "resources" in faults:
            changed = mapping.with_own_resources(dataset, self._source.id)
            if changed == dataset or not _only_ids(refused.body["resources"]):
                raise refused
            dataset = changed
        return dataset, link, number

    def _exists(self, key: UUID, actions: HouseActions) -> bool:
        try:
            actions.call("package_show", {"id": str(key)})
        except ActionRefused:
            return False
        return True

    def _update(
        self,
        item: Object,
        link: Link,
        made: Mapping[str, Any],
        sent: str,
        actions: HouseActions,
        status: str = "updated",
    ) -> tuple[str, UUID]:
        """A dataset that is here: changed to what it is there; its name here stays."""
        known = link.resources
        rows = [{**row, "id": known.get(str(row.get("id")), row.get("id"))} for row in made["resources"]]
        dataset = {**made, "id": str(link.package_id), "name": link.name, "resources": rows, "state": "active"}
        try:
            found = actions.call("package_update", dataset)
        except ActionRefused as refused:
            if refused.status == 404:
                raise Fault(_("Dataset ini sudah tidak ada di sini; panen tidak membuatnya lagi.")) from refused
            if set(refused.body) - {"__type"} != {"resources"} or not _only_ids(refused.body["resources"]):
                raise
            dataset = mapping.with_own_resources(dataset, self._source.id)
            found = actions.call("package_update", dataset)
        self._here(link, found, made, item, sent)
        return status, link.package_id

    def _reserve(self, item: Object, key: UUID, name: str = "") -> Link:
        """Write down which dataset it will be, before it is one."""
        link = Link(
            source_id=self._source.id,
            guid=item.guid,
            package_id=key,
            name=name,
            state="reserved",
            metadata_modified=None,
            sent="",
            resources={},
        )
        if self._store.held_elsewhere(link):
            link = replace(link, package_id=mapping.own_id(self._source.id, item.guid))
        self._store.put_link(link)
        self._office.commit()
        return link

    def _here(self, link: Link, found: Mapping[str, Any], made: Mapping[str, Any], item: Object, sent: str) -> None:
        """Write down what it became: its name here, and the ids that its resources have here."""
        pairs = zip(made["resources"], found["resources"], strict=False)
        self._store.put_link(
            replace(
                link,
                name=str(found["name"]),
                state="here",
                metadata_modified=item.metadata_modified,
                sent=sent,
                resources={str(there.get("id")): str(here["id"]) for there, here in pairs},
            )
        )

    # what is not there any more

    def _withdraw(self, item: Object, actions: HouseActions) -> tuple[str, UUID | None]:
        link = self._store.link(self._source.id, item.guid)
        if link is None or link.state != "here":
            return "not modified", None
        try:
            actions.call("package_delete", {"id": str(link.package_id)})
        except ActionRefused as refused:
            if refused.status != 404:  # gone already
                raise
        self._store.put_link(replace(link, state="gone", sent=""))
        self._store.run(
            "UPDATE harvest.object SET current = false WHERE source_id = :source AND guid = :guid AND current",
            source=self._source.id,
            guid=item.guid,
        )
        return "deleted", link.package_id

    # where it belongs

    def _owner(self, remote: Mapping[str, Any], actions: HouseActions) -> str:
        """The organisation: the source's, or the remote's where it is one of ours too (or is made)."""
        own = str(self._source.agency_id)
        if not self._config.remote_orgs:
            return own
        organization = remote.get("organization")
        rows = mapping.names_from([organization] if isinstance(organization, dict) else [], "id", "name")
        found = self._local("organization", rows[0], actions) if rows and rows[0] else None
        return found or own

    def _groups(self, remote: Mapping[str, Any], actions: HouseActions) -> tuple[str, ...]:
        """Names of the groups: the remote's that are ours too (or are made), and the source's own."""
        names: list[str] = list(self._config.default_groups)
        if self._config.remote_groups:
            for row in mapping.names_from(remote.get("groups"), "id", "name"):
                found = self._local("group", row, actions) if row else None
                if found is not None:
                    names.append(found)
        return tuple(dict.fromkeys(names))

    def _local(self, kind: str, row: Mapping[str, str], actions: HouseActions) -> str | None:
        """What an organisation (its id) or a group (its name) of the remote is here; asked once a run."""
        key = (kind, row.get("id") or row["name"])
        if key not in self._known:
            self._known[key] = self._found(kind, row, actions)
        return self._known[key]

    def _found(self, kind: str, row: Mapping[str, str], actions: HouseActions) -> str | None:
        option = self._config.remote_orgs if kind == "organization" else self._config.remote_groups
        member = "id" if kind == "organization" else "name"
        for ref in (row.get("id"), row.get("name")):
            if ref:
                with suppress(ActionRefused):
                    return str(actions.call(f"{kind}_show", {"id": ref, "include_users": False})[member])
        if option != "create":
            return None
        try:
            theirs = self._remote.call(f"{kind}_show", id=row.get("name") or row.get("id"))
        except (RemoteError, FetchError):
            return None
        if not isinstance(theirs, dict):
            return None
        carried = {name: value for name, value in theirs.items() if name not in NOT_CARRIED and value is not None}
        with suppress(ActionRefused):
            return str(actions.call(f"{kind}_create", carried)[member])
        return None


def _taken(name: object) -> bool:
    """Whether a name is one that could be had with a number behind it: it is only taken, not wrong."""
    return isinstance(name, str) and bool(mapping.NAME.fullmatch(name))


def _only_ids(rows: object) -> bool:
    """Whether the only fault of the resources are their ids, which another dataset has."""
    return isinstance(rows, list) and all(not row or set(row) <= {"id"} for row in rows)


def _now() -> datetime:
    return datetime.now(UTC)
