"""What happened, for people who are signed in: releases as everybody sees them, and acts on people, organisations and
groups that the caller may see. Who did something is named only to who may see that person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from pydantic import Field
from sqlalchemy import text

from portal.accounts.activities import Act, Activities
from portal.accounts.follows import Follows
from portal.accounts.people import People
from portal.api import activity as public
from portal.api import found as published
from portal.api.action import Action
from portal.api.activity import (
    ActFilter,
    ActivityArguments,
    ActivityDataArguments,
    DiffArguments,
    PackageAct,
    RecentArguments,
)
from portal.api.arguments import NoArguments, Page
from portal.api.office import draft_acts, users
from portal.api.office.call import OfficeCall
from portal.api.office.draft_acts import DraftAct
from portal.api.office.follows import key_of
from portal.api.office.kinds import GROUP, ORGANIZATION, Face
from portal.api.references import RefArguments
from portal.catalog.ckan_document import timestamp
from portal.kernel.decisions import require
from portal.kernel.errors import Invalid, NotFound, SignInRequired
from portal.kernel.ids import as_uuid
from portal.kernel.permissions import Permission, Subject
from portal.kernel.texts import gettext as _

HIDDEN = "portal"


class DashboardArguments(RecentArguments):
    """A page of one's own dashboard."""

    limit: Page = Field(default=31)


def _merged(
    call: OfficeCall,
    packages: Sequence[PackageAct],
    acts: Sequence[Act],
    args: ActivityArguments | RecentArguments,
    drafts: Sequence[DraftAct] = (),
) -> list[dict[str, Any]]:
    """All kinds of act as one page, newest first, with names of people whom the caller may see."""
    ordered = _orderers(call, [item.id for item in packages])
    doers = [*(act.person_id for act in acts if act.person_id), *(act.person_id for act in drafts)]
    names = names_of(call, [*ordered.values(), *doers])
    wanted = public.filter_of(args, None)
    shown: list[tuple[datetime, dict[str, Any]]] = []
    for act in drafts:
        if _within(act, wanted):
            known = act.person_id in names
            document_ = act.document(act.person_id if known else public.PORTAL, names.get(act.person_id, HIDDEN))
            shown.append((act.at, document_))
    for item in packages:
        who = ordered.get(item.id)
        shown.append((item.at, item.document(who if who in names else None, names.get(who, HIDDEN) if who else HIDDEN)))
    shown += [(item.at, document(item, names)) for item in acts if _within(item, wanted)]
    shown.sort(key=lambda pair: pair[0], reverse=True)
    return [item for _at, item in shown][args.offset : args.offset + public.size(args)]


def _within(act: Act | DraftAct, wanted: ActFilter) -> bool:
    return public.within(act.at, act.activity_type, wanted)


def document(act: Act, names: dict[UUID, str]) -> dict[str, Any]:
    """CKAN's activity. What was done to an account counts as that person's own act there."""
    known = act.person_id in names if act.person_id else False
    return {
        "id": str(act.id),
        "timestamp": timestamp(act.at),
        "user_id": str(act.object_id if act.kind == "user" else act.person_id if known else public.PORTAL),
        "object_id": str(act.object_id),
        "activity_type": act.activity_type,
        "data": dict(act.data),
        "permission_labels": None,
    }


def _orderers(call: OfficeCall, keys: Sequence[UUID]) -> dict[UUID, UUID]:
    """Who ordered which release."""
    rows = call.office.execute(
        text("SELECT id, ordered_by FROM ingest.release_order WHERE id = ANY(:ids)"), {"ids": list(keys)}
    )
    return {row.id: row.ordered_by for row in rows}


def names_of(call: OfficeCall, people: Iterable[UUID]) -> dict[UUID, str]:
    """Usernames of those whom the caller may see."""
    register = call.service(People)
    known = register.by_ids(people).values()
    return {person.id: person.username for person in known if register.seen(call.identity, person)}


def package_activity_list(call: OfficeCall, args: ActivityArguments) -> object:
    """Return what happened to a dataset, newest first. `id`; `limit` (31, at most 100), `offset`; `activity_types`,
    `exclude_activity_types`; `before`, `after` (seconds since 1970). A draft's acts are shown to who works on it."""
    if not call.identity.signed_in:
        return public.package_activity_list(call, args)
    if args.activity_types is not None and args.exclude_activity_types is not None:
        raise Invalid(fields={"activity_types": [_("Tidak dapat dipakai bersama `exclude_activity_types")]})
    key = key_of(call, "dataset", args.id)
    if key is None:
        raise NotFound
    packages = public.package_acts(call.queries.session, public.filter_of(args, [key]))
    written = call.service(Activities).of(objects=[key], kinds=["package"], limit=_most(args))
    drafts = draft_acts.of_dataset(call, key) if published.dataset_id(call, str(key)) is None else ()
    return _merged(call, packages, written, args, drafts)


