"""Facts public by nature (design.md I4): what leaves the office without a release, by a closed list of kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

from sqlalchemy import text
from sqlalchemy.orm import Session

from config import regions
from config.profile import Profile
from portal.catalog import store
from portal.catalog.published import PublishedAgency

NoticeKind = Literal["organisasi", "kelompok", "wilayah", "angka_situs"]
KINDS: tuple[NoticeKind, ...] = get_args(NoticeKind)


class Notices:
    """Writes such facts in the publisher's session; the caller commits."""

    def __init__(self, office: Session, public: Session, profile: Profile) -> None:
        self._office = office
        self._public = public
        self._profile = profile

    def notice(self, kind: NoticeKind, figures: Mapping[str, Any] | None = None) -> int:
        """Publish the facts of one kind as they are now; how many rows. Raises ValueError for any other kind.

        `figures` are the values of `angka_situs` by key (counts of public things only).
        """
        makers = {"organisasi": self._agencies, "kelompok": self._groups, "wilayah": self._regions}
        if kind == "angka_situs":
            for key, value in (figures or {}).items():
                store.write_notice(self._public, kind, key, value)
            return len(figures or {})
        if kind not in makers:
            raise ValueError("no such notice")
        return makers[kind]()

    def _agencies(self) -> int:
        rows = self._office.execute(
            text(
                "SELECT id, name, title, abbreviation, description, tingkat, region_code, contact, created"
                " FROM accounts.agency WHERE active ORDER BY name"
            )
        ).all()
        for row in rows:
            store.write_organization(self._public, PublishedAgency(**row._asdict()))
        return len(rows)

    def _groups(self) -> int:
        for position, group in enumerate(self._profile.groups):
            store.write_theme(self._public, group.slug, group.label, group.summary, position)
        return len(self._profile.groups)

    def _regions(self) -> int:
        """The regency, its parts and its province, with outlines where they ship with the portal."""
        territory = self._profile.territory
        if territory is None:
            return 0
        wanted = [*regions.ancestors(territory.code)]
        own = regions.region(territory.code)
        wanted += [own] if own is not None else []
        wanted += [*regions.descendants(territory.code, "kecamatan"), *regions.descendants(territory.code, "desa")]
        for item in wanted:
            geometry = regions.outline(item.code)
            self._public.execute(
                text(
                    "INSERT INTO catalog.region (code, name, level, parent_code, bps_code, geom) VALUES (:code, :name,"
                    " :level, :parent, :bps, ST_Multi(ST_SetSRID(ST_GeomFromGeoJSON(:geom), 4326)))"
                    " ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, level = EXCLUDED.level,"
                    " parent_code = EXCLUDED.parent_code, bps_code = EXCLUDED.bps_code, geom = EXCLUDED.geom"
                ),
                {
                    "code": item.code,
                    "name": item.name,
                    "level": item.level,
                    "parent": regions.parent_code(item.code) or None,
                    "bps": regions.to_bps(item.code),
                    "geom": _json(geometry),
                },
            )
        return len(wanted)


def _json(geometry: Any) -> str | None:
    import orjson

    return orjson.dumps(geometry).decode() if geometry else None
