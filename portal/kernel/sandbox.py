"""Opens uploads in a child that has no network, no secrets and one folder (design.md 2, peers.md 4.3).

The child is a Python module that reads one JSON request on standard input, prints progress lines (JSON
objects with `progress`, 0 to 1, and `message`) and writes `report.json` into its work folder. It runs in
bubblewrap; where user namespaces are refused it runs under an own uid, without network where the kernel
allows, and always behind the limits and the system-call filter of `sandbox_child`. `mode()` says which.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from portal.kernel import sandbox_command
from portal.kernel.sandbox_child import EXIT_MEMORY
from portal.kernel.sandbox_command import Limits, Mode, mode

REPORT = "report.json"
MAX_REPORT = 64 << 20
MAX_LINE = 16 << 10
_OUT_OF_MEMORY = (b"MemoryError", b"bad_alloc", b"out of memory", b"Cannot allocate memory")

__all__ = [
    "Limits",
    "Mode",
    "Progress",
    "SandboxCrashedError",
    "SandboxError",
    "SandboxMemoryError",
    "SandboxTimeoutError",
    "mode",
    "open_output",
    "run",
    "workspace",
]


class SandboxError(Exception):
    """Base: the child gave no report. `detail` is the tail of its error output, for the log only."""

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


class SandboxTimeoutError(SandboxError):
    """The child used up its wall-clock or processor time and was killed."""


class SandboxMemoryError(SandboxError):
    """The child asked for more memory than it may have."""


class SandboxCrashedError(SandboxError):
    """The child ended without a readable report."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One line of progress: `share` from 0 to 1, `message` in Indonesian."""

    share: float
    message: str


def run(
    module: str,
    request: Mapping[str, Any],
    *,
    work_dir: Path,
    input_file: Path | None = None,
    limits: Limits | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> dict[str, Any]:
    """Runs `module` in the sandbox and returns its report (the JSON object of `report.json`).

    `request` reaches the child with two more keys: `input` (path of the read-only input file inside the
    sandbox, or null) and `out_dir` (its only writable folder, which is `work_dir` outside). `work_dir` must
    exist, private to this run; what the child wrote there is to be opened with `open_output` only.
    Raises `SandboxTimeoutError`, `SandboxMemoryError`, `SandboxCrashedError`; an exception of `on_progress`
    kills the child and passes on (that is how a cancelled job stops it).
    """
    limits = limits or Limits()
    (work_dir / REPORT).unlink(missing_ok=True)
    with sandbox_command.prepare(module, work_dir, input_file, limits) as command:
        payload = json.dumps({**request, "input": command.input, "out_dir": command.out_dir}).encode()
        with tempfile.TemporaryFile() as errors:
            code, timed_out = _communicate(command.argv, command.env, payload, limits, errors, on_progress)
            detail = _tail(errors)
    if timed_out or code in {128 + signal.SIGXCPU, -signal.SIGXCPU}:
        raise SandboxTimeoutError("Pemeriksaan berkas melewati batas waktu", detail)
    if code == EXIT_MEMORY or code in {128 + signal.SIGKILL, -signal.SIGKILL}:
        raise SandboxMemoryError("Pemeriksaan berkas melewati batas memori", detail)
    if code != 0:
        if any(mark.decode() in detail for mark in _OUT_OF_MEMORY):
            raise SandboxMemoryError("Pemeriksaan berkas melewati batas memori", detail)
        raise SandboxCrashedError(f"Pembaca berkas berhenti mendadak (kode {code})", detail)
    return _report(work_dir, detail)


def _communicate(
    argv: list[str],
    env: Mapping[str, str],
    payload: bytes,
    limits: Limits,
    errors: IO[bytes],
    on_progress: Callable[[Progress], None] | None,
) -> tuple[int, bool]:
    """Feeds, reads and times the child; returns its exit code and whether it was killed for time."""
    child = subprocess.Popen(
        argv,
        env=dict(env),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        cwd="/",
        start_new_session=True,
        close_fds=True,
    )
    timed_out = threading.Event()

    def expire() -> None:
        timed_out.set()
        _kill(child)

    clock = threading.Timer(limits.wall_seconds, expire)
    clock.daemon = True
    clock.start()
    try:
        _feed(child, payload)
        if child.stdout is not None:
            for progress in _progress_lines(child.stdout):
                if on_progress is not None:
                    on_progress(progress)
        return child.wait(), timed_out.is_set()
    finally:
        clock.cancel()
        if child.poll() is None:
            _kill(child)
            child.wait()
        if child.stdout is not None:
            child.stdout.close()


def _feed(child: subprocess.Popen[bytes], payload: bytes) -> None:
    """Writes the request from a thread of its own, so a child that prints first can't lock us."""

    def write() -> None:
        if child.stdin is None:
            return
        try:
            child.stdin.write(payload)
            child.stdin.close()
        except (BrokenPipeError, ValueError, OSError):  # the child died first; its exit code says why
            return

    threading.Thread(target=write, daemon=True).start()


def _kill(child: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _progress_lines(stream: IO[bytes]) -> Iterator[Progress]:
    """Yields progress; what isn't progress (a library that prints) or is too long is passed over."""
    while line := stream.readline(MAX_LINE):
        try:
            value = json.loads(line)
            share = min(1.0, max(0.0, float(value["progress"])))
            yield Progress(share, str(value.get("message", ""))[:500])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue


def _tail(errors: IO[bytes]) -> str:
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(0, size - 8192))
    return errors.read().decode("utf-8", "replace")


def _report(work_dir: Path, detail: str) -> dict[str, Any]:
    try:
        with open_output(work_dir, REPORT) as stream:
            raw = stream.read(MAX_REPORT + 1)
        if len(raw) > MAX_REPORT:
            raise SandboxCrashedError("Laporan pembaca berkas terlalu besar", detail)
        report = json.loads(raw)
    except (OSError, ValueError, RecursionError) as failure:
        raise SandboxCrashedError("Pembaca berkas tidak memberi laporan", detail) from failure
    if not isinstance(report, dict):
        raise SandboxCrashedError("Laporan pembaca berkas tidak sesuai bentuknya", detail)
    return report


def open_output(work_dir: Path, name: str) -> IO[bytes]:
    """Opens a regular file that the child wrote. The child may have written a link or a pipe instead, or a
    name with slashes: these are refused with `OSError`, since the parent can read what the child can't."""
    if not name or "/" in name or name in {".", ".."}:
        raise OSError(f"not a plain name: {name!r}")
    descriptor = os.open(work_dir / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"not a regular file: {name!r}")
    return os.fdopen(descriptor, "rb")


@contextmanager
def workspace(parent: Path | None = None) -> Iterator[Path]:
    """A private folder (0700) for one run, removed afterwards whatever the child left there."""
    folder = Path(tempfile.mkdtemp(prefix="periksa-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