def _most(args: ActivityArguments | RecentArguments) -> int:
    return public.size(args) + args.offset


def organization_activity_list(call: OfficeCall, args: ActivityArguments) -> object:
    """Return what happened to an organisation and its published datasets, newest first. Arguments as of
    `package_activity_list`."""
    if not call.identity.signed_in:
        return public.organization_activity_list(call, args)
    return _of_group(call, args, ORGANIZATION)


def group_activity_list(call: OfficeCall, args: ActivityArguments) -> object:
    """Return what happened to a group and its published datasets, newest first. Arguments as of
    `package_activity_list`."""
    return _of_group(call, args, GROUP) if call.identity.signed_in else public.group_activity_list(call, args)


def _of_group(call: OfficeCall, args: ActivityArguments, face: Face) -> object:
    found = face.see(call, args.id)
    datasets = published.datasets_of(call, published.FoundGroup(found.id, found.name, face.kind))
    packages = public.package_acts(call.queries.session, public.filter_of(args, datasets))
    acts = call.service(Activities).of(objects=[found.id], kinds=[face.kind], limit=_most(args))
    return _merged(call, packages, acts, args)


def user_activity_list(call: OfficeCall, args: ActivityArguments) -> object:
    """Return what a person did to what everybody may see, newest first. `id`: username or id; `limit`, `offset`,
    `before`, `after`. Shown to whoever may see the person."""
    if not call.identity.signed_in:
        return public.user_activity_list(call, args)
    person = users.named(call, args.id)
    acts = _acts_of(call, [person.id], args)
    return _merged(call, _released(call, [person.id]), acts, args, draft_acts.of_person(call, person.id))


def _released(call: OfficeCall, people: Sequence[UUID]) -> list[PackageAct]:
    """The releases that these people ordered and that still stand."""
    rows = call.office.execute(
        text(
            "SELECT id, dataset_id FROM ingest.release_order WHERE ordered_by = ANY(:ids) AND kind = 'rilis'"
            " ORDER BY created DESC LIMIT 500"
        ),
        {"ids": list(people)},
    ).all()
    acts = public.package_acts(
        call.queries.session, ActFilter(datasets=list({row.dataset_id for row in rows}), limit=1_000)
    )
    own = {row.id for row in rows}
    return [act for act in acts if act.id in own]


def _acts_of(
    call: OfficeCall,
    people: Sequence[UUID],
    args: ActivityArguments | RecentArguments,
    groups: Sequence[UUID] = (),
) -> list[Act]:
    """Acts by or on these people, or on these groups, that the caller may see."""
    acts = call.service(Activities).of(objects=[*people, *groups], persons=people, limit=_most(args))
    return [act for act in acts if (act.kind != "user" or act.object_id in people) and _visible(call, act)]


def _visible(call: OfficeCall, act: Act) -> bool:
    """Whether the caller may see what the act was on."""
    if act.kind in {"organization", "group"}:
        face = ORGANIZATION if act.kind == "organization" else GROUP
        found = face.find(call, str(act.object_id))
        return found is not None and (found.active or face.insider(call, found.id))
    if act.kind == "package":
        return published.dataset_id(call, str(act.object_id)) is not None
    person = call.service(People).find(str(act.object_id))
    return person is not None and call.service(People).seen(call.identity, person)


def recently_changed_packages_activity_list(call: OfficeCall, args: RecentArguments) -> object:
    """Return what happened to published datasets, newest first. `limit` (31, at most 100), `offset`, `before`,
    `after` (seconds since 1970)."""
    if not call.identity.signed_in:
        return public.recently_changed_packages_activity_list(call, args)
    return _merged(call, public.package_acts(call.queries.session, public.filter_of(args, None)), [], args)


def _dashboard(call: OfficeCall, args: RecentArguments) -> list[dict[str, Any]]:
    """Acts of and on whatever the caller follows, and his own; each says whether it is new to him."""
    me = call.identity.person_id
    if me is None:
        raise SignInRequired(_("Anda harus masuk untuk membuka dasbor Anda."))
    follows = call.service(Follows)
    people = [*follows.followed(me, "user"), me]
    groups = follows.followed(me, "group")
    datasets = list(follows.followed(me, "dataset"))
    for key in groups:
        group = published.group(call, str(key))
        datasets += published.datasets_of(call, group) if group else []
    packages = {act.id: act for act in public.package_acts(call.queries.session, public.filter_of(args, datasets))}
    packages |= {act.id: act for act in _released(call, people)}
    acts = _acts_of(call, people, args, groups)
    listed = _merged(call, list(packages.values()), acts, args, draft_acts.of_person(call, me))
    own = call.service(People).find(str(me))
    seen = timestamp(call.service(Activities).seen(me) or (own.created if own else None)) or ""
    return [{**item, "is_new": item["user_id"] != str(me) and item["timestamp"] > seen} for item in listed]


