"""Numbers, dates, sizes and regions: examples from the style guide, and properties over all input."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.web import formats

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ANY_NUMBER = st.one_of(st.integers(), st.floats(), st.decimals(allow_nan=True, allow_infinity=True), st.none())


@pytest.mark.parametrize(
    ("value", "decimals", "lang", "text"),
    [
        (1234.5, None, "id", "1.234,5"),
        (1234.5, None, "en", "1,234.5"),
        (1234567, None, "id", "1.234.567"),
        (0.005, 2, "id", "0,01"),
        (Decimal("2.675"), 2, "id", "2,68"),
        (-12.3, 1, "id", "−12,3"),
        (-0.0001, 1, "id", "0,0"),
        (None, None, "id", "–"),
        (float("nan"), None, "id", "–"),
        (2025, 0, "id", "2.025"),
    ],
)
def test_number(value: float, decimals: int | None, lang: str, text: str) -> None:
    assert formats.number(value, decimals, lang) == text


@given(st.integers(min_value=-(10**40), max_value=10**40), st.sampled_from(["id", "en"]))
def test_whole_numbers_look_the_same_however_they_come(value: int, lang: str) -> None:
    assert formats.number(value, None, lang) == formats.number(Decimal(value), None, lang)
    assert formats.number(value, 0, lang) == formats.number(Decimal(value), 0, lang)


@given(st.integers(min_value=-(10**40), max_value=10**40))
def test_a_number_reads_back(value: int) -> None:
    text = formats.number(value)
    assert int(text.replace(".", "").replace("−", "-")) == value
    assert re.fullmatch(r"−?\d{1,3}(\.\d{3})*", text)


@given(ANY_NUMBER, st.sampled_from(["id", "en"]))
def test_every_number_has_a_text(value: float | None, lang: str) -> None:
    for text in (
        formats.number(value, None, lang),
        formats.compact(value, lang),
        formats.percent(value, 1, lang),
        formats.signed(value, None, lang),
        formats.duration(value, lang),
    ):
        assert text
        assert "E" not in text
        assert "nan" not in text.lower()


@given(st.integers())
def test_sizes(value: int) -> None:
    assert re.fullmatch(r"–|[\d.,]+\u00a0(B|kB|MB|GB|TB)", formats.size(value))


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0 B"), (999, "999 B"), (1400000, "1,4 MB"), (18400, "18 kB"), (-1, "–"), (None, "–")]
)
def test_size_examples(value: int | None, text: str) -> None:
    assert formats.size(value) == text.replace(" ", "\u00a0")


def test_dates() -> None:
    day = date(2026, 11, 22)
    assert formats.long_date(day) == "22\u00a0November 2026"
    assert formats.weekday_date(day) == "Minggu, 22\u00a0November 2026"
    assert formats.long_date(date(2026, 8, 17), "en") == "17\u00a0August 2026"
    assert formats.month_year(day) == "November 2026"
    # late evening in UTC is the next day in Brebes
    assert formats.date_time(datetime(2026, 11, 21, 20, 5, tzinfo=UTC)) == "22\u00a0November 2026, 03.05\u00a0WIB"
    assert formats.long_date(datetime(2026, 11, 21, 20, 5)) == "22\u00a0November 2026"  # noqa: DTZ001 (naive on purpose)
    assert formats.long_date(None) == "–"


@pytest.mark.parametrize(
    ("days", "text", "english"),
    [
        (0, "hari ini", "today"),
        (1, "besok", "tomorrow"),
        (-1, "kemarin", "yesterday"),
        (3, "3 hari lagi", "in 3 days"),
        (-10, "10 hari lalu", "10 days ago"),
        (60, "2 bulan lagi", "in 2 months"),
        (-800, "2 tahun lalu", "2 years ago"),
    ],
)
def test_relative(days: int, text: str, english: str) -> None:
    value = date(2026, 11, 24) + timedelta(days=days)
    assert formats.relative(value, NOW) == text
    assert formats.relative(value, NOW, "en") == english


@given(st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29)))  # noqa: DTZ001
def test_every_date_has_words(value: datetime) -> None:
    for lang in ("id", "en"):
        assert re.fullmatch(r"\d{1,2}\u00a0[A-Za-z]+ \d+", formats.long_date(value, lang))
        assert formats.relative(value, NOW, lang)
        assert formats.date_time(value, lang).endswith("WIB")


@given(st.text(max_size=20))
def test_region_codes_never_fail_and_settle(code: str) -> None:
    once = formats.region_code(code)
    assert formats.region_code(once) == once


@pytest.mark.parametrize(
    ("code", "name", "text"),
    [
        ("3329", "Brebes", "33.29 Brebes"),
        ("3329012001", "", "33.29.01.2001"),
        ("33.29.01", "Salem", "33.29.01 Salem"),
        (None, None, "–"),
        ("abc", "X", "abc X"),
    ],
)
def test_regions(code: str | None, name: str | None, text: str) -> None:
    assert formats.region(code, name) == text


def test_words() -> None:
    assert formats.plural(1234, "baris", "rows") == "1.234 baris"
    assert formats.plural(1, "row", "rows", "en") == "1 row"
    assert formats.plural(2, "row", "rows", "en") == "2 rows"
    assert formats.compact(2_072_050) == "2,07\u00a0juta"
    assert formats.percent(0.123) == "12,3%"
    assert formats.signed(1.2) == "+1,2"
    assert formats.duration(20) == "kurang dari 1 menit"
    assert formats.duration(240) == "4 menit"
    assert formats.years(2018, 2025) == "2018–2025"
    assert formats.years(2025, 2025) == "2025"
