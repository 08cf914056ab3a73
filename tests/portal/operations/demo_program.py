"""A demo of the smallest kind: started as a program by test_demo.py, and its web applications."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from portal.operations.demo import Account, DemoContext, run_demo
from portal.operations.demo_settings import DemoOptions, options_from_environment

HERE = "tests.portal.operations.demo_program"


def application() -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """A WSGI application that tells the names of its environment's variables."""

    def answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        start("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(sorted(os.environ)).encode()]

    return answer


def say(text: str) -> None:
    """Write a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def seed(context: DemoContext) -> Sequence[Account]:
    """Say that it was called; the first call of a folder can be made to fail."""
    say(f"SEED {context.settings.profile}")
    mark = context.folder / "seed-fails"
    if mark.exists():
        mark.unlink()
        raise KeyboardInterrupt
    return [Account("walidata", "Siti", "siti", "kata-sandi")]


if __name__ == "__main__":
    sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
    base = DemoOptions(f"{HERE}:application()", f"{HERE}:application()", sleep)
    sys.exit(run_demo(options_from_environment(os.environ, base), seed, say=say))