def dashboard_activity_list(call: OfficeCall, args: DashboardArguments) -> object:
    """Return what happened to whatever the caller follows, and what he did, newest first (`is_new`). `limit` (31, at
    most 100), `offset`, `before`, `after`."""
    return _dashboard(call, args)


def dashboard_new_activities_count(call: OfficeCall, args: DashboardArguments) -> object:
    """Return how many acts on the caller's dashboard are new to him."""
    return sum(1 for item in _dashboard(call, args) if item["is_new"])


def dashboard_mark_activities_old(call: OfficeCall, _args: NoArguments) -> object:
    """Note that the caller has seen his dashboard."""
    if call.identity.person_id is not None:
        call.service(Activities).mark_seen(call.identity.person_id)
    return None


def _act(call: OfficeCall, key_text: str) -> PackageAct | Act:
    """An act that the caller may see. Raises NotFound."""
    key = as_uuid(key_text)
    act = call.service(Activities).get(key) if key and call.identity.signed_in else None
    if act is not None and _visible(call, act):
        return act
    return public.one(call, key_text)


def activity_show(call: OfficeCall, args: RefArguments) -> object:
    """Return one act. `id`."""
    act = _act(call, args.id)
    if isinstance(act, Act):
        return document(act, names_of(call, [act.person_id] if act.person_id else []))
    return _named(call, [act])[0]


def _named(call: OfficeCall, acts: Sequence[PackageAct]) -> list[dict[str, Any]]:
    """Acts on datasets with the names of who ordered them, where the caller may see those people."""
    ordered = _orderers(call, [act.id for act in acts])
    names = names_of(call, ordered.values())
    people = [ordered.get(act.id) for act in acts]
    return [
        act.document(who if who in names else None, names.get(who, HIDDEN) if who else HIDDEN)
        for act, who in zip(acts, people, strict=True)
    ]


def activity_data_show(call: OfficeCall, args: ActivityDataArguments) -> object:
    """Return what an act showed. `id`; `object_type`: only that part (`package`, `group`)."""
    act = _act(call, args.id)
    data = _named(call, [act])[0]["data"] if isinstance(act, PackageAct) else dict(act.data)
    if not args.object_type:
        return data
    if args.object_type not in data:
        raise NotFound(_("bagian itu dalam kegiatan ini"))
    return data[args.object_type]


def activity_diff(call: OfficeCall, args: DiffArguments) -> object:
    """Return how a version of a dataset differs from the one before. `id`, `object_type` (`package`), `diff_type`
    (`unified`, `context`, `html`). For those who may change the dataset."""
    if not call.identity.signed_in:
        return public.activity_diff(call, args)
    public.need_part(args)
    act = public.one(call, args.id)
    after = orjson.loads(act.doc)
    owner = as_uuid(str(after.get("owner_org") or ""))
    require(call.identity, Permission.DATASET_EDIT, Subject(agency_id=owner))
    earlier = public.package_acts(call.queries.session, ActFilter(datasets=[act.dataset_id], before=act.at, limit=1))
    if not earlier:
        raise NotFound(_("kegiatan sebelumnya pada objek ini"))
    if args.object_type != "package":
        raise NotFound(_("objek itu dalam kegiatan ini"))
    text_ = public.diff(orjson.loads(earlier[0].doc), after, args.diff_type)
    return {"diff": text_, "activities": _named(call, [earlier[0], act])}


ACTIONS = (
    Action("package_activity_list", ActivityArguments, package_activity_list),
    Action("organization_activity_list", ActivityArguments, organization_activity_list),
    Action("group_activity_list", ActivityArguments, group_activity_list),
    Action("user_activity_list", ActivityArguments, user_activity_list),
    Action("recently_changed_packages_activity_list", RecentArguments, recently_changed_packages_activity_list),
    Action("dashboard_activity_list", DashboardArguments, dashboard_activity_list),
    Action("dashboard_new_activities_count", DashboardArguments, dashboard_new_activities_count),
    Action("dashboard_mark_activities_old", NoArguments, dashboard_mark_activities_old, None, writes=True),
    Action("activity_show", RefArguments, activity_show),
    Action("activity_data_show", ActivityDataArguments, activity_data_show),
    Action("activity_diff", DiffArguments, activity_diff),
)
