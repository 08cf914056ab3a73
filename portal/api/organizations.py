"""Actions on organisations and on groups: CKAN's two faces of one thing. One statement a list."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError, PydanticUseDefault

from portal.api import found
from portal.api.action import Action, Call
from portal.api.answers import MOST_ROWS, ROWS, spliced
from portal.api.arguments import Arguments, Flag, Names, Natural, Text, Typed, as_natural
from portal.api.facts import Facts
from portal.api.queries import GroupFilter, GroupRow, GroupSort
from portal.api.references import RefArguments
from portal.catalog.ckan_document import timestamp
from portal.kernel.errors import Invalid, NotFound
from portal.kernel.ids import as_uuid
from portal.kernel.texts import gettext as _

Kind = Literal["organization", "group"]
MOST_NAMES = 1_000
MOST_WHOLE = 25
_SORTS: dict[str, GroupSort] = {
    "name": "name", "title": "title", "package_count": "package_count", "packages": "package_count",
}  # fmt: skip


def _or_none(value: Any) -> Any:
    """An empty list or object says nothing. Raises PydanticUseDefault for one."""
    if value in ([], {}):
        raise PydanticUseDefault
    return value


class GroupListArguments(Arguments):
    """Which of them, how many, and how much of each; `order_by` is the old name of `sort`."""

    type: Text | None = None
    q: Text = ""
    sort: Typed = ""
    order_by: Typed = ""
    limit: Natural = 0
    offset: Annotated[Natural, BeforeValidator(_or_none)] = 0
    groups: Annotated[Names, BeforeValidator(_or_none)] = ()
    organizations: Annotated[Names, BeforeValidator(_or_none)] = ()
    all_fields: Flag = False
    include_dataset_count: Flag = True
    include_extras: Flag = False
    include_groups: Flag = False
    include_users: Flag = False
    include_member_count: Flag = False


class GroupShowArguments(RefArguments):
    """One of them, and how much of it."""

    include_datasets: Flag = False
    include_dataset_count: Flag = True
    include_extras: Flag = True
    include_groups: Flag = True
    include_users: Flag = True
    include_member_count: Flag = False
    include_followers: Flag = True


class GroupAutocompleteArguments(Arguments):
    """What is being typed."""

    q: Text
    limit: Natural = 20


class GroupPackagesArguments(RefArguments):
    """A group's datasets; CKAN reads `limit` by a rule of its own."""

    limit: Any = None


def organization_list(call: Call, args: GroupListArguments) -> object:
    """Return the names of the organisations, or with `all_fields` the organisations. `sort` (`title asc`; `name`,
    `package_count`), `limit` (1,000; whole ones 25), `offset`, `organizations` (names), `q`, `include_…`."""
    return _list(call, args, "organization", args.organizations)


def group_list(call: Call, args: GroupListArguments) -> object:
    """Return the names of the groups, or with `all_fields` the groups. `sort` (`title asc`; `name`,
    `package_count`), `limit` (1,000; whole ones 25), `offset`, `groups` (names), `q`, `include_…`."""
    return _list(call, args, "group", args.groups)


def organization_show(call: Call, args: GroupShowArguments) -> object:
    """Return an organisation. `id`: its name or id; `include_datasets` adds its ten last changed datasets."""
    return _show(call, args, "organization")


def group_show(call: Call, args: GroupShowArguments) -> object:
    """Return a group. `id`: its name or id; `include_datasets` adds its ten last changed datasets."""
    return _show(call, args, "group")


def organization_autocomplete(call: Call, args: GroupAutocompleteArguments) -> object:
    """Return organisations whose name or title holds `q`, oldest first. `limit`: 20."""
    return _autocomplete(call, args, "organization")


def group_autocomplete(call: Call, args: GroupAutocompleteArguments) -> object:
    """Return groups whose name or title holds `q`, oldest first. `limit`: 20."""
    return _autocomplete(call, args, "group")


def group_package_show(call: Call, args: GroupPackagesArguments) -> object:
    """Return the datasets of a group, last changed first. `id`: its name or id; `limit`: 10, at most 1,000."""
    group = found.group(call, args.id, ("group", "organization"))
    if group is None:
        raise NotFound
    key: dict[str, Any] = {"theme" if group.kind == "group" else "organization": group.id}
    # CKAN asks for the datasets in a group of that name, which an organisation's are not
    limit = 0 if group.kind == "organization" else _limit(args.limit)
    return spliced(call.queries.newest(limit, **key)) if limit else []


def _limit(value: Any) -> int:
    """How many datasets; blank means CKAN's ten. Raises Invalid with CKAN's one message."""
    if value is None or value == "":
        return ROWS
    try:
        return min(as_natural(value), MOST_ROWS)
    except (PydanticCustomError, PydanticUseDefault) as error:
        raise Invalid(fields={"message": [_("Limit harus bilangan bulat positif")]}) from error


