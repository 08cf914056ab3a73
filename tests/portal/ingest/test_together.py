"""Work that threads share: begun after the last of those whom it serves, done once, never promised when it failed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Lock
from time import sleep

import pytest

from portal.ingest.together import Begin, Together

WRITERS = 6


def crowd(together: Together, write: Callable[[], None], work: Callable[[], bool]) -> list[bool]:
    begin = Barrier(WRITERS)

    def one(_number: int) -> bool:
        begin.wait()
        with together.coming():
            write()

        def began(begin: Begin) -> bool:
            begin()
            return work()

        return together.done(began)

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(one, range(WRITERS)))


def test_every_writer_returns_after_work_that_saw_what_he_wrote() -> None:
    together, lock = Together(), Lock()
    written, seen, works = 0, 0, 0

    def write() -> None:
        nonlocal written
        with lock:
            written += 1

    def work() -> bool:
        nonlocal seen, works
        with lock:
            works += 1
            now = written
        with lock:
            seen = max(seen, now)
        return True

    for turn in range(50):
        assert all(crowd(together, write, work))
        assert seen == written == (turn + 1) * WRITERS
    assert works <= 50 * WRITERS


def test_who_comes_while_it_is_done_waits_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.ingest.together.WAIT_SECONDS", 5.0)
    together, inside, go, begun, asked = Together(), Event(), Event(), [], Barrier(3)

    def work(begin: Begin) -> bool:
        begin()
        begun.append(1)
        inside.set()
        return go.wait(5)

    def ask() -> bool:
        asked.wait(5)
        return together.done(work)

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(together.done, work)
        assert inside.wait(5)
        with together.coming():
            others = [pool.submit(ask), pool.submit(ask)]
            asked.wait(5)
            sleep(0.05)
            go.set()
            assert first.result(5)
            assert len(begun) == 1  # the next holds back for who is on his way
        assert all(other.result(5) for other in others)
    assert len(begun) == 2  # one for the first, one for both who came meanwhile


def test_who_comes_before_it_looks_is_served() -> None:
    together, held, look, works = Together(), Event(), Event(), []

    def work(begin: Begin) -> bool:
        works.append(1)
        held.set()
        assert look.wait(5)
        begin()
        return True

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(together.done, work)
        assert held.wait(5)
        second = pool.submit(together.done, work)
        sleep(0.05)
        look.set()
        assert first.result(5)
        assert second.result(5)
    assert len(works) == 1


def test_work_that_fails_is_done_by_each_himself() -> None:
    together, lock, tries = Together(), Lock(), []

    def work() -> bool:
        with lock:
            tries.append(1)
        return False

    assert not any(crowd(together, lambda: None, work))
    assert len(tries) == WRITERS


def test_a_fault_lets_the_others_on() -> None:
    together = Together()

    def fault(_begin: Begin) -> bool:
        raise ValueError("rusak")

    with pytest.raises(ValueError, match="rusak"):
        together.done(fault)
    with pytest.raises(ValueError, match="rusak"), together.coming():
        raise ValueError("rusak")
    assert together.done(lambda _begin: True)
