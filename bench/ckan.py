"""`bench ckan`: our portal and a running CKAN on the same datasets in one run; requests a second, CPU, memory."""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bench import ckan_load
from bench.ckan_client import CONNECTIONS, Storm, storm
from bench.ckan_sites import Site, ours, reference
from bench.ckan_work import ROWS, Plan, Row, make_table
from bench.measure import machine

WARM_SECONDS = 30.0
WARM_ROWS = 12
WORKER_BAR = 150.0
HEAD = ("work", "CKAN", "CPU ms", "ours", "CPU ms", "times CKAN", "bar", "CPU, CKAN ÷ ours", "reached")


@dataclass
class Figures:
    """What one row came to on both sides."""

    row: Row
    ckan: Storm
    ours: Storm

    @property
    def times(self) -> float:
        """How many times CKAN's rate."""
        return self.ours.rate / self.ckan.rate if self.ckan.rate else math.nan

    @property
    def reached(self) -> bool:
        """Whether the rate reaches its bar and costs less processor than CKAN's."""
        cheaper = math.isnan(self.ckan.cpu) or self.ckan.processor == 0 or self.ours.cpu < self.ckan.cpu
        return self.times >= self.row.bar and cheaper and not self.ours.fault

    def cells(self) -> list[str]:
        """The line of the table."""
        costs = f"{self.ckan.cpu / self.ours.cpu:.1f}×" if self.ours.cpu and self.ckan.processor else "–"
        return [
            self.row.title,
            f"{self.ckan.rate:,.1f}",
            f"{self.ckan.cpu:,.1f}" if self.ckan.processor else "–",
            f"{self.ours.rate:,.1f}" + ("" if self.row.unit == "requests/s" else f" {self.row.unit}"),
            f"{self.ours.cpu:,.1f}",
            f"{self.times:.1f}×",
            f"{self.row.bar:g}×",
            costs,
            "yes" if self.reached else "**no**",
        ]


@dataclass
class Run:
    """All that a run found."""

    size: int
    figures: list[Figures] = field(default_factory=list)
    loads: list[tuple[str, float, float, float]] = field(default_factory=list)
    memory: dict[str, list[float]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def markdown(self) -> str:
        """The table of docs/performance.md."""
        workers = ", ".join(f"{name} {len(sizes) or 'an unknown number of'}" for name, sizes in self.memory.items())
        lines = [f"_{machine()}; {self.size:,} datasets, web workers: {workers}; {CONNECTIONS} connections_", ""]
        lines += ["| " + " | ".join(HEAD) + " |", "|" + " --- |" * len(HEAD)]
        lines += ["| " + " | ".join(item.cells()) + " |" for item in self.figures]
        for title, there, here, bar in self.loads:
            times = here / there if there else math.nan
            mark = "–" if math.isnan(times) else "yes" if times >= bar else "**no**"
            lines.append(
                f"| {title} (datasets/s) | {there:,.1f} | | {here:,.1f} | | {times:.1f}× | {bar:g}× | | {mark} |"
            )
        for name, sizes in self.memory.items():
            told = ", ".join(f"{size:.0f}" for size in sizes) or "not known"
            lines += [
                "",
                f"Web workers of {name}, MiB (PSS): {told}" + ("" if name == "CKAN" else f"; bar {WORKER_BAR:.0f}"),
            ]
        return "\n".join(lines + [""] + [f"- fault: {item}" for item in self.faults])


def run(
    size: int,
    seconds: float,
    *,
    engine: str = "elasticsearch",
    only: str = "",
    direct: bool = False,
    out: Path | None = None,
    opened: Callable[[str], AbstractContextManager[Site]] = ours,
    other: Callable[[], Site] = reference,
    warm: float = WARM_SECONDS,
) -> Run:
    """Loads both, warms both, measures row by row in turn (A B), prints and writes the table.

    `only`: rows whose title has one of these, with commas; `direct`: ours is filled by COPY but for the first.
    """
    ckan = other()
    found = Run(size)
    with opened(engine) as mine:
        sides = (ckan, mine)
        rates = [_told(f"{side.name}: loading", partial(ckan_load.load, side, size, direct=direct)) for side in sides]
        found.loads.append(("bulk load through the API", rates[0], rates[1], 5))
        if not only:
            _rebuilds(found, sides, size)
        plan = Plan(size, secrets.token_hex(3), {})
        wanted = [row for row in ROWS if any(part in row.title for part in only.split(","))]
        if any("datastore" in row.title for row in wanted):
            plan.tables.update({side.name: make_table(side, plan.seed) for side in sides})
        for side in sides:
            _warm(side, plan, warm)
        for row in wanted:
            most = math.inf if row.whole else seconds
            figures = Figures(row, *(storm(side, row.requests(plan, side, 1), most) for side in sides))
            found.figures.append(figures)
            found.faults += [
                f"{name}, {row.title}: {storm_.fault}"
                for name, storm_ in (("CKAN", figures.ckan), ("ours", figures.ours))
                if storm_.fault
            ]
            print("| " + " | ".join(figures.cells()) + " |", flush=True)
        found.memory = {side.name: side.worker_memory() for side in sides}
    print("\n" + found.markdown(), flush=True)
    if out is not None:
        out.write_text(found.markdown() + "\n", encoding="utf-8")
    return found


def _told(what: str, work: Callable[[], Any]) -> Any:
    started = time.perf_counter()
    answer = work()
    print(f"{what}: {time.perf_counter() - started:.0f} s", flush=True)
    return answer


def _rebuilds(found: Run, sides: Sequence[Site], size: int) -> None:
    """The search index of each side rebuilt by its own command, where there is one."""
    rates = []
    for side in sides:
        started = time.perf_counter()
        if side.command:
            _told(f"{side.name}: rebuilding the index", side.rebuild)
        rates.append(size / (time.perf_counter() - started) if side.command else math.nan)
    found.loads.append(("search rebuild", rates[0], rates[1], 40))


def _warm(side: Site, plan: Plan, seconds: float) -> None:
    """Reads of every kind, so that pools, caches and the engine are awake."""
    reads = [row for row in ROWS if row.unit == "requests/s" and "datastore" not in row.title][:WARM_ROWS]
    for row in reads:
        storm(side, row.requests(plan, side, 0), seconds / len(reads))
