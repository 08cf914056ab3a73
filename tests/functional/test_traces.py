"""The finder finds: a leak test that sees nothing because it cannot see would be worse than none."""

from __future__ import annotations

import base64
import gzip
import io
import json
import struct
import zipfile
import zlib
from pathlib import Path
from urllib.parse import quote

import brotli
import duckdb
import pytest

from tests.functional.traces import decoded, forms, found_in, point_forms

WORD = "penyusupgelap"


def zipped(inner: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("isi.xml", inner)
    return stream.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        f"<p>{WORD.upper()}</p>".encode(),
        WORD.encode("utf-16-le"),
        b"\xff" + WORD.encode("utf-16-be"),
        WORD.encode().hex().encode(),
        "".join(f"&#{ord(letter)};" for letter in WORD).encode(),
        "".join(f"\\u{ord(letter):04x}" for letter in WORD).encode(),
        "".join(f"%{ord(letter):02X}" for letter in WORD).encode(),
        gzip.compress(WORD.encode()),
        zlib.compress(f"x {WORD} x".encode()),
        zipped(zipped(f"teks {WORD}".encode())),
        *(base64.b64encode(b"." * offset + WORD.encode() + b"....") for offset in range(3)),
    ],
)
def test_a_word_is_found_in_every_wrapping(data: bytes) -> None:
    assert found_in(data, [WORD, "tidakada"]) == {WORD}


def test_a_word_is_found_in_parquet(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT '{WORD}' AS a FROM range(2000)) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
        )
    assert found_in(path.read_bytes(), [WORD]) == {WORD}


def test_coordinates_are_found_in_binary_geometry() -> None:
    longitude, latitude = 108.917263, -7.083917
    geometry = b"\x01\x01\x00\x00\x00" + struct.pack("<dd", longitude, latitude)
    assert len(found_in(geometry, [], point_forms(longitude, latitude))) == 2


def test_content_encodings_are_undone() -> None:
    body = json.dumps({"a": quote(WORD)}).encode()
    assert decoded(brotli.compress(body), "br") == decoded(gzip.compress(body), "gzip") == body
    with pytest.raises(ValueError, match="aneh"):
        decoded(body, "aneh")


def test_nothing_is_found_where_nothing_is() -> None:
    assert found_in(bytes(range(256)) * 40, [WORD, "108.917263"], point_forms(108.917263, -7.083917)) == set()
    assert len(forms(WORD)) == 7
