"""Colours by name, the material each name brings along, and tones of a colour between its shade and its highlight."""

from __future__ import annotations

Rgb = tuple[int, int, int]

PAINTS: dict[str, Rgb] = {
    "cream": (238, 226, 203),
    "chalk": (243, 239, 231),
    "white": (246, 246, 244),
    "sand": (214, 190, 154),
    "terracotta": (190, 92, 62),
    "brick": (160, 62, 46),
    "red": (188, 44, 40),
    "blush": (226, 172, 156),
    "mustard": (214, 160, 52),
    "olive": (124, 122, 72),
    "sage": (150, 168, 140),
    "bottle": (34, 78, 66),
    "petrol": (38, 92, 104),
    "sky": (150, 184, 204),
    "cobalt": (38, 74, 168),
    "signal": (30, 82, 210),
    "navy": (30, 44, 78),
    "plum": (98, 52, 74),
    "slate": (92, 100, 108),
    "stone": (176, 170, 160),
    "charcoal": (62, 62, 64),
    "black": (38, 38, 40),
    "amber": (236, 164, 24),
    "steel": (190, 194, 198),
    "iron": (58, 58, 60),
    "copper": (206, 130, 92),
    "brass": (204, 166, 92),
    "oak": (206, 164, 112),
    "ash": (226, 200, 160),
    "walnut": (124, 82, 54),
    "beech": (218, 172, 124),
    "wicker": (196, 154, 98),
    "linen": (218, 206, 186),
    "wax": (244, 232, 206),
    "clear": (206, 222, 222),
    "smoke": (120, 118, 114),
    "leaf": (84, 122, 78),
    "lemon": (240, 204, 70),
    "orange": (226, 112, 40),
}

MATERIAL_OF_PAINT: dict[str, str] = {
    "steel": "metal",
    "iron": "iron",
    "copper": "metal",
    "brass": "metal",
    "oak": "wood",
    "ash": "wood",
    "walnut": "wood",
    "beech": "wood",
    "wicker": "wicker",
    "linen": "linen",
    "wax": "wax",
    "clear": "glass",
    "smoke": "glass",
}


def rgb_of(paint: str | Rgb) -> Rgb:
    """Return the colour of a paint name, or the colour itself; raise KeyError for a name nobody mixed."""
    return PAINTS[paint] if isinstance(paint, str) else (int(paint[0]), int(paint[1]), int(paint[2]))


def material_of(paint: str | Rgb, default: str) -> str:
    """Return the material a paint implies (steel is metal, oak is wood), else the default of the object."""
    return MATERIAL_OF_PAINT.get(paint, default) if isinstance(paint, str) else default


def mix(a: Rgb, b: Rgb, share: float) -> Rgb:
    """Return the colour `share` of the way from a to b, share between 0 and 1."""
    return (
        round(a[0] + (b[0] - a[0]) * share),
        round(a[1] + (b[1] - a[1]) * share),
        round(a[2] + (b[2] - a[2]) * share),
    )


def tone(colour: Rgb, light: float) -> Rgb:
    """Return the colour in more light (0 to 1, towards a warm white) or less (0 to -1, towards its own warm shade)."""
    if light >= 0:
        return mix(colour, (255, 252, 244), min(light, 1.0))
    shade = (round(colour[0] * 0.24 + 8), round(colour[1] * 0.22 + 6), round(colour[2] * 0.26 + 12))
    return mix(colour, shade, min(-light, 1.0))
