"""`bench table` and `bench layer`: a file on disk to typed rows in the vault, against psql and ogr2ogr.

Ours is the worker's own job: decrypt the received file, stage it in the sandbox, check it, COPY it into a vault
table, seal, commit. The peer loads the same file into the same server, as superuser, in plain tables.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg

from bench import tiling
from bench.generator import write_table
from bench.house import House, house
from bench.measure import Clock, Spent, middle, pairs, ratio, table
from bench.polygons import write_polygons
from geo.layers.types import LayerChoice, StagedLayer
from portal.ingest.loading import Loader
from portal.ingest.reading import OnProgress, Reader
from portal.ingest.tasks import queue_index
from portal.ingest.workshop import Workshop

VERSION = 1
TABLE_BAR, LAYER_BAR = 4.0, 2.0
SCAN, CHILD = "check rows (V3, V9)", "stage in the sandbox"
_COLUMNS = "kode_desa text, nama_desa text, tahun integer, tanggal date, jumlah integer, nilai numeric"


@dataclass
class Steps:
    """Where the time of one job went, by step; `inside` are seconds that the sandboxed child tells of itself."""

    clock: Clock
    spent: dict[str, Spent] = field(default_factory=dict)
    inside: dict[str, float] = field(default_factory=dict)
    _last: Spent | None = None

    def begin(self) -> None:
        """The job starts now."""
        self._last = self.clock.now()

    def mark(self, step: str) -> None:
        """The step of that name ends now."""
        now = self.clock.now()
        if self._last is not None:
            self.spent[step] = self.spent.get(step, Spent(0, 0)) + (now - self._last)
        self._last = now

    @property
    def whole(self) -> Spent:
        """All steps."""
        return sum(self.spent.values(), Spent(0, 0))

    @property
    def checks(self) -> Spent:
        """What checking took: the scan for codes and personal numbers, and the checks inside the child, whose
        processor time is its share of the child's (the child reads the wall clock only)."""
        inside, child = self.inside.get("periksa", 0.0), self.spent.get(CHILD, Spent(1, 1))
        return self.spent.get(SCAN, Spent(0, 0)) + Spent(inside, inside * child.cpu / child.wall)


def _quiet(_share: float, _text: str) -> None:
    return


class _Reader(Reader):
    """Keeps what the child says of its own seconds."""

    def stage_layer(
        self,
        path: Path,
        filename: str,
        choice: LayerChoice | None,
        work: Path,
        progress: OnProgress = _quiet,
    ) -> StagedLayer:
        staged = super().stage_layer(path, filename, choice, work, progress)
        STEPS[-1].inside.update(staged.seconds)
        return staged


#: The steps of every run, the last is under way.
STEPS: list[Steps] = []
_NAMES = {
    "inspect:dibaca": "decrypt",
    "inspect:diperiksa": "inspect in the sandbox",
    "stage:dibaca": "decrypt",
    "stage:disiapkan": CHILD,
    "stage:disalin": "COPY and seal",
    "stage:ditelusuri": SCAN,
    "stage:ditulis": "write the records",
}


@dataclass
class _Way:
    """One file on its way, as often as asked: received once, staged again and again (the job is repeatable)."""

    made: House
    path: Path
    layer: bool

    def __post_init__(self) -> None:
        self.clock = Clock(self.made.base.pid)
        self.dataset = self.made.draft(layer=self.layer)
        with self.clock.timed() as taken:
            self.resource = self.made.upload(self.dataset, self.path)
        self.received = taken[0]
        self.inspected = self._job("inspect")
        self.made.confirm(self.dataset, self.resource)

    def stage(self) -> Steps:
        """Runs the load once more and gives its steps."""
        with psycopg.connect(self.made.base.superuser("office")) as office:
            office.execute("UPDATE vault.resource SET state = 'diperiksa_berkas' WHERE id = %s", (self.resource,))
        return self._job("stage")

    def _job(self, verb: str) -> Steps:
        steps = Steps(self.clock)
        STEPS.append(steps)
        scope = self.made.runtime.scope()
        try:
            shop = Workshop.of(scope, queue_index)
            reader = _Reader(shop.loader.reader.profile, shop.loader.reader.limits)
            loader = Loader(shop.desk, reader, shop.worker, checkpoint=lambda step: steps.mark(_NAMES.get(step, step)))
            steps.begin()
            getattr(loader, verb)(self.dataset, VERSION, self.resource, _quiet)
            steps.mark("commit")
        finally:
            scope.close()
        return steps

    def rows(self) -> int:
        """Rows in the vault table."""
        kind = "l" if self.layer else "t"
        return count(self.made.base.superuser("office"), f"vault.{kind}_{self.resource.hex}_{VERSION}")


def count(url: str, name: str) -> int:
    """Rows of a table."""
    with psycopg.connect(url) as connection:
        row = connection.execute(f"SELECT count(*) FROM {name}".encode()).fetchone()
    return int(row[0]) if row else 0


def _loop(rounds: int, way: _Way, peer: Callable[[], None]) -> tuple[list[Steps], list[Spent]]:
    ours: list[Steps] = []

    def mine() -> Spent:
        ours.append(way.stage())
        return ours[-1].whole

    def other() -> Spent:
        with way.clock.timed() as taken:
            peer()
        return taken[0]

    return ours, pairs(rounds, mine, other)[1]


