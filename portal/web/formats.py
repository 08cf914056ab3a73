"""Numbers, dates, sizes and regions as people read them: pure functions, also used as Jinja filters."""

import math
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

from config import vocabularies

MONTHS = {
    "id": (
        "Januari",
        "Februari",
        "Maret",
        "April",
        "Mei",
        "Juni",
        "Juli",
        "Agustus",
        "September",
        "Oktober",
        "November",
        "Desember",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}
DAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
WIB = timezone(timedelta(hours=7), "WIB")
WITA = timezone(timedelta(hours=8), "WITA")
WIT = timezone(timedelta(hours=9), "WIT")
NO_BREAK = "\u00a0"
MINUS = "\u2212"
MISSING = "–"

# Every float has its digits; what is longer is no measurement and is shown as missing.
LONGEST = 320
_WIDE = Context(prec=2 * LONGEST)
_COMMAS = str.maketrans(",.", ".,")

Number = int | float | Decimal


def _decimal(value: Number) -> Decimal | None:
    try:
        exact = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    except InvalidOperation:
        return None
    return exact if exact.is_finite() and exact.adjusted() < LONGEST else None


def number(value: Number | None, decimals: int | None = None, lang: str = "id") -> str:
    """`1234.5` as `1.234,5` (English: `1,234.5`); at most two decimals unless `decimals` fixes them.

    A missing, non-finite or absurd (320 digits) value gives an en dash. Rounding is half up, as official statistics do.
    """
    if type(value) is int and not decimals and value.bit_length() < 64:
        return _grouped(value, lang)
    exact = None if value is None else _decimal(value)
    if exact is None:
        return MISSING
    places = 2 if decimals is None else max(0, decimals)
    with_places = _rounded(exact, places)
    if decimals is None and "." in with_places:
        with_places = with_places.rstrip("0").rstrip(".")
    negative = with_places.startswith("-")
    whole, _, fraction = with_places.lstrip("-").partition(".")
    groups = f"{int(whole):,}"
    text = groups + (f".{fraction}" if fraction else "")
    if lang != "en":
        text = text.translate(_COMMAS)
    return (MINUS if negative and text.strip("0.,") else "") + text


def _grouped(value: int, lang: str) -> str:
    """A whole number, which most are, without the detour by Decimal."""
    groups = f"{abs(value):,}"
    return (MINUS if value < 0 else "") + (groups if lang == "en" else groups.replace(",", "."))


def _rounded(exact: Decimal, places: int) -> str:
    return format(exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=_WIDE), "f")


def compact(value: Number | None, lang: str = "id") -> str:
    """`2051234` as `2,05 juta` (English `2.05 million`): for headlines, never for tables."""
    exact = None if value is None else _decimal(value)
    if exact is None:
        return MISSING
    names = ("ribu", "juta", "miliar", "triliun") if lang != "en" else ("thousand", "million", "billion", "trillion")
    steps = ((Decimal(10) ** 12, names[3]), (Decimal(10) ** 9, names[2]), (Decimal(10) ** 6, names[1]))
    for size, name in steps:
        if abs(exact) >= size:
            return f"{number(exact / size, None, lang)}{NO_BREAK}{name}"
    return number(exact, None, lang)


def percent(value: Number | None, decimals: int = 1, lang: str = "id") -> str:
    """A share of one (`0.123`) as `12,3%`."""
    exact = None if value is None else _decimal(value)
    return MISSING if exact is None else f"{number(exact * 100, decimals, lang)}%"


def signed(value: Number | None, decimals: int | None = None, lang: str = "id") -> str:
    """A difference with its sign: `+1,2`, `−0,4`, `0`."""
    text = number(value, decimals, lang)
    exact = None if value is None else _decimal(value)
    return f"+{text}" if exact is not None and exact > 0 and text.strip("0.,") else text


def size(bytes_: int | None, lang: str = "id") -> str:
    """A file size in decimal units, as file managers and shops count: `1,4 MB`. Negative sizes are missing."""
    if bytes_ is None or bytes_ < 0:
        return MISSING
    if bytes_ < 1000:
        return f"{bytes_}{NO_BREAK}B"
    value = Decimal(bytes_)
    for unit in ("kB", "MB", "GB", "TB"):
        value /= 1000
        if value < 1000 or unit == "TB":
            break
    return f"{number(value, 0 if value >= 10 else 1, lang)}{NO_BREAK}{unit}"


def _local(value: date | datetime, zone: tzinfo) -> datetime | date:
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return aware.astimezone(zone)
    return value


def long_date(value: date | datetime | None, lang: str = "id", zone: tzinfo = WIB) -> str:
    """`22 November 2026`; a moment is first brought to the regency's zone (naive moments are UTC)."""
    if value is None:
        return MISSING
    day = _local(value, zone)
    return f"{day.day}{NO_BREAK}{MONTHS['en' if lang == 'en' else 'id'][day.month - 1]} {day.year}"


