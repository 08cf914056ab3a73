"""Which encoding a dBASE file is in: what it declares, what its bytes say, what the officer picks.

`.cpg` and `.cst` are often wrong (peers.md 2.2 item 1), so what they say is tried on the file's own values
and contradicted when the bytes do.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass

from geo.findings import Finding, warning
from geo.layers.types import EncodingCandidate

LABELS = {
    "utf-8": "UTF-8",
    "cp1252": "Windows-1252 (ANSI)",
    "iso8859-1": "ISO-8859-1 (Latin-1)",
    "cp850": "DOS 850",
    "cp437": "DOS 437",
    "iso8859-15": "ISO-8859-15 (Latin-9)",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1256": "Windows-1256 (Arab)",
    "gb18030": "GB 18030",
    "big5": "Big5",
    "shift_jis": "Shift JIS",
    "euc_kr": "EUC-KR",
}
_ALWAYS = ("utf-8", "cp1252", "cp850", "cp437")
# language driver ids of dBASE, as listed in the ESRI and FoxPro tables
_LDID = {0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x57: "cp1252", 0x58: "cp1252", 0x59: "cp1252"}
_SHORT = {"65001": "utf-8", "1252": "cp1252", "88591": "iso8859-1", "885915": "iso8859-15", "ansi": "cp1252"}


@dataclass(frozen=True, slots=True)
class Sample:
    """One attribute value as bytes; `full` says that it fills its field, so its last letter may be cut."""

    raw: bytes
    full: bool


def normalise(name: str) -> str | None:
    """A Python codec of `LABELS` for what a `.cpg` may say (`UTF-8`, `1252`, `ISO 88591`, `ANSI 1252`), or
    None when it names nothing we know."""
    text = name.strip().strip("\x00").casefold()
    for prefix in ("ldid/", "ansi ", "oem ", "cp", "windows-", "windows ", "iso ", "iso-", "iso_"):
        text_short = text.removeprefix(prefix).replace("-", "").replace("_", "").replace(" ", "")
        if text_short in _SHORT:
            return _SHORT[text_short]
    for spelling in (text, text.removeprefix("ansi "), text.removeprefix("oem "), f"cp{text}"):
        try:
            found = codecs.lookup(spelling).name
        except (LookupError, ValueError):
            continue
        if found in LABELS:
            return found
    return None


def from_ldid(value: int) -> str | None:
    """The codec of a language driver id in the dBASE header, None for 0 and unknown ones."""
    return _LDID.get(value)


def _reads(sample: Sample, encoding: str) -> bool:
    try:
        if sample.full and encoding == "utf-8":
            text = codecs.getincrementaldecoder("utf-8")("strict").decode(sample.raw, final=False)
        else:
            text = sample.raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return not any("\x80" <= letter <= "\x9f" for letter in text)


def candidates(
    samples: Sequence[Sample], declared: str | None, declared_by: str, chosen: str | None
) -> tuple[EncodingCandidate, ...]:
    """Tries encodings on the samples (values with bytes beyond ASCII), the one to use first.

    The officer's choice wins; then the declared one unless the bytes contradict it; then UTF-8 where all
    values are valid UTF-8 (other encodings pass that test by chance hardly ever); then Windows-1252.
    """
    names = [name for name in dict.fromkeys((chosen, declared, *_ALWAYS)) if name is not None]
    errors = {name: sum(not _reads(sample, name) for sample in samples) for name in names}
    best = chosen or _suggest(samples, declared, errors)
    shown = []
    for name in sorted(names, key=lambda name: (name != best, errors[name], names.index(name))):
        source = "pilihan" if name == chosen else declared_by if name == declared else "tebakan"
        texts = tuple(dict.fromkeys(sample.raw.decode(name, "replace") for sample in samples[:40]))[:5]
        shown.append(EncodingCandidate(name, LABELS.get(name, name), texts, errors[name], source, chosen=name == best))
    return tuple(shown)


def _suggest(samples: Sequence[Sample], declared: str | None, errors: dict[str, int]) -> str:
    utf8_fits = bool(samples) and errors["utf-8"] == 0
    if declared is not None and errors[declared] == 0 and not (utf8_fits and declared != "utf-8"):
        return declared
    if utf8_fits or not samples:
        return declared if declared is not None and not samples else "utf-8"
    return min(("cp1252", "utf-8", "cp850", "cp437"), key=lambda name: errors[name])


def contradiction(
    found: Sequence[EncodingCandidate], declared: str | None, declared_by: str, said: str
) -> Finding | None:
    """The finding that a `.cpg` lies or says nothing known, or None."""
    used = next(candidate for candidate in found if candidate.chosen)
    if said and declared is None:
        return warning(
            "shapefile.cpg_tidak_dikenal",
            "Berkas {where} menyebut pengodean “{said}” yang tidak dikenal; dibaca sebagai {used}.",
            where=declared_by,
            said=said[:40],
            used=used.label,
        )
    if declared is None or used.encoding == declared or used.source == "pilihan":
        return None
    return warning(
        "shapefile.cpg_bohong",
        "Berkas {where} menyebut {said}, tetapi isinya terbaca benar sebagai {used}. Periksa contoh namanya.",
        where=declared_by,
        said=LABELS.get(declared, declared),
        used=used.label,
    )
