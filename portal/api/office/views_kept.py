"""CKAN's resource views: writes. A view says how a published resource is shown; whoever may change the dataset may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import orjson

from portal.accounts.activities import Activities
from portal.api.action import Action
from portal.api.arguments import LONGEST_TEXT, IdArguments
from portal.api.errors import Shaped
from portal.api.facts import VIEW, Facts
from portal.api.office import rules
from portal.api.office.call import OfficeCall
from portal.api.office.packages import opened, required
from portal.api.office.raw import Raw
from portal.api.office.resources import resource_show
from portal.api.office.rules import collect
from portal.api.resource_views import ordered, shown
from portal.api.resource_views import resource_view_list as published_views
from portal.ingest.notices import Notices
from portal.kernel.decisions import require
from portal.kernel.errors import NotFound
from portal.kernel.ids import as_uuid
from portal.kernel.permissions import Permission
from portal.kernel.texts import gettext as _

#: Kinds of views that CKAN and its usual plugins have; their settings are kept as they come.
VIEW_TYPES = frozenset({
    "text_view", "image_view", "video_view", "audio_view", "webpage_view", "datatables_view", "recline_view",
    "recline_grid_view", "recline_graph_view", "recline_map_view", "pdf_view", "geo_view", "geojson_view", "shp_view",
})  # fmt: skip
#: Settings that CKAN's own kinds have; it refuses any other of them. What another plugin's kind has is its own matter.
_SETTINGS: Mapping[str, frozenset[str]] = {
    "text_view": frozenset(),
    "image_view": frozenset({"image_url"}),
    "datatables_view": frozenset({"responsive", "ellipsis_length", "date_format", "show_fields", "filterable"}),
}
_OWN = frozenset({"id", "resource_id", "package_id", "title", "description", "view_type"})
MOST_VIEWS = 100
#: Settings that CKAN's table view has when nobody says otherwise.
_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "datatables_view": {"date_format": "llll", "ellipsis_length": 100, "filterable": True, "responsive": False},
}


def _facts(call: OfficeCall) -> Facts:
    return Facts(call.scope.session("publisher"))


def _of(call: OfficeCall, resource_id: str) -> list[dict[str, Any]]:
    return ordered(_facts(call).matching(VIEW, {"resource_id": resource_id}))


def _package_of(call: OfficeCall, resource_id: str) -> str:
    """The dataset of a published resource that the caller may change. Raises NotFound, Forbidden."""
    found = call.queries.resource(resource_id)
    if found is None:
        raise NotFound
    package_id: str = orjson.loads(found)["package_id"]
    opened(call, package_id)
    return package_id


def _view(call: OfficeCall, key: str) -> dict[str, Any]:
    found = _facts(call).get(VIEW, key)
    if found is None:
        raise NotFound
    _package_of(call, found["resource_id"])
    return found


def _config(values: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in values.items() if name not in _OWN and value is not None}
    if len(orjson.dumps(found)) > LONGEST_TEXT:
        raise Shaped({"__extras": [_("Teks terlalu panjang")]})
    return found


def resource_view_list(call: OfficeCall, args: IdArguments) -> object:
    """Return the views of a resource. `id`: the resource's id. One that is not published has none."""
    if call.queries.resource(args.id) is None and call.identity.signed_in:
        resource_show(call, args)
        return []
    return published_views(call, args)


def resource_view_create(call: OfficeCall, args: Raw) -> object:
    """Add a view to a published resource and return it. `resource_id`, `title`, `view_type`; `description` and the
    view's own settings are kept."""
    values, faults = args.values, dict[str, Any]()
    kind = values.get("view_type")
    if values.get("resource_id") in (None, ""):
        raise Shaped({"resource_id": rules.missing().messages})
    if "view_type" not in values:
        raise Shaped({"view_type": rules.missing().messages})
    if not isinstance(kind, str) or kind not in VIEW_TYPES:
        raise Shaped({"view_type": _("Tidak ada tampilan berjenis %(kind)s", kind=str(kind)[:80])})
    resource_id = str(values["resource_id"]).lower()
    if call.queries.resource(resource_id) is None:
        faults["resource_id"] = [_("Sumber daya tidak ditemukan: %(id)s", id=resource_id[:80])]
    title = collect(faults, "title", _title, values.get("title"))
    description = (
        None if values.get("description") is None else collect(faults, "description", rules.text, values["description"])
    )
    key = collect(faults, "id", rules.key, values["id"]) if values.get("id") else uuid4()
    if _SETTINGS.get(kind) is not None and set(_config(values)) - _SETTINGS[kind]:
        faults["__extras"] = [_("Isian __extras tidak diharapkan")]
    if faults:
        raise Shaped(faults)
    package_id = _package_of(call, resource_id)
    views = _of(call, resource_id)
    if len(views) >= MOST_VIEWS:
        raise Shaped({"resource_id": [_("Terlalu banyak tampilan")]})
    view = {
        "id": str(key),
        "resource_id": resource_id,
        "package_id": package_id,
        "title": title,
        "description": description,
        "view_type": kind,
        "position": len(views),
        "config": {**_DEFAULTS.get(str(kind), {}), **_config(values)},
    }
    _facts(call).put(VIEW, str(key), view)
    _note(call, "new", view)
    return shown(view)


