"""The command line of the sandbox: which walls this machine allows, and what is bound into them."""

from __future__ import annotations

import compileall
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from portal.kernel import sandbox_child

SANDBOX_UID = 65534
PACKAGES = ("geo", "config")
# a place that hides nothing in which the interpreter or its libraries may lie
_INPUT, _WORK, _APP = "/.sandbox/input", "/.sandbox/work", "/.sandbox/app"


class Mode(StrEnum):
    """Walls in force, strongest first. All have the limits and the system-call filter (no sockets)."""

    BUBBLEWRAP = "bubblewrap"  # own namespaces: no network, read-only system, one folder
    BUBBLEWRAP_NO_PROC = "bubblewrap-tanpa-proc"  # the same where a container forbids a fresh /proc
    UID_UNSHARE = "uid-unshare"  # own uid and no network, but the machine's world-readable files are seen
    UID = "uid"
    UNSHARE = "unshare"  # our own uid without network
    FILTER = "filter"  # our own uid; limits and system-call filter only


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use. `wall_seconds` kills from outside, the rest are rlimits of each process."""

    memory_bytes: int = 3 << 30
    cpu_seconds: int = 900
    wall_seconds: float = 1200.0
    file_bytes: int = 8 << 30
    open_files: int = 256


@dataclass(frozen=True, slots=True)
class Command:
    """What to start, and how the paths read inside."""

    argv: list[str]
    env: dict[str, str]
    input: str | None
    out_dir: str


@dataclass(frozen=True, slots=True)
class _Run:
    module: str
    work_dir: Path
    input_file: Path | None
    limits: Limits


@lru_cache(maxsize=1)
def mode() -> Mode:
    """The strongest walls that work here; each is tried once by starting a child in it."""
    for candidate in Mode:
        if _works(candidate):
            return candidate
    return Mode.FILTER


def _works(candidate: Mode) -> bool:
    with tempfile.TemporaryDirectory(prefix="coba-") as folder:
        trial = _Run("this", Path(folder), None, Limits(wall_seconds=20))
        try:
            with _prepared(candidate, trial) as command:
                done = subprocess.run(
                    command.argv, env=command.env, capture_output=True, timeout=20, check=False, cwd="/"
                )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0


@contextmanager
def prepare(module: str, work_dir: Path, input_file: Path | None, limits: Limits) -> Iterator[Command]:
    """The command for the mode in force. Raises OSError when the folder or the input doesn't exist."""
    work_dir = work_dir.resolve(strict=True)
    source = None if input_file is None else input_file.resolve(strict=True)
    _compile()
    with _prepared(mode(), _Run(module, work_dir, source, limits)) as command:
        yield command


@contextmanager
def _prepared(chosen: Mode, run: _Run) -> Iterator[Command]:
    if chosen in {Mode.BUBBLEWRAP, Mode.BUBBLEWRAP_NO_PROC}:
        yield _bubblewrap(chosen, run)
        return
    with tempfile.TemporaryDirectory(prefix="masukan-") as folder:
        copy = None
        if run.input_file is not None:  # the original may lie where the other uid can't go
            copy = Path(folder) / "berkas"
            shutil.copyfile(run.input_file, copy)
        if chosen in {Mode.UID, Mode.UID_UNSHARE}:
            for path in (Path(folder), run.work_dir, copy):
                if path is not None:
                    os.chown(path, SANDBOX_UID, SANDBOX_UID)
        yield _fallback(chosen, replace(run, input_file=copy))


def _python() -> str:
    return str(Path(sys.executable).resolve())


def _package_roots() -> dict[str, Path]:
    """Where our engines lie, each by itself: the folder above may hold the demo's keys."""
    roots = {}
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations:
            roots[name] = Path(next(iter(spec.submodule_search_locations))).resolve()
    return roots


@lru_cache(maxsize=1)
def _compile() -> None:
    """Byte code for our engines, once a process: the child sees them read-only and would compile them at each run.

    Where their folder may not be written either, they are compiled each time, as before.
    """
    for root in _package_roots().values():
        compileall.compile_dir(root, quiet=2)


