"""Contrast of colours by the formula of WCAG 2.2 (relative luminance, success criterion 1.4.3)."""

from __future__ import annotations

import re

LIGHT_GROUND = "#fbfaf7"
DARK_GROUND = "#15181b"
TEXT_CONTRAST = 4.5
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def luminance(colour: str) -> float:
    """Relative luminance, 0 (black) to 1 (white), of a `#rrggbb` colour. Raises ValueError."""
    if not _HEX.fullmatch(colour):
        raise ValueError(f"warna {colour!r} harus ditulis #rrggbb")
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    bright, dim = sorted((luminance(first), luminance(second)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def ink_on(ground: str) -> str:
    """Black or white, whichever is read better on `ground`; one of the two always reaches 4.5."""
    return max("#ffffff", "#000000", key=lambda ink: contrast(ink, ground))
