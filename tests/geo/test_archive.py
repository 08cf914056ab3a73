"""Archives that attack, and archives that are merely untidy (peers.md 4.3 item 9)."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.archive import ArchiveLimits, Member, extract, is_archive, unsafe_name
from geo.errors import BadInputError
from tests.geo.files import zipped


def refused(path: Path, out: Path, limits: ArchiveLimits | None = None) -> str:
    with pytest.raises(BadInputError) as failure:
        extract(path, out, limits)
    assert failure.value.finding.blocks
    assert "{" not in failure.value.finding.text
    return failure.value.finding.rule


def with_entry(target: Path, name: str, content: bytes = b"x", mode: int = 0, flags: int = 0) -> Path:
    info = zipfile.ZipInfo("sementara")
    info.filename = name
    info.external_attr = mode << 16
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(info, content)
    if flags:
        raw = bytearray(target.read_bytes())
        for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            place = raw.find(mark)
            raw[place + offset] |= flags
        target.write_bytes(bytes(raw))
    return target


@pytest.mark.parametrize(
    "name",
    ["../lapisan.shp", "a/../../x.shp", "/etc/passwd", "C:\\x.shp", "..\\x.shp", "a\x01b.shp", "\\\\host\\x.shp"],
)
def test_zip_slip_is_refused_and_writes_nothing(tmp_path: Path, name: str) -> None:
    out = tmp_path / "keluar"
    assert refused(with_entry(tmp_path / "a.zip", name), out) == "arsip.nama_berbahaya"
    assert not out.exists()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.zip"]


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_links_and_devices_are_refused(tmp_path: Path, kind: int) -> None:
    path = with_entry(tmp_path / "a.zip", "x.shp", b"/etc/passwd", kind | 0o777)
    assert refused(path, tmp_path / "keluar") == "arsip.tautan"


def test_bombs_are_refused_by_ratio_total_and_number(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "a.zip", {"nol.dbf": b"\0" * (40 << 20)})
    assert refused(bomb, tmp_path / "x", ArchiveLimits(ratio=400)) == "arsip.bom"
    assert refused(bomb, tmp_path / "x", ArchiveLimits(total_bytes=1 << 20)) == "arsip.terlalu_besar"
    many = zipped(tmp_path / "b.zip", {f"{number}.txt": b"" for number in range(30)})
    assert refused(many, tmp_path / "x", ArchiveLimits(members=20)) == "arsip.terlalu_banyak"


def test_a_size_that_lies_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"nol.dbf": b"\0" * (3 << 20)})
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = raw.find(mark)
        raw[place + offset : place + offset + 4] = (100).to_bytes(4, "little")
    path.write_bytes(bytes(raw))
    out = tmp_path / "x"
    assert refused(path, out, ArchiveLimits(total_bytes=1 << 20)) == "arsip.rusak"
    assert sum(one.stat().st_size for one in out.iterdir()) <= 1 << 20


def test_case_clash_encryption_and_unknown_method_are_refused(tmp_path: Path) -> None:
    clash = zipped(tmp_path / "a.zip", {"Jalan.shp": b"1", "JALAN.SHP": b"2"})
    assert refused(clash, tmp_path / "x") == "arsip.nama_bentrok"
    locked = with_entry(tmp_path / "b.zip", "x.shp", flags=1)
    assert refused(locked, tmp_path / "x") == "arsip.bersandi"
    strange = zipped(tmp_path / "c.zip", {"x.shp": b"1"})
    raw = bytearray(strange.read_bytes())
    raw[raw.find(b"PK\x01\x02") + 10] = 99
    strange.write_bytes(bytes(raw))
    assert refused(strange, tmp_path / "x") == "arsip.cara_kemas"


def test_half_a_zip_and_an_empty_one_are_refused(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "a.zip", {"x.shp": bytes(range(256)) * 40})
    (tmp_path / "b.zip").write_bytes(whole.read_bytes()[:200])
    assert refused(tmp_path / "b.zip", tmp_path / "x") == "arsip.rusak"
    assert refused(zipped(tmp_path / "c.zip", {}), tmp_path / "x") == "arsip.kosong"
    raw = bytearray(whole.read_bytes())
    raw[60] ^= 0xFF
    (tmp_path / "d.zip").write_bytes(bytes(raw))
    assert refused(tmp_path / "d.zip", tmp_path / "y") == "arsip.rusak"


def test_nested_archives_and_junk_are_passed_over_and_said(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("x", "x")
    path = zipped(
        tmp_path / "a.zip",
        {
            "Data/JALAN.SHP": b"1",
            "dalam.zip": inner.getvalue(),
            "__MACOSX/._x": b"",
            ".DS_Store": b"",
            "Thumbs.db": b"",
        },
    )
    members, findings = extract(path, tmp_path / "x")
    assert [(one.name, one.stem, one.suffix, one.size) for one in members] == [
        ("Data/JALAN.SHP", "data/jalan", ".shp", 1)
    ]
    assert members[0].path.read_bytes() == b"1"
    assert [one.rule for one in findings] == ["arsip.bersarang", "arsip.sampah"]


def test_is_archive_looks_at_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"{}")
    assert not is_archive(tmp_path / "a.zip")
    assert is_archive(zipped(tmp_path / "b.geojson", {"x": b""}))


@given(st.text(min_size=1, max_size=40))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_name_writes_outside(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "coba"
    folder.mkdir(exist_ok=True)
    out = folder / "keluar"
    for one in out.glob("*") if out.exists() else ():
        one.unlink()
    buffer = folder / "a.zip"
    try:
        with_entry(buffer, name)
    except (UnicodeEncodeError, ValueError):
        return
    try:
        members, _ = extract(buffer, out)
    except BadInputError:
        members = ()
    assert all(isinstance(one, Member) and one.path.parent == out for one in members)
    assert {one.name for one in folder.iterdir()} <= {"a.zip", "keluar"}


@given(st.binary(max_size=300))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_garbage_after_the_magic_is_a_clear_refusal(tmp_path: Path, tail: bytes) -> None:
    path = tmp_path / "g.zip"
    path.write_bytes(b"PK\x03\x04" + tail)
    with pytest.raises(BadInputError):
        extract(path, tmp_path / "keluar-sampah")


def test_unsafe_names() -> None:
    assert not unsafe_name("Data/Jalan Desa (2024).shp")
    assert not unsafe_name("a..b/x.shp")
    assert unsafe_name("")
    assert unsafe_name("a\x00b")
