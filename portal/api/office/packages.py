"""Writes on datasets in CKAN's words: made, shown, changed in part or whole, deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import orjson

from portal.api.action import Action
from portal.api.errors import Shaped
from portal.api.office import wishes
from portal.api.office.call import OfficeCall
from portal.api.office.known import PortalKnows
from portal.api.office.package_input import parse_package
from portal.api.office.raw import Raw
from portal.api.office.sameness import unchanged
from portal.api.office.shown import answer, draft_document, drafted
from portal.api.packages import ShowArguments
from portal.catalog.ckan_document import timestamp
from portal.ingest.packages import Current, Packages
from portal.ingest.removing import Removing
from portal.kernel.errors import Conflict, Forbidden, NotFound
from portal.kernel.identity import Role
from portal.kernel.permissions import Permission
from portal.kernel.texts import gettext as _

Document = dict[str, Any]
LONGEST_REASON = 1_000


def package_create(call: OfficeCall, args: Raw) -> object:
    """Make a dataset and return it. `name` and `owner_org` are required; `private`, `title`, `notes`, `resources`,
    `tags`, `extras`, `groups` and CKAN's other fields are taken. It is published at once where the portal and the
    caller's rights allow it; otherwise it is a draft: `private` true, with the steps owed in `langkah_terutang`."""
    packages, known = call.service(Packages), PortalKnows(call)
    ref = args.text("owner_org")
    agency = known.facts_of(ref) if ref else None
    allowed = packages.may_create(call.identity, agency.id) if agency else packages.may_create_anywhere(call.identity)
    if ref and agency is None and known.group(ref) and not call.identity.has(Role.ADMIN):
        raise NotFound(_("Organisasi tidak ditemukan"))
    if not allowed or (ref and agency is None and not call.identity.has(Role.ADMIN)):
        raise Forbidden(_("tidak boleh membuat dataset di organisasi ini"), rule=Permission.DATASET_CREATE.value)
    require_known_groups(call, known, args.values.get("groups"))
    # CKAN lets only who administers a dataset say its state, and of a new one nobody does but a sysadmin; plugin_data
    # is a sysadmin's alone
    sent = args.values if call.identity.has(Role.ADMIN) else {**without_plugin_data(args.values), "state": None}
    wanted = parse_package(sent, known, new=True)
    require_groups(known, wanted.groups)
    owner = known.facts[str(wanted.owner_org)]
    wish = replace(wishes.new(wanted, call.identity, call.scope.now()), received=call.arrives)
    with named(wanted.name):
        return answer(packages.create(call.identity, owner, wish, wanted.id), packages.site_url)


def without_plugin_data(sent: Mapping[str, Any]) -> dict[str, Any]:
    """`plugin_data` is a sysadmin's alone in CKAN, and what stands stays; one that is no object is refused first."""
    return {**sent, "plugin_data": None} if isinstance(sent.get("plugin_data"), dict) else dict(sent)


def require_known_groups(call: OfficeCall, known: PortalKnows, rows: Any) -> None:
    """Raise NotFound for a group that is not there: CKAN looks for it before it asks for the right to it, and of a
    sysadmin it asks for nothing."""
    if call.identity.has(Role.ADMIN):
        return
    for row in rows if isinstance(rows, list) else [rows]:
        ref = row.get("id") or row.get("name") if isinstance(row, dict) else row
        if isinstance(ref, str) and ref and known.group(ref) is None and known.agency(ref) is None:
            raise NotFound(_("Kelompok tidak ditemukan"))


def require_groups(known: PortalKnows, names: Iterable[str]) -> None:
    """Raise Forbidden where the caller may not put a dataset into one of these groups."""
    if not known.may_fill(names):
        raise Forbidden(_("tidak boleh mengubah kelompok ini"))


class named:  # noqa: N801 - reads as a statement
    """A name that turns out to be taken is the fault of field `name`, in CKAN's words."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        return

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, Conflict) and error.rule == "nama_dipakai":
            raise Shaped({"name": [_("Nama alamat itu sudah dipakai.")]}) from error


def package_show(call: OfficeCall, args: ShowArguments) -> object:
    """Return a dataset with its resources. `id`: its name or id. One that is not published is shown to who works on it,
    with `private` true and the steps owed in `langkah_terutang`. `include_plugin_data`: for administrators, with what
    was kept in `plugin_data`."""
    found = call.queries.package(args.name_or_id)
    if args.include_plugin_data and call.identity.has(Role.ADMIN):
        return with_plugin_data(call, args.name_or_id, found)
    if found is not None:
        return orjson.Fragment(found)
    return drafted(call, args.name_or_id)


def with_plugin_data(call: OfficeCall, ref: str, public: str | None) -> Document:
    """The dataset with what plugins keep of it, where the caller's duties open it; it is never on the public side."""
    shown = drafted(call, ref) if public is None else orjson.loads(public)
    packages = call.service(Packages)
    try:
        kept = packages.open(call.identity, UUID(shown["id"]), out=False).metadata.ckan.get("plugin_data")
    except (NotFound, Forbidden):
        kept = None
    return {**shown, "plugin_data": kept} if kept else shown


