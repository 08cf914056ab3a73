"""A dataset as a CKAN client sends it, checked by CKAN's rules with CKAN's refusals; frozen once it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from uuid import UUID

from portal.api.arguments import as_lax_flag
from portal.api.errors import Shaped
from portal.api.office import rules
from portal.api.office.resource_input import ResourceInput, parse_resource
from portal.api.office.rules import Fault, collect
from portal.kernel.texts import gettext as _

#: Fields of a package that an extra may not be named after.
SCHEMA = frozenset({
    "id", "name", "title", "author", "author_email", "maintainer", "maintainer_email", "license_id", "notes", "url",
    "version", "state", "type", "owner_org", "private", "resources", "tags", "tag_string", "plugin_data", "extras",
    "save", "return_to", "relationships_as_object", "relationships_as_subject", "groups", "metadata_modified",
})  # fmt: skip
_TEXTS: Mapping[str, Callable[[Any], Any]] = {
    "author": rules.text,
    "author_email": rules.email,
    "maintainer": rules.text,
    "maintainer_email": rules.email,
    "license_id": rules.text,
    "notes": rules.text,
    "url": rules.text,
    "version": rules.version,
    "type": rules.text,
    "state": rules.text,
}
MOST_RESOURCES = 1_000


class Known(Protocol):
    """What the rules ask of the portal; each is asked only when a value needs it."""

    def agency(self, ref: str) -> UUID | None:
        """The id of an active agency by its id or name."""
        ...

    def group(self, ref: str) -> str | None:
        """The name of a subject group by its id or name."""
        ...

    def vocabulary_tag(self, vocabulary: str, name: str) -> Mapping[str, Any] | None:
        """A tag of a vocabulary (by id or name) as CKAN shows it, or None where there is no such vocabulary."""
        ...

    def resource_id(self, key: UUID) -> UUID | None:
        """The id for a new resource that asks for this one; None for one of our own. Raises Fault when it is taken."""
        ...

    def name_taken(self, name: str) -> bool:
        """Whether another dataset that the caller may know of has this name."""
        ...

    def may_choose_id(self) -> bool:
        """Whether the caller may give a new dataset an id of his own."""
        ...

    def id_taken(self, key: UUID) -> bool:
        """Whether any dataset has this id."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageInput:
    """What a client wants of a dataset. `fields` are CKAN's plain texts; a field that was not sent is None."""

    id: UUID | None
    name: str
    title: str
    owner_org: UUID
    private: bool
    state: str
    tags: tuple[str, ...]
    groups: tuple[str, ...]
    extras: tuple[Mapping[str, str], ...]
    fields: Mapping[str, str | None]
    resources: tuple[ResourceInput, ...]
    vocabulary_tags: tuple[Mapping[str, Any], ...] = ()
    plugin_data: Mapping[str, Any] | None = field(default=None)


def parse_package(
    data: Mapping[str, Any], known: Known, *, new: bool, unchanged: Mapping[str, Mapping[str, Any]] | None = None
) -> PackageInput:
    """The input, or every fault at once (Shaped). IntegrityError for a sub-list of another shape.

    `unchanged` are the resources as they stand, by id: one that is sent as it is needs no second check.
    """
    faults: dict[str, Any] = {}
    extras = _extras(rules.rows(data, "extras"), faults)
    tags, vocabulary_tags = _tags(data, known, faults)
    for name in ("relationships_as_object", "relationships_as_subject"):
        if name in data:
            rules.rows(data, name)
    groups = _groups(rules.rows(data, "groups"), known, faults)
    resources = _resources(rules.rows(data, "resources"), known, unchanged, faults)
    fields = {
        name: collect(faults, name, rule, data[name]) if data.get(name) is not None else None
        for name, rule in _TEXTS.items()
    }
    key = _id(data, known, faults) if new else None
    name = collect(faults, "name", rules.package_name, data.get("name"))
    if name is not None and known.name_taken(name):
        faults.setdefault("name", []).append(_("Nama alamat itu sudah dipakai."))
    title = data.get("title")
    owner = collect(faults, "owner_org", lambda value: _owner(value, known), data.get("owner_org"))
    plugin_data = data.get("plugin_data")
    if plugin_data is not None and not isinstance(plugin_data, dict):
        faults["plugin_data"] = [_("Nilainya harus objek JSON")]
    made_title = collect(faults, "title", rules.text, title) if title else name
    if faults:
        raise Shaped(faults)
    return PackageInput(
        id=key,
        name=str(name),
        title=str(made_title).strip(),
        owner_org=owner,
        private=as_lax_flag(data.get("private", False)),
        state=fields.pop("state") or "active",
        tags=tags,
        groups=groups,
        extras=extras,
        fields=fields,
        resources=resources,
        vocabulary_tags=vocabulary_tags,
        plugin_data=plugin_data,
    )


def _id(data: Mapping[str, Any], known: Known, faults: dict[str, Any]) -> UUID | None:
    if data.get("id") in (None, ""):
        return None
    if not known.may_choose_id():  # CKAN's rule; others would learn here which ids of others' drafts are taken (I7)
        faults["id"] = [_("Isian ini tidak diharapkan")]
        return None
    key: UUID | None = collect(faults, "id", rules.key, data["id"])
    if key is not None and known.id_taken(key):
        faults["id"] = [_("Id dataset sudah ada")]
    return key


