"""Passwords, random keys and their hashes. Keys are stored hashed: whoever reads the database signs nobody in."""

from __future__ import annotations

import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.kernel.errors import Invalid
from portal.kernel.texts import gettext as _

HASHER = PasswordHasher()
MIN_LENGTH = 10
MAX_LENGTH = 200
#: A hash that no password matches: verified for unknown accounts, so that both cost the same.
DUMMY = HASHER.hash(secrets.token_urlsafe(32))
COMMON = frozenset(
    {"password", "12345678", "123456789", "1234567890", "qwertyuiop", "indonesia", "rahasia123", "bismillah"}
)


def new_key() -> str:
    """A fresh key of 256 bits, safe in addresses and cookies."""
    return secrets.token_urlsafe(32)


def key_hash(key: str) -> bytes:
    """The stored form of a key (BLAKE2b-256; keys are random, so a fast hash is enough)."""
    return hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=32).digest()


def check_password(password: str, *, email: str = "", name: str = "") -> None:
    """Refuse a weak password. Raises Invalid on field `password`."""
    folded = password.lower()
    faults = []
    if len(password) < MIN_LENGTH:
        faults.append(_("Kata sandi paling sedikit %(n)s huruf.", n=MIN_LENGTH))
    if len(password) > MAX_LENGTH:
        faults.append(_("Kata sandi paling banyak %(n)s huruf.", n=MAX_LENGTH))
    own = [part for part in (email.split("@", maxsplit=1)[0], *name.lower().split()) if len(part) > 3]
    if folded in COMMON or len(set(folded)) < 5 or any(part.lower() in folded for part in own):
        faults.append(_("Kata sandi terlalu mudah ditebak: jangan memakai nama, surel atau kata yang umum."))
    if faults:
        raise Invalid(faults[0], fields={"password": faults}, rule="akun.kata_sandi")


def hash_password(password: str) -> str:
    """Argon2id hash of a password."""
    return HASHER.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password fits; costs the same when there is no hash."""
    try:
        HASHER.verify(stored or DUMMY, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with older cost settings."""
    return HASHER.check_needs_rehash(stored)
