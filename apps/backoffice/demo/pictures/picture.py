# ruff: noqa: PLR0917 -- a drawing is made of numbers and of points given in order
"""Objects set down on a ground: each with its contact shadow and the long soft one, then the glow of its lamps."""

from __future__ import annotations

import math
import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from apps.backoffice.demo.pictures.easel import Easel, Paint
from apps.backoffice.demo.pictures.kinds import KINDS, Kind
from apps.backoffice.demo.pictures.paints import Rgb

SHADOW: Rgb = (74, 54, 44)
COOL_SHADOW: Rgb = (58, 64, 80)


def set_down(
    *,
    image: Image.Image,
    name: str,
    paint: Paint,
    seed: int,
    foot: tuple[float, float],
    scale: float,
    zoom: float = 1.0,
    cool: bool = False,
    depth: float = 1.0,
) -> None:
    """
    Draw an object of a kind on the image with its foot at a pixel, `scale` pixels to the centimetre.

    depth: strength of its shadows. Repeatable: one seed gives one drawing, whatever the paint.
    """
    kind = KINDS[name]
    margin = 0.3 * max(kind.width, kind.height)
    left = math.floor(foot[0] + (kind.centre - kind.width / 2 - margin) * scale)
    top = math.floor(foot[1] - (kind.height * 1.1 + margin + (70 if kind.setting == "ceiling" else 0)) * scale)
    right = math.ceil(foot[0] + (kind.centre + kind.width / 2 + margin) * scale)
    low = math.ceil(foot[1] + (margin * 0.6 + 2) * scale)
    left, top, right, low = max(left, 0), max(top, 0), min(right, image.width), min(low, image.height)
    if right <= left or low <= top:
        return
    layer = Image.new("RGBA", (right - left, low - top), (0, 0, 0, 0))
    easel = Easel(layer=layer, scale=scale, foot=(foot[0] - left, foot[1] - top), zoom=zoom)
    kind.draw(easel, paint, random.Random(seed))  # noqa: S311 -- paint, not secrets
    _shadow(image, layer, kind, (left, top), foot, scale, COOL_SHADOW if cool else SHADOW, depth)
    box = layer.getbbox()
    if box is None:
        return
    _over(image, layer.crop(box), (left + box[0], top + box[1]))
    for x, y, reach, colour, strength in easel.glows:
        _glow(image, x + left, y + top, reach, colour, strength)


def _over(image: Image.Image, layer: Image.Image, at: tuple[int, int]) -> None:
    """Lay premultiplied colour over the image."""
    box = (*at, at[0] + layer.width, at[1] + layer.height)
    alpha = layer.getchannel("A")
    under = ImageChops.multiply(image.crop(box), Image.merge("RGB", [ImageChops.invert(alpha)] * 3))
    image.paste(
        ImageChops.add(under, layer.convert("RGB") if layer.mode == "RGB" else Image.merge("RGB", layer.split()[:3])),
        box,
    )


def _shadow(
    image: Image.Image,
    layer: Image.Image,
    kind: Kind,
    at: tuple[int, int],
    foot: tuple[float, float],
    scale: float,
    colour: Rgb,
    depth: float,
) -> None:
    step = 6
    width, height = -(-image.width // step), -(-image.height // step)
    small = Image.new("L", (width, height), 0)
    alpha = layer.getchannel("A").resize(
        (max(1, layer.width // step), max(1, layer.height // step)), Image.Resampling.BOX
    )
    small.paste(alpha, (round(at[0] / step), round(at[1] / step)))
    mean = max(kind.width, kind.height) * scale / step
    if kind.setting in {"wall", "ceiling"}:
        cast = ImageChops.offset(small, round(mean * 0.07), round(mean * 0.08)).filter(
            ImageFilter.GaussianBlur(mean * 0.035 + 1)
        )
        total = cast.point([round(i * 0.36 * depth) for i in range(256)])
    else:
        base = foot[1] / step
        flat, lean = 0.2, 0.62
        cast = small.transform(
            small.size,
            Image.Transform.AFFINE,
            (1, lean / flat, -lean / flat * base, 0, 1 / flat, base - base / flat),
            Image.Resampling.BILINEAR,
        )
        cast = cast.filter(ImageFilter.GaussianBlur(mean * 0.035 + 1)).point(
            [round(i * 0.34 * depth) for i in range(256)]
        )
        total = ImageChops.lighter(cast, _contact(small, base, mean, depth))
    reach = total.getbbox()
    if reach is not None:
        full = total.crop(reach).resize(
            ((reach[2] - reach[0]) * step, (reach[3] - reach[1]) * step), Image.Resampling.BILINEAR
        )
        image.paste(colour, (reach[0] * step, reach[1] * step), full)


def _contact(small: Image.Image, base: float, mean: float, depth: float) -> Image.Image:
    """Return the dark where the object touches the ground, from the lowest part of its own outline."""
    contact = Image.new("L", small.size, 0)
    y0, y1 = max(0, round(base - mean * 0.06) - 1), min(small.height, round(base + mean * 0.12) + 2)
    if y1 <= y0:
        return contact
    reach = small.crop((0, y0, small.width, y1)).getbbox()
    if reach is None:
        return contact
    pen = ImageDraw.Draw(contact)
    half = (reach[2] - reach[0]) / 2
    middle = (reach[2] + reach[0]) / 2 + half * 0.05
    drop = min(y0 + reach[3], base + mean * 0.1)
    thick = max(2.0, half * 0.11)
    pen.ellipse(
        (middle - half * 1.02, drop - thick * 1.5, middle + half * 1.07, drop + thick * 0.6), fill=round(200 * depth)
    )
    return contact.filter(ImageFilter.GaussianBlur(max(1.2, mean * 0.012)))


def _glow(image: Image.Image, x: float, y: float, reach: float, colour: Rgb, strength: float) -> None:
    side = round(reach)
    box = (
        max(0, round(x) - side),
        max(0, round(y) - side),
        min(image.width, round(x) + side),
        min(image.height, round(y) + side),
    )
    if box[2] <= box[0] or box[3] <= box[1]:
        return
    pixels = bytes(
        round(255 * strength * max(0.0, 1 - ((i % 32 - 15.5) ** 2 + (i // 32 - 15.5) ** 2) ** 0.5 / 15.5) ** 2.2)
        for i in range(1024)
    )
    halo = Image.frombytes("L", (32, 32), pixels).resize((side * 2, side * 2), Image.Resampling.BICUBIC)
    halo = halo.crop(
        (box[0] - round(x) + side, box[1] - round(y) + side, box[2] - round(x) + side, box[3] - round(y) + side)
    )
    part = image.crop(box)
    light = Image.composite(Image.new("RGB", part.size, colour), Image.new("RGB", part.size), halo)
    image.paste(ImageChops.screen(part, light), box)
