"""Memory is given back where the C library knows how; elsewhere nothing happens."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
from pathlib import Path
from portal.kernel.allocator import tighten
assert tighten()
def size():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
before = size()
for _ in range(5):  # the library raises its bounds after the first large block that is freed, unless it is told not to
    held = [bytes(900_000) for _ in range(60)]
    del held
print(size() - before)
"""


def test_large_blocks_go_back() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True)
    assert int(done.stdout) < 8_000_000
