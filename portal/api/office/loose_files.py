"""CKAN 2.12's loose files (file_*): this portal keeps files with their datasets only, so there are none to find.

The actions answer as a CKAN does that has no storage for them: arguments are checked, and nothing is there.
"""

from __future__ import annotations

from collections.abc import Callable

from portal.api.action import Action
from portal.api.errors import Shaped
from portal.api.office.call import OfficeCall
from portal.api.office.raw import Raw
from portal.kernel.errors import NotFound
from portal.kernel.texts import gettext as _


def _need(args: Raw, *names: str) -> None:
    faults = {name: [_("Nilai wajib diisi")] for name in names if args.values.get(name) in {None, ""}}
    if faults:
        raise Shaped(faults)


def file_create(_call: OfficeCall, args: Raw) -> object:
    """Loose files are not kept here: send a file with resource_create. `upload`."""
    if args.values.get("upload") is None:
        raise Shaped({"upload": [_("Nilai wajib diisi")]})
    raise Shaped({"storage": [_("Portal ini menyimpan berkas bersama datasetnya: pakailah resource_create")]})


def file_register(_call: OfficeCall, args: Raw) -> object:
    """Loose files are not kept here. `location`."""
    _need(args, "location")
    raise Shaped({"storage": [_("Portal ini menyimpan berkas bersama datasetnya: pakailah resource_create")]})


def file_owner_scan(call: OfficeCall, _args: Raw) -> object:
    """Return the loose files of an owner: there are none."""
    if not call.identity.signed_in:
        raise Shaped({"message": _("Sebutkan pemiliknya")})
    return {"count": 0, "results": []}


def _absent(name: str, *needed: str) -> Callable[[OfficeCall, Raw], object]:
    def run(_call: OfficeCall, args: Raw) -> object:
        """There are no loose files here. `id`."""
        _need(args, *needed)
        raise NotFound("file")

    run.__name__ = name
    return run


ACTIONS = (
    Action("file_create", Raw, file_create, writes=True),
    Action("file_register", Raw, file_register, writes=True),
    Action("file_owner_scan", Raw, file_owner_scan),
    Action("file_show", Raw, _absent("file_show", "id")),
    *(
        Action(name, Raw, _absent(name, *needed), writes=True)
        for name, needed in (
            ("file_delete", ("id",)),
            ("file_pin", ("id",)),
            ("file_unpin", ("id",)),
            ("file_rename", ("id", "name")),
            ("file_ownership_transfer", ("id", "owner_id", "owner_type")),
        )
    ),
)
