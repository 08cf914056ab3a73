"""What the header of an office page shows of the person: name, and the ways that are open to him."""

from __future__ import annotations

from flask_babel import gettext as _

from portal.kernel.decisions import decide
from portal.kernel.permissions import Permission
from portal.web.request import identity
from portal.web.site import OfficeUser


def office_user() -> OfficeUser | None:
    """The signed-in person, or None."""
    who = identity()
    return OfficeUser(who.name) if who.signed_in else None


def office_nav() -> list[tuple[str, str]]:
    """(label, path) of the rooms that this person may enter."""
    who = identity()
    ways = [
        (Permission.TASK_READ, _("Tugas saya"), "/"),
        (Permission.DATASET_LIST, _("Dataset"), "/data"),
        (Permission.AGENCY_LIST, _("Instansi"), "/admin/instansi"),
        (Permission.PERSON_INVITE, _("Orang"), "/admin/orang"),
    ]
    shown = [(label, path) for permission, label, path in ways if decide(who, permission)]
    return [*shown, (_("Akun saya"), "/akun")] if who.signed_in else []
