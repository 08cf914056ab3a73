"""What happened to published datasets, in CKAN's shape: each version is an act.

A withdrawal is none here, as CKAN tells it only to the owner's people; its page says what happened.

Both sides tell these alike; who released what is the office's knowledge. Acts on organisations and groups are added
there for people who may see them.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from pydantic import Field
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.api import found
from portal.api.action import Action, Call
from portal.api.arguments import LaxFlag, Natural, Page, Seconds, Text, TextList
from portal.api.facts import ACT, Facts
from portal.api.people import PageArguments, own_dashboard
from portal.api.references import RefArguments
from portal.catalog import addresses, models
from portal.catalog.ckan_document import timestamp
from portal.kernel.errors import Invalid, NotFound, SignInRequired
from portal.kernel.ids import as_uuid
from portal.kernel.texts import gettext as _

MOST_ACTS = 100
#: Who acts where nobody is named: the portal itself.
PORTAL = addresses.stable_id("user", "portal")


class ActivityArguments(RefArguments):
    """Acts on one thing: a page, a time (seconds since 1970), and which kinds of act."""

    offset: Natural = 0
    limit: Page = 31
    include_hidden_activity: LaxFlag = False
    activity_types: TextList | None = None
    exclude_activity_types: TextList | None = None
    before: Seconds | None = None
    after: Seconds | None = None


class RecentArguments(PageArguments):
    """A page of acts, and a time (seconds since 1970)."""

    limit: Page = Field(default=31)
    before: Seconds | None = None
    after: Seconds | None = None


class ActivityDataArguments(RefArguments):
    """One act, and which part of what it showed."""

    object_type: Text = ""


class DiffArguments(RefArguments):
    """One act, the part to compare with the act before, and the form of the comparison."""

    object_type: Text = ""
    diff_type: Text = "unified"


@dataclass(frozen=True, slots=True)
class PackageAct:
    """A version of a dataset that was published."""

    id: UUID
    at: datetime
    dataset_id: UUID
    activity_type: str
    doc: str

    def document(self, user_id: UUID | None = None, actor: str = "") -> dict[str, Any]:
        """CKAN's activity; the stored document is spliced in as it is."""
        return {
            "id": str(self.id),
            "timestamp": timestamp(self.at),
            "user_id": str(user_id or PORTAL),
            "object_id": str(self.dataset_id),
            "activity_type": self.activity_type,
            "data": {"package": orjson.Fragment(self.doc), "actor": actor or "portal"},
            "permission_labels": ["public"],
        }


@dataclass(frozen=True, slots=True)
class WrittenAct:
    """What was done to an organisation, a group or a view; by whom is the office's knowledge."""

    id: UUID
    at: datetime
    object_id: UUID
    activity_type: str
    data: dict[str, Any]

    def document(self) -> dict[str, Any]:
        """CKAN's activity."""
        return {
            "id": str(self.id),
            "timestamp": timestamp(self.at),
            "user_id": str(PORTAL),
            "object_id": str(self.object_id),
            "activity_type": self.activity_type,
            "data": dict(self.data),
            "permission_labels": None,
        }


