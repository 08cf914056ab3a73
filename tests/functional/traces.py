"""Finds words in bytes whatever they are wrapped in: compression, archives, encodings, escapes."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import brotli
import duckdb
from pmtiles.reader import MemorySource, all_tiles

DEPTH = 3
ESCAPE = re.compile(rb"\\u([0-9a-fA-F]{4})")


def forms(word: str) -> tuple[bytes, ...]:
    """How a text may stand in bytes: UTF-8, UTF-16, hexadecimal, base64 at each of its three offsets."""
    plain = word.encode()
    made = [plain, word.encode("utf-16-le"), word.encode("utf-16-be"), plain.hex().encode()]
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + plain)
        # letters that also hold bits of the neighbours are left out
        made.append(encoded[(0, 2, 3)[offset] : len(encoded) - 4].lower())
    return tuple(item.lower() for item in made if len(item) >= 6)


def point_forms(longitude: float, latitude: float) -> tuple[bytes, ...]:
    """A coordinate in binary geometry, in both byte orders."""
    return tuple(struct.pack(order, value) for order in ("<d", ">d") for value in (longitude, latitude))


def readings(data: bytes, depth: int = DEPTH) -> Iterator[bytes]:
    """The bytes and everything that they unpack or unescape to."""
    yield data
    if not data or depth == 0:
        return
    for inner in _unpacked(data):
        yield from readings(inner, depth - 1)
    for text in (html.unescape(data.decode("latin-1")).encode("latin-1", "replace"), _unescaped(data)):
        if text != data:
            yield text


def _unescaped(data: bytes) -> bytes:
    text = unquote_to_bytes(data.replace(b"+", b" "))
    return ESCAPE.sub(lambda match: chr(int(match[1], 16)).encode("utf-8", "replace"), text)


def _unpacked(data: bytes) -> Iterator[bytes]:
    if data[:2] == b"\x1f\x8b":
        yield gzip.decompress(data)
    elif data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield archive.read(name)
    elif data[:4] == b"PAR1":
        yield _parquet(data)
    elif data[:7] == b"PMTiles":
        pmtiles: Any = (all_tiles, MemorySource)  # a package without types
        for _place, tile in pmtiles[0](pmtiles[1](data)):
            yield tile
    elif data[:1] == b"\x78":
        try:
            yield zlib.decompress(data)
        except zlib.error:
            return


def _parquet(data: bytes) -> bytes:
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file, duckdb.connect() as connection:
        file.write(data)
        file.flush()
        found = connection.execute("SELECT * FROM read_parquet(?)", [file.name])
        names = [column[0] for column in found.description or ()]
        return json.dumps([names, found.fetchall()], default=str).encode()


def found_in(data: bytes, words: Iterable[str], binary: Iterable[bytes] = ()) -> set[str]:
    """The words that stand in the bytes, in any reading; binary ones as `biner:<hex>`."""
    wanted = {word: forms(word) for word in words}
    seen: set[str] = set()
    for reading in readings(data):
        lower = reading.lower()
        seen |= {word for word, shapes in wanted.items() if any(shape in lower for shape in shapes)}
        seen |= {f"biner:{item.hex()}" for item in binary if item in reading or item.hex().encode() in lower}
    return seen


def decoded(body: bytes, encoding: str) -> bytes:
    """A body without its Content-Encoding. Raises ValueError for one we do not know."""
    if not body or encoding in {"", "identity"}:
        return body
    if encoding == "gzip":
        return gzip.decompress(body)
    if encoding == "deflate":
        return zlib.decompress(body)
    if encoding == "br":
        return bytes(brotli.decompress(body))
    raise ValueError(encoding)


def files_below(folder: Path) -> Iterator[tuple[str, bytes]]:
    """(path below the folder, bytes) of every file."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes()