def package_update(call: OfficeCall, args: Raw) -> object:
    """Replace a dataset's fields and return it. `id`: its name or id; what is left out is emptied, save resources, name
    and owner. With `metadata_modified` of what was read, a change that somebody else made meanwhile is refused."""
    ref = args.text("id", "name")
    if ref is None:
        raise Shaped({"id": _("Nilai wajib diisi")})
    current, before = opened(call, ref)
    return changed(call, current, before, {**args.values, "id": before["id"]})


def package_patch(call: OfficeCall, args: Raw) -> object:
    """Change only the fields that are sent, and return the dataset. `id`: its name or id."""
    current, before = opened(call, named_thing(call, args, "Package"))
    # who says which fields he changes says nothing of what he read
    sent = {name: value for name, value in args.values.items() if name != "metadata_modified"}
    return changed(call, current, before, {**patched(before), **sent, "id": before["id"]})


def patched(before: Document) -> Document:
    """The dataset as it stands, as something to send back; the time of its last change is no precondition.

    Extras come in the order in which CKAN's database gives them back: by the length of the key, then by the key.
    """
    extras = sorted(before["extras"], key=lambda row: (len(row["key"]), row["key"]))
    return {name: value for name, value in before.items() if name != "metadata_modified"} | {"extras": extras}


def opened(call: OfficeCall, ref: str) -> tuple[Current, Document]:
    """The dataset opened for a change, and as the caller sees it. Raises NotFound; Forbidden on what he only sees."""
    packages = call.service(Packages)
    text = call.queries.package(ref)
    public: Document | None = None if text is None else orjson.loads(text)
    key = UUID(public["id"]) if public else packages.find(call.identity, ref)
    if not call.identity.signed_in:
        raise NotFound if public is None else Forbidden
    if key is None:
        raise NotFound
    current = packages.open(call.identity, key, out=public is not None)
    if public is not None and current.out:
        return current, standing_now(call, current, public)
    # what is in work, a file that is being loaded or a text that had to stay in, is what the change goes on from; it
    # counts as private only where the client said so
    before = draft_document(packages, current)
    return current, {**before, "private": current.asked_private} if current.publish else before


def standing_now(call: OfficeCall, current: Current, public: Document) -> Document:
    """The public document of an opened dataset, read again where it may be older than what was opened: a release
    between the two readings would otherwise be undone by who goes on from the first."""
    if public["metadata_modified"] == timestamp(current.dataset.modified):
        return public
    text = call.queries.package(str(current.dataset.id))
    return public if text is None else cast("Document", orjson.loads(text))


#: Fields of a resource that an update leaves as they are when they are not sent; every other one is emptied.
_STAYING = ("name", "format", "hash", "size", "created", "last_modified", "cache_last_updated", "resource_type")


def changed(call: OfficeCall, current: Current, before: Document, sent: Mapping[str, Any]) -> object:
    """The dataset after a change; `sent` is whole."""
    require_fresh(before, sent)
    packages = call.service(Packages)
    if not call.identity.has(Role.ADMIN):
        sent = without_plugin_data(sent)
    known = PortalKnows(call, current.dataset.id, before["name"])
    kept = {name: before[name] for name in ("name", "owner_org", "private", "state", "resources", "groups", "type")}
    whole = {**kept, **sent, "type": kept["type"]}
    stood = {row["id"]: row for row in before["resources"]}
    whole["resources"] = completed(whole["resources"], stood)
    whole["groups"] = standing(whole["groups"], {row["id"] for row in before["groups"]}, known)
    require_known_groups(call, known, whole["groups"])
    wanted = parse_package(whole, known, new=False, unchanged=stood)
    if current.out and not whole.get("plugin_data") and unchanged(before, whole, wanted):
        return before
    stood_in = {row["name"] for row in before["groups"]}
    require_groups(known, [name for name in wanted.groups if name not in stood_in])
    owner = known.facts_of(str(wanted.owner_org))
    if owner is not None and owner.id != current.agency.id and not packages.may_create(call.identity, owner.id):
        raise Shaped({"owner_org": [_("Anda tidak dapat menambah dataset ke organisasi ini")]})
    wish = wishes.change(wanted, current, before, call.scope.now())
    with named(wanted.name):
        hidden = wanted.private or wanted.state != "active"
        if hidden and current.publish and current.dataset.live_version is not None:
            current = call.service(Removing).make_private(call.identity, current)
        outcome = packages.update(current, wish, agency=owner, created=created_of(before))
    return answer(outcome, packages.site_url)


