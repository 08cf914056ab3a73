"""First thing that runs inside the sandbox: limits and a system-call filter, then the asked module.

Standard library only, and nothing of the portal: it is started by path, before any upload is opened.
Usage: sandbox_child.py MODULE LIMITS_JSON. Exit code 77 means that memory ran out.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import resource
import runpy
import signal
import struct
import sys

EXIT_MEMORY = 77
_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 22, 4, 38
_FILTER_MODE = 2
_EPERM = 1
_RET_ALLOW, _RET_ERRNO = 0x7FFF0000, 0x00050000
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06

# socket, connect, ptrace, mount, unshare, setns, process_vm_readv/writev, bpf, keyctl, perf_event_open,
# userfaultfd, open_by_handle_at, io_uring_*, pidfd_getfd: none is needed to read a file (linux/unistd.h)
_DENIED = {
    "x86_64": (
        0xC000003E,
        (41, 42, 101, 165, 272, 308, 310, 311, 321, 250, 298, 323, 304, 425, 426, 427, 438),
    ),
    "aarch64": (
        0xC00000B7,
        (198, 203, 117, 40, 97, 268, 270, 271, 280, 219, 241, 282, 265, 425, 426, 427, 438),
    ),
}


def _instruction(code: int, yes: int, no: int, value: int) -> bytes:
    return struct.pack("HBBI", code, yes, no, value)


def filter_program(machine: str) -> bytes | None:
    """The BPF program that answers EPERM to the denied calls, or None on a machine it isn't written for."""
    if machine not in _DENIED:
        return None
    architecture, denied = _DENIED[machine]
    deny = _instruction(_RETURN, 0, 0, _RET_ERRNO | _EPERM)
    program = [
        _instruction(_LOAD, 0, 0, 4),
        _instruction(_JUMP_EQUAL, 1, 0, architecture),
        deny,
        _instruction(_LOAD, 0, 0, 0),
        _instruction(_JUMP_AT_LEAST, 0, 1, 0x40000000),  # the x32 call numbers would go round the list
        deny,
    ]
    for number in denied:
        program += [_instruction(_JUMP_EQUAL, 0, 1, number), deny]
    program.append(_instruction(_RETURN, 0, 0, _RET_ALLOW))
    return b"".join(program)


def _close_doors() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs")
    program = filter_program(platform.machine())
    if program is None:
        return
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    if libc.prctl(_PR_SET_SECCOMP, _FILTER_MODE, header, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


def _limit(limits: dict[str, int]) -> None:
    for name, key in (
        (resource.RLIMIT_AS, "memory_bytes"),
        (resource.RLIMIT_CPU, "cpu_seconds"),
        (resource.RLIMIT_FSIZE, "file_bytes"),
        (resource.RLIMIT_NOFILE, "open_files"),
    ):
        hard = resource.getrlimit(name)[1]
        value = limits[key] if hard == resource.RLIM_INFINITY else min(limits[key], hard)
        grace = 5 if name == resource.RLIMIT_CPU else 0  # SIGXCPU at the first, SIGKILL at the second
        roof = value + grace if hard == resource.RLIM_INFINITY else min(value + grace, hard)
        resource.setrlimit(name, (value, roof))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Limits this process, then runs the module as `python -m` would."""
    module, limits = sys.argv[1], json.loads(sys.argv[2])
    _limit(limits)
    _close_doors()
    sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry) != os.path.dirname(__file__)]  # noqa: PTH120 (before pathlib)
    sys.argv = [module]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except MemoryError:
        os._exit(EXIT_MEMORY)


if __name__ == "__main__":
    main()
