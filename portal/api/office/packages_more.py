"""CKAN's other acts on datasets: revised by parts, handed to another organisation, many at once, related to others."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import orjson

from portal.api.action import Action
from portal.api.errors import Shaped
from portal.api.office import revising
from portal.api.office.call import OfficeCall
from portal.api.office.known import PortalKnows
from portal.api.office.packages import as_document, changed, opened, package_delete, package_patch, patched
from portal.api.office.raw import Raw
from portal.kernel.decisions import decide
from portal.kernel.errors import Forbidden, NotFound
from portal.kernel.identity import Role
from portal.kernel.permissions import Permission, Subject
from portal.kernel.texts import gettext as _

MOST_AT_ONCE = 1_000


def package_revise(call: OfficeCall, args: Raw) -> object:
    """Revise parts of a dataset: `match` (what must be so, with its id or name), `filter` (patterns of what to take
    away), `update` (what to put in), also as flattened keys `match__…`, `update__resources__0__…`, `…__extend`;
    `include`: patterns of what to answer."""
    match, flat_match = _object(args, "match"), _flat(args, "match__")
    update, flat_update = _object(args, "update"), _flat(args, "update__")
    filters, include = _patterns(args, "filter"), _patterns(args, "include")
    ref = next(
        (found[key] for key in ("id", "name") for found in (flat_match, match) if found.get(key) not in {None, ""}),
        None,
    )
    if ref is None:
        raise Shaped({"match__id": _("Nilai wajib diisi")})
    current, before = opened(call, ref)
    _require_match(before, match, flat_match)
    revised = deepcopy(patched(before))
    revising.remove(revised, filters)
    revised["id"] = before["id"]
    _merge(revised, update, flat_update)
    result: dict[str, Any] = {"package": as_document(changed(call, current, before, revised))}
    revising.remove(result, include)
    return result


def _require_match(before: Mapping[str, Any], match: Mapping[str, Any], flat: Mapping[str, Any]) -> None:
    unmatched = revising.differences(before, dict(match))
    for key, value in sorted(flat.items()):
        try:
            there, path = revising.resolve(before, key)
        except revising.Unmatched as fault:
            raise Shaped({key: [str(fault)]}) from fault
        unmatched += revising.differences(there, value, path)
    if unmatched:
        raise Shaped({"match": [revising.joined(path) for path in unmatched]})


def _merge(revised: dict[str, Any], update: Mapping[str, Any], flat: Mapping[str, Any]) -> None:
    try:
        revising.merge_object(revised, update)
    except revising.Unmatched as fault:
        raise Shaped({"update": [str(fault)]}) from fault
    # what is added comes first, so that it can be changed in the same call
    for key, value in sorted(flat.items(), key=lambda item: (not item[0].endswith("extend"), item[0])):
        try:
            revising.merge(revised, key, value)
        except revising.Unmatched as fault:
            raise Shaped({key: [str(fault)]}) from fault


def _json(value: Any) -> Any:
    """A value of a form: JSON where it is, else the text itself."""
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def _object(args: Raw, name: str) -> dict[str, Any]:
    value = _json(args.values.get(name))
    if value is None or value == "":
        return {}
    if not isinstance(value, dict):
        raise Shaped({name: [_("Harus berupa objek")]})
    return value


def _flat(args: Raw, prefix: str) -> dict[str, Any]:
    return {key.removeprefix(prefix): _json(value) for key, value in args.values.items() if key.startswith(prefix)}


def _patterns(args: Raw, name: str) -> list[str]:
    value = args.values.get(name)
    if isinstance(value, str):
        found = _json(value)
        value = found if isinstance(found, list) else [part.strip() for part in value.split(",")]
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Shaped({name: [_("Bukan daftar teks")]})
    return [item for item in value if item]


def package_owner_org_update(call: OfficeCall, args: Raw) -> object:
    """Hand a dataset to another organisation. `id` of the dataset, `organization_id`: id or name."""
    ref = args.text("id")
    if ref is None and not call.identity.has(Role.ADMIN):
        raise Forbidden
    if ref is None:
        raise NotFound(_("Dataset tidak ditemukan"))
    current, before = opened(call, ref)
    organization = args.text("organization_id")
    if organization is None or PortalKnows(call).agency(organization) is None:
        if not call.identity.has(Role.ADMIN):
            raise Forbidden
        raise NotFound(_("Organisasi tidak ditemukan"))
    changed(call, current, before, {**patched(before), "owner_org": organization})
    return None


def _each(call: OfficeCall, args: Raw) -> list[str]:
    """The datasets of a bulk call that are the organisation's; others are passed over, as in CKAN."""
    refs = args.values.get("datasets") or []
    organization = args.text("org_id")
    if not isinstance(refs, list) or len(refs) > MOST_AT_ONCE:
        raise Shaped({"datasets": [_("Bukan daftar")]})
    agency = PortalKnows(call).agency(organization) if organization else None
    if not refs and not organization and call.identity.has(Role.ADMIN):
        return []
    # CKAN asks for the right to change the organisation itself
    if agency is None or not decide(call.identity, Permission.AGENCY_DESCRIBE, Subject(agency_id=agency)):
        raise Forbidden(_("tidak boleh mengubah dataset organisasi ini"))
    return [key for ref in refs if (key := _of_agency(call, str(ref), str(agency)))]


def _of_agency(call: OfficeCall, ref: str, agency: str) -> str | None:
    """The id of a dataset if it is the agency's; one that is not published is opened to see. Raises NotFound."""
    text = call.queries.package(ref)
    document = orjson.loads(text) if text else opened(call, ref)[1]
    return str(document["id"]) if document["owner_org"] == agency else None


def bulk_update_private(call: OfficeCall, args: Raw) -> object:
    """Make datasets of an organisation private. `datasets`: a list of ids; `org_id`."""
    for key in _each(call, args):
        package_patch(call, Raw.model_validate({"id": key, "private": True}))
    return None


def bulk_update_public(call: OfficeCall, args: Raw) -> object:
    """Make datasets of an organisation public. `datasets`: a list of ids; `org_id`."""
    for key in _each(call, args):
        package_patch(call, Raw.model_validate({"id": key, "private": False}))
    return None


def bulk_update_delete(call: OfficeCall, args: Raw) -> object:
    """Delete datasets of an organisation. `datasets`: a list of ids; `org_id`."""
    for key in _each(call, args):
        package_delete(call, Raw.model_validate({"id": key}))
    return None


ACTIONS = (
    Action("package_revise", Raw, package_revise, permission=None, writes=True, rights_first=False),
    Action("package_owner_org_update", Raw, package_owner_org_update, permission=None, writes=True),
    Action("bulk_update_private", Raw, bulk_update_private, permission=None, writes=True),
    Action("bulk_update_public", Raw, bulk_update_public, permission=None, writes=True),
    Action("bulk_update_delete", Raw, bulk_update_delete, permission=None, writes=True),
)
