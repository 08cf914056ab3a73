"""Dates as Solr writes them: ISO 8601 whole or cut short, NOW, and simple sums (`NOW-7DAYS/DAY`)."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from search.errors import QuerySyntaxError

_SHORT = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_LONG = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:\d{2})?", re.ASCII)
_STEP = re.compile(r"(?:/|([+-])(\d{1,6}))(YEAR|MONTH|DAY|HOUR|MINUTE|SECOND)S?", re.ASCII)
_BASE = re.compile(r"NOW|\d{4}-[^/+]*?Z(?=[/+-]|$)|[^/+]+", re.ASCII)
_SPANS = {"DAY": "days", "HOUR": "hours", "MINUTE": "minutes", "SECOND": "seconds"}
_CUTS = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")
_MOST_STEPS = 8


@dataclass(frozen=True, slots=True)
class Span:
    """The moments that a text means: one (`end` is `start`), or a year, month or day up to before `end`."""

    start: datetime
    end: datetime

    @property
    def is_moment(self) -> bool:
        """Whether it is a single moment."""
        return self.start == self.end


def span(text: str, now: datetime) -> Span:
    """Read a date. Times without zone are UTC. Raises QuerySyntaxError for what is none."""
    try:
        return _span(text.strip(), now)
    except (ValueError, OverflowError) as error:
        raise QuerySyntaxError("tanggal tidak dapat dibaca") from error


def _span(text: str, now: datetime) -> Span:
    short = _SHORT.fullmatch(text)
    if short:
        year, month, day = (int(part) if part else None for part in short.groups())
        start = datetime(year or 0, month or 1, day or 1, tzinfo=UTC)
        if day:
            return Span(start, start + timedelta(days=1))
        return Span(start, _months(start, 1 if month else 12))
    base = _LONG.fullmatch(text) or _BASE.match(text)
    moment = now.astimezone(UTC)
    rest = text
    if base:
        rest = text[base.end() :]
        if base.group() != "NOW":
            if not _LONG.fullmatch(base.group()):
                raise ValueError("no date")
            read = datetime.fromisoformat(base.group())
            moment = (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    moment = _stepped(moment, rest)
    return Span(moment, moment)


def _stepped(moment: datetime, rest: str) -> datetime:
    """Apply `/UNIT` (cut down to the unit) and `+n UNIT`, `-n UNIT`, from left to right."""
    for _ in range(_MOST_STEPS):
        if not rest:
            return moment
        step = _STEP.match(rest)
        if not step:
            break
        sign, number, unit = step.groups()
        moment = _cut(moment, unit) if sign is None else _moved(moment, int(f"{sign}{number}"), unit)
        rest = rest[step.end() :]
    if rest:
        raise ValueError("no date arithmetic")
    return moment


def _cut(moment: datetime, unit: str) -> datetime:
    kept = _CUTS.index(unit) + 1
    values = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    return datetime(*(*values[:kept], *(1, 1, 1, 0, 0, 0)[kept:]), tzinfo=UTC)  # type: ignore[misc,arg-type]


def _moved(moment: datetime, number: int, unit: str) -> datetime:
    if unit in _SPANS:
        return moment + timedelta(**{_SPANS[unit]: number})
    return _months(moment, number * (12 if unit == "YEAR" else 1))


def _months(moment: datetime, number: int) -> datetime:
    """The same day some months on; the last day of the month where it has no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + number, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