def _library_folders() -> list[Path]:
    """Folders of installed libraries on the path, without the project's own folder."""
    own = {root.parent for root in _package_roots().values()}
    names = {"site-packages", "dist-packages"}
    folders = (Path(entry).resolve() for entry in sys.path if entry)
    return [folder for folder in dict.fromkeys(folders) if folder.name in names and folder not in own]


def _environment(work: str, libraries: list[str]) -> dict[str, str]:
    """All that the child's environment holds."""
    return {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": os.pathsep.join(libraries),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONNOUSERSITE": "1",
        "LANG": "C.UTF-8",
        "HOME": work,
        "TMPDIR": work,
        "OPENBLAS_NUM_THREADS": "1",  # each thread reserves address space, which is limited
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
        "PROJ_NETWORK": "OFF",
    }


def _child(script: str, run: _Run) -> list[str]:
    limits = {key: int(value) for key, value in asdict(run.limits).items()}
    return [_python(), "-P", "-s", script, run.module, json.dumps(limits)]


def _bubblewrap(chosen: Mode, run: _Run) -> Command:
    # first: what is bound later may lie under /tmp itself (an environment in a temporary checkout) and must show
    binds: list[str] = ["--dev", "/dev", "--tmpfs", "/tmp"]  # noqa: S108 (inside)
    for system in ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin"):
        path = Path(system)
        if path.is_symlink():
            binds += ["--symlink", str(path.readlink()), system]
        elif path.is_dir():
            binds += ["--ro-bind", system, system]
    binds += ["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]
    base = Path(sys.base_prefix).resolve()
    libraries = _library_folders()
    for folder in dict.fromkeys([base, *libraries]):
        if not folder.is_relative_to("/usr"):
            binds += ["--ro-bind", str(folder), str(folder)]
    for name, root in _package_roots().items():
        binds += ["--ro-bind", str(root), f"{_APP}/{name}"]
    script = f"{_APP}/.mulai/sandbox_child.py"
    binds += ["--ro-bind", str(Path(sandbox_child.__file__).resolve()), script]
    inside = None
    if run.input_file is not None:
        inside = f"{_INPUT}/berkas"
        binds += ["--ro-bind", str(run.input_file), inside]
    binds += ["--bind", str(run.work_dir), _WORK]
    binds += ["--proc", "/proc"] if chosen is Mode.BUBBLEWRAP else []
    env = _environment(_WORK, [_APP, *map(str, libraries)])
    sets = [part for key, value in env.items() for part in ("--setenv", key, value)]
    walls = ["--unshare-user", "--unshare-all", "--uid", str(SANDBOX_UID), "--gid", str(SANDBOX_UID)]
    walls += ["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv", *sets]
    argv = [_program("bwrap"), *walls, *binds, "--chdir", _WORK, "--", *_child(script, run)]
    return Command(argv, {"PATH": "/usr/bin:/bin"}, inside, _WORK)


def _fallback(chosen: Mode, run: _Run) -> Command:
    root = os.geteuid() == 0
    argv: list[str] = []
    if chosen in {Mode.UID_UNSHARE, Mode.UNSHARE}:
        argv += [_program("unshare"), "--net", *([] if root else ["--user", "--map-root-user"]), "--"]
    if chosen in {Mode.UID, Mode.UID_UNSHARE}:
        if not root:
            raise OSError("another uid needs root")
        argv += [_program("setpriv"), f"--reuid={SANDBOX_UID}", f"--regid={SANDBOX_UID}"]
        argv += ["--clear-groups", "--no-new-privs", "--inh-caps=-all", "--"]
    parents = [str(root.parent) for root in _package_roots().values()]
    libraries = list(dict.fromkeys([*parents, *map(str, _library_folders())]))
    env = _environment(str(run.work_dir), libraries)
    argv += _child(str(Path(sandbox_child.__file__).resolve()), run)
    given = None if run.input_file is None else str(run.input_file)
    return Command(argv, env, given, str(run.work_dir))


def _program(name: str) -> str:
    found = shutil.which(name, path="/usr/bin:/bin:/usr/sbin:/sbin")
    if found is None:
        raise OSError(f"{name} is not installed")
    return found
