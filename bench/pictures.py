"""A few plain pictures, drawn rather than shipped."""

from __future__ import annotations

import io
import random

SIDE = 1200


def drawn(count: int) -> list[bytes]:
    """So many JPEGs of 1200 pixels square with a soft gradient and some shapes; the same in every run."""
    from PIL import Image, ImageDraw

    found = []
    for number in range(count):
        chance = random.Random(number)
        image = Image.linear_gradient("L").resize((SIDE, SIDE)).convert("RGB")
        pen = ImageDraw.Draw(image)
        for _ in range(24):
            left, top, size = chance.randrange(SIDE), chance.randrange(SIDE), chance.randrange(60, 320)
            colour = tuple(chance.randrange(60, 240) for _ in range(3))
            pen.ellipse((left, top, left + size, top + size), fill=colour)
        written = io.BytesIO()
        image.save(written, "JPEG", quality=85)
        found.append(written.getvalue())
    return found
