"""CKAN's configuration options that an administrator may read, and the few that he may change while it runs."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict

from portal.accounts.site_texts import SiteTexts
from portal.api.action import Action
from portal.api.arguments import Arguments, NoArguments
from portal.api.office.call import OfficeCall
from portal.api.office.checks import Checks
from portal.api.people import KeyArguments
from portal.ingest.notices import Notices
from portal.kernel.errors import Invalid
from portal.kernel.permissions import Permission
from portal.kernel.texts import gettext as _

#: Texts that may change; all else of a deployment is its settings and profile.
CHANGEABLE = ("ckan.site_title", "ckan.site_description", "ckan.site_about", "ckan.site_intro_text")
SHOWN = (*CHANGEABLE, "ckan.site_url", "ckan.site_logo", "ckan.theme", "ckan.site_custom_css")


class OptionsArguments(Arguments):
    """Options by their names."""

    model_config = ConfigDict(extra="allow", frozen=True)


def config_option_list(_call: OfficeCall, _args: NoArguments) -> object:
    """Return the names of the options that `config_option_show` shows. Administrators only."""
    return list(SHOWN)


def config_option_show(call: OfficeCall, args: KeyArguments) -> object:
    """Return the value of an option. `key`. Administrators only."""
    if args.key not in SHOWN:
        message = _("Opsi konfigurasi '%(key)s' tidak dapat ditampilkan", key=args.key[:100])
        raise Invalid(fields={"message": [message]})
    changed = {key: value for key, value in call.service(SiteTexts).all().items() if value}
    return {**_defaults(call), **changed}.get(args.key)


def _defaults(call: OfficeCall) -> dict[str, Any]:
    profile = call.runtime.profile
    return {
        "ckan.site_title": profile.title,
        "ckan.site_description": profile.description,
        "ckan.site_about": "",
        "ckan.site_intro_text": "",
        "ckan.site_url": call.portal.url,
        "ckan.site_logo": "",
        "ckan.theme": "",
        "ckan.site_custom_css": "",
    }


def config_option_update(call: OfficeCall, args: OptionsArguments) -> object:
    """Change options: `ckan.site_title`, `ckan.site_description`, `ckan.site_about`, `ckan.site_intro_text`.
    Administrators only."""
    values = dict(args.model_extra or {})
    refused = sorted(set(values) - set(CHANGEABLE))
    if refused:
        message = _("Opsi konfigurasi '%(keys)s' tidak dapat diubah", keys=" ".join(refused)[:300])
        raise Invalid(fields={"message": [message]})
    checks = Checks()
    texts = {key: checks.text(key, value) for key, value in values.items()}
    checks.stop()
    if texts:
        call.service(SiteTexts).change(call.identity, texts)
        call.service(Notices).notice("teks_situs")
    return texts


ACTIONS = (
    Action("config_option_list", NoArguments, config_option_list, Permission.SYSTEM_CONFIGURE),
    Action("config_option_show", KeyArguments, config_option_show, Permission.SYSTEM_CONFIGURE),
    Action("config_option_update", OptionsArguments, config_option_update, Permission.SYSTEM_CONFIGURE, writes=True),
)
