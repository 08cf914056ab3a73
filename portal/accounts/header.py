"""What the header of an office page shows of the person: name, and the ways that are open to him."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from portal.contract.plugin import Way
from portal.kernel.decisions import decide
from portal.kernel.identity import Identity
from portal.kernel.permissions import Permission, Subject
from portal.web.request import identity
from portal.web.site import OfficeUser


def office_user() -> OfficeUser | None:
    """The signed-in person, or None."""
    who = identity()
    return OfficeUser(who.name) if who.signed_in else None


def _anywhere(who: Identity, permission: Permission) -> bool:
    """Whether there is an agency at which the person may do this."""
    return any(decide(who, permission, Subject(agency_id=key)) for key in who.agencies())


def office_nav(plugin_ways: Sequence[Way] = ()) -> list[tuple[str, str]]:
    """(label, path) of the rooms that this person may enter, those of plugins after the house's own."""
    who = identity()
    ways = [
        (Permission.TASK_READ, _("Tugas saya"), "/"),
        (Permission.DATASET_LIST, _("Dataset"), "/data"),
        (Permission.AGENCY_LIST, _("Instansi"), "/admin/instansi"),
        (Permission.PERSON_INVITE, _("Orang"), "/admin/orang"),
    ]
    shown = [(label, path) for permission, label, path in ways if decide(who, permission)]
    shown += [(way.label(), way.path) for way in plugin_ways if _anywhere(who, way.permission)]
    return [*shown, (_("Akun saya"), "/akun")] if who.signed_in else []
