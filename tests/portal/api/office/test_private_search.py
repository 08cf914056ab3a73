"""A page of drafts that a search finds: opened at once, recorded one by one, nobody else's in it (I2, I3, I3a)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

import pytest

from portal.ingest.looking import Looking
from portal.kernel.identity import Identity, Role, RoleAt
from tests.portal.api.office.world import OfficeWorld
from tests.support import StatementLog

LINKS = [{"name": "A", "url": "https://contoh.id/a.csv", "format": "CSV"}, {"name": "B", "url": "https://contoh.id/b"}]


def drafts(ckan: OfficeWorld, word: str, count: int) -> list[Any]:
    return [
        ckan.package(title=f"Draf {word}", private=True, resources=LINKS, groups=[{"name": "gp-sehat"}])
        for _number in range(count)
    ]


@pytest.fixture(scope="module", autouse=True)
def group(ckan: OfficeWorld) -> None:
    """A group that siti may put her datasets into."""
    ckan.result("group_create", {"name": "gp-sehat", "title": "Sehat"}, "admin")
    ckan.result(
        "group_member_create", {"id": "gp-sehat", "username": ckan.people["siti"].hex, "role": "editor"}, "admin"
    )


def search(ckan: OfficeWorld, word: str, who: str | None = "siti") -> list[Any]:
    found = ckan.result("package_search", {"q": word, "include_private": True, "rows": 100}, who)
    rows: list[Any] = found["results"]
    return rows


def recorded(ckan: OfficeWorld, key: str) -> list[tuple[str, str, UUID | None]]:
    return ckan.sql.execute(
        "SELECT act, result, opening_id FROM audit.record WHERE dataset_id = %s AND act = 'lihat' ORDER BY seq", (key,)
    ).fetchall()


def test_a_page_of_drafts_costs_as_many_statements_as_one_of_two(
    ckan: OfficeWorld, statements: Callable[[], AbstractContextManager[StatementLog]]
) -> None:
    counts = []
    for size in (2, 9):
        word = ckan.name("halaman").replace("-", "")
        made = drafts(ckan, word, size)
        with statements() as log:
            rows = search(ckan, word)
        counts.append(len(log))
        assert {row["id"]: row for row in rows} == {
            row["id"]: ckan.result("package_show", {"id": row["id"]}) for row in made
        }
    assert counts[1] <= counts[0], counts  # the first also reads what is remembered afterwards


def test_every_draft_of_a_page_is_recorded_under_one_opening(ckan: OfficeWorld) -> None:
    word = ckan.name("catat").replace("-", "")
    keys = [row["id"] for row in drafts(ckan, word, 3)]
    before = {key: recorded(ckan, key) for key in keys}
    assert {row["id"] for row in search(ckan, word)} == set(keys)
    new = [recorded(ckan, key)[len(before[key]) :] for key in keys]
    assert [[(act, result) for act, result, _opening in rows] for rows in new] == [[("lihat", "dibuka")]] * 3
    openings = {opening for rows in new for _act, _result, opening in rows}
    assert len(openings) == 1
    opened = ckan.scalar("SELECT dataset_ids FROM vault.opening WHERE id = %s", openings.pop())
    assert {str(key) for key in opened} == set(keys)
    for other in ("joko", "admin", "tamu", None):
        assert search(ckan, word, other) == []


def test_what_duty_does_not_open_is_refused_and_recorded_beside_what_it_opens(ckan: OfficeWorld) -> None:
    """Asked for by ids alone, as no search would: the database decides of each."""
    word = ckan.name("campur").replace("-", "")
    mine = drafts(ckan, word, 1)[0]["id"]
    other = ckan.package("joko", title=word, private=True, owner_org="dinas-pendidikan")["id"]
    exempt = drafts(ckan, word, 1)[0]["id"]
    ckan.sql.execute("UPDATE vault.register SET sifat = 'dikecualikan' WHERE dataset_id = %s", (exempt,))
    nowhere = "00000000-0000-4000-8000-000000000000"
    siti = Identity(
        person_id=ckan.people["siti"], roles=frozenset({RoleAt(Role.PRODUSEN, ckan.agencies["dinas-kesehatan"])})
    )
    scope = ckan.runtime.scope()
    scope.identity = siti
    try:
        found = scope.service(Looking).look(siti, [UUID(key) for key in (mine, other, exempt, nowhere, mine)])
    finally:
        scope.close()
    assert [str(key) for key in found] == [mine]
    assert [recorded(ckan, key)[-1][1] for key in (mine, other, exempt, nowhere)] == [
        "dibuka", "ditolak", "ditolak", "ditolak"
    ]  # fmt: skip
    assert scope.service(Looking).look(siti, [UUID(other)]) == {}
    scope.close()
