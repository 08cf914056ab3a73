"""Arithmetic of charts and map classes: extents, round ticks, labels that don't collide, class limits."""

import math
from collections.abc import Sequence
from typing import TypeGuard

# Differences and squares of what is drawn must stay finite; no measurement of a regency comes near this.
LARGEST = 1e150


def usable(value: float | None) -> TypeGuard[float]:
    """Whether a value can be drawn: present, finite and not absurdly large."""
    return value is not None and math.isfinite(value) and abs(value) < LARGEST


def extent(values: Sequence[float], *, zero: bool) -> tuple[float, float]:
    """(low, high) of the finite values, never equal; `zero` widens it to hold zero. Without values: (0, 1)."""
    known = [value for value in values if usable(value)]
    if zero or not known:
        known = [*known, 0.0]
    low, high = float(min(known)), float(max(known))
    if high - low < max(abs(high), abs(low)) * 1e-12 or high == low:
        pad = abs(high) * 0.1 or 1.0
        return (low, high + pad) if zero and low == 0 else (low - pad, high + pad)
    return low, high


def nice_ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Round numbers (1, 2, 2.5, 5 × 10ⁿ) that enclose low..high, about `count` steps, at least two of them."""
    raw = (high - low) / max(count, 1)
    power = 10.0 ** math.floor(math.log10(raw)) if raw > 0 else 1.0
    if power == 0 or not math.isfinite(raw):
        return [low, high]
    step = next((factor * power for factor in (1, 2, 2.5, 5) if factor * power >= raw * 0.999), 10 * power)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = [round(index * step, 12) if abs(step) > 1e-9 else index * step for index in range(first, last + 1)]
    return ticks if len(ticks) >= 2 and ticks[0] < ticks[-1] and len(ticks) < 20 else [low, high]


def spread(places: Sequence[float], gap: float) -> list[float]:
    """The places moved as little as needed, downwards in order, so that none is nearer than `gap` to another."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = [0.0] * len(places)
    last = -math.inf
    for index in order:
        last = max(places[index], last + gap)
        moved[index] = last
    return moved


def class_limits(values: Sequence[float], classes: int = 5) -> list[float]:
    """Upper limits of all classes but the last: quantiles, rounded where rounding keeps the classes apart."""
    known = sorted(value for value in values if usable(value))
    distinct = sorted(set(known))
    if len(distinct) <= 1:
        return []
    wanted = min(classes, len(distinct))
    limits: list[float] = []
    for number in range(1, wanted):
        exact = known[min(len(known) - 1, math.ceil(len(known) * number / wanted))]
        rounded = _rounded(exact, distinct[-1] - distinct[0])
        limit = rounded if distinct[0] < rounded <= distinct[-1] else exact
        if (not limits or limit > limits[-1]) and limit > distinct[0]:
            limits.append(limit)
    return limits


def _rounded(value: float, span: float) -> float:
    if span <= 0 or not math.isfinite(span):
        return value
    digits = 1 - math.floor(math.log10(span))
    return float(round(value, digits)) if -300 < digits < 300 else value


def class_of(value: float | None, limits: Sequence[float]) -> int | None:
    """0-based class of a value (a limit belongs to the upper class); None for a missing value."""
    if not usable(value):
        return None
    return sum(value >= limit for limit in limits)
