"""Pictures kept with publications and orders, as the templates draw them."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings

from apps.media.queries import PictureSources
from apps.storefront.contexts import Picture, PictureSource

MIME = {"avif": "image/avif", "webp": "image/webp"}
# The file for browsers that read neither AVIF nor WebP is the one nearest to this width.
PLAIN_WIDTH = 640
MIDDLE = (0.5, 0.5)


def picture_from(*, data: Mapping[str, Any] | None, alt: str = "") -> Picture | None:
    """
    A picture from its published form: {"sources": {format: [[width, path], …]}, "width", "height", "alt", "focal"}.

    None for a product whose picture is not ready yet; cards and pages then show their designed empty frame.
    """
    files = (data or {}).get("sources", {}).get("jpeg")
    if not data or not files:
        return None
    width, path = min(files, key=lambda file: abs(file[0] - PLAIN_WIDTH))
    sources = tuple(
        PictureSource(mime_type=mime, srcset=", ".join(f"{media_url(name)} {size}w" for size, name in found))
        for kind, mime in MIME.items()
        if (found := data["sources"].get(kind))
    )
    return Picture(
        src=media_url(path),
        width=width,
        height=max(1, round(width * data["height"] / data["width"])),
        alt=str(data.get("alt") or alt),
        sources=sources,
        large_url=media_url(max(files)[1]),
        focus_class=focus_class(focal=data.get("focal") or MIDDLE),
    )


def focus_class(*, focal: Sequence[float]) -> str:
    """The classes of shop.css that hold a focal point in view where a frame cuts the picture; none for the middle."""
    if tuple(focal) == MIDDLE:
        return ""
    # Steps of a tenth: a style attribute could be exact, but the shop's pages allow none.
    across, down = (min(10, max(0, round(share * 10))) for share in focal)
    return f"focus-x{across} focus-y{down}"


@lru_cache(maxsize=20_000)
def media_url(path: str) -> str:
    """The public address of a file of the media storage."""
    return f"{settings.MEDIA_URL}{path}"


def picture_of(found: PictureSources | None, *, alt: str) -> Picture | None:
    """A picture from the media room's own answer, whose addresses are complete already."""
    files = found.sources.get("jpeg") if found else None
    if found is None or not files:
        return None
    width, src = min(files, key=lambda file: abs(file[0] - PLAIN_WIDTH))
    return Picture(
        src=src,
        width=width,
        height=max(1, round(width * found.height / found.width)),
        alt=alt,
        sources=tuple(
            PictureSource(mime_type=mime, srcset=", ".join(f"{url} {size}w" for size, url in found.sources[kind]))
            for kind, mime in MIME.items()
            if found.sources.get(kind)
        ),
        large_url=max(files)[1],
        focus_class=focus_class(focal=found.focal),
    )