def _owner(value: Any, known: Known) -> UUID:
    if value is None or value == "":
        raise Fault(_("Organisasi wajib disebut"))
    found = known.agency(rules.text(value))
    if found is None:
        raise Fault(_("Organisasi tidak ada"))
    return found


def _extras(sent: Sequence[Mapping[str, Any]], faults: dict[str, Any]) -> tuple[Mapping[str, str], ...]:
    """Key and value of each, in the order sent; a key is no field of the package and stands once."""
    made: list[Mapping[str, str]] = []
    rows: list[dict[str, list[str]]] = []
    for row in sent:
        wrong: dict[str, list[str]] = {}
        key = collect(wrong, "key", _extra_key, row.get("key"))
        if "value" not in row:
            wrong["value"] = rules.missing().messages
        value = collect(wrong, "value", rules.text, row.get("value") if row.get("value") is not None else "")
        rows.append(wrong)
        made.append({"key": key or "", "value": value or ""})
    if any(rows):
        faults["extras"] = rows
    spatial = next((row["value"] for row in made if row["key"] == "spatial" and row["value"].strip()), None)
    if spatial is not None:
        collect(faults, "spatial", rules.geometry, spatial)
    keys = [row["key"] for row in made if row["key"]]
    twice = next((key for number, key in enumerate(keys) if key in keys[:number]), None)
    if twice is not None:
        faults["extras_validation"] = [_('Kunci "%(key)s" ada dua kali', key=twice)]
    return tuple(made)


def _extra_key(value: Any) -> str:
    if value is None or value == "":
        raise rules.missing()
    found = rules.text(value)
    if found in SCHEMA:
        raise Fault(_("Ada kolom bawaan dengan nama yang sama"))
    return found


def _tags(
    data: Mapping[str, Any], known: Known, faults: dict[str, Any]
) -> tuple[tuple[str, ...], tuple[Mapping[str, Any], ...]]:
    """Names of free tags, each once, and tags of vocabularies; `tag_string` (commas between them) is added."""
    names: list[str] = []
    wrong: list[Any] = []
    chosen: dict[str, Mapping[str, Any]] = {}
    for row in rules.rows(data, "tags"):
        if not row.get("vocabulary_id"):
            _tag(row.get("name"), names, wrong)
            continue
        fault: dict[str, list[str]] = {}
        vocabulary = collect(fault, "vocabulary_id", rules.text, row["vocabulary_id"])
        name = collect(fault, "name", rules.text, row.get("name") or "")
        found = None if fault else known.vocabulary_tag(vocabulary, name)
        if found is None:
            wrong.append(fault or {"vocabulary_id": [_("Kosakata label tidak ditemukan.")]})
        else:
            chosen[found["id"]] = found
    if wrong:
        faults["tags"] = wrong
    string, wrong_parts = data.get("tag_string"), list[Any]()
    for part in string.split(",") if isinstance(string, str) else ():
        if part.strip():
            _tag(part.strip(), names, wrong_parts)
    if wrong_parts:
        faults["tag_string"] = wrong_parts
    return tuple(dict.fromkeys(names)), tuple(chosen.values())


def _tag(value: Any, names: list[str], wrong: list[Any]) -> None:
    try:
        names.append(rules.tag(value))
    except Fault as fault:
        wrong.append(", ".join(fault.messages))


def _groups(sent: Sequence[Mapping[str, Any]], known: Known, faults: dict[str, Any]) -> tuple[str, ...]:
    """Names of subject groups that there are; CKAN drops an unknown one in silence, which helps nobody."""
    names: list[str] = []
    rows: list[dict[str, list[str]]] = []
    for row in sent:
        wrong: dict[str, list[str]] = {}
        member = "id" if row.get("id") else "name"
        if row.get(member):
            ref = collect(wrong, member, rules.text, row[member])
            found = known.group(ref) if ref else None
            if found is None and not wrong:
                wrong[member] = [_("Kelompok tidak ada")]
            names.append(found or "")
        rows.append(wrong)
    if any(rows):
        faults["groups"] = rows
    return tuple(dict.fromkeys(names))


def _resources(
    sent: Sequence[Mapping[str, Any]],
    known: Known,
    unchanged: Mapping[str, Mapping[str, Any]] | None,
    faults: dict[str, Any],
) -> tuple[ResourceInput, ...]:
    if len(sent) > MOST_RESOURCES:
        raise Shaped({"resources": [_("Paling banyak %(number)s sumber daya", number=MOST_RESOURCES)]})
    made: list[ResourceInput] = []
    rows: list[dict[str, list[str]]] = []
    seen: set[UUID] = set()
    for row in sent:
        wrong: dict[str, list[str]] = {}
        item = parse_resource(row, unchanged or {}, wrong, guess=unchanged is not None)
        if item.id is not None and str(item.id) not in (unchanged or {}):
            item = replace(item, id=collect(wrong, "id", known.resource_id, item.id))
        if item.id is not None:
            if item.id in seen:
                wrong["id"] = [_("Id sumber daya sudah ada.")]
            seen.add(item.id)
        made.append(item)
        rows.append(wrong)
    if any(rows):
        faults["resources"] = rows
    return tuple(made)
