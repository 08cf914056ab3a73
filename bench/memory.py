"""`bench memory`: the whole demo, loaded and idle, as the sum of PSS; and how long it takes to serve, cold and warm."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from bench.demo import Demo, attached, fresh, get, started
from bench.measure import descendants, table

BAR = 1_000.0
COLD_BAR, WARM_BAR = 300.0, 10.0
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)
#: Pages asked so that the processes are loaded, not just started.
_PATHS = ("/", "/dataset?q=penduduk", "/dataset", "/organization", "/group", "/api/3/action/package_search?q=jalan")


def family(pid: int) -> dict[str, list[int]]:
    """Bytes of PSS by program, one entry a process, of a process and all that descend from it."""
    found: dict[str, list[int]] = defaultdict(list)
    for member in descendants(pid):
        try:
            rollup = Path(f"/proc/{member}/smaps_rollup").read_text(encoding="ascii")
            words = Path(f"/proc/{member}/cmdline").read_bytes().split(b"\x00")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if match := _PSS.search(rollup):
            found[_name(b" ".join(words).decode("utf-8", "replace"))].append(int(match[1]) * 1024)
    return dict(found)


def _name(command: str) -> str:
    """What a process is, from its command line."""
    for word, name in (
        ("wsgi:public", "public process (gunicorn)"),
        ("wsgi:office", "office process (gunicorn)"),
        ("postgres", "PostgreSQL"),
        ("elasticsearch", "Elasticsearch"),
        ("portal worker", "worker"),
        ("portal demo", "portal demo"),
    ):
        if word in command:
            return name
    return command.rsplit("/", 1)[-1][:30] or "other"


def run(folder: Path | None, rounds: int) -> dict[str, Any]:
    """Prints memory and start times; returns the number of processes by program."""
    if folder is not None:
        return _memory(attached(folder), rounds)
    with fresh() as place:
        with started(place) as demo:
            cold, answer = demo, _memory(demo, rounds)
        warm = []
        for _ in range(2):
            with started(place) as demo:
                warm.append(demo)
    best = min(warm, key=lambda demo: demo.seconds)
    rows: list[list[object]] = [
        ["cold (packages are there)", cold.seconds, cold.cpu, COLD_BAR],
        ["warm", best.seconds, best.cpu, WARM_BAR],
    ]
    table("Start of the demo until the public side answers", ["start", "seconds", "CPU s", "bar"], rows)
    return answer


def _memory(demo: Demo, rounds: int) -> dict[str, Any]:
    """Asks for pages, waits until all is idle, and sums."""
    for _ in range(rounds * 4):
        for path in _PATHS:
            get(demo.url + path)
    time.sleep(3)
    found = family(demo.pid)
    rows: list[list[object]] = [[name, len(sizes), sum(sizes) / 1e6] for name, sizes in sorted(found.items())]
    total = sum(sum(sizes) for sizes in found.values()) / 1e6
    rows.append(["**all**", sum(map(len, found.values())), total])
    table("Memory of the demo, loaded and idle", ["program", "processes", "PSS MB"], rows)
    print(f"bar {BAR:.0f} MB: {'kept' if total <= BAR else 'missed'}")
    return {name: len(sizes) for name, sizes in found.items()}
