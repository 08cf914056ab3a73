"""From counts over a whole column to its type, with the reason in Indonesian. Pure: no database here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from geo.tables.types import ColumnType

TYPE_WORDS: dict[ColumnType, str] = {
    ColumnType.TEXT: "teks",
    ColumnType.INTEGER: "bilangan bulat",
    ColumnType.NUMERIC: "bilangan",
    ColumnType.DATE: "tanggal",
    ColumnType.TIMESTAMP: "tanggal dan jam",
    ColumnType.BOOLEAN: "ya/tidak",
    ColumnType.YEAR: "tahun",
}
#: A column guessed as text names the type that at least this share of its cells would fit.
NEAR = 0.8
_CODE = re.compile(
    r"\b(kode|kd|code|nik|nip|nuptk|npwp|nisn|nis|npsn|nib|kbli|kodepos|nkk|isbn|issn|telp|telepon|hp|wa|nop|"
    r"rekening|no(mor)? (kk|ktp|hp|telp|telepon|rekening|registrasi|induk|surat|pokok))\b"
)
_REGION = re.compile(r"\b(wilayah|kemendagri|bps|kab|kabupaten|kec|kecamatan|desa|provinsi|prov)\b")
_YEAR = re.compile(r"\b(tahun|thn|th|year)\b")
_DAY = re.compile(r"\b(tanggal|tgl|date|hari)\b")


@dataclass(frozen=True, slots=True)
class Guess:
    """The type of a column and how its cells are written; ``near`` is what most cells of a text column fit."""

    type: ColumnType
    why: str
    decimal: str | None = None
    date_order: str = "dmy"
    percent: bool = False
    zoned: bool = False
    near: ColumnType | None = None
    bad: int = 0
    doubt: str | None = None


def words_of(label: str) -> str:
    """A label in lower case with single spaces between its words, for the hints."""
    return re.sub(r"[\W_]+", " ", label).strip().lower()


def is_code_name(label: str) -> bool:
    """Whether the header says that the column holds codes, which stay text (I12)."""
    return bool(_CODE.search(words_of(label)))


def is_year_name(label: str) -> bool:
    """Whether the header speaks of a year."""
    return bool(_YEAR.search(words_of(label)))


def is_day_name(label: str) -> bool:
    """Whether the header speaks of a day, so that day numbers of a spreadsheet are meant."""
    return bool(_DAY.search(words_of(label)))


def guess_type(label: str, n: int, counts: Mapping[str, int], file_decimal: str | None = None) -> Guess:
    """The type of a column of `n` cells that hold something (marks of absence left out).

    `counts` says how many of them fit each reading (keys of `columns.KEYS`); `file_decimal` is the decimal
    sign that other columns of the file use beyond doubt.
    """
    if n == 0:
        return Guess(ColumnType.TEXT, "Kolom kosong.")
    text = _text_because(label, n, counts)
    if text is not None:
        return text
    for finder in (_whole, _yes_no, _fraction, _day):
        found = finder(label, n, counts, file_decimal)
        if found is not None:
            return found
    return _nearest(n, counts, file_decimal)


def _text_because(label: str, n: int, counts: Mapping[str, int]) -> Guess | None:
    if is_code_name(label):
        return Guess(ColumnType.TEXT, "Nama kolom menunjukkan kode; kode disimpan sebagai teks.")
    if counts.get("zero", 0):
        return Guess(ColumnType.TEXT, f"{_many(counts['zero'])} sel berawalan nol; agar nol tidak hilang, tetap teks.")
    if counts.get("long", 0):
        return Guess(ColumnType.TEXT, f"{_many(counts['long'])} sel berisi 16 digit atau lebih (kode); tetap teks.")
    if counts.get("region", 0) == n and _REGION.search(words_of(label)):
        return Guess(ColumnType.TEXT, "Semua sel berbentuk kode wilayah; tetap teks.")
    return None


def _whole(label: str, n: int, counts: Mapping[str, int], _: str | None) -> Guess | None:
    if counts.get("int", 0) != n:
        return None
    if counts.get("serial", 0) == n and is_day_name(label):
        return Guess(ColumnType.DATE, "Semua sel nomor hari lembar sebar dan nama kolom menyebut tanggal.")
    if counts.get("year", 0) == n and is_year_name(label):
        return Guess(ColumnType.YEAR, "Semua sel tahun empat digit dan nama kolom menyebut tahun.")
    return Guess(ColumnType.INTEGER, f"Semua {_many(n)} sel bilangan bulat.")


def _yes_no(_label: str, n: int, counts: Mapping[str, int], _: str | None) -> Guess | None:
    if counts.get("bool", 0) != n:
        return None
    return Guess(ColumnType.BOOLEAN, f"Semua {_many(n)} sel ya atau tidak.")


def _fraction(_label: str, n: int, counts: Mapping[str, int], file_decimal: str | None) -> Guess | None:
    for percent in (False, True):
        tail = "_percent" if percent else ""
        comma, point = counts.get("comma" + tail, 0) == n, counts.get("point" + tail, 0) == n
        if not comma and not point:
            continue
        if comma and point and not percent:
            return _doubtful(n, counts, file_decimal)
        sign = "," if comma and not (point and file_decimal == ".") else "."
        whole = counts.get("comma_int" if sign == "," else "point_int", 0) == n and not percent
        kind = ColumnType.INTEGER if whole else ColumnType.NUMERIC
        why = f"Semua {_many(n)} sel {TYPE_WORDS[kind]}"
        why += f"; desimal “{sign}”, ribuan “{'.' if sign == ',' else ','}”."
        if percent:
            why += " Tanda persen dibuang: 12,5 persen menjadi 12,5."
        return Guess(kind, why, decimal=sign, percent=percent)
    return None


def _doubtful(n: int, counts: Mapping[str, int], file_decimal: str | None) -> Guess:
    """Every cell reads both ways: 1.234 (or 1,234) is a thousand or a fraction. The whole column decides."""
    dots, commas = counts.get("either", 0), counts.get("either_comma", 0)
    if not dots and not commas:
        whole = counts.get("comma_int", 0) == n
        kind = ColumnType.INTEGER if whole else ColumnType.NUMERIC
        why = f"Semua {_many(n)} sel {TYPE_WORDS[kind]}" + ("; spasi memisahkan ribuan." if whole else ".")
        return Guess(kind, why, decimal="," if whole else ".")
    if dots and commas:
        why = "Titik dan koma sama-sama bisa pemisah ribuan; dibaca menurut cara Indonesia: koma desimal."
        return Guess(ColumnType.NUMERIC, why, decimal=",", doubt="dengan koma sebagai desimal")
    mark, other = (".", ",") if dots else (",", ".")
    known = mark if counts.get("big", 0) else file_decimal
    if known == mark:
        because = (
            "bilangan ≥ 1000 di kolom ini ditulis tanpa pemisah ribuan"
            if counts.get("big", 0)
            else "seperti pada kolom lain berkas ini"
        )
        return Guess(ColumnType.NUMERIC, f"“{mark}” dibaca desimal: {because}.", decimal=mark)
    if known == other:
        why = f"“{mark}” dibaca pemisah ribuan karena kolom lain memakai “{other}” sebagai desimal."
        return Guess(ColumnType.INTEGER, why, decimal=other)
    if mark == ".":
        why = "“1.234” bisa seribu lebih atau satu lebih; dibaca ribuan menurut cara Indonesia."
        return Guess(ColumnType.INTEGER, why, decimal=",", doubt="sebagai pemisah ribuan")
    why = "“1,234” bisa seribu lebih atau satu lebih; dibaca desimal menurut cara Indonesia."
    return Guess(ColumnType.NUMERIC, why, decimal=",", doubt="sebagai koma desimal")


def _day(_label: str, n: int, counts: Mapping[str, int], _: str | None) -> Guess | None:
    for kind, name in ((ColumnType.DATE, "date"), (ColumnType.TIMESTAMP, "stamp")):
        first, other = counts.get(f"{name}_dmy", 0) == n, counts.get(f"{name}_mdy", 0) == n
        if first:
            why = f"Semua {_many(n)} sel {TYPE_WORDS[kind]}"
            why += "; hari dibaca lebih dulu (31/12)." if not other or counts.get("slashed", 0) else "."
            return Guess(kind, why)
        if other:
            why = f"Semua {_many(n)} sel {TYPE_WORDS[kind]} bila bulan dibaca lebih dulu (12/31)."
            return Guess(kind, why, date_order="mdy", doubt="dengan bulan di depan (12/31)")
    if counts.get("zoned", 0) == n:
        return Guess(ColumnType.TIMESTAMP, f"Semua {_many(n)} sel tanggal dan jam dengan zona.", zoned=True)
    return None


def _nearest(n: int, counts: Mapping[str, int], file_decimal: str | None) -> Guess:
    """Text, saying which type most cells would fit and how many cells stand in its way."""
    order = (",", ".") if file_decimal != "." else (".", ",")
    near: list[tuple[int, Guess]] = [(counts.get("int", 0), Guess(ColumnType.INTEGER, ""))]
    for sign in order:
        key = "comma" if sign == "," else "point"
        near.append((counts.get(key, 0), Guess(ColumnType.NUMERIC, "", decimal=sign)))
    near.append((counts.get("bool", 0), Guess(ColumnType.BOOLEAN, "")))
    near.append((counts.get("date_dmy", 0), Guess(ColumnType.DATE, "")))
    near.append((counts.get("date_mdy", 0), Guess(ColumnType.DATE, "", date_order="mdy")))
    near.append((counts.get("stamp_dmy", 0), Guess(ColumnType.TIMESTAMP, "")))
    fitting, best = max(near, key=lambda pair: pair[0])
    if n < 3 or fitting < NEAR * n or fitting == n:
        return Guess(ColumnType.TEXT, "Isi beragam; disimpan sebagai teks.")
    bad = n - fitting
    why = f"{_many(bad)} dari {_many(n)} sel bukan {TYPE_WORDS[best.type]}; tetap teks sampai diperbaiki."
    return replace(best, type=ColumnType.TEXT, near=best.type, bad=bad, why=why)


def _many(number: int) -> str:
    """A count as Indonesians write it: 1.234."""
    return f"{number:,}".replace(",", ".")
