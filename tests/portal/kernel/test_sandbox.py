"""The sandbox holds: a child reaches no network, no environment, no key file and no folder but its own."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from geo.errors import BadInputError
from geo.layers.types import LayerChoice, LayerContext
from portal.kernel import sandbox, sandbox_command
from portal.kernel.reader import FileReader, refusal
from portal.kernel.sandbox import Limits, Progress
from portal.kernel.sandbox_command import Mode

CHILD = """
import json, os, socket, sys, time
from pathlib import Path

request = json.load(sys.stdin)
out = Path(request["out_dir"])
report = {"input": request["input"]}

def tried(name, act):
    try:
        report[name] = repr(act())
    except (OSError, PermissionError) as failure:
        report[name] = "refused: " + type(failure).__name__

kind = request["kind"]
if kind == "attack":
    tried("inet", lambda: socket.create_connection(("127.0.0.1", request["port"]), timeout=2))
    tried("unix", lambda: socket.socket(socket.AF_UNIX).connect(request["unix"]))
    tried("key", lambda: Path(request["key"]).read_text())
    tried("write", lambda: Path(request["elsewhere"]).write_text("x"))
    tried("usr", lambda: Path("/usr/evil").write_text("x"))
    tried("proc", lambda: Path("/proc/%d/environ" % request["parent"]).read_bytes())
    tried("parents", lambda: [p for p in os.listdir("/proc") if p.isdigit()])
    tried("changed", lambda: Path(request["input"]).write_text("changed"))
    report["environment"] = dict(os.environ)
    report["read"] = Path(request["input"]).read_text()
    (out / "hasil.txt").write_text("ada")
elif kind == "memory":
    hold = [bytearray(64 << 20) for _ in range(200)]
elif kind == "spin":
    while True:
        pass
elif kind == "sleep":
    time.sleep(60)
elif kind == "crash":
    os.abort()
elif kind == "fail":
    raise RuntimeError("patah")
elif kind == "progress":
    print("bukan kemajuan")
    print(json.dumps({"progress": 0.5, "message": "separuh"}), flush=True)
    print("x" * 100000)
    print(json.dumps({"progress": 7, "message": "lebih"}), flush=True)
elif kind == "link":
    os.symlink(request["key"], out / "report.json")
    sys.exit(0)
elif kind == "list":
    (out / "report.json").write_text("[1]")
    sys.exit(0)
elif kind == "silent":
    sys.exit(0)
elif kind == "flood":
    with open(out / "besar", "wb") as sink:
        for _ in range(100):
            sink.write(b"0" * (1 << 20))
(out / "report.json").write_text(json.dumps(report))
"""


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package that the sandbox binds beside our engines, for this test only."""
    folder = tmp_path / "paket" / "anak_uji"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "aksi.py").write_text(CHILD)
    monkeypatch.syspath_prepend(str(tmp_path / "paket"))
    monkeypatch.setattr(sandbox_command, "PACKAGES", (*sandbox_command.PACKAGES, "anak_uji"))
    return "anak_uji.aksi"


def _use(monkeypatch: pytest.MonkeyPatch, chosen: Mode) -> bool:
    """Puts a mode in force; False where this machine can't (then it must not be the one in force either)."""
    if not sandbox_command._works(chosen):
        assert sandbox.mode() is not chosen
        return False
    monkeypatch.setattr(sandbox_command, "mode", lambda: chosen)
    return True


def _attack(child: str, tmp_path: Path, work: Path) -> tuple[dict[str, Any], Path]:
    key = tmp_path / "kunci"
    key.write_text("RAHASIA")
    key.chmod(0o600)
    given = tmp_path / "unggahan.bin"
    given.write_text("isi")
    elsewhere = tmp_path / "di-luar.txt"
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        local.bind(str(tmp_path / "soket"))
        local.listen(1)
        request = {
            "kind": "attack", "port": server.getsockname()[1], "unix": str(tmp_path / "soket"), "key": str(key),
            "elsewhere": str(elsewhere), "parent": os.getpid(),
        }  # fmt: skip
        report = sandbox.run(child, request, work_dir=work, input_file=given)
    assert given.read_text() == "isi"
    assert not elsewhere.exists()
    return report, work


def test_mode_is_bubblewrap_where_it_works() -> None:
    assert sandbox.mode() in set(Mode)
    if sandbox_command._works(Mode.BUBBLEWRAP):
        assert sandbox.mode() is Mode.BUBBLEWRAP


@pytest.mark.parametrize("chosen", [Mode.BUBBLEWRAP, Mode.BUBBLEWRAP_NO_PROC])
def test_bubblewrap_shows_nothing_of_the_machine(
    child: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: Mode
) -> None:
    if not _use(monkeypatch, chosen):
        return
    monkeypatch.setenv("PORTAL_OFFICE_DATABASE_URL", "postgresql://rahasia")
    with sandbox.workspace() as work:
        report, _ = _attack(child, tmp_path, work)
        with sandbox.open_output(work, "hasil.txt") as stream:
            assert stream.read() == b"ada"
    for name in ("inet", "unix", "key", "write", "usr", "proc", "changed"):
        assert str(report[name]).startswith("refused"), name
    assert "rahasia" not in json.dumps(report["environment"])
    assert not any(name.startswith("PORTAL") for name in report["environment"])
    assert report["read"] == "isi"
    assert not str(report["input"]).endswith("unggahan.bin")
    if chosen is Mode.BUBBLEWRAP:
        assert str(os.getpid()) not in report["parents"]


