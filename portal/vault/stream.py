"""STREAM encryption of files (Hoang, Reyhanitabar, Rogaway and Vizard 2015): AES-256-GCM in segments of 1 MiB.

Layout: header of 64 bytes, then segments of 1 MiB plain text + 16 bytes tag, the last one shorter (or empty).
Nonce = 7 random bytes of the header + 4 bytes segment counter + 1 byte last-flag, so a cut, doubled or reordered
file fails; the header is associated data of every segment and names what the file is, so a swapped one fails too.
Each file has a key of its own: HKDF-SHA256 of the data key with the header's salt.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portal.kernel.texts import gettext as _
from portal.vault.errors import FileDamaged

MAGIC = b"PKVAULT1"
SEGMENT = 1024 * 1024
TAG = 16
SEALED_SEGMENT = SEGMENT + TAG
SALT_BYTES = 17
PREFIX_BYTES = 7
LABEL_BYTES = 32
HEADER = len(MAGIC) + SALT_BYTES + PREFIX_BYTES + LABEL_BYTES
LAST = 2**32 - 1


class Ranges(Protocol):
    """Random access to sealed bytes."""

    def size(self) -> int:
        """Sealed size in bytes."""

    def read(self, start: int, length: int) -> bytes:
        """Exactly `length` bytes from `start`, fewer only at the end."""


@dataclass(frozen=True, slots=True)
class Cipher:
    """The key of one file, with its header."""

    header: bytes
    _gcm: AESGCM = field(repr=False)

    @classmethod
    def new(cls, data_key: bytes, label: bytes) -> Cipher:
        """A fresh key for a new file; `label` (32 bytes) says what the file is."""
        if len(label) != LABEL_BYTES:
            raise ValueError("label must have 32 bytes")
        return cls._of(data_key, MAGIC + secrets.token_bytes(SALT_BYTES + PREFIX_BYTES) + label)

    @classmethod
    def of_header(cls, data_key: bytes, header: bytes, label: bytes) -> Cipher:
        """The key of an existing file. Raises FileDamaged when the header isn't one of ours, or another file's."""
        if len(header) != HEADER or not header.startswith(MAGIC) or header[-LABEL_BYTES:] != label:
            raise FileDamaged(_("Kepala berkas tidak dikenal atau milik berkas lain."))
        return cls._of(data_key, header)

    @classmethod
    def _of(cls, data_key: bytes, header: bytes) -> Cipher:
        salt = header[len(MAGIC) : len(MAGIC) + SALT_BYTES]
        key = HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"portal vault file").derive(data_key)
        return cls(header, AESGCM(key))

    def _nonce(self, counter: int, last: bool) -> bytes:
        if counter > LAST:
            raise ValueError("file too large for its counter")
        start = len(MAGIC) + SALT_BYTES
        return self.header[start : start + PREFIX_BYTES] + counter.to_bytes(4, "big") + (b"\x01" if last else b"\x00")

    def seal(self, counter: int, plain: bytes, *, last: bool) -> bytes:
        """One sealed segment."""
        return self._gcm.encrypt(self._nonce(counter, last), plain, self.header)

    def open(self, counter: int, sealed: bytes, *, last: bool) -> bytes:
        """One segment in the clear. Raises FileDamaged."""
        try:
            return self._gcm.decrypt(self._nonce(counter, last), sealed, self.header)
        except (InvalidTag, ValueError) as error:
            raise FileDamaged(_("Isi berkas terpotong, tertukar atau berubah.")) from error


def seal(cipher: Cipher, source: Iterator[bytes]) -> Iterator[bytes]:
    """Header and sealed segments of the plain chunks of `source`, whatever their sizes; one segment in memory."""
    yield cipher.header
    counter, waiting = 0, bytearray()
    for chunk in source:
        waiting += chunk
        # one byte more than a segment must be there, or this might be the last
        while len(waiting) > SEGMENT:
            yield cipher.seal(counter, bytes(waiting[:SEGMENT]), last=False)
            del waiting[:SEGMENT]
            counter += 1
    yield cipher.seal(counter, bytes(waiting), last=True)


def plain_size(sealed: int) -> int:
    """Plain bytes of a sealed file of `sealed` bytes. Raises FileDamaged when no file of ours has that size."""
    body = sealed - HEADER
    if body < TAG:
        raise FileDamaged(_("Berkas terpotong."))
    segments = -(-body // SEALED_SEGMENT)
    size = body - segments * TAG
    if size < 0 or size <= (segments - 1) * SEGMENT - (0 if segments > 1 else 1):
        raise FileDamaged(_("Berkas terpotong."))
    return size


def open_range(
    data_key: bytes, label: bytes, ranges: Ranges, start: int = 0, end: int | None = None
) -> Iterator[bytes]:
    """Plain bytes from `start` up to but not including `end`, segment by segment.

    Nothing of a segment is given out before its tag holds. A reader that wants the whole file must read to the end
    of the iterator: only the last segment proves that the file was not cut. Raises FileDamaged.
    """
    sealed = ranges.size()
    size = plain_size(sealed)
    stop = size if end is None else min(end, size)
    cipher = Cipher.of_header(data_key, ranges.read(0, HEADER), label)
    last = max(size - 1, 0) // SEGMENT
    if size == 0:
        cipher.open(0, ranges.read(HEADER, TAG), last=True)
        return
    for counter in range(max(start, 0) // SEGMENT, -(-stop // SEGMENT)):
        begin = HEADER + counter * SEALED_SEGMENT
        plain = cipher.open(counter, ranges.read(begin, min(SEALED_SEGMENT, sealed - begin)), last=counter == last)
        first = counter * SEGMENT
        yield plain[max(start - first, 0) : min(stop - first, SEGMENT)]


def chunks_of(stream: BinaryIO, size: int = SEGMENT) -> Iterator[bytes]:
    """Chunks of a stream until it ends."""
    while chunk := stream.read(size):
        yield chunk
