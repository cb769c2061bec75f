"""Pictures kept with publications and orders, as the templates draw them."""

from collections.abc import Mapping
from typing import Any

from apps.storefront.contexts import Picture, PictureSource

MIME = {"avif": "image/avif", "webp": "image/webp", "jpeg": "image/jpeg"}


def picture_from(*, data: Mapping[str, Any] | None, alt: str = "") -> Picture | None:
    """
    A picture from its published form: {"sources": {format: [[width, url], …]}, "src", "width", "height", "alt", "focus"}.

    None for a product whose picture is not ready yet; cards and pages then show their designed empty frame.
    """
    if not data or not data.get("src"):
        return None
    sources = tuple(
        PictureSource(mime_type=MIME[kind], srcset=", ".join(f"{url} {width}w" for width, url in data["sources"][kind]))
        for kind in ("avif", "webp")
        if data.get("sources", {}).get(kind)
    )
    files = data.get("sources", {}).get("jpeg") or []
    return Picture(
        src=data["src"],
        width=int(data["width"]),
        height=int(data["height"]),
        alt=str(data.get("alt") or alt),
        sources=sources,
        large_url=files[-1][1] if files else data["src"],
        focus=str(data.get("focus", "")),
    )
