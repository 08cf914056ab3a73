"""File roots: a local folder or S3, addressed by content hash. Public and vault roots are two of these (I2)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import urlsplit

import obstore
from obstore.store import LocalStore, ObjectStore, S3Store

KEY = re.compile(r"^[a-z0-9][a-z0-9._/-]{0,200}$")
CHUNK = 1024 * 1024


class StorageError(Exception):
    """The file root does not answer or the key is not there; the text holds no path of this machine."""


@dataclass(frozen=True, eq=False)  # two roots are one only if they are the same object, so a root can key a cache
class FileRoot:
    """One root. Keys are lower-case ASCII paths made by us from hashes and ids, never from a caller's text."""

    store: ObjectStore
    folder: Path | None = None

    def put(self, key: str, source: BinaryIO | bytes | Path | Iterator[bytes]) -> None:
        """Store the bytes under `key`, whole or not at all. Storing equal bytes again changes nothing.

        An iterator of chunks is streamed; it may itself read from a root.
        """
        if not isinstance(source, Iterator) or hasattr(source, "read"):
            obstore.put(self.store, _checked(key), cast("BinaryIO | bytes | Path", source))
            return
        # an error on the way leaves this block and with it drops what was written
        with obstore.open_writer(self.store, _checked(key)) as writer:
            for chunk in source:
                writer.write(chunk)

    def read(self, key: str) -> bytes:
        """All bytes of a small file. Raises StorageError when it is not there."""
        try:
            return bytes(obstore.get(self.store, _checked(key)).bytes())
        except (FileNotFoundError, obstore.exceptions.NotFoundError) as error:
            raise StorageError("berkas tidak ada") from error

    def read_range(self, key: str, start: int, length: int) -> bytes:
        """`length` bytes from `start`."""
        try:
            return bytes(obstore.get_range(self.store, _checked(key), start=start, length=length))
        except (FileNotFoundError, obstore.exceptions.NotFoundError) as error:
            raise StorageError("berkas tidak ada") from error

    def stream(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Bytes from `start` up to but not including `end`, in chunks of at most 1 MiB."""
        size = self.size(key)
        stop = size if end is None else min(end, size)
        while start < stop:
            length = min(CHUNK, stop - start)
            yield self.read_range(key, start, length)
            start += length

    def size(self, key: str) -> int:
        """Size in bytes. Raises StorageError when the file is not there."""
        try:
            return int(obstore.head(self.store, _checked(key))["size"])
        except (FileNotFoundError, obstore.exceptions.NotFoundError) as error:
            raise StorageError("berkas tidak ada") from error

    def exists(self, key: str) -> bool:
        """Whether the file is there."""
        try:
            self.size(key)
        except StorageError:
            return False
        return True

    def delete(self, key: str) -> None:
        """Remove the file; a file that is not there is no error."""
        try:
            obstore.delete(self.store, _checked(key))
        except (FileNotFoundError, obstore.exceptions.NotFoundError):
            return

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Every key under `prefix`."""
        for batch in obstore.list(self.store, prefix=prefix or None):
            for item in batch:
                yield str(item["path"])

    def local_path(self, key: str) -> Path | None:
        """Where the file lies when the root is a local folder (for sendfile); None for S3."""
        return None if self.folder is None else self.folder / _checked(key)


def open_root(url: str) -> FileRoot:
    """Open `file:///folder` (made when missing), a plain folder path, or `s3://bucket/prefix`.

    S3 takes its credentials from the environment, as S3 programs do. Raises ValueError for another scheme.
    """
    parts = urlsplit(url)
    if parts.scheme in {"", "file"}:
        folder = Path(parts.path)
        folder.mkdir(parents=True, exist_ok=True)
        return FileRoot(LocalStore(prefix=folder), folder)
    if parts.scheme == "s3":
        return FileRoot(cast("ObjectStore", S3Store(parts.netloc, prefix=parts.path.strip("/") or None)))
    raise ValueError("storage address: the scheme must be file or s3")


def content_key(sha256: str) -> str:
    """Place of a file in a root by its hash (64 hex characters): `ab/cd/abcd…`. Raises ValueError otherwise."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ValueError("not a SHA-256")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def sha256_file(path: Path) -> tuple[str, int]:
    """SHA-256 (hex) and size in bytes of a local file, read in chunks."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def _checked(key: str) -> str:
    """Refuse keys that could step out of the root."""
    if not KEY.fullmatch(key) or ".." in key or "//" in key:
        raise ValueError("not a storage key")
    return key
