"""Acts that programs write down, and the erasing of acts, which is refused here."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from portal.accounts.activities import Activities
from portal.accounts.people import People
from portal.api.action import Action
from portal.api.arguments import Arguments, NoArguments
from portal.api.office import kinds
from portal.api.office.activity import document, names_of
from portal.api.office.call import OfficeCall
from portal.api.office.checks import Checks, Raw, given
from portal.api.office.follows import key_of
from portal.kernel.errors import Forbidden, Invalid, NotFound
from portal.kernel.permissions import Permission
from portal.kernel.texts import gettext as _

Kind = Literal["user", "group", "organization", "package"]
#: CKAN's types of act, with what each is on and how CKAN calls that when it is missing.
TYPES: dict[str, tuple[Kind, str]] = {
    **{f"{act} package": ("package", "Dataset") for act in ("new", "changed", "deleted")},
    **{f"{act} resource view": ("package", "Dataset") for act in ("new", "changed", "deleted")},
    **{f"{act} {kind}": (kind, "Group") for act in ("new", "changed", "deleted", "follow")
       for kind in ("group", "organization")},
    **{f"{act} user": ("user", "User") for act in ("new", "changed", "follow")},
    "follow dataset": ("package", "Dataset"),
}  # fmt: skip


class ActivityCreateArguments(Arguments):
    """An act to write down: who, on what, which kind, and what it showed."""

    user_id: Raw
    object_id: Raw
    activity_type: Raw
    data: Raw


class ActivityDeleteArguments(Arguments):
    """Which acts CKAN would erase."""

    id: Raw
    start_date: Raw
    end_date: Raw
    offset_days: Raw


def activity_create(call: OfficeCall, args: ActivityCreateArguments) -> object:
    """Write an act down. `user_id`, `object_id`, `activity_type`, `data`. Administrators only."""
    checks = Checks()
    checks.require(user_id=args.user_id, object_id=args.object_id, activity_type=args.activity_type)
    texts = {
        name: checks.text(name, value)
        for name, value in (
            ("user_id", args.user_id), ("object_id", args.object_id), ("activity_type", args.activity_type),
        )
        if given(value)
    }  # fmt: skip
    person = call.service(People).find(texts.get("user_id", ""))
    if "user_id" in texts and person is None:
        checks.fail("user_id", _("Tidak ditemukan: %(what)s", what="User"))
    kind, word = TYPES.get(texts.get("activity_type", ""), (None, ""))
    if "activity_type" in texts and kind is None:
        checks.fail("activity_type", _("Tidak ditemukan: %(what)s", what="Activity type"))
    key = _object(call, kind, texts.get("object_id", ""))
    if "object_id" in texts and key is None:
        message = _('Jenis kegiatan "%(name)s" tidak dikenal', name=texts.get("activity_type", "")[:80])
        checks.fail("object_id", _("Tidak ditemukan: %(what)s", what=word) if kind else message)
    checks.stop()
    if kind is None or key is None or person is None:
        raise NotFound
    data = args.data if isinstance(args.data, dict) else {}
    made = call.service(Activities).note(call.identity, kind, key, texts["activity_type"], data, by=person.id)
    act = call.service(Activities).get(made)
    if act is None:
        raise NotFound
    return document(act, names_of(call, [act.person_id] if act.person_id else []))


def _object(call: OfficeCall, kind: Kind | None, name_or_id: str) -> UUID | None:
    """What an act is on, if the caller may see it."""
    if kind is None or not name_or_id:
        return None
    if kind in {"organization", "group"}:
        seen = kinds.face_of(call, name_or_id)
        return seen[1].id if seen else None
    return key_of(call, "user" if kind == "user" else "dataset", name_or_id)


def activity_delete(_call: OfficeCall, args: ActivityDeleteArguments) -> object:
    """Refused: what happened is not erased here (domain.md 8.7)."""
    if not any(given(value) for value in (args.id, args.start_date, args.end_date, args.offset_days)):
        raise Invalid(fields={"__before": [_("Sebutkan id atau tanggal")]})
    raise Forbidden(_("catatan kegiatan tidak dihapus"))


def activity_delete_all(_call: OfficeCall, _args: NoArguments) -> object:
    """Refused: what happened is not erased here (domain.md 8.7)."""
    raise Forbidden(_("catatan kegiatan tidak dihapus"))


def send_email_notifications(_call: OfficeCall, _args: NoArguments) -> object:
    """Refused, as in a CKAN where it is not set up: what happens is told by the tasks page and its own mails."""
    message = "ckan.activity_streams_email_notifications is not enabled in config"
    raise Invalid(fields={"message": [message]})


def activity_delete_counts(call: OfficeCall, _args: NoArguments) -> object:
    """Return how many acts on people, organisations and groups are written down, by age. Administrators only."""
    return call.service(Activities).ages()


ACTIONS = (
    Action("send_email_notifications", NoArguments, send_email_notifications, Permission.SYSTEM_CONFIGURE, writes=True),
    Action("activity_create", ActivityCreateArguments, activity_create, Permission.SYSTEM_CONFIGURE, writes=True),
    Action("activity_delete", ActivityDeleteArguments, activity_delete, writes=True),
    Action("activity_delete_all", NoArguments, activity_delete_all, Permission.SYSTEM_CONFIGURE, writes=True),
    Action("activity_delete_counts", NoArguments, activity_delete_counts, Permission.SYSTEM_CONFIGURE, writes=True),
)
