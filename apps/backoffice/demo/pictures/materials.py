"""What a surface is made of, as quiet grey tiles around middle grey: grain, brushing, weave, speckle."""

from __future__ import annotations

import random
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFilter

TILE = 1024


def _noise(*, width: int, height: int, spread: int, seed: str) -> Image.Image:
    dice = random.Random(seed)  # noqa: S311 -- paint, not secrets
    raw = dice.randbytes(width * height)
    return Image.frombytes("L", (width, height), bytes(128 + (value - 128) * spread // 128 for value in raw))


def _wood(zoom: float) -> Image.Image:
    coarse = _noise(width=5, height=round(70 / zoom), spread=26, seed="wood").resize(
        (TILE, TILE), Image.Resampling.BICUBIC
    )
    fine = _noise(width=12, height=round(420 / zoom), spread=18, seed="grain").resize(
        (TILE, TILE), Image.Resampling.BILINEAR
    )
    wave = [(0, y, TILE, y + 64) for y in range(0, TILE, 64)]
    mixed = Image.blend(coarse, fine, 0.45)
    mesh = [(box, (0, box[1], 0, box[3], TILE, box[3] + 18, TILE, box[1] + 18)) for box in wave[:-1]]
    return mixed.transform(
        (TILE, TILE), Image.Transform.MESH, [*mesh, (wave[-1], (0, TILE - 64, 0, TILE, TILE, TILE, TILE, TILE - 64))]
    )


def _metal(_zoom: float) -> Image.Image:
    return _noise(width=6, height=512, spread=12, seed="brush").resize((TILE, TILE), Image.Resampling.BILINEAR)


def _linen(zoom: float) -> Image.Image:
    count = round(400 / zoom)
    warp = _noise(width=count, height=70, spread=20, seed="warp").resize((TILE, TILE), Image.Resampling.BICUBIC)
    weft = _noise(width=70, height=count, spread=20, seed="weft").resize((TILE, TILE), Image.Resampling.BICUBIC)
    return Image.blend(warp, weft, 0.5)


def _wicker(zoom: float) -> Image.Image:
    cell = round(26 * zoom)
    tile = Image.new("L", (TILE, TILE), 96)
    pen = ImageDraw.Draw(tile)
    for row in range(TILE // (cell // 2) + 1):
        for column in range(-1, TILE // cell + 1):
            x = column * cell + (row % 2) * cell // 2
            y = row * cell // 2
            pen.rounded_rectangle(
                (x, y, x + cell - 3, y + cell // 2 - 2), radius=cell // 5, fill=132 + (row * 7 + column * 5) % 13
            )
            pen.line((x + 4, y + cell // 8, x + cell - 8, y + cell // 8), fill=156, width=max(1, cell // 10))
    return tile.filter(ImageFilter.GaussianBlur(0.8))


def _speckle(zoom: float) -> Image.Image:
    dice = random.Random("speckle")  # noqa: S311 -- paint, not secrets
    tile = Image.new("L", (TILE, TILE), 128)
    pen = ImageDraw.Draw(tile)
    for _ in range(round(1500 / zoom**2)):
        x, y, r = dice.uniform(0, TILE), dice.uniform(0, TILE), dice.choice((0.8, 1.0, 1.3, 2.0)) * zoom
        pen.ellipse((x - r, y - r, x + r, y + r), fill=dice.choice((60, 76, 92)))
    return tile.filter(ImageFilter.GaussianBlur(0.6))


def _paper(_zoom: float) -> Image.Image:
    return _noise(width=TILE, height=TILE, spread=7, seed="paper").filter(ImageFilter.GaussianBlur(0.7))


_MAKERS = {"wood": _wood, "metal": _metal, "linen": _linen, "wicker": _wicker, "speckle": _speckle, "paper": _paper}


@lru_cache(maxsize=32)
def tile(*, name: str, zoom: float = 1.0) -> Image.Image | None:
    """Return the RGB tile of a material at a zoom (128 is neutral), or None for materials as smooth as glaze."""
    maker = _MAKERS.get(name)
    return None if maker is None else maker(zoom).convert("RGB")


@lru_cache(maxsize=6)
def _sheet(*, name: str, width: int, height: int, zoom: float) -> Image.Image:
    source = _known(name=name, zoom=zoom)
    sheet = Image.new("RGB", (width, height))
    # Every second tile is mirrored, so no seam shows where two meet.
    for column in range(-(-width // TILE)):
        across = source.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if column % 2 else source
        for row in range(-(-height // TILE)):
            sheet.paste(
                across.transpose(Image.Transpose.FLIP_TOP_BOTTOM) if row % 2 else across, (column * TILE, row * TILE)
            )
    return sheet


def stretched(*, name: str, width: int, height: int, zoom: float = 1.0) -> Image.Image:
    """Return the tile repeated over width × height pixels."""
    if width <= TILE and height <= TILE:
        return _known(name=name, zoom=zoom).crop((0, 0, width, height))
    # Large sheets are kept at steps of 256 pixels, so that a few of them serve every picture.
    sheet = _sheet(name=name, width=-(-width // 256) * 256, height=-(-height // 256) * 256, zoom=zoom)
    return sheet.crop((0, 0, width, height))


def _known(*, name: str, zoom: float) -> Image.Image:
    source = tile(name=name, zoom=zoom)
    if source is None:
        raise KeyError(name)
    return source
