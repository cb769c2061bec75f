"""Small pictures and files that only look like pictures."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image


def picture_bytes(
    *, size: tuple[int, int] = (40, 30), mode: str = "RGB", colour: Any = None, kind: str = "PNG", **options: Any
) -> bytes:
    """Return the bytes of a plain picture."""
    out = BytesIO()
    Image.new(mode, size, colour if colour is not None else 0).save(out, format=kind, **options)
    return out.getvalue()


def bomb_bytes(*, width: int, height: int) -> bytes:
    """Return a tiny PNG whose header claims any size."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")
    )
