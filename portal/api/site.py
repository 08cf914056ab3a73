"""Actions on the portal itself: status, licences, help."""

from __future__ import annotations

from collections.abc import Callable

from config import vocabularies
from portal.api.action import Action, Call, Registry
from portal.api.arguments import Arguments, NoArguments, Text
from portal.kernel.errors import NotFound
from portal.kernel.texts import gettext as _

#: The version of CKAN whose API this is; clients choose their ways by it.
CKAN_VERSION = "2.12.0"


class HelpArguments(Arguments):
    """An action by its name."""

    name: Text


class RolesArguments(Arguments):
    """Roles in organisations, or in groups."""

    group_type: Text = "organization"


def status_show(call: Call, _args: NoArguments) -> object:
    """Return the portal's name, address, language, and the version of CKAN whose API it speaks."""
    # what an administrator changed while the portal runs (`config_option_update`); an empty text is none
    texts = call.queries.catalog.notices("teks_situs")
    return {
        "site_title": texts.get("ckan.site_title") or call.portal.title,
        "site_description": texts.get("ckan.site_description") or call.portal.description,
        "site_url": call.portal.url,
        "error_emails_to": "",
        "locale_default": call.portal.locale,
        "extensions": list(call.portal.extensions),
        "ckan_version": CKAN_VERSION,
    }


def license_list(_call: Call, _args: NoArguments) -> object:
    """Return the licences that datasets may bear."""
    return [
        # CKAN 2.12 sends its yes and no as these words
        {key: str(value) if isinstance(value, bool) else value for key, value in licence.as_ckan().items()}
        for licence in vocabularies.licences().values()
    ]


def member_roles_list(_call: Call, args: RolesArguments) -> object:
    """Return the roles that a member can have. `group_type`: `organization` or `group`."""
    names = ("admin", "editor", "member") if args.group_type != "group" else ("admin", "member")
    return [{"text": name.title(), "value": name} for name in names]


def help_show(registry: Callable[[], Registry]) -> Action:
    """The action that tells about the others, itself included."""

    def run(_call: Call, args: HelpArguments) -> object:
        """Return what an action does. `name`: the action's name."""
        found = registry().get(args.name)
        if found is None:
            raise NotFound(_("tindakan itu tidak ada"))
        return found.help

    return Action("help_show", HelpArguments, run)


ACTIONS = (
    Action("status_show", NoArguments, status_show),
    Action("license_list", NoArguments, license_list),
    Action("member_roles_list", RolesArguments, member_roles_list),
)
