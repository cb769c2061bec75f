"""The ground behind and under the objects: a wall and a table or floor with a soft horizon, and light from the left."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from apps.backoffice.demo.pictures import materials
from apps.backoffice.demo.pictures.light import flat_map
from apps.backoffice.demo.pictures.paints import Rgb, mix, rgb_of, tone

Brand = Literal["halles", "volt"]
WALLS: tuple[Rgb, ...] = (
    (243, 234, 219),
    (238, 224, 208),
    (231, 230, 216),
    (240, 227, 213),
    (229, 229, 226),
    (242, 231, 205),
)
SCENE_WALLS: tuple[Rgb, ...] = (
    (226, 208, 184),
    (206, 208, 190),
    (222, 194, 172),
    (208, 206, 200),
    (228, 212, 170),
    (196, 204, 204),
)


def studio(*, brand: Brand, tint: int, width: int, height: int, horizon: float) -> Image.Image:
    """Return an even studio ground; Volt's is white, Maison Halles' one of six pale tints."""
    small = _studio(brand=brand, tint=tint % len(WALLS), horizon=horizon)
    return _papered(small.resize((width, height), Image.Resampling.BICUBIC))


@lru_cache(maxsize=24)
def _studio(*, brand: Brand, tint: int, horizon: float) -> Image.Image:
    wall: Rgb = (255, 255, 255) if brand == "volt" else WALLS[tint % len(WALLS)]
    floor = mix(wall, (214, 220, 230), 0.16) if brand == "volt" else tone(wall, -0.07)
    fall = 0.03 if brand == "volt" else 0.13
    pixels = []
    for y in range(75):
        v = y / 74
        over = min(1.0, max(0.0, (v - horizon + 0.05) / 0.1))
        base = mix(wall, floor, over * over * (3 - 2 * over) * (1 - 0.55 * max(0.0, v - horizon)))
        for x in range(60):
            far = ((x / 59 - 0.28) ** 2 + (v - 0.24) ** 2 * 0.8) ** 0.5
            pixels.append(
                tone(base, (0.24 if brand == "halles" else 0.0) * max(0.0, 0.6 - far) - fall * max(0.0, far - 0.45))
            )
    return Image.frombytes("RGB", (60, 75), bytes(c for p in pixels for c in p))


@lru_cache(maxsize=20)
def room(*, tint: int, width: int, height: int, horizon: float, table: str) -> Image.Image:
    """Return a wall with window light over a table or floor of oak, walnut, ash or linen. Copy before drawing."""
    wall = SCENE_WALLS[tint % len(SCENE_WALLS)]
    image = studio_wall(wall=wall, width=width, height=height)
    _window(image, horizon)
    top = round(height * horizon)
    deep = height - top
    colour = tone(rgb_of(table), 0.2 if table in {"oak", "linen"} else 0.05)
    plane = flat_map(colour=colour, material="wood" if table in {"oak", "walnut", "ash"} else "linen").resize(
        (width, deep), Image.Resampling.BICUBIC
    )
    name = "wood" if table in {"oak", "walnut", "ash"} else "linen"
    plane = ImageChops.add(plane, materials.stretched(name=name, width=width, height=deep, zoom=1.6), 1, -128)
    fade = Image.frombytes("L", (1, 32), bytes(round(90 * (1 - y / 31) ** 2) for y in range(32))).resize((width, deep))
    plane.paste(tone(wall, 0.25), (0, 0), fade)
    image.paste(plane, (0, top))
    line = Image.new("L", (width // 4, height // 4), 0)
    ImageDraw.Draw(line).rectangle((0, top // 4 - 2, width, top // 4), fill=90)
    image.paste(
        tone(wall, -0.6),
        (0, 0),
        line.filter(ImageFilter.GaussianBlur(2)).resize((width, height), Image.Resampling.BILINEAR),
    )
    return _papered(image)


def studio_wall(*, wall: Rgb, width: int, height: int) -> Image.Image:
    """Return a wall that darkens away from the lamp at the upper left."""
    pixels = [tone(wall, 0.16 - 0.34 * ((x / 31) * 0.8 + (y / 31) * 0.4)) for y in range(32) for x in range(32)]
    small = Image.frombytes("RGB", (32, 32), bytes(c for p in pixels for c in p))
    return small.resize((width, height), Image.Resampling.BICUBIC)


def _window(image: Image.Image, horizon: float) -> None:
    width, height = image.width // 6, image.height // 6
    light = Image.new("L", (width, height), 0)
    pen = ImageDraw.Draw(light)
    top, low = height * 0.06, height * (horizon - 0.12)
    for column in range(2):
        for row in range(2):
            x0, x1 = width * (0.36 + column * 0.24), width * (0.57 + column * 0.24)
            y0, y1 = top + (low - top) * (0.02 + row * 0.5), top + (low - top) * (0.46 + row * 0.5)
            slope = width * 0.1
            lean = width * 0.14
            pen.polygon(
                [
                    (x0 - lean * y0 / height, y0 + slope * 0.2),
                    (x1 - lean * y0 / height, y0 + slope),
                    (x1 - lean * y1 / height, y1 + slope),
                    (x0 - lean * y1 / height, y1 + slope * 0.2),
                ],
                fill=120,
            )
    soft = light.filter(ImageFilter.GaussianBlur(4)).resize(image.size, Image.Resampling.BICUBIC)
    image.paste((255, 248, 230), (0, 0), soft)


def _papered(image: Image.Image) -> Image.Image:
    return ImageChops.add(image, materials.stretched(name="paper", width=image.width, height=image.height), 1, -128)
