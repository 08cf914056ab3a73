"""What the header of an office page shows of the person: name, and the ways that are open to him."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from portal.contract.plugin import Way
from portal.kernel.decisions import decide
from portal.kernel.permissions import Permission
from portal.web.request import identity
from portal.web.site import OfficeUser


def office_user() -> OfficeUser | None:
    """The signed-in person, or None."""
    who = identity()
    return OfficeUser(who.name) if who.signed_in else None


def office_nav(plugin_ways: Sequence[Way] = ()) -> list[tuple[str, str]]:
    """(label, path) of the rooms that this person may enter, those of plugins after the house's own."""
    who = identity()
    ways = [
        (Permission.TASK_READ, _("Tugas saya"), "/"),
        (Permission.DATASET_LIST, _("Dataset"), "/data"),
        (Permission.AGENCY_LIST, _("Instansi"), "/admin/instansi"),
        (Permission.PERSON_INVITE, _("Orang"), "/admin/orang"),
        *((way.permission, way.label(), way.path) for way in plugin_ways),
    ]
    shown = [(label, path) for permission, label, path in ways if decide(who, permission)]
    return [*shown, (_("Akun saya"), "/akun")] if who.signed_in else []
