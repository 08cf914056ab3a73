"""The key file and what is done with its keys: wrapping the data keys of dataset versions (design.md I3a).

The file is JSON, mode 0600: `{"active": "k2026-01", "keys": {"k2026-01": "<32 bytes in base64>"}}`. New data keys
are wrapped under the active key; older keys stay in the file until everything is wrapped anew.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.kernel.texts import gettext as _
from portal.vault.errors import FileDamaged, KeyFileError

KEY_BYTES = 32
NONCE_BYTES = 12
_KEY_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class DataKey:
    """A data key in the clear beside its wrapped form; never stored or printed in the clear."""

    plain: bytes = field(repr=False)
    wrapped: bytes
    key_id: str


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The key-encryption keys. `context` binds a wrapped key to what it is for, so that it fits nothing else."""

    active: str
    keys: Mapping[str, bytes] = field(repr=False)

    def new_data_key(self, context: bytes) -> DataKey:
        """A fresh data key of 256 bits, wrapped by AES-256-GCM under the active key."""
        return self.wrap(secrets.token_bytes(KEY_BYTES), context)

    def wrap(self, plain: bytes, context: bytes) -> DataKey:
        """Wrap a data key under the active key (also to rotate: unwrap, then wrap)."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self.keys[self.active]).encrypt(nonce, plain, _bound(self.active, context))
        return DataKey(plain, nonce + sealed, self.active)

    def unwrap(self, wrapped: bytes, key_id: str, context: bytes) -> DataKey:
        """The data key again. Raises KeyFileError when the ring lacks the key, FileDamaged when it does not fit."""
        key = self.keys.get(key_id)
        if key is None:
            raise KeyFileError(f"Berkas kunci tidak memuat kunci bernama {key_id}.")
        try:
            plain = AESGCM(key).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _bound(key_id, context))
        except (InvalidTag, ValueError) as error:
            raise FileDamaged(_("Kunci data tidak cocok dengan berkasnya.")) from error
        return DataKey(plain, wrapped, key_id)


def load_keys(path: Path) -> KeyRing:
    """Read the key file. Raises KeyFileError that names the setting and the fault, never a path or a key."""
    try:
        if path.stat().st_mode & 0o077:
            raise KeyFileError("PORTAL_VAULT_KEY_FILE: berkas kunci dapat dibaca pengguna lain; ubah modenya ke 0600.")
        content = json.loads(path.read_text(encoding="utf-8"))
        active, encoded = str(content["active"]), content["keys"]
        keys = {str(name): base64.b64decode(value, validate=True) for name, value in encoded.items()}
    except OSError as error:
        raise KeyFileError("PORTAL_VAULT_KEY_FILE: berkas kunci tidak ada atau tidak dapat dibaca.") from error
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise KeyFileError("PORTAL_VAULT_KEY_FILE: isi berkas kunci tidak dapat dipahami.") from error
    if not keys or active not in keys or any(len(key) != KEY_BYTES for key in keys.values()):
        raise KeyFileError("PORTAL_VAULT_KEY_FILE: kunci aktif tidak ada atau panjang kunci bukan 32 bita.")
    if any(not _KEY_ID.fullmatch(name) for name in keys):
        raise KeyFileError("PORTAL_VAULT_KEY_FILE: nama kunci hanya boleh huruf, angka, titik, garis.")
    return KeyRing(active, keys)


def make_key_file(path: Path, key_id: str = "") -> None:
    """Write a new key file (mode 0600) with one key; for the demo and a first installation.

    Raises FileExistsError when there is one: a key file is never overwritten, its loss is the loss of the files.
    """
    name = key_id or f"k{datetime.now(UTC):%Y%m%d}"
    content = {"active": name, "keys": {name: base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}}
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(json.dumps(content) + "\n")


def _bound(key_id: str, context: bytes) -> bytes:
    return b"portal vault data key\x00" + key_id.encode() + b"\x00" + context
