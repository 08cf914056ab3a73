"""The profile's accent laid over the tokens: links, buttons and the one-hue ramp of charts and maps."""

from config import colour
from config.profile import Accent

LIGHT_SUNKEN = "#f3f1e9"
DARK_SURFACE = "#1d2124"

# Shares of the accent in the ground, pale to full: each step is told from its neighbour, also in grey print.
_STEPS = (0.14, 0.3, 0.48, 0.66, 0.84, 1.0)
_SOFT = 0.1


class ThemeError(ValueError):
    """An accent that cannot be read on some ground; the message names colour, ground and ratio."""


def mix(one: str, other: str, share: float) -> str:
    """`share` (0 to 1) of `one` in `other`, channel by channel in sRGB. Colours are `#rrggbb`."""
    pairs = [(int(one[start : start + 2], 16), int(other[start : start + 2], 16)) for start in (1, 3, 5)]
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def accent_tokens(accent: str, ground: str, ink: str) -> dict[str, str]:
    """Token to value for one mode: accent, its ink, its pale ground, six steps of the ramp, category one."""
    tokens = {"accent": accent, "accent-ink": ink, "accent-soft": mix(accent, ground, _SOFT), "cat-1": accent}
    tokens |= {f"seq-{number}": mix(accent, ground, share) for number, share in enumerate(_STEPS, 1)}
    return tokens


def theme_css(accent: Accent) -> str:
    """The rules that follow app.css. Raises ThemeError when accent text misses 4.5 : 1 on any of our grounds."""
    light = accent_tokens(accent.light, colour.LIGHT_GROUND, "#ffffff")
    dark = accent_tokens(accent.dark, colour.DARK_GROUND, mix(accent.dark, "#000000", 0.12))
    grounds = (
        (light, (colour.LIGHT_GROUND, LIGHT_SUNKEN, "#ffffff", light["accent-soft"], light["accent-ink"])),
        (dark, (colour.DARK_GROUND, DARK_SURFACE, dark["accent-soft"], dark["accent-ink"])),
    )
    for tokens, against in grounds:
        for ground in against:
            ratio = colour.contrast(tokens["accent"], ground)
            if ratio < colour.TEXT_CONTRAST:
                raise ThemeError(f"aksen {tokens['accent']} kontrasnya {ratio:.2f} terhadap {ground}; minimal 4,5")
    bright, dim = _block(light), _block(dark)
    return (
        f'\n:root,[data-theme="light"]{{{bright}}}'
        f'@media (prefers-color-scheme:dark){{:root:not([data-theme="light"]){{{dim}}}}}'
        f'[data-theme="dark"]{{{dim}}}\n'
    )


def _block(tokens: dict[str, str]) -> str:
    return ";".join(f"--{name}:{value}" for name, value in tokens.items())
