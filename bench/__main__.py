"""`python -m bench [search|table|layer|pages|memory|ckan|all]`; `make bench BENCH_ARGS="table --rows 100000"`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from portal.operations.supervisor import interruptible


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="bench", description=__doc__)
    verbs = made.add_subparsers(dest="verb")
    search = verbs.add_parser("search", help="both engines, through the public application and alone")
    search.add_argument("--sizes", default="1000,10000,100000", help="datasets, with commas")
    search.add_argument("--requests", type=int, default=400, help="requests of each kind")
    table = verbs.add_parser("table", help="a CSV into the vault against psql \\copy")
    table.add_argument("--rows", type=int, default=1_000_000)
    table.add_argument("--rounds", type=int, default=3)
    layer = verbs.add_parser("layer", help="polygons into the vault against ogr2ogr")
    layer.add_argument("--count", type=int, default=100_000)
    layer.add_argument("--rounds", type=int, default=3)
    layer.add_argument("--format", choices=(".gpkg", ".shp", "both"), default="both")
    for verb, text in (("pages", "weight and first paint of each page type"), ("memory", "memory and start times")):
        demo = verbs.add_parser(verb, help=text)
        demo.add_argument("--demo", type=Path, help="DEMO_DIR of a running demo; without it one is started")
        demo.add_argument("--rounds", type=int, default=5)
    ckan = verbs.add_parser("ckan", help="the action API against a running CKAN (CKAN_REFERENCE_URL, …_TOKEN, …_PIDS)")
    ckan.add_argument("--size", type=int, default=100_000, help="datasets in both catalogues")
    ckan.add_argument("--seconds", type=float, default=15, help="seconds of each row on each side")
    ckan.add_argument("--warm", type=float, default=30, help="seconds of warming on each side")
    ckan.add_argument("--search", choices=("elasticsearch", "postgresql"), default="elasticsearch", help="our engine")
    ckan.add_argument("--only", default="", help="only rows whose title has one of these, with commas")
    ckan.add_argument("--direct", action="store_true", help="fill ours by COPY after the first 300")
    ckan.add_argument("--out", type=Path, help="also write the Markdown table there")
    verbs.add_parser("all", help="everything but ckan at full size (the default)")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs what was asked for; the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    asked = parser().parse_args(words or ["all"])
    if asked.verb == "all":
        return max(main([verb]) for verb in ("search", "table", "layer", "pages", "memory"))
    with interruptible():  # what was started is stopped and removed at SIGTERM too
        globals()[f"_{asked.verb}"](asked)
    return 0


def _search(asked: argparse.Namespace) -> None:
    from bench.searching import run

    run([int(size) for size in asked.sizes.split(",")], asked.requests)


def _table(asked: argparse.Namespace) -> None:
    from bench.loads import run_table

    run_table(asked.rows, asked.rounds)


def _layer(asked: argparse.Namespace) -> None:
    from bench.loads import run_layer

    for suffix in (".gpkg", ".shp") if asked.format == "both" else (asked.format,):
        run_layer(asked.count, asked.rounds, suffix)


def _ckan(asked: argparse.Namespace) -> None:
    from bench.ckan import run

    run(
        asked.size,
        asked.seconds,
        engine=asked.search,
        only=asked.only,
        direct=asked.direct,
        out=asked.out,
        warm=asked.warm,
    )


def _pages(asked: argparse.Namespace) -> None:
    from bench.pages import run

    run(asked.demo, asked.rounds)


def _memory(asked: argparse.Namespace) -> None:
    from bench.memory import run

    run(asked.demo, asked.rounds)


if __name__ == "__main__":
    sys.exit(main())