def weekday_date(value: date | datetime | None, lang: str = "id", zone: tzinfo = WIB) -> str:
    """`Minggu, 22 November 2026`."""
    if value is None:
        return MISSING
    day = _local(value, zone)
    return f"{DAYS['en' if lang == 'en' else 'id'][day.weekday()]}, {long_date(value, lang, zone)}"


def date_time(value: datetime | None, lang: str = "id", zone: tzinfo = WIB) -> str:
    """`22 November 2026, 14.05 WIB` (English `14:05 WIB`)."""
    if value is None:
        return MISSING
    moment = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(zone)
    mark = ":" if lang == "en" else "."
    return f"{long_date(value, lang, zone)}, {moment.hour:02d}{mark}{moment.minute:02d}{NO_BREAK}{moment.tzname()}"


def month_year(value: date | datetime | None, lang: str = "id", zone: tzinfo = WIB) -> str:
    """`November 2026`."""
    if value is None:
        return MISSING
    day = _local(value, zone)
    return f"{MONTHS['en' if lang == 'en' else 'id'][day.month - 1]} {day.year}"


def relative(value: date | datetime | None, now: datetime, lang: str = "id", zone: tzinfo = WIB) -> str:
    """`3 hari lagi`, `kemarin`, `2 bulan lalu`, counted in calendar days of the regency's zone from `now`."""
    if value is None:
        return MISSING
    there, here = _local(value, zone), _local(now, zone)
    day = there.date() if isinstance(there, datetime) else there
    today = here.date() if isinstance(here, datetime) else here
    days = (day - today).days
    english = lang == "en"
    if -1 <= days <= 1:
        words = ("yesterday", "today", "tomorrow") if english else ("kemarin", "hari ini", "besok")
        return words[days + 1]
    count, unit = _span(abs(days))
    if english:
        phrase = f"{number(count, 0, lang)} {unit[1]}{'s' if count != 1 else ''}"
        return f"in {phrase}" if days > 0 else f"{phrase} ago"
    return f"{number(count, 0, lang)} {unit[0]} {'lagi' if days > 0 else 'lalu'}"


def _span(days: int) -> tuple[int, tuple[str, str]]:
    if days < 45:
        return days, ("hari", "day")
    if days < 700:
        return round(days / 30.44), ("bulan", "month")
    return round(days / 365.25), ("tahun", "year")


def duration(seconds: Number | None, lang: str = "id") -> str:
    """A wait in words: `kurang dari 1 menit`, `4 menit`, `2 jam`."""
    exact = None if seconds is None else _decimal(seconds)
    if exact is None:
        return MISSING
    total = max(0.0, float(exact))
    if not math.isfinite(total):
        return MISSING
    english = lang == "en"
    if total < 60:
        return "less than a minute" if english else "kurang dari 1 menit"
    if total < 5400:
        minutes = round(total / 60)
        return plural(minutes, "minute" if english else "menit", "minutes", lang)
    return plural(round(total / 3600), "hour" if english else "jam", "hours", lang)


def plural(count: int, one: str, many: str | None = None, lang: str = "id") -> str:
    """`1.234 baris`; Indonesian has one form, English takes `many` when the count is not one."""
    word = many if lang == "en" and many is not None and abs(count) != 1 else one
    return f"{number(count, 0, lang)} {word}"


def region(code: str | None, name: str | None = None) -> str:
    """`33.29 Brebes`: dots are put into a bare code (Permendagri 137/2017: PP.KK.CC.DDDD)."""
    dotted = region_code(code or "")
    return " ".join(part for part in (dotted, (name or "").strip()) if part) or MISSING


def region_code(code: str) -> str:
    """`332901` as `33.29.01`; what is not 2, 4, 6 or 10 digits comes back as it was."""
    digits = code.replace(".", "")
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in {2, 4, 6, 10}:
        return code.strip()
    parts = [digits[0:2], digits[2:4], digits[4:6], digits[6:10]]
    return ".".join(part for part in parts if part)


def years(first: int | None, last: int | None) -> str:
    """`2019–2025`, or one year when both are the same; years take no thousands mark."""
    present = [year for year in (first, last) if year is not None]
    return "–".join(str(year) for year in dict.fromkeys(present)) or MISSING


def unit_words(code: str | None, lang: str = "id") -> str:
    """A unit code of the vocabulary as people say it (`kuintal_per_ha`: `kuintal per hektare`).

    Nothing for what has no unit; a unit that the vocabulary does not know stays as it was written.
    """
    found = vocabularies.units().get(code or "")
    if found is None:
        return code or ""
    if found.dimension == "teks":
        return ""
    return found.label_en if lang == "en" else found.label


def common_decimals(values: Iterable[object]) -> int:
    """As many decimals (at most two) as the finest of the figures has, so that a column of them lines up."""
    places = 0
    for value in values:
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            places = max(places, len(number(value, None, "en").partition(".")[2]))
    return places
