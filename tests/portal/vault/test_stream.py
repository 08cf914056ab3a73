"""Sealed files: what goes in comes out, by any range; what was cut, moved, swapped or altered does not (I3a)."""

from __future__ import annotations

import io
import json
import stat
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.kernel.storage import open_root
from portal.vault import stream
from portal.vault.errors import FileDamaged, KeyFileError
from portal.vault.files import VaultFiles, private_folder, write_private
from portal.vault.keys import load_keys, make_key_file
from portal.vault.stream import HEADER, SEALED_SEGMENT, SEGMENT, TAG, Cipher, open_range, plain_size, seal

KEY = b"k" * 32
LABEL = b"l" * 32


@dataclass
class Held:
    """Sealed bytes in memory."""

    content: bytes

    def size(self) -> int:
        return len(self.content)

    def read(self, start: int, length: int) -> bytes:
        return self.content[start : start + length]


def sealed(plain: bytes, pieces: int = 1) -> bytes:
    step = max(1, -(-len(plain) // pieces))
    chunks = (plain[at : at + step] for at in range(0, len(plain), step))
    return b"".join(seal(Cipher.new(KEY, LABEL), chunks))


def opened(content: bytes, start: int = 0, end: int | None = None) -> bytes:
    return b"".join(open_range(KEY, LABEL, Held(content), start, end))


def shrunk(call):
    """Run with segments of 16 bytes."""
    before = stream.SEGMENT, stream.SEALED_SEGMENT
    stream.SEGMENT, stream.SEALED_SEGMENT = 16, 16 + TAG
    try:
        return call()
    finally:
        stream.SEGMENT, stream.SEALED_SEGMENT = before


@given(st.binary(max_size=100), st.integers(1, 7), st.integers(-3, 110), st.integers(-3, 110))
def test_any_range_comes_back(plain: bytes, pieces: int, start: int, end: int) -> None:
    def run() -> None:
        content = sealed(plain, pieces)
        assert plain_size(len(content)) == len(plain)
        assert opened(content) == plain
        assert opened(content, start, max(end, 0)) == plain[max(start, 0) : max(end, 0)]

    shrunk(run)


@given(st.binary(min_size=1, max_size=100), st.data())
def test_any_changed_byte_is_found(plain: bytes, data: st.DataObject) -> None:
    def run() -> None:
        content = bytearray(sealed(plain))
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] ^= data.draw(st.integers(1, 255))
        with pytest.raises(FileDamaged):
            opened(bytes(content))

    shrunk(run)


@given(st.binary(max_size=100), st.data())
def test_any_cut_or_added_end_is_found(plain: bytes, data: st.DataObject) -> None:
    def run() -> None:
        content = sealed(plain)
        cut = content[: data.draw(st.integers(0, len(content) - 1))]
        longer = content + data.draw(st.binary(min_size=1, max_size=70))
        for broken in (cut, longer):
            with pytest.raises(FileDamaged):
                opened(broken)

    shrunk(run)


@given(st.binary(min_size=33, max_size=100), st.data())
def test_any_order_but_the_right_one_is_found(plain: bytes, data: st.DataObject) -> None:
    def run() -> None:
        content = sealed(plain)
        body = content[HEADER:]
        step = 16 + TAG
        parts = [body[at : at + step] for at in range(0, len(body), step)]
        order = data.draw(st.lists(st.integers(0, len(parts) - 1), min_size=1, max_size=len(parts) + 1))
        if order == list(range(len(parts))):
            return
        with pytest.raises(FileDamaged):
            opened(content[:HEADER] + b"".join(parts[number] for number in order))

    shrunk(run)


@settings(max_examples=20)
@given(st.binary(min_size=1, max_size=60))
def test_segments_of_another_file_or_key_or_place_do_not_fit(plain: bytes) -> None:
    def run() -> None:
        one, two = sealed(plain), sealed(plain)
        assert one != two
        for broken in (one[:HEADER] + two[HEADER:],):
            with pytest.raises(FileDamaged):
                opened(broken)
        with pytest.raises(FileDamaged):
            b"".join(open_range(b"x" * 32, LABEL, Held(one)))
        with pytest.raises(FileDamaged):
            b"".join(open_range(KEY, b"m" * 32, Held(one)))

    shrunk(run)


@pytest.mark.parametrize("size", [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 2 * SEGMENT + 5])
def test_real_segments_of_one_mebibyte(size: int) -> None:
    plain = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    content = sealed(plain, 3)
    assert len(content) == HEADER + size + max(1, -(-size // SEGMENT)) * TAG
    assert opened(content) == plain
    assert opened(content, size - 3, size) == plain[max(size - 3, 0) :]


def test_a_range_reads_only_its_segments() -> None:
    read: list[int] = []

    class Counting(Held):
        def read(self, start: int, length: int) -> bytes:
            read.append(length)
            return super().read(start, length)

    content = sealed(b"x" * (4 * SEGMENT))
    assert len(b"".join(open_range(KEY, LABEL, Counting(content), SEGMENT + 5, SEGMENT + 9))) == 4
    assert read == [HEADER, SEALED_SEGMENT]


@pytest.fixture
def files(tmp_path: Path) -> VaultFiles:
    make_key_file(tmp_path / "kunci")
    return VaultFiles(open_root(str(tmp_path / "akar")), load_keys(tmp_path / "kunci"))


def test_files_hash_while_they_seal_and_hold_nothing_in_clear(files: VaultFiles, tmp_path: Path) -> None:
    dataset, plain = uuid4(), b"KENARI" * 400_000
    key = files.new_key(dataset, 1)
    made = files.write(key, dataset, 1, io.BytesIO(plain))
    assert (made.sha256, made.size) == (sha256(plain).hexdigest(), len(plain))
    assert files.size(made.path) == len(plain)
    again = files.key(dataset, 1, key.wrapped, key.key_id)
    assert b"".join(files.read(again, made.path)) == plain
    stored = [path for path in (tmp_path / "akar").rglob("*") if path.is_file()]
    assert len(stored) == 1
    assert b"KENARI" not in stored[0].read_bytes()


def test_a_file_put_in_anothers_place_is_found(files: VaultFiles) -> None:
    dataset = uuid4()
    key = files.new_key(dataset, 1)
    one, two = (files.write(key, dataset, 1, iter([text])) for text in (b"satu", b"dua!"))
    files.root.put(one.path, files.root.read(two.path))
    with pytest.raises(FileDamaged):
        b"".join(files.read(key, one.path))
    files.delete(two.path)
    with pytest.raises(FileDamaged):
        b"".join(files.read(key, two.path))


def test_a_wrapped_key_fits_its_version_only(files: VaultFiles, tmp_path: Path) -> None:
    dataset = uuid4()
    key = files.new_key(dataset, 1)
    for other, version in ((dataset, 2), (uuid4(), 1)):
        with pytest.raises(FileDamaged):
            files.key(other, version, key.wrapped, key.key_id)
    with pytest.raises(FileDamaged):
        files.upload_key(dataset, key.wrapped, key.key_id)
    make_key_file(tmp_path / "lain", "lain")
    with pytest.raises(KeyFileError, match=key.key_id):
        VaultFiles(files.root, load_keys(tmp_path / "lain")).key(dataset, 1, key.wrapped, key.key_id)


def test_a_key_ring_can_be_rotated(files: VaultFiles, tmp_path: Path) -> None:
    dataset = uuid4()
    key = files.new_key(dataset, 1)
    content = json.loads((tmp_path / "kunci").read_text())
    make_key_file(tmp_path / "baru", "k-baru")
    fresh = json.loads((tmp_path / "baru").read_text())
    content["active"] = "k-baru"
    content["keys"] |= fresh["keys"]
    (tmp_path / "kunci").write_text(json.dumps(content))
    ring = load_keys(tmp_path / "kunci")
    renewed = VaultFiles(files.root, ring)
    old = renewed.key(dataset, 1, key.wrapped, key.key_id)
    assert old.plain == key.plain
    context = b"version:" + dataset.bytes + (1).to_bytes(4, "big")
    assert ring.wrap(old.plain, context).key_id == "k-baru"
    assert key.plain.hex() not in repr(key) + repr(ring)
    assert "plain" not in repr(key)


def test_key_file_is_private_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "kunci"
    make_key_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        make_key_file(path)
    path.chmod(0o640)
    with pytest.raises(KeyFileError, match="0600"):
        load_keys(path)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"active": "a", "keys": {}}',
        '{"active": "a", "keys": {"a": "pendek"}}',
        '{"active": "a", "keys": {"a": "AAAA"}}',
        '{"active": "b", "keys": {"a": "' + "A" * 43 + '="}}',
        '{"active": "a b", "keys": {"a b": "' + "A" * 43 + '="}}',
        '{"active": [], "keys": {"a": "' + "A" * 43 + '="}}',
        '{"active": "a", "keys": "a"}',
    ],
)
def test_a_wrong_key_file_is_told_without_its_content(tmp_path: Path, content: str) -> None:
    path = tmp_path / "kunci"
    with pytest.raises(KeyFileError, match="tidak ada"):
        load_keys(path)
    path.touch(0o600)
    path.write_text(content)
    with pytest.raises(KeyFileError, match="PORTAL_VAULT_KEY_FILE") as refused:
        load_keys(path)
    assert str(tmp_path) not in str(refused.value)


def test_plain_bytes_are_private_and_wiped(tmp_path: Path) -> None:
    with private_folder(tmp_path) as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        write_private(folder / "a", iter([b"x", b"y"]))
        assert (folder / "a").read_bytes() == b"xy"
        assert stat.S_IMODE((folder / "a").stat().st_mode) == 0o600
        with pytest.raises(FileExistsError):
            write_private(folder / "a", iter([b"z"]))

        def broken():
            yield b"setengah"
            raise FileDamaged

        with pytest.raises(FileDamaged):
            write_private(folder / "b", broken())
        assert not (folder / "b").exists()
    assert list(tmp_path.iterdir()) == []