def _rows(call: Call, wanted: GroupFilter, kind: Kind) -> list[GroupRow]:
    return call.queries.organizations(wanted) if kind == "organization" else call.queries.themes(wanted)


def _list(call: Call, args: GroupListArguments, kind: Kind, names: tuple[str, ...]) -> object:
    sort, descending = _order(args.sort or args.order_by or "title")
    if args.type not in (None, kind):
        return []
    most = MOST_WHOLE if args.all_fields else MOST_NAMES
    wanted = GroupFilter(
        names=names,
        words=args.q.strip(),
        sort=sort,
        descending=descending,
        limit=min(args.limit or most, most),
        offset=args.offset,
    )
    rows = _rows(call, wanted, kind)
    if sort == "package_count":  # CKAN counts by the datasets, so one that has none is not there
        whole = _rows(call, replace(wanted, limit=None, offset=0), kind)
        rows = [row for row in whole if row.package_count][wanted.offset :][: wanted.limit]
    if not args.all_fields:
        return [row.name for row in rows]
    return [_document(row, kind, args) for row in rows]


def _order(text: str) -> tuple[GroupSort, bool]:
    """One key and its direction; by number of datasets the largest come first. Raises Invalid."""
    if len(text.split(",")) > 1:
        raise Invalid(_("Hanya satu urutan yang diterima"))
    words = text.split() or ["title"]
    sort = _SORTS.get(words[0])
    if sort is None:
        raise Invalid(_("Tidak dapat diurutkan menurut `%(field)s`", field=words[0][:80]))
    if len(words) > 2 or (len(words) == 2 and words[1].lower() not in ("asc", "desc")):
        raise Invalid(_("Arah urutan `%(direction)s` tidak dikenal", direction=words[-1][:80]))
    return sort, words[1].lower() == "desc" if len(words) == 2 else sort == "package_count"


def _one(call: Call, name_or_id: str, kind: Kind) -> GroupRow:
    for row in _rows(call, GroupFilter(names=(name_or_id,), limit=2), kind):
        if name_or_id == row.name or (as_uuid(name_or_id) is not None and name_or_id.lower() == str(row.id)):
            return row
    raise NotFound


def _show(call: Call, args: GroupShowArguments, kind: Kind) -> object:
    row = _one(call, args.id, kind)
    shown = _document(row, kind, args)
    if args.include_datasets:
        key: dict[str, Any] = {"organization": row.id} if kind == "organization" else {"theme": row.id}
        shown["package_count"] = row.package_count
        shown["packages"] = spliced(call.queries.newest(ROWS, **key))
    shown["num_followers"] = Facts(call.queries.session).followers(row.id) if args.include_followers else 0
    return shown


def _document(row: GroupRow, kind: Kind, args: GroupListArguments | GroupShowArguments) -> dict[str, Any]:
    """CKAN's organisation or group. Who its members are is not public: `users` is always empty here."""
    shown: dict[str, Any] = {
        "approval_status": row.approval_status,
        "created": timestamp(row.created),
        "description": row.description,
        "display_name": row.title or row.name,
        "id": str(row.id),
        "image_display_url": row.image_url,
        "image_url": row.image_url,
        "is_organization": kind == "organization",
        "name": row.name,
        "num_followers": 0,
        "state": "active",
        "title": row.title,
        "type": kind,
    }
    if args.include_dataset_count:
        shown["package_count"] = row.package_count
    if args.include_member_count:
        shown["member_count"] = 0
    for name in ("users", "groups"):
        if getattr(args, f"include_{name}"):
            shown[name] = []
    if args.include_extras:
        shown["extras"] = list(row.extras)
    return shown


def _autocomplete(call: Call, args: GroupAutocompleteArguments, kind: Kind) -> object:
    word = args.q.strip().lower()
    found = [row for row in _rows(call, GroupFilter(), kind) if word in row.name or word in row.title.lower()]
    page = sorted(found, key=lambda row: row.created)[: min(args.limit, MOST_NAMES)]
    return [{"id": str(row.id), "name": row.name, "title": row.title} for row in page]


ACTIONS = (
    Action("organization_list", GroupListArguments, organization_list),
    Action("organization_show", GroupShowArguments, organization_show),
    Action("organization_autocomplete", GroupAutocompleteArguments, organization_autocomplete),
    Action("group_list", GroupListArguments, group_list),
    Action("group_show", GroupShowArguments, group_show),
    Action("group_autocomplete", GroupAutocompleteArguments, group_autocomplete),
    Action("group_package_show", GroupPackagesArguments, group_package_show),
)