def _note(call: OfficeCall, word: str, view: Mapping[str, Any]) -> None:
    """An act on the dataset, as CKAN has it; what everybody sees of a published resource."""
    told = {"id": view["id"], "resource_id": view["resource_id"], "package_id": view["package_id"]}
    if word != "deleted":
        told |= {name: view[name] for name in ("title", "description", "view_type", "config")}
        told["order"] = view["position"]
    dataset = UUID(view["package_id"])
    key = call.service(Activities).note(call.identity, "package", dataset, f"{word} resource view", told)
    call.service(Notices).notice("kegiatan", only=key)


def _title(value: Any) -> str:
    if value is None or value == "":
        raise rules.missing()
    return rules.text(value)


def resource_view_update(call: OfficeCall, args: Raw) -> object:
    """Change a view. `id`; `title`, `description` and settings replace the ones there are."""
    view = _view(call, required(args, "id"))
    values, faults = args.values, dict[str, Any]()
    title = collect(faults, "title", rules.text, values["title"]) if values.get("title") is not None else view["title"]
    description = values.get("description")
    if description is not None:
        description = collect(faults, "description", rules.text, description)
    if faults:
        raise Shaped(faults)
    config = {**_DEFAULTS.get(view["view_type"], {}), **_config(values)}
    changed = {**view, "title": title, "description": description, "config": config}
    _facts(call).put(VIEW, view["id"], changed)
    _note(call, "changed", changed)
    return shown(changed)


def resource_view_delete(call: OfficeCall, args: Raw) -> object:
    """Take a view away. `id`."""
    view = _view(call, required(args, "id"))
    _facts(call).remove(VIEW, view["id"])
    _note(call, "deleted", view)
    return {"resource_id": view["resource_id"]}


def resource_view_reorder(call: OfficeCall, args: Raw) -> object:
    """Put a resource's views into an order. `id` of the resource; `order`: ids of views, the rest follow."""
    faults = {name: rules.missing().messages for name in ("id", "order") if not args.values.get(name)}
    if faults:
        raise Shaped(faults)
    resource_id, order = str(args.values["id"]).lower(), args.values["order"]
    wanted = [str(item) for item in (order if isinstance(order, list) else [order])]
    _package_of(call, resource_id)
    views = {view["id"]: view for view in _of(call, resource_id)}
    for key in wanted:
        if key not in views:
            raise Shaped({"order": _("Tampilan %(id)s tidak ada", id=key[:80])})
    if len(set(wanted)) != len(wanted):
        raise Shaped({"order": _("Id tampilan tidak boleh berulang")})
    whole = [*wanted, *(key for key in views if key not in wanted)]
    for position, key in enumerate(whole):
        _facts(call).put(VIEW, key, {**views[key], "position": position})
    return {"id": resource_id, "order": whole}


def resource_view_clear(call: OfficeCall, args: Raw) -> object:
    """Take every view of some kinds away, for administrators. `view_types` (optional): which kinds."""
    require(call.identity, Permission.SYSTEM_CONFIGURE)
    kinds = args.values.get("view_types")
    for view in _facts(call).matching(VIEW, {}):
        if not kinds or view["view_type"] in (kinds if isinstance(kinds, list) else [kinds]):
            _facts(call).remove(VIEW, view["id"])
    return None


def resource_create_default_resource_views(call: OfficeCall, args: Raw) -> object:
    """Make the views that a resource has by default: none here, since every resource has a page with its preview.
    `resource`: the resource as resource_show answers it."""
    resource = args.values.get("resource")
    if resource in (None, ""):
        raise Shaped({"resource": [_("Nilai wajib diisi")]})
    if isinstance(resource, dict) and as_uuid(str(resource.get("id") or "")):
        _package_of(call, str(resource["id"]))
    return []


def package_create_default_resource_views(call: OfficeCall, args: Raw) -> object:
    """Make the views that a dataset's resources have by default: none here, since each has a page with its preview.
    `package`: the dataset as package_show answers it."""
    package = args.values.get("package")
    if package in (None, ""):
        raise Shaped({"package": [_("Nilai wajib diisi")]})
    if isinstance(package, dict) and package.get("id"):
        opened(call, str(package["id"]))
    return []


ACTIONS = (
    Action("resource_view_list", IdArguments, resource_view_list, rights_first=False),
    Action("resource_view_create", Raw, resource_view_create, permission=None, writes=True, rights_first=False),
    Action("resource_view_update", Raw, resource_view_update, permission=None, writes=True, rights_first=False),
    Action("resource_view_delete", Raw, resource_view_delete, permission=None, writes=True, rights_first=False),
    Action("resource_view_reorder", Raw, resource_view_reorder, permission=None, writes=True, rights_first=False),
    Action("resource_view_clear", Raw, resource_view_clear, permission=None, writes=True),
    Action(
        "resource_create_default_resource_views", Raw, resource_create_default_resource_views, permission=None,
        writes=True, rights_first=False,
    ),
    Action(
        "package_create_default_resource_views", Raw, package_create_default_resource_views, permission=None,
        writes=True, rights_first=False,
    ),
)  # fmt: skip