_ACTS = text("""
    WITH acts AS (
        SELECT v.order_id AS id, v.released AS at, v.dataset_id, v.version FROM catalog.version v
        WHERE CAST(:ids AS uuid[]) IS NULL OR v.dataset_id = ANY (CAST(:ids AS uuid[]))
    ), named AS (
        SELECT a.*, CASE
            WHEN EXISTS (SELECT FROM catalog.version e WHERE e.dataset_id = a.dataset_id AND e.version < a.version)
            THEN 'changed package' ELSE 'new package' END AS activity_type
        FROM acts a
        WHERE (CAST(:id AS uuid) IS NULL OR a.id = CAST(:id AS uuid))
          AND (CAST(:before AS timestamptz) IS NULL OR a.at < CAST(:before AS timestamptz))
          AND (CAST(:after AS timestamptz) IS NULL OR a.at > CAST(:after AS timestamptz))
    ), page AS (
        SELECT * FROM named
        WHERE (CAST(:types AS text[]) IS NULL OR activity_type = ANY (CAST(:types AS text[])))
          AND activity_type <> ALL (CAST(:without AS text[]))
        ORDER BY at DESC, id LIMIT :limit
    )
    SELECT p.id, p.at, p.dataset_id, p.activity_type, v.doc FROM page p
    JOIN catalog.version v ON v.dataset_id = p.dataset_id AND v.version = p.version ORDER BY p.at DESC, p.id
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActFilter:
    """Which acts: of these datasets (None: all), between two moments, of these kinds, so many from the newest."""

    datasets: Sequence[UUID] | None = None
    key: UUID | None = None
    before: datetime | None = None
    after: datetime | None = None
    types: Sequence[str] | None = None
    without: Sequence[str] = ()
    limit: int = MOST_ACTS


def package_acts(session: Session, wanted: ActFilter) -> list[PackageAct]:
    """Acts on published datasets, newest first, in one statement."""
    values = {
        "ids": None if wanted.datasets is None else list(wanted.datasets),
        "id": wanted.key,
        "before": wanted.before,
        "after": wanted.after,
        "types": None if wanted.types is None else list(wanted.types),
        "without": list(wanted.without),
        "limit": wanted.limit,
    }
    return [PackageAct(*row) for row in session.execute(_ACTS, values)]


def filter_of(args: ActivityArguments | RecentArguments, datasets: Sequence[UUID] | None) -> ActFilter:
    """The filter of a call, from its newest act to the end of its page."""
    return ActFilter(
        datasets=datasets,
        before=moment(args.before, "before"),
        after=moment(args.after, "after"),
        types=getattr(args, "activity_types", None),
        without=getattr(args, "exclude_activity_types", None) or (),
        limit=size(args) + args.offset,
    )


def size(args: ActivityArguments | RecentArguments) -> int:
    """How many acts a page holds; to CKAN none means as many as it may."""
    return min(args.limit or MOST_ACTS, MOST_ACTS)


def moment(seconds: float | None, field: str) -> datetime | None:
    """The moment so many seconds after 1970 began. Raises Invalid for one that no calendar has."""
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise Invalid(fields={field: [_("Waktu tidak sah")]}) from error


def package_activity_list(call: Call, args: ActivityArguments) -> object:
    """Return what happened to a published dataset, newest first. `id`; `limit` (31, at most 100), `offset`;
    `activity_types`, `exclude_activity_types`; `before`, `after` (seconds since 1970)."""
    if args.activity_types is not None and args.exclude_activity_types is not None:
        raise Invalid(fields={"activity_types": [_("Tidak dapat dipakai bersama `exclude_activity_types")]})
    key = found.dataset_id(call, args.id)
    if key is None:
        raise NotFound
    wanted = filter_of(args, [key])
    shown = [(act.at, act.document()) for act in package_acts(call.queries.session, wanted)]
    shown += [(act.at, act.document()) for act in view_acts(call.queries.session, key, wanted)]
    return _page(shown, args)


def view_acts(session: Session, key: UUID, wanted: ActFilter) -> list[WrittenAct]:
    """What was done to the views of a published dataset; they are few."""
    told = Facts(session).matching(ACT, {"object_id": str(key)})
    acts = [
        WrittenAct(UUID(row["id"]), datetime.fromisoformat(row["at"]), key, row["activity_type"], row["data"])
        for row in told
    ]
    return [act for act in acts if within(act.at, act.activity_type, wanted)]


def within(at: datetime, activity_type: str, wanted: ActFilter) -> bool:
    """Whether an act is among the wanted."""
    return (
        (wanted.before is None or at < wanted.before)
        and (wanted.after is None or at > wanted.after)
        and (wanted.types is None or activity_type in wanted.types)
        and activity_type not in wanted.without
    )


def organization_activity_list(call: Call, args: ActivityArguments) -> object:
    """Return what happened to an organisation and its published datasets, newest first. Arguments as of
    `package_activity_list`."""
    return _of_group(call, args, "organization")


def group_activity_list(call: Call, args: ActivityArguments) -> object:
    """Return what happened to a group and its published datasets, newest first. Arguments as of
    `package_activity_list`."""
    return _of_group(call, args, "group")


def _of_group(call: Call, args: ActivityArguments, kind: found.GroupKind) -> object:
    group = found.group(call, args.id, (kind,))
    if group is None:
        raise NotFound
    packages = package_acts(call.queries.session, filter_of(args, found.datasets_of(call, group)))
    shown = [(act.at, act.document()) for act in packages]
    shown += [(act.at, act.document()) for act in written_acts(call.queries.session, group.id, filter_of(args, None))]
    return _page(shown, args)


def _page(shown: list[tuple[datetime, dict[str, Any]]], args: ActivityArguments) -> list[dict[str, Any]]:
    shown.sort(key=lambda pair: pair[0], reverse=True)
    return [item for _at, item in shown][args.offset : args.offset + size(args)]


def written_acts(session: Session, key: UUID, wanted: ActFilter) -> list[WrittenAct]:
    """What was done to an organisation or group itself, newest first."""
    table = models.act
    where = [table.c.object_id == key, table.c.activity_type.not_in(wanted.without)]
    if wanted.before is not None:
        where.append(table.c.at < wanted.before)
    if wanted.after is not None:
        where.append(table.c.at > wanted.after)
    if wanted.types is not None:
        where.append(table.c.activity_type.in_(wanted.types))
    query = select(table.c.id, table.c.at, table.c.object_id, table.c.activity_type, table.c.data).where(*where)
    rows = session.execute(query.order_by(table.c.at.desc(), table.c.id).limit(wanted.limit))
    return [WrittenAct(*row) for row in rows]


def _shown(call: Call, args: ActivityArguments | RecentArguments, datasets: Sequence[UUID] | None) -> object:
    acts = package_acts(call.queries.session, filter_of(args, datasets))
    return [act.document() for act in acts[args.offset :]]


def recently_changed_packages_activity_list(call: Call, args: RecentArguments) -> object:
    """Return what happened to published datasets, newest first. `limit` (31, at most 100), `offset`, `before`,
    `after` (seconds since 1970)."""
    return _shown(call, args, None)


def user_activity_list(_call: Call, _args: ActivityArguments) -> object:
    """Return what a person did to what everybody may see. Shown to whoever may see the person."""
    raise NotFound


def one(call: Call, key_text: str) -> PackageAct:
    """The act on a published dataset with this id. Raises NotFound."""
    key = as_uuid(key_text)
    acts = package_acts(call.queries.session, ActFilter(key=key, limit=1)) if key else []
    if not acts:
        raise NotFound
    return acts[0]


def activity_show(call: Call, args: RefArguments) -> object:
    """Return one act. `id`."""
    return one(call, args.id).document()


def activity_data_show(call: Call, args: ActivityDataArguments) -> object:
    """Return what an act showed. `id`; `object_type`: only that part (`package`)."""
    act = one(call, args.id)
    data = act.document()["data"]
    if not args.object_type:
        return data
    if args.object_type not in data:
        raise NotFound(_("bagian itu dalam kegiatan ini"))
    return data[args.object_type]


def activity_diff(call: Call, args: DiffArguments) -> object:
    """Return how a version differs from the one before. `id`, `object_type` (`package`), `diff_type` (`unified`,
    `context`, `html`). For those who may change the dataset."""
    need_part(args)
    one(call, args.id)
    raise SignInRequired


def need_part(args: DiffArguments) -> None:
    """CKAN complains of the missing part only after the missing id. Raises Invalid."""
    if not args.object_type:
        raise Invalid(fields={"object_type": [_("Nilai wajib diisi")]})


def diff(before: Any, after: Any, form: str) -> str:
    """The difference of two JSON values, line by line. Raises Invalid for an unknown form."""
    old, new = (json.dumps(value, indent=2, sort_keys=True).split("\n") for value in (before, after))
    if form == "unified":
        return "\n".join(difflib.unified_diff(old, new))
    if form == "context":
        return "\n".join(difflib.context_diff(old, new))
    if form == "html":
        return difflib.HtmlDiff(wrapcolumn=70).make_table(old, new)
    raise Invalid(fields={"message": [_("diff_type tidak dikenal")]})


ACTIONS = (
    Action("package_activity_list", ActivityArguments, package_activity_list),
    Action("organization_activity_list", ActivityArguments, organization_activity_list),
    Action("group_activity_list", ActivityArguments, group_activity_list),
    Action("user_activity_list", ActivityArguments, user_activity_list),
    Action("recently_changed_packages_activity_list", RecentArguments, recently_changed_packages_activity_list),
    Action("activity_show", RefArguments, activity_show),
    Action("activity_data_show", ActivityDataArguments, activity_data_show),
    Action("activity_diff", DiffArguments, activity_diff),
    Action("dashboard_activity_list", RecentArguments, own_dashboard),
    Action("dashboard_new_activities_count", RecentArguments, own_dashboard),
)
