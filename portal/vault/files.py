"""The vault's file root: sealed objects only, each bound to its key, its dataset version and its place."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, cast
from uuid import UUID, uuid4

from portal.kernel.storage import FileRoot, StorageError
from portal.kernel.texts import gettext as _
from portal.vault.errors import FileDamaged
from portal.vault.keys import DataKey, KeyRing
from portal.vault.stream import Cipher, chunks_of, open_range, plain_size, seal

Source = BinaryIO | Path | Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Sealed:
    """What was written: key in the file root, SHA-256 and size of the plain bytes."""

    path: str
    sha256: str
    size: int


class _Meter:
    """Hashes and counts plain chunks as they pass."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._digest = hashlib.sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._digest.update(chunk)
            self.size += len(chunk)
            yield chunk

    @property
    def sha256(self) -> str:
        """SHA-256 (hex) of what has passed."""
        return self._digest.hexdigest()


@dataclass(frozen=True, slots=True)
class _ObjectRanges:
    root: FileRoot
    path: str

    def size(self) -> int:
        try:
            return self.root.size(self.path)
        except StorageError as error:
            raise FileDamaged(_("Berkas tidak ada di tempat penyimpanan.")) from error

    def read(self, start: int, length: int) -> bytes:
        return self.root.read_range(self.path, start, length)


@dataclass(frozen=True)
class VaultFiles:
    """Sealed objects in one root under one key ring. Knows no database: rows and openings are FileStore's."""

    root: FileRoot
    keys: KeyRing

    def new_key(self, dataset_id: UUID, version: int) -> DataKey:
        """A data key for a dataset version."""
        return self.keys.new_data_key(version_context(dataset_id, version))

    def new_upload_key(self, upload_id: UUID) -> DataKey:
        """A data key for the chunks of one upload."""
        return self.keys.new_data_key(upload_context(upload_id))

    def key(self, dataset_id: UUID, version: int, wrapped: bytes, key_id: str) -> DataKey:
        """The data key of a dataset version. Raises KeyFileError, FileDamaged."""
        return self.keys.unwrap(wrapped, key_id, version_context(dataset_id, version))

    def upload_key(self, upload_id: UUID, wrapped: bytes, key_id: str) -> DataKey:
        """The data key of an upload. Raises KeyFileError, FileDamaged."""
        return self.keys.unwrap(wrapped, key_id, upload_context(upload_id))

    def write(self, key: DataKey, dataset_id: UUID, version: int, source: Source) -> Sealed:
        """Seal a file under a new random place, hashing the plain bytes as they pass; constant memory."""
        return self._put(key, f"berkas/{dataset_id.hex}/{version}/{uuid4().hex}", source)

    def write_chunk(self, key: DataKey, upload_id: UUID, offset: int, source: Source) -> Sealed:
        """Seal one chunk of an upload at its offset; a chunk that an earlier try left there is replaced."""
        return self._put(key, chunk_path(upload_id, offset), source)

    def read(self, key: DataKey, path: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Plain bytes `start` to `end` of a sealed object. Raises FileDamaged before any altered byte is given."""
        return open_range(key.plain, _label(path), _ObjectRanges(self.root, path), start, end)

    def size(self, path: str) -> int:
        """Plain size of a sealed object. Raises FileDamaged when it isn't there or was cut oddly."""
        return plain_size(_ObjectRanges(self.root, path).size())

    def delete(self, path: str) -> None:
        """Remove a sealed object."""
        self.root.delete(path)

    def _put(self, key: DataKey, path: str, source: Source) -> Sealed:
        meter = _Meter(plain_chunks(source))
        self.root.put(path, seal(Cipher.new(key.plain, _label(path)), iter(meter)))
        return Sealed(path, meter.sha256, meter.size)


def plain_chunks(source: Source) -> Iterator[bytes]:
    """The bytes of a file, a stream or an iterator of chunks, chunk by chunk."""
    if isinstance(source, Path):
        with source.open("rb") as stream:
            yield from chunks_of(stream)
    elif hasattr(source, "read"):
        yield from chunks_of(cast("BinaryIO", source))
    else:
        yield from source


def version_context(dataset_id: UUID, version: int) -> bytes:
    """What a dataset version's wrapped key is bound to."""
    return b"version:" + dataset_id.bytes + version.to_bytes(4, "big")


def upload_context(upload_id: UUID) -> bytes:
    """What an upload's wrapped key is bound to."""
    return b"upload:" + upload_id.bytes


def chunk_path(upload_id: UUID, offset: int) -> str:
    """Key of the chunk that starts at `offset`."""
    return f"unggahan/{upload_id.hex}/{offset:016d}"


def write_private(path: Path, chunks: Iterator[bytes]) -> None:
    """Write plain bytes to a new file of mode 0600; a file that fails on the way is removed. FileExistsError."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            for chunk in chunks:
                stream.write(chunk)
    except BaseException:
        path.unlink()
        raise


@contextmanager
def private_folder(parent: Path | None = None) -> Iterator[Path]:
    """A folder of mode 0700 for plain bytes on their way to the sandbox; emptied and removed at the end."""
    with TemporaryDirectory(prefix="kerja-", dir=parent) as name:
        yield Path(name)


def _label(path: str) -> bytes:
    """The 32 bytes in a file's header that say which place it belongs to."""
    if not re.fullmatch(r"[a-z0-9/]+", path):
        raise ValueError("not a path of the vault")
    return hashlib.sha256(b"portal vault path\x00" + path.encode()).digest()
