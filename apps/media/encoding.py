"""
Make the files browsers get: which sizes a picture is offered in, and their bytes. Pure, so it runs in any process.

A picture keeps its ratio at the declared widths and is never enlarged. Cards and tiles show a part of it: the browser
cuts that around the focal point, so one set of files serves every brand's ratio.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO

from PIL import Image

from apps.media.decoding import decode
from apps.media.errors import PictureRefused

WIDTHS = (320, 480, 640, 960, 1280, 1920)
FIRST_FORMATS = ("webp", "jpeg")
LATER_FORMATS = ("avif",)
# A file of the picture's own width is worth having only when it is clearly wider than the widest declared one below it.
_WORTH = Fraction(11, 10)
_OPTIONS = {
    "webp": {"quality": 78, "method": 2},
    "jpeg": {"quality": 80, "optimize": True, "progressive": True},
    "avif": {"quality": 60, "speed": 8},
}


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """One file to make: a format at a size in pixels."""

    format: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Encoded:
    """A made file."""

    size: Size
    data: bytes


def sizes_for(*, width: int, height: int, formats: Iterable[str]) -> list[Size]:
    """Return every file an upright picture of this size is offered as."""
    return [
        Size(name, wide, max(1, round(height * wide / width))) for name in formats for wide in _ladder(WIDTHS, width)
    ]


def encode_all(*, data: bytes, filename: str, sizes: Sequence[Size]) -> list[Encoded]:
    """Decode once and make these files. Raises PictureRefused when the bytes are no good picture."""
    if not sizes:
        return []
    source = decode(data=data, filename=filename, at_most_width=max(size.width for size in sizes))
    targets: dict[tuple[int, int], list[str]] = {}
    for size in sizes:
        targets.setdefault((size.width, size.height), []).append(size.format)
    made: list[Encoded] = []
    # From large to small, each from the one before: half the work, no visible difference.
    for (width, height), formats in sorted(targets.items(), reverse=True):
        source = source.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
        made += [Encoded(Size(name, width, height), _encode(source, name)) for name in formats]
    return made


def encode_or_refuse(job: tuple[bytes, str, list[Size]]) -> list[Encoded] | PictureRefused:
    """Make a job's files in a process of a pool, which has no Django; a refusal is an answer that travels back."""
    data, filename, sizes = job
    try:
        return encode_all(data=data, filename=filename, sizes=sizes)
    except PictureRefused as refusal:
        return refusal


def _ladder(widths: Sequence[int], own: int) -> list[int]:
    chosen = [width for width in widths if width <= own]
    if own < widths[-1] and (not chosen or own > chosen[-1] * _WORTH):
        chosen.append(own)
    return chosen


def _encode(picture: Image.Image, name: str) -> bytes:
    if name == "jpeg" and picture.mode == "RGBA":
        # JPEG has no transparency; the shop's pages are white.
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        picture = ground
    out = BytesIO()
    picture.save(out, format=name.upper(), **_OPTIONS[name])
    return out.getvalue()
