"""Working days: every check figure of domain section 11, in WIB and WITA, and the laws of counting."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel import workdays as wd

WIB = ZoneInfo("Asia/Jakarta")
WITA = ZoneInfo("Asia/Makassar")
FULL = wd.national_calendar()
WITHOUT_JOINT_LEAVE = wd.national_calendar(joint_leave_is_holiday=False)
DAYS = st.dates(date(2024, 1, 1), date(2027, 10, 1))
CALENDARS = st.sampled_from([FULL, WITHOUT_JOINT_LEAVE])


def at(day: date, hour: int, minute: int = 0, tz: ZoneInfo = WIB) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=tz)


@pytest.mark.parametrize("tz", [WIB, WITA])
def test_T16_the_request_of_march_2026(tz: ZoneInfo) -> None:
    due = wd.due_at(at(date(2026, 3, 16), 10, tz=tz), 10, tz, FULL)
    assert due.day == date(2026, 4, 7)
    assert due.at.isoformat() == f"2026-04-07T23:59:59{'+07:00' if tz is WIB else '+08:00'}"
    assert wd.extend(due, 7, tz, FULL).day == date(2026, 4, 16)
    assert not due.sementara


@pytest.mark.parametrize("tz", [WIB, WITA])
def test_T16_the_same_with_joint_leave_worked(tz: ZoneInfo) -> None:
    due = wd.due_at(at(date(2026, 3, 16), 10, tz=tz), 10, tz, WITHOUT_JOINT_LEAVE)
    assert due.day == date(2026, 3, 31)
    assert wd.extend(due, 7, tz, WITHOUT_JOINT_LEAVE).day == date(2026, 4, 10)


def test_T16_over_the_turn_of_the_year_is_provisional() -> None:
    due = wd.due_at(at(date(2026, 12, 21), 9), 10, WIB, FULL)
    assert due.day == date(2027, 1, 8)
    assert due.sementara


def test_T16_the_answer_to_an_objection() -> None:
    assert wd.due_from_day(date(2026, 4, 7), 30, WIB, FULL).day == date(2026, 5, 22)


def test_a_receipt_out_of_hours_counts_from_the_next_working_day() -> None:
    monday = date(2026, 3, 16)
    assert wd.day_zero(at(monday, 16), WIB, FULL) == monday
    assert wd.day_zero(at(monday, 16, 1), WIB, FULL) == date(2026, 3, 17)
    assert wd.day_zero(at(date(2026, 3, 14), 10), WIB, FULL) == monday
    assert wd.day_zero(at(date(2026, 3, 18), 10), WIB, FULL) == date(2026, 3, 25)
    assert wd.day_zero(at(monday, 20), WIB, FULL, closes=time(21)) == monday


def test_the_day_is_the_local_day() -> None:
    # 15:30 WIB is 16:30 WITA: still open in Brebes, closed in Barru
    instant = at(date(2026, 3, 16), 15, 30, WIB)
    assert wd.day_zero(instant, WIB, FULL) == date(2026, 3, 16)
    assert wd.day_zero(instant, WITA, FULL) == date(2026, 3, 17)
    with pytest.raises(ValueError, match="zona waktu"):
        wd.day_zero(datetime(2026, 3, 16, 10), WIB, FULL)  # noqa: DTZ001


def test_the_calendar_of_the_decrees() -> None:
    assert FULL.decreed_years == {2024, 2025, 2026}
    assert FULL.is_decreed(date(2026, 1, 1))
    assert not FULL.is_decreed(date(2027, 1, 1))
    assert not FULL.is_working_day(date(2026, 8, 17))
    assert not FULL.is_working_day(date(2026, 12, 24))
    assert WITHOUT_JOINT_LEAVE.is_working_day(date(2026, 12, 24))


def test_a_national_holiday_outranks_joint_leave_on_the_same_date() -> None:
    day = date(2026, 3, 2)
    rows = [wd.Holiday(day, "cuti_bersama", "c"), wd.Holiday(day, "libur_nasional", "l")]
    for order in (rows, rows[::-1]):
        calendar = wd.Calendar.of(order, [2026], joint_leave_is_holiday=False)
        assert not calendar.is_working_day(day)


def test_a_loaded_decree_never_moves_the_date_later_than_told() -> None:
    told = wd.due_at(at(date(2026, 12, 21), 9), 10, WIB, FULL)
    more = [*FULL.holidays.values(), wd.Holiday(date(2027, 1, 4), "libur_nasional", "baru")]
    later = wd.Calendar.of(more, [*FULL.decreed_years, 2027])
    kept = wd.recompute(told, 10, WIB, later)
    assert (kept.day, kept.sementara) == (told.day, False)
    fewer = [item for item in FULL.holidays.values() if item.day != date(2027, 1, 5)]
    earlier = wd.recompute(told, 10, WIB, wd.Calendar.of(fewer, [*FULL.decreed_years, 2027]))
    assert (earlier.day, earlier.sementara) == (date(2027, 1, 7), False)


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="negatif"):
        wd.add_working_days(date(2026, 1, 1), -1, FULL)


@given(DAYS, st.integers(0, 60), CALENDARS)
def test_the_end_is_a_working_day_and_the_count_comes_back(start: date, n: int, calendar: wd.Calendar) -> None:
    end = wd.add_working_days(start, n, calendar)
    assert n == 0 or calendar.is_working_day(end)
    assert wd.working_days_between(start, end, calendar) == n
    assert wd.working_days_between(end, start, calendar) == -n


@given(DAYS, st.integers(0, 30), st.integers(0, 30), CALENDARS)
def test_counting_adds_up(start: date, a: int, b: int, calendar: wd.Calendar) -> None:
    halfway = wd.add_working_days(start, a, calendar)
    assert wd.add_working_days(halfway, b, calendar) == wd.add_working_days(start, a + b, calendar)


@given(DAYS, DAYS, st.integers(0, 40), CALENDARS)
def test_who_comes_later_is_due_no_earlier(one: date, two: date, n: int, calendar: wd.Calendar) -> None:
    first, second = sorted((one, two))
    assert wd.add_working_days(first, n, calendar) <= wd.add_working_days(second, n, calendar)


@given(DAYS, st.integers(1, 40))
def test_joint_leave_never_shortens_a_period(start: date, n: int) -> None:
    assert wd.add_working_days(start, n, FULL) >= wd.add_working_days(start, n, WITHOUT_JOINT_LEAVE)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2027, 9, 1)), st.sampled_from([WIB, WITA]))  # noqa: DTZ001
def test_day_zero_is_a_working_day_on_or_after_the_receipt(received: datetime, tz: ZoneInfo) -> None:
    zero = wd.day_zero(received.replace(tzinfo=tz), tz, FULL)
    assert FULL.is_working_day(zero)
    assert timedelta(0) <= zero - received.date() <= timedelta(days=15)
