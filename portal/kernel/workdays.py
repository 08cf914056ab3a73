"""The working-day calendar: Monday to Friday less national holidays and, if so set, cuti bersama.

Rules of counting are section 11 of the domain specification (KIP 22, 36, 37; Perpres 21/2023 articles 3
and 6): day 0 is the day of registration, day 1 the next working day, and a period ends at 23:59:59 local
time of its last day. The holidays come from a table by yearly decree; a date that leans on a year without
one is `sementara` (provisional) and is computed again when the year is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from config.vocabularies import read_rows

Kind = Literal["libur_nasional", "cuti_bersama"]
END_OF_DAY = time(23, 59, 59)
OFFICE_CLOSES = time(16, 0)
_DAY = timedelta(days=1)
_ESTIMATED = "(perkiraan)"


@dataclass(frozen=True, slots=True)
class Holiday:
    """One day off. `estimated` marks a date of a decree that may still move."""

    day: date
    kind: Kind
    name: str
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """The last day of a period. `at` is 23:59:59 local time; `sementara` if a year without decree counts."""

    day: date
    at: datetime
    day_zero: date
    sementara: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """Holidays by date, and the years for which a decree is loaded.

    `joint_leave_is_holiday` is the setting `cuti_bersama_dihitung_libur`.
    """

    holidays: Mapping[date, Holiday]
    decreed_years: frozenset[int]
    joint_leave_is_holiday: bool = True
    _off: frozenset[date] = field(init=False, repr=False, compare=False, default=frozenset())

    def __post_init__(self) -> None:
        """Keep the days off as a set, since every question asks it."""
        off = frozenset(
            day
            for day, holiday in self.holidays.items()
            if self.joint_leave_is_holiday or holiday.kind == "libur_nasional"
        )
        object.__setattr__(self, "_off", off)

    @classmethod
    def of(
        cls, holidays: Iterable[Holiday], decreed_years: Iterable[int], *, joint_leave_is_holiday: bool = True
    ) -> Calendar:
        """Build from rows; where one date has two rows, the national holiday counts."""
        days: dict[date, Holiday] = {}
        for holiday in holidays:
            if holiday.day not in days or holiday.kind == "libur_nasional":
                days[holiday.day] = holiday
        return cls(days, frozenset(decreed_years), joint_leave_is_holiday)

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday and not a day off."""
        return day.weekday() < 5 and day not in self._off

    def is_decreed(self, day: date) -> bool:
        """Whether the holidays of the year of `day` are decreed."""
        return day.year in self.decreed_years


@lru_cache(maxsize=2)
def national_calendar(*, joint_leave_is_holiday: bool = True) -> Calendar:
    """The calendar of `config/codes/holidays.csv`; a year counts as decreed if none of its dates is estimated."""
    holidays = [
        Holiday(
            date.fromisoformat(row["tanggal"]),
            "cuti_bersama" if row["jenis"] == "cuti_bersama" else "libur_nasional",
            row["nama"],
            row["nama"].endswith(_ESTIMATED),
        )
        for row in read_rows("holidays")
    ]
    open_years = {holiday.day.year for holiday in holidays if holiday.estimated}
    years = {holiday.day.year for holiday in holidays} - open_years
    return Calendar.of(holidays, years, joint_leave_is_holiday=joint_leave_is_holiday)


def next_working_day(day: date, calendar: Calendar) -> date:
    """The first working day strictly after `day`."""
    current = day + _DAY
    while not calendar.is_working_day(current):
        current += _DAY
    return current


def add_working_days(start: date, n: int, calendar: Calendar) -> date:
    """The n-th working day after `start` (day 0); `start` itself for n = 0. Raises ValueError for n < 0."""
    if n < 0:
        raise ValueError("jumlah hari kerja tidak boleh negatif")
    current = start
    for _ in range(n):
        current = next_working_day(current, calendar)
    return current


def working_days_between(start: date, end: date, calendar: Calendar) -> int:
    """Working days after `start` up to and with `end`; negative, counted the other way, if `end` is earlier."""
    if end < start:
        return -working_days_between(end, start, calendar)
    return sum(calendar.is_working_day(start + timedelta(days=offset)) for offset in range(1, (end - start).days + 1))


def day_zero(received: datetime, tz: ZoneInfo, calendar: Calendar, closes: time = OFFICE_CLOSES) -> date:
    """Registration day: the local day of receipt, or the next working day if the office was closed.

    After `closes` local time, or on a day off, the office is closed; at `closes` it is still open.
    Raises ValueError for a time without zone.
    """
    if received.tzinfo is None:
        raise ValueError("waktu terima harus menyebut zona waktu")
    local = received.astimezone(tz)
    day = local.date()
    if calendar.is_working_day(day) and local.time() <= closes:
        return day
    return next_working_day(day, calendar)


def due_at(received: datetime, days: int, tz: ZoneInfo, calendar: Calendar, *, closes: time = OFFICE_CLOSES) -> Due:
    """When a period of `days` working days that starts with a receipt ends."""
    return _due(day_zero(received, tz, calendar, closes), days, tz, calendar)


def due_from_day(zero: date, days: int, tz: ZoneInfo, calendar: Calendar) -> Due:
    """When a period of `days` working days after a known day 0 ends (an extension, an objection's answer)."""
    return _due(zero, days, tz, calendar)


def extend(due: Due, days: int, tz: ZoneInfo, calendar: Calendar) -> Due:
    """A period prolonged by `days` working days from its last day (KIP 22(8)); day 0 stays."""
    longer = _due(due.day, days, tz, calendar)
    return Due(longer.day, longer.at, due.day_zero, due.sementara or longer.sementara)


def recompute(told: Due, days: int, tz: ZoneInfo, calendar: Calendar) -> Due:
    """The due date under a newly loaded calendar; it never becomes later than the citizen was told."""
    fresh = _due(told.day_zero, days, tz, calendar)
    if fresh.day <= told.day:
        return fresh
    return Due(told.day, told.at, told.day_zero, fresh.sementara)


def _due(zero: date, days: int, tz: ZoneInfo, calendar: Calendar) -> Due:
    last = add_working_days(zero, days, calendar)
    unsure = any(year not in calendar.decreed_years for year in range(zero.year, last.year + 1))
    return Due(last, datetime.combine(last, END_OF_DAY, tzinfo=tz), zero, unsure)
