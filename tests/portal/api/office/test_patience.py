"""Writers at the same moment: of one dataset they follow one another and nobody's change is lost; else nobody waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text

from portal.ingest.express import Express
from portal.ingest.packages import Packages
from tests.portal.api.office.world import OfficeWorld

WRITERS = 4
ROUNDS = 3
FIELDS = ("title", "notes", "author", "maintainer")


def together(work: Callable[[int], Any]) -> list[Any]:
    """The results of `WRITERS` threads that begin at once."""
    begin = Barrier(WRITERS)

    def started(number: int) -> Any:
        begin.wait()
        return work(number)

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(started, range(WRITERS)))


def found(ckan: OfficeWorld, ids: Sequence[str]) -> set[str]:
    wanted = "id:(" + " OR ".join(ids) + ")"
    status, result = ckan.published("package_search", {"fq": wanted, "rows": 100})
    assert status == 200, result
    return {item["id"] for item in result["results"]}


def test_writers_of_distinct_datasets_are_all_answered_and_found(ckan: OfficeWorld) -> None:
    def work(number: int) -> list[tuple[int, Any]]:
        answers = []
        for _ in range(ROUNDS):
            made = ckan.call("package_create", {"name": ckan.name(), "owner_org": "dinas-kesehatan"})
            answers += [made, ckan.call("package_patch", {"id": made[1]["result"]["id"], "title": f"Dari {number}"})]
        return answers

    answers = [answer for share in together(work) for answer in share]
    assert {status for status, _ in answers} == {200}, answers
    ids = {body["result"]["id"] for _, body in answers}
    assert len(ids) == WRITERS * ROUNDS
    assert found(ckan, sorted(ids)) == ids


def test_patches_of_one_dataset_at_once_are_all_kept(ckan: OfficeWorld) -> None:
    key = ckan.package()["id"]

    def work(number: int) -> list[tuple[int, Any]]:
        return [
            ckan.call("package_patch", {"id": key, FIELDS[number]: f"Nilai {number}.{turn}"}) for turn in range(ROUNDS)
        ]

    answers = [answer for share in together(work) for answer in share]
    assert {status for status, _ in answers} == {200}, answers
    shown = ckan.result("package_show", {"id": key})
    assert {name: shown[name] for name in FIELDS} == {
        name: f"Nilai {number}.{ROUNDS - 1}" for number, name in enumerate(FIELDS)
    }
    versions = ckan.scalar("SELECT count(*) FROM vault.version WHERE dataset_id = %s AND state = 'terbit'", key)
    assert versions == 1 + WRITERS * ROUNDS  # every state that stood is on record


def overtake(ckan: OfficeWorld, monkeypatch: pytest.MonkeyPatch, times: int) -> list[int]:
    """Before each of the next `times` writes somebody else changes the dataset."""
    kept = Express.write
    tries: list[int] = []

    def write(self: Express, place: Any, *rest: Any, **more: Any) -> Any:
        tries.append(1)
        if len(tries) <= times:
            ckan.sql.execute("UPDATE vault.dataset SET revision = revision + 1 WHERE id = %s", (place.dataset_id,))
        return kept(self, place, *rest, **more)

    monkeypatch.setattr(Express, "write", write)
    return tries


def test_an_overtaken_write_begins_anew(ckan: OfficeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    key = ckan.package()["id"]
    tries = overtake(ckan, monkeypatch, 2)
    assert ckan.result("package_patch", {"id": key, "title": "Baru"})["title"] == "Baru"
    assert len(tries) == 3


def test_patience_ends(ckan: OfficeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    key = ckan.package()["id"]
    monkeypatch.setattr("portal.api.office.patience.PATIENCE_SECONDS", 0.0)
    overtake(ckan, monkeypatch, 1)
    status, error = ckan.error("package_patch", {"id": key, "title": "Baru"})
    assert (status, error["__type"]) == (409, "Validation Error")
    assert ckan.result("package_show", {"id": key})["title"] != "Baru"


def test_who_reads_between_two_releases_does_not_undo_the_first(
    ckan: OfficeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The public document is read first, then the vault: a release between the two readings is seen."""
    key = ckan.package(title="Lama")["id"]
    kept = Packages.open
    done: list[int] = []

    def opened(self: Packages, *args: Any, **more: Any) -> Any:
        if not done:
            done.append(1)
            ckan.result("package_patch", {"id": key, "title": "Sementara itu"})
        return kept(self, *args, **more)

    monkeypatch.setattr(Packages, "open", opened)
    shown = ckan.result("package_patch", {"id": key, "notes": "Uraian lain"})
    assert (shown["title"], shown["notes"]) == ("Sementara itu", "Uraian lain")


def test_reading_for_a_write_may_wait_as_long_as_the_write(ckan: OfficeWorld) -> None:
    with ckan.runtime.sessions["public"]() as session:
        for _ in range(2):  # also after the pool's reset
            assert session.scalar(text("SHOW idle_in_transaction_session_timeout")) == "10min"
            session.commit()
