"""
Turn foreign bytes into pixels, or refuse them. Knows Pillow and nothing of Django's models, so it runs in any process.

The type is what the content says. Size is checked on the header, before a single pixel is decoded, so a small file
that unpacks into gigabytes costs nothing.
"""

import struct
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from apps.media.errors import NotAPicture, PictureDamaged, PictureTooLarge, VectorRefused

MAX_BYTES = 32 * 1024 * 1024
MAX_PIXELS = 60_000_000
MAX_SIDE = 16_384
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF")
MIME_TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
    "GIF": "image/gif",
    "MPO": "image/jpeg",
}
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/avif": "avif", "image/gif": "gif"}
_SNIFFED = 1024
_DEEP_MODES = ("I", "I;16", "I;16B", "I;16L", "I;16N", "F")
_SRGB = ImageCms.createProfile("sRGB")


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What is known of a picture once it was decoded: its type, and its size the right way up, in pixels."""

    mime_type: str
    width: int
    height: int


def inspect(*, data: bytes, filename: str) -> PictureFacts:
    """Decode a whole picture to be sure of it; return its facts. Raises a PictureRefused that says why not."""
    picture, mime_type = _open(data, filename)
    _load(picture, filename)
    width, height = picture.size
    if picture.getexif().get(0x0112, 1) in {5, 6, 7, 8}:
        width, height = height, width
    return PictureFacts(mime_type=mime_type, width=width, height=height)


def decode(*, data: bytes, filename: str, at_most_width: int) -> Image.Image:
    """
    Return the first frame upright in sRGB, 8 bits, RGB or RGBA, without any metadata. Raises PictureRefused.

    at_most_width: a JPEG may be decoded smaller than it is, but never narrower than this many pixels.
    """
    picture, _mime_type = _open(data, filename)
    # Kept before draft mode: it may replace the profile's colour space on the way.
    profile = picture.info.get("icc_profile")
    if picture.format in {"JPEG", "MPO"} and picture.mode in {"RGB", "L"}:
        picture.draft(picture.mode, (at_most_width, at_most_width))
    _load(picture, filename)
    upright = ImageOps.exif_transpose(picture)
    plain = _to_srgb(upright, profile)
    # A new image from the pixels alone: comments, GPS, thumbnails and profiles stay behind.
    clean = Image.new(plain.mode, plain.size)
    clean.paste(plain)
    return clean


def _open(data: bytes, filename: str) -> tuple[Image.Image, str]:
    if len(data) > MAX_BYTES:
        raise PictureTooLarge(filename=filename, found=f"{len(data):,} B", limit=f"{MAX_BYTES:,} B")
    if b"<svg" in data[:_SNIFFED].lower():
        raise VectorRefused(filename=filename)
    try:
        picture = Image.open(BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise PictureTooLarge(filename=filename, found="> 178 MP", limit=_megapixels(MAX_PIXELS)) from error
    except UnidentifiedImageError as error:
        raise NotAPicture(filename=filename) from error
    except (OSError, SyntaxError, ValueError, struct.error, EOFError) as error:
        raise PictureDamaged(filename=filename) from error
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise PictureTooLarge(filename=filename, found=_megapixels(width * height), limit=_megapixels(MAX_PIXELS))
    if max(width, height) > MAX_SIDE:
        raise PictureTooLarge(filename=filename, found=f"{max(width, height)} px", limit=f"{MAX_SIDE} px")
    return picture, MIME_TYPES[str(picture.format)]


def _load(picture: Image.Image, filename: str) -> None:
    try:
        picture.load()
    except (
        OSError,
        SyntaxError,
        ValueError,
        struct.error,
        EOFError,
        IndexError,
        Image.DecompressionBombError,
    ) as error:
        raise PictureDamaged(filename=filename) from error


def _to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if picture.mode in _DEEP_MODES:
        return _to_eight_bits(picture).convert("RGB")
    has_alpha = "A" in picture.mode or "transparency" in picture.info
    target = "RGBA" if has_alpha else "RGB"
    if profile and picture.mode in {"RGB", "RGBA", "CMYK", "L"}:
        converted = _by_profile(picture, profile, target)
        if converted is not None:
            return converted
    return picture.convert(target)


def _by_profile(picture: Image.Image, profile: bytes, target: str) -> Image.Image | None:
    alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
    source = picture.convert("RGB") if alpha is not None else picture
    try:
        made = ImageCms.profileToProfile(source, ImageCms.ImageCmsProfile(BytesIO(profile)), _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        # A broken or foreign profile: the pixels are shown as they are, which is what browsers do.
        return None
    if made is None:
        return None
    if alpha is not None:
        made.putalpha(alpha)
    return made.convert(target)


def _to_eight_bits(picture: Image.Image) -> Image.Image:
    wide = picture.convert("F")
    _low, high = wide.getextrema()
    # 16-bit files use the whole range; files that say 32 bits but hold 8 are left as they are.
    scale = 1 / 256 if isinstance(high, int | float) and high > 255 else 1.0  # noqa: PLR2004 -- the most 8 bits can say
    return wide.point(lambda value: value * scale + 0).convert("L")


def _megapixels(pixels: int) -> str:
    return f"{pixels / 1_000_000:.0f} MP"