def run_table(rows: int, rounds: int, opened: Callable[[], AbstractContextManager[House]] = house) -> dict[str, Any]:
    """`bench table`: prints the figures; returns counts and the ratio of processor time."""
    with opened() as made:
        path = made.base.folder / "tabel.csv"
        size = write_table(path, rows)
        way = _Way(made, path, layer=False)
        url = made.base.superuser("office")

        def peer() -> None:
            script = (
                f"DROP TABLE IF EXISTS bench_copy; CREATE TABLE bench_copy ({_COLUMNS});\n"
                f"\\copy bench_copy FROM '{path}' (FORMAT csv, HEADER true)\n"
            )
            subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", url], input=script.encode(), check=True)

        ours, peers = _loop(rounds, way, peer)
        copied = (way.rows(), count(url, "bench_copy"))
    title = f"Table: {rows:,} rows × 6 columns, {size / 1e6:.0f} MB CSV ({rounds} paired rounds, medians)"
    return _report(title, way, ours, _Peer("psql \\copy", TABLE_BAR, peers), copied)


def run_layer(
    count_: int, rounds: int, suffix: str, opened: Callable[[], AbstractContextManager[House]] = house
) -> dict[str, Any]:
    """`bench layer`: prints the figures; returns counts and the ratio of processor time."""
    with opened() as made:
        path, size = _layer_file(made.base.folder, count_, suffix)
        way = _Way(made, path, layer=True)
        url = made.base.superuser("office")
        source = str(path) if suffix == ".gpkg" else f"/vsizip/{path}"

        def peer() -> None:
            options = ["-nln", "bench_layer", "-overwrite", "-lco", "GEOMETRY_NAME=geom", "-nlt", "PROMOTE_TO_MULTI"]
            options += ["-lco", "SPATIAL_INDEX=NONE", "--config", "PG_USE_COPY", "YES", "-t_srs", "EPSG:4326"]
            subprocess.run(["ogr2ogr", "-f", "PostgreSQL", _ogr(url), source, *options], check=True)

        ours, peers = _loop(rounds, way, peer)
        copied = (way.rows(), count(url, "bench_layer"))
        tiles = tiling.run(url, f"l_{way.resource.hex}_{VERSION}", way.clock, made.base.folder)
    title = f"Layer: {count_:,} polygons, {suffix} of {size / 1e6:.0f} MB ({rounds} paired rounds, medians)"
    return _report(title, way, ours, _Peer("ogr2ogr", LAYER_BAR, peers), copied, tiles)


def _layer_file(folder: Path, count_: int, suffix: str) -> tuple[Path, int]:
    """The layer's file; a shapefile is zipped as people send it."""
    from zipfile import ZIP_DEFLATED, ZipFile

    write_polygons(folder / f"lapisan{suffix}", count_)
    if suffix != ".shp":
        return folder / f"lapisan{suffix}", (folder / f"lapisan{suffix}").stat().st_size
    target = folder / "lapisan.zip"
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for part in sorted(folder.glob("lapisan.*")):
            if part != target:
                archive.write(part, part.name)
    return target, target.stat().st_size


def _ogr(url: str) -> str:
    parts = urlsplit(url)
    return (
        f"PG:host={parts.hostname} port={parts.port} user={parts.username} "
        f"password={unquote(parts.password or '')} dbname={parts.path.strip('/')}"
    )


@dataclass(frozen=True)
class _Peer:
    """Who loads the same, how long it took in each round, and what is asked of us."""

    name: str
    bar: float
    runs: list[Spent]


def _report(
    title: str, way: _Way, ours: list[Steps], peer: _Peer, copied: tuple[int, int], tiles: tuple[Spent, ...] = ()
) -> dict[str, Any]:
    other = middle(peer.runs)
    whole, checks = middle([run.whole for run in ours]), middle([run.checks for run in ours])
    load = whole - checks
    rows: list[tuple[object, ...]] = [
        (f"{peer.name}, the peer", other.wall, other.cpu, "1.00×", "1.00×"),
        ("**ours, the load itself**", load.wall, load.cpu, *_ratios(load, other)),
        ("ours, the whole job with checks", whole.wall, whole.cpu, *_ratios(whole, other)),
    ]
    for step in ours[-1].spent:
        spent = middle([run.spent[step] for run in ours])
        rows.append((f"… {step}", spent.wall, spent.cpu, "", ""))
    rows += [(f"… in the child: {name}", seconds, "", "", "") for name, seconds in ours[-1].inside.items()]
    rows.append(("apart: receive and encrypt", way.received.wall, way.received.cpu, "", ""))
    rows.append(("apart: inspect", way.inspected.whole.wall, way.inspected.whole.cpu, "", ""))
    names = ("apart: geometry prepared for tiles", "apart: PMTiles z0–z12 baked")
    rows += [(name, spent.wall, spent.cpu, "", "") for name, spent in zip(names, tiles, strict=False)]
    table(title, ("work", "wall s", "CPU s", "wall ratio", "CPU ratio"), rows)
    print(f"rows: ours {copied[0]:,}, {peer.name} {copied[1]:,}; bar {peer.bar:.0f}× for the load itself")
    return {"rows": copied, "ratio": load.cpu / other.cpu if other.cpu else 0.0}


def _ratios(ours: Spent, peer: Spent) -> tuple[str, str]:
    return ratio(ours.wall, peer.wall), ratio(ours.cpu, peer.cpu)
