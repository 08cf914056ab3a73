"""Pictures of organisations and groups: public by nature, kept by hash under a name of their own among public files.

Nothing here opens a picture: its first bytes say what it is, and it is served as that and nothing else, in a sandbox.
Drawings that are markup (SVG) are refused.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from portal.kernel.storage import FileRoot

#: CKAN's own limit for such pictures (ckan.max_image_size).
LARGEST = 2 * 1024 * 1024
MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}
NAME = re.compile(r"([0-9a-f]{64})\.(png|jpg|gif|webp)")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was sent: its bytes and its name, the hash and what kind it is."""

    data: bytes
    name: str


def kind_of(data: bytes) -> str | None:
    """The kind of picture by its first bytes; None for anything that is no PNG, JPEG, GIF or WebP."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    return "webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def picture(data: bytes) -> Picture | None:
    """A picture of these bytes, or None where they are none."""
    kind = kind_of(data)
    return None if kind is None else Picture(data, f"{hashlib.sha256(data).hexdigest()}.{kind}")


def keep(files: FileRoot, found: Picture) -> None:
    """Store the picture; the same one again changes nothing."""
    files.put(key(found.name), found.data)


def key(name: str) -> str:
    """Its place among the public files, apart from those of datasets. Raises ValueError for a name that is none."""
    if not NAME.fullmatch(name):
        raise ValueError("not the name of a picture")
    return f"gambar/{name[:2]}/{name}"
