"""Opens an uploaded archive safely (peers.md 4.3 item 9).

No name of the archive ever touches the file system: members are written under numbers, and the names are
kept beside them. So a name can't escape; names that try are refused all the same, since nobody packs such
an archive by accident.
"""

from __future__ import annotations

import os
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from geo.errors import bad
from geo.findings import Finding, note, warning

_CHUNK = 1 << 20
_NESTED = frozenset({".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".kmz", ".zst"})
_JUNK_NAMES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA})
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """How much an archive may hold. `ratio` applies to members over `ratio_from` bytes: the blank-padded
    attributes of a shapefile may well pack 100 to 1."""

    members: int = 2000
    total_bytes: int = 6 << 30
    ratio: int = 400
    ratio_from: int = 32 << 20
    name_bytes: int = 512


@dataclass(frozen=True, slots=True)
class Member:
    """One extracted file: `name` as it stands in the archive, `path` where its bytes are now."""

    name: str
    path: Path
    size: int

    @property
    def stem(self) -> str:
        """Folder and name without the suffix, folded for comparing (`Data/Jalan` of `Data/JALAN.SHP`)."""
        pure = PurePosixPath(self.name)
        return str(pure.with_suffix("")).casefold()

    @property
    def suffix(self) -> str:
        """The last suffix in lower case, with its dot."""
        return PurePosixPath(self.name).suffix.casefold()


def is_archive(path: Path) -> bool:
    """Whether the file starts as a zip archive does (also an empty or spanned one)."""
    with path.open("rb") as stream:
        return stream.read(4) in {b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"}


def extract(
    path: Path, out_dir: Path, limits: ArchiveLimits | None = None
) -> tuple[tuple[Member, ...], tuple[Finding, ...]]:
    """Extracts every ordinary member into `out_dir` (made if missing) under numbered names.

    Junk of file managers is passed over with a note, an archive in the archive with a warning. Raises
    `BadInputError` for a broken, encrypted or spanned archive, too many members, too many bytes, a ratio that only
    a bomb has, a link or device, a name that is absolute, climbs or hides, and names that fold to one.
    """
    limits = limits or ArchiveLimits()
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_totals(entries, limits)
            for entry in entries:
                _check_entry(entry, limits)
            kept, findings = _sort_out(entries)
            out_dir.mkdir(parents=True, exist_ok=True)
            return _write(archive, kept, out_dir, limits), findings
    except (zipfile.BadZipFile, EOFError, zlib.error, ValueError, NotImplementedError, OSError) as failure:
        raise bad(
            "arsip.rusak",
            "Arsip zip rusak atau terpotong ({reason}). Unggah ulang berkas yang utuh.",
            reason=str(failure)[:120],
        ) from None


def _check_totals(entries: list[zipfile.ZipInfo], limits: ArchiveLimits) -> None:
    if not any(not entry.filename.endswith("/") for entry in entries):
        raise bad("arsip.kosong", "Arsip zip tidak berisi berkas apa pun.")
    if len(entries) > limits.members:
        raise bad(
            "arsip.terlalu_banyak",
            "Arsip berisi {count} berkas; paling banyak {limit}.",
            count=len(entries),
            limit=limits.members,
        )
    if sum(entry.file_size for entry in entries) > limits.total_bytes:
        raise _too_large(limits)
    seen: dict[str, str] = {}
    for entry in entries:
        folded = unicodedata.normalize("NFC", entry.filename.replace("\\", "/")).casefold()
        if folded in seen:
            raise bad(
                "arsip.nama_bentrok",
                "Dua berkas di arsip bernama sama bila huruf besar-kecil diabaikan: {name} dan {other}.",
                name=entry.filename,
                other=seen[folded],
            )
        seen[folded] = entry.filename


def _too_large(limits: ArchiveLimits) -> Exception:
    return bad(
        "arsip.terlalu_besar",
        "Isi arsip melebihi batas {limit} MB setelah dibuka.",
        limit=limits.total_bytes >> 20,
    )


def _check_entry(entry: zipfile.ZipInfo, limits: ArchiveLimits) -> None:
    name = entry.filename
    if unsafe_name(name) or len(name.encode()) > limits.name_bytes:
        raise bad(
            "arsip.nama_berbahaya",
            "Nama berkas di arsip tidak boleh menunjuk ke luar arsip: {name}",
            name=ascii(name)[:200],
        )
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise bad("arsip.tautan", "Arsip berisi tautan atau berkas khusus: {name}", name=name)
    if entry.flag_bits & _ENCRYPTED:
        raise bad("arsip.bersandi", "Arsip dikunci dengan kata sandi: {name}", name=name)
    if entry.compress_type not in _METHODS:
        raise bad("arsip.cara_kemas", "Cara pemampatan berkas {name} tidak dikenal.", name=name)
    if entry.file_size > limits.ratio_from and entry.file_size > limits.ratio * max(1, entry.compress_size):
        raise bad(
            "arsip.bom",
            "Berkas {name} mengembang {ratio} kali saat dibuka; arsip ditolak.",
            name=name,
            ratio=entry.file_size // max(1, entry.compress_size),
        )


def unsafe_name(name: str) -> bool:
    """Whether a member's name is absolute, climbs, names a drive or holds control characters."""
    if not name or any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in name):
        return True
    path = name.replace("\\", "/")
    return path.startswith("/") or ":" in path.split("/")[0] or ".." in path.split("/")


def _is_junk(name: str) -> bool:
    pure = PurePosixPath(name)
    return pure.name.casefold() in _JUNK_NAMES or pure.name.startswith("._") or "__MACOSX" in pure.parts


def _sort_out(
    entries: Iterable[zipfile.ZipInfo],
) -> tuple[list[zipfile.ZipInfo], tuple[Finding, ...]]:
    kept: list[zipfile.ZipInfo] = []
    findings: list[Finding] = []
    junk = 0
    for entry in entries:
        if entry.filename.endswith("/"):
            continue
        if _is_junk(entry.filename):
            junk += 1
        elif PurePosixPath(entry.filename).suffix.casefold() in _NESTED:
            findings.append(
                warning(
                    "arsip.bersarang",
                    "Arsip di dalam arsip tidak dibuka: {name}. Unggah tersendiri bila perlu.",
                    name=entry.filename,
                )
            )
        else:
            kept.append(entry)
    if junk:
        findings.append(note("arsip.sampah", "{count} berkas sampah pengelola berkas diabaikan.", count=junk))
    return kept, tuple(findings)


def _write(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], out_dir: Path, limits: ArchiveLimits
) -> tuple[Member, ...]:
    """Writes the members, counting the bytes that really come out: the declared sizes may lie."""
    members: list[Member] = []
    total = 0
    for number, entry in enumerate(entries):
        target = out_dir / f"{number:05d}"
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        size = 0
        with os.fdopen(descriptor, "wb") as sink, archive.open(entry) as source:
            while block := source.read(_CHUNK):
                size += len(block)
                if total + size > limits.total_bytes:
                    raise _too_large(limits)
                sink.write(block)
        total += size
        members.append(Member(entry.filename.replace("\\", "/"), target, size))
    return tuple(members)
