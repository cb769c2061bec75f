"""
Make the files browsers get: which sizes a picture is offered in, and their bytes. Pure, so it runs in any process.

Full pictures keep their ratio at the declared widths. Cards are cropped around the focal point to the ratios the
brands' cards use. Nothing is ever enlarged.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO

from PIL import Image

from apps.media.decoding import decode
from apps.media.errors import PictureRefused

WIDTHS = (320, 480, 640, 960, 1280, 1920)
CARD_WIDTHS = (320, 640)
CARD_RATIOS = ("4:5", "1:1")
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
    """One file to make: a format at a size in pixels; `ratio` is empty for the whole picture, else as in "4:5"."""

    format: str
    ratio: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Encoded:
    """A made file."""

    size: Size
    data: bytes


def sizes_for(*, width: int, height: int, formats: Iterable[str]) -> list[Size]:
    """Return every file an upright picture of this size is offered as."""
    made: list[Size] = []
    for name in formats:
        made += [Size(name, "", wide, max(1, round(height * wide / width))) for wide in _ladder(WIDTHS, width)]
        for ratio in CARD_RATIOS:
            across, down = (int(part) for part in ratio.split(":"))
            widest = max(1, min(width, height * across // down))
            made += [
                Size(name, ratio, wide, max(1, round(wide * down / across))) for wide in _ladder(CARD_WIDTHS, widest)
            ]
    return made


def encode_all(*, data: bytes, filename: str, focal: tuple[float, float], sizes: Sequence[Size]) -> list[Encoded]:
    """Decode once and make these files. Raises PictureRefused when the bytes are no good picture."""
    if not sizes:
        return []
    picture = decode(data=data, filename=filename, at_most_width=_needed_width(sizes))
    made: list[Encoded] = []
    by_ratio: dict[str, dict[tuple[int, int], list[str]]] = {}
    for size in sizes:
        by_ratio.setdefault(size.ratio, {}).setdefault((size.width, size.height), []).append(size.format)
    for ratio, targets in by_ratio.items():
        source = crop(picture=picture, ratio=ratio, focal=focal) if ratio else picture
        # From large to small, each from the one before: half the work, no visible difference.
        for (width, height), formats in sorted(targets.items(), reverse=True):
            source = source.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
            made += [Encoded(Size(name, ratio, width, height), _encode(source, name)) for name in formats]
    return made


def encode_or_refuse(job: tuple[bytes, str, tuple[float, float], list[Size]]) -> list[Encoded] | PictureRefused:
    """Make a job's files in a process of a pool, which has no Django; a refusal is an answer that travels back."""
    data, filename, focal, sizes = job
    try:
        return encode_all(data=data, filename=filename, focal=focal, sizes=sizes)
    except PictureRefused as refusal:
        return refusal


def crop(*, picture: Image.Image, ratio: str, focal: tuple[float, float]) -> Image.Image:
    """Return the largest part of this ratio whose middle is as near to the focal point as the edges allow."""
    across, down = (int(part) for part in ratio.split(":"))
    width = max(1, min(picture.width, picture.height * across // down))
    height = max(1, min(picture.height, width * down // across))
    left = min(max(0, round(picture.width * focal[0] - width / 2)), picture.width - width)
    top = min(max(0, round(picture.height * focal[1] - height / 2)), picture.height - height)
    return picture.crop((left, top, left + width, top + height))


def _ladder(widths: Sequence[int], own: int) -> list[int]:
    chosen = [width for width in widths if width <= own]
    if own < widths[-1] and (not chosen or own > chosen[-1] * _WORTH):
        chosen.append(own)
    return chosen


def _needed_width(sizes: Sequence[Size]) -> int:
    # A card's crop uses a part of the picture, so the picture itself must stay wider than the card.
    return max(size.width * (3 if size.ratio else 1) for size in sizes)


def _encode(picture: Image.Image, name: str) -> bytes:
    if name == "jpeg" and picture.mode == "RGBA":
        # JPEG has no transparency; the shop's pages are white.
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        picture = ground
    out = BytesIO()
    picture.save(out, format=name.upper(), **_OPTIONS[name])
    return out.getvalue()