def standing(rows: Any, stood: set[str], known: PortalKnows) -> Any:
    """Sent groups without those that the dataset had and that are no more: what it has already is not judged again."""
    if not isinstance(rows, list):
        return rows
    gone = {key for key in stood if known.group(key) is None}
    return [row for row in rows if not (isinstance(row, dict) and row.get("id") in gone)]


def completed(rows: Any, stood: Mapping[str, Mapping[str, Any]]) -> Any:
    """Sent resources with what stays of those that are there."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return rows
    return [
        {**{name: old[name] for name in _STAYING if old.get(name) is not None}, **row}
        if (old := stood.get(str(row.get("id")))) is not None and row != old
        else row
        for row in rows
    ]


def created_of(before: Document) -> datetime:
    """When the dataset first came out, or was made."""
    return datetime.fromisoformat(before["metadata_created"]).replace(tzinfo=UTC)


def require_fresh(before: Document, sent: Mapping[str, Any]) -> None:
    """Raise Conflict when the caller read an older state than the one that stands (he says so by its time)."""
    read = sent.get("metadata_modified")
    if not isinstance(read, str) or not read:
        return
    try:
        moment = datetime.fromisoformat(read).replace(tzinfo=None)
    except ValueError:
        return
    now = datetime.fromisoformat(before["metadata_modified"])
    if moment < now:
        message = _(
            "Dataset ini sudah berubah pada %(when)s, setelah dibaca. Baca lagi, lalu kirim perubahannya.",
            when=before["metadata_modified"],
        )
        raise Shaped({"metadata_modified": [message]}, rule="revisi_usang")


def as_document(result: object) -> Document:
    """The answer of a write as an object: ready documents are parsed again."""
    if isinstance(result, orjson.Fragment):
        found: Document = orjson.loads(orjson.dumps(result))
        return found
    return cast("Document", result)


def package_delete(call: OfficeCall, args: Raw) -> object:
    """Delete a dataset. `id`: its name or id. One that is published is withdrawn; its versions stay in the vault. Where
    nothing is published at once, walidata or PPID of the dataset withdraw it; `alasan` (optional) then is the reason
    that everybody reads."""
    ref, removing = required(args, "id"), call.service(Removing)
    public = call.queries.package(ref) if call.identity.signed_in else None
    if public is not None:
        reason = (args.text("alasan") or "")[:LONGEST_REASON]
        if removing.withdraw(call.identity, UUID(orjson.loads(public)["id"]), reason):
            return None
    current, _before = opened(call, ref)
    removing.delete(call.identity, current)
    return None


def dataset_purge(call: OfficeCall, args: Raw) -> object:
    """Remove a dataset with all its versions and files for good; only the record of it stays. `id`: its name or id."""
    ref = required(args, "id")
    text = call.queries.package(ref)
    key = UUID(orjson.loads(text)["id"]) if text else call.service(Packages).find(call.identity, ref)
    if key is None:
        raise NotFound(_("Dataset tidak ditemukan"))
    try:
        call.service(Removing).purge(call.identity, key)
    except NotFound:
        if text is None or not call.identity.signed_in:
            raise
        raise Forbidden(rule=Permission.CATALOG_PURGE.value) from None  # everybody sees it: that is no secret
    return None


def named_thing(call: OfficeCall, args: Raw, kind: str) -> str:
    """The id of what is to be changed; CKAN misses it in other words before it knows that the caller may do all."""
    if args.text("id") is None and not call.identity.has(Role.ADMIN):
        raise Shaped({"message": f"Missing id, can not get {kind} object"})
    return required(args, "id")


def required(args: Raw, name: str) -> str:
    """A value without which nothing is done."""
    found = args.text(name)
    if found is None:
        raise Shaped({name: [_("Nilai wajib diisi")]})
    return found


ACTIONS = (
    Action("package_create", Raw, package_create, permission=None, writes=True),
    Action("package_show", ShowArguments, package_show),
    Action("package_update", Raw, package_update, permission=None, writes=True, rights_first=False),
    Action("package_patch", Raw, package_patch, permission=None, writes=True, rights_first=False),
    Action("package_delete", Raw, package_delete, permission=None, writes=True, rights_first=False),
    Action("dataset_purge", Raw, dataset_purge, permission=None, writes=True, rights_first=False),
)
