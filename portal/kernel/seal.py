"""Sealing of small secrets at rest (TOTP secrets): AES-256-GCM under a key derived from the process's own key file."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12
MIN_KEY = 32


class SealError(Exception):
    """The sealed text was changed, or sealed under another key or for another purpose."""


class Sealer:
    """Seals short texts for one purpose; a text sealed for one purpose does not open for another."""

    def __init__(self, key: bytes, purpose: str) -> None:
        if len(key) < MIN_KEY:
            raise SealError("kunci terlalu pendek")
        derived = HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(key)
        self._cipher = AESGCM(derived)
        self._purpose = purpose.encode()

    @classmethod
    def from_file(cls, path: Path, purpose: str) -> Sealer:
        """A sealer whose key is the bytes of a file (at least 32)."""
        return cls(path.read_bytes(), purpose)

    def seal(self, text: str) -> str:
        """The text sealed, as hex."""
        return self.seal_bytes(text.encode()).hex()

    def seal_bytes(self, data: bytes) -> bytes:
        """A few megabytes at most, sealed as one piece: nonce, text, tag."""
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, data, self._purpose)

    def open_bytes(self, sealed: bytes) -> bytes:
        """The bytes again. Raises SealError for anything that this sealer did not seal."""
        try:
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], self._purpose)
        except (ValueError, InvalidTag) as error:
            raise SealError("tidak dapat dibuka") from error

    def open(self, sealed: str) -> str:
        """The text again. Raises SealError for anything that this sealer did not seal."""
        try:
            return self.open_bytes(bytes.fromhex(sealed)).decode()
        except ValueError as error:
            raise SealError("tidak dapat dibuka") from error
