"""Facts public by nature (design.md I4): what leaves the office without a release, by a closed list of kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, get_args
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from config import regions
from config.profile import Profile
from portal.catalog import addresses, refresh, store
from portal.catalog.published import PublishedAgency, PublishedGroup, PublishedTheme

NoticeKind = Literal[
    "organisasi", "kelompok", "wilayah", "angka_situs", "kosakata", "teks_situs", "kegiatan", "pengikut"
]
KINDS: tuple[NoticeKind, ...] = get_args(NoticeKind)


class Notices:
    """Writes such facts in the publisher's session; the caller commits."""

    def __init__(self, office: Session, public: Session, profile: Profile) -> None:
        self._office = office
        self._public = public
        self._profile = profile
        #: Datasets whose ready documents were written anew because a name or title in them changed.
        self.refreshed = 0

    def notice(self, kind: NoticeKind, figures: Mapping[str, Any] | None = None, *, only: UUID | None = None) -> int:
        """Publish the facts of one kind as they are now; how many rows. Raises ValueError for any other kind.

        `figures` are the values of `angka_situs` by key (counts of public things only). `only` writes no other agency
        or group than that one, and closes what is closed.
        """
        makers: dict[str, Callable[[], int]] = {
            "organisasi": lambda: self._agencies(only),
            "kelompok": lambda: self._groups(only),
            "wilayah": self._regions,
            "kosakata": self._vocabularies,
            "teks_situs": self._site_texts,
            "kegiatan": lambda: self._acts(only),
            "pengikut": lambda: self._followers(only),
        }
        if kind == "angka_situs":
            for key, value in (figures or {}).items():
                store.write_notice(self._public, kind, key, value)
            return len(figures or {})
        if kind not in makers:
            raise ValueError("no such notice")
        return makers[kind]()

    def _agencies(self, only: UUID | None) -> int:
        rows = self._office.execute(
            text(
                "SELECT id, name, title, abbreviation, description, tingkat, region_code, contact, created, image_url,"
                " extras, approval_status FROM accounts.agency WHERE active ORDER BY name"
            )
        ).all()
        store.close_groups(self._public, "organization", [row.id for row in rows])
        wanted = [row for row in rows if only in {None, row.id}]
        before = self._shown("organization", [row.id for row in wanted])
        for row in wanted:
            agency = PublishedAgency(**row._asdict())
            store.write_organization(self._public, agency)
            if _differs(before.get(row.id), row):
                self.refreshed += refresh.organization(self._public, agency)
        return len(wanted)

    def _groups(self, only: UUID | None) -> int:
        """The register's groups; those of the profile enter it here, and follow it until somebody edits them."""
        for position, group in enumerate(self._profile.groups):
            self._office.execute(
                text(
                    "INSERT INTO accounts.subject_group (id, name, title, description, position, origin)"
                    " SELECT :id, :name, :title, :description, :position, 'profil' WHERE NOT EXISTS"
                    " (SELECT FROM accounts.subject_group s WHERE s.name = :name AND s.id <> :id)"
                    " ON CONFLICT (id) DO UPDATE SET title = EXCLUDED.title, description = EXCLUDED.description,"
                    " position = EXCLUDED.position"
                    " WHERE subject_group.origin = 'profil'"
                ),
                {
                    "id": addresses.stable_id("group", group.slug),
                    "name": group.slug,
                    "title": group.label,
                    "description": group.summary,
                    "position": position,
                },
            )
        rows = self._office.execute(
            text(
                "SELECT id, name, title, description, image_url, extras, approval_status, state, position, created"
                " FROM accounts.subject_group WHERE state = 'active' ORDER BY position, name"
            )
        ).all()
        known = self._public.execute(text("SELECT id FROM catalog.theme WHERE state = 'active'"))
        for theme_id in {row.id for row in known} - {row.id for row in rows}:
            self.refreshed += refresh.without_group(self._public, theme_id)
        store.close_groups(self._public, "theme", [row.id for row in rows])
        wanted = [row for row in rows if only in {None, row.id}]
        before = self._shown("theme", [row.id for row in wanted])
        for row in wanted:
            store.write_theme(self._public, PublishedTheme(**row._asdict()))
            if _differs(before.get(row.id), row):
                facts = {name: getattr(row, name) for name in ("id", *_FACTS)}
                self.refreshed += refresh.group(self._public, PublishedGroup(**facts))
        return len(wanted)

    def _shown(self, table: Literal["organization", "theme"], keys: Sequence[UUID]) -> dict[UUID, Row[Any]]:
        """What readers have been shown of these so far."""
        query = {
            "organization": "SELECT id, name, title, description, image_url FROM catalog.organization",
            "theme": "SELECT id, name, title, description, image_url FROM catalog.theme",
        }[table]
        rows = self._public.execute(text(f"{query} WHERE id = ANY (:ids)"), {"ids": list(keys)})
        return {row.id: row for row in rows}

    def _vocabularies(self) -> int:
        rows = self._office.execute(text("SELECT id, name FROM accounts.vocabulary ORDER BY name")).all()
        self._public.execute(
            text("DELETE FROM catalog.vocabulary WHERE id <> ALL (:ids)"), {"ids": [row.id for row in rows]}
        )
        for row in rows:
            tags = self._office.execute(
                text("SELECT id, name FROM accounts.vocabulary_tag WHERE vocabulary_id = :id"), {"id": row.id}
            ).all()
            store.write_vocabulary(self._public, row.id, row.name, [(tag.id, tag.name) for tag in tags])
        return len(rows)

    def _site_texts(self) -> int:
        rows = self._office.execute(text("SELECT key, value FROM accounts.site_text")).all()
        for row in rows:
            store.write_notice(self._public, "teks_situs", row.key, row.value)
        return len(rows)

    def _acts(self, only: UUID | None) -> int:
        """What was done to agencies and groups, and to the views of published resources, without who did it."""
        rows = self._office.execute(
            text(
                "SELECT id, at, kind, object_id, activity_type, data FROM accounts.activity"
                " WHERE (kind IN ('organization', 'group') OR activity_type LIKE '% resource view')"
                " AND (CAST(:only AS uuid) IS NULL OR id = :only)"
            ),
            {"only": only},
        ).all()
        for row in rows:
            if row.kind == "package":
                told = {"id": str(row.id), "object_id": str(row.object_id), "at": row.at.isoformat(), "data": row.data}
                store.write_notice(self._public, "kegiatan", str(row.id), {**told, "activity_type": row.activity_type})
            else:
                store.write_act(self._public, row._asdict())
        return len(rows)

    def _followers(self, only: UUID | None) -> int:
        """How many people follow a published dataset, a group or an agency; never who, never of a draft."""
        rows = self._office.execute(
            text(
                "SELECT coalesce(CAST(:only AS uuid), object_id) AS id, count(object_id) AS number"
                " FROM accounts.follow WHERE kind <> 'user' AND (CAST(:only AS uuid) IS NULL OR object_id = :only)"
                " GROUP BY object_id"
            ),
            {"only": only},
        ).all()
        counts = {row.id: row.number for row in rows} | ({only: 0} if only and not rows else {})
        shown = self._public.scalars(
            text(
                "SELECT id FROM catalog.dataset WHERE id = ANY (:ids) UNION SELECT id FROM catalog.organization"
                " WHERE id = ANY (:ids) UNION SELECT id FROM catalog.theme WHERE id = ANY (:ids)"
            ),
            {"ids": list(counts)},
        ).all()
        for key in shown:
            store.write_notice(self._public, "pengikut", str(key), counts[key])
        # what is kept in memory of a group or agency shows the number too: its row counts as changed
        for table in ("organization", "theme"):
            self._public.execute(
                text(f"UPDATE catalog.{table} SET name = name WHERE id = ANY (:ids)"),  # noqa: S608 - two words of ours
                {"ids": shown},
            )
        return len(shown)

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


#: What a group's documents show of it, and what of it is written anew at once: the words that people look for it by.
#: A picture or description follows with the dataset's next version, as in CKAN.
_FACTS = ("name", "title", "description", "image_url")
_WORDS = ("name", "title")


def _differs(before: Row[Any] | None, now: Row[Any]) -> bool:
    """Whether readers have been shown another name or title."""
    return before is not None and any(getattr(before, name) != getattr(now, name) for name in _WORDS)


def _json(geometry: Any) -> str | None:
    import orjson

    return orjson.dumps(geometry).decode() if geometry else None
