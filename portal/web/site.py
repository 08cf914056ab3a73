"""What the pages say about the site itself: one frozen record, made from the regency's profile."""

from dataclasses import dataclass

from config.profile import Profile
from config.vocabularies import licences


@dataclass(frozen=True, slots=True)
class Site:
    """Names, contacts and fixed paths of one portal; addresses may be relative."""

    title: str
    short_title: str
    owner: str
    agency: str
    description: str
    regency: str = ""
    region_code: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    licence: str = ""
    licence_url: str = ""
    suggest_path: str = "/dataset/saran"
    office_search_path: str = "/data"
    sign_out_path: str = "/keluar"


@dataclass(frozen=True, slots=True)
class OfficeUser:
    """Who is signed in, as far as a page's header needs it."""

    name: str
    agency: str = ""


def site_of(profile: Profile) -> Site:
    """The site record of a profile; the agency is its walidata, or the government where none is named."""
    keepers = [agency for agency in profile.agencies if "walidata" in agency.bidang]
    keeper = keepers[0] if keepers else None
    licence = licences()[profile.policy.lisensi_bawaan]
    return Site(
        title=profile.title,
        short_title=profile.short_title,
        owner=profile.government,
        agency=keeper.name if keeper else profile.government,
        description=profile.description,
        regency=profile.territory.name if profile.territory else "",
        region_code=profile.territory.code if profile.territory else "",
        email=profile.email,
        phone=keeper.phone if keeper else "",
        licence=licence.title_id or licence.title,
        licence_url=licence.url,
    )
