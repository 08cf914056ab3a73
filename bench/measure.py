"""Measuring: wall clock, processor time of everything that worked, percentiles, and tables to print."""

from __future__ import annotations

import math
import os
import platform
import resource
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Spent:
    """What a piece of work took: seconds of wall clock and of processor (user and system, all processes)."""

    wall: float
    cpu: float

    def __sub__(self, other: Spent) -> Spent:
        return Spent(self.wall - other.wall, self.cpu - other.cpu)

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.wall + other.wall, self.cpu + other.cpu)


class Sandboxed:
    """Processor time of what runs inside bubblewrap, looked at every 20 ms: bubblewrap does not wait for its child
    (it is told the exit code), so the kernel counts that time for nobody. The time of looking is taken off."""

    def __init__(self) -> None:
        self._seen: dict[int, float] = {}
        self._looking = 0.0
        threading.Thread(target=self._watch, daemon=True).start()

    @property
    def seconds(self) -> float:
        """All that was seen so far, less what looking for it took."""
        return sum(self._seen.values()) - self._looking

    def _watch(self) -> None:
        while True:
            self._look(os.getpid(), inside=False)
            self._looking = time.thread_time()
            time.sleep(0.02)

    def _look(self, pid: int, *, inside: bool) -> None:
        for child in _children(pid):
            name, fields = _stat(child)
            if fields and inside and name != "bwrap":
                self._seen[child] = (int(fields[11]) + int(fields[12])) / _TICKS
            self._look(child, inside=inside or name == "bwrap")


class Clock:
    """Reads the wall clock and the processor time of this process, its children and a PostgreSQL server."""

    def __init__(self, server: int | None = None) -> None:
        self._server = server
        self._sandboxed = Sandboxed()

    def now(self) -> Spent:
        """The reading; two of them are subtracted."""
        own = resource.getrusage(resource.RUSAGE_SELF)
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime + self._sandboxed.seconds
        return Spent(time.perf_counter(), cpu + (family_seconds(self._server) if self._server else 0.0))

    @contextmanager
    def timed(self) -> Iterator[list[Spent]]:
        """Puts what the block took into the list that it gives."""
        taken: list[Spent] = []
        started = self.now()
        yield taken
        taken.append(self.now() - started)


def family_seconds(pid: int) -> float:
    """Processor seconds of a process and all below it, with those that have ended and were waited for."""
    return sum(int(item) for member in descendants(pid) for item in _stat(member)[1][11:15]) / _TICKS


def _stat(pid: int) -> tuple[str, list[str]]:
    """Name and figures of a process, from its state on; nothing when it is gone."""
    try:
        head, _, tail = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")
    except (FileNotFoundError, ProcessLookupError):
        return "", []
    return head.partition("(")[2], tail.split()


def _children(pid: int) -> list[int]:
    """Children of a process, whichever of its threads made them."""
    found: list[int] = []
    with suppress(FileNotFoundError, ProcessLookupError):  # it may end while we look
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            found += [int(item) for item in task.read_text(encoding="ascii").split()]
    return found


def descendants(pid: int) -> list[int]:
    """The process and all that descend from it and live."""
    found = [pid]
    for member in found:
        found += _children(member)
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """The value below or at which that share of the values lies (nearest rank); nan of nothing."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def pairs(rounds: int, ours: Callable[[], Spent], peer: Callable[[], Spent]) -> tuple[list[Spent], list[Spent]]:
    """Runs ours and the peer in turn, so that both meet the same load of the machine."""
    mine, others = [], []
    for _ in range(rounds):
        mine.append(ours())
        others.append(peer())
    return mine, others


def middle(runs: Sequence[Spent]) -> Spent:
    """Median wall and median processor time."""
    return Spent(median(run.wall for run in runs), median(run.cpu for run in runs))


def ratio(ours: float, peer: float) -> str:
    """How many times the peer's."""
    return f"{ours / peer:.2f}×" if peer > 0 else "–"


def machine() -> str:
    """One line: date, processors, memory, system and the load at this moment."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, {pages / 2**30:.0f} GiB, "
        f"Python {platform.python_version()}, load average {load}"
    )


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Prints a table in Markdown under its title; floats with two digits."""
    texts = [[f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
    print(f"\n### {title}\n\n_{machine()}_\n")
    print("| " + " | ".join(head) + " |")
    print("|" + "|".join(" --- " for _ in head) + "|")
    for row in texts:
        print("| " + " | ".join(row) + " |")
    print(flush=True)