@pytest.mark.parametrize("chosen", [Mode.UID_UNSHARE, Mode.UID])
def test_fallback_with_own_uid(child: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: Mode) -> None:
    if not _use(monkeypatch, chosen):
        return
    for folder in [tmp_path, *tmp_path.parents]:  # the test's package must be readable for the other uid
        if folder != Path("/") and folder.stat().st_uid == os.geteuid() and folder != Path("/tmp"):
            folder.chmod(folder.stat().st_mode | 0o011)
    monkeypatch.setenv("PORTAL_OFFICE_DATABASE_URL", "postgresql://rahasia")
    with sandbox.workspace() as work:
        report, _ = _attack(child, tmp_path, work)
    for name in ("inet", "unix", "key", "write", "usr", "proc"):
        assert str(report[name]).startswith("refused"), name
    assert not any(name.startswith("PORTAL") for name in report["environment"])


@pytest.mark.parametrize("chosen", [Mode.UNSHARE, Mode.FILTER])
def test_weakest_walls_still_have_no_network_and_no_environment(
    child: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: Mode
) -> None:
    if not _use(monkeypatch, chosen):
        return
    given = tmp_path / "unggahan.bin"
    given.write_text("isi")
    monkeypatch.setenv("PORTAL_OFFICE_DATABASE_URL", "postgresql://rahasia")
    request = {"kind": "attack", "port": 9, "unix": "/x", "key": "/x", "elsewhere": "/x/y", "parent": 1}
    with sandbox.workspace() as work:
        report = sandbox.run(child, request, work_dir=work, input_file=given)
    assert str(report["inet"]).startswith("refused")
    assert str(report["unix"]).startswith("refused")
    assert given.read_text() == "isi"
    assert not any(name.startswith("PORTAL") for name in report["environment"])


def test_limits_are_typed_errors(child: str, tmp_path: Path) -> None:
    with sandbox.workspace() as work:
        with pytest.raises(sandbox.SandboxMemoryError):
            sandbox.run(child, {"kind": "memory"}, work_dir=work, limits=Limits(memory_bytes=512 << 20))
        with pytest.raises(sandbox.SandboxTimeoutError):
            sandbox.run(child, {"kind": "sleep"}, work_dir=work, limits=Limits(wall_seconds=1))
        with pytest.raises(sandbox.SandboxTimeoutError):
            sandbox.run(child, {"kind": "spin"}, work_dir=work, limits=Limits(cpu_seconds=1))
        with pytest.raises(sandbox.SandboxCrashedError):
            sandbox.run(child, {"kind": "flood"}, work_dir=work, limits=Limits(file_bytes=8 << 20))
        with pytest.raises(sandbox.SandboxCrashedError):
            sandbox.run(child, {"kind": "crash"}, work_dir=work)
        with pytest.raises(sandbox.SandboxCrashedError) as failure:
            sandbox.run(child, {"kind": "fail"}, work_dir=work)
    assert "patah" in failure.value.detail


def test_report_must_be_a_plain_object_of_the_child(child: str, tmp_path: Path) -> None:
    key = tmp_path / "kunci.json"
    key.write_text("{}")
    for kind in ("link", "list", "silent"):
        with sandbox.workspace() as work, pytest.raises(sandbox.SandboxCrashedError):
            sandbox.run(child, {"kind": kind, "key": str(key)}, work_dir=work)


def test_outputs_are_opened_only_as_plain_files(tmp_path: Path) -> None:
    (tmp_path / "tautan").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipa")
    for name in ("tautan", "pipa", "../x", "", "..", "tidak-ada"):
        with pytest.raises(OSError):  # noqa: PT011 (every kind of refusal is one)
            sandbox.open_output(tmp_path, name)


def test_progress_lines_arrive_and_a_raising_listener_stops_the_child(child: str) -> None:
    seen: list[Progress] = []
    with sandbox.workspace() as work:
        sandbox.run(child, {"kind": "progress"}, work_dir=work, on_progress=seen.append)
    assert seen == [Progress(0.5, "separuh"), Progress(1.0, "lebih")]

    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    with sandbox.workspace() as work, pytest.raises(KeyboardInterrupt):
        sandbox.run(child, {"kind": "progress"}, work_dir=work, on_progress=stop)


def test_the_reader_turns_a_broken_child_into_a_clear_refusal(tmp_path: Path) -> None:
    given = tmp_path / "a.geojson"
    given.write_text('{"type":"FeatureCollection","features":[]}')
    reader = FileReader(Limits(memory_bytes=96 << 20))
    with sandbox.workspace() as work, pytest.raises(BadInputError):
        reader.inspect_layer(given, "a.geojson", LayerChoice(), LayerContext(), work_dir=work)
    assert refusal(sandbox.SandboxTimeoutError("x")).finding.rule == "berkas.waktu"
    assert refusal(sandbox.SandboxMemoryError("x")).finding.rule == "berkas.memori"
    assert refusal(sandbox.SandboxCrashedError("x")).finding.rule == "berkas.tidak_terbaca"


def test_an_environment_under_tmp_is_not_hidden_by_the_childs_own_tmp(tmp_path: Path) -> None:
    """A checkout may lie under /tmp: what is bound from there comes after the child's empty /tmp."""
    with sandbox_command.prepare("geo.worker", tmp_path, None, Limits()) as command:
        if "bwrap" not in command.argv[0]:
            return
        first_bind = next(index for index, part in enumerate(command.argv) if part in {"--ro-bind", "--bind"})
        assert command.argv.index("--tmpfs") < first_bind
        assert command.argv.index("--dev") < first_bind
