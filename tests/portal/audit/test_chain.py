"""The chained record: no line can be changed, removed, moved or put in unseen (BJ 26, T07)."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import Connection

from portal.audit import chain
from portal.audit.chain import Broken, Head, Verdict, verify
from portal.kernel.db import open_engine
from portal.kernel.identity import Role
from tests.portal.access.world import World


@pytest.fixture(scope="module", autouse=True)
def lines(world: World) -> None:
    """Lines of every kind in the record."""
    agency = world.agency()
    maker = world.person(agency, Role.PRODUSEN)
    officer = world.person(agency, Role.PPID)
    dataset = world.dataset(maker, agency)
    world.name_person(maker, dataset, officer, "ppid")
    with world.session() as session:
        odd = {"b": 1.50, "a": ["\x1f", None, "ü"]}
        world.record(session).note(maker, "masuk", agency_id=agency, purpose="é \x1f\n\\ \u2028", detail=odd)
    with world.session() as session:
        world.access(session).list_pass(maker, "melihat-lihat")
    with world.opened(maker, dataset):
        pass


@pytest.fixture
def intruder(world: World) -> Iterator[Connection]:
    """A superuser at work in the record; what he did is rolled back after the test."""
    engine = open_engine(world.databases.superuser("office"), size=1)
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    engine.dispose()


def verdict(world: World, kept: Head | None = None) -> Verdict:
    with world.engine.connect() as connection:
        return verify(connection, kept)


def test_the_twins_agree_on_every_line(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "PAGE", 2)
    found = verdict(world)
    assert found.sound
    assert found.lines == len(world.lines()) >= 6
    assert found.head.seq == found.lines
    rows = world.root.execute(
        "SELECT sha256(convert_to(audit.canonical(r), 'UTF8')) = hash FROM audit.record r"
    ).fetchall()
    assert rows == [(True,)] * found.lines


def test_an_empty_record_is_sound(intruder: Connection) -> None:
    intruder.exec_driver_sql("DELETE FROM audit.record")
    assert verify(intruder) == Verdict(0, Head(0, "00"), ())


@pytest.mark.parametrize(
    "change",
    [
        "purpose = purpose || ' '",
        "at = at + interval '1 microsecond'",
        "result = 'dibuka!'",
        "act = 'lihat' || act",
        "person_id = gen_random_uuid()",
        "agency_id = NULL, dataset_id = agency_id",
        "address = '203.0.113.9'",
        "detail = detail || '{\"x\": 1}'",
        "hash = sha256(hash)",
        "prev = hash",
    ],
)
def test_t07_an_altered_line_breaks_the_chain(intruder: Connection, change: str) -> None:
    intruder.exec_driver_sql(f"UPDATE audit.record SET {change} WHERE seq = 3")
    assert Broken(3, "diubah") in verify(intruder).faults


def test_an_altered_line_with_a_fitting_hash_breaks_at_the_next(world: World, intruder: Connection) -> None:
    intruder.exec_driver_sql("UPDATE audit.record SET purpose = 'lain' WHERE seq = 3")
    intruder.exec_driver_sql(
        "UPDATE audit.record r SET hash = sha256(convert_to(audit.canonical(r), 'UTF8')) WHERE seq = 3"
    )
    assert verify(intruder).faults == (Broken(4, "terputus"),)


def test_a_removed_line_is_missed(world: World, intruder: Connection) -> None:
    intruder.exec_driver_sql("DELETE FROM audit.record WHERE seq = 3")
    assert verify(intruder).faults == (Broken(4, "hilang"),)
    intruder.exec_driver_sql("UPDATE audit.record SET seq = seq - 1 WHERE seq > 3")
    assert Broken(3, "diubah") in verify(intruder).faults


def test_moved_lines_are_seen(world: World, intruder: Connection) -> None:
    intruder.exec_driver_sql("UPDATE audit.record SET seq = -seq WHERE seq IN (2, 3)")
    intruder.exec_driver_sql("UPDATE audit.record SET seq = 5 + seq WHERE seq < 0")
    faults = verify(intruder).faults
    assert {fault.seq for fault in faults if fault.fault == "diubah"} == {2, 3}


def test_a_cut_end_shows_against_a_kept_head(world: World, intruder: Connection) -> None:
    kept = verdict(world).head
    with world.session() as session:
        world.record(session).note(world.person(world.agency()), "masuk")
    assert verify(intruder, kept).sound
    intruder.exec_driver_sql("DELETE FROM audit.record WHERE seq >= %s", (kept.seq,))
    assert verify(intruder).sound
    assert verify(intruder, kept).faults == (Broken(kept.seq, "terpotong"),)


def test_nobody_but_the_auditors_functions_writes(world: World) -> None:
    roles = world.databases.roles
    with psycopg.connect(world.databases.addresses.office) as office:
        for statement in (
            "INSERT INTO audit.record SELECT * FROM audit.record",
            "UPDATE audit.record SET act = 'x'",
            "DELETE FROM audit.record",
            "TRUNCATE audit.record",
            "DELETE FROM audit.pending",
            "DROP TRIGGER pending_chained ON audit.pending",
        ):
            with pytest.raises(errors.InsufficientPrivilege), office.transaction():
                office.execute(statement)
    for right in ("UPDATE", "DELETE", "TRUNCATE"):
        row = world.root.execute(
            "SELECT has_table_privilege(%s, 'audit.record', %s)", (roles.auditor, right)
        ).fetchone()
        assert row == (False,), right


def test_lines_of_one_transaction_keep_their_order_and_a_rollback_leaves_none(world: World) -> None:
    person = world.person(world.agency())
    before = len(world.lines())
    with world.session() as session:
        record = world.record(session)
        for act in ("satu", "dua", "tiga"):
            record.note(person, act, dataset_id=uuid4())
        assert len(world.lines()) == before
    assert [act for act, _ in world.lines()[before:]] == ["satu", "dua", "tiga"]
    with world.session() as session:
        world.record(session).note(person, "empat")
        session.rollback()
    assert len(world.lines()) == before + 3
    assert world.root.execute("SELECT count(*) FROM audit.pending").fetchone() == (0,)
    assert verdict(world).sound
