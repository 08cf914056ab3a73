"""Finds resident numbers (NIK, KK) and civil-servant numbers (NIP) in text (domain.md 8.6; PDP 4, BT 10(6)-(7)).

This is the cheap guard before a public release. It looks for numbers whose parts hold, so that any other run of
16 or 18 digits passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal

from config import regions

Kind = Literal["nik", "nip"]

#: Digits with single dots, spaces or hyphens between them; not part of a longer run.
_RUN = re.compile(r"(?<![0-9])[0-9](?:[ .\-]?[0-9]){14,18}(?![0-9])")
_FLOAT = re.compile(r"^\s*'?([0-9](?:[.,][0-9]+)?[eE]\+?1[5-7]|[0-9]{16,18}[.,]0+)\s*$")


@dataclass(frozen=True, slots=True)
class Hit:
    """One number found; `masked` keeps the first four digits only, for it goes into a report."""

    kind: Kind
    masked: str


@lru_cache(maxsize=1)
def _districts() -> frozenset[str]:
    """Six digits of every kecamatan code that the code list knows."""
    return frozenset(code.replace(".", "") for code in regions.valid_codes("kecamatan"))


def is_nik(digits: str) -> bool:
    """Whether 16 digits are a NIK (or KK, which looks the same): `PPKKCC DDMMYY SSSS`, women with day + 40.

    The district may be of any period, so a code that was abolished counts too.
    """
    if len(digits) != 16 or not digits.isascii() or not digits.isdigit() or digits[12:] == "0000":
        return False
    day, month = int(digits[6:8]), int(digits[8:10])
    if not (1 <= day <= 31 or 41 <= day <= 71) or not 1 <= month <= 12:
        return False
    place = digits[:6]
    return place in _districts() or regions.region(f"{place[:2]}.{place[2:4]}.{place[4:]}") is not None


def is_nip(digits: str) -> bool:
    """Whether 18 digits are a NIP: birth date, month of appointment at 16 years or older, sex 1 or 2, serial."""
    if len(digits) != 18 or not digits.isascii() or not digits.isdigit():
        return False
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    year, month = int(digits[8:12]), int(digits[12:14])
    if not 1 <= month <= 12 or not 1900 <= born.year <= 2100 or year > 2100:
        return False
    return year - born.year >= 16 and digits[14] in "12" and digits[15:] != "000"


def hits(text: str) -> Iterator[Hit]:
    """Every NIK and NIP in a text; dots, spaces, a leading apostrophe and the float form are seen through."""
    for digits in _runs(text):
        if is_nik(digits):
            yield Hit("nik", digits[:4] + "…")
        elif is_nip(digits):
            yield Hit("nip", digits[:4] + "…")


def _runs(text: str) -> Iterator[str]:
    whole = _FLOAT.match(text)
    if whole:
        try:
            number = Decimal(whole[1].replace(",", "."))
        except InvalidOperation:
            return
        yield str(int(number))
        return
    for match in _RUN.finditer(text):
        yield re.sub(r"[^0-9]", "", match[0])
