"""Chance that is the same on every machine: each draw is seeded by the words that name it."""

from __future__ import annotations

import math
import random


def generator(*key: object) -> random.Random:
    """A generator of its own for one named purpose (seeding by text is stable across processes)."""
    return random.Random("|".join(str(part) for part in key))  # noqa: S311 - sample data, not secrets


def factor(spread: float, *key: object) -> float:
    """A positive factor around 1 whose logarithm varies by `spread` (at most 2.5 times it)."""
    draw = max(-2.5, min(2.5, generator(*key).gauss(0.0, 1.0)))
    return math.exp(spread * draw)


def shares(weights: list[float], total: int) -> list[int]:
    """Whole numbers in proportion to `weights` that sum to `total` (largest remainder)."""
    scale = total / sum(weights)
    exact = [weight * scale for weight in weights]
    whole = [math.floor(value) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (whole[i] - exact[i], i))
    for index in by_remainder[: total - sum(whole)]:
        whole[index] += 1
    return whole
