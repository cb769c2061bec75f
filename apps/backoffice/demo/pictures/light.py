"""How light lies on a surface: small shading maps per paint and material, made once and stretched over each shape."""

from __future__ import annotations

import itertools
from functools import lru_cache

from PIL import Image

from apps.backoffice.demo.pictures.paints import Rgb, tone

# Light across a round body, from its left edge (0) to its right edge (1): key light left, core shadow and rim right.
ROUND: dict[str, tuple[tuple[float, float], ...]] = {
    "enamel": (
        (0, -0.3),
        (0.07, -0.05),
        (0.2, 0.16),
        (0.25, 0.5),
        (0.3, 0.52),
        (0.36, 0.18),
        (0.58, -0.08),
        (0.84, -0.46),
        (0.94, -0.52),
        (1, -0.22),
    ),
    "ceramic": ((0, -0.18), (0.12, 0.05), (0.28, 0.26), (0.48, 0.04), (0.74, -0.26), (0.92, -0.46), (1, -0.28)),
    "plastic": ((0, -0.22), (0.14, 0.06), (0.24, 0.3), (0.4, 0.05), (0.72, -0.22), (0.92, -0.44), (1, -0.2)),
    "metal": (
        (0, -0.5),
        (0.07, -0.12),
        (0.17, 0.5),
        (0.25, 0.72),
        (0.32, 0.2),
        (0.46, -0.26),
        (0.56, -0.08),
        (0.68, 0.34),
        (0.76, -0.05),
        (0.9, -0.6),
        (0.96, -0.3),
        (1, -0.05),
    ),
    "iron": ((0, -0.3), (0.18, 0.12), (0.27, 0.3), (0.4, 0.04), (0.75, -0.35), (0.95, -0.55), (1, -0.05)),
    "wood": ((0, -0.16), (0.25, 0.14), (0.5, 0.0), (0.8, -0.26), (0.95, -0.4), (1, -0.25)),
    "wicker": ((0, -0.3), (0.25, 0.16), (0.5, 0.0), (0.8, -0.32), (1, -0.5)),
    "linen": ((0, -0.14), (0.28, 0.16), (0.5, 0.02), (0.8, -0.22), (1, -0.36)),
    "wax": ((0, 0.0), (0.28, 0.3), (0.5, 0.1), (0.8, -0.1), (0.95, -0.2), (1, -0.05)),
    "lit": ((0, -0.02), (0.2, 0.35), (0.45, 0.72), (0.6, 0.66), (0.85, 0.25), (1, -0.08)),
    "glass": ((0, -0.3), (0.05, -0.02), (0.12, 0.3), (0.5, 0.3), (0.9, 0.05), (0.96, -0.2), (1, -0.42)),
}
# How much of what is behind a glass wall it hides, across the body.
GLASS_COVER = ((0, 0.78), (0.035, 0.5), (0.1, 0.2), (0.5, 0.1), (0.88, 0.24), (0.965, 0.55), (1, 0.8))
PAD = 0.12


def between(stops: tuple[tuple[float, float], ...], u: float) -> float:
    """Return the value at u on a line through the stops, level outside them."""
    if u <= stops[0][0]:
        return stops[0][1]
    for (u0, v0), (u1, v1) in itertools.pairwise(stops):
        if u <= u1:
            share = (u - u0) / (u1 - u0)
            share = share * share * (3 - 2 * share)
            return v0 + (v1 - v0) * share
    return stops[-1][1]


@lru_cache(maxsize=512)
def round_map(*, colour: Rgb, material: str, lift: float = 0.0) -> Image.Image:
    """Return the 96 × 24 shading of an upright round body; it spans 12 % more than the body on either side."""
    stops = ROUND[material]
    across = [between(stops, (x / 95) * (1 + 2 * PAD) - PAD) for x in range(96)]
    pixels = []
    for y in range(24):
        v = y / 23
        down = 0.05 * (1 - v) - 0.2 * max(0.0, v - 0.45) ** 1.4 + (0.1 if material != "wax" else 0.0) * max(0, v - 0.93)
        pixels += [tone(colour, max(-1, min(1, light + down + lift))) for light in across]
    return _image(pixels, 96, 24)


@lru_cache(maxsize=512)
def flat_map(*, colour: Rgb, material: str, lift: float = 0.0) -> Image.Image:
    """Return the 32 × 32 shading of a plane that faces us, lighter towards the lamp at the upper left."""
    contrast = {"metal": 0.34, "iron": 0.3, "enamel": 0.28}.get(material, 0.2)
    pixels = []
    for y in range(32):
        for x in range(32):
            along = (x * 0.75 + y * 0.65) / (31 * 1.4)
            light = contrast * 0.7 - contrast * 1.7 * along
            if material == "metal":
                light += 0.3 * max(0.0, 1 - abs(along - 0.32) * 7) + 0.14 * max(0.0, 1 - abs(along - 0.72) * 9)
            pixels.append(tone(colour, max(-1, min(1, light + lift))))
    return _image(pixels, 32, 32)


@lru_cache(maxsize=512)
def ball_map(*, colour: Rgb, material: str, lift: float = 0.0) -> Image.Image:
    """Return the 48 × 48 shading of a ball, key light at the upper left, light from the table along the lower right."""
    shine = {"enamel": 0.55, "metal": 0.7, "plastic": 0.35, "glass": 0.5, "iron": 0.3}.get(material, 0.16)
    pixels = []
    for y in range(48):
        for x in range(48):
            dx, dy = x / 47 - 0.5, y / 47 - 0.5
            far = ((dx + 0.17) ** 2 + (dy + 0.2) ** 2) ** 0.5
            light = 0.26 - 0.9 * far**1.25 + shine * max(0.0, 1 - far * 6.5)
            edge = (dx * dx + dy * dy) ** 0.5
            light += 0.4 * max(0.0, edge - 0.44) * (1 if dx + dy > 0 else 0)
            pixels.append(tone(colour, max(-1, min(1, light + lift))))
    return _image(pixels, 48, 48)


@lru_cache(maxsize=2)
def glass_cover_map() -> Image.Image:
    """Return the 96 × 24 cover of a round glass wall, aligned with `round_map`."""
    across = bytes(round(255 * between(GLASS_COVER, (x / 95) * (1 + 2 * PAD) - PAD)) for x in range(96))
    return Image.frombytes("L", (96, 24), across * 24)


def _image(pixels: list[Rgb], width: int, height: int) -> Image.Image:
    return Image.frombytes("RGB", (width, height), bytes(channel for pixel in pixels for channel in pixel))
